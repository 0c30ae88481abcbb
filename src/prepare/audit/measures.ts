// Which measures does this room answer for?
import type { Declaration } from '../../spine/measures/measures.ts';

const shared = { evidence: 'E2', dependsOn: ['feed', 'population'] } as const;

/** Published by every finished audit; see measurements.ts. */
export const auditMeasures: readonly Declaration[] = [
  { ...shared, id: 'audit.field-completeness', asks: 'How complete is the weakest field the model must have?', unit: 'proportion', better: 'higher', minimumN: 30, freshForDays: 90, explains: 'Patients or encounters of the population with a usable value in the window ÷ all (check C02); of the whole and of each facility the worst critical element, and each element by itself. Wilson interval, widened where encounters cluster in patients. Absent from the export: not measurable, never 0.' },
  { ...shared, id: 'audit.completeness-spread', asks: 'How far apart are the units in completeness?', unit: 'points', better: 'lower', minimumN: 30, freshForDays: 90, explains: 'Largest minus smallest completeness among facilities with enough cases, for the critical element with the largest spread (check C05), as a share; interval by Newcombe. One facility alone: 0.' },
  { ...shared, id: 'audit.sample-size', asks: 'How many production records were sampled?', unit: 'count', better: 'higher', minimumN: 0, freshForDays: 180, explains: 'Patients of the population in the export, of the whole and of each facility.' },
  { ...shared, id: 'audit.provenance', evidence: 'E1', asks: 'Are the audited data production data?', unit: 'yes', better: 'higher', minimumN: 0, freshForDays: 180, dependsOn: ['feed'], explains: 'Synthetic data or a de-identified copy is 0, and no document outranks that (check S01). Where an export shows neither, it proves nothing: the measure then needs a document (E1) that says who drew it, from where and when.' },
  { ...shared, id: 'audit.week-done', asks: 'In which programme week was the first audit of production data done?', unit: 'weeks', better: 'lower', minimumN: 0, freshForDays: 3650, dependsOn: [], explains: 'Weeks from the start of the programme to the first finished audit, counted from 1; not measurable where the export shows itself to be synthetic or a de-identified copy.' },
];
