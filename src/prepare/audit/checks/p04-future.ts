// P04: does anything lie in the future, or before there were records?
import { quote } from '../../../tools/fhir/fhir.ts';
import type { Check } from '../check.ts';

export const noFuture: Check = {
  id: 'P04',
  name: 'Future and distant past',
  asks: "Does anything happen after the export was made, or before 1900?",
  family: 'plausibility',
  about: 'resource',
  formula: "n: resources with a time. k: those more than a day after the export's own time, or before 1900. The export's own time is its manifest's transactionTime, else its newest meta.lastUpdated, else the end of the day of the audit. Where most dates were shifted into the future (a de-identified copy) only the distant past is judged.",
  threshold: { bound: 'at-most', value: 0.001 },
  source: 'Kahn et al. 2016, temporal plausibility; OHDSI Data Quality Dashboard, plausibleAfterBirth and the like.',
  limits: 'Planned care (appointments, requests for later) is real and may lie in the future. Shifted dates cannot be judged against the calendar.',
  weight: 'important',
  counted: ({ time }) => {
    const late = time.shifted ? 'false' : `t > at_(${quote(time.exportedAt)}) + INTERVAL 1 DAY`;
    const wrong = `(t IS NOT NULL AND (${late} OR t < TIMESTAMP '1900-01-01'))`;
    return {
      over: 'type',
      n: 't IS NOT NULL',
      k: wrong,
      wrong,
      shows: [`strftime(t, '%Y-%m-%dT%H:%M:%SZ')`, 'NULL'],
      says: ({ a }) => (a && a < '1900' ? `${a} lies before 1900.` : `${a} lies after the export was made (${time.exportedAt.slice(0, 10)}).`),
      are: time.shifted ? `lie before 1900 (${time.undated ? 'no day is known' : 'dates are shifted'}, so the future was not judged)` : `lie after ${time.exportedAt.slice(0, 10)} or before 1900`,
    };
  },
};
