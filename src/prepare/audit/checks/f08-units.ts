// F08: do the numbers come in the units the model understands?
import type { Check } from '../check.ts';

export const expectedUnits: Check = {
  id: 'F08',
  name: 'Units',
  asks: 'Do the values come in the UCUM units the model understands?',
  family: 'conformance',
  about: 'element',
  formula: 'n: filled values of an element that names units. k: those whose Quantity.code (else Quantity.unit) is one of them, exactly.',
  threshold: { bound: 'at-least', value: 0.99 },
  source: 'UCUM (Regenstrief), case-sensitive codes; OHDSI Data Quality Dashboard, plausibleUnitConceptIds.',
  limits: 'Compares codes as written; a right code on a number measured in another unit shows in P01.',
  weight: 'element',
  counted: () => ({
    over: 'fact',
    n: 'present',
    k: 'present AND unit_ok',
    wrong: 'present AND NOT unit_ok',
    shows: ['w', 'v'],
    says: ({ a, b }, element) => `The unit is ${a ? `\`${a}\`` : 'missing'} (value ${b}); expected ${element?.units.map((one) => `\`${one}\``).join(' or ')}.`,
    are: 'values are in an expected unit',
    applies: (element) => typeof element !== 'string' && element.units.length > 0,
  }),
};
