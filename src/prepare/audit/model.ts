// Which words does a data audit use, what does audit.json carry, and what can be asked of the audit room?
import { z } from 'zod';
import { tier } from '../../spine/deployments/model.ts';
import { day, endpoint, everyone, instant, page, paging, staff, type Role } from '../../tools/base/endpoint.ts';
import { idOf, slug } from '../../tools/base/id.ts';
import { bound, evidenceRow, maxRows, thresholdFrom, verdict, type Bounded, type EvidenceRow } from '../../tools/statistics/finding.ts';
import type { Verdict } from '../../tools/statistics/verdict.ts';
import { auditedSample, request as sampleRequest } from './sampling/sample-words.ts';

// ---------------------------------------------------------------- the catalogue

/** The families of checks; the first four are the harmonized terms of Kahn et al., EGEMS 2016;4(1):1244. */
export const families = {
  completeness: 'Is a usable value there, for whom it must be?',
  conformance: 'Does it obey FHIR, units and code systems?',
  plausibility: 'Can it be true?',
  duplicates: 'Is it there once?',
  timeliness: 'Was it on record in time?',
  variation: 'Do units differ more than chance, and does it change over time?',
  agreement: 'Does the record say what the rest of the record shows?',
  mapping: 'Can codes and units be understood elsewhere?',
  identity: 'Is it clear who it was, and in which stay?',
  fairness: 'Is it as good for every group of patients?',
  provenance: 'Where does the export come from?',
} as const;
export type Family = keyof typeof families;
export const familyNames = Object.keys(families) as Family[];

export { evidenceRow, maxRows, verdict };
export type { EvidenceRow, Verdict };
export type Threshold = Bounded;

/** One entry of the check catalogue, as people read it. */
export const checkWords = z.strictObject({
  id: z.string().regex(/^[A-Z]\d\d$/),
  name: z.string(),
  asks: z.string().describe('The question it answers.'),
  family: z.enum(familyNames as [Family, ...Family[]]),
  about: z.enum(['element', 'resource', 'file', 'export']).describe('What one finding is about.'),
  formula: z.string().describe('What n and k count.'),
  threshold: z.strictObject({ bound, value: z.number() }).nullable().describe('The default; null: the charter must say.'),
  source: z.string(),
  limits: z.string().describe('What it cannot see.'),
});
export type CheckWords = z.infer<typeof checkWords>;

// ---------------------------------------------------------------- findings

export const verdicts = {
  met: 'The measured share keeps the threshold; for a critical element in the whole export, so does the pessimistic end of its interval.',
  'not-met': 'The measured share misses the threshold.',
  undecided: 'The share keeps the threshold, but the pessimistic end of its interval does not: more cases would decide.',
  'not-measurable': 'Too few cases, or nothing there to measure.',
} as const satisfies Record<Verdict, string>;

/** Which part of the hospital, and when. All null: the whole export. `month` is YYYY-MM. */
export const unit = z.strictObject({
  facility: z.string().nullable(),
  department: z.string().nullable(),
  clinician: z.string().nullable().describe('A pseudonymous ordinal such as `clinician 7`; never a name.'),
  month: z.string().nullable(),
});
export type Unit = z.infer<typeof unit>;

/** How many it carries where the rows are a list to work through: the patients without a code (L01). */
export const maxWorkList = 1000;

/** A finding as audit.json carries it. */
export const auditFinding = z.strictObject({
  check: z.string(),
  element: z.string().nullable().describe('The charter element; null: a resource type or the whole export, see `resource`.'),
  resource: z.string().nullable().describe('The resource type it is about, where there is one; where a check looks at several things of it, which: `Condition: diabetes`.'),
  unit,
  n: z.int().min(0).describe('How many were looked at.'),
  k: z.int().min(0).nullable().describe('How many of them counted; null where the rate is no share of n (a spread).'),
  rate: z.number().nullable().describe('k/n; null: not measurable. Missing is never zero.'),
  low: z.number().nullable(),
  high: z.number().nullable(),
  threshold: z.number().min(0).nullable().describe('What the rate is held against, in its unit (mostly a share 0-1); null: there is nothing.'),
  bound: bound.nullable().describe('Must the rate be `at-least` or `at-most` the threshold? Null with it.'),
  thresholdFrom: thresholdFrom.nullable().describe('`charter`: promised there; `default`: ours. Null with the threshold.'),
  tier,
  verdict,
  says: z.string().describe('The finding as a sentence.'),
  figures: z.record(z.string(), z.number().nullable()).describe('Further numbers of the check, such as quantiles, ICC, effective n.'),
  rows: z.array(evidenceRow).max(maxWorkList),
});
export type AuditFinding = z.infer<typeof auditFinding>;

