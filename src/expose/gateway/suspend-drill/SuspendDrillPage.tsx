// Can this AI be stopped? Called, timed and taken back here, step by step.
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Answered } from '../../../tools/base/endpoint.ts';
import { useAsk, useTell } from '../../../tools/ui/asking.ts';
import { ConfirmButton } from '../../../tools/ui/ConfirmButton.tsx';
import { DataTable } from '../../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { FormDialog } from '../../../tools/ui/FormDialog.tsx';
import { Go, useParam } from '../../../tools/ui/Go.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { Note } from '../../../tools/ui/Note.tsx';
import { count, span } from '../../../tools/ui/numbers.ts';
import { Page, Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import { RelativeTime, showInstant } from '../../../tools/ui/RelativeTime.tsx';
import { Verdict, type VerdictName } from '../../../tools/ui/Verdict.tsx';
import { actInSuspendDrill, callSuspendDrill, grounds, listSuspendDrills, orderSuspendDrill, resumeSuspendDrill, reviewSuspendDrill, type Act, type DrillStep, type SuspendDrill } from './model.ts';

type Drills = Answered<typeof listSuspendDrills>;

export default function SuspendDrillPage() {
  const deployment = useParam('deployment');
  const found = useAsk(listSuspendDrills, { params: { deployment } }, { every: (answer) => (answer?.items[0]?.reviewed === false ? 3_000 : false) });
  const trail = [{ label: 'Gateway', to: `/deployments/${deployment}/gateway` }];
  if (found.error) return <Page title="Suspend drill" level={2} of={deployment} trail={trail}><ProblemNotice problem={found.error} again={() => void found.refetch()} /></Page>;
  if (!found.data) return <Waiting what="Loading the drills" />;
  const [latest, ...before] = found.data.items;
  const open = latest && !latest.reviewed;
  return (
    <Page
      title="Suspend drill"
      level={2}
      of={deployment}
      trail={trail}
      says="Whether this AI can be stopped, how long it takes from the call to the last instance, and whether the work goes on without it. Gate 2.4 reads the latest drill."
      actions={!open && <CallDrill deployment={deployment} arms={found.data.arms} />}
    >
      {!latest && <EmptyState title="No suspend drill was held" action={<CallDrill deployment={deployment} arms={found.data.arms} />}>A stop that was never tried is a hope. A drill can stop the AI itself, or one arm of its rollout; in shadow mode nobody misses a card.</EmptyState>}
      {latest && <OneDrill deployment={deployment} drill={latest} />}
      {before.length > 0 && <Earlier drills={before} />}
    </Page>
  );
}

function CallDrill({ deployment, arms }: { deployment: string } & Pick<Drills, 'arms'>) {
  const calling = useTell(callSuspendDrill, { rooms: ['gateway'] });
  if (!useMay(callSuspendDrill)) return null;
  return (
    <FormDialog
      label="Call a drill"
      title="Call a suspend drill?"
      says={<>The time runs from here. Nothing is stopped until somebody orders it.{arms.length > 0 && <> Where the AI itself is not to be touched, name one arm: {arms.map((arm, nth) => <span key={arm}>{nth > 0 && ', '}<code>{arm}</code></span>)}.</>}</>}
      schema={callSuspendDrill.body}
      words={{ scenario: { label: 'Scenario' }, announced: { label: 'Those on call were told before' }, arm: { label: 'Only this arm' } }}
      variant="filled"
      does="Call it now"
      send={(body) => calling.tellAsync({ params: { deployment }, body } as never)}
    />
  );
}

const stateWords: Record<DrillStep['state'], [VerdictName, string]> = { done: ['met', 'done'], late: ['not-met', 'late'], failed: ['not-met', 'failed'], open: ['not-measurable', 'open'] };
const stepWords: Record<DrillStep['step'], string> = { called: 'Call', acknowledged: 'Acknowledged', ordered: 'Stop ordered', stopped: 'Every instance', 'nothing-shown': 'Nothing shown', fallback: 'Fallback', told: 'People told', resumed: 'Resumed', reviewed: 'Reviewed' };
const inUnit = (n: number, unit: DrillStep['unit']) => (unit === 'milliseconds' ? `${count(n)} ms` : unit === 'days' ? `${count(n)} working days` : n < 1 ? span(n * 60_000) : `${n.toFixed(1)} min`);

function OneDrill({ deployment, drill }: { deployment: string; drill: SuspendDrill }) {
  const settled = drill.steps.filter(({ state }) => state !== 'open').length;
  return (
    <Part title={drill.reviewed ? 'The latest drill' : 'A drill is under way'} says={<>Called <RelativeTime at={drill.calledAt} />: {drill.scenario}</>}>
      <Note kind={drill.ground === 'live' && !drill.reviewed ? 'warning' : 'info'} title={grounds[drill.ground]}>
        {drill.ground === 'shadow' && 'It proves the order and every instance; whether people manage without the AI it cannot show.'}
        {drill.ground === 'arm' && <>The arm <code>{drill.arm}</code>. It proves the way of the order and the approval for one part of those who see it.</>}
        {drill.ground === 'live' && 'People worked without it for that time.'}
      </Note>
      <div className="card stack">
        <p aria-live="polite"><b>{drill.done} of {drill.steps.length} steps done in time</b>{settled > drill.done && `, ${settled - drill.done} late or failed`}{drill.lastMs !== null && `. The last instance acted ${count(drill.lastMs)} ms after the order`}.</p>
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Steps of the drill">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">Step</th>
                <th scope="col">State</th>
                <th scope="col" className="is-number">After</th>
                <th scope="col" className="is-number">At most</th>
                <th scope="col">What is on record</th>
              </tr>
            </thead>
            <tbody>
              {drill.steps.map((step) => (
                <tr key={step.step}>
                  <th scope="row">{stepWords[step.step]}</th>
                  <td><Verdict verdict={stateWords[step.state][0]} label={stateWords[step.state][1]} plain /></td>
                  <td className="is-number" title={step.at ? showInstant(step.at) : undefined}>{step.after === null ? '' : inUnit(step.after, step.unit)}</td>
                  <td className="is-number">{step.limit === null ? '' : inUnit(step.limit, step.unit)}</td>
                  <td>{step.says} {step.note} {step.by && <span className="faint">by {step.by}</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {drill.sameHand && <p className="faint">Whoever called it acknowledged it too: the time until then says little.</p>}
        {!drill.reviewed && <Next deployment={deployment} drill={drill} />}
      </div>
      {drill.instances.length > 0 && (
        <Part title="Instances" level={3} says={<>When each began to act by version {drill.version} of the policy; each is an entry <code>gateway.policy-acting</code> of the ledger.</>}>
          <DataTable
            bare
            caption="Instances at the order"
            rows={drill.instances}
            idOf={(row) => row.id}
            columns={[
              { id: 'id', header: 'Instance', value: (row) => row.id, cell: (row) => <code>…{row.id.slice(-8)}</code> },
              { id: 'at', header: 'Acted', value: (row) => row.actedAt, cell: (row) => (row.actedAt ? showInstant(row.actedAt) : <span className="none">has not told</span>) },
              { id: 'after', header: 'After the order', value: (row) => row.afterMs, cell: (row) => (row.afterMs === null ? <span className="none">unknown</span> : `${count(row.afterMs)} ms`), number: true },
            ]}
          />
        </Part>
      )}
    </Part>
  );
}

/** What can be done next; each is one entry of the ledger. */
function Next({ deployment, drill }: { deployment: string; drill: SuspendDrill }) {
  const params = { drill: drill.drill };
  const acting = useTell(actInSuspendDrill, { rooms: ['gateway'] });
  const ordering = useTell(orderSuspendDrill);
  const resuming = useTell(resumeSuspendDrill);
  const [mayAct, mayLead] = [useMay(actInSuspendDrill), useMay(resumeSuspendDrill)];
  const open = (step: DrillStep['step']) => drill.steps.find((one) => one.step === step)?.state === 'open';
  const writes = (act: Act, label: string, title: string, hint: string) => (
    <ConfirmButton label={label} title={title} says="It goes into the ledger with the time of now." reason={{ label: 'How', hint }} busy={acting.busy} problem={acting.problem} onConfirm={(note) => acting.tellAsync({ params, body: { act, note } } as never)} />
  );
  const acknowledged = !open('acknowledged');
  return (
    <>
      {drill.resume?.state === 'proposed' && <Note kind="info">Version {drill.resume.version} goes back to what was before; it waits for a second person. <Go to={`/deployments/${deployment}/gateway/policy`}>Look at it</Go></Note>}
      <div className="part-actions">
        {mayAct && !acknowledged && writes('acknowledged', 'Acknowledge the call', 'You take the call?', 'How it reached you: by telephone, by pager.')}
        {mayAct && acknowledged && open('ordered') && (
          <ConfirmButton
            label="Order the stop"
            danger
            title={drill.arm ? `Stop the arm ${drill.arm}?` : drill.ground === 'shadow' ? 'Stop it now?' : 'Stop it now, for everybody?'}
            says={drill.arm ? 'Those of this arm see nothing until it is resumed by two people.' : drill.ground === 'shadow' ? 'Nobody sees a difference; it answers nothing until it is resumed.' : 'Within a second nobody sees anything of this AI, on every instance. The fallback workflow of the charter applies until it is resumed by two people.'}
            does="Stop it now"
            busy={ordering.busy}
            problem={ordering.problem}
            onConfirm={() => ordering.tellAsync({ params } as never)}
          />
        )}
        {mayAct && acknowledged && open('fallback') && writes('fallback', 'The fallback runs', 'Does the fallback run?', 'What is done instead, and where you saw it.')}
        {mayAct && acknowledged && open('told') && writes('told', 'People were told', 'Were they told?', 'Whom, and how. Roles and units, no names.')}
        {mayLead && !open('ordered') && open('resumed') && drill.resume?.state !== 'proposed' && (
          <ConfirmButton label="Resume" title={`Go back to the mode ${drill.mode}?`} says="What acted before is proposed again. Where it shows anything, a second person approves it." busy={resuming.busy} problem={resuming.problem} onConfirm={() => resuming.tellAsync({ params } as never)} />
        )}
      </div>
      {mayLead && <Review drill={drill} />}
    </>
  );
}

function Review({ drill }: { drill: SuspendDrill }) {
  const [text, setText] = useState('');
  const reviewing = useTell(reviewSuspendDrill, { rooms: ['gateway'] });
  return (
    <details>
      <summary>Write the review</summary>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          reviewing.tell({ params: { drill: drill.drill }, body: { review: text.trim() } } as never);
        }}
      >
        <Textarea label="Review" description="What was learnt, and what is to change. It ends the drill; the scores go into the ledger with it." value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={4} required />
        <ProblemNotice problem={reviewing.problem} />
        <div className="part-actions">
          <Button type="submit" loading={reviewing.busy} disabled={text.trim().length < 20}>End the drill with this review</Button>
        </div>
      </form>
    </details>
  );
}

const after = (drill: SuspendDrill, step: DrillStep['step']) => drill.steps.find((one) => one.step === step)?.after ?? null;

function Earlier({ drills }: { drills: readonly SuspendDrill[] }) {
  return (
    <Part title="Earlier drills">
      <DataTable
        bare
        caption="Earlier drills"
        rows={drills}
        idOf={(row) => row.drill}
        columns={[
          { id: 'at', header: 'Called', value: (row) => row.calledAt, cell: (row) => <RelativeTime at={row.calledAt} /> },
          { id: 'ground', header: 'What was stopped', value: (row) => row.ground, cell: (row) => (row.arm ? <>arm <code>{row.arm}</code></> : row.ground === 'shadow' ? 'itself, in shadow mode' : 'itself, while shown') },
          { id: 'scenario', header: 'Scenario', value: (row) => row.scenario },
          { id: 'ack', header: 'Acknowledged', value: (row) => after(row, 'acknowledged'), cell: (row) => (after(row, 'acknowledged') === null ? <span className="none">never</span> : inUnit(after(row, 'acknowledged')!, 'minutes')), number: true },
          { id: 'last', header: 'Last instance', value: (row) => row.lastMs, cell: (row) => (row.lastMs === null ? <span className="none">never</span> : `${count(row.lastMs)} ms`), number: true },
          { id: 'told', header: 'People told', value: (row) => after(row, 'told'), cell: (row) => (after(row, 'told') === null ? <span className="none">never</span> : inUnit(after(row, 'told')!, 'minutes')), number: true },
          { id: 'done', header: 'Steps in time', value: (row) => row.done, cell: (row) => `${row.done} of ${row.steps.length}`, number: true },
        ]}
      />
    </Part>
  );
}
