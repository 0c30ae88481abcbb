// Which words does a notes audit use, what does notes.json carry, and what can be asked of the notes room?
import { z } from 'zod';
import { tier } from '../../spine/deployments/model.ts';
import { day, endpoint, everyone, instant, page, paging, staff, type Role } from '../../tools/base/endpoint.ts';
import { idOf, slug } from '../../tools/base/id.ts';
import { bound, evidenceRow, maxRows, thresholdFrom, verdict, type Bounded, type EvidenceRow } from '../../tools/statistics/finding.ts';
import type { Verdict } from '../../tools/statistics/verdict.ts';

// ---------------------------------------------------------------- the catalogue

export const families = {
  reach: 'Is the text there?',
  origin: 'Who wrote it, and when?',
  truth: 'Is it about this patient and this encounter?',
  variation: 'Do writers and units differ?',
} as const;
export type Family = keyof typeof families;
export const familyNames = Object.keys(families) as Family[];

export { evidenceRow, maxRows, verdict };
export type { EvidenceRow, Verdict };
export type Threshold = Bounded;

/** One entry of the check catalogue, as people read it. */
export const checkWords = z.strictObject({
  id: z.string().regex(/^U\d\d$/),
  name: z.string(),
  asks: z.string().describe('The question it answers.'),
  family: z.enum(familyNames as [Family, ...Family[]]),
  formula: z.string().describe('What n and k count.'),
  threshold: z.strictObject({ bound, value: z.number() }).nullable().describe('The default; null: it is only reported.'),
  source: z.string(),
  limits: z.string().describe('What it cannot see.'),
});
export type CheckWords = z.infer<typeof checkWords>;

// ---------------------------------------------------------------- findings

export const verdicts = {
  met: 'The measured value keeps the threshold.',
  'not-met': 'The measured value misses the threshold.',
  undecided: 'The value keeps the threshold, but the pessimistic end of its interval does not: more notes would decide.',
  'not-measurable': 'Too few notes, or nothing there to measure.',
} as const satisfies Record<Verdict, string>;

/** Which part of the hospital, and which kind of note. All null: everything. */
export const unit = z.strictObject({ facility: z.string().nullable(), department: z.string().nullable(), type: z.string().nullable().describe('The note type.') });
export type Unit = z.infer<typeof unit>;

export const finding = z.strictObject({
  check: z.string(),
  unit,
  n: z.number().min(0).describe('How many were looked at: documents, characters or spans, as the check says.'),
  k: z.number().min(0).nullable().describe('How many of them counted; null where the rate is no share of n (a quantile).'),
  rate: z.number().nullable().describe('k/n, or the quantile; null: not measurable. Missing is never zero.'),
  low: z.number().nullable(),
  high: z.number().nullable(),
  threshold: z.number().nullable(),
  bound: bound.nullable(),
  thresholdFrom: thresholdFrom.nullable(),
  tier,
  verdict,
  says: z.string().describe('The finding as a sentence.'),
  figures: z.record(z.string(), z.number().nullable()).describe('Further numbers, such as notes, patients, effectiveN.'),
  rows: z.array(evidenceRow).max(maxRows),
});
export type Finding = z.infer<typeof finding>;

// ---------------------------------------------------------------- notes.json

const share = z.number().min(0).max(1);

/** Where text comes from. The four sum to 1 in every row that has text. */
export const shares = z.strictObject({ copied: share, templated: share, imported: share, authored: share });
export type Shares = z.infer<typeof shares>;
export const shareNames = ['copied', 'templated', 'imported', 'authored'] as const;
export const shareWords = {
  copied: 'Taken from an earlier note of the same patient.',
  templated: 'Recurs in the notes of several patients: a template.',
  imported: 'Stands in the structured data of the encounter.',
  authored: 'None of these: new, as far as the notes tell.',
} as const;

export const shareRow = z.strictObject({
  level: z.enum(['all', 'facility', 'department', 'type', 'facility-type']),
  ...unit.shape,
  notes: z.int().min(0),
  patients: z.int().min(0),
  characters: z.int().min(0).describe('UTF-16 units of text.'),
  words: z.int().min(0),
  authoredWords: z.int().min(0),
  shares: shares.nullable().describe('Of the characters; null: no text.'),
  copiedInterval: z.strictObject({ low: share, high: share }).nullable().describe('95 %, with patients as clusters.'),
  templatedInterval: z.strictObject({ low: share, high: share }).nullable(),
  staleEncounters: z.strictObject({ spans: z.int().min(0), p50: z.int().nullable(), p90: z.int().nullable(), max: z.int().nullable() }).describe('How many encounters old copied spans are.'),
});
export type ShareRow = z.infer<typeof shareRow>;

