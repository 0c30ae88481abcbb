// Which words does a sample use, and what does sample.json carry?
import { z } from 'zod';
import { dataSection, tier } from '../../../spine/deployments/model.ts';
import { instant } from '../../../tools/base/endpoint.ts';

/** The rule of the draw. Another rule is another name: a sample says by which one it was drawn. */
export const rule = 'attending-sample/1';

/** By what a sample is stratified, the finest first. The finest that gives at least two records a stratum on average is taken. */
export const strataLevels = {
  month: 'facility × department × month',
  quarter: 'facility × department × quarter',
  year: 'facility × department × year',
  department: 'facility × department',
  facility: 'facility',
} as const;
export type StrataLevel = keyof typeof strataLevels;
export const levelNames = Object.keys(strataLevels) as [StrataLevel, ...StrataLevel[]];

export const recordKind = z.enum(['encounter', 'patient']);
export type RecordKind = z.infer<typeof recordKind>;

/** What is asked of a draw; fixed, with the seed, before the data are read. */
export const request = z.strictObject({
  seed: z.string().min(8).max(200).describe('Any words; fixed before the data are read.'),
  size: z.int().min(2).max(10_000).describe('How many records are drawn: in all, or in every facility.'),
  per: z.enum(['export', 'facility']).describe('`facility`: so many in every facility, which is what gate criterion 1.4 counts.'),
  of: recordKind.nullable().default(null).describe('Encounters or patients; null: encounters where an element of the charter is per encounter, else patients.'),
  allocation: z.enum(['proportional', 'neyman']).default('proportional').describe('`neyman`: more from strata that vary more in the weakest critical element.'),
  minimum: z.int().min(1).max(50).default(1).describe('The least number from a stratum, where it holds so many.'),
});
export type SampleRequest = z.infer<typeof request>;

const nullableUnit = { facility: z.string(), department: z.string().nullable(), period: z.string().nullable().describe('Month (2026-01), quarter (2026-Q1) or year; null: not stratified by time.') };

export const stratum = z.strictObject({
  ...nullableUnit,
  size: z.int().min(1).describe('Records of the frame in it: N_h.'),
  n: z.int().min(0).describe('Drawn from it: n_h, the first n_h in the order of their tickets.'),
  spread: z.number().min(0).describe('S_h of Neyman\'s allocation; 1 where it is proportional.'),
  probability: z.number().min(0).max(1).describe('Inclusion probability n_h/N_h of each of its records.'),
  weight: z.number().nullable().describe('N_h/n_h: how many records each drawn one stands for; null where none was drawn.'),
});
export type StratumRow = z.infer<typeof stratum>;

/** What the export holds of an element for a drawn record. */
export const found = z.strictObject({
  k: z.int().min(0).describe('Patients or encounters of the record with a usable value in the window.'),
  n: z.int().min(0).describe('Patients or encounters of the record: mostly 1.'),
  values: z.array(z.string()).max(3).describe('The first values in time, as the export has them.'),
});
export type Found = z.infer<typeof found>;

export const sampledRecord = z.strictObject({
  number: z.int().min(1).describe('Its number on the worksheet.'),
  record: z.string().describe('Encounter/id or Patient/id.'),
  stratum: z.int().min(0).describe('Its place in `strata`.'),
  rank: z.int().min(1).describe('Its place in the order of the tickets in its stratum.'),
  ticket: z.string().regex(/^[0-9a-f]{64}$/).describe('SHA-256 of seed, line feed, record, in UTF-8.'),
  drawn: z.boolean().describe('False: on the reserve list, to be taken in this order when more are needed.'),
  facility: z.string(),
  department: z.string(),
  month: z.string(),
  found: z.record(z.string(), found).describe('By element.'),
});
export type SampledRecord = z.infer<typeof sampledRecord>;

/** A share estimated from the sample, beside the same share of everything in the export. */
export const estimate = z.strictObject({
  element: z.string(),
  name: z.string(),
  tier,
  facility: z.string().nullable(),
  department: z.string().nullable(),
  n: z.int().min(0).describe('Drawn records that are looked at.'),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  standardError: z.number().nullable(),
  designEffect: z.number(),
  effectiveN: z.number(),
  threshold: z.number(),
  verdict: z.enum(['met', 'not-met', 'undecided', 'not-measurable']).describe('`undecided`: the interval straddles the threshold.'),
  more: z.int().min(0).nullable().describe('So many more records of this unit are expected to decide it; 0: decided; null: no sample decides it.'),
  says: z.string(),
  fullFeed: z.strictObject({ n: z.int(), k: z.int(), rate: z.number().nullable() }).nullable().describe('The same share over all records of the export; null where only the sample is known.'),
});
export type Estimate = z.infer<typeof estimate>;

