// What did the committee decide, and what exactly did it see?
import { useAsk } from '../../tools/ui/asking.ts';
import { useParam } from '../../tools/ui/Go.tsx';
import { Note } from '../../tools/ui/Note.tsx';
import { wholePercent } from '../../tools/ui/numbers.ts';
import { Facts, Page, Part } from '../../tools/ui/Page.tsx';
import { PrintButton } from '../../tools/ui/Printed.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { showDay, showInstant } from '../../tools/ui/RelativeTime.tsx';
import { TaskList } from '../../tools/ui/TaskList.tsx';
import { DecidingNumber } from './Criterion.tsx';
import { constituencies, readDecision } from './model.ts';
import { outcomeWords } from './stations.ts';

export default function DecisionPage() {
  const deployment = useParam('deployment');
  const found = useAsk(readDecision, { params: { decision: useParam('decision') } });
  if (found.error) return <ProblemNotice problem={found.error} />;
  if (!found.data) return <Waiting />;
  const { decision, snapshot, intact } = found.data;
  const base = `/deployments/${deployment}/gates`;
  return (
    <Page title={`${decision.gate}: ${outcomeWords[decision.outcome].toLowerCase()}`} level={2} trail={[{ label: 'Gates', to: base }, { label: decision.gate, to: `${base}/${decision.gate}` }]} says={decision.reason} actions={<PrintButton />}>
      {intact ? (
        <Note kind="good" title="The snapshot is intact">
          It has the digest that was written to the ledger: <code>{decision.digest}</code>
        </Note>
      ) : (
        <Note kind="warning" title="The snapshot does not have the digest written to the ledger">
          Somebody changed it after the decision. Tell the safety officer.
        </Note>
      )}
      <div className="card">
        <Facts
          facts={[
            ['Decided', showInstant(decision.at)],
            ['Recorded by', decision.by.name],
            ['Decision of this gate', `number ${decision.sequence}`],
            ['Path', snapshot.path],
            ['Numbers from records', snapshot.share === null ? 'nothing measured' : wholePercent(snapshot.share)],
            decision.nextReview ? ['Next review', showDay(decision.nextReview)] : null,
          ]}
        />
      </div>
      <Part title="Who sat at the table">
        <ul>
          {decision.present.map((person) => (
            <li key={person.name + person.constituency}>
              <b>{person.name}</b>, {constituencies[person.constituency]}
            </li>
          ))}
        </ul>
      </Part>
      {decision.contingencies.length > 0 && (
        <Part title="Contingencies">
          <ul className="stack">
            {decision.contingencies.map((one, index) => (
              <li key={index}>
                {one.criterion && <b>{one.criterion}: </b>}
                {one.says} <span className="faint">{one.owner}, by {showDay(one.expires)}</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title="What the committee saw">
        <TaskList label="Criteria as they were" tasks={snapshot.criteria.map(({ criterion, verdict }) => ({ id: criterion.id, code: criterion.id, title: criterion.title, verdict: verdict.state, number: <DecidingNumber verdict={verdict} />, body: () => <p style={{ paddingTop: '0.6rem' }}>{verdict.because}</p> }))} />
      </Part>
    </Page>
  );
}