export const typeVerdicts = {
  found: 'There, and readable.',
  'routed-elsewhere': 'Written, but its text goes to another system.',
  absent: 'Not once in the export.',
  'not-expected': 'Nothing says that it is written here.',
} as const;
export const typeVerdict = z.enum(Object.keys(typeVerdicts) as [keyof typeof typeVerdicts, ...(keyof typeof typeVerdicts)[]]);
export type TypeVerdict = z.infer<typeof typeVerdict>;

export const typeCell = z.strictObject({
  facility: z.string().nullable().describe('Null: the whole export.'),
  encounters: z.int().min(0).describe('Of the kind in which the type is written.'),
  documents: z.int().min(0),
  readable: z.int().min(0),
  unreachable: z.int().min(0).describe('Documents whose text is an address or a missing Binary.'),
  orders: z.int().min(0).describe('Orders that ask for such a note.'),
  expected: z.number().min(0).nullable().describe('Readable notes there would be at the rate of the other facilities.'),
  chance: share.nullable().describe('Probability of so few by chance, at that rate.'),
  verdict: typeVerdict,
  says: z.string(),
});
export const typeRow = z.strictObject({ type: z.string(), from: z.enum(['charter', 'peers']), tier, cells: z.array(typeCell) });
export type TypeRow = z.infer<typeof typeRow>;

/** How something is spread over writers: quantiles, never a list of people. */
export const distribution = z.strictObject({
  what: z.enum(['copied', 'templated', 'imported', 'authored', 'authored-words']),
  ...unit.shape,
  authors: z.int().min(0),
  p10: z.number().nullable(), p25: z.number().nullable(), p50: z.number().nullable(), p75: z.number().nullable(), p90: z.number().nullable(),
  suppressed: z.boolean().describe('Fewer than five writers: withheld.'),
});
export type Distribution = z.infer<typeof distribution>;

export const fix = z.strictObject({ rank: z.int().min(1), check: z.string(), unit, blocks: z.boolean().describe('Gate criterion 1.6 cannot pass before this is done.'), affected: z.number().min(0).nullable(), says: z.string(), todo: z.string() });
export type Fix = z.infer<typeof fix>;

export const notesDocument = z
  .strictObject({
    attending: z.literal('notes/1').describe('The format of this document.'),
    tool: z.strictObject({ name: z.literal('attending'), version: z.string() }),
    startedAt: instant,
    finishedAt: instant,
    charter: z.strictObject({ digest: z.string().describe('SHA-256 of the canonical JSON of the data section.'), deployment: z.string().nullable() }).nullable(),
    summary: z.strictObject({
      verdict: verdict.describe('Of the four conditions of gate criterion 1.6 together.'),
      says: z.string(),
      documents: z.int().describe('All documents, readable or not, in the population.'),
      notes: z.int().describe('Those with readable text.'),
      patients: z.int().describe('With at least one readable note.'),
      authors: z.int(),
      facilities: z.int(),
      departments: z.int(),
      types: z.int(),
      characters: z.int(),
      words: z.int(),
      shares: shares.nullable(),
      staleEncounters: z.int().nullable().describe('90th percentile over copied spans.'),
      deepest: z.int().nullable().describe('Hops of the longest chain of copies.'),
      from: day.nullable(),
      to: day.nullable(),
      badLines: z.int(),
      templatesKnown: z.boolean().describe('False: too few patients to tell a template.'),
      structuredKnown: z.boolean().describe('False: no structured data, so nothing can be called imported.'),
    }),
    shares: z.array(shareRow),
    noteTypes: z.array(typeRow),
    distributions: z.array(distribution),
    chains: z.strictObject({
      depth: z.array(z.strictObject({ hops: z.int().min(1), spans: z.int() })).describe('Copied spans by hops from their origin; the last counts all deeper ones.'),
      encounters: z.array(z.strictObject({ encounters: z.int().min(0), spans: z.int() })).describe('Copied spans by age in encounters; the last counts all older ones.'),
      days: z.strictObject({ p50: z.number().nullable(), p90: z.number().nullable() }),
    }),
    findings: z.array(finding),
    fixes: z.array(fix),
    export: z.strictObject({
      resources: z.record(z.string(), z.int().min(0)),
      files: z.array(z.strictObject({ name: z.string(), bytes: z.int(), lines: z.int(), badLineCount: z.int(), trouble: z.string().nullable() })),
      badLines: z.array(z.strictObject({ file: z.string(), line: z.int(), reason: z.string() })).describe('The first 200.'),
    }),
  })
  .meta({ title: 'Attending notes', description: 'The result of a notes audit: notes.json.' });
