// What is checked, how is it computed, and who says so?
import { useAsk } from '../../tools/ui/asking.ts';
import { Page, Part } from '../../tools/ui/Page.tsx';
import { percent } from '../../tools/ui/numbers.ts';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { families, familyNames, listChecks } from './model.ts';

export default function ChecksPage() {
  const checks = useAsk(listChecks);
  const items = checks.data?.items ?? [];
  return (
    <Page title="Checks of a data audit" trail={[{ label: 'Data', to: '/data' }]} says="Each with its formula, its default threshold, its source, and what it cannot see. The charter's thresholds go before the defaults.">
      <ProblemNotice problem={checks.error} />
      {checks.isLoading && <Waiting />}
      {familyNames
        .filter((family) => items.some((check) => check.family === family))
        .map((family) => (
          <Part key={family} title={family.charAt(0).toUpperCase() + family.slice(1)} says={families[family]}>
            <div className="checks">
              {items
                .filter((check) => check.family === family)
                .map((check) => (
                  <article key={check.id} className="card" id={check.id}>
                    <h3 className="part-title">
                      {check.id} {check.name}
                    </h3>
                    <p>{check.asks}</p>
                    <dl className="small checks-facts">
                      <dt>Formula</dt>
                      <dd>{check.formula}</dd>
                      <dt>Default</dt>
                      <dd>{check.threshold ? `${check.threshold.bound.replace('-', ' ')} ${percent(check.threshold.value)}` : 'none; the charter says'}</dd>
                      <dt>Source</dt>
                      <dd>{check.source}</dd>
                      <dt>Cannot see</dt>
                      <dd>{check.limits}</dd>
                    </dl>
                  </article>
                ))}
            </div>
          </Part>
        ))}
    </Page>
  );
}
