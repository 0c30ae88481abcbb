// U09: does copied text say what the encounter's data deny?
import { countedShare, findingOf, inOrder, isWhole, percent, sayUnit, type Check } from '../check.ts';
import { evidence, unitOf } from '../desk.ts';

export const contradiction: Check = {
  id: 'U09',
  name: 'Contradicted by data',
  asks: 'Does copied text say what the structured data of the encounter deny?',
  family: 'truth',
  formula: 'n: statements (“afebrile”, “on heparin”, “no known allergies”) and labelled numbers in copied text that the encounter has data for. k: those the data contradict. Statements, negating words and limits: knowledge/statements.yaml.',
  threshold: { bound: 'at-most', value: 0.05 },
  source: 'Ours: one in twenty. Negation after Chapman WW et al. J Biomed Inform 2001;34:301-310 (NegEx).',
  limits: 'Only statements of the list, only in copied text, and only where data are there to hold them against. It says that two sources disagree, not which is right.',
  find: (desk) => inOrder(desk.comparable).map(([key, n]) => {
    const unit = unitOf(key);
    const k = desk.contradicted.get(key) ?? 0;
    return findingOf(contradiction, desk, unit, countedShare(k, n), {
      weight: n, tier: 'important', says: `${k} of ${n.toLocaleString('en-US')} statements in copied text${sayUnit(unit)} (${percent(k / n)}) are contradicted by the data of the encounter.`,
      figures: isWhole(unit) ? Object.fromEntries([...desk.contradictedRules].sort()) : {}, rows: isWhole(unit) ? evidence(desk, 'U09') : [],
    });
  }),
};
