// P05: how old was the patient then, and can that be?
import type { Check } from '../check.ts';

const days = `date_diff('day', birth, t)`;
const wrong = `(t < youngest OR t >= oldest)`;

export const ageAtEvent: Check = {
  id: 'P05',
  name: 'Age at event',
  asks: 'Was the patient between 0 and 120 years old when it happened?',
  family: 'plausibility',
  about: 'resource',
  formula: 'n: resources with a time, of patients with a birth date. k: those where the age then is below 0 or above 120 years.',
  threshold: { bound: 'at-most', value: 0.001 },
  source: 'Kahn et al. 2016, temporal plausibility; the oldest verified age is 122 (Jeanne Calment, 1997).',
  limits: 'De-identified copies move the birth date of the very old; a wrong birth date inside 0 to 120 is not seen.',
  weight: 'important',
  counted: () => ({
    over: 'type',
    n: 't IS NOT NULL AND birth IS NOT NULL',
    k: `t IS NOT NULL AND birth IS NOT NULL AND ${wrong}`,
    wrong: `t IS NOT NULL AND birth IS NOT NULL AND ${wrong}`,
    shows: [`strftime(t, '%Y-%m-%dT%H:%M:%SZ')`, `(${days} / 365.2425)::INTEGER`],
    says: ({ a, b }) => `The patient would have been ${b} years old on ${a?.slice(0, 10)}.`,
    are: 'happen at an age below 0 or above 120',
    applies: (type) => type !== 'Patient',
  }),
};
