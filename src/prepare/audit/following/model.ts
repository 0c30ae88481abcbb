// Which words are used once an audit is done: its map, its comparison with another, its issues, watches and reviews?
import { z } from 'zod';
import { tier } from '../../../spine/deployments/model.ts';
import { day, endpoint, instant, page, paging, staff, type Role } from '../../../tools/base/endpoint.ts';
import { idOf, slug } from '../../../tools/base/id.ts';
import { rateTable, runId, smallestCell, verdict } from '../model.ts';

const oneRun = z.strictObject({ run: runId });
/** Who works with the data: they open issues, answer reviews and set watches. */
export const followers: Role[] = ['data-engineer', 'clinical-owner', 'governance', 'safety-officer'];

// ---------------------------------------------------------------- the map

export { smallestCell };

export const mapCell = z.strictObject({
  element: z.string(),
  facility: z.string(),
  month: z.string().describe('YYYY-MM.'),
  n: z.int().nullable().describe('Patients or encounters; null: fewer than five people, withheld.'),
  k: z.int().nullable().describe('Those with a usable value; null where withheld.'),
  silent: z.boolean().describe('Nothing came although so many were there that chance explains it with less than 0.001.'),
});
export type MapCell = z.infer<typeof mapCell>;
export const missingness = z.strictObject({
  months: z.array(z.string()).describe('All months from the first to the last, those without anybody too.'),
  facilities: z.array(z.string()),
  elements: z.array(z.strictObject({ id: z.string(), silent: z.int().describe('How many of its cells are silent.') })),
  cells: z.array(mapCell).describe('Where nobody came there is no cell: that is not 0 %.'),
});
export type Missingness = z.infer<typeof missingness>;

export const readMap = endpoint({
  name: 'audit.map', method: 'GET', path: '/api/v1/audit/runs/:run/map',
  says: 'Shows the completeness of one element by facility and month, or of one facility by element and month.', who: staff, params: oneRun,
  query: z.strictObject({ element: z.string().optional(), facility: z.string().optional() }), output: missingness,
});

// ---------------------------------------------------------------- units

export const unitPoint = z.strictObject({ facility: z.string(), department: z.string().nullable(), n: z.int(), rate: z.number(), low: z.number().nullable(), high: z.number().nullable(), verdict });
export type UnitPoint = z.infer<typeof unitPoint>;
export const unitReading = z.strictObject({
  check: z.string().describe('Whose rate this is.'),
  rates: z.array(z.strictObject({ check: z.string(), name: z.string() })).describe('Which rates there are of this element or type.'),
  resources: z.array(z.string()).describe('Resource types that have rates of their own.'),
  threshold: z.number().nullable(),
  facilities: z.array(unitPoint),
  departments: z.array(unitPoint),
  withheld: z.int().describe('Units with fewer than five people.'),
  overall: z.number().nullable(),
  clinicians: rateTable.shape.clinicians,
  variation: z.array(z.strictObject({ check: z.string(), name: z.string(), says: z.string(), verdict, figures: z.record(z.string(), z.number().nullable()) })),
  months: z.array(z.strictObject({ month: z.string(), n: z.int().nullable(), k: z.int().nullable(), low: z.number().nullable(), high: z.number().nullable() })).describe('Of all facilities, or of the asked one.'),
});
export const readUnits = endpoint({
  name: 'audit.units', method: 'GET', path: '/api/v1/audit/runs/:run/units',
  says: 'Shows one rate of an element or a resource type by facility, department and month, its spread, and its distribution across clinicians without names.', who: staff, params: oneRun,
  query: z.strictObject({ element: z.string().optional(), resource: z.string().optional(), check: z.string().optional().describe('Default: C02, completeness, of an element; of a type the first there is.'), facility: z.string().optional() }), output: unitReading,
});

// ---------------------------------------------------------------- comparing

/** What became of a number between two audits. */
export const movements = {
  better: 'Better: the interval of the difference lies on the good side of zero.',
  worse: 'Worse: the interval of the difference lies on the bad side of zero.',
  moved: 'Moved: it changed, and nobody promised which way is good.',
  'no-clear-change': 'No clear change: the interval of the difference includes zero.',
  new: 'New: measured now, not before.',
  gone: 'Gone: measured before, not now.',
  'not-comparable': 'Not comparable: there is no number or no interval on one side.',
  withheld: 'Withheld: fewer than five people stand behind one side.',
} as const;
export type Movement = keyof typeof movements;