/** A finding as a check makes it: its threshold still in one piece. */
export type Finding = Omit<AuditFinding, 'threshold' | 'bound' | 'thresholdFrom'> & { threshold: Threshold | null };

export const published = (finding: Finding): AuditFinding => {
  const { check, element, resource, unit, n, k, rate, low, high, threshold, ...rest } = finding;
  return { check, element, resource, unit, n, k, rate, low, high, threshold: threshold?.value ?? null, bound: threshold?.bound ?? null, thresholdFrom: threshold?.from ?? null, ...rest };
};

/** Fewer people than this stand behind a cell: it is withheld on shared views, because they are handed around. */
export const smallestCell = 5;

const counts = { n: z.int().min(0), k: z.int().min(0), people: z.int().min(0).describe('How many people stand behind it; under five it is withheld on shared views.'), low: z.number().nullable(), high: z.number().nullable() };

/** One rate of a check that counts rows, in every department and month; findings carry the whole and the facilities. */
export const rateTable = z.strictObject({
  check: z.string(),
  element: z.string().nullable(),
  resource: z.string().nullable(),
  threshold: z.number().min(0).nullable(),
  bound: bound.nullable(),
  facilities: z.array(z.strictObject({ facility: z.string(), ...counts, verdict })).optional().describe('Of C07 only, whose findings name the silent facilities and not the others.'),
  departments: z.array(z.strictObject({ facility: z.string(), department: z.string(), ...counts, verdict })).describe('Every department, those that are fine too.'),
  months: z.array(z.strictObject({ facility: z.string().nullable().describe('Null: all facilities.'), month: z.string().describe('YYYY-MM.'), ...counts })).describe('By month of the row; none where dates were shifted.'),
  clinicians: z
    .strictObject({
      count: z.int(),
      bins: z.array(z.strictObject({ from: z.number(), to: z.number(), clinicians: z.int().nullable().describe('Null: one to four, withheld.') })),
      quartiles: z.array(z.number()).length(3),
    })
    .nullable()
    .describe('Over clinicians with five patients or more; null: fewer than five of them. Nobody is named, and nobody ranked.'),
});
export type RateTable = z.infer<typeof rateTable>;

// ---------------------------------------------------------------- audit.json

export const badLine = z.strictObject({ line: z.int().min(0), reason: z.string() });

export const exportFile = z.strictObject({
  name: z.string(),
  bytes: z.int().min(0).describe('As stored, compressed where it is.'),
  lines: z.int().min(0).describe('Every line, as `zcat FILE | wc -l` counts them, and one more where the last has no line end. Blank and bad lines are among them.'),
  blankLines: z.int().min(0).describe('Lines with nothing on them: no error, and no resource.'),
  badLines: z.array(badLine).describe('At most 1,000 per file; `badLineCount` has them all.'),
  badLineCount: z.int().min(0),
  trouble: z.string().nullable().describe('What is wrong with the whole file, such as a truncated gzip.'),
});

export const provenanceVerdicts = {
  synthetic: 'The data are synthetic.',
  'de-identified-copy': 'The data are a de-identified copy.',
  curated: 'The data look picked or cleaned: a best case, not the feed.',
  'production-like': 'The data look like production.',
  'not-established': 'Nothing shows where the data come from.',
} as const;
export type ProvenanceVerdict = keyof typeof provenanceVerdicts;
/** Only these may count as a look at production; gate criterion 1.4 asks for the first. */
export const mayBeProduction = (verdict: string): boolean => verdict === 'production-like' || verdict === 'not-established';

/** Said of data that show themselves to be something else than production; the exit code of an audit does not depend on it. */
export const notProduction = 'Gate criterion 1.4 counts production data only: it cannot pass with these.';

