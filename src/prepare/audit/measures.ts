// Which measures does this room answer for?
import type { Declaration } from '../../spine/measures/measures.ts';
import { samplingMeasures } from './sampling/measures.ts';

const shared = { evidence: 'E2', dependsOn: ['feed', 'population'] } as const;

/** Published by every finished audit; see measurements.ts. */
export const auditMeasures: readonly Declaration[] = [
  { ...shared, id: 'audit.field-completeness', asks: 'How complete is the weakest field the model must have?', unit: 'proportion', better: 'higher', minimumN: 30, freshForDays: 90, explains: 'Patients or encounters of the population with a usable value in the window ÷ all (check C02); of the whole and of each facility the worst critical element, and each element by itself. Wilson interval, widened where encounters cluster in patients. Absent from the export: not measurable, never 0.' },
  { ...shared, id: 'audit.completeness-spread', asks: 'How far apart are the units in completeness?', unit: 'points', better: 'lower', minimumN: 30, freshForDays: 90, explains: 'Largest minus smallest completeness among facilities with enough cases, for the critical element with the largest spread (check C05), as a share; interval by Newcombe. One facility alone: 0.' },
  { ...shared, id: 'audit.provenance', asks: 'Are the audited data production data?', unit: 'yes', better: 'higher', minimumN: 0, freshForDays: 180, dependsOn: ['feed'], explains: '1 only where the data are production-like, with positive evidence (check S01); synthetic data, a de-identified copy, a picked set and data of which nothing is known are 0.' },
  { ...shared, id: 'audit.remediation-days', asks: 'How long does it take until a data-quality issue is repaired?', unit: 'days', better: 'lower', minimumN: 0, freshForDays: 90, dependsOn: [], explains: 'Median days from the opening of a data-quality issue to the audit that measured it and found it met, of the issues that closed. No issue closed: not measurable. Open issues, overdue ones and slipped due dates stand beside it in words.' },
  { ...shared, id: 'audit.week-done', asks: 'In which programme week was the first audit of production data done?', unit: 'weeks', better: 'lower', minimumN: 0, freshForDays: 3650, dependsOn: [], explains: 'Weeks from the start of the programme to the first finished audit, counted from 1; not measurable where the export shows itself to be synthetic, a de-identified copy or a picked set.' },
  ...samplingMeasures,
];
