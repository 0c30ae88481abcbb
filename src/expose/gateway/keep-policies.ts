// How does a policy come to act: proposed, approved by a second person where it shows more, and stopped in a second?
import type { Gatekeeper, Standing } from '../../spine/gates/gates.ts';
import { changeIn, requireDeployment, type FoundDeployment } from '../../spine/deployments/deployments.ts';
import type { Mode } from '../../spine/deployments/model.ts';
import { newest } from '../../spine/ledger/ledger.ts';
import { canonical, digest, type Json } from '../../tools/base/canonical.ts';
import { between, days, shift } from '../../tools/base/clock.ts';
import { Problem } from '../../tools/base/problem.ts';
import { theHouse, type Caller, type House } from '../../tools/server/capability.ts';
import type { Db, Tx } from '../../tools/server/database.ts';
import { kinds } from './entry-kinds.ts';
import { gateOfMode, goesFurther, longestException, noGates, objections, refuseFor, type Objection } from './gate-rules.ts';
import { judgeBy } from './judge.ts';
import type { Exception, PolicyVersion } from './model.ts';
import { needsApproval, policy as policySchema, policyFaults, type Policy, type PolicyMode } from './policy.ts';
import * as records from './records.ts';

/** The word of the deployments for what a policy does. */
const deploymentMode: Record<PolicyMode, Mode> = { off: 'off', shadow: 'shadow', staged: 'pilot', live: 'live', suspended: 'suspended' };

export const policyOf = (row: records.PolicyRow): PolicyVersion => ({
  version: row.version, policy: policySchema.parse(JSON.parse(row.document)), digest: row.digest, state: row.state as PolicyVersion['state'], reason: row.reason, needs: row.needs,
  proposedAt: row.proposed_at, proposedBy: row.proposed_name, decidedAt: row.decided_at, decidedBy: row.decided_name,
  exception: row.exception === null ? null : (JSON.parse(row.exception) as PolicyVersion['exception']),
});

/** The deployment and its service. @throws Problem where it has none. */
export async function requireService(house: Pick<House, 'db'>, caller: Caller, slugOrId: string): Promise<{ found: FoundDeployment; row: records.ServiceRow }> {
  const found = await requireDeployment(house.db, caller, slugOrId);
  const row = await records.serviceRow(house.db, found.id);
  if (!row) throw new Problem('not-found', `The gateway has no service for \`${found.slug}\`.`, 'Set up its connection first.');
  return { found, row };
}

/** Everything that is wrong with a policy, conditions that are no FHIRPath among it. */
export function faultsOf(of: Policy, today: string): { path: string; says: string }[] {
  const faults = policyFaults(of, today);
  const conditions = [...of.rules.map((one, nth) => ({ path: `rules[${nth}].condition`, rule: one })), ...of.classes.map((one, nth) => ({ path: `classes[${nth}].when`, cls: one }))];
  for (const one of conditions)
    try {
      judgeBy({ ...of, rules: 'rule' in one ? [one.rule] : [], classes: 'cls' in one ? [one.cls] : [] });
    } catch (error) {
      faults.push({ path: one.path, says: error instanceof Problem ? (error.details[0]?.says ?? error.message) : 'cannot be read' });
    }
  return faults;
}

/** What acted before a suspend drill stopped it; null where what acts is no drill's stop. */
async function beforeDrill(db: Db, deployment: string, acting: PolicyVersion): Promise<PolicyVersion | null> {
  const drill = /^Suspend drill (sdr_\w+): /.exec(acting.reason)?.[1];
  if (drill === undefined || !(await newest(db, { kind: kinds.suspendDrill.kind, subject: `suspend-drill/${drill}` }))) return null;
  const row = (await records.policyRows(db, deployment)).find(({ version, state }) => version < acting.version && state === 'replaced');
  return row ? policyOf(row) : null;
}

