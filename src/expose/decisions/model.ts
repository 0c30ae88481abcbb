// Which words and endpoints does this room have: decisions, what became of them, and what is told about them?
import { z } from 'zod';
import { reference } from '../../spine/ledger/model.ts';
import { day, endpoint, instant, page, paging, staff, type Role } from '../../tools/base/endpoint.ts';
import { idOf } from '../../tools/base/id.ts';
import { way } from './event.ts';
import { completeness, tellSourceCounts } from './completeness/model.ts';
import { drawDrill, listDrills, scoreDrill } from './drill/model.ts';
import { exportGuidance } from './fhir/model.ts';
import { assurance, decisionIn, disposition, feedbackIn, outcomeIn, useIn } from './intake.ts';

export * from './completeness/model.ts';
export * from './csv/mapping.ts';
export * from './drill/model.ts';
export * from './event.ts';
export * from './fact.ts';
export * from './fhir/model.ts';
export * from './intake.ts';
export * from './payload/model.ts';

/** Machines that tell of decisions: the producer's own key, or the hospital's integration. */
const tellers: Role[] = ['administrator', 'data-engineer', 'vendor'];
/** Who may see single decisions; everybody else sees counts. */
export const mayOpen: Role[] = ['clinical-owner', 'safety-officer', 'governance', 'auditor', 'data-engineer'];
const mayCount: Role[] = [...staff, 'vendor'];

const deployment = z.string().describe('Slug or id of the deployment.');

/** Proof that a record was written before the answer was given: keep it, and check it against the ledger later. */
export const receipt = z.strictObject({
  decision: idOf('dec'),
  position: z.int().min(0).nullable().describe('Number of its entry in the ledger; null where the same record was told before.'),
  leafHash: z.string().nullable().describe('Base64 of the hash of the entry.'),
  recordedAt: instant,
  assurance,
  before: z.boolean().describe('True: the same was told before, and nothing new was written.'),
});
export type Receipt = z.infer<typeof receipt>;

export const tellDecision = endpoint({
  name: 'decisions.tell', method: 'POST', path: '/api/v1/decisions',
  says: 'Records one decision of an AI and answers with its receipt once it is safely written.', who: tellers,
  body: decisionIn.extend({ deployment, assurance: z.enum(['attested', 'reported']).default('reported').describe('`attested`: the product released it only after this receipt (the SDK does so).') }),
  output: receipt, status: 201,
});
export const tellFeedback = endpoint({
  name: 'decisions.tell-feedback', method: 'POST', path: '/api/v1/decisions/feedback',
  says: 'Records what a clinician did with a decision.', who: tellers, body: feedbackIn.extend({ deployment }), output: receipt, status: 201,
});
export const tellOutcome = endpoint({
  name: 'decisions.tell-outcome', method: 'POST', path: '/api/v1/decisions/outcomes',
  says: 'Records what turned out to be true, or was done, after a decision.', who: tellers, body: outcomeIn.extend({ deployment }), output: receipt, status: 201,
});
export const tellUse = endpoint({
  name: 'decisions.tell-use', method: 'POST', path: '/api/v1/decisions/uses',
  says: 'Records that a person opened, edited, signed or closed an output.', who: tellers, body: useIn.extend({ deployment }), output: receipt, status: 201,
});

/** What became of a batch, line by line where something is wrong. */
export const batchAnswer = z.strictObject({
  batch: z.string().nullable().describe('Null where nothing new was in it.'),
  position: z.int().nullable().describe('The entry of the ledger that commits to all its records.'),
  lines: z.int(),
  recorded: z.int(),
  before: z.int().describe('Told before; nothing was written for them.'),
  refused: z.int(),
  problems: z.array(z.strictObject({ line: z.int(), path: z.string().nullable(), says: z.string() })).describe('The first 1,000 lines that were refused.'),
});
export type BatchAnswer = z.infer<typeof batchAnswer>;

export const tellBatch = endpoint({
  name: 'decisions.tell-batch', method: 'POST', path: '/api/v1/decisions/batch',
  says: 'Takes in many decisions, feedbacks, outcomes and uses as NDJSON, plain or gzipped; a bad line is named and skipped.', who: tellers, takes: 'upload',
  query: z.strictObject({ deployment, via: way.extract(['batch', 'csv']).default('batch') }), output: batchAnswer,
});

