// Can this AI be stopped, and how long does it take? Tried out, timed by what every instance told, and taken back.
import { charterFacts, requireDeployment, type FoundDeployment } from '../../../spine/deployments/deployments.ts';
import type { Mode } from '../../../spine/deployments/model.ts';
import { actorOf, append, entries, newest } from '../../../spine/ledger/ledger.ts';
import { publish } from '../../../spine/measures/measures.ts';
import type { NewMeasurement } from '../../../spine/measures/model.ts';
import type { Json } from '../../../tools/base/canonical.ts';
import { newId } from '../../../tools/base/id.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import type { Db, Tx } from '../../../tools/server/database.ts';
import { becameBetween, catchUp, workingDays } from '../../decisions/decisions.ts';
import { kinds } from '../entry-kinds.ts';
import { instancesOf, kill, policyOf, propose, requireService } from '../keep-policies.ts';
import type { Policy } from '../policy.ts';
import * as gateway from '../records.ts';
import { stricter } from '../watch.ts';
import { acts, grounds, type Act, type SuspendDrill } from './model.ts';
import * as records from './records.ts';
import { lastAct, scored, stopMinutes, usualLimits, type Hand, type Kept, type Limits } from './score.ts';

/** How long the order waits for the instances to say that they acted, in milliseconds. */
const patience = 1_500;
const kind = kinds.suspendDrill.kind;
const about = (drill: string) => `suspend-drill/${drill}`;
const handOf = (caller: Caller, at: string, note = ''): Hand => ({ at, by: caller.id, as: caller.kind === 'system' ? 'terminal' : caller.roles.join(', '), note });

/** Arms that could be stopped alone: something is left that shows, or nothing has to be. */
export const armsToStop = (policy: Policy): string[] => {
  const showing = policy.arms.filter((one) => one.shows && one.share > 0).map(({ id }) => id);
  return policy.mode === 'live' || (policy.mode === 'staged' && showing.length > 1) ? showing : [];
};

/** Calls a drill. @throws Problem where nothing acts that could be stopped, or another drill is not at its end. */
export async function call(house: House, caller: Caller, slugOrId: string, { scenario, announced, arm }: { scenario: string; announced: boolean; arm: string | null }): Promise<SuspendDrill> {
  const { found, row } = await requireService(house, caller, slugOrId);
  const acting = policyOf((await gateway.policyRow(house.db, found.id, row.acting))!);
  const mode = stricter(acting.policy.mode, found.mode as Mode);
  if (mode === 'off' || mode === 'suspended') throw new Problem('conflict', `Nothing can be stopped: the mode in force is ${mode}.`, 'Hold the drill while the AI answers, in shadow mode or shown.');
  if (arm !== null && !armsToStop(acting.policy).includes(arm)) throw new Problem('unprocessable', `The arm ${arm} cannot be stopped alone.`, 'Name an arm that shows and is not the only one, or stop the AI itself.', [{ path: 'arm', says: arm }]);
  const open = (await keptOf(house.db, found.id)).find((one) => one.review === null);
  if (open) throw new Problem('conflict', 'The drill before is not at its end.', 'Write its review first.', [{ path: 'drill', says: open.drill }]);
  const at = house.clock.now();
  const kept: Kept = {
    drill: newId('sdr', at), scenario, announced, ground: arm !== null ? 'arm' : mode === 'shadow' ? 'shadow' : 'live', arm, mode, before: acting.version,
    called: handOf(caller, at), acts: {}, ordered: null, resume: null, review: null,
  };
  await house.db.transaction().execute(async (tx) => {
    await gateway.holdService(tx, found.id);
    const again = (await keptOf(tx, found.id)).find((one) => one.review === null);
    if (again) throw new Problem('conflict', 'Another drill was called at the same moment.', 'Look at the drills again.');
    const nothing = { deployment: found.id, at, drill: kept.drill, step: 'called', value: null, n: null } as const;
    await publish(tx, [measured('incidents.suspend-acknowledge-minutes', { ...nothing, says: 'The latest drill was called and is not acknowledged yet.' }), measured('incidents.suspend-stop-minutes', { ...nothing, says: 'In the latest drill it is not stopped, with a fallback and a notice, yet.' }), measured('incidents.drill-review-days', { ...nothing, says: 'The latest drill has no review yet.' })], at);
    await remember(tx, caller, found, kept, 'called', at);
  });
  return opened(house, found, kept);
}