/** The gates in the way of a policy, as a deployment stands now. `back`: what a drill stopped and this only brings back, so that its gates are not asked again. */
export async function objectionsTo(house: House, keeper: Gatekeeper, deployment: string, wanted: Policy): Promise<{ found: Objection[]; standing: Standing; back: PolicyVersion | null }> {
  const service = (await records.serviceRow(house.db, deployment))!;
  const acting = policyOf((await records.policyRow(house.db, deployment, service.acting))!);
  if (!goesFurther(acting.policy, wanted)) return { found: [], standing: await noGates(house, deployment), back: null };
  const standing = await keeper(house, deployment);
  const before = await beforeDrill(house.db, deployment, acting);
  if (before && standing.fired.length === 0 && !goesFurther(before.policy, wanted)) return { found: [], standing, back: before };
  return { found: objections(acting.policy, acting.decidedAt ?? acting.proposedAt, wanted, standing), standing, back: null };
}

/**
 * Proposes a policy. What shows no more than the acting one acts at once. `keeper` tells of the gates.
 * @throws Problem where something is wrong with it, or a gate is in its way and no exception is asked for.
 */
export async function propose(house: House, caller: Caller, slugOrId: string, wanted: Policy, reason: string, { keeper = noGates, exception }: { keeper?: Gatekeeper; exception?: Exception | undefined } = {}): Promise<PolicyVersion> {
  const { found } = await requireService(house, caller, slugOrId);
  const at = house.clock.now();
  const today = at.slice(0, 10);
  const faults = faultsOf(wanted, today);
  if (faults.length > 0) throw new Problem('unprocessable', 'The policy cannot act as it is.', 'Correct the named places.', faults);
  const { found: inTheWay, standing, back } = await objectionsTo(house, keeper, found.id, wanted);
  if (inTheWay.length > 0 && !exception) refuseFor(wanted.mode, inTheWay);
  const latest = shift(at, days(longestException)).slice(0, 10);
  if (exception && (exception.until < today || exception.until > latest)) throw new Problem('unprocessable', `An exception ends within ${longestException} days.`, 'Name another day.', [{ path: 'exception.until', says: `from ${today} to ${latest}` }]);
  const excepted = inTheWay.length > 0 && exception ? { ...exception, gates: inTheWay.map(({ gate }) => gate), known: standing.fired.map(({ criterion }) => criterion) } : (back?.exception ?? null);
  return house.db.transaction().execute(async (tx) => {
    const service = (await records.holdService(tx, found.id))!;
    const acting = policyOf((await records.policyRow(tx, found.id, service.acting))!);
    const waiting = (await records.policyRows(tx, found.id)).find((one) => one.state === 'proposed');
    if (waiting) throw new Problem('conflict', `Version ${waiting.version} waits for a second person already.`, 'Approve it, or refuse it first.');
    const needs = [...needsApproval(acting.policy, wanted), ...inTheWay.map(({ gate, because }) => `${gate} is not passed: ${because}`)];
    // What acts by an exception and is narrowed goes on acting by it.
    const kept = excepted ?? (gateOfMode[wanted.mode] !== undefined && !goesFurther(acting.policy, wanted) ? acting.exception : null);
    return add(house, tx, caller, found, { policy: wanted, reason, needs, at, moves: true, exception: kept });
  });
}

interface Wanted {
  /** Whether the deployment's own mode follows. */
  moves: boolean;
  policy: Policy;
  reason: string;
  needs: string[];
  at: string;
  exception?: PolicyVersion['exception'];
}

/** Writes a version down; where nobody else is needed it acts from now on. */
async function add(house: House, tx: Tx, caller: Caller, found: Pick<FoundDeployment, 'id'>, { policy, reason, needs, at, moves, exception = null }: Wanted): Promise<PolicyVersion> {
  const version = await records.nextVersion(tx, found.id);
  const document = canonical(policy as unknown as Json);
  const acts = needs.length === 0;
  const row: records.PolicyRow = {
    deployment_id: found.id, version, document, digest: await digest(policy as unknown as Json), state: acts ? 'acting' : 'proposed', reason, needs, proposed_at: at, proposed_by: caller.id, proposed_name: caller.name,
    decided_at: acts ? at : null, decided_by: acts ? caller.id : null, decided_name: acts ? caller.name : null, exception: exception && canonical(exception as unknown as Json),
  };
  if (acts) await records.replaceActing(tx, found.id);
  await records.addPolicy(tx, row);
  if (acts) await act(tx, found.id, version);
  // The deployment is held before the head of the ledger, as everywhere: two changes never wait for each other in a circle.
  if (acts && moves) await changeIn(house, tx, caller, found.id, { mode: deploymentMode[policy.mode], reason });
  const about = `gateway/${found.id}/policy/${version}`;
  await house.remember(tx, { kind: kinds.proposed.kind, by: caller, at, about, deployment: found.id, body: { version, digest: row.digest, mode: policy.mode, needs, reason, ...(exception && { exception: exception as unknown as Json }) } });
  if (acts) await house.remember(tx, { kind: kinds.approved.kind, by: caller, at, about, deployment: found.id, body: { version, digest: row.digest, mode: policy.mode, needs } });
  return policyOf(row);
}