const side = z.strictObject({ n: z.int(), k: z.int().nullable(), rate: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable(), threshold: z.number().nullable(), verdict });
export const changeOf = z.strictObject({
  movement: z.enum(Object.keys(movements) as [Movement, ...Movement[]]),
  check: z.string(),
  name: z.string().describe('Of the check.'),
  element: z.string().nullable().describe('Its id in the later audit, or in the earlier where it is gone.'),
  about: z.string().describe('The element by its name, else the resource type, else the export.'),
  facility: z.string().nullable(),
  department: z.string().nullable(),
  tier,
  before: side.nullable(),
  after: side.nullable(),
  difference: z.number().nullable().describe('After minus before, in the unit of the rate.'),
  low: z.number().nullable(),
  high: z.number().nullable(),
  p: z.number().nullable().describe('Two-sided exact p of equal shares, on effective counts.'),
  holds: z.boolean().describe('Still counts when all comparisons of this page are allowed 5 % false ones together (Benjamini-Hochberg).'),
  turned: z.enum(['fixed', 'broke']).nullable().describe('`fixed`: now met, not before. `broke`: met before, not met now.'),
  says: z.string(),
});
export type Change = z.infer<typeof changeOf>;

const audited = z.strictObject({ at: instant, charter: z.string(), verdict, patients: z.int(), encounters: z.int(), resources: z.int(), provenance: z.string(), from: day.nullable(), to: day.nullable() });
export const comparison = z.strictObject({
  attending: z.literal('comparison/1'),
  before: audited,
  after: audited,
  says: z.string(),
  notes: z.array(z.string()).describe('What makes the two less comparable than they look.'),
  counts: z.record(z.string(), z.int()),
  changes: z.array(changeOf),
  elements: z.strictObject({ added: z.array(z.string()), removed: z.array(z.string()), renamed: z.array(z.strictObject({ before: z.string(), after: z.string() })), redefined: z.array(z.strictObject({ id: z.string(), says: z.string() })) }),
  facilities: z.strictObject({ added: z.array(z.string()), gone: z.array(z.string()), renamed: z.array(z.strictObject({ before: z.string(), after: z.string() })) }),
  resources: z.array(z.strictObject({ type: z.string(), before: z.int(), after: z.int() })),
  files: z.array(z.strictObject({ name: z.string(), before: z.int().nullable(), after: z.int().nullable() })).describe('Lines; null: the file is not there.'),
  absent: z.strictObject({ added: z.array(z.string()), gone: z.array(z.string()) }),
});
export type Comparison = z.infer<typeof comparison>;

export const readComparison = endpoint({
  name: 'audit.compare', method: 'GET', path: '/api/v1/audit/runs/:run/compare/:before',
  says: 'Compares an audit with an earlier one of the same deployment: what got better, what broke, what is new and what is gone.', who: staff,
  params: z.strictObject({ run: runId, before: runId }), output: comparison,
});

// ---------------------------------------------------------------- files of findings

export const fileFormats = ['csv', 'assertions'] as const;
export const downloadFindings = endpoint({
  name: 'audit.findings-file', method: 'GET', path: '/api/v1/audit/runs/:run/findings/file',
  says: 'Downloads the findings as CSV, or as one assertion a line in the shape discussed in HL7/sql-on-fhir #375; cells under five people are withheld.', who: staff, params: oneRun,
  query: z.strictObject({ format: z.enum(fileFormats).default('csv') }), output: z.string(), answers: 'stream',
});

// ---------------------------------------------------------------- issues

export const issueId = idOf('iss');
export const issueStates = {
  open: 'The number does not hold.',
  holding: 'Met once; a second audit in a row must agree, because it was undecided when it was opened.',
  closed: 'Closed itself: an audit that measured it found it met.',
  'set-aside': 'A person set it aside, with a reason.',
} as const;
export type IssueState = keyof typeof issueStates;
export const issueState = z.enum(Object.keys(issueStates) as [IssueState, ...IssueState[]]);
export const priorities = ['high', 'normal', 'low'] as const;