/** Writes down what a person did. @throws Problem where it was done already, or comes before its turn. */
export async function act(house: House, caller: Caller, drill: string, one: Act, note: string): Promise<SuspendDrill> {
  return change(house, caller, drill, one, async (kept, at) => {
    if (kept.acts[one]) throw new Problem('conflict', `${acts[one]} That was written down already.`, 'Look at the drill again.');
    if (one !== 'acknowledged' && !kept.acts.acknowledged) throw new Problem('conflict', 'Nobody has acknowledged the call yet.', 'Acknowledge it first.');
    return { ...kept, acts: { ...kept.acts, [one]: handOf(caller, at, note) } };
  });
}

/** Orders the stop and waits until each living instance has told that it acted, for a second and a half. */
export async function order(house: House, caller: Caller, drill: string): Promise<SuspendDrill> {
  const { found, kept } = await requireDrill(house, caller, drill);
  if (!kept.acts.acknowledged) throw new Problem('conflict', 'Nobody has acknowledged the call yet.', 'Acknowledge it first.');
  if (kept.ordered) throw new Problem('conflict', 'The stop was ordered already.', 'Look at the drill again.');
  const reason = `Suspend drill ${drill}: ${kept.scenario}`;
  // Ordered before, by a process that ended before it was written down: the same order.
  const earlier = await records.orderedFor(house.db, found.id, reason);
  const expected = (await instancesOf(house, found.id)).filter((one) => one.alive).map(({ id }) => id);
  const done = earlier ?? (await stop(house, caller, found, kept, reason));
  await change(house, caller, drill, 'ordered', async (now) => ({ ...now, ordered: { ...handOf(caller, done.at), version: done.version, expected } }));
  const began = performance.now();
  for (;;) {
    const now = await requireDrill(house, caller, drill);
    if (lastAct(now.kept, await records.actedBy(house.db, found.id, done.version)) || performance.now() - began > patience) {
      // Where fallback and notice came before the order, this is what was missing.
      await house.db.transaction().execute(async (tx) => void (await publish(tx, await measuredBy(tx, found.id, now.kept, now.kept, 'ordered', house.clock.now()), house.clock.now())));
      return opened(house, found, now.kept);
    }
    await new Promise((ready) => setTimeout(ready, 50));
  }
}

async function stop(house: House, caller: Caller, found: FoundDeployment, kept: Kept, reason: string): Promise<{ version: number; at: string }> {
  const { row } = await requireService(house, caller, found.id);
  if (row.acting !== kept.before) throw new Problem('conflict', 'The policy has changed since the drill was called.', 'Write the review of this drill, and call another.');
  if (kept.arm === null) return kill(house, caller, found.id, reason);
  const before = policyOf((await gateway.policyRow(house.db, found.id, kept.before))!).policy;
  const { version, decidedAt } = await propose(house, caller, found.id, { ...before, arms: before.arms.map((one) => (one.id === kept.arm ? { ...one, shows: false } : one)) }, reason);
  return { version, at: decidedAt! };
}