async function act(tx: Tx, deployment: string, version: number): Promise<void> {
  await records.setActing(tx, deployment, version);
  await records.callOut(tx, deployment);
}

/** A second person approves. @throws Problem where it is the same person, or the policy is no more what it was compared with. */
export async function approve(house: House, keeper: Gatekeeper, caller: Caller, slugOrId: string, version: number): Promise<PolicyVersion> {
  const { found } = await requireService(house, caller, slugOrId);
  const at = house.clock.now();
  // A gate may have been reopened while it waited.
  const asked = await records.policyRow(house.db, found.id, version);
  const inTheWay = asked?.state === 'proposed' ? (await objectionsTo(house, keeper, found.id, policyOf(asked).policy)).found : [];
  return house.db.transaction().execute(async (tx) => {
    await records.holdService(tx, found.id);
    const row = await waitingRow(tx, found.id, version);
    const { exception } = policyOf(row);
    const uncovered = inTheWay.filter(({ gate }) => !exception?.gates.includes(gate));
    if (uncovered.length > 0) refuseFor(policyOf(row).policy.mode, uncovered);
    if (exception && exception.until < at.slice(0, 10)) throw new Problem('conflict', `The exception it was proposed with ended on ${exception.until}.`, 'Refuse it and propose it anew.');
    if (exception && !caller.roles.some((role) => role === 'governance' || role === 'safety-officer')) throw new Problem('not-allowed', 'Governance or a safety officer approves an exception to a gate.', 'Ask one of them.');
    if (row.proposed_by === caller.id) throw new Problem('not-allowed', 'Whoever proposes a policy does not approve it.', 'Ask a second person.');
    const { policy } = policyOf(row);
    const faults = faultsOf(policy, at.slice(0, 10));
    if (faults.length > 0) throw new Problem('unprocessable', 'The policy cannot act any more as it is.', 'Refuse it and propose it anew.', faults);
    await records.replaceActing(tx, found.id);
    const decided = { state: 'acting', decided_at: at, decided_by: caller.id, decided_name: caller.name };
    await records.movePolicy(tx, found.id, version, decided);
    await act(tx, found.id, version);
    await changeIn(house, tx, caller, found.id, { mode: deploymentMode[policy.mode], reason: row.reason });
    await house.remember(tx, { kind: kinds.approved.kind, by: caller, at, about: `gateway/${found.id}/policy/${version}`, deployment: found.id, body: { version, digest: row.digest, mode: policy.mode, needs: row.needs, ...(exception && { exception: exception as unknown as Json }) } });
    return policyOf({ ...row, ...decided });
  });
}

export async function refuse(house: House, caller: Caller, slugOrId: string, version: number, reason: string): Promise<PolicyVersion> {
  const { found } = await requireService(house, caller, slugOrId);
  const at = house.clock.now();
  return house.db.transaction().execute(async (tx) => {
    await records.holdService(tx, found.id);
    const row = await waitingRow(tx, found.id, version);
    const decided = { state: 'refused', decided_at: at, decided_by: caller.id, decided_name: caller.name };
    await records.movePolicy(tx, found.id, version, decided);
    await house.remember(tx, { kind: kinds.refused.kind, by: caller, at, about: `gateway/${found.id}/policy/${version}`, deployment: found.id, body: { version, reason } });
    return policyOf({ ...row, ...decided });
  });
}

async function waitingRow(tx: Tx, deployment: string, version: number): Promise<records.PolicyRow> {
  const row = await records.policyRow(tx, deployment, version);
  if (!row) throw new Problem('not-found', `There is no version ${version} of this policy.`);
  if (row.state !== 'proposed') throw new Problem('conflict', `Version ${version} is ${row.state}; nothing waits.`, 'Look at the policy again.');
  return row;
}

