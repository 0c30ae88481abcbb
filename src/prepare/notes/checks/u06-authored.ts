// U06: how much did somebody write for this encounter?
import { count, textShares, type Check } from '../check.ts';
import { keyOf } from '../desk.ts';

export const authoredShare: Check = {
  id: 'U06',
  name: 'Authored',
  asks: 'How much of the text was written for this note, and how many words is that?',
  family: 'origin',
  formula: 'n: characters of readable note text of the population. k: those in no copied, templated or imported span. Beside it: authored words per note.',
  threshold: null,
  source: 'Wang et al. 2017, as U05, found 18 % entered by hand in inpatient progress notes of one hospital.',
  limits: 'Dictation, drafts of an AI and text pasted from outside the export look authored.',
  find: (desk) => textShares(authoredShare, desk, 'authored', 'context', (share, where) => `${share} of the note text${where} was written for the note`).map((finding) => {
    const cell = desk.cells.get(keyOf(finding.unit))!;
    const words = cell.authoredWords / Math.max(1, cell.notes);
    return { ...finding, says: `${finding.says} That is ${count(Math.round(words))} words a note.`, figures: { ...finding.figures, authoredWordsPerNote: Number(words.toPrecision(6)) } };
  }),
};