export type NotesDocument = z.infer<typeof notesDocument>;

/** `notes.schema.json`: JSON Schema 2020-12 of notes.json. */
export const notesJsonSchema = () => z.toJSONSchema(notesDocument, { target: 'draft-2020-12' });

// ---------------------------------------------------------------- spans.ndjson

const placeInNote = z.strictObject({ note: z.string(), index: z.int().min(0).describe('Its place in the chart, as ids may repeat.'), start: z.int().min(0), end: z.int().min(0) });

/** One stretch of a note. Offsets count UTF-16 code units of the decoded text, as JavaScript, Java and C# strings do; `end` is exclusive. */
export const spanLine = z.strictObject({
  kind: z.enum(shareNames),
  start: z.int().min(0),
  end: z.int().min(0),
  source: placeInNote.nullable().describe('The latest earlier note that holds it.'),
  origin: placeInNote.extend({ author: z.string().nullable() }).nullable().describe('Where it was written first.'),
  depth: z.int().min(1).nullable().describe('Hops from the origin; 1: the source is the origin.'),
  stalenessDays: z.number().nullable(),
  stalenessEncounters: z.int().nullable(),
});
export type SpanLine = z.infer<typeof spanLine>;

// ---------------------------------------------------------------- runs on the server

const bringers: Role[] = ['data-engineer', 'clinical-owner', 'governance'];
/** Rows and texts are single patients'; every look at them is logged. */
export const rowReaders: Role[] = ['data-engineer', 'clinical-owner', 'safety-officer', 'governance'];

const exportId = idOf('exp');
export const runId = idOf('nts');

export const progress = z.strictObject({ stage: z.enum(['reading', 'learning', 'tracing', 'writing']), says: z.string(), done: z.number().min(0).max(1) });
export type Progress = z.infer<typeof progress>;

