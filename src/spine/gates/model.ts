// Which words does the room of gates share: verdicts, states, decisions, waivers, and its endpoints?
import { z } from 'zod';
import { day, endpoint, everyone, instant, page, paging, staff } from '../../tools/base/endpoint.ts';
import { idOf } from '../../tools/base/id.ts';
import { change, evidenceClass, scope } from '../measures/model.ts';
import { coverage, criterion, gateId, pathName, playbook, threshold } from './playbook-schema.ts';

export * from './playbook-schema.ts';

/** How one criterion reads today. */
export const verdictStates = {
  met: 'The number holds the line.',
  'not-met': 'The number does not hold the line.',
  undecided: 'The interval straddles the line: more cases would decide it.',
  'not-measurable': 'There is no number, or too few cases, or evidence too weak for a safety criterion.',
  stale: 'There was a number, but it is too old or something it depends on has changed.',
  waived: 'The committee let it pass for a time, with a reason.',
} as const;
export const verdictState = z.enum(['met', 'not-met', 'undecided', 'not-measurable', 'stale', 'waived']);
export type VerdictState = z.infer<typeof verdictState>;
/** A verdict before any waiver. */
export const bareState = z.enum(['met', 'not-met', 'undecided', 'not-measurable', 'stale']);
export type BareState = z.infer<typeof bareState>;

/** One measurement held against one condition. */
export const reading = z.strictObject({
  measure: z.string(),
  asks: z.string(),
  room: z.string().describe('The room that measures it.'),
  live: z.boolean().describe('Whether that room is in this house.'),
  says: z.string().describe('What must hold, in plain words.'),
  needs: threshold,
  needsSays: z.string().describe('The line in words, e.g. `at least 95 %`.'),
  over: coverage,
  alternative: z.int().min(0).nullable().describe('Conditions with the same number stand for one another: one of them is enough. Null: this one must hold.'),
  unit: z.string(),
  scope: scope.describe('Which unit the number is about: the one that decides, the worst.'),
  value: z.number().nullable(),
  valueSays: z.string().describe('The number in words, e.g. `93.1 %`; empty when there is none.'),
  interval: z.strictObject({ low: z.number(), high: z.number(), level: z.number() }).nullable(),
  n: z.int().nullable(),
  asOf: instant.nullable(),
  ageDays: z.int().nullable(),
  class: evidenceClass.nullable(),
  source: z.string().nullable(),
  explain: z.string(),
  target: z.number().nullable(),
  alarm: z.boolean().describe('The number is beyond the red line.'),
  state: bareState,
  because: z.string(),
  scopes: z.int().min(0).describe('How many units, elements or the whole were judged.'),
});
export type Reading = z.infer<typeof reading>;

export const verdict = z.strictObject({
  state: verdictState,
  without: bareState.describe('What it would read without the waiver.'),
  because: z.string().describe('One sentence: why it reads so.'),
  next: z.string().describe('What to do about it; empty when met.'),
  alarm: z.boolean(),
  /** The reading that decides: the worst. */
  deciding: z.int().min(0).nullable().describe('Index of the deciding reading; null when there is none.'),
  readings: z.array(reading),
});
export type Verdict = z.infer<typeof verdict>;

/** An edit of a threshold at this deployment. */
export const amendment = z.strictObject({
  id: idOf('thr'),
  criterion: z.string(),
  condition: z.int().min(0).describe('Which condition of the criterion, counted from 0 through all alternatives.'),
  was: threshold,
  now: threshold,
  reason: z.string(),
  by: z.string(),
  at: instant,
  afterLock: z.boolean().describe('Made after the thresholds were locked: an amendment everybody sees.'),
});
export type Amendment = z.infer<typeof amendment>;

export const waiverState = z.enum(['requested', 'active', 'refused', 'expired', 'ended']);
export const waiver = z.strictObject({
  id: idOf('wav'),
  deployment: z.string(),
  gate: gateId,
  criterion: z.string(),
  reason: z.string(),
  expires: day.describe('The last day it holds.'),
  requestedBy: z.strictObject({ id: z.string(), name: z.string() }),
  requestedAt: instant,
  approvedBy: z.strictObject({ id: z.string(), name: z.string() }).nullable().describe('The second person; never the one who asked.'),
  approvedAt: instant.nullable(),
  endedAt: instant.nullable(),
  endedBecause: z.string().nullable(),
  state: waiverState,
});
export type Waiver = z.infer<typeof waiver>;