const csvWhat = z.enum(['decision', 'feedback', 'outcome', 'use']).default('decision').describe('Which sort of record the rows are.');
export const previewCsvFile = endpoint({
  name: 'decisions.csv-preview', method: 'POST', path: '/api/v1/decisions/csv/preview',
  says: 'Shows the columns and first rows of a CSV file and guesses which column is what; the beginning of the file is enough.', who: tellers, takes: 'upload',
  query: z.strictObject({ what: csvWhat }),
  output: z.strictObject({
    columns: z.array(z.string()), rows: z.array(z.array(z.string())), mapping: z.record(z.string(), z.union([z.strictObject({ column: z.string() }), z.strictObject({ always: z.string() })])),
    faults: z.array(z.string()).describe('What is still missing.'), fields: z.array(z.strictObject({ field: z.string(), needed: z.boolean() })),
  }),
});
const keptMapping = z.strictObject({ map: z.string().max(4_000).describe('`field=column,field:=text`, as the import takes it.'), zone: z.string().regex(/^(Z|[+-]\d\d:\d\d)$/).nullable() });
export const readCsvMapping = endpoint({
  name: 'decisions.csv-mapping', method: 'GET', path: '/api/v1/decisions/csv/mapping',
  says: 'Gives the mapping that was kept for CSV files of this sort.', who: tellers, query: z.strictObject({ deployment, what: csvWhat }), output: z.strictObject({ kept: keptMapping.nullable() }),
});
export const keepCsvMapping = endpoint({
  name: 'decisions.keep-csv-mapping', method: 'PUT', path: '/api/v1/decisions/csv/mapping',
  says: 'Keeps which column is which field, for the next CSV file of this sort.', who: tellers, body: keptMapping.extend({ deployment, what: csvWhat }), output: keptMapping,
});
export const takeCsvFile = endpoint({
  name: 'decisions.csv', method: 'POST', path: '/api/v1/decisions/csv',
  says: 'Takes in a CSV file of decisions, feedback, outcomes or uses, plain or gzipped; `dryRun` only checks it.', who: tellers, takes: 'upload',
  query: z.strictObject({ deployment, what: csvWhat, map: z.string().max(4_000).default('').describe('`field=column,field:=text`; what is left out is guessed.'), zone: z.string().optional().describe('Offset of times that have none.'), dryRun: z.stringbool().default(false) }),
  output: batchAnswer,
});

/** OTLP/HTTP: what exporters of OpenTelemetry send. Answered as the protocol asks, not as the rest of the API. */
export const otlpTraces = endpoint({
  name: 'decisions.otlp-traces', method: 'POST', path: '/otlp/v1/traces',
  says: 'Takes in spans of generative AI by OTLP/HTTP, protobuf or JSON, plain or gzipped.', who: tellers, takes: 'upload', answers: 'stream', output: z.unknown(),
});
export const otlpLogs = endpoint({
  name: 'decisions.otlp-logs', method: 'POST', path: '/otlp/v1/logs',
  says: 'Takes in log records of generative AI by OTLP/HTTP, protobuf or JSON, plain or gzipped.', who: tellers, takes: 'upload', answers: 'stream', output: z.unknown(),
});

/** One decision as it is shown: references instead of people. */
export const shownDecision = z.strictObject({
  decision: idOf('dec'), at: instant, askedAt: instant.nullable(), recordedAt: instant, shownAt: instant.nullable(), seenAt: instant.nullable(),
  subject: z.string(), facility: z.string().nullable(), department: z.string().nullable(), version: z.string(),
  class: z.string().nullable(), score: z.number().nullable(), label: z.string().nullable(), critical: z.boolean(),
  disposition, rule: z.string().nullable(), arm: z.string().nullable(), assurance, via: way, delivered: z.boolean().nullable(),
  momentAt: instant.nullable(), leadMs: z.number().nullable(), actionable: z.boolean().nullable(),
  act: z.enum(['accepted', 'overridden', 'ignored']).nullable().describe('`ignored` is inferred: the window closed in silence.'),
  actAt: instant.nullable(), reason: z.string().nullable(), edited: z.number().nullable(), dwellMs: z.number().nullable(), actedAt: instant.nullable(), repeatOf: z.string().nullable(),
});
export type ShownDecision = z.infer<typeof shownDecision>;

export const listDecisions = endpoint({
  name: 'decisions.list', method: 'GET', path: '/api/v1/decisions',
  says: 'Lists the decisions of a deployment, the newest first.', who: mayOpen,
  query: z.strictObject({ ...paging, deployment, disposition: disposition.optional(), act: z.enum(['accepted', 'overridden', 'none']).optional(), assurance: assurance.optional(), facility: z.string().optional(), department: z.string().optional(), class: z.string().optional(), from: instant.optional(), to: instant.optional(), about: reference.optional().describe('Only those about this patient or of this encounter, by the reference that `ledger.find-subject` gives.') }),
  output: page(shownDecision),
});

