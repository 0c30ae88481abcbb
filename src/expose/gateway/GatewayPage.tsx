// What goes through the gateway for this AI right now, what acts, and what does its vendor do wrong?
import type { ReactNode } from 'react';
import { useAsk, useTell } from '../../tools/ui/asking.ts';
import { Button } from '@mantine/core';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { Go, useParam } from '../../tools/ui/Go.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { count } from '../../tools/ui/numbers.ts';
import { Facts, Page, Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { RelativeTime, showInstant } from '../../tools/ui/RelativeTime.tsx';
import { useSay } from '../../tools/ui/Said.tsx';
import { ExceptionNote, GatesInTheWay } from './GateNotes.tsx';
import { ConnectService } from './ConnectService.tsx';
import { getPolicy, getService, listServices, policyModes, readDiscovery, type Service } from './model.ts';
import { LiveTraffic } from './LiveTraffic.tsx';

export default function GatewayPage() {
  const deployment = useParam('deployment');
  const services = useAsk(listServices);
  const connected = services.data?.items.some((one) => one.deployment === deployment) ?? false;
  const found = useAsk(getService, { params: { deployment } }, { when: connected, every: () => 5_000 });
  const it = found.data;
  if (services.data && !connected)
    return (
      <Page title="Gateway" level={2} of={deployment}>
        <EmptyState title="This AI is not connected through the gateway" action={<ConnectService deployment={deployment} />}>
          Products that speak CDS Hooks are connected here; then every answer is recorded before it is shown, and can be stopped. Others tell of their decisions by the SDK, the API or a nightly file.
        </EmptyState>
      </Page>
    );
  const problem = services.error ?? found.error;
  if (!it && problem) return <ProblemNotice problem={problem} again={() => void (services.error ? services : found).refetch()} />;
  if (!it) return <Waiting what="Loading the gateway" />;
  return (
    <Page title="Gateway" level={2} of={it.title} says={policyModes[it.mode]} actions={<><ConnectService deployment={deployment} now={it} /><Button component={PolicyLink} to={`/deployments/${deployment}/gateway/policy`} variant="default">Policy</Button><Button component={PolicyLink} to={`/deployments/${deployment}/gateway/suspend-drill`} variant="default">Suspend drill</Button></>}>
      {it.mode === 'suspended' && <Note kind="warning" title="It is stopped">Nothing of this AI is shown. Showing it again needs the committee, a proposal and a second person. <StopProof it={it} /></Note>}
      {it.mode !== 'suspended' && it.proposed !== null && <Note kind="info">Version {it.proposed} of the policy waits for a second person. <Go to={`/deployments/${deployment}/gateway/policy`}>Look at it</Go></Note>}
      <LiveTraffic deployment={deployment} />
      <Acting it={it} />
      <Instances it={it} />
      <Vendor deployment={deployment} it={it} />
      <VendorFeedback it={it} />
    </Page>
  );
}

const PolicyLink = ({ to, children, className }: { to: string; children?: ReactNode; className?: string }) => <Go to={to} className={className ?? ''}>{children}</Go>;

function Acting({ it }: { it: Service }) {
  const policy = useAsk(getPolicy, { params: { deployment: it.deployment } });
  return (
    <Part title="What acts">
      <GatesInTheWay deployment={it.deployment} gates={policy.data?.gates ?? []} title="A gate that this rests on is not passed" />
      <ExceptionNote exception={policy.data?.acting.exception ?? null} />
      <div className="card stack">
        <Facts
          facts={[
            ['Mode in force', <span key="m" className={`mode is-${it.mode}`}>{it.mode}</span>],
            ['Policy', `version ${it.version}`],
            policy.data && ['Because', policy.data.acting.reason],
            policy.data && ['Approved', policy.data.acting.decidedAt ? `${policy.data.acting.decidedBy}, ${showInstant(policy.data.acting.decidedAt)}` : 'not yet'],
            ['Address for the record system', <code key="u">{it.ehrUrl}</code>],
            ['Keys of this house', <code key="k">{it.jwksUrl}</code>],
            ['Vendor', <code key="v">{it.url}</code>],
            ...it.notices.map((one): [string, ReactNode] => [`Notice to ${one.whom}`, <span key={one.whom}><code>{one.url}</code> {one.reached ? 'can be read' : one.says}, looked for <RelativeTime at={one.at} /></span>]),
            ['Who may call', it.connection.callers.check === 'jwt' ? it.connection.callers.issuers.map(({ iss }) => iss).join(', ') : 'nobody is checked'],
          ]}
        />
        {it.connection.callers.check === 'none' && <Note kind="warning">Callers are not checked. That is for a trial on one machine only.</Note>}
        <div className="table-scroll" tabIndex={0} role="region" aria-label="When something fails">
          <table className="plain-table">
            <caption>When something fails</caption>
            <tbody>
              {it.failurePolicy.map(({ when, does }) => (
                <tr key={when}>
                  <th scope="row">{when}</th>
                  <td>{does}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Part>
  );
}

/** When the instances acted by the version that stops it: the proof that stands after the dialog is closed. */
function StopProof({ it }: { it: Service }) {
  const acted = it.instances.filter((one) => one.version === it.version && one.actedAt !== null);
  const waiting = it.instances.filter((one) => one.alive && (one.version ?? 0) < it.version).length;
  const slowest = acted.reduce<number | null>((most, one) => (one.afterMs === null ? most : Math.max(most ?? 0, one.afterMs)), null);
  if (waiting > 0) return <>{waiting === 1 ? 'One living instance has' : `${waiting} living instances have`} not told that it acted yet.</>;
  if (acted.length === 0) return <>No instance was alive to act.</>;
  return <>{acted.length === 1 ? 'The one instance' : `All ${acted.length} instances`} acted{slowest !== null && `, the slowest ${count(slowest)} ms after the decision`}; each time stands below and in the ledger (gateway.policy-acting).</>;
}

/** What the vendor is still to hear of what became of its cards. */
function VendorFeedback({ it }: { it: Service }) {
  const { waiting, oldest, next, fault, dropped } = it.feedback;
  return (
    <Part title="Feedback for the vendor" says="What clinicians did with a card is recorded here first, and told to the vendor until it has it, for three days.">
      {waiting === 0 && dropped === 0 ? (
        <p className="none">Nothing waits, and nothing was given up in the last 28 days.</p>
      ) : (
        <div className="card stack">
          <Facts
            facts={[
              ['Waiting', waiting === 0 ? 'nothing' : <span key="w">{count(waiting)}{oldest && <>, the oldest since <RelativeTime at={oldest} /></>}</span>],
              waiting > 0 && next !== null && ['Next try', <RelativeTime key="n" at={next} />],
              waiting > 0 && fault !== null && ['Why', /^E[A-Z]+$/.test(fault) ? <span key="f" title={fault}>the vendor cannot be reached</span> : fault],
              ['Given up in 28 days', dropped === 0 ? 'nothing' : `${count(dropped)}; each is an entry of the ledger (gateway.feedback-dropped)`],
            ]}
          />
        </div>
      )}
    </Part>
  );
}

function Instances({ it }: { it: Service }) {
  return (
    <Part title="Instances" says="Every process that serves the gateway, and when it began to act by its policy.">
      <DataTable
        bare
        caption="Instances"
        rows={it.instances}
        idOf={(row) => row.id}
        empty={<p className="none">No process serves the gateway at this moment.</p>}
        columns={[
          { id: 'id', header: 'Instance', value: (row) => row.id, cell: (row) => <code>…{row.id.slice(-8)}</code> },
          { id: 'alive', header: 'State', value: (row) => row.alive, cell: (row) => (row.alive ? 'alive' : <>silent since <RelativeTime at={row.seenAt} /></>) },
          { id: 'mode', header: 'Acts by', value: (row) => row.version, cell: (row) => (row.version === null ? <span className="none">no policy yet</span> : `version ${row.version}, ${row.mode}`) },
          { id: 'at', header: 'Since', value: (row) => row.actedAt, cell: (row) => (row.actedAt ? showInstant(row.actedAt) : <span className="none">not yet</span>) },
          { id: 'after', header: 'After the decision', value: (row) => row.afterMs, cell: (row) => (row.afterMs === null ? <span className="none">learnt at its start</span> : `${count(row.afterMs)} ms`), number: true },
        ]}
      />
    </Part>
  );
}

function Vendor({ deployment, it }: { deployment: string; it: Service }) {
  const say = useSay();
  const reading = useTell(readDiscovery, { rooms: ['gateway'], done: ({ changed }) => say(changed ? 'The vendor’s discovery has changed; that is in the ledger now.' : 'The vendor’s discovery is as it was.') });
  const mayRead = useMay(readDiscovery);
  const faults = [...(it.discovery?.faults ?? []).map((fault) => ({ ...fault, path: `discovery: ${fault.path}` })), ...it.lint];
  return (
    <>
      <Part
        title="The vendor’s services"
        says="What the vendor describes. Its bytes are hashed: a change nobody announced is an entry of the ledger, and reopens what depended on it."
        actions={mayRead && <Button size="xs" variant="default" loading={reading.busy} onClick={() => reading.tell({ params: { deployment } } as never)}>Read it now</Button>}
      >
        <ProblemNotice problem={reading.problem} />
        {it.discoveryFault && <Note kind="warning" title="The vendor’s discovery cannot be read">Tried <RelativeTime at={it.discoveryFault.at} /> at <code>{it.connection.discovery ?? `${it.url}/cds-services`}</code>: {it.discoveryFault.says}.{it.discovery === null && ' The record system is told of no services until it can.'}</Note>}
        {it.discovery === null ? (
          it.discoveryFault === null && <p className="none">The vendor’s discovery has never been read.</p>
        ) : (
          <>
            {it.discovery.nth > 1 && <Note kind="warning" title={`It changed ${it.discovery.nth === 2 ? 'once' : `${it.discovery.nth - 1} times`} since it was first read`}>The last change was seen <RelativeTime at={it.discovery.firstAt} />. Ask the vendor what it was, and look at the gate again.</Note>}
            <DataTable
              bare
              caption="Services of the vendor"
              rows={it.discovery.services}
              idOf={(row) => row.id}
              columns={[
                { id: 'id', header: 'Service', value: (row) => row.id, cell: (row) => <><b>{row.title ?? row.id}</b> <code>{row.id}</code></> },
                { id: 'hook', header: 'Hook', value: (row) => row.hook, cell: (row) => <code>{row.hook}</code> },
                { id: 'says', header: 'What it says of itself', value: (row) => row.description },
                { id: 'prefetch', header: 'Asks for', value: (row) => row.prefetch.join(', ') },
              ]}
            />
            <p className="faint small">Last read unchanged <RelativeTime at={it.discovery.lastAt} />, digest <code>{it.discovery.digest.slice(0, 16)}…</code></p>
          </>
        )}
      </Part>
      <Part title="What breaks the specification" says="Found in the vendor’s discovery and answers, and in the calls of the record system. A card with an error is not shown. Examples keep keys and kinds; every text is left out.">
        <DataTable
          bare
          caption="Faults"
          rows={faults}
          idOf={(row) => `${row.path} ${row.says}`}
          sortedBy={{ id: 'times', descending: true }}
          empty={<p className="none">Nothing was found wrong.</p>}
          columns={[
            { id: 'says', header: 'What', value: (row) => row.says },
            { id: 'path', header: 'Where', value: (row) => row.path, cell: (row) => <code>{row.path}</code> },
            { id: 'severity', header: 'Severity', value: (row) => row.severity, cell: (row) => (row.severity === 'error' ? <span className="tag is-warning">error, not shown</span> : 'warning') },
            { id: 'times', header: 'Times', value: (row) => row.times, number: true },
            { id: 'example', header: 'Example', value: (row) => row.example, cell: (row) => (row.example === null ? <span className="none">none</span> : <details><summary>its shape</summary><pre className="code" tabIndex={0} aria-label={`Shape of ${row.path}`}>{row.example}</pre></details>) },
          { id: 'last', header: 'Last', value: (row) => row.lastAt, cell: (row) => (row.lastAt ? <RelativeTime at={row.lastAt} /> : <span className="none">none</span>) },
          ]}
        />
      </Part>
    </>
  );
}