/** The four that must sit at the table before a gate is decided (article 000: clinical leadership, IT, operations, end users). */
export const constituencies = {
  'clinical-leadership': 'Clinical leadership',
  it: 'IT',
  operations: 'Operations',
  'end-user': 'End users',
} as const;
export const constituency = z.enum(['clinical-leadership', 'it', 'operations', 'end-user']);

export const outcome = z.enum(['approve', 'approve-with-contingencies', 're-review', 'decline']);
export type Outcome = z.infer<typeof outcome>;

export const contingency = z.strictObject({
  criterion: z.string().nullable().default(null).describe('The criterion it stands for; null: a condition of its own.'),
  says: z.string().trim().min(5).max(2_000).describe('What must be done.'),
  owner: z.string().trim().min(2).max(200),
  expires: day.describe('By when; after it the gate is open again.'),
});

export const decisionRequest = z.strictObject({
  outcome,
  about: z.enum(['resume', 'retire']).optional().describe('Only at GX: what is being decided.'),
  reason: z.string().trim().min(10).max(4_000),
  present: z.array(z.strictObject({ name: z.string().trim().min(2).max(200), constituency })).min(1).max(60).describe('Who sat at the table.'),
  contingencies: z.array(contingency).max(40).default([]),
  reviewOn: day.optional().describe('For a re-review: when.'),
  seen: z.string().regex(/^[0-9a-f]{64}$/).describe('The `digest` of the gate as it was shown. When the numbers moved meanwhile, the decision is refused.'),
});
export type DecisionRequest = z.infer<typeof decisionRequest>;

/** One criterion with everything a person needs to judge it. */
export const judged = z.strictObject({
  criterion,
  verdict,
  required: z.boolean().describe('Core or safety: an approval needs it met or waived.'),
  waivers: z.array(waiver).describe('Requested and active ones.'),
  amendments: z.array(amendment),
});
export type Judged = z.infer<typeof judged>;

/** Where a gate of a deployment stands. */
export const gateStates = {
  'not-started': 'The gate before is not approved yet.',
  open: 'Nothing blocks an approval.',
  blocked: 'A core or safety criterion is neither met nor waived.',
  decided: 'The committee has decided.',
  reopened: 'It was approved, and something it rests on has changed since.',
} as const;
export const gateStateName = z.enum(['not-started', 'open', 'blocked', 'decided', 'reopened']);
export type GateStateName = z.infer<typeof gateStateName>;

export const snapshot = z.strictObject({
  path: pathName,
  criteria: z.array(judged),
  share: z.number().nullable(),
});

export const decision = z.strictObject({
  id: idOf('gat'),
  deployment: z.string(),
  gate: gateId,
  sequence: z.int().min(1).describe('1 for the first decision of this gate, then 2, 3 …'),
  outcome,
  about: z.enum(['resume', 'retire']).nullable(),
  reason: z.string(),
  present: z.array(z.strictObject({ name: z.string(), constituency })),
  contingencies: z.array(contingency),
  reviewOn: day.nullable(),
  nextReview: day.nullable(),
  by: z.strictObject({ id: z.string(), name: z.string() }),
  at: instant,
  waived: z.array(z.string()).describe('Criteria that passed under a waiver.'),
  digest: z.string().describe('SHA-256 of this decision with its snapshot, canonical; the same stands in the ledger.'),
});
export type Decision = z.infer<typeof decision>;

export const reopening = z.strictObject({
  at: instant,
  because: z.string(),
  criteria: z.array(z.string()).describe('The criteria it touches.'),
  source: z.string(),
});
export type Reopening = z.infer<typeof reopening>;

const counts = z.strictObject({ met: z.int(), 'not-met': z.int(), undecided: z.int(), 'not-measurable': z.int(), stale: z.int(), waived: z.int() });

export const clocks = z.strictObject({
  programmeWeek: z.int().nullable().describe('Week of the programme, 1 in the first (the first clock of C5); null before it began.'),
  monthsLive: z.int().nullable().describe('Whole months since go-live (the second clock of C5); null before.'),
});

const blocking = z.strictObject({ criterion: z.string(), title: z.string(), state: verdictState, because: z.string(), next: z.string() });

