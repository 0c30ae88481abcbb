// Can twenty decisions that nobody chose be told from input to action?
import { Button, NativeSelect } from '@mantine/core';
import { between } from '../../../tools/base/clock.ts';
import { useAsk, useTell } from '../../../tools/ui/asking.ts';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { Go, useKept } from '../../../tools/ui/Go.tsx';
import { Check, Cross } from '../../../tools/ui/icons.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { Note } from '../../../tools/ui/Note.tsx';
import { count } from '../../../tools/ui/numbers.ts';
import { Facts, Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import { RelativeTime, showInstant } from '../../../tools/ui/RelativeTime.tsx';
import { useSay } from '../../../tools/ui/Said.tsx';
import { tail } from '../words.ts';
import { drawDrill, linkNames, links, listDrills, scoreDrill, type Drill, type Link } from './model.ts';

const linkWords: Record<Link, string> = { input: 'Input', version: 'Version', output: 'Output', human: 'Person', action: 'Action' };

export function DrillView({ deployment }: { deployment: string }) {
  const found = useAsk(listDrills, { query: { deployment } });
  const [chosen, choose] = useKept('drill');
  if (found.error) return <ProblemNotice problem={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting what="Loading the drills" />;
  const { items } = found.data;
  const drill = items.find((one) => one.drill === chosen) ?? items[0];
  if (!drill) return <EmptyState title="No reconstruction drill was held" action={<Draw deployment={deployment} onDrawn={choose} />}>Twenty decisions of the last 28 days are drawn by the ledger itself, so that nobody can choose them. Each is told from input to action, and what is missing is named.</EmptyState>;
  return (
    <div className="stack">
      <div className="part-actions">
        <Draw deployment={deployment} onDrawn={choose} />
        {drill.reconstructed < drill.decisions.length && <ScoreAgain drill={drill} />}
        <Button variant="default" onClick={() => window.print()}>Print</Button>
        {items.length > 1 && <NativeSelect aria-label="Which drill" value={drill.drill} onChange={(event) => choose(event.currentTarget.value)} data={items.map((one) => ({ value: one.drill, label: `${showInstant(one.at)}: ${one.reconstructed} of ${one.decisions.length}` }))} />}
      </div>
      <OneDrill deployment={deployment} drill={drill} latest={drill === items[0]} />
    </div>
  );
}

function Draw({ deployment, onDrawn }: { deployment: string; onDrawn: (drill: string) => void }) {
  const say = useSay();
  const drawing = useTell(drawDrill, { done: (made) => { onDrawn(made.drill); say(`${made.reconstructed} of ${made.decisions.length} were told from input to action.`); } });
  if (!useMay(drawDrill)) return null;
  return (
    <>
      <Button loading={drawing.busy} onClick={() => drawing.tell({ body: { deployment } } as never)}>Draw 20 decisions</Button>
      <ProblemNotice problem={drawing.problem} />
    </>
  );
}

function ScoreAgain({ drill }: { drill: Drill }) {
  const say = useSay();
  const scoring = useTell(scoreDrill, { done: (again) => say(again.reconstructed === drill.reconstructed ? 'Nothing that was missing has been told meanwhile.' : `${again.reconstructed} of ${again.decisions.length} are found now.`) });
  if (!useMay(scoreDrill)) return null;
  return (
    <>
      <Button variant="default" loading={scoring.busy} onClick={() => scoring.tell({ params: { drill: drill.drill } } as never)}>Score the same ones again</Button>
      <ProblemNotice problem={scoring.problem} />
    </>
  );
}

function OneDrill({ deployment, drill, latest }: { deployment: string; drill: Drill; latest: boolean }) {
  const n = drill.decisions.length;
  const lacks = linkNames.map((link) => ({ link, many: drill.decisions.filter(({ missing }) => missing.includes(link)).length })).filter(({ many }) => many > 0);
  return (
    <>
      {drill.reconstructed === n ? (
        <Note kind="good" title={`All ${n} were told from input to action`}>{drill.days === 0 ? 'On the day they were drawn.' : `It took ${drill.days} working days.`}</Note>
      ) : (
        <Note kind="warning" title={`${drill.reconstructed} of ${n} were told from input to action`}>
          <ul>{lacks.map(({ link, many }) => <li key={link}><b>{linkWords[link]}</b> is missing in {many}. {links[link]}</li>)}</ul>
          What is missing can be told, and the same ones scored again.
        </Note>
      )}
      {n < 20 && <Note kind="info">There were only {n} decisions of the last 28 days; gate 2.2 asks for 20.</Note>}
      <Part title="The decisions drawn" says={<>Drawn <RelativeTime at={drill.at} />{between(drill.at, drill.scoredAt) > 60_000 && <>, scored last <RelativeTime at={drill.scoredAt} /></>}{!latest && '. This is an earlier drill; gates read the latest'}.</>}>
        <div className="table-scroll" style={{ maxHeight: 'none' }} tabIndex={0} role="region" aria-label="The decisions drawn and what was found of each">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">Decision</th>
                {linkNames.map((link) => <th key={link} scope="col" title={links[link]}>{linkWords[link]}</th>)}
              </tr>
            </thead>
            <tbody>
              {drill.decisions.map(({ decision, found }) => (
                <tr key={decision}>
                  <th scope="row"><Go to={`/deployments/${deployment}/decisions/${decision}`} title={decision}><code>{tail(decision)}</code></Go></th>
                  {linkNames.map((link) => <td key={link}><Found is={found.includes(link)} /></td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Part>
      <Part title="Why nobody could choose them" level={3}>
        <div className="card stack">
          <Facts facts={[['Seed', <code key="s">{drill.seed}</code>], ['Entries in the ledger then', count(drill.size)], ['Decisions since', showInstant(drill.from)], ['Drill', <code key="d">{drill.drill}</code>]]} />
          <p className="small faint">The seed is the root of the ledger’s tree at that moment. Drawn are the decisions with the smallest SHA-256 of the seed followed by the decision’s id: whoever has both draws the same.</p>
        </div>
      </Part>
    </>
  );
}

const Found = ({ is }: { is: boolean }) => <span className={is ? 'is-found' : 'is-lacking'}>{is ? <Check size={14} /> : <Cross size={14} />} {is ? 'found' : 'missing'}</span>;