const reading = z.strictObject({ run: runId, at: instant, n: z.int(), k: z.int().nullable(), rate: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable(), verdict });
export const issue = z.strictObject({
  id: issueId,
  deployment: slug,
  check: z.string(),
  element: z.string().nullable(),
  resource: z.string().nullable(),
  facility: z.string().nullable(),
  department: z.string().nullable(),
  title: z.string(),
  tier,
  priority: z.enum(priorities),
  state: issueState,
  owner: z.strictObject({ id: idOf('per'), name: z.string() }).nullable(),
  dueOn: day.nullable(),
  overdue: z.boolean(),
  slips: z.int().describe('How many times the due date was moved back.'),
  openedAt: instant,
  openedBy: z.string(),
  closedAt: instant.nullable(),
  days: z.int().describe('From opened to closed; while it is not closed, to today.'),
  threshold: z.number().nullable().describe('What it is held to: never easier than when it was opened.'),
  bound: z.enum(['at-least', 'at-most']).nullable(),
  opened: reading,
  last: reading.describe('As the last audit that measured it found it.'),
});
export type Issue = z.infer<typeof issue>;
export const issueEvent = z.strictObject({ at: instant, kind: z.enum(['opened', 'noted', 'changed', 'measured', 'not-measured', 'closed', 'reopened', 'set-aside']), by: z.string(), says: z.string(), run: runId.nullable() });
export type IssueEvent = z.infer<typeof issueEvent>;

const note = z.string().trim().max(4000);
export const issueChange = z.strictObject({
  owner: idOf('per').nullable().optional().describe('A person of the roster.'),
  dueOn: day.nullable().optional(),
  priority: z.enum(priorities).optional(),
  note: note.min(1).optional(),
  state: z.enum(['open', 'set-aside']).optional().describe('`set-aside` and opening it again need a note that says why. Closing is done by an audit.'),
});
export type IssueChange = z.infer<typeof issueChange>;

export const remediation = z.strictObject({
  open: z.int(),
  overdue: z.int(),
  closed: z.int(),
  medianDays: z.number().nullable().describe('From opened to closed, of those that closed; null: none did.'),
  oldestDays: z.int().nullable().describe('Of those open.'),
  slips: z.int(),
});

export const listIssues = endpoint({
  name: 'audit.issues', method: 'GET', path: '/api/v1/audit/issues', says: 'Lists data-quality issues, the newest first, with how long remediation takes.', who: staff,
  query: z.strictObject({ deployment: slug.optional(), state: issueState.optional(), owner: idOf('per').optional(), overdue: z.enum(['yes', 'no']).optional(), ...paging }),
  output: page(issue).extend({ remediation }),
});
export const issuesCsv = endpoint({ name: 'audit.issues-csv', method: 'GET', path: '/api/v1/audit/issues.csv', says: 'Downloads data-quality issues as CSV.', who: staff, query: z.strictObject({ deployment: slug.optional() }), output: z.string(), answers: 'stream' });
export const openIssue = endpoint({
  name: 'audit.open-issue', method: 'POST', path: '/api/v1/audit/issues', says: 'Opens a data-quality issue from a finding; every later audit of the deployment measures it again.', who: followers, status: 201, output: issue,
  body: z.strictObject({ run: runId, finding: z.int().min(0).describe('Its number in the audit.'), owner: idOf('per').nullable().default(null), dueOn: day.nullable().default(null), priority: z.enum(priorities).default('normal'), note: note.default('') }),
});
export const readIssue = endpoint({ name: 'audit.issue', method: 'GET', path: '/api/v1/audit/issues/:issue', says: 'Shows a data-quality issue with everything that happened to it.', who: staff, params: z.strictObject({ issue: issueId }), output: z.strictObject({ issue, events: z.array(issueEvent) }) });
export const changeIssue = endpoint({ name: 'audit.change-issue', method: 'PATCH', path: '/api/v1/audit/issues/:issue', says: 'Gives an issue another owner, due date, priority or note, or sets it aside with a reason.', who: followers, params: z.strictObject({ issue: issueId }), body: issueChange, output: issue });

