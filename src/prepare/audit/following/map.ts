// For which facility and month does an element not come?
import type { AuditDocument } from '../model.ts';
import { smallestCell, type MapCell, type Missingness } from './model.ts';

/** A month of a facility as check C02 counted it. */
export interface MonthCount {
  element: string;
  facility: string;
  month: string;
  n: number;
  k: number;
  people: number;
}

/** Too few to call their silence remarkable. */
const smallestSilent = 10;
const unlikely = 0.001;

/** What check C02 counted by facility and month, from the findings of audit.json. Exports whose dates were shifted have none. */
export const monthCounts = (findings: AuditDocument['findings']): MonthCount[] =>
  findings.flatMap(({ check, element, unit, n, k, figures }) =>
    check === 'C02' && element !== null && unit.facility !== null && unit.month !== null && unit.department === null && unit.clinician === null
      ? [{ element, facility: unit.facility, month: unit.month, n, k: k ?? 0, people: Math.round(figures['patients'] ?? n) }]
      : [],
  );

/**
 * The map of these counts. A cell is silent when nothing came for at least 10, and (1 - p)^n < 0.001 with the share p of
 * all other cells of the element: check C06's rule for a gap, asked of a single month. `whole` holds n and k of each
 * element over everything, where `counts` are only a part.
 */
export function missingnessOf(counts: readonly MonthCount[], whole: ReadonlyMap<string, { n: number; k: number }> = totals(counts)): Missingness {
  const isSilent = ({ element, n, k }: MonthCount) => {
    const all = whole.get(element);
    return k === 0 && n >= smallestSilent && all !== undefined && all.n > n && n * Math.log1p(-Math.min(1 - 1e-12, all.k / (all.n - n))) < Math.log(unlikely);
  };
  const cells = counts.map((one): MapCell => {
    const withheld = one.people < smallestCell;
    return { element: one.element, facility: one.facility, month: one.month, n: withheld ? null : one.n, k: withheld ? null : one.k, silent: isSilent(one) };
  });
  const months = counts.map(({ month }) => month).filter((month) => /^\d{4}-\d{2}$/.test(month)).sort();
  return {
    months: months.length === 0 ? [] : monthsFrom(months[0]!, months.at(-1)!),
    facilities: [...new Set(counts.map(({ facility }) => facility))].sort(),
    elements: [...new Set(counts.map(({ element }) => element))].map((id) => ({ id, silent: cells.filter((cell) => cell.element === id && cell.silent).length })),
    cells,
  };
}

export function totals(counts: readonly MonthCount[]): Map<string, { n: number; k: number }> {
  const sums = new Map<string, { n: number; k: number }>();
  for (const { element, n, k } of counts) {
    const sum = sums.get(element) ?? { n: 0, k: 0 };
    sums.set(element, { n: sum.n + n, k: sum.k + k });
  }
  return sums;
}

/** At most ten years: a slipped year must not draw a thousand columns. */
const longest = 120;

function monthsFrom(first: string, last: string): string[] {
  const index = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
  const to = index(last);
  const from = Math.max(index(first), to - longest + 1);
  return Array.from({ length: to - from + 1 }, (_, i) => `${String(Math.floor((from + i) / 12)).padStart(4, '0')}-${String(((from + i) % 12) + 1).padStart(2, '0')}`);
}