export const provenance = z.strictObject({
  verdict: z.enum(Object.keys(provenanceVerdicts) as [ProvenanceVerdict, ...ProvenanceVerdict[]]),
  says: z.string(),
  signals: z.array(
    z.strictObject({
      id: slug,
      says: z.string().describe('What was found, with its number, and why it matters.'),
      value: z.number().nullable(),
      points: z.enum(['synthetic', 'de-identified-copy', 'curated', 'production-like', 'nothing']).describe('What the signal speaks for.'),
    }),
  ),
});
export type Provenance = z.infer<typeof provenance>;

export const absence = z.strictObject({
  what: z.string().describe('What is not in the export, e.g. `Observation of category laboratory`.'),
  element: z.string().nullable(),
  means: z.string().describe('What that means for this model.'),
});

export const fix = z.strictObject({
  rank: z.int().min(1),
  element: z.string().nullable(),
  check: z.string(),
  unit,
  tier,
  blocks: z.boolean().describe('The gate cannot pass before this is done.'),
  affected: z.int().min(0).nullable().describe('Patients or encounters, or rows where the check counts rows.'),
  says: z.string(),
  todo: z.string().describe('What to do.'),
});
export type Fix = z.infer<typeof fix>;

export const auditedElement = z.strictObject({
  id: z.string(),
  name: z.string(),
  resource: z.string(),
  path: z.string(),
  per: z.enum(['patient', 'encounter']),
  window: z.string().describe('In words.'),
  tier,
  threshold: z.number(),
  maxSpread: z.number(),
});

const tally = z.strictObject({ met: z.int(), 'not-met': z.int(), undecided: z.int(), 'not-measurable': z.int() });

export const auditDocument = z
  .strictObject({
    attending: z.literal('audit/1').describe('The format of this document.'),
    tool: z.strictObject({ name: z.literal('attending'), version: z.string() }),
    startedAt: instant,
    finishedAt: instant,
    charter: z.strictObject({
      digest: z.string().describe('SHA-256 of the canonical JSON (RFC 8785) of the data section.'),
      deployment: z.string().nullable(),
    }),
    summary: z.strictObject({
      verdict: verdict.describe('Of the critical findings of the whole export together.'),
      says: z.string(),
      patients: z.int().describe("Patients of the charter's population: those with an encounter it means."),
      patientsInExport: z.int().describe('Patient resources in the export, of the population or not.'),
      encounters: z.int().describe("Encounters of the charter's population."),
      resources: z.int(),
      badLines: z.int(),
      facilities: z.int(),
      departments: z.int(),
      clinicians: z.int(),
      from: day.nullable().describe('First day anything happened.'),
      to: day.nullable(),
      exportedAt: z.string().nullable().describe('The export\'s own time, against which the future is judged.'),
      critical: tally,
      important: tally,
    }),
    provenance,
    sample: auditedSample.optional().describe('Only where a sample was audited: the findings are of the drawn records then.'),
    checks: z.array(z.string()).optional().describe('Only where some checks were asked for: their ids. The findings and the summary are of these alone.'),
    absent: z.array(absence),
    fixes: z.array(fix),
    export: z.strictObject({
      resources: z.record(z.string(), z.int().min(0)),
      files: z.array(exportFile),
      kind: z.enum(['fhir', 'omop', 'mapping']).optional().describe('What lay in the folder: FHIR NDJSON, OMOP tables, or tables with a mapping.'),
      notices: z.array(z.string()).optional().describe('What the source lacks, or what the server that gave it reported.'),
    }),
    elements: z.array(auditedElement),
    findings: z.array(auditFinding),
    rates: z.array(rateTable).optional().describe('Every rate of the checks that count rows, by department, by month, and across clinicians as a distribution.'),
  })
  .meta({ title: 'Attending audit', description: 'The result of a data audit: audit.json.' });
export type AuditDocument = z.infer<typeof auditDocument>;

/** `audit.schema.json`: JSON Schema 2020-12 of audit.json. */
export const auditJsonSchema = () => z.toJSONSchema(auditDocument, { target: 'draft-2020-12' });

// ---------------------------------------------------------------- exports and runs on the server

const bringers: Role[] = ['data-engineer', 'clinical-owner', 'governance'];
/** Evidence rows point at single patients' records; every look at them is logged. */
export const rowReaders: Role[] = ['data-engineer', 'clinical-owner', 'safety-officer', 'governance'];

export const exportId = idOf('exp');
export const runId = idOf('aud');

