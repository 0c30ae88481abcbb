// What do the drawn records say about everything they were drawn from, and how many more would decide?
import type { Element } from '../../../spine/deployments/model.ts';
import { clears, moreToDecide, stratifiedShare, type Drawn } from '../../../tools/statistics/stratified.ts';
import { countOf, percent, sayInterval, sayUnit, tidy } from '../judging.ts';
import type { FullFeed } from './frame.ts';
import type { Estimate, SampledRecord, StratumRow } from './sample-words.ts';

/** A part of the hospital; both null: the whole frame. */
export interface Part {
  facility: string | null;
  department: string | null;
}

export const isIn = (part: Part, record: { facility: string; department: string }): boolean => (part.facility === null || record.facility === part.facility) && (part.department === null || record.department === part.department);

/** The drawn records by stratum, each as what `look` makes of it; null: not looked at. */
export function byStratum(strata: readonly StratumRow[], records: readonly SampledRecord[], look: (record: SampledRecord) => Drawn | null) {
  const drawn: Drawn[][] = strata.map(() => []);
  for (const record of records) if (record.drawn) drawn[record.stratum]!.push(look(record) ?? { y: 0, x: 0 });
  return strata.map(({ size }, at) => ({ size, drawn: drawn[at]! }));
}

/** Whole, each facility, each department of it. */
export function partsOf(records: readonly { facility: string; department: string }[]): Part[] {
  const facilities = [...new Set(records.map(({ facility }) => facility))].sort();
  return [
    { facility: null, department: null },
    ...facilities.flatMap((facility) => [
      { facility, department: null },
      ...[...new Set(records.filter((one) => one.facility === facility).map(({ department }) => department))].sort().map((department) => ({ facility, department })),
    ]),
  ];
}

/** With fewer drawn records nothing is decided. */
const fewest = 5;

/** Completeness of every element, for the whole, every facility and every department that was drawn from. */
export function estimatesOf(elements: readonly Pick<Element, 'id' | 'name' | 'tier' | 'threshold'>[], strata: readonly StratumRow[], records: readonly SampledRecord[], feed: readonly FullFeed[] | null): Estimate[] {
  const parts = partsOf(records.filter(({ drawn }) => drawn));
  return elements.flatMap((element, el) =>
    parts.map((part): Estimate => {
      const share = stratifiedShare(byStratum(strata, records, (record) => {
        const found = record.found[element.id];
        return found && found.n > 0 && isIn(part, record) ? { y: found.k, x: found.n } : null;
      }));
      const mine = feed?.filter((row) => row.el === el && isIn(part, row)) ?? null;
      const sum = (of: (row: FullFeed) => number) => mine!.reduce((all, row) => all + of(row), 0);
      const full = mine && { n: sum(({ n }) => n), k: sum(({ k }) => k), rate: tidy(sum(({ k }) => k) / sum(({ n }) => n)) };
      const size = mine ? sum(({ records: all }) => all) : sizeOf(part, strata);
      const clear = clears(share, element.threshold);
      // One record that lacks it is nothing to judge a unit by, whatever its interval says.
      const few = clear !== 'not-measurable' && share.n < fewest;
      const verdict = few ? 'undecided' : clear;
      const enough = verdict === 'not-measurable' ? null : moreToDecide(share, element.threshold, size);
      const more = few && enough !== null ? (size < fewest ? null : Math.max(enough, fewest - share.n)) : enough;
      const numbers = { n: share.n, value: tidy(share.value), low: tidy(share.low), high: tidy(share.high) };
      return {
        element: element.id, name: element.name, tier: element.tier, ...part, ...numbers, standardError: tidy(share.standardError), designEffect: tidy(share.designEffect) ?? 1, effectiveN: tidy(share.effectiveN) ?? 0,
        threshold: element.threshold, verdict, more, says: say(element, part, numbers, verdict, more), fullFeed: full,
      };
    }),
  );
}

/** Records of the strata that lie in a part: exact where strata are not wider than the part. */
const sizeOf = (part: Part, strata: readonly StratumRow[]) => strata.filter((one) => (part.facility === null || one.facility === part.facility) && (part.department === null || one.department === part.department || one.department === null)).reduce((sum, { size }) => sum + size, 0);

function say(element: Pick<Element, 'name' | 'threshold'>, part: Part, { n, value, low, high }: Pick<Estimate, 'n' | 'value' | 'low' | 'high'>, verdict: Estimate['verdict'], more: number | null): string {
  const where = sayUnit({ ...part, clinician: null, month: null });
  if (value === null) return `${element.name}${where}: none of the drawn records can be looked at for it.`;
  const measured = `${element.name} is there${where} in an estimated ${percent(value)}${sayInterval(low, high)}, from ${countOf(n, 'drawn record')}; at least ${percent(element.threshold)} is promised`;
  if (verdict !== 'undecided') return `${measured}.`;
  return more === null ? `${measured}: undecided, and no sample decides it; look at the full feed.` : `${measured}: undecided. Take ${more.toLocaleString('en-US')} more${where || ' from the whole'} to decide.`;
}
