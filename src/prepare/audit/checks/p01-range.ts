// P01: can the value be true?
import type { Check } from '../check.ts';

export const inRange: Check = {
  id: 'P01',
  name: 'Plausible range',
  asks: 'Do the values lie where values of living people lie?',
  family: 'plausibility',
  about: 'element',
  formula: 'n: numbers of an element with a range, in a unit it names (converted to the first), placeholders left out. k: those within the range, ends included.',
  threshold: { bound: 'at-least', value: 0.99 },
  source: 'Kahn et al. 2016, atemporal plausibility; OHDSI Data Quality Dashboard, plausibleValueLow and plausibleValueHigh.',
  limits: 'The range is the charter\'s; a wrong value inside it is not seen.',
  weight: 'element',
  counted: () => ({
    over: 'fact',
    n: 'num IS NOT NULL AND NOT placeholder',
    k: 'num IS NOT NULL AND NOT placeholder AND in_range',
    wrong: 'num IS NOT NULL AND NOT placeholder AND NOT in_range',
    shows: ['v', 'w'],
    says: ({ a, b }, element) => `${a}${b ? ` ${b}` : ''} lies outside ${element?.range?.low ?? '−∞'} to ${element?.range?.high ?? '∞'}${element?.units[0] ? ` ${element.units[0]}` : ''}.`,
    are: 'values are plausible',
    applies: (element) => typeof element !== 'string' && element.range !== undefined,
  }),
};
