// How sure is this number?
import { count, inUnit, range } from './numbers.ts';

export interface Numbered {
  /** Null: not measurable, never zero. */
  value: number | null;
  low?: number | null | undefined;
  high?: number | null | undefined;
  n?: number | null | undefined;
  unit?: string;
}

/** The reading in one line: `97.2 % (95 % interval 96.1–98.0 %, n = 1,234)`. */
export function reading({ value, low, high, n, unit = 'proportion' }: Numbered): string {
  if (value === null) return n === null || n === undefined ? 'not measurable' : `not measurable (n = ${count(n)})`;
  const more = [
    low !== null && low !== undefined && high !== null && high !== undefined && `95 % interval ${range(low, high, unit)}`,
    n !== null && n !== undefined && `n = ${count(n)}`,
  ].filter(Boolean);
  return more.length ? `${inUnit(value, unit)} (${more.join(', ')})` : inUnit(value, unit);
}

/** A number with its 95 % interval and n. */
export function Interval(numbered: Numbered) {
  const { value, low, high, n, unit = 'proportion' } = numbered;
  const bounded = low !== null && low !== undefined && high !== null && high !== undefined;
  return (
    <span className="interval" title={reading(numbered)}>
      {value === null ? <span className="interval-none">not measurable</span> : <b className="interval-value">{inUnit(value, unit)}</b>}
      {value !== null && bounded && <span className="interval-range"> {range(low, high, unit)}</span>}
      {n !== null && n !== undefined && <span className="interval-n"> n {count(n)}</span>}
    </span>
  );
}
