// Which words and endpoints does the gateway have: services, policies, kill switch, traffic and replay?
import { z } from 'zod';
import { day, endpoint, instant, staff, type Role } from '../../tools/base/endpoint.ts';
import { slug } from '../../tools/base/id.ts';
import { mode as deploymentMode } from '../../spine/deployments/model.ts';
import { disposition } from '../decisions/model.ts';
import { connection } from './connection.ts';
import { policy, policyMode } from './policy.ts';

export * from './connection.ts';
export * from './policy.ts';
export * from './suspend-drill/model.ts';

const connects: Role[] = ['administrator', 'data-engineer'];
const proposes: Role[] = ['governance', 'clinical-owner', 'safety-officer', 'data-engineer'];
const approves: Role[] = ['governance', 'clinical-owner', 'safety-officer'];
/** Whoever could be called at night may stop it. */
const stops: Role[] = ['governance', 'clinical-owner', 'safety-officer', 'administrator', 'manager'];

const params = z.strictObject({ deployment: z.string().describe('Slug or id of the deployment.') });
const reason = z.string().trim().min(3).max(2_000);

/** A process that serves this gateway. */
export const instance = z.strictObject({
  id: z.string(),
  startedAt: instant,
  seenAt: instant,
  alive: z.boolean().describe('Seen within the last five seconds.'),
  version: z.int().nullable().describe('The latest policy it acted by; null: none yet.'),
  mode: policyMode.nullable(),
  actedAt: instant.nullable().describe('When it began to.'),
  afterMs: z.number().nullable().describe('Milliseconds from the decision to the act, by the clock of the database; null where it learnt of it at its start.'),
});

/** What breaks the specification in a vendor's discovery or answers. */
export const lintFault = z.strictObject({
  path: z.string().describe('Where, e.g. `cards[].summary`.'),
  says: z.string(),
  severity: z.enum(['error', 'warning']).describe('A card with an error is not shown.'),
  times: z.int().describe('How often; 1 for discovery.'),
  firstAt: instant.nullable(),
  lastAt: instant.nullable(),
  example: z.string().nullable().describe('The latest one’s shape as JSON: its keys, and of each value only what kind it is. No text of it.'),
});
export type LintFault = z.infer<typeof lintFault>;

/** A service as the vendor describes it. */
export const hookService = z.strictObject({ id: z.string(), hook: z.string(), title: z.string().nullable(), description: z.string().nullable(), prefetch: z.array(z.string()), url: z.string().describe('Where the EHR calls it, below this house.') });

export const discovery = z.strictObject({
  nth: z.int().describe('1 for the first; every change counts one more.'),
  digest: z.string().describe('SHA-256 of its canonical JSON (RFC 8785), hexadecimal: another order or spacing is no change.'),
  firstAt: instant,
  lastAt: instant.describe('When it was last seen unchanged.'),
  services: z.array(hookService),
  faults: z.array(lintFault),
});

/** A change between two policies. */
export const change = z.strictObject({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() });

/** Why a policy may act although a gate is in its way. It ends by itself. */
export const exception = z.strictObject({
  reason: z.string().trim().min(10).max(2_000),
  until: day.describe('The last day it holds, at most 30 days ahead. After it what was shown is only asked in silence, or nothing is.'),
});
export type Exception = z.infer<typeof exception>;

/** A gate in the way of a policy. */
export const objection = z.strictObject({ gate: z.string(), title: z.string(), because: z.string(), criteria: z.array(z.strictObject({ criterion: z.string(), title: z.string(), because: z.string() })) });

export const policyVersion = z.strictObject({
  version: z.int(),
  policy,
  digest: z.string().describe('SHA-256 of its canonical JSON, hexadecimal, as in the ledger.'),
  state: z.enum(['proposed', 'refused', 'acting', 'replaced']),
  reason: z.string(),
  needs: z.array(z.string()).describe('Why a second person was needed; empty: none was.'),
  exception: exception.extend({ gates: z.array(z.string()).describe('The gates that were in the way.'), known: z.array(z.string()).describe('Triggers of GX that had fired already: they do not suspend it again.') }).nullable(),
  proposedAt: instant,
  proposedBy: z.string(),
  decidedAt: instant.nullable(),
  decidedBy: z.string().nullable(),
});
export type PolicyVersion = z.infer<typeof policyVersion>;

