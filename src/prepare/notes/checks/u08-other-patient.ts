// U08: does text of one patient stand in the chart of another?
import { countedShare, countOf, findingOf, percent, sayUnit, type Check } from '../check.ts';
import { everything } from '../desk.ts';

export const otherPatient: Check = {
  id: 'U08',
  name: 'Wrong chart',
  asks: 'Does long, individual text of one patient stand in the chart of another?',
  family: 'truth',
  formula: 'n: readable notes of the population. k: notes with 30 words or more, no template, that an earlier note of another patient has too (at most four patients in all), in pieces of 16 or more: at least half of the words of a piece in the same order, and 12 or more in a row in one of them.',
  threshold: { bound: 'at-most', value: 0.001 },
  source: 'Ours: one in a thousand. Copying into the wrong chart as a hazard: Tsou AY et al. Appl Clin Inform 2017;8:12-34 (review on copy and paste safety).',
  limits: 'A template that few patients have had so far looks the same: read the rows. Of 71 copies planted into wrong charts (0 to 5 % of the words edited) 65 were found, of 24 with 10 % edits 20; beside the patients of planted copies only pairs of ACI-BENCH notes were named (8) that do share text. Which of the two charts is wrong nobody can tell from the text.',
  find(desk) {
    const notesIn = (facility: string | null) => desk.documents.get(JSON.stringify([facility, null, null]))?.readable ?? 0;
    const byFacility = new Map<string | null, Set<string>>();
    for (const { finding, facility } of desk.crossPatient)
      for (const where of [null, facility]) {
        const notes = byFacility.get(where) ?? new Set<string>();
        byFacility.set(where, notes.add(`${finding.later.subject} ${finding.later.index}`));
      }
    const facilities = [...byFacility.keys()].filter((one): one is string => one !== null).sort();
    return [null, ...facilities].flatMap((facility) => {
      const k = byFacility.get(facility)?.size ?? 0;
      const n = Math.max(k, notesIn(facility));
      if (n === 0) return [];
      const unit = { ...everything, facility };
      return [findingOf(otherPatient, desk, unit, countedShare(k, n), {
        weight: n, tier: 'important', says: `${countOf(k, 'note')} of ${n.toLocaleString('en-US')}${sayUnit(unit)} (${percent(k / n)}) ${k === 1 ? 'holds' : 'hold'} text of another patient.`,
        rows: desk.crossPatient.filter((one) => facility === null || one.facility === facility).map(({ row }) => row),
      })];
    });
  },
};
