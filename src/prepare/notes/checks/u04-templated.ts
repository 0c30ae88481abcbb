// U04: how much of the text is template?
import { textShares, type Check } from '../check.ts';

export const templatedShare: Check = {
  id: 'U04',
  name: 'Templated',
  asks: 'How much of the note text comes from templates?',
  family: 'origin',
  formula: 'n: characters of readable note text of the population. k: those in templated spans: text that recurs in the notes of different patients (three of one writer or unit, five of several). Not measurable with fewer than ten patients.',
  threshold: { bound: 'at-most', value: 0.4 },
  source: 'Article 001 of the playbook gives 40 % templated as an example that blocks.',
  limits: 'A template somebody fills in with other words everywhere is seen in its fixed parts only. Stock phrases that all writers share are templates here.',
  find: (desk) => (desk.templatesKnown ? textShares(templatedShare, desk, 'templated', 'critical', (share, where) => `${share} of the note text${where} comes from templates`) : []),
};
