// F07: are the dates dates, and precise enough?
import type { Check } from '../check.ts';

export const validDates: Check = {
  id: 'F07',
  name: 'Valid dates',
  asks: 'Are the dates real days, written as FHIR writes them, and precise to the day?',
  family: 'conformance',
  about: 'resource',
  formula: 'n: filled dates of the type (event, end, on record; birth and death of a patient). k: those that are a day of the calendar in FHIR\'s form (a time carries seconds and a zone) and name at least the day.',
  threshold: { bound: 'at-least', value: 0.99 },
  source: 'HL7 FHIR R4, dateTime and instant; Kahn et al. 2016, value conformance.',
  limits: 'Looks at the usual dates of a type; a true but wrong day is not seen here (P03 to P05 look for those).',
  weight: 'important',
  counted: () => ({
    over: 'type',
    n: 'dates',
    k: `dates - CASE WHEN bad_dates IS NULL THEN 0 ELSE 1 + length(bad_dates) - length(replace(bad_dates, ',', '')) END`,
    wrong: 'bad_dates IS NOT NULL',
    shows: ['bad_dates', 'NULL'],
    says: ({ a }) => `\`${a}\` is not a day of the calendar, not in FHIR's form, or not precise to the day.`,
    are: 'dates are valid and precise to the day',
  }),
};
