// What may this AI say, to whom? Changed only after seeing what would have happened, and with a second person.
import { useParam } from '../../tools/ui/Go.tsx';
import { useAsk, useTell } from '../../tools/ui/asking.ts';
import { ConfirmButton } from '../../tools/ui/ConfirmButton.tsx';
import { useMay, useMe } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { Page, Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { ChangeTable } from '../../tools/ui/ChangeTable.tsx';
import { RelativeTime } from '../../tools/ui/RelativeTime.tsx';
import { approvePolicy, getPolicy, policyModes, proposePolicy, refusePolicy, type PolicyVersion } from './model.ts';
import { ExceptionNote, GatesInTheWay } from './GateNotes.tsx';
import { PolicyEditor } from './PolicyEditor.tsx';
import { Replay } from './Replay.tsx';
import type { Answered } from '../../tools/base/endpoint.ts';

type Policies = Answered<typeof getPolicy>;

export default function PolicyPage() {
  const deployment = useParam('deployment');
  const found = useAsk(getPolicy, { params: { deployment } });
  const trail = [{ label: 'Gateway', to: `/deployments/${deployment}/gateway` }];
  const mayPropose = useMay(proposePolicy);
  if (found.error) return <Page title="Policy" level={2} of={deployment} trail={trail}><ProblemNotice problem={found.error} again={() => void found.refetch()} /></Page>;
  if (!found.data) return <Waiting what="Loading the policy" />;
  const { acting, proposed, history } = found.data;
  return (
    <Page title={`Policy, version ${acting.version}`} level={2} of={deployment} trail={trail} says={<>{policyModes[acting.policy.mode]} Acting since {acting.decidedAt ? <RelativeTime at={acting.decidedAt} /> : 'it was set up'}: {acting.reason}</>}>
      <GatesInTheWay deployment={deployment} gates={found.data.gates} title="A gate that this rests on is not passed" />
      <ExceptionNote exception={acting.exception} />
      {proposed && <Waits deployment={deployment} proposed={proposed} changes={found.data.changes} />}
      {!proposed && mayPropose && <PolicyEditor key={acting.version} deployment={deployment} acting={acting} />}
      {!mayPropose && <Part title="As it acts"><pre className="code" tabIndex={0} aria-label="The policy that acts">{JSON.stringify(acting.policy, null, 2)}</pre></Part>}
      <History versions={history} />
    </Page>
  );
}

/** A version that waits for its second person. */
function Waits({ deployment, proposed, changes }: { deployment: string; proposed: PolicyVersion; changes: Policies['changes'] }) {
  const approving = useTell(approvePolicy);
  const refusing = useTell(refusePolicy);
  const me = useMe();
  const mayApprove = useMay(approvePolicy);
  const mayRefuse = useMay(refusePolicy);
  const own = me?.name === proposed.proposedBy || me?.id === proposed.proposedBy;
  const params = { deployment };
  return (
    <Part title={`Version ${proposed.version} waits for a second person`} says={<>Proposed by {proposed.proposedBy} <RelativeTime at={proposed.proposedAt} />: {proposed.reason}</>}>
      <Note kind="info" title="Why a second person is needed">
        <ul>{proposed.needs.map((need) => <li key={need}>{need}</li>)}</ul>
      </Note>
      <ExceptionNote exception={proposed.exception} />
      <ChangeTable same="Nothing differs from the version that acts." changes={changes} label={`From the acting version to version ${proposed.version}`} />
      <Replay deployment={deployment} policy={proposed.policy} />
      <ProblemNotice problem={approving.problem ?? refusing.problem} />
      <div className="part-actions">
        {mayApprove && (
          <ConfirmButton
            label={`Approve version ${proposed.version}`}
            variant="filled"
            title={`Approve version ${proposed.version}?`}
            says="It acts within a second, on every instance. Your name stands beside it in the ledger."
            disabled={own}
            busy={approving.busy}
            problem={approving.problem}
            onConfirm={() => approving.tellAsync({ params, body: { version: proposed.version } } as never)}
          />
        )}
        {mayRefuse && (
          <ConfirmButton
            label={own ? 'Withdraw it' : 'Refuse it'}
            title={own ? 'Withdraw this version?' : 'Refuse this version?'}
            says="The acting version stays."
            reason={{ label: 'Reason' }}
            busy={refusing.busy}
            problem={refusing.problem}
            onConfirm={(reason) => refusing.tellAsync({ params, body: { version: proposed.version, reason } } as never)}
          />
        )}
        {own && mayApprove && <span className="faint">Whoever proposes does not approve.</span>}
      </div>
    </Part>
  );
}

const stateWords: Record<PolicyVersion['state'], string> = { proposed: 'waits', refused: 'refused', acting: 'acts', replaced: 'replaced' };

function History({ versions }: { versions: readonly PolicyVersion[] }) {
  return (
    <Part title="Versions" says="Each is in the ledger with its digest before it acts.">
      <DataTable
        bare
        caption="Versions"
        rows={versions}
        idOf={(row) => String(row.version)}
        columns={[
          { id: 'version', header: 'Version', value: (row) => row.version },
          { id: 'state', header: 'State', value: (row) => stateWords[row.state] },
          { id: 'mode', header: 'Mode', value: (row) => row.policy.mode },
          { id: 'reason', header: 'Reason', value: (row) => row.reason },
          { id: 'by', header: 'Proposed', value: (row) => row.proposedAt, cell: (row) => <>{row.proposedBy}, <RelativeTime at={row.proposedAt} /></> },
          { id: 'decided', header: 'Decided', value: (row) => row.decidedAt, cell: (row) => (row.decidedAt ? <>{row.decidedBy}, <RelativeTime at={row.decidedAt} /></> : <span className="none">not yet</span>) },
          { id: 'digest', header: 'Digest', value: (row) => row.digest, cell: (row) => <code>{row.digest.slice(0, 12)}…</code> },
        ]}
      />
    </Part>
  );
}