/** Proposes what was in force before. Where it shows anything it acts when a second person has approved it. */
export async function resume(house: House, caller: Caller, drill: string): Promise<SuspendDrill> {
  const { found, kept } = await requireDrill(house, caller, drill);
  if (!kept.ordered) throw new Problem('conflict', 'It was not stopped yet.', 'Order the stop first.');
  const { row } = await requireService(house, caller, found.id);
  const last = kept.resume && policyOf((await gateway.policyRow(house.db, found.id, kept.resume.version))!);
  if (last && last.state !== 'refused') throw new Problem('conflict', last.state === 'proposed' ? `Version ${last.version} waits for a second person already.` : 'It was resumed already.', 'Look at the policy.');
  if (row.acting !== kept.ordered.version) throw new Problem('conflict', 'The policy has changed since the stop.', 'Propose what is to act on the page of the policy; the drill can be reviewed all the same.');
  const before = policyOf((await gateway.policyRow(house.db, found.id, kept.before))!).policy;
  const proposed = await propose(house, caller, found.id, { ...before, mode: modeAgain(before, kept) }, `End of the suspend drill ${drill}.`);
  return change(house, caller, drill, 'resumed', async (now, at) => ({ ...now, resume: { ...handOf(caller, at), version: proposed.version } }));
}

/** What was in force: the deployment's own mode may have been stricter than its policy, and is not raised by a drill. */
function modeAgain(before: Policy, { mode }: Kept): Policy['mode'] {
  return mode === 'staged' && !before.arms.some((one) => one.shows && one.share > 0) ? 'shadow' : mode;
}

/** Writes the review; the scores of that moment go into the ledger with it. */
export async function review(house: House, caller: Caller, drill: string, text: string): Promise<SuspendDrill> {
  return change(house, caller, drill, 'reviewed', async (kept, at) => {
    if (kept.review) throw new Problem('conflict', 'The review was written already.', 'Call another drill.');
    return { ...kept, review: handOf(caller, at, text) };
  });
}

/** The drills of a deployment, the newest first. */
export async function drillsOf(house: House, caller: Caller, slugOrId: string): Promise<{ items: SuspendDrill[]; arms: string[] }> {
  const { found, row } = await requireService(house, caller, slugOrId);
  await catchUp(house.db);
  const items: SuspendDrill[] = [];
  for (const kept of await keptOf(house.db, found.id)) items.push(await opened(house, found, kept));
  return { items, arms: armsToStop(policyOf((await gateway.policyRow(house.db, found.id, row.acting))!).policy) };
}

async function keptOf(db: Db, deployment: string): Promise<Kept[]> {
  const last = new Map<string, Kept>();
  for (const { subject, body } of (await entries(db, { kind, deployment, limit: 200 })).items) if (!last.has(subject)) last.set(subject, (body as unknown as { drill: Kept }).drill);
  return [...last.values()].sort((a, b) => (a.called.at < b.called.at ? 1 : -1));
}

async function requireDrill(house: Pick<House, 'db'>, caller: Caller, drill: string): Promise<{ found: FoundDeployment; kept: Kept }> {
  const last = await newest(house.db, { kind, subject: about(drill) });
  const found = last?.deployment && (await requireDeployment(house.db, caller, last.deployment).catch(() => null));
  if (!last || !found) throw new Problem('not-found', `There is no suspend drill ${drill}.`, 'Those of a deployment are listed at /api/v1/gateway/services/{deployment}/suspend-drills.');
  return { found, kept: (last.body as unknown as { drill: Kept }).drill };
}

/** One step, in one transaction with its entry and what it measured; steps of one drill come one after the other. */
async function change(house: House, caller: Caller, drill: string, step: string, to: (kept: Kept, at: string) => Promise<Kept>): Promise<SuspendDrill> {
  const { found } = await requireDrill(house, caller, drill);
  const at = house.clock.now();
  const limits = await limitsOf(house, found.id);
  await catchUp(house.db);
  const after = await house.db.transaction().execute(async (tx) => {
    await gateway.holdService(tx, found.id);
    const { kept } = await requireDrill({ db: tx }, caller, drill);
    const next = await to(kept, at);
    await publish(tx, await measuredBy(tx, found.id, kept, next, step, at), at);
    await remember(tx, caller, found, next, step, at, next.review && !kept.review ? await openedIn(tx, found, next, limits, at) : null);
    return next;
  });
  return opened(house, found, after);
}

async function remember(tx: Tx, caller: Caller, found: FoundDeployment, kept: Kept, step: string, at: string, result: SuspendDrill | null = null): Promise<void> {
  const body = { step, drill: kept, ...(result && { scored: result }) };
  await append(tx, { at, kind, actor: actorOf(caller), deployment: found.id, subject: about(kept.drill), body: body as unknown as Json });
}