/** One step of a decision's way: asked, answered, recorded, shown, acted, outcome. */
export const step = z.strictObject({
  at: instant, what: z.string(), says: z.string(),
  position: z.int().nullable().describe('The entry of the ledger that tells it.'), leafHash: z.string().nullable(),
});
export const openDecision = endpoint({
  name: 'decisions.open', method: 'GET', path: '/api/v1/decisions/:decision',
  says: 'Shows one decision as a timeline, with the entries of the ledger behind it.', who: mayOpen,
  params: z.strictObject({ decision: idOf('dec') }),
  output: z.strictObject({ decision: shownDecision, encounter: z.string().nullable().describe('The encounter, by reference.'), user: z.string().nullable().describe('The person it was meant for, by reference; for those only who may ask whom a reference stands for.'), deployment: z.string(), steps: z.array(step), outcomes: z.array(z.strictObject({ name: z.string(), at: instant, positive: z.boolean().nullable(), acted: z.boolean(), value: z.number().nullable() })), hasPayload: z.boolean() }),
});

/** One record of a batch, with the hashes that lead from it to the root in the batch's entry. */
export const batchRecord = z.strictObject({
  position: z.int().describe('The entry of the ledger that commits to the batch.'),
  nth: z.int().describe('Its place in the batch, from 0.'),
  records: z.int().describe('How many records the batch has.'),
  body: z.string().describe('Its exact bytes, which are UTF-8: the leaf is the hash of these.'),
  proof: z.array(z.string()).describe('SHA-256 hashes in base64, from the leaf’s side up (RFC 6962, 2.1.1).'),
});
export type BatchRecord = z.infer<typeof batchRecord>;

export const proveDecision = endpoint({
  name: 'decisions.records', method: 'GET', path: '/api/v1/decisions/:decision/records',
  says: 'Gives the records of a decision that came in batches, each with the proof that the batch’s entry commits to it.', who: mayOpen,
  params: z.strictObject({ decision: idOf('dec') }),
  output: z.strictObject({ items: z.array(batchRecord) }),
});

/** Counts of a period; a share has its interval where it is computed from them. */
export const tally = z.strictObject({
  decisions: z.int(), critical: z.int(), repeats: z.int(), undelivered: z.int(), accepted: z.int(), overridden: z.int(), reasons: z.int(), acted: z.int(), timed: z.int(), tooLate: z.int(),
});
export const rate = z.strictObject({ k: z.int(), n: z.int(), rate: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() });
export const summary = endpoint({
  name: 'decisions.summary', method: 'GET', path: '/api/v1/decisions/summary',
  says: 'Counts the decisions of a deployment by day, disposition and assurance, with times and rates.', who: mayCount,
  query: z.strictObject({ deployment, from: day.optional(), to: day.optional() }),
  output: z.strictObject({
    from: day, to: day,
    days: z.array(z.strictObject({ day, ...Object.fromEntries(disposition.options.map((one) => [one, z.int()])) as Record<z.infer<typeof disposition>, z.ZodInt> })),
    dispositions: z.array(z.strictObject({ disposition, ...tally.shape })),
    assurances: z.array(z.strictObject({ assurance, decisions: z.int() })),
    units: z.array(z.strictObject({ facility: z.string().nullable(), department: z.string().nullable(), shown: z.int(), subjects: z.int().nullable().describe('Null under five people.'), accepted: z.int().nullable(), overridden: z.int().nullable() })),
    rates: z.strictObject({ accepted: rate, overridden: rate, overrideReasons: rate, beforeDecision: rate, inActionWindow: rate, repeats: rate }),
    burden: z.strictObject({ shownPerUserDay: z.number().nullable(), users: z.int().nullable(), shown: z.int() }),
    times: z.strictObject({ n: z.int(), answerMs: z.strictObject({ p50: z.number().nullable(), p95: z.number().nullable() }), recordMs: z.strictObject({ p50: z.number().nullable(), p95: z.number().nullable() }), dwellMs: z.strictObject({ n: z.int(), p50: z.number().nullable(), p95: z.number().nullable() }) }),
    upTo: z.int().describe('The facts follow the ledger up to here.'),
  }),
});

export const endpoints = [tellDecision, tellFeedback, tellOutcome, tellUse, tellBatch, previewCsvFile, readCsvMapping, keepCsvMapping, takeCsvFile, otlpTraces, otlpLogs, tellSourceCounts, completeness, drawDrill, scoreDrill, listDrills, exportGuidance, listDecisions, openDecision, proveDecision, summary];
