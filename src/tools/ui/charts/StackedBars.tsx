// How many of each kind were there, period by period?
import { scaleBand, scaleLinear } from 'd3-scale';
import { count } from '../numbers.ts';
import { useChartWidth } from './chart-width.ts';
import { Figure } from './Figure.tsx';

export interface StackedSeries {
  id: string;
  label: string;
  /** A colour with its fallback for print without a style sheet, e.g. `var(--teal, #0b5d63)`. */
  colour: string;
  /** Hatched, so that print in grey tells it from its neighbours. */
  hatched?: boolean;
}

export interface StackedBar {
  id: string;
  label: string;
  values: Readonly<Record<string, number>>;
}

const height = 210;
/** A label takes this much of the width. */
const labelled = 80;
const margin = { left: 52, right: 10, top: 12, bottom: 26 };

/** One bar per period; a period without anything has no bar. `what` are they, in the plural. */
export function StackedBars({ title, bars, series, what }: { title: string; bars: readonly StackedBar[]; series: readonly StackedSeries[]; what: string }) {
  const { box, width } = useChartWidth();
  const totals = series.map((one) => ({ ...one, n: bars.reduce((sum, bar) => sum + (bar.values[one.id] ?? 0), 0) })).filter(({ n }) => n > 0);
  const sumOf = (bar: StackedBar) => series.reduce((sum, one) => sum + (bar.values[one.id] ?? 0), 0);
  // Sixty rows of zeros would hide the one that tells something, on paper most of all.
  const told = bars.filter((bar) => sumOf(bar) > 0);
  const all = totals.reduce((sum, { n }) => sum + n, 0);
  const says = all === 0 ? `No ${what} in this period.` : `${count(all)} ${what}: ${totals.map(({ label, n }) => `${count(n)} ${label.toLowerCase()}`).join(', ')}.`;
  const x = scaleBand(bars.map(({ id }) => id), [margin.left, width - margin.right]).paddingInner(0.25);
  const y = scaleLinear([0, Math.max(1, ...bars.map(sumOf))], [height - margin.bottom, margin.top]).nice(4);
  const every = Math.max(1, Math.ceil((bars.length * labelled) / width));
  return (
    <Figure box={box} title={title} reading={says} table={{ headers: ['', ...totals.map(({ label }) => label), 'all'], rows: told.map((bar) => [bar.label, ...totals.map(({ id }) => bar.values[id] ?? 0), sumOf(bar)]), ...(told.length < bars.length && { says: `Periods without any ${what} have no row.` }) }}>
      {all === 0 ? (
        <p className="none">Nothing in this period.</p>
      ) : (
        <>
          <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}. ${says}`} className="chart">
            <defs>
              {totals.filter(({ hatched }) => hatched).map((one) => (
                <pattern key={one.id} id={`hatch-${one.id}`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                  <rect width="6" height="6" fill="var(--surface, #fff)" />
                  <rect width="3" height="6" fill={one.colour} />
                </pattern>
              ))}
            </defs>
            {y.ticks(4).filter(Number.isInteger).map((tick) => (
              <g key={tick}>
                <line x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} stroke="var(--line, #d9e2e1)" />
                <text x={margin.left - 8} y={y(tick) + 4} textAnchor="end" fontSize="11" fill="var(--ink-faint, #566970)">
                  {count(tick)}
                </text>
              </g>
            ))}
            {bars.map((bar, nth) => (
              <g key={bar.id}>
                {layers(bar, totals).map(({ id, colour, hatched, from, to }) => (
                  <rect key={id} x={x(bar.id)} width={x.bandwidth()} y={y(to)} height={y(from) - y(to)} fill={hatched ? `url(#hatch-${id})` : colour} />
                ))}
                {nth % every === 0 && (
                  <text x={x(bar.id)! + x.bandwidth() / 2} y={height - 8} textAnchor="middle" fontSize="11" fill="var(--ink-faint, #566970)">
                    {bar.label}
                  </text>
                )}
              </g>
            ))}
          </svg>
          <ul className="legend">
            {totals.map((one) => (
              <li key={one.id}>
                <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
                  <rect width="14" height="14" rx="2" fill={one.hatched ? `url(#hatch-${one.id})` : one.colour} stroke="var(--line-strong, #a9bbbb)" />
                </svg>
                {one.label} {count(one.n)}
              </li>
            ))}
          </ul>
        </>
      )}
    </Figure>
  );
}

function layers<Series extends StackedSeries>(bar: StackedBar, series: readonly Series[]): (Series & { from: number; to: number })[] {
  let reached = 0;
  return series.flatMap((one) => {
    const n = bar.values[one.id] ?? 0;
    if (n === 0) return [];
    const from = reached;
    reached += n;
    return [{ ...one, from, to: reached }];
  });
}
