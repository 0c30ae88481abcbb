// I04: was somebody in two beds at once?
import type { Check } from '../check.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';

export const overlappingStays: Check = {
  id: 'I04',
  name: 'Overlapping stays',
  asks: 'Is a patient in two inpatient stays at the same time?',
  family: 'identity',
  about: 'export',
  formula: 'n: inpatient encounters (class IMP, ACUTE or NONAC, not part of another) with a beginning and an end. k: those that begin more than an hour before an earlier one of the same patient ends.',
  threshold: { bound: 'at-most', value: 0.005 },
  source: 'Kahn et al. 2016, temporal and uniqueness plausibility; OHDSI Data Quality Dashboard, overlapping visits.',
  limits: 'A transfer between hospitals may overlap on paper. Two merged patients show here. Encounters that are part of another are left out. Where no day is known, only how long after an admission, stays cannot be told to overlap: there is no finding.',
  weight: 'important',
  find: async (desk) =>
    // Stays of which no day is known all begin with the year.
    desk.time.undated ? [] : lookAtRows(desk, {
      check: overlappingStays, resource: 'Encounter', name: 'Inpatient stays', are: 'overlap an earlier one of the same patient', keep: true, dated: true,
      rows: `SELECT p, u, coalesce(start_ < before - INTERVAL 1 HOUR, false) AS k, k AS wrong, file::INTEGER AS file, line::INTEGER AS line, left(start_::VARCHAR, 16) AS a, left(before::VARCHAR, 16) AS b, ${monthOf('start_')} AS m
        FROM (SELECT *, max(end_) OVER (PARTITION BY p ORDER BY start_, end_, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM enc WHERE class IN ('IMP', 'ACUTE', 'NONAC') AND parent IS NULL AND start_ IS NOT NULL AND end_ >= start_ AND p IS NOT NULL)`,
      says: ({ a, b }) => `Begins on ${a}; an earlier stay ends on ${b}.`,
    }),
};
