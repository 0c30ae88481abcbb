// How is a policy changed, with its difference and its effect in view before it is proposed?
import { Button, Textarea } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useAsk, useTell } from '../../tools/ui/asking.ts';
import { useDraft, useGuard } from '../../tools/ui/draft.ts';
import { Fields } from '../../tools/ui/Form.tsx';
import { checkAgainst, fieldsOf, problemsByField, put } from '../../tools/ui/form-fields.ts';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { ChangeTable } from '../../tools/ui/ChangeTable.tsx';
import { useSay } from '../../tools/ui/Said.tsx';
import { checkPolicy, policy as policySchema, proposePolicy, replay, type Exception, type Policy, type PolicyVersion } from './model.ts';
import { AskException, GatesInTheWay } from './GateNotes.tsx';
import { Replay } from './Replay.tsx';

const field = fieldsOf(policySchema);
const words = {
  'by': { label: 'Arms are drawn by' },
  'deadlineMs': { label: 'Deadline in milliseconds' },
  'human': { label: 'A person in between' },
  'failure': { label: 'When something fails' },
  'arms': { one: 'arm' },
  'rules': { one: 'rule' },
  'classes': { one: 'class' },
};

export function PolicyEditor({ deployment, acting }: { deployment: string; acting: PolicyVersion }) {
  const draft = useDraft<Policy>(acting.policy);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState('');
  const [exception, setException] = useState<Exception>({ reason: '', until: '' });
  const say = useSay();
  const mayReplay = useMay(replay);
  const wrong = useMemo(() => checkAgainst(policySchema, draft.value), [draft.value]);
  const params = { deployment };
  const check = useAsk(checkPolicy, { params, body: { policy: draft.value } } as never, { when: draft.dirty && !wrong, keepBefore: true });
  const proposing = useTell(proposePolicy, { done: (made) => { draft.restart(made.policy); say(made.state === 'acting' ? `Version ${made.version} acts: it shows no more than before.` : `Version ${made.version} waits for a second person.`); } });
  useGuard(draft.dirty && !proposing.busy);
  const faults = check.data?.faults ?? [];
  const gates = check.data?.gates ?? [];
  const excepted = gates.length === 0 || (exception.reason.trim().length >= 10 && exception.until !== '');
  const problems = wrong ?? problemsByField(faults);
  // Whoever may look into the recorded calls looks before proposing.
  const looked = !mayReplay || tried === JSON.stringify(draft.value);
  const ready = draft.dirty && !wrong && faults.length === 0 && (check.data?.changes.length ?? 0) > 0 && looked && excepted && reason.trim().length >= 3;
  return (
    <Part title="Change it" says="What shows less acts at once. What shows more, or takes a safeguard away, needs its gate and waits for a second person." actions={draft.dirty && <><Button size="xs" variant="default" disabled={!draft.canUndo} onClick={draft.undo}>Undo</Button><Button size="xs" variant="default" onClick={() => draft.restart(acting.policy)}>Start over</Button></>}>
      <div className="card">
        <Fields field={field} value={draft.value} words={words} problems={problems} onChange={(path, next) => draft.change((before) => put(before, path, next) as Policy, path.join('.'))} />
      </div>
      {draft.dirty && (
        <>
          <Part title="What differs" level={3}>
            {wrong ? <p className="field-problem" role="alert">{wrong.size === 1 ? 'One field needs a look.' : `${wrong.size} fields need a look.`}</p> : check.error ? <ProblemNotice problem={check.error} /> : <ChangeTable same="Nothing differs from the version that acts." changes={check.data?.changes ?? []} label="From the acting version to the draft" />}
            {!wrong && check.data && check.data.needs.length > 0 && (
              <Note kind="info" title="A second person is needed">
                <ul>{check.data.needs.map((need) => <li key={need}>{need}</li>)}</ul>
              </Note>
            )}
          </Part>
          <Part title="What would have happened" level={3}>
            {wrong ? <p className="none">Correct the fields first.</p> : <Replay deployment={deployment} policy={draft.value} onDone={setTried} />}
          </Part>
          <form
            className="card stack"
            onSubmit={(event) => {
              event.preventDefault();
              proposing.tell({ params, body: { policy: draft.value, reason: reason.trim(), ...(gates.length > 0 && { exception: { ...exception, reason: exception.reason.trim() } }) } } as never);
            }}
          >
            <Textarea label="Reason" description="Goes into the ledger." value={reason} onChange={(event) => setReason(event.currentTarget.value)} autosize minRows={2} required />
            <GatesInTheWay deployment={deployment} gates={gates} title="A gate is in its way" />
            {gates.length > 0 && <AskException value={exception} onChange={setException} />}
            <ProblemNotice problem={proposing.problem} />
            <div className="part-actions">
              <Button type="submit" disabled={!ready} loading={proposing.busy}>
                {check.data && (check.data.needs.length > 0 || gates.length > 0) ? 'Propose it to a second person' : 'Let it act'}
              </Button>
              {!looked && !wrong && <span className="faint">First look at what would have happened.</span>}
            </div>
          </form>
        </>
      )}
    </Part>
  );
}
