// S01: are these the data of production?
import { whole, type Check } from '../check.ts';
import { provenanceVerdicts } from '../model.ts';

export const provenanceOfExport: Check = {
  id: 'S01',
  name: 'Provenance',
  asks: 'Are these data of real care, a de-identified copy, or made up?',
  family: 'provenance',
  about: 'export',
  formula: 'n: resources looked at. Not met: the data are synthetic or a de-identified copy, with the signals that say so. Undecided: no signal, which proves nothing. Never met by the export alone: production needs positive evidence.',
  threshold: null,
  source: 'HL7 v3 ActReason HTEST (test health data); Synthea (Walonoski et al., J Am Med Inform Assoc 2018;25:230-238); MIMIC-IV date shifting (Johnson et al., Sci Data 2023;10:1); HIPAA Safe Harbor, 45 CFR 164.514(b).',
  limits: 'Someone who strips the marks from synthetic data is not caught here.',
  weight: 'important',
  find: async ({ provenance, resources }) => [
    {
      check: 'S01', element: null, resource: null, unit: whole,
      n: Object.values(resources).reduce((sum, n) => sum + n, 0),
      k: null, rate: null, low: null, high: null, threshold: null, tier: 'important',
      verdict: provenance.verdict === 'not-established' ? 'undecided' : 'not-met',
      says: `${provenanceVerdicts[provenance.verdict]} ${provenance.says}`,
      figures: Object.fromEntries(provenance.signals.map(({ id, value }) => [id, value])),
      rows: [],
    },
  ],
};
