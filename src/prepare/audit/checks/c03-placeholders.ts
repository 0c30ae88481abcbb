// C03: which values only pose as values?
import type { Check } from '../check.ts';

export const placeholders: Check = {
  id: 'C03',
  name: 'Placeholders',
  asks: 'How many values say "unknown" instead of a value?',
  family: 'completeness',
  about: 'element',
  formula: 'n: filled cells. k: those that hold a placeholder: a null flavour or data-absent-reason code, a word such as "unknown", a filler number such as 9999 outside the plausible range, a filler day such as 1900-01-01.',
  threshold: { bound: 'at-most', value: 0.01 },
  source: 'Kahn et al. 2016, completeness and value conformance; HL7 v3 NullFlavor; FHIR data-absent-reason. The list is placeholders.ts.',
  limits: 'Knows the listed words and numbers only; a site\'s own filler (a typical value typed everywhere) is not seen.',
  weight: 'important',
  counted: () => ({
    over: 'fact',
    n: 'present',
    k: 'present AND placeholder',
    wrong: 'present AND placeholder',
    shows: ['v', 'NULL'],
    says: ({ a }) => `The value is \`${a}\`, which stands for no value.`,
    are: 'values are placeholders',
  }),
};
