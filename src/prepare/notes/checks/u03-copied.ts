// U03: how much of the text is copied forward?
import { textShares, type Check } from '../check.ts';

export const copiedShare: Check = {
  id: 'U03',
  name: 'Copied forward',
  asks: 'How much of the note text was copied from earlier notes of the same patient?',
  family: 'origin',
  formula: 'n: characters of readable note text of the population. k: those in copied spans. Interval: patients are clusters, the share is a ratio (Cochran 1977 §6.3).',
  threshold: { bound: 'at-most', value: 0.3 },
  source: 'Article 001 of the playbook gives 30 % copied forward as an example that blocks; the share is the one of gate criterion 1.6.',
  limits: 'A copy of under 18 words is not seen. What was copied from a note that is not in the export counts as authored.',
  find: (desk) => textShares(copiedShare, desk, 'copied', 'critical', (share, where) => `${share} of the note text${where} is copied forward`, desk.stalest.map(({ row }) => row)),
};
