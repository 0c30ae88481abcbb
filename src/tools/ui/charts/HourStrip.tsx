// How was each hour of some days: whole, short, empty, or counted by nobody?
import { useChartWidth } from './chart-width.ts';
import { Figure, type FigureTable } from './Figure.tsx';

export interface Hour {
  /** When it begins. */
  at: string;
  /** `whole`: nothing lacks. `short`: something does. `empty`: there was nothing to have. `unknown`: nobody counted. */
  state: 'whole' | 'short' | 'empty' | 'unknown';
  /** The hour in words. */
  says: string;
}

const rowHeight = 22;
const [left, top] = [66, 20];
const dayName = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const dayOf = (at: string) => dayName.format(new Date(at));

/** One row a day, one cell an hour, in the reader's own time. Told apart by shape as well as by colour, so that grey paper keeps it. */
export function HourStrip({ title, reading, hours, table, words }: { title: string; reading: string; hours: readonly Hour[]; table: FigureTable; words: Record<Hour['state'], string> }) {
  const { box, width } = useChartWidth();
  const days = [...new Set(hours.map(({ at }) => dayOf(at)))];
  const cell = (width - left - 4) / 24;
  const height = top + days.length * rowHeight + 2;
  const place = ({ at }: Hour) => ({ x: left + new Date(at).getHours() * cell, y: top + days.indexOf(dayOf(at)) * rowHeight });
  return (
    <Figure box={box} title={title} reading={reading} table={table}>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}. ${reading}`} className="chart hour-strip">
        {[0, 6, 12, 18].map((hour) => (
          <text key={hour} x={left + hour * cell} y={13} fontSize="11" fill="var(--ink-faint, #566970)">
            {String(hour).padStart(2, '0')}:00
          </text>
        ))}
        {days.map((day, nth) => (
          <text key={day} x={0} y={top + nth * rowHeight + 14} fontSize="11" fill="var(--ink-soft, #41545a)">
            {day}
          </text>
        ))}
        {hours.map((hour) => (
          <Cell key={hour.at} state={hour.state} says={hour.says} {...place(hour)} width={cell} />
        ))}
      </svg>
      <ul className="legend" aria-label="Legend">
        {(['whole', 'short', 'empty', 'unknown'] as const).filter((state) => hours.some((one) => one.state === state)).map((state) => (
          <li key={state}>
            <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
              <Cell state={state} says={words[state]} x={0} y={-2} width={18} />
            </svg>{' '}
            {words[state]}
          </li>
        ))}
      </ul>
    </Figure>
  );
}

function Cell({ state, says, x, y, width }: { state: Hour['state']; says: string; x: number; y: number; width: number }) {
  const [w, h] = [Math.max(2, width - 2), rowHeight - 4];
  const [cx, cy] = [x + 1 + w / 2, y + 2 + h / 2];
  return (
    <g>
      <title>{says}</title>
      {state === 'whole' && <rect x={x + 1} y={y + 2} width={w} height={h} rx="2" fill="var(--teal, #0b5d63)" opacity="0.55" />}
      {state === 'short' && (
        <>
          <rect x={x + 1} y={y + 2} width={w} height={h} rx="2" fill="var(--not-met, #a3222b)" />
          <path d={`M${cx} ${y + 5}v7m0 2.500v1`} stroke="var(--surface, #fff)" strokeWidth="1.8" />
        </>
      )}
      {state === 'empty' && <circle cx={cx} cy={cy} r="1.6" fill="var(--ink-faint, #566970)" />}
      {state === 'unknown' && (
        <>
          <rect x={x + 1.5} y={y + 2.5} width={w - 1} height={h - 1} rx="2" fill="none" stroke="var(--line-strong, #a9bbbb)" strokeDasharray="2 2" />
          <path d={`M${cx - 2.5} ${cy}h5`} stroke="var(--ink-faint, #566970)" />
        </>
      )}
    </g>
  );
}