/** The first policy of a service: it says nothing to anybody. */
export async function begin(house: House, tx: Tx, caller: Caller, deployment: string): Promise<void> {
  await add(house, tx, caller, { id: deployment }, { policy: policySchema.parse({ mode: 'off' }), reason: 'The connection was set up.', needs: [], at: house.clock.now(), moves: false });
}

/** Stops it: a version like the acting one, suspended. Showing anything again needs a proposal and a second person. */
export async function kill(house: House, caller: Caller, slugOrId: string, reason: string): Promise<{ version: number; at: string }> {
  const { found } = await requireService(house, caller, slugOrId);
  return house.db.transaction().execute(async (tx) => {
    const service = (await records.holdService(tx, found.id))!;
    const at = house.clock.now();
    const acting = policyOf((await records.policyRow(tx, found.id, service.acting))!);
    // What waits could be approved by mistake right after; it has to be proposed anew.
    const waiting = (await records.policyRows(tx, found.id)).find((one) => one.state === 'proposed');
    if (waiting) await records.movePolicy(tx, found.id, waiting.version, { state: 'refused', decided_at: at, decided_by: caller.id, decided_name: caller.name });
    const { version } = await add(house, tx, caller, found, { policy: { ...acting.policy, mode: 'suspended' }, reason, needs: [], at, moves: true });
    await house.remember(tx, { kind: kinds.killed.kind, by: caller, at, about: `gateway/${found.id}`, deployment: found.id, body: { version, before: acting.version, mode: acting.policy.mode, reason } });
    return { version, at };
  });
}

/** The house itself lets less happen: an exception has ended. What waits goes, because it was compared with what acts no more. */
export async function stepDown(house: House, deployment: string, mode: 'shadow' | 'off', reason: string): Promise<void> {
  await house.db.transaction().execute(async (tx) => {
    const service = (await records.holdService(tx, deployment))!;
    const acting = policyOf((await records.policyRow(tx, deployment, service.acting))!);
    await add(house, tx, theHouse, { id: deployment }, { policy: { ...acting.policy, mode }, reason, needs: [], at: house.clock.now(), moves: true });
    await house.remember(tx, { kind: kinds.exceptionEnded.kind, by: theHouse, at: house.clock.now(), about: `gateway/${deployment}`, deployment, body: { version: acting.version, mode: acting.policy.mode, becomes: mode, gates: acting.exception?.gates ?? [], until: acting.exception?.until ?? null } });
  });
}

/** Differences between two policies, place by place. */
export function changesBetween(before: Json, after: Json, path = ''): { path: string; before?: unknown; after?: unknown }[] {
  if (canonical(before) === canonical(after)) return [];
  const isObject = (value: Json): value is { [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((key) => {
      const here = path === '' ? key : `${path}.${key}`;
      if (!(key in before)) return [{ path: here, after: after[key] }];
      if (!(key in after)) return [{ path: here, before: before[key] }];
      return changesBetween(before[key]!, after[key]!, here);
    });
  const idOf = (value: Json) => (isObject(value) && typeof value['id'] === 'string' ? value['id'] : null);
  if (Array.isArray(before) && Array.isArray(after) && [...before, ...after].every((one) => idOf(one) !== null) && before.length + after.length > 0) {
    const ids = [...new Set([...before, ...after].map((one) => idOf(one)!))];
    return ids.flatMap((id) => {
      const [was, is] = [before.find((one) => idOf(one) === id), after.find((one) => idOf(one) === id)];
      const here = `${path}[${id}]`;
      if (was === undefined) return [{ path: here, after: is }];
      if (is === undefined) return [{ path: here, before: was }];
      return changesBetween(was, is, here);
    });
  }
  return [{ path, before, after }];
}

/** Which instances are alive, and by which version each acts. */
export async function instancesOf(house: Pick<House, 'db' | 'clock'>, deployment: string) {
  const now = house.clock.now();
  return (await records.instanceRows(house.db, deployment)).map((row) => ({
    id: row.id, startedAt: row.started_at, seenAt: row.seen_at, alive: between(row.seen_at, now) < 5_000, version: row.version, mode: row.mode as PolicyMode | null, actedAt: row.at,
    afterMs: row.after_ms === null ? null : Math.round(row.after_ms),
  }));
}
