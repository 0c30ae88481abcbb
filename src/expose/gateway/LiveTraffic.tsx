// How many calls come right now, how fast are they answered, and how much of the error budget is left?
import { NativeSelect } from '@mantine/core';
import type { Answered } from '../../tools/base/endpoint.ts';
import { minutes as ofMinutes } from '../../tools/base/clock.ts';
import { useAsk } from '../../tools/ui/asking.ts';
import { StackedBars } from '../../tools/ui/charts/StackedBars.tsx';
import { useKept } from '../../tools/ui/Go.tsx';
import { count, percent } from '../../tools/ui/numbers.ts';
import { Facts, Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { traffic } from './model.ts';

type Traffic = Answered<typeof traffic>;

const periods = [
  { value: '60', label: 'The last hour' },
  { value: '1440', label: 'The last day' },
  { value: '10080', label: 'The last week' },
];
const series = [
  { id: 'shown', label: 'Shown', colour: 'var(--teal, #0b5d63)' },
  { id: 'silent', label: 'Nothing shown, as meant', colour: 'var(--line-strong, #a9bbbb)', hatched: true },
  { id: 'failures', label: 'Failed', colour: 'var(--not-met, #a3222b)' },
];
const words: Record<string, string> = { shown: 'Shown', empty: 'No card', shadow: 'Shadow', suppressed: 'Suppressed', killed: 'Killed', off: 'Off', late: 'Late', 'vendor-failed': 'Vendor failed', 'ledger-failed': 'Could not be recorded', lint: 'Broke the specification', refused: 'Caller refused', unknowing: 'Policy not known', flagged: 'Shown unrecorded' };

const ms = (value: number | null) => (value === null ? 'no call' : `${value < 10 ? value.toFixed(1) : count(value)} ms`);

export function LiveTraffic({ deployment }: { deployment: string }) {
  const [period, setPeriod] = useKept('minutes', '60');
  const length = periods.some(({ value }) => value === period) ? Number(period) : 60;
  const found = useAsk(traffic, { params: { deployment }, query: { minutes: length } }, { every: () => 5_000, keepBefore: true });
  const it = found.data;
  return (
    <Part title="Live traffic" says="Over all instances. Asked again every five seconds." actions={<NativeSelect size="xs" aria-label="Period of the traffic" value={String(length)} onChange={(event) => setPeriod(event.currentTarget.value)} data={periods} />}>
      {found.error && <ProblemNotice problem={found.error} again={() => void found.refetch()} />}
      {!it && !found.error && <Waiting what="Counting calls" />}
      {it && (
        <div className="card stack">
          <Facts
            facts={[
              ['Calls', count(it.calls)],
              ['The record system waits', it.calls === 0 ? <span className="none" key="w">no call</span> : <>{ms(it.p50Ms)} <span className="faint" title="p95: nineteen of twenty calls are faster">95 % within {ms(it.p95Ms)}</span></>],
              ['Of that, the vendor', it.vendorP50Ms === null ? <span className="none" key="v">not asked</span> : <>{ms(it.vendorP50Ms)} <span className="faint" title="p95: nineteen of twenty calls are faster">95 % within {ms(it.vendorP95Ms)}</span></>],
              ['Failed', `${count(it.failures)}${it.calls > 0 ? ` (${percent(it.failures / it.calls)})` : ''}`],
              ['Error budget', <Budget key="b" budget={it.budget} />],
            ]}
          />
          <StackedBars title="Calls over time." what="calls" series={series} bars={barsOf(it, length)} />
          {it.calls > 0 && <p className="small">{Object.entries(it.outcomes).toSorted((a, b) => b[1] - a[1]).map(([name, n]) => `${words[name] ?? name} ${count(n)}`).join(' · ')}</p>}
        </div>
      )}
    </Part>
  );
}

function Budget({ budget }: Pick<Traffic, 'budget'>) {
  if (budget.left === null) return <span className="none">no call</span>;
  const goal = `${percent(budget.objective)} of calls must find a usable answer in time; ${budget.allowed.toFixed(1)} of these could fail, ${budget.used} did.`;
  return <span title={goal}>{budget.left < 0 ? <span className="tag is-warning">spent</span> : `${percent(budget.left)} left`} <span className="faint">{count(budget.used)} failed, {budget.allowed.toFixed(1)} allowed</span></span>;
}

/** Sixty bars whatever the period; minutes without a call have none. */
function barsOf(it: Traffic, length: number) {
  const step = ofMinutes(length / 60);
  const end = Math.ceil(Date.parse(it.to) / step) * step;
  const bars = Array.from({ length: 60 }, (_, nth) => {
    const at = new Date(end - (60 - nth) * step);
    const label = length > 60 * 24 ? at.toLocaleDateString('en-GB', { day: '2-digit', month: 'short' }) : at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
    return { id: String(at.getTime()), label, values: { shown: 0, silent: 0, failures: 0 } };
  });
  for (const one of it.minutes) {
    const bar = bars[60 - Math.ceil((end - Date.parse(one.minute)) / step)];
    if (!bar) continue;
    bar.values.shown += one.shown;
    bar.values.failures += one.failures;
    bar.values.silent += one.calls - one.shown - one.failures;
  }
  return bars;
}
