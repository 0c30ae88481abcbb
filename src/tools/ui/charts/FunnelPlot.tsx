// Which units lie further out than units of their size do by chance?
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { count, percent } from '../numbers.ts';
import { useChartWidth } from './chart-width.ts';
import { Figure } from './Figure.tsx';

export interface FunnelPoint {
  label: string;
  n: number;
  share: number;
  outside: 'below' | 'above' | null;
}

interface FunnelPlotProps {
  title: string;
  points: readonly FunnelPoint[];
  centre: number;
  /** The limits of a unit of this size. */
  limits: (n: number) => { low95: number; high95: number; low998: number; high998: number };
}

const height = 300;
const margin = { left: 58, right: 16, top: 12, bottom: 40 };

/** Each unit by its size, between the limits within which units of that size lie by chance. Only the furthest outside are named. */
export function FunnelPlot({ title, points, centre, limits }: FunnelPlotProps) {
  const { box, width } = useChartWidth();
  const most = Math.max(10, ...points.map(({ n }) => n));
  const least = Math.max(1, Math.min(5, ...points.map(({ n }) => n)));
  const x = scaleLog([least, most * 1.1], [margin.left, width - margin.right]);
  const sizes = Array.from({ length: 60 }, (_, i) => least * ((most * 1.1) / least) ** (i / 59));
  const edges = sizes.map((n) => ({ n, ...limits(n) }));
  const lowest = Math.min(...points.map(({ share }) => share), ...edges.map(({ low998, n }) => (n >= 10 ? low998 : 1)));
  const y = scaleLinear([Math.max(0, lowest - 0.03), 1], [height - margin.bottom, margin.top]);
  const clamped = (value: number) => y(Math.max(y.domain()[0]!, value));
  const edge = (of: 'low95' | 'high95' | 'low998' | 'high998') => line<(typeof edges)[number]>().x((one) => x(one.n)).y((one) => clamped(one[of]))(edges) ?? '';
  // The furthest are named, where there is room; all of them stand in the table.
  const named = new Set<FunnelPoint>();
  for (const one of points.filter(({ outside }) => outside !== null).toSorted((a, b) => Math.abs(b.share - centre) - Math.abs(a.share - centre))) if (named.size < 6 && ![...named].some((other) => Math.abs(y(other.share) - y(one.share)) < 14)) named.add(one);
  const says = read(points, centre);
  return (
    <Figure
      box={box}
      title={title}
      reading={says}
      table={{ headers: ['unit', 'n', 'share', '95 % limits', '99.8 % limits', ''], rows: points.toSorted((a, b) => a.share - b.share).map((one) => [one.label, count(one.n), percent(one.share), between(limits(one.n), '95'), between(limits(one.n), '998'), one.outside === null ? 'inside' : `outside, ${one.outside}`]) }}
    >
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}. ${says}`} className="chart">
        {y.ticks(5).map((tick) => (
          <g key={tick}>
            <line x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} stroke="var(--line, #d9e2e1)" />
            <text x={margin.left - 8} y={y(tick) + 4} textAnchor="end" fontSize="11" fill="var(--ink-faint, #566970)">
              {Math.round(tick * 1000) / 10} %
            </text>
          </g>
        ))}
        {(width < 500 ? [10, 100, 1_000, 10_000, 100_000, 1_000_000] : [5, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000]).filter((tick) => tick >= least && tick <= most * 1.1).map((tick) => (
          <text key={tick} x={x(tick)} y={height - 22} textAnchor="middle" fontSize="11" fill="var(--ink-faint, #566970)">
            {count(tick)}
          </text>
        ))}
        <text x={(margin.left + width) / 2} y={height - 5} textAnchor="middle" fontSize="11" fill="var(--ink-faint, #566970)">
          patients or encounters in the unit
        </text>
        <line x1={margin.left} x2={width - margin.right} y1={y(centre)} y2={y(centre)} stroke="var(--ink, #10262c)" strokeWidth={1} />
        {(['low998', 'high998'] as const).map((of) => (
          <path key={of} d={edge(of)} fill="none" stroke="var(--ink-soft, #3f535a)" strokeWidth={1.4} />
        ))}
        {(['low95', 'high95'] as const).map((of) => (
          <path key={of} d={edge(of)} fill="none" stroke="var(--ink-soft, #3f535a)" strokeDasharray="4 4" />
        ))}
        {points.map((one) => (
          <g key={one.label}>
            {one.outside === null ? (
              <circle cx={x(one.n)} cy={y(one.share)} r={4} fill="var(--surface, #fff)" stroke="var(--teal, #0b5d63)" strokeWidth={1.6}>
                <title>{`${one.label}: ${percent(one.share)} of ${count(one.n)}`}</title>
              </circle>
            ) : (
              <>
                <rect x={x(one.n) - 5} y={y(one.share) - 5} width={10} height={10} fill={one.outside === 'below' ? 'var(--not-met, #a3222b)' : 'var(--teal, #0b5d63)'}>
                  <title>{`${one.label}: ${percent(one.share)} of ${count(one.n)}`}</title>
                </rect>
                {named.has(one) && (
                  <text x={x(one.n) + (x(one.n) > width * 0.6 ? -9 : 9)} y={y(one.share) + 4} textAnchor={x(one.n) > width * 0.6 ? 'end' : 'start'} fontSize="11.5" fill="var(--ink, #10262c)">
                    {cutTo(one.label, width < 500 ? 20 : 34)}
                  </text>
                )}
              </>
            )}
          </g>
        ))}
      </svg>
    </Figure>
  );
}

const cutTo = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const between = (limits: ReturnType<FunnelPlotProps['limits']>, of: '95' | '998') => `${percent(limits[`low${of}`])} to ${percent(limits[`high${of}`])}`;

function read(points: readonly FunnelPoint[], centre: number): string {
  const low = points.filter(({ outside }) => outside === 'below');
  const high = points.filter(({ outside }) => outside === 'above');
  const named = (these: readonly FunnelPoint[]) => `${these.slice(0, 5).map(({ label }) => label).join(', ')}${these.length > 5 ? ` and ${these.length - 5} more` : ''}`;
  return `${count(points.length)} ${points.length === 1 ? 'unit' : 'units'} around ${percent(centre)}. ${low.length === 0 && high.length === 0 ? 'None lies outside the 99.8 % limits.' : `Outside the 99.8 % limits: ${[low.length > 0 && `${low.length} below (${named(low)})`, high.length > 0 && `${high.length} above (${named(high)})`].filter(Boolean).join(', ')}.`}`;
}
