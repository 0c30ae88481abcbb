// U05: how much of the text was pasted in from structured data?
import { textShares, type Check } from '../check.ts';

export const importedShare: Check = {
  id: 'U05',
  name: 'Imported',
  asks: 'How much of the note text repeats the structured data of the encounter?',
  family: 'origin',
  formula: 'n: characters of readable note text of the population. k: those in lines that are for the greater part names and values of the encounter’s observations, medication, problems and allergies. Not measurable without structured data.',
  threshold: null,
  source: 'Kinds of note text as in Wang MD, Khanna R, Najafi N. JAMA Intern Med 2017;177:1212-1213 (manual, copied, imported).',
  limits: 'A value told in prose counts as written. Names are those of the data and of knowledge/statements.yaml.',
  find: (desk) => (desk.structuredKnown ? textShares(importedShare, desk, 'imported', 'context', (share, where) => `${share} of the note text${where} repeats structured data`) : []),
};