export const uploadFile = z.strictObject({ name: z.string(), bytes: z.int().min(0) });
export const exportSummary = z.strictObject({
  id: exportId,
  name: z.string(),
  state: z.enum(['open', 'complete']),
  files: z.array(uploadFile),
  createdAt: instant,
  createdBy: z.string(),
});
/** How a FHIR server that is set up is named where a folder of exports could stand. */
export const bulkPrefix = 'fhir:';
/** A folder under ATTENDING_EXPORTS, or a FHIR server. */
export const serverFolder = z.strictObject({ folder: z.string(), files: z.int(), bytes: z.int() });

export const runState = z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']);
export const progress = z.strictObject({
  stage: z.enum(['reading', 'preparing', 'checking', 'writing']),
  says: z.string(),
  bytes: z.int(),
  totalBytes: z.int(),
  lines: z.int(),
  done: z.number().min(0).max(1),
});
export type Progress = z.infer<typeof progress>;

export const run = z.strictObject({
  id: runId,
  deployment: z.string(),
  export: exportId.nullable(),
  exportName: z.string().nullable().describe('What people called the upload; null: a folder, or the upload was deleted since.'),
  folder: z.string().nullable(),
  state: runState,
  progress: progress.nullable(),
  problem: z.string().nullable().describe('Why it failed, and what to do.'),
  createdAt: instant,
  createdBy: z.string(),
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  auditDigest: z.string().nullable().describe('SHA-256 of audit.json, as in the ledger entry `audit.published`.'),
  summary: auditDocument.shape.summary.nullable(),
  provenance: provenance.nullable(),
  sample: sampleRequest.omit({ seed: true }).extend({ seed: z.string().nullable().describe('Null until the audit is done.') }).nullable().describe('What was drawn, where only a sample was audited; null: everything was.'),
});
export type Run = z.infer<typeof run>;

/** What an audit read, as people name it. */
export const exportSays = ({ exportName, folder }: { exportName: string | null; folder: string | null }): string => exportName ?? folder ?? 'an upload that was deleted';

export const storedFinding = auditFinding.omit({ rows: true }).extend({
  number: z.int().min(0).describe('Its place in audit.json.'),
  suppressed: z.boolean().describe('Fewer than five people: the numbers are withheld.'),
  rowCount: z.int().min(0),
});
export type StoredFinding = z.infer<typeof storedFinding>;

export const matrixCell = z.strictObject({
  facility: z.string().nullable().describe('Null: the whole export.'),
  verdict,
  rate: z.number().nullable(),
  n: z.int(),
  finding: z.int().describe('The number of the worst finding behind the cell.'),
  findings: z.int().describe('How many findings stand behind the cell.'),
});
export const matrix = z.strictObject({
  facilities: z.array(z.string()),
  rows: z.array(z.strictObject({ check: z.string(), name: z.string(), family: z.string(), element: z.string().nullable(), tier, cells: z.array(matrixCell) })),
});

const oneRun = z.strictObject({ run: runId });
const oneExport = z.strictObject({ export: exportId });
const nothingBack = z.strictObject({});

export const listChecks = endpoint({ name: 'audit.checks', method: 'GET', path: '/api/v1/audit/checks', says: 'Lists the checks of a data audit.', who: everyone, output: z.strictObject({ items: z.array(checkWords) }) });

export const listExports = endpoint({ name: 'audit.exports', method: 'GET', path: '/api/v1/audit/exports', says: 'Lists uploaded exports and the server-side folders an audit may read.', who: bringers, output: z.strictObject({ uploads: z.array(exportSummary), folders: z.array(serverFolder) }) });
export const openExport = endpoint({ name: 'audit.open-export', method: 'POST', path: '/api/v1/audit/exports', says: 'Opens an upload; its files follow one by one.', who: bringers, body: z.strictObject({ name: z.string().trim().min(1).max(200) }), output: exportSummary, status: 201 });
export const readExport = endpoint({ name: 'audit.export', method: 'GET', path: '/api/v1/audit/exports/:export', says: 'Shows an upload and how many bytes of each file have arrived.', who: bringers, params: oneExport, output: exportSummary });
export const putFile = endpoint({
  name: 'audit.put-file',
  method: 'PUT',
  path: '/api/v1/audit/exports/:export/files/:file',
  says: 'Uploads one file (.ndjson, .csv, .tsv, .parquet, each also .gz; a mapping.yaml; a .zip, .tar or .tar.gz of them), the raw bytes as the request body; `offset` goes on where a broken upload stopped.',
  who: bringers,
  params: z.strictObject({ export: exportId, file: z.string().regex(/^[A-Za-z0-9][\w.-]{0,199}$/, 'a plain file name') }),
  query: z.strictObject({ offset: z.coerce.number().int().min(0).default(0) }),
  output: uploadFile,
  takes: 'upload',
});
export const dropExport = endpoint({ name: 'audit.drop-export', method: 'DELETE', path: '/api/v1/audit/exports/:export', says: 'Deletes an uploaded export; audits made of it stay.', who: bringers, params: oneExport, output: nothingBack });