/** A deployment's service in short. */
export const serviceRow = z.strictObject({
  deployment: slug,
  title: z.string(),
  vendor: z.string(),
  url: z.string(),
  mode: policyMode.describe('What is in force: the stricter of the policy and the deployment.'),
  version: z.int().describe('Of the policy that acts.'),
  proposed: z.int().nullable().describe('The version that waits for a second person.'),
  killed: z.boolean(),
  calls: z.int().describe('In the last hour.'),
  p95Ms: z.number().nullable(),
  failures: z.int().describe('Calls in the last hour that found no usable answer.'),
  lintErrors: z.int(),
  discoveryChanges: z.int().describe('How often the vendor’s discovery changed since the first.'),
});

export const service = serviceRow.extend({
  connection,
  deploymentMode,
  ehrUrl: z.string().describe('The base address to give to the EHR.'),
  jwksUrl: z.string().describe('Where a vendor finds the keys of this house.'),
  discovery: discovery.nullable().describe('Null: never read.'),
  discoveryFault: z.strictObject({ says: z.string(), at: instant }).nullable().describe('Why it could not be read when it was last tried; null: it could.'),
  notices: z.array(z.strictObject({ whom: z.enum(['patients', 'staff']), url: z.string(), at: instant.describe('When it was last looked for.'), reached: z.boolean(), says: z.string() })).describe('The pages that tell of this AI.'),
  lint: z.array(lintFault),
  instances: z.array(instance),
  feedback: z.strictObject({
    waiting: z.int().describe('Feedback that the vendor is still to hear.'), oldest: instant.nullable(), next: instant.nullable().describe('When the next try is due.'), fault: z.string().nullable().describe('What went wrong at the last try of the oldest.'),
    dropped: z.int().describe('Given up in the last 28 days; each is an entry of the ledger.'),
  }).describe('What became of cards, on its way to the vendor.'),
  failurePolicy: z.array(z.strictObject({ when: z.string(), does: z.string() })).describe('What happens when something fails, in words.'),
});
export type Service = z.infer<typeof service>;

export const listServices = endpoint({
  name: 'gateway.services', method: 'GET', path: '/api/v1/gateway/services', says: 'Lists the services behind the gateway.', who: staff,
  output: z.strictObject({ items: z.array(serviceRow) }),
});
export const getService = endpoint({
  name: 'gateway.service', method: 'GET', path: '/api/v1/gateway/services/:deployment', says: 'Shows a service: how it is reached, what acts, what its vendor’s answers lack.', who: staff, params, output: service,
});
export const putService = endpoint({
  name: 'gateway.put-service', method: 'PUT', path: '/api/v1/gateway/services/:deployment', says: 'Sets up or changes the connection to a vendor’s service. A new one begins with the mode off.', who: connects, params, body: connection, output: service,
});
export const readDiscovery = endpoint({
  name: 'gateway.read-discovery', method: 'POST', path: '/api/v1/gateway/services/:deployment/discovery', says: 'Reads the vendor’s discovery now and compares it with what was there.', who: [...connects, ...approves], params,
  output: z.strictObject({ changed: z.boolean(), discovery }),
});

