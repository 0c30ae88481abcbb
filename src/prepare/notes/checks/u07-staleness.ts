// U07: how old is the copied text?
import { fewestSpans as fewest, quantileOf, staleP90 } from '../cells.ts';
import { countOf, findingOf, inOrder, isWhole, sayUnit, type Check } from '../check.ts';
import { unitOf } from '../desk.ts';

export const staleness: Check = {
  id: 'U07',
  name: 'Staleness',
  asks: 'How many encounters ago was copied text first written?',
  family: 'origin',
  formula: 'n: copied spans whose note and origin both name an encounter. Rate: the 90th percentile of the number of encounters of the patient begun between the origin and the note. With fewer than 30 copied spans in 30 notes or more, the percentile is over the notes, where one without a copy counts 0. Beside it: median, maximum, days, and the depth of the chains.',
  threshold: { bound: 'at-most', value: 2 },
  source: 'Article 001 of the playbook: “three encounters stale” as an example that blocks; gate criterion 1.6 asks for fewer than three.',
  limits: 'Encounters without a note are not counted. Text older than the export begins with the export.',
  find: (desk) => inOrder(desk.cells).flatMap(([key, cell]) => {
    const unit = unitOf(key);
    const n = [...cell.ages.values()].reduce((sum, one) => sum + one, 0);
    if (n === 0 || unit.type !== null) return [];
    const rate = staleP90(cell)!;
    const oldest = Math.max(...cell.ages.keys());
    const days = isWhole(unit) ? { daysP50: quantileOf(desk.days, 0.5), daysP90: quantileOf(desk.days, 0.9), deepest: Math.max(0, ...desk.depths.keys()) } : {};
    return [findingOf(staleness, desk, unit, { n, k: null, rate, low: null, high: null }, {
      // Judged by the notes looked at: few copied spans among many notes are good news, not missing news.
      weight: cell.notes, tier: isWhole(unit) ? 'critical' : 'important', says: n < fewest && cell.notes >= fewest
        ? `Only ${countOf(n, 'span')}${sayUnit(unit)} ${n === 1 ? 'is' : 'are'} copied: nine of ten notes hold nothing older than ${countOf(rate, 'encounter')}; the oldest is ${countOf(oldest, 'encounter')} old.`
        : `Nine of ten copied spans${sayUnit(unit)} are at most ${countOf(rate, 'encounter')} old; the oldest ${countOf(oldest, 'encounter')}.`,
      figures: { notes: cell.notes, patients: cell.patients, p50: quantileOf(cell.ages, 0.5), max: oldest, threeOrMore: [...cell.ages].reduce((sum, [age, spans]) => sum + (age >= 3 ? spans : 0), 0), ...days },
      rows: isWhole(unit) ? desk.stalest.map(({ row }) => row) : [],
    })];
  }),
};
