// How is a charter read, saved, locked, compared and checked over the API?
import { z } from 'zod';
import { endpoint, instant, page, paging, staff, type Role } from '../../tools/base/endpoint.ts';
import { charter, section } from './charter.ts';
import { prose } from './plain-text.ts';

const writesCharter: Role[] = ['governance', 'clinical-owner', 'data-engineer'];
const locksCharter: Role[] = ['governance', 'clinical-owner'];

/** What, when changed, makes earlier evidence worthless and reopens the criteria that rest on it. */
export const changeKinds = ['model-version', 'threshold', 'feed', 'population'] as const;
export const changeKind = z.enum(changeKinds);
export type ChangeKind = z.infer<typeof changeKind>;

/** One difference between two charters. Lists whose members have a name are compared by it, not by position. */
export const difference = z.strictObject({
  op: z.enum(['added', 'removed', 'changed', 'reordered']),
  path: z.string().describe('Where, e.g. `data.elements[lactate].threshold`; a position in brackets where members have no name.'),
  steps: z.array(z.union([z.string(), z.int()])).describe('The same path, step by step.'),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type Difference = z.infer<typeof difference>;

export const lock = z.strictObject({
  section,
  version: z.int().describe('The version that was locked.'),
  hash: z.string().describe('SHA-256 of the canonical section, as it stands in the ledger.'),
  at: instant,
  by: z.string(),
  /** Whether the section still reads as it was locked. */
  amended: z.boolean(),
});
export type Lock = z.infer<typeof lock>;

export const amendment = z.strictObject({
  id: z.string(),
  section,
  version: z.int().describe('The version that brought it.'),
  reason: z.string(),
  at: instant,
  by: z.string(),
  hashBefore: z.string(),
  hashAfter: z.string(),
  differences: z.array(difference),
});
export type Amendment = z.infer<typeof amendment>;

export const charterVersion = z.strictObject({
  version: z.int().min(1),
  at: instant,
  by: z.string(),
  reason: z.string().nullable(),
  digest: z.string().describe('SHA-256 of the canonical charter.'),
  differences: z.int().min(0).describe('How many differences to the version before.'),
  changes: z.array(changeKind),
  amended: z.array(section).describe('Locked sections that this version changed.'),
});
export type CharterVersion = z.infer<typeof charterVersion>;

/** A place in the text of a charter, with what is wrong there and what to do. */
export const charterProblem = z.strictObject({
  severity: z.enum(['error', 'warning']),
  line: z.int().min(1).nullable(),
  column: z.int().min(1).nullable(),
  path: z.string(),
  says: z.string(),
  next: z.string(),
});
export type CharterProblem = z.infer<typeof charterProblem>;

export const charterView = z.strictObject({
  deployment: z.string(),
  version: charterVersion.nullable().describe('Null: no charter has been saved yet.'),
  charter: charter.nullable(),
  yaml: z.string().nullable().describe('The charter as YAML, comments kept.'),
  locks: z.array(lock),
  amendments: z.array(amendment),
  warnings: z.array(charterProblem),
});
export type CharterView = z.infer<typeof charterView>;

const ofDeployment = z.strictObject({ deployment: z.string() });
const reason = prose(2_000).min(3);

export const getCharter = endpoint({
  name: 'deployments.charter', method: 'GET', path: '/api/v1/deployments/:deployment/charter',
  says: 'Shows the charter, current or of a version, with its locks and every amendment.', who: staff,
  params: ofDeployment, query: z.strictObject({ version: z.coerce.number().int().min(1).optional() }), output: charterView,
});
export const saveCharter = endpoint({
  name: 'deployments.save-charter', method: 'PUT', path: '/api/v1/deployments/:deployment/charter',
  says: 'Saves a new version of the charter.', who: writesCharter, params: ofDeployment,
  body: z
    .strictObject({
      basedOn: z.int().min(0).describe('The version the edit began from; 0 for the first. If another was saved meanwhile: 409 with what differs.'),
      charter: z.unknown().optional().describe('The charter as JSON; either this or `yaml`.'),
      yaml: z.string().max(2_000_000).optional().describe('The charter as YAML; its comments are kept.'),
      reason: reason.optional().describe('Why; needed when a locked section changes.'),
    })
    .refine((body) => (body.charter === undefined) !== (body.yaml === undefined), 'give either `charter` or `yaml`'),
  output: charterView,
});
export const lockSection = endpoint({
  name: 'deployments.lock-section', method: 'POST', path: '/api/v1/deployments/:deployment/charter/locks',
  says: 'Locks a section: its hash goes into the ledger, and every later edit shows as an amendment.', who: locksCharter,
  params: ofDeployment, body: z.strictObject({ section, version: z.int().min(1).describe('The current version, as seen by who locks.') }), output: charterView, status: 201,
});
export const listCharterVersions = endpoint({
  name: 'deployments.charter-versions', method: 'GET', path: '/api/v1/deployments/:deployment/charter/versions',
  says: 'Lists the versions of the charter, newest first.', who: staff, params: ofDeployment, query: z.strictObject(paging), output: page(charterVersion),
});
export const diffCharter = endpoint({
  name: 'deployments.charter-diff', method: 'GET', path: '/api/v1/deployments/:deployment/charter/diff',
  says: 'Compares two versions of the charter.', who: staff, params: ofDeployment,
  query: z.strictObject({ from: z.coerce.number().int().min(1), to: z.coerce.number().int().min(1) }),
  output: z.strictObject({ from: z.int(), to: z.int(), differences: z.array(difference), changes: z.array(changeKind) }),
});
export const checkCharterText = endpoint({
  name: 'deployments.check-charter', method: 'POST', path: '/api/v1/deployments/charter/check',
  says: 'Checks a charter in YAML or JSON without saving it.', who: staff, body: z.strictObject({ text: z.string().max(2_000_000) }),
  output: z.strictObject({ valid: z.boolean(), problems: z.array(charterProblem), charter: charter.nullable() }),
});
export const getCharterSchema = endpoint({
  name: 'deployments.charter-schema', method: 'GET', path: '/api/v1/deployments/charter/schema',
  says: 'Gives the JSON Schema of the charter.', who: 'public', output: z.looseObject({}),
});
