// S01: are these the data of production?
import { whole, type Check } from '../check.ts';
import { provenanceVerdicts } from '../model.ts';

export const provenanceOfExport: Check = {
  id: 'S01',
  name: 'Provenance',
  asks: 'Are these data live records, a picked or de-identified copy, or made up?',
  family: 'provenance',
  about: 'export',
  formula: 'n: resources looked at. Not met: one sign of synthetic data or of a de-identified copy, or two of a picked or cleaned set (nothing missing, nothing corrected, no weekend, one unit, a round number of patients, nobody old or dead, under 14 days), each with its number. Met (production-like): at least 100 patients and 5 signs of daily work, among them names and identifiers, the hours of the day, and corrections or late entries; the others are weekends, several departments, facilities that record differently, changes on 30 days or more, recent events. Undecided: neither.',
  threshold: null,
  source: 'HL7 v3 ActReason HTEST (test health data); Synthea (Walonoski et al., J Am Med Inform Assoc 2018;25:230-238); MIMIC-IV date shifting (Johnson et al., Sci Data 2023;10:1); HIPAA Safe Harbor, 45 CFR 164.514(b).',
  limits: 'Someone who strips the marks from synthetic data and copies the habits of people is not caught here: who drew the export, from where and when belongs in the record. Only production-like data count as such at the gate (criterion 1.4).',
  weight: 'important',
  find: async ({ provenance, resources }) => [
    {
      check: 'S01', element: null, resource: null, unit: whole,
      n: Object.values(resources).reduce((sum, n) => sum + n, 0),
      k: null, rate: null, low: null, high: null, threshold: null, tier: 'important',
      verdict: provenance.verdict === 'production-like' ? 'met' : provenance.verdict === 'not-established' ? 'undecided' : 'not-met',
      says: `${provenanceVerdicts[provenance.verdict]} ${provenance.says}`,
      figures: Object.fromEntries(provenance.signals.map(({ id, value }) => [id, value])),
      rows: [],
    },
  ],
};
