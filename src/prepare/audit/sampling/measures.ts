// Which measures does a sample and its chart review answer for?
import type { Declaration } from '../../../spine/measures/measures.ts';

const shared = { evidence: 'E2', dependsOn: ['feed', 'population'], better: 'higher', unit: 'proportion' } as const;

/** Published by a draw (`audit.sample-size`) and by a finished chart review; see publish-sample.ts. */
export const samplingMeasures: readonly Declaration[] = [
  { ...shared, id: 'audit.sample-size', asks: 'How many production records were sampled?', unit: 'count', minimumN: 0, freshForDays: 180, explains: 'Records of the system-drawn random sample, of the whole and of each facility: stratified by facility, department and month, the seed fixed in the ledger before the data were read, so that anybody can draw again. Not measurable where the export shows itself to be synthetic or a de-identified copy.' },
  { ...shared, id: 'audit.chart-agreement', asks: 'Does the export say what the charts say?', minimumN: 30, freshForDays: 180, explains: 'Of the values two reviewers found in the charts, the share that stands in the export and is the same; of each element, and of the whole the weakest critical one. Weighted by the draw; interval by Wilson with effective n. Records the reviewers disagree about and nobody settled are left out.' },
  { ...shared, id: 'audit.reviewer-kappa', asks: 'How far do two chart reviewers agree beyond chance?', unit: 'ratio', minimumN: 30, freshForDays: 180, explains: "Cohen's kappa pooled over the questions (De Vries et al. 2008) with a jackknife interval over records; of each question Cohen's with the interval of Fleiss, Cohen & Everitt 1969. It judges the questions and the charts, never a person." },
];
