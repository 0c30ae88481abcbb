// V02: do the rates depend on who records?
import type { Check } from '../check.ts';
import { kinship } from '../unit-rates.ts';

export const betweenClinicians: Check = {
  id: 'V02',
  name: 'Variation between clinicians',
  asks: 'Does the quality of the data depend on the clinician?',
  family: 'variation',
  about: 'element',
  formula: 'For each rate of the row checks (C01, C03, F03, F07, F08, P01, P03 to P05, T01 and others), over clinicians with at least 5 patients: intra-class correlation (one-way analysis of variance on the shares, on as many observations as there are patients) and the quantiles of the clinicians\' rates. rate: the correlation of the rate that surely differs most, with Searle\'s interval; negative is shown as 0. n: rows of those clinicians. Not met: the whole interval is above the threshold; above it on the estimate alone: undecided.',
  threshold: { bound: 'at-most', value: 0.1 },
  source: 'Donner & Klar 2000, chapter 6; Donner & Wells, Biometrics 1986;42:401-412. The 0.1 is ours: ICCs of process measures are mostly 0.05 to 0.15 (Campbell, Fayers & Grimshaw, Clin Trials 2005;2:99-107).',
  limits: 'A distribution only: no clinician is named, numbered or ranked here. Clinicians with different patients rightly differ; the encounter\'s clinician is not always who wrote.',
  weight: 'important',
  find: (desk) => kinship(desk, betweenClinicians, 'clinician'),
};
