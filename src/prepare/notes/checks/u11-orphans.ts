// U11: how many documents point at something that is not there, or are there twice?
import { count, countedShare, findingOf, isWhole, percent, places, sayUnit, type Check } from '../check.ts';
import { evidence } from '../desk.ts';

export const orphans: Check = {
  id: 'U11',
  name: 'Orphans and doubles',
  asks: 'How many documents point at a Binary, a patient or an encounter that is not there, or come twice?',
  family: 'reach',
  formula: 'n: documents. k: those that have at least one of: a Binary that is not in the export, no patient or one that is not in it, an encounter that is not in it, an id and text that came before. Patients and encounters are missed only where the export has any.',
  threshold: { bound: 'at-most', value: 0.01 },
  source: 'Ours: one in a hundred. FHIR R4 References.',
  limits: 'A document with several of these counts once for each. The same id with another text counts as another document.',
  find: (desk) => places(desk).flatMap(([key, unit]) => {
    const { all: n, unreadable, repeated, patientUnknown, encounterUnknown } = desk.documents.get(key)!;
    if (n === 0) return [];
    const binary = unreadable['no-binary'] ?? 0;
    const k = Math.min(n, binary + repeated + patientUnknown + encounterUnknown);
    return [findingOf(orphans, desk, unit, countedShare(k, n), {
      weight: n, tier: 'important', says: `${percent(k / n)} of ${count(n)} documents${sayUnit(unit)} point at something that is not there, or come twice.`,
      figures: { missingBinary: binary, missingPatient: patientUnknown, missingEncounter: encounterUnknown, twice: repeated, binariesUnused: isWhole(unit) ? desk.tally.binaries - desk.tally.binariesUsed : null },
      rows: isWhole(unit) ? ['U11 binary', 'U11 patient', 'U11 encounter', 'U11 id'].flatMap((about) => evidence(desk, about).slice(0, 5)) : [],
    })];
  }),
};