/** One gate of one deployment, in full. */
export const gateState = z.strictObject({
  deployment: z.string(),
  deploymentTitle: z.string(),
  gate: gateId,
  title: z.string(),
  asks: z.string(),
  grants: z.string(),
  path: pathName,
  asOf: instant,
  state: gateStateName,
  criteria: z.array(judged),
  leftOut: z.array(z.string()).describe('Criteria this path does not ask for.'),
  counts,
  evidence: z.strictObject({
    measured: z.int().describe('Readings that have a number.'),
    strong: z.int().describe('Of these, at E2 or E3.'),
    share: z.number().nullable().describe('strong ÷ measured; null when nothing is measured.'),
    target: z.number().describe('0.8 (requirements §2).'),
  }),
  blocks: z.array(blocking).describe('What stands between this gate and a plain approval.'),
  lock: z.strictObject({ digest: z.string(), at: instant, with: gateId, source: z.string() }).nullable(),
  amendments: z.array(amendment),
  decision: decision.nullable().describe('The latest.'),
  reopenings: z.array(reopening).describe('What reopened it since the latest approval.'),
  clocks,
  warnings: z.array(z.string()),
  nextReview: day.nullable(),
  digest: z.string().describe('Stands for everything shown; hand it back as `seen` with a decision.'),
});
export type GateState = z.infer<typeof gateState>;

/** One station of the track. */
export const station = z.strictObject({
  gate: gateId,
  title: z.string(),
  weeks: z.strictObject({ from: z.int(), to: z.int().nullable() }).nullable(),
  state: gateStateName,
  outcome: outcome.nullable(),
  decidedAt: instant.nullable(),
  counts,
  criteria: z.int(),
  blocks: z.int(),
  worst: blocking.nullable().describe('The worst criterion: what to look at first.'),
  locked: z.boolean(),
});
export type Station = z.infer<typeof station>;

/** A deployment's way through the gates. GX stands last, beside the track. */
export const track = z.strictObject({
  deployment: z.string(),
  title: z.string(),
  path: pathName,
  asOf: instant,
  stations: z.array(station),
  current: gateId.nullable().describe('The first gate that is not approved; null when all are.'),
  worst: blocking.extend({ gate: gateId }).nullable().describe('The worst criterion of the current gate.'),
  changes: z.array(change).describe('What changed about the deployment, newest first.'),
  clocks,
  warnings: z.array(z.string()),
  nextReview: day.nullable(),
});
export type Track = z.infer<typeof track>;

const deploymentParam = z.strictObject({ deployment: z.string().min(1).max(80).describe('The id or the short name of the deployment.') });
const gateParams = deploymentParam.extend({ gate: gateId });
const waiverParam = z.strictObject({ waiver: idOf('wav') });
const asOfQuery = z.strictObject({ asOf: instant.optional().describe('As it stood then; now unless told.') });

export const readPlaybook = endpoint({
  name: 'gates.playbook',
  method: 'GET',
  path: '/api/v1/gates/playbook',
  says: 'Show the playbook: every gate and criterion with its threshold and its source.',
  who: everyone,
  output: z.strictObject({ playbook, digest: z.string() }),
});

export const portfolio = endpoint({
  name: 'gates.portfolio',
  method: 'GET',
  path: '/api/v1/gates/portfolio',
  says: 'Show every deployment with its track, its worst criterion and its next review.',
  who: everyone,
  output: z.strictObject({ asOf: instant, items: z.array(track) }),
});

export const readTrack = endpoint({
  name: 'gates.track',
  method: 'GET',
  path: '/api/v1/gates/deployments/:deployment',
  says: 'Show where a deployment stands on its way through the gates.',
  who: everyone,
  params: deploymentParam,
  query: asOfQuery,
  output: track,
});

export const readGate = endpoint({
  name: 'gates.gate',
  method: 'GET',
  path: '/api/v1/gates/deployments/:deployment/gates/:gate',
  says: 'Show one gate of a deployment: every criterion with number, interval, n, age, class and source.',
  who: staff,
  params: gateParams,
  query: asOfQuery,
  output: gateState,
});

export const exportGate = endpoint({
  name: 'gates.export',
  method: 'GET',
  path: '/api/v1/gates/deployments/:deployment/gates/:gate/export',
  says: 'Download one gate of a deployment as JSON or CSV.',
  who: staff,
  params: gateParams,
  query: asOfQuery.extend({ format: z.enum(['json', 'csv']).default('json') }),
  output: z.any(),
  answers: 'stream',
});

