// C01: how many of the element's cells are filled?
import type { Check } from '../check.ts';

export const cellsPresent: Check = {
  id: 'C01',
  name: 'Cells present',
  asks: 'Of the resources that should carry the element, how many do?',
  family: 'completeness',
  about: 'element',
  formula: 'n: resources the element means (type, codes, condition). k: those where its path gives a non-empty value, whatever it says.',
  threshold: { bound: 'at-least', value: 0.95 },
  source: 'Kahn et al., EGEMS 2016;4(1):1244, completeness; OHDSI Data Quality Dashboard, measureValueCompleteness.',
  limits: 'Blind to resources that were never written: a patient without any row does not lower it. C02 sees that.',
  weight: 'important',
  counted: () => ({
    over: 'fact',
    n: 'true',
    k: 'present',
    wrong: 'NOT present',
    shows: [`strftime(t, '%Y-%m-%dT%H:%M:%SZ')`, 'NULL'],
    says: ({ a }, element) => `\`${element?.path}\` is empty${a ? ` (${a})` : ''}.`,
    are: 'resources carry a value',
  }),
};
