// Who may let a criterion pass for a time, and when does that end?
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { requireDeployment } from '../deployments/deployments.ts';
import { actorOf, append } from '../ledger/ledger.ts';
import { dossierOf, ranOutSays, requireGate, waiverFrom, type Rules } from './dossier.ts';
import { kinds } from './entry-kinds.ts';
import { gateStateOf } from './gate-state.ts';
import type { Waiver } from './model.ts';
import * as records from './records.ts';

/** A waiver lasts a year at most; then the reason is to be heard again. */
export const longestWaiverDays = 366;

/**
 * Asks for a waiver. A safety criterion may be asked for by governance only.
 * @throws Problem not-found, unprocessable (a day that is past or too far), conflict (there is one already, or it is met).
 */
export async function waive(house: House, caller: Caller, rules: Rules, slugOrId: string, gateId: string, asked: { criterion: string; reason: string; expires: string }): Promise<Waiver> {
  const gate = requireGate(rules.book, gateId);
  const { id: deployment } = await requireDeployment(house.db, caller, slugOrId);
  const now = house.clock.now();
  const days = (Date.parse(asked.expires) - Date.parse(now.slice(0, 10))) / 86_400_000;
  if (days <= 0 || days > longestWaiverDays) throw new Problem('unprocessable', 'A waiver ends after today and within a year.', 'Choose another last day.', [{ path: 'expires', says: asked.expires }]);
  return house.db.transaction().execute(async (tx) => {
    await records.hold(tx, deployment);
    const state = gateStateOf(gate, rules.book, await dossierOf({ ...house, db: tx }, caller, rules, deployment));
    const found = state.criteria.find(({ criterion }) => criterion.id === asked.criterion);
    if (!found) throw new Problem('not-found', `${gate.id} has no criterion ${asked.criterion} on this path.`, `It has ${state.criteria.map(({ criterion }) => criterion.id).join(', ')}.`);
    if (found.criterion.safety && !caller.roles.includes('governance')) throw new Problem('not-allowed', `${asked.criterion} is a safety criterion; only governance may ask to waive it.`, 'Bring it to the AI governance office.');
    if (found.waivers.length > 0) throw new Problem('conflict', `There is a waiver for ${asked.criterion} already.`, 'End it before you ask for another.', found.waivers.map((one) => ({ path: one.id, says: one.state })));
    if (found.verdict.state === 'met') throw new Problem('conflict', `${asked.criterion} is met, so there is nothing to waive.`, 'Nothing needs to be done.');
    const row: records.WaiverRow = {
      id: newId('wav', now), deployment_id: deployment, gate: gate.id, criterion: asked.criterion, reason: asked.reason, expires: asked.expires, requested_by_id: caller.id, requested_by_name: caller.name, requested_at: now,
      approved_by_id: null, approved_by_name: null, approved_at: null, ended_at: null, ended_because: null,
    };
    await records.insertWaiver(tx, row);
    await append(tx, { at: now, kind: kinds.waiverRequested.kind, actor: actorOf(caller), deployment, subject: `waiver/${row.id}`, body: { gate: gate.id, criterion: asked.criterion, reason: asked.reason, expires: asked.expires, safety: found.criterion.safety, verdict: found.verdict.state } });
    return waiverFrom(row, now);
  });
}

/** Approves a waiver somebody else asked for: the second person. For a safety criterion a signed-in one, no key. */
export async function approveWaiver(house: House, caller: Caller, rules: Rules, id: string): Promise<Waiver> {
  return withWaiver(house, caller, id, async (tx, row, now) => {
    if (waiverFrom(row, now).state !== 'requested') throw new Problem('conflict', `This waiver is ${waiverFrom(row, now).state}.`, 'Only a requested one can be approved.');
    if (row.requested_by_id === caller.id) throw new Problem('not-allowed', 'Who asks for a waiver may not approve it.', 'A second person of governance must.');
    const criterion = requireGate(rules.book, row.gate).criteria.find((one) => one.id === row.criterion);
    if (criterion?.safety && caller.kind !== 'person') throw new Problem('not-allowed', 'A waiver of a safety criterion is approved by a person, not by a key.', 'Sign in to approve it.');
    const set = { approved_by_id: caller.id, approved_by_name: caller.name, approved_at: now };
    await records.updateWaiver(tx, id, set);
    await append(tx, { at: now, kind: kinds.waived.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `waiver/${id}`, body: { gate: row.gate, criterion: row.criterion, reason: row.reason, expires: row.expires, requestedBy: row.requested_by_id } });
    return { ...row, ...set };
  });
}

/** Ends an active waiver before its day, or refuses a requested one. */
export async function endWaiver(house: House, caller: Caller, id: string, reason: string): Promise<Waiver> {
  return withWaiver(house, caller, id, async (tx, row, now) => {
    const { state } = waiverFrom(row, now);
    if (state !== 'requested' && state !== 'active') throw new Problem('conflict', `This waiver is ${state} already.`, 'Nothing needs to be done.');
    const set = { ended_at: now, ended_because: reason };
    await records.updateWaiver(tx, id, set);
    await append(tx, { at: now, kind: kinds.waiverEnded.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `waiver/${id}`, body: { gate: row.gate, criterion: row.criterion, how: state === 'active' ? 'ended' : 'refused', reason } });
    return { ...row, ...set };
  });
}

async function withWaiver(house: House, caller: Caller, id: string, work: (tx: Parameters<typeof records.hold>[0], row: records.WaiverRow, now: string) => Promise<records.WaiverRow>): Promise<Waiver> {
  const first = await records.waiver(house.db, id);
  if (!first) throw new Problem('not-found', `There is no waiver ${id}.`, 'The waivers stand with their gate.');
  await requireDeployment(house.db, caller, first.deployment_id);
  const now = house.clock.now();
  const row = await house.db.transaction().execute(async (tx) => {
    await records.hold(tx, first.deployment_id);
    // Read again under the lock: somebody may have been quicker.
    return work(tx, (await records.waiver(tx, id)) ?? first, now);
  });
  return waiverFrom(row, now);
}

/** Writes down the waivers whose last day has passed. The verdicts do not wait for it. */
export async function noteExpired(house: House, caller: Caller, deployment: string): Promise<number> {
  const now = house.clock.now();
  return house.db.transaction().execute(async (tx) => {
    await records.hold(tx, deployment);
    const due = (await records.waivers(tx, [deployment])).filter((row) => row.ended_at === null && waiverFrom(row, now).state === 'expired');
    for (const row of due) await records.updateWaiver(tx, row.id, { ended_at: now, ended_because: ranOutSays });
    for (const row of due) await append(tx, { at: now, kind: kinds.waiverEnded.kind, actor: actorOf(caller), deployment, subject: `waiver/${row.id}`, body: { gate: row.gate, criterion: row.criterion, how: row.approved_at === null ? 'never approved' : 'expired', expires: row.expires } });
    return due.length;
  });
}