export const run = z.strictObject({
  id: runId,
  deployment: z.string(),
  export: exportId.nullable(),
  exportName: z.string().nullable().describe('What people called the upload; null: a folder, or the upload was deleted since.'),
  folder: z.string().nullable(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  progress: progress.nullable(),
  problem: z.string().nullable().describe('Why it failed, and what to do.'),
  createdAt: instant,
  createdBy: z.string(),
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  digest: z.string().nullable().describe('SHA-256 of notes.json, as in the ledger entry `notes.published`.'),
  summary: notesDocument.shape.summary.nullable(),
});
export type Run = z.infer<typeof run>;

/** What an audit read, as people name it. */
export const exportSays = ({ exportName, folder }: { exportName: string | null; folder: string | null }): string => exportName ?? folder ?? 'an upload that was deleted';

/** What everybody of the staff may see: no rows, cells under five people withheld. */
export const shownNotes = notesDocument.omit({ findings: true, export: true }).extend({
  findings: z.array(finding.omit({ rows: true }).extend({ number: z.int().min(0), rowCount: z.int().min(0), suppressed: z.boolean() })),
  charts: z.int().min(0).describe('Charts that can be opened.'),
});
export type ShownNotes = z.infer<typeof shownNotes>;

/** One chart of the list: numbers, no name. */
export const chartLine = z.strictObject({ number: z.int().min(1), notes: z.int(), characters: z.int(), encounters: z.int(), shares: shares.nullable(), deepest: z.int().describe('Hops of its longest chain.'), stalest: z.int().describe('Encounters of its oldest copied span.') });
export type ChartLine = z.infer<typeof chartLine>;

export const chartNote = z.strictObject({
  id: z.string(),
  at: instant.nullable(),
  encounter: z.int().min(1).nullable().describe('The encounters of the chart, numbered in time.'),
  author: z.string().nullable().describe('`writer 3`: numbered within the chart.'),
  facility: z.string(),
  department: z.string(),
  type: z.string(),
  text: z.string(),
  spans: z.array(spanLine),
});
export type ChartNote = z.infer<typeof chartNote>;
export const chart = z.strictObject({ number: z.int().min(1), of: z.int(), subject: z.string(), notes: z.array(chartNote), cut: z.int().min(0).describe('Notes of the chart beyond the first 200, which are not shown.') });
export type ChartView = z.infer<typeof chart>;

const oneRun = z.strictObject({ run: runId });

export const listChecks = endpoint({ name: 'notes.checks', method: 'GET', path: '/api/v1/notes/checks', says: 'Lists the checks of a notes audit.', who: everyone, output: z.strictObject({ items: z.array(checkWords) }) });
export const listExports = endpoint({
  name: 'notes.exports',
  method: 'GET',
  path: '/api/v1/notes/exports',
  says: 'Lists the exports on this server that a notes audit may read; they are uploaded with the data audit.',
  who: bringers,
  output: z.strictObject({ uploads: z.array(z.strictObject({ id: exportId, name: z.string(), createdAt: instant })), folders: z.array(z.string()) }),
});
export const startRun = endpoint({
  name: 'notes.start',
  method: 'POST',
  path: '/api/v1/notes/runs',
  says: "Starts a notes audit of an upload or a server-side folder against a deployment's charter.",
  who: bringers,
  body: z.strictObject({ deployment: slug, export: exportId.nullable().default(null), folder: z.string().nullable().default(null).describe('A folder as listed by notes.exports.') }),
  output: run,
  status: 201,
});
export const listRuns = endpoint({ name: 'notes.runs', method: 'GET', path: '/api/v1/notes/runs', says: 'Lists notes audits, the newest first.', who: staff, query: z.strictObject({ deployment: slug.optional(), ...paging }), output: page(run) });
export const readRun = endpoint({ name: 'notes.run', method: 'GET', path: '/api/v1/notes/runs/:run', says: 'Shows a notes audit, with live progress while it runs.', who: staff, params: oneRun, output: run });
export const cancelRun = endpoint({ name: 'notes.cancel', method: 'POST', path: '/api/v1/notes/runs/:run/cancel', says: 'Stops a notes audit that waits or runs.', who: bringers, params: oneRun, output: run });
export const readNotes = endpoint({ name: 'notes.result', method: 'GET', path: '/api/v1/notes/runs/:run/result', says: 'Shows what a notes audit found; cells under five people are withheld.', who: staff, params: oneRun, output: shownNotes });
export const readRows = endpoint({
  name: 'notes.rows',
  method: 'GET',
  path: '/api/v1/notes/runs/:run/findings/:finding/rows',
  says: 'Shows the documents behind a finding; the look is logged.',
  who: rowReaders,
  params: z.strictObject({ run: runId, finding: z.coerce.number().int().min(0) }),
  output: z.strictObject({ rows: z.array(evidenceRow) }),
});
export const listCharts = endpoint({
  name: 'notes.charts',
  method: 'GET',
  path: '/api/v1/notes/runs/:run/charts',
  says: 'Lists the charts of a notes audit by how much is copied, without names.',
  who: rowReaders,
  params: oneRun,
  query: z.strictObject({ by: z.enum(['stalest', 'deepest', 'copied', 'notes']).default('stalest'), limit: z.coerce.number().int().min(1).max(200).default(50) }),
  output: z.strictObject({ items: z.array(chartLine) }),
});
export const readChart = endpoint({
  name: 'notes.chart',
  method: 'GET',
  path: '/api/v1/notes/runs/:run/charts/:chart',
  says: 'Shows the notes of one chart in time, with where their text comes from; the look is logged.',
  who: rowReaders,
  params: z.strictObject({ run: runId, chart: z.coerce.number().int().min(1) }),
  output: chart,
});
export const downloadJson = endpoint({ name: 'notes.json', method: 'GET', path: '/api/v1/notes/runs/:run/notes.json', says: 'Downloads notes.json.', who: rowReaders, params: oneRun, output: notesDocument, answers: 'stream' });
export const downloadHtml = endpoint({ name: 'notes.html', method: 'GET', path: '/api/v1/notes/runs/:run/notes.html', says: 'Downloads the notes audit as one readable page.', who: rowReaders, params: oneRun, output: z.string(), answers: 'stream' });