interface Number { deployment: string; at: string; drill: string; step: string; value: number | null; n: number | null; says: string }
const measured = (measure: string, { deployment, at, drill, step, value, n, says }: Number): NewMeasurement => ({
  measure, deployment, asOf: at, value, n, interval: null, scope: { facility: null, department: null }, class: measure === 'incidents.drill-review-days' ? 'E2' : 'E3', explain: says, source: `gateway/${about(drill)}/${step}`,
});

/** The numbers that this step settled. */
async function measuredBy(db: Db, deployment: string, before: Kept, after: Kept, step: string, at: string): Promise<NewMeasurement[]> {
  const shared = { deployment, at, drill: after.drill, step, n: 1 };
  const how = `${grounds[after.ground]} ${after.announced ? 'Announced.' : 'Unannounced.'}`;
  const found: NewMeasurement[] = [];
  const { acknowledged } = after.acts;
  if (acknowledged && !before.acts.acknowledged) {
    const value = (Date.parse(acknowledged.at) - Date.parse(after.called.at)) / 60_000;
    found.push(measured('incidents.suspend-acknowledge-minutes', { ...shared, value, says: `Acknowledged ${value.toFixed(1)} minutes after the call${acknowledged.by === after.called.by ? ', by whoever had called it' : ''}. ${how}` }));
  }
  const acted = after.ordered ? await records.actedBy(db, deployment, after.ordered.version) : [];
  const value = stopMinutes(after, acted);
  // The source is the same at every step, so that it is published once.
  if (value !== null)
    found.push(measured('incidents.suspend-stop-minutes', { ...shared, step: 'stopped', value, says: `Stopped on ${after.ordered!.expected.length === 1 ? 'the one instance' : `all ${after.ordered!.expected.length} instances`}, with the fallback running and people told, ${value.toFixed(1)} minutes after the call; the last instance acted ${Math.round(lastAct(after, acted)!.ms)} ms after the order. ${how}` }));
  if (after.review && !before.review) {
    const days = workingDays(after.called.at, after.review.at);
    found.push(measured('incidents.drill-review-days', { ...shared, value: days, says: `The drill called on ${after.called.at.slice(0, 10)} was reviewed after ${days} working days.` }));
  }
  return found;
}

async function limitsOf(house: Pick<House, 'db' | 'clock'>, deployment: string): Promise<Limits> {
  const safety = (await charterFacts(house.db, deployment, house.clock.now())).charter?.document.safety;
  return { acknowledge: safety?.acknowledgeMinutes ?? usualLimits.acknowledge, stop: safety?.stopMinutes ?? usualLimits.stop, review: safety?.reviewBusinessDays ?? usualLimits.review };
}

const opened = async (house: House, found: FoundDeployment, kept: Kept): Promise<SuspendDrill> => openedIn(house.db, found, kept, await limitsOf(house, found.id), house.clock.now());

async function openedIn(db: Db, found: FoundDeployment, kept: Kept, limits: Limits, now: string): Promise<SuspendDrill> {
  const acted = kept.ordered ? await records.actedBy(db, found.id, kept.ordered.version) : [];
  const last = lastAct(kept, acted);
  const row = kept.resume && (await gateway.policyRow(db, found.id, kept.resume.version));
  const back = row ? policyOf(row) : null;
  const resumed = back && { version: back.version, needs: back.needs, state: back.state, decidedAt: back.decidedAt };
  const until = back && back.state !== 'refused' && back.decidedAt ? back.decidedAt : (kept.review?.at ?? now);
  const answers = last ? await becameBetween(db, found.id, last.at, until, kept.arm) : [];
  return scored(kept, { acted, became: Object.fromEntries(answers.map(({ disposition, n }) => [disposition, n])), shownAfter: last ? answers.reduce((sum, one) => sum + one.shown, 0) : null, resumed }, limits);
}
