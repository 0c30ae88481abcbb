// How do several shares compare with their thresholds, each with its uncertainty?
import { scaleLinear } from 'd3-scale';
import { count, percent } from '../numbers.ts';
import { verdicts, type VerdictName } from '../Verdict.tsx';
import { useChartWidth } from './chart-width.ts';
import { Figure } from './Figure.tsx';

export interface IntervalBar {
  id: string;
  label: string;
  /** 0 to 1; null: not measurable, and drawn as such, never as zero. */
  value: number | null;
  low: number | null;
  high: number | null;
  n: number | null;
  threshold?: number | null;
  verdict: VerdictName;
}

const rowHeight = 30;
const right = 96;

/** One line per share: a dot, its 95 % interval as a bar, the threshold as a tick. */
export function IntervalBars({ title, bars }: { title: string; bars: readonly IntervalBar[] }) {
  const { box, width } = useChartWidth();
  // A third of the room is for names, on a desk and on a phone.
  const left = Math.min(190, Math.round(width * 0.36));
  const letters = Math.floor(left / 6.4);
  const lowest = Math.min(1, ...bars.flatMap((bar) => [bar.low ?? 1, bar.threshold ?? 1]));
  const from = lowest > 0.6 ? 0.5 : 0;
  const x = scaleLinear([from, 1], [left, width - right]);
  const height = bars.length * rowHeight + 34;
  const ticks = x.ticks(width < 500 ? 3 : 5);
  return (
    <Figure
      box={box}
      title={title}
      reading={read(bars)}
      table={{
        headers: ['', 'share', '95 % interval', 'n', 'threshold', 'verdict'],
        rows: bars.map((bar) => [
          bar.label,
          bar.value === null ? null : percent(bar.value),
          bar.low === null || bar.high === null ? null : `${percent(bar.low)} to ${percent(bar.high)}`,
          bar.n === null ? null : count(bar.n),
          bar.threshold === null || bar.threshold === undefined ? null : percent(bar.threshold),
          verdicts[bar.verdict],
        ]),
      }}
    >
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}. ${read(bars)}`} className="chart">
        {ticks.map((tick) => (
          <g key={tick} transform={`translate(${x(tick)} 0)`}>
            <line y1={6} y2={height - 22} stroke="var(--line, #d9e2e1)" />
            <text y={height - 6} textAnchor="middle" className="chart-axis" fill="var(--ink-faint, #566970)" fontSize="11">
              {Math.round(tick * 100)} %
            </text>
          </g>
        ))}
        {from > 0 && (
          <text x={left} y={height - 6} textAnchor="end" dx={-24} fill="var(--ink-faint, #566970)" fontSize="10">
            axis from {from * 100} %
          </text>
        )}
        {bars.map((bar, index) => {
          const y = index * rowHeight + 20;
          const colour = `var(--${bar.verdict === 'not-measurable' ? 'unmeasured' : bar.verdict}, #10262c)`;
          return (
            <g key={bar.id}>
              <text x={0} y={y + 4} fontSize="12.5" fill="var(--ink, #10262c)">
                {bar.label.length > letters ? `${bar.label.slice(0, letters - 1)}…` : bar.label}
              </text>
              {bar.value !== null && bar.low !== null && bar.high !== null && (
                <>
                  <line x1={x(Math.max(from, bar.low))} x2={x(Math.max(from, bar.high))} y1={y} y2={y} stroke={colour} strokeWidth={6} strokeLinecap="round" opacity={0.35} />
                  <Dot verdict={bar.verdict} x={x(Math.max(from, bar.value))} y={y} colour={colour} />
                </>
              )}
              {bar.value === null && <line x1={left} x2={width - right} y1={y} y2={y} stroke={colour} strokeDasharray="2 5" />}
              {bar.threshold !== null && bar.threshold !== undefined && <line x1={x(Math.max(from, bar.threshold))} x2={x(Math.max(from, bar.threshold))} y1={y - 10} y2={y + 10} stroke="var(--ink, #10262c)" strokeWidth={1.8} />}
              <text x={width} y={y + 4} textAnchor="end" fontSize="12" fill="var(--ink, #10262c)">
                {bar.value === null ? 'not measurable' : percent(bar.value)}
              </text>
            </g>
          );
        })}
      </svg>
    </Figure>
  );
}

/** The dot repeats the verdict's shape, so that print in grey keeps it. */
function Dot({ verdict, x, y, colour }: { verdict: VerdictName; x: number; y: number; colour: string }) {
  if (verdict === 'not-met') return <rect x={x - 5} y={y - 5} width={10} height={10} fill={colour} />;
  if (verdict === 'undecided') return <path d={`M${x} ${y - 7} ${x + 7} ${y} ${x} ${y + 7} ${x - 7} ${y}Z`} fill="var(--surface, #fff)" stroke={colour} strokeWidth={2} />;
  return <circle cx={x} cy={y} r={5.5} fill={colour} />;
}

function read(bars: readonly IntervalBar[]): string {
  const counts = (Object.keys(verdicts) as VerdictName[]).map((name) => [name, bars.filter((bar) => bar.verdict === name).length] as const).filter(([, n]) => n > 0);
  const worst = bars.filter((bar) => bar.value !== null).toSorted((a, b) => a.value! - b.value!)[0];
  return `${bars.length} in all: ${counts.map(([name, n]) => `${n} ${verdicts[name].toLowerCase()}`).join(', ')}.${worst ? ` Lowest: ${worst.label}, ${percent(worst.value!)}.` : ''}`;
}