export const getPolicy = endpoint({
  name: 'gateway.policy', method: 'GET', path: '/api/v1/gateway/services/:deployment/policy', says: 'Shows the policy that acts, the one proposed, and those before.', who: staff, params,
  output: z.strictObject({ acting: policyVersion, proposed: policyVersion.nullable(), changes: z.array(change).describe('From the acting one to the proposed one.'), history: z.array(policyVersion).describe('The newest first, at most 200.'), gates: z.array(objection).describe('Gates that the acting mode rests on and that are not passed, or not any more.') }),
});
export const proposePolicy = endpoint({
  name: 'gateway.propose-policy', method: 'POST', path: '/api/v1/gateway/services/:deployment/policy', says: 'Proposes a policy. One that shows less acts at once; one that shows more needs its gate, and waits for a second person.', who: proposes, params,
  body: z.strictObject({ policy, reason, exception: exception.optional().describe('Needed where a gate is in the way and it cannot wait.') }), output: policyVersion, status: 201,
});
export const checkPolicy = endpoint({
  name: 'gateway.check-policy', method: 'POST', path: '/api/v1/gateway/services/:deployment/policy/check', says: 'Says what is wrong with a policy, how it differs from the acting one, and whether it needs a second person.', who: staff, params,
  body: z.strictObject({ policy }), output: z.strictObject({ faults: z.array(z.strictObject({ path: z.string(), says: z.string() })), needs: z.array(z.string()), changes: z.array(change), gates: z.array(objection).describe('Gates in its way: without an exception it is refused.') }),
});
export const approvePolicy = endpoint({
  name: 'gateway.approve-policy', method: 'POST', path: '/api/v1/gateway/services/:deployment/policy/approve', says: 'Approves the proposed policy as a second person; it acts from then on.', who: approves, params,
  body: z.strictObject({ version: z.int() }), output: policyVersion,
});
export const refusePolicy = endpoint({
  name: 'gateway.refuse-policy', method: 'POST', path: '/api/v1/gateway/services/:deployment/policy/refuse', says: 'Refuses or withdraws the proposed policy.', who: proposes, params,
  body: z.strictObject({ version: z.int(), reason }), output: policyVersion,
});
export const kill = endpoint({
  name: 'gateway.kill', method: 'POST', path: '/api/v1/gateway/services/:deployment/kill', says: 'Presses the kill switch: within a second no instance shows anything of this AI.', who: stops, params,
  body: z.strictObject({ reason }), output: z.strictObject({ version: z.int(), at: instant, instances: z.array(instance).describe('Those that were alive, with when each acted; asked for up to a second and a half.'), all: z.boolean().describe('True: every living instance has acted.') }),
});

/** One minute of traffic over all instances. */
export const minute = z.strictObject({ minute: instant, calls: z.int(), p50Ms: z.number().nullable(), p95Ms: z.number().nullable(), shown: z.int(), failures: z.int() });
export const traffic = endpoint({
  name: 'gateway.traffic', method: 'GET', path: '/api/v1/gateway/services/:deployment/traffic', says: 'Shows the traffic of the last minutes: how many, how fast, what became of it, and what is left of the error budget.', who: staff, params,
  query: z.strictObject({ minutes: z.coerce.number().int().min(1).max(10_080).default(60) }),
  output: z.strictObject({
    from: instant, to: instant, calls: z.int(), failures: z.int(),
    p50Ms: z.number().nullable().describe('Of the whole call as the EHR waits for it.'), p95Ms: z.number().nullable(),
    vendorP50Ms: z.number().nullable(), vendorP95Ms: z.number().nullable(),
    outcomes: z.record(z.string(), z.int()).describe('Calls by what became of them: shown, empty, shadow, suppressed, killed, late, vendor-failed, ledger-failed, lint, refused.'),
    budget: z.strictObject({ objective: z.number().describe('The share of calls that must find a usable answer in time.'), allowed: z.number(), used: z.int(), left: z.number().nullable().describe('1: untouched; below 0: spent. Null: no call.') }),
    minutes: z.array(minute),
  }),
});

export const replay = endpoint({
  name: 'gateway.replay', method: 'POST', path: '/api/v1/gateway/services/:deployment/replay', says: 'Tries a policy on recorded calls: what would have happened? Reads sealed payloads, which is remembered.', who: approves, params,
  body: z.strictObject({ policy, days: z.int().min(1).max(90).default(7), most: z.int().min(1).max(2_000).default(500).describe('At most so many calls, the newest.') }),
  output: z.strictObject({
    from: instant, to: instant,
    calls: z.int().describe('Recorded calls that could be tried.'),
    unreadable: z.int().describe('Calls without a payload, or whose payload was shredded.'),
    before: z.partialRecord(disposition, z.int()).describe('Outputs by what became of them then.'),
    after: z.partialRecord(disposition, z.int()).describe('By what would become of them.'),
    changed: z.array(z.strictObject({ from: disposition.nullable(), to: disposition.nullable(), rule: z.string().nullable(), n: z.int() })).describe('Null: the vendor would not have been asked, or was not asked then, so its answer is not known.'),
    notes: z.array(z.string()),
  }),
});

export const endpoints = [listServices, getService, putService, readDiscovery, getPolicy, proposePolicy, checkPolicy, approvePolicy, refusePolicy, kill, traffic, replay];