export const decide = endpoint({
  name: 'gates.decide',
  method: 'POST',
  path: '/api/v1/gates/deployments/:deployment/gates/:gate/decisions',
  says: 'Record the committee’s decision on a gate, with a snapshot of every value it saw.',
  who: ['governance'],
  params: gateParams,
  body: decisionRequest,
  output: decision,
  status: 201,
});

export const waive = endpoint({
  name: 'gates.waive',
  method: 'POST',
  path: '/api/v1/gates/deployments/:deployment/gates/:gate/waivers',
  says: 'Ask that a criterion may pass for a time without being met.',
  who: ['governance', 'clinical-owner'],
  params: gateParams,
  body: z.strictObject({ criterion: z.string(), reason: z.string().trim().min(10).max(2_000), expires: day }),
  output: waiver,
  status: 201,
});

export const approveWaiver = endpoint({
  name: 'gates.approve-waiver',
  method: 'POST',
  path: '/api/v1/gates/waivers/:waiver/approval',
  says: 'Approve a waiver that somebody else asked for.',
  who: ['governance'],
  params: waiverParam,
  output: waiver,
});

export const endWaiver = endpoint({
  name: 'gates.end-waiver',
  method: 'POST',
  path: '/api/v1/gates/waivers/:waiver/end',
  says: 'End or refuse a waiver before it expires.',
  who: ['governance'],
  params: waiverParam,
  body: z.strictObject({ reason: z.string().trim().min(5).max(2_000) }),
  output: waiver,
});

export const setThreshold = endpoint({
  name: 'gates.set-threshold',
  method: 'POST',
  path: '/api/v1/gates/deployments/:deployment/gates/:gate/thresholds',
  says: 'Set another threshold for a criterion of this deployment, with the reason; after the lock it shows as an amendment.',
  who: ['governance', 'clinical-owner'],
  params: gateParams,
  body: z.strictObject({
    criterion: z.string(),
    condition: z.int().min(0).default(0).describe('Which condition of the criterion, counted from 0 through all alternatives.'),
    needs: threshold,
    reason: z.string().trim().min(10).max(2_000),
  }),
  output: amendment,
  status: 201,
});

export const setPath = endpoint({
  name: 'gates.set-path',
  method: 'POST',
  path: '/api/v1/gates/deployments/:deployment/path',
  says: 'Choose the path of a deployment: full, fast-track or registration only; possible until G0 is approved.',
  who: ['governance'],
  params: deploymentParam,
  body: z.strictObject({ path: pathName, reason: z.string().trim().min(10).max(2_000) }),
  output: z.strictObject({ path: pathName }),
});

/** One line of a deployment's gate history. */
export const historyItem = z.strictObject({
  at: instant,
  gate: gateId.nullable(),
  kind: z.enum(['decided', 'reopened', 'waiver-requested', 'waived', 'waiver-ended', 'threshold-set', 'threshold-amended', 'thresholds-locked', 'path-set']),
  says: z.string(),
  by: z.string(),
  record: z.string().describe('The id of the record, e.g. of the decision.'),
  decision: decision.nullable(),
});
export type HistoryItem = z.infer<typeof historyItem>;

export const readHistory = endpoint({
  name: 'gates.history',
  method: 'GET',
  path: '/api/v1/gates/deployments/:deployment/history',
  says: 'List every decision, waiver, lock and amendment of a deployment, newest first.',
  who: staff,
  params: deploymentParam,
  query: z.strictObject({ gate: gateId.optional(), ...paging }),
  output: page(historyItem),
});

export const readDecision = endpoint({
  name: 'gates.decision',
  method: 'GET',
  path: '/api/v1/gates/decisions/:decision',
  says: 'Show one decision with the snapshot of every value the committee saw.',
  who: staff,
  params: z.strictObject({ decision: idOf('gat') }),
  output: z.strictObject({ decision, snapshot, intact: z.boolean().describe('The snapshot still has the digest written in the ledger.') }),
});

export const endpoints = { readPlaybook, portfolio, readTrack, readGate, exportGate, decide, waive, approveWaiver, endWaiver, setThreshold, setPath, readHistory, readDecision };
