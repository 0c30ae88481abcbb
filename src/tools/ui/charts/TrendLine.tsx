// How did a number move over time, and how sure is each point of it?
import { scaleLinear, scaleTime } from 'd3-scale';
import { area, line } from 'd3-shape';
import { inUnit } from '../numbers.ts';
import { showDay } from '../RelativeTime.tsx';
import { useChartWidth } from './chart-width.ts';
import { Figure } from './Figure.tsx';

export interface TrendPoint {
  at: string;
  /** Null: not measured then; the line breaks there. */
  value: number | null;
  low?: number | null;
  high?: number | null;
  n?: number | null;
}

const height = 200;
const margin = { left: 52, right: 14, top: 12, bottom: 26 };

export function TrendLine({ title, points, unit = 'proportion', threshold = null }: { title: string; points: readonly TrendPoint[]; unit?: string; threshold?: number | null }) {
  const { box, width } = useChartWidth();
  const known = points.filter((point) => point.value !== null);
  const values = [...known.flatMap((point) => [point.value!, point.low ?? point.value!, point.high ?? point.value!]), ...(threshold === null ? [] : [threshold])];
  const times = points.map((point) => Date.parse(point.at));
  const x = scaleTime([Math.min(...times), Math.max(...times)], [margin.left, width - margin.right]);
  const y = scaleLinear([Math.min(...values), Math.max(...values)], [height - margin.bottom, margin.top]).nice(4);
  const at = (point: TrendPoint) => x(new Date(point.at));
  const banded = area<TrendPoint>().defined((point) => point.low !== null && point.low !== undefined && point.high !== null && point.high !== undefined).x(at).y0((point) => y(point.low!)).y1((point) => y(point.high!));
  const drawn = line<TrendPoint>().defined((point) => point.value !== null).x(at).y((point) => y(point.value!));
  const says = read(points, unit, threshold);
  return (
    <Figure
      box={box}
      title={title}
      reading={says}
      table={{
        headers: ['when', 'value', '95 % interval', 'n'],
        rows: points.map((point) => [showDay(point.at), point.value === null ? null : inUnit(point.value, unit), point.low === null || point.low === undefined || point.high === null || point.high === undefined ? null : `${inUnit(point.low, unit)} to ${inUnit(point.high, unit)}`, point.n ?? null]),
      }}
    >
      {known.length === 0 ? (
        <p className="none">Nothing has been measured yet.</p>
      ) : (
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}. ${says}`} className="chart">
          {y.ticks(4).map((tick) => (
            <g key={tick}>
              <line x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} stroke="var(--line, #d9e2e1)" />
              <text x={margin.left - 8} y={y(tick) + 4} textAnchor="end" fontSize="11" fill="var(--ink-faint, #566970)">
                {inUnit(tick, unit)}
              </text>
            </g>
          ))}
          {threshold !== null && <line x1={margin.left} x2={width - margin.right} y1={y(threshold)} y2={y(threshold)} stroke="var(--ink, #10262c)" strokeDasharray="5 4" />}
          <path d={banded(points) ?? ''} fill="var(--teal, #0b5d63)" opacity={0.16} />
          <path d={drawn(points) ?? ''} fill="none" stroke="var(--teal, #0b5d63)" strokeWidth={2} />
          {known.map((point) => (
            <circle key={point.at} cx={at(point)} cy={y(point.value!)} r={3} fill="var(--teal, #0b5d63)" />
          ))}
          <text x={margin.left} y={height - 6} fontSize="11" fill="var(--ink-faint, #566970)">
            {showDay(points[0]!.at)}
          </text>
          <text x={width - margin.right} y={height - 6} textAnchor="end" fontSize="11" fill="var(--ink-faint, #566970)">
            {showDay(points.at(-1)!.at)}
          </text>
        </svg>
      )}
    </Figure>
  );
}

/** The line alone, for a table's cell; its reading is its name. */
export function Sparkline({ label, values }: { label: string; values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return <span className="none">no trend yet</span>;
  const x = scaleLinear([0, values.length - 1], [2, 78]);
  const y = scaleLinear([Math.min(...known), Math.max(...known)], [18, 3]);
  const drawn = line<number | null>().defined((value) => value !== null).x((_, index) => x(index)).y((value) => y(value!));
  return (
    <svg width={80} height={21} viewBox="0 0 80 21" role="img" aria-label={label} className="sparkline">
      <path d={drawn(values) ?? ''} fill="none" stroke="var(--teal, #0b5d63)" strokeWidth={1.6} />
    </svg>
  );
}

function read(points: readonly TrendPoint[], unit: string, threshold: number | null): string {
  const known = points.filter((point) => point.value !== null);
  const first = known[0];
  const last = known.at(-1);
  if (!first || !last) return 'Nothing has been measured yet.';
  const moved = last.value! - first.value!;
  const line_ = threshold === null ? '' : ` The threshold is ${inUnit(threshold, unit)}.`;
  if (known.length === 1) return `One measurement: ${inUnit(last.value!, unit)} on ${showDay(last.at)}.${line_}`;
  return `${known.length} measurements, ${moved === 0 ? 'unchanged at' : `${moved > 0 ? 'up' : 'down'} from ${inUnit(first.value!, unit)} to`} ${inUnit(last.value!, unit)} by ${showDay(last.at)}.${line_}`;
}