export const extension = z.strictObject({ facility: z.string(), department: z.string().nullable(), take: z.int().min(1) });
export type Extension = z.infer<typeof extension>;

export const question = z.strictObject({
  id: z.string(),
  element: z.string().nullable(),
  kind: z.enum(['in-chart', 'same', 'note', 'problem-list']),
  asks: z.string(),
  hint: z.string(),
});
export type Question = z.infer<typeof question>;

export const sampleDocument = z
  .strictObject({
    attending: z.literal('sample/1'),
    rule: z.literal(rule),
    tool: z.strictObject({ name: z.literal('attending'), version: z.string() }),
    drawnAt: instant,
    charter: z.strictObject({ digest: z.string(), deployment: z.string().nullable(), data: dataSection.describe('Its data section, so that the draw can be repeated with this file and the export alone.') }),
    request: request.extend({ of: recordKind }),
    seedDigest: z.string().describe('SHA-256 of the seed in UTF-8: what the ledger keeps before the data are read.'),
    frame: z.strictObject({
      records: z.int(),
      digest: z.string().describe('SHA-256 over one line per record in the byte order of the records: `["Encounter/1","facility","department","month"]` and a line feed.'),
      level: z.enum(levelNames),
      provenance: z.string().describe('What the export shows itself to be; see audit.json.'),
    }),
    extensions: z.array(extension).describe('What was taken further, in order; never a new draw.'),
    strata: z.array(stratum),
    questions: z.array(question),
    estimates: z.array(estimate),
    records: z.array(sampledRecord).describe('The drawn ones first, by stratum and rank, then the reserve.'),
  })
  .meta({ title: 'Attending sample', description: 'A verifiable draw of records and what they say: sample.json.' });
export type SampleDocument = z.infer<typeof sampleDocument>;

/** What audit.json says of the sample it looked at: how it was drawn, and completeness from it beside that of the full feed. */
export const auditedSample = sampleDocument.pick({ rule: true, request: true, seedDigest: true, frame: true, strata: true, estimates: true }).extend({ records: z.array(z.string()).describe('The drawn ones.') });
export type AuditedSample = z.infer<typeof auditedSample>;

// ---------------------------------------------------------------- what reviewers found

const interval = z.strictObject({ low: z.number(), high: z.number() }).nullable();

/** Of one question, or of all together: how alike the two reviewers answered. Nobody is ranked: agreement has no order. */
export const questionAgreement = z.strictObject({
  question: z.string(),
  asks: z.string(),
  n: z.int().describe('Records both answered.'),
  observed: z.number().nullable().describe('Share answered alike.'),
  kappa: z.number().nullable().describe("Cohen's; null where both gave one and the same answer throughout."),
  kappaInterval: interval.describe('Fleiss, Cohen & Everitt 1969.'),
  pabak: z.number().nullable().describe('Prevalence-adjusted: what kappa would be if the answers were equally common.'),
  cannotTell: z.int().describe('Records where at least one could not tell.'),
});
export const chartAgreement = z.strictObject({
  element: z.string(),
  n: z.int().describe('Drawn records with a settled answer.'),
  sensitivity: z.strictObject({ n: z.int(), value: z.number().nullable(), interval }).describe('Of what the charts have, the share the export has.'),
  ppv: z.strictObject({ n: z.int(), value: z.number().nullable(), interval }).describe('Of what the export has, the share the charts have.'),
  same: z.strictObject({ n: z.int(), value: z.number().nullable(), interval }).describe('Of what both have, the share that is the same.'),
  carried: z.strictObject({ n: z.int(), value: z.number().nullable(), interval }).describe('Of what the charts have, the share that stands in the export and is the same.'),
});
export const otherAnswer = z.strictObject({ question: z.string(), asks: z.string(), n: z.int(), value: z.number().nullable().describe('Share answered yes.'), interval });

export const reviewResults = z.strictObject({
  questions: z.array(question),
  agreement: z.array(questionAgreement),
  overall: z.strictObject({ n: z.int(), records: z.int(), kappa: z.number().nullable(), interval }).describe('Pooled over the questions; interval by a jackknife over records.'),
  open: z.int().describe('Disagreements nobody has settled; left out of what follows.'),
  elements: z.array(chartAgreement),
  others: z.array(otherAnswer),
});
export type ReviewResults = z.infer<typeof reviewResults>;