export const startRun = endpoint({
  name: 'audit.start',
  method: 'POST',
  path: '/api/v1/audit/runs',
  says: "Starts an audit of an upload or a server-side folder against a deployment's charter.",
  who: bringers,
  body: z.strictObject({ deployment: slug, export: exportId.nullable().default(null), folder: z.string().nullable().default(null).describe('A folder as listed by audit.exports.'), sample: sampleRequest.extend({ seed: sampleRequest.shape.seed.optional().describe('Without one, chance gives it; its digest is in the ledger before the data are read.') }).nullable().default(null).describe('Check only records drawn at random; nothing is published then.') }),
  output: run,
  status: 201,
});
export const listRuns = endpoint({ name: 'audit.runs', method: 'GET', path: '/api/v1/audit/runs', says: 'Lists audits, the newest first.', who: staff, query: z.strictObject({ deployment: slug.optional(), ...paging }), output: page(run) });
export const readRun = endpoint({ name: 'audit.run', method: 'GET', path: '/api/v1/audit/runs/:run', says: 'Shows an audit, with live progress while it runs.', who: staff, params: oneRun, output: run });
export const cancelRun = endpoint({ name: 'audit.cancel', method: 'POST', path: '/api/v1/audit/runs/:run/cancel', says: 'Stops an audit that waits or runs.', who: bringers, params: oneRun, output: run });

export const listFindings = endpoint({
  name: 'audit.findings',
  method: 'GET',
  path: '/api/v1/audit/runs/:run/findings',
  says: 'Lists the findings of an audit; cells under five people are withheld.',
  who: staff,
  params: oneRun,
  query: z.strictObject({
    check: z.string().optional(),
    element: z.string().optional(),
    facility: z.string().optional(),
    department: z.string().optional(),
    month: z.string().optional(),
    level: z.enum(['overall', 'facility', 'department', 'clinician', 'month']).optional().describe('By what the finding is broken down.'),
    verdict: verdict.optional(),
    tier: tier.optional(),
    ...paging,
  }),
  output: page(storedFinding),
});
export const readMatrix = endpoint({ name: 'audit.matrix', method: 'GET', path: '/api/v1/audit/runs/:run/matrix', says: 'Shows the findings of an audit as checks by facility.', who: staff, params: oneRun, output: matrix });
export const readRest = endpoint({
  name: 'audit.rest',
  method: 'GET',
  path: '/api/v1/audit/runs/:run/rest',
  says: 'Shows what an audit says beside its findings: elements, what is absent, what to fix, files and bad lines.',
  who: staff,
  params: oneRun,
  output: auditDocument.pick({ elements: true, absent: true, fixes: true, export: true, charter: true, tool: true }).extend({ sample: auditedSample.omit({ records: true }).optional() }),
});
export const readRows = endpoint({
  name: 'audit.rows',
  method: 'GET',
  path: '/api/v1/audit/runs/:run/findings/:finding/rows',
  says: 'Shows the rows behind a finding; the look is logged.',
  who: rowReaders,
  params: z.strictObject({ run: runId, finding: z.coerce.number().int().min(0) }),
  output: z.strictObject({ finding: storedFinding, rows: z.array(evidenceRow) }),
});
export const downloadJson = endpoint({ name: 'audit.json', method: 'GET', path: '/api/v1/audit/runs/:run/audit.json', says: 'Downloads audit.json.', who: rowReaders, params: oneRun, output: auditDocument, answers: 'stream' });
export const downloadHtml = endpoint({ name: 'audit.html', method: 'GET', path: '/api/v1/audit/runs/:run/audit.html', says: 'Downloads the audit as one readable page.', who: rowReaders, params: oneRun, output: z.string(), answers: 'stream' });