// ---------------------------------------------------------------- watches and reviews

export const watchId = idOf('wat');
export const cadences = { 'each-export': 'Whenever a new export has come', daily: 'Once a day', weekly: 'Once a week', monthly: 'Once a month' } as const;
export type Cadence = keyof typeof cadences;
const cadence = z.enum(Object.keys(cadences) as [Cadence, ...Cadence[]]);
export const watch = z.strictObject({
  id: watchId,
  deployment: slug,
  folder: z.string(),
  cadence,
  active: z.boolean(),
  nextAt: instant.nullable().describe('Not before then; null: as soon as a new export has come.'),
  lastAt: instant.nullable().describe('When it last started an audit.'),
  lastRun: runId.nullable(),
  lookedAt: instant.nullable(),
  says: z.string().nullable().describe('What the last look found.'),
  createdAt: instant,
  createdBy: z.string(),
});
export type Watch = z.infer<typeof watch>;
export const listWatches = endpoint({ name: 'audit.watches', method: 'GET', path: '/api/v1/audit/watches', says: 'Lists the folders and FHIR servers that are audited again by themselves.', who: staff, query: z.strictObject({ deployment: slug.optional() }), output: z.strictObject({ items: z.array(watch) }) });
export const addWatch = endpoint({ name: 'audit.add-watch', method: 'POST', path: '/api/v1/audit/watches', says: "Audits new exports of a folder on the server by themselves, or fetches from a FHIR server again and again, against the deployment's charter.", who: followers, status: 201, body: z.strictObject({ deployment: slug, folder: z.string().min(1).max(400).describe('Under ATTENDING_EXPORTS: its sub-folders are exports, or it is one itself. Or `fhir:NAME`, a server as listed by audit.exports; it is fetched from daily, weekly or monthly.'), cadence: cadence.default('each-export') }), output: watch });
export const changeWatch = endpoint({ name: 'audit.change-watch', method: 'PATCH', path: '/api/v1/audit/watches/:watch', says: 'Pauses a watch, goes on with it, or gives it another cadence.', who: followers, params: z.strictObject({ watch: watchId }), body: z.strictObject({ active: z.boolean().optional(), cadence: cadence.optional() }), output: watch });

export const reviewId = idOf('rev');
export const cause = z.strictObject({
  kind: z.enum(['fell', 'absent', 'facility-gone', 'check']),
  check: z.string(),
  element: z.string().nullable(),
  facility: z.string().nullable(),
  against: z.enum(['previous', 'baseline']),
  says: z.string(),
  difference: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  p: z.number().nullable(),
});
export type Cause = z.infer<typeof cause>;
export const review = z.strictObject({
  id: reviewId,
  deployment: slug,
  state: z.enum(['open', 'closed']),
  openedAt: instant,
  run: runId.describe('The audit that opened it.'),
  causes: z.array(cause),
  look: z.int().describe('The how manieth look since the last answered review.'),
  alpha: z.number().describe('What this look was allowed to spend.'),
  comparisons: z.int().describe('Among how many comparisons that was divided.'),
  answers: z.string().nullable().describe('Who answers for it.'),
  decision: z.string().nullable(),
  closedAt: instant.nullable(),
  closedBy: z.string().nullable(),
});
export type Review = z.infer<typeof review>;
export const listReviews = endpoint({ name: 'audit.reviews', method: 'GET', path: '/api/v1/audit/reviews', says: 'Lists reviews that a change of the data foundation opened, the newest first.', who: staff, query: z.strictObject({ deployment: slug.optional(), state: z.enum(['open', 'closed']).optional(), ...paging }), output: page(review) });
export const answerReview = endpoint({
  name: 'audit.answer-review', method: 'POST', path: '/api/v1/audit/reviews/:review/answer', says: 'Names who answers a review, or closes it with what was decided.', who: followers, params: z.strictObject({ review: reviewId }),
  body: z.strictObject({ answers: idOf('per').nullable().optional().describe('A person of the roster.'), decision: z.string().trim().min(1).max(4000).optional().describe('Closes the review.') }), output: review,
});
