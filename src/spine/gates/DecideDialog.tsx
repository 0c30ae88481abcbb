// What does the committee decide, who was there, and what exactly did they see?
import { useTell } from '../../tools/ui/asking.ts';
import { FormDialog } from '../../tools/ui/FormDialog.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { wholePercent } from '../../tools/ui/numbers.ts';
import { useSay } from '../../tools/ui/Said.tsx';
import { Verdict, verdicts, type VerdictName } from '../../tools/ui/Verdict.tsx';
import { constituencies, decide, decisionRequest, type GateState } from './model.ts';
import { outcomeWords } from './stations.ts';

const form = decisionRequest.omit({ seen: true });

export function DecideDialog({ state }: { state: GateState }) {
  const may = useMay(decide);
  const say = useSay();
  const deciding = useTell(decide, { done: (made) => say(`${outcomeWords[made.outcome]}: written to the ledger with everything the committee saw.`) });
  if (!may) return null;
  return (
    <FormDialog
      label={`Decide ${state.gate}`}
      variant="filled"
      wide
      disabled={state.state === 'not-started'}
      title={`Decide ${state.gate} ${state.title}`}
      does="Record the decision"
      says={<Snapshot state={state} />}
      schema={form}
      start={{ outcome: state.blocks.length === 0 ? 'approve' : 're-review', present: (Object.keys(constituencies) as (keyof typeof constituencies)[]).map((constituency) => ({ name: '', constituency })) }}
      words={{
        outcome: { options: Object.entries(outcomeWords).map(([value, label]) => ({ value, label: value === 're-review' ? 'Review again' : value === 'decline' ? 'Decline' : label.replace('Approved', 'Approve') })) },
        about: { hidden: state.gate !== 'GX' },
        reason: { long: true, hint: 'In a few sentences, for those who were not there.' },
        present: { label: 'Who sat at the table', one: 'Person', hint: 'Clinical leadership, IT, operations and end users have to be there.' },
        'present.constituency': { options: Object.entries(constituencies).map(([value, label]) => ({ value, label })) },
        contingencies: { hint: 'For an approval with contingencies: what must be done, by whom and by when.' },
        'contingencies.says': { label: 'What must be done', long: true },
        'contingencies.criterion': { options: state.criteria.map(({ criterion }) => ({ value: criterion.id, label: `${criterion.id} ${criterion.title}` })) },
        'contingencies.expires': { label: 'By' },
        reviewOn: { label: 'Review again on', hint: 'For a re-review.' },
      }}
      send={(body) => deciding.tellAsync({ params: { deployment: state.deployment, gate: state.gate }, body: { ...body, seen: state.digest } })}
    />
  );
}

/** What will be kept with the decision, as it is shown now. */
function Snapshot({ state }: { state: GateState }) {
  const names = (Object.keys(verdicts) as VerdictName[]).filter((name) => state.counts[name] > 0);
  return (
    <div className="stack">
      <p>This snapshot is kept with the decision; if a number moves before you save, the decision is refused and you look again.</p>
      <p className="row">
        {names.map((name) => (
          <Verdict key={name} verdict={name} label={`${state.counts[name]} ${verdicts[name].toLowerCase()}`} />
        ))}
        <span className="faint small">Numbers from records or telemetry: {state.evidence.share === null ? 'nothing measured' : wholePercent(state.evidence.share)}</span>
      </p>
      {state.blocks.length > 0 && (
        <Note kind="warning" title={`${state.blocks.length} required ${state.blocks.length === 1 ? 'criterion is' : 'criteria are'} neither met nor waived: a plain approval will be refused`}>
          <ul>
            {state.blocks.map((block) => (
              <li key={block.criterion}>
                {block.criterion} {block.title}: {verdicts[block.state].toLowerCase()}
              </li>
            ))}
          </ul>
        </Note>
      )}
    </div>
  );
}
