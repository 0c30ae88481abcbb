// What exactly is asked of the notes, with which formula, default and limits?
import { useAsk } from '../../tools/ui/asking.ts';
import { Page, Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { percent } from '../../tools/ui/numbers.ts';
import { families, familyNames, listChecks, type CheckWords } from './model.ts';

export default function NoteChecksPage() {
  const found = useAsk(listChecks);
  return (
    <Page title="Note checks" trail={[{ label: 'Notes', to: '/notes' }]} says="Each with its formula, its default and what it cannot see. The charter may set another threshold.">
      <ProblemNotice problem={found.error} />
      {!found.data && !found.error && <Waiting />}
      {found.data &&
        familyNames.map((family) => (
          <Part key={family} title={families[family]}>
            <div className="stack">
              {found.data.items.filter((check) => check.family === family).map((check) => (
                <Check key={check.id} check={check} />
              ))}
            </div>
          </Part>
        ))}
    </Page>
  );
}

function Check({ check }: { check: CheckWords }) {
  const line = check.threshold && (check.id === 'U07' ? `${check.threshold.value} encounters` : percent(check.threshold.value));
  return (
    <section className="card" aria-labelledby={check.id}>
      <h3 className="part-title" id={check.id}>
        {check.id} {check.name}
      </h3>
      <p>{check.asks}</p>
      <dl className="facts">
        <div>
          <dt>Formula</dt>
          <dd>{check.formula}</dd>
        </div>
        <div>
          <dt>Default</dt>
          <dd>{check.threshold ? `${check.threshold.bound === 'at-least' ? 'at least' : 'at most'} ${line}` : 'none: only reported'}</dd>
        </div>
        <div>
          <dt>Cannot see</dt>
          <dd>{check.limits}</dd>
        </div>
        <div>
          <dt>Source</dt>
          <dd>{check.source}</dd>
        </div>
      </dl>
    </section>
  );
}
