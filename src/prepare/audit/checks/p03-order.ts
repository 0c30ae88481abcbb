// P03: do things happen in an order they can happen in?
import type { Check } from '../check.ts';

const endFirst = 'coalesce(end_ < t, false)';
// A day without a time stands for its midnight, so a day of grace is given on both sides.
const beforeBirth = 'coalesce(t < unborn, false)';
const afterDeath = 'coalesce(t >= gone, false)';
const wrong = `(${endFirst} OR ${beforeBirth} OR ${afterDeath})`;

export const orderInTime: Check = {
  id: 'P03',
  name: 'Order in time',
  asks: 'Does nothing end before it begins, or happen before birth or after death?',
  family: 'plausibility',
  about: 'resource',
  formula: 'n: resources with a time. k: those that end before they begin, lie more than a day before the patient\'s birth, or two days or more after the patient\'s death.',
  threshold: { bound: 'at-most', value: 0.01 },
  source: 'Kahn et al. 2016, temporal plausibility; OHDSI Data Quality Dashboard, plausibleTemporalAfter and plausibleDuringLife.',
  limits: 'Work after death (autopsy, billing, donation) is real and is counted here; look at the rows before blaming the feed.',
  weight: 'important',
  counted: () => ({
    over: 'type',
    n: 't IS NOT NULL',
    k: `t IS NOT NULL AND ${wrong}`,
    wrong: `t IS NOT NULL AND ${wrong}`,
    shows: [`strftime(t, '%Y-%m-%dT%H:%M:%SZ')`, `CASE WHEN ${endFirst} THEN 'ends before it begins: ' || left(end_::VARCHAR, 16) WHEN ${beforeBirth} THEN 'before birth on ' || left(birth::VARCHAR, 10) ELSE 'after death on ' || left(death::VARCHAR, 10) END`],
    says: ({ a, b }) => `${a} ${b}.`,
    are: 'are out of order in time',
  }),
};
