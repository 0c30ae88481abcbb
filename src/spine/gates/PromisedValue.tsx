// What does the problem cost, what was this AI to change, and what does it cost itself, as far as the charter says?
import { add, show, type Money } from '../../tools/base/money.ts';
import { useAsk } from '../../tools/ui/asking.ts';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { Go } from '../../tools/ui/Go.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { count, inUnit } from '../../tools/ui/numbers.ts';
import { Facts, Part } from '../../tools/ui/Page.tsx';
import { showDay } from '../../tools/ui/RelativeTime.tsx';
import { getCharter } from '../deployments/model.ts';

/** An amount without its cents, which nobody reads in a sum of a year. */
const whole = (amount: Money): string => show(amount).replace(/\.00$/, '');

export function PromisedValue({ deployment }: { deployment: string }) {
  const may = useMay(getCharter);
  const found = useAsk(getCharter, { params: { deployment } }, { when: may });
  const charter = found.data?.charter;
  if (!charter) return null;
  const { cost } = charter.problem;
  const metrics = [...charter.value, ...charter.adoption];
  const [first, ...others] = charter.costs.map(({ firstYear }) => firstYear);
  const planned = first && others.every(({ currency }) => currency === first.currency) ? others.reduce(add, first) : null;
  if (!cost && metrics.length === 0 && !planned) return null;
  return (
    <Part title="What it is to bring" says="As the charter promised it before anybody saw a result. What it has brought is not computed here yet: gates G5 and G6 take it from documents until it is.">
      <div className="card">
        <Facts
          facts={[
            ['The problem costs', cost ? <span key="c">{whole(cost.perYear)} a year{cost.low && cost.high && <span className="faint small"> ({whole(cost.low)} to {whole(cost.high)})</span>}</span> : 'nobody has computed it'],
            cost ? ['Computed from', cost.computedFrom] : null,
            ['Planned for the first year', planned ? `${whole(planned)} on ${count(charter.costs.length)} ${charter.costs.length === 1 ? 'line' : 'lines'}` : 'no plan yet'],
            ['Charter', <Go key="l" to={`/deployments/${deployment}/charter`}>version {found.data?.version?.version ?? 1}</Go>],
          ]}
        />
      </div>
      {metrics.length > 0 && (
        <DataTable
          caption="What is to change"
          bare
          rows={metrics}
          idOf={(one) => one.id}
          columns={[
            { id: 'name', header: 'What is to change', value: (one) => one.name },
            { id: 'baseline', header: 'Before', value: (one) => one.baseline?.value, cell: (one) => (one.baseline === null ? <span className="none">not measured</span> : <>{inUnit(one.baseline.value, one.unit)} <span className="faint small">n {count(one.baseline.n)}, {showDay(one.baseline.from)} to {showDay(one.baseline.to)}</span></>) },
            { id: 'target', header: 'Target', value: (one) => one.target, cell: (one) => (one.target === null ? <span className="none">none set</span> : <>{inUnit(one.target, one.unit)}{one.by && <span className="faint small"> by {showDay(one.by)}</span>}</>) },
            { id: 'finance', header: 'Tracked by finance', value: (one) => one.trackedByFinance },
          ]}
        />
      )}
    </Part>
  );
}
