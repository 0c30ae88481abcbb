// How does a sample grow by records of one unit, without a new draw?
import { Problem } from '../../../tools/base/problem.ts';
import { allocateAll } from './allocate.ts';
import { strataOf } from './draw.ts';
import { estimatesOf } from './estimates.ts';
import type { Extension, SampleDocument } from './sample-words.ts';

/**
 * The next records in the order the seed gave long ago. What was drawn stays drawn. @throws Problem where the unit is not in
 * the frame, or its reserve list ends before: then the draw is made again from the export with the same seed and extensions.
 */
export function takeMore(sample: SampleDocument, more: Extension): SampleDocument {
  const inside = sample.strata.filter(({ facility, department }) => facility === more.facility && (more.department === null || department === more.department));
  if (inside.length === 0) throw new Problem('not-found', `The sample has no stratum of ${more.facility}${more.department ? `, ${more.department}` : ''}.`, `It has ${[...new Set(sample.strata.map(({ facility }) => facility))].slice(0, 10).join(', ')}.`);
  const left = inside.reduce((sum, { size, n }) => sum + size - n, 0);
  if (left < more.take) throw new Problem('unprocessable', `Only ${left} records are left in ${more.facility}${more.department ? `, ${more.department}` : ''}.`, 'Take fewer, or look at the full feed.', [{ path: 'take', says: `at most ${left}` }]);
  const extensions = [...sample.extensions, more];
  const taken = allocateAll(sample.strata, sample.request, extensions);
  const listed = sample.strata.map((_, at) => sample.records.filter(({ stratum }) => stratum === at).length);
  if (taken.some((n, at) => n > listed[at]!)) throw new Problem('unprocessable', `The reserve list of this sample ends before ${more.take} further records.`, 'Take fewer; or draw again from the export with the same seed and a larger size: the records drawn so far are the first of that draw too.', [{ path: 'take', says: 'more than the reserve holds' }]);
  const strata = strataOf(sample.strata, taken);
  const numbered = Math.max(0, ...sample.records.filter(({ drawn }) => drawn).map(({ number }) => number));
  let next = numbered;
  // Numbers on worksheets stay; the new ones follow.
  const drawn = sample.records.map((record) => {
    const now = record.rank <= taken[record.stratum]!;
    return now && !record.drawn ? { ...record, drawn: true, number: ++next } : record;
  });
  const records = [...drawn.filter((one) => one.drawn).sort((a, b) => a.number - b.number), ...drawn.filter((one) => !one.drawn).map((one, at) => ({ ...one, number: next + at + 1 }))];
  const before = new Map(sample.estimates.map((one) => [JSON.stringify([one.element, one.facility, one.department]), one.fullFeed]));
  const elements = [...new Map(sample.estimates.map(({ element, name, tier, threshold }) => [element, { id: element, name, tier, threshold }])).values()];
  const estimates = estimatesOf(elements, strata, records, null).map((one) => ({ ...one, fullFeed: before.get(JSON.stringify([one.element, one.facility, one.department])) ?? null }));
  return { ...sample, extensions, strata, records, estimates };
}
