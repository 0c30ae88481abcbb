// What is a check of the notes, and how does a count become a finding?
import type { DataSection, Tier } from '../../spine/deployments/model.ts';
import { wilson } from '../../tools/statistics/intervals.ts';
import { boundOf, count, countOf, percent, sayInterval as interval, tidy } from '../../tools/statistics/finding.ts';
import { judge } from '../../tools/statistics/verdict.ts';
import { shareIn, type Kind } from './cells.ts';
import { everything, unitOf, type Desk } from './desk.ts';
import { maxRows, type CheckWords, type EvidenceRow, type Finding, type Threshold, type Unit, type Verdict } from './model.ts';

export type Check = CheckWords & { find(desk: Desk): Finding[] };

/** Fewer notes than this in a unit: shown, not judged. */
export const smallestUnit = 10;
/** Fewer notes than this in everything: not judged, as criterion 1.6 has it. */
export const smallestWhole = 30;

export const isWhole = ({ facility, department, type }: Unit): boolean => facility === null && department === null && type === null;

/** The charter's word on this check, else its default. */
export const thresholdOf = (check: Pick<CheckWords, 'id' | 'threshold'>, data: DataSection | null): Threshold | null => boundOf(check, data?.thresholds);

export interface Numbers {
  n: number;
  k: number | null;
  rate: number | null;
  low: number | null;
  high: number | null;
}

/** `weight`: by how many notes or documents it is judged; the whole on the pessimistic end of its interval where it is critical. */
export function findingOf(check: Check, desk: Desk, unit: Unit, numbers: Numbers, more: { weight: number; tier: Tier; says: string; figures?: Record<string, number | null>; rows?: EvidenceRow[] }): Finding {
  const threshold = thresholdOf(check, desk.data);
  return {
    check: check.id, unit, n: numbers.n, k: numbers.k, rate: tidy(numbers.rate), low: tidy(numbers.low), high: tidy(numbers.high),
    threshold: threshold?.value ?? null, bound: threshold?.bound ?? null, thresholdFrom: threshold?.from ?? null, tier: more.tier,
    verdict: verdictOf(numbers, threshold, more.weight, unit, more.tier), says: more.says + sayThreshold(threshold, numbers),
    figures: Object.fromEntries(Object.entries(more.figures ?? {}).map(([name, value]) => [name, tidy(value)])), rows: (more.rows ?? []).slice(0, maxRows),
  };
}

function verdictOf({ rate, low, high }: Numbers, threshold: Threshold | null, weight: number, unit: Unit, tier: Tier): Verdict {
  if (!threshold || rate === null) return 'not-measurable';
  const safety = tier === 'critical' && isWhole(unit) && low !== null;
  return judge({ n: weight, value: rate, low, high }, { direction: threshold.bound === 'at-least' ? 'at least' : 'at most', value: threshold.value, safety, minimumN: isWhole(unit) ? smallestWhole : smallestUnit });
}

const sayThreshold = (threshold: Threshold | null, { rate, k }: Numbers): string =>
  threshold === null || rate === null ? '' : ` ${threshold.bound === 'at-least' ? 'At least' : 'At most'} ${k === null ? threshold.value : percent(threshold.value)} is ${threshold.from === 'charter' ? 'promised' : 'the default'}.`;

/** k of n documents with Wilson's interval. */
export function countedShare(k: number, n: number): Numbers {
  const interval = wilson(k, n);
  return { n, k, rate: n === 0 ? null : k / n, low: interval?.low ?? null, high: interval?.high ?? null };
}

/** One kind's share of the text in every unit that has any: the whole, facilities, departments, note types, and types at facilities. */
export function textShares(check: Check, desk: Desk, kind: Kind, tier: Tier, says: (share: string, where: string) => string, rows: EvidenceRow[] = []): Finding[] {
  return inOrder(desk.cells).flatMap(([key, cell]) => {
    const unit = unitOf(key);
    const { value, low, high, effectiveN } = shareIn(cell, kind);
    if (value === null) return [];
    const at = ['copied', 'templated', 'imported', 'authored'].indexOf(kind);
    return [findingOf(check, desk, unit, { n: cell.characters, k: cell.kinds[at]!, rate: value, low, high }, {
      weight: cell.notes, tier: unit.type !== null && unit.facility !== null ? 'context' : tier, says: `${says(percent(value), sayUnit(unit))}${interval(low, high)}.`,
      figures: { notes: cell.notes, patients: cell.patients, effectiveN }, rows: isWhole(unit) ? rows : [],
    })];
  });
}

/** The whole first, then facilities, departments and types by name. */
export function inOrder<Value>(byUnit: ReadonlyMap<string, Value>): [string, Value][] {
  const rank = ({ facility, department, type }: Unit) => (isWhole({ facility, department, type }) ? 0 : type === null ? (department === null ? 1 : 2) : facility === null ? 3 : 4);
  return [...byUnit].sort(([a], [b]) => rank(unitOf(a)) - rank(unitOf(b)) || (a < b ? -1 : 1));
}

/** Units of documents: the whole, facilities and departments. */
export const places = (desk: Desk): [string, Unit][] => inOrder(desk.documents).map(([key]) => [key, unitOf(key)] as [string, Unit]).filter(([, { type }]) => type === null);

export const sayUnit = ({ facility, department, type }: Unit): string => {
  const parts = [department, facility].filter((one) => one !== null);
  return `${parts.length > 0 ? ` in ${parts.join(', ')}` : ''}${type === null ? '' : ` in ${/notes?$/i.test(type) ? type : `“${type}”`}`}`;
};

export { count, countOf, everything, interval, percent, tidy };
