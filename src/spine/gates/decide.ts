// May the committee decide so, and what follows from it?
import { canonical, type Json } from '../../tools/base/canonical.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem, type ProblemDetail } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import type { Tx } from '../../tools/server/database.ts';
import { changeIn, deployment as readDeployment } from '../deployments/deployments.ts';
import { stageNames, type Stage } from '../deployments/model.ts';
import { actorOf, appendAll } from '../ledger/ledger.ts';
import type { NewEntry } from '../ledger/model.ts';
import { criteriaDigest, decisionDigest, withDigest } from './digest-of.ts';
import { dossierOf, requireGate, type Rules } from './dossier.ts';
import { kinds } from './entry-kinds.ts';
import { blockers, effectiveCriteria, gateBefore, gateStateOf, isApproved, nextReviewAfter, reopenedBefore, type Dossier } from './gate-state.ts';
import { constituencies, type Decision, type DecisionRequest, type Gate, type GateState, type Judged, type Playbook } from './model.ts';
import * as records from './records.ts';

/**
 * Records a decision with the snapshot of every value, locks the next gate's thresholds, moves the deployment's stage,
 * and writes it all to the ledger, in one transaction.
 * @throws Problem conflict when the gate is not what was shown any more, is not open, or is decided already;
 * unprocessable when the quorum is not there or an approval is not covered by the verdicts.
 */
export async function decide(house: House, caller: Caller, rules: Rules, slugOrId: string, gateId: string, asked: DecisionRequest): Promise<Decision> {
  const gate = requireGate(rules.book, gateId);
  const found = await readDeployment(house, caller, slugOrId);
  try {
    return await house.db.transaction().execute(async (tx) => {
      await records.hold(tx, found.id);
      const dossier = await dossierOf({ ...house, db: tx }, caller, rules, found.id);
      const state = await withDigest(gateStateOf(gate, rules.book, dossier));
      if (state.digest !== asked.seen) throw movedOn(state);
      demandOpen(gate, rules.book, dossier, state);
      demandQuorum(asked);
      demandSense(gate, asked, state);
      demandCovered(gate, rules.book, dossier, asked, state.criteria);
      return await write(house, tx, caller, gate, rules.book, dossier, state, asked);
    });
  } catch (error) {
    if (records.isTaken(error)) throw new Problem('conflict', `Somebody else decided ${gate.id} at the same moment.`, 'Read the gate again.');
    throw error;
  }
}

const movedOn = (state: GateState) =>
  new Problem('conflict', `${state.gate} is not what it was when you looked: its numbers, waivers or decisions have changed.`, 'Read the gate again and decide on what it shows now.', [{ path: 'seen', says: `now ${state.digest}` }]);

function demandOpen(gate: Gate, book: Playbook, dossier: Dossier, state: GateState): void {
  if (gate.anyTime) return;
  if (state.state === 'not-started') throw new Problem('conflict', `${gate.id} is not open: ${gateBefore(gate, book)?.id} has not been approved.`, `Decide ${gateBefore(gate, book)?.id} first.`);
  if (state.state === 'decided' && isApproved(gate, dossier) && !gate.repeats) throw new Problem('conflict', `${gate.id} is approved already, and nothing has reopened it.`, 'Nothing needs to be done.');
}

/** All four constituencies at the table, each by another person (requirements §2, article 000). */
function demandQuorum({ present }: DecisionRequest): void {
  const names = new Set(present.map((one) => one.name.trim().toLocaleLowerCase()));
  const missing = Object.entries(constituencies).filter(([id]) => !present.some((one) => one.constituency === id));
  const details: ProblemDetail[] = missing.map(([, says]) => ({ path: 'present', says: `nobody for ${says}` }));
  if (names.size < present.length) details.push({ path: 'present', says: 'one person stands here twice; each constituency needs a person of its own' });
  if (details.length > 0) throw new Problem('unprocessable', 'The quorum is not there.', 'A gate is decided by clinical leadership, IT, operations and end users together.', details);
}

function demandSense(gate: Gate, asked: DecisionRequest, { asOf, criteria }: GateState): void {
  const today = asOf.slice(0, 10);
  const details: ProblemDetail[] = [];
  if (gate.anyTime !== (asked.about !== undefined)) details.push({ path: 'about', says: gate.anyTime ? 'say whether it is resumed or retired' : `only ${gate.id === 'GX' ? '' : 'GX '}asks this` });
  if (asked.outcome === 're-review' && (asked.reviewOn === undefined || asked.reviewOn <= today)) details.push({ path: 'reviewOn', says: 'name the day of the review, after today' });
  if (asked.outcome !== 're-review' && asked.reviewOn !== undefined) details.push({ path: 'reviewOn', says: 'only a re-review has one' });
  if (asked.outcome === 'approve-with-contingencies' && asked.contingencies.length === 0) details.push({ path: 'contingencies', says: 'name at least one' });
  if (asked.outcome !== 'approve-with-contingencies' && asked.contingencies.length > 0) details.push({ path: 'contingencies', says: `${asked.outcome} has none` });
  asked.contingencies.forEach((one, i) => {
    if (one.expires <= today) details.push({ path: `contingencies[${i}].expires`, says: 'it must lie after today' });
    if (one.criterion !== null && !criteria.some(({ criterion }) => criterion.id === one.criterion)) details.push({ path: `contingencies[${i}].criterion`, says: `${gate.id} has no criterion ${one.criterion} on this path` });
  });
  if (details.length > 0) throw new Problem('unprocessable', 'The decision is not complete.', 'Correct the named fields.', details);
}

/** An approval needs every core and safety criterion met or waived; contingencies may stand for core ones, never for safety. */
function demandCovered(gate: Gate, book: Playbook, dossier: Dossier, { outcome, about, contingencies }: DecisionRequest, criteria: readonly Judged[]): void {
  if (outcome !== 'approve' && outcome !== 'approve-with-contingencies') return;
  const reopened = gate.anyTime ? [] : reopenedBefore(gate, book, dossier);
  if (reopened.length > 0) throw new Problem('conflict', `${reopened.map((one) => one.id).join(' and ')} is open again, so ${gate.id} cannot be approved.`, `Decide ${reopened[0]?.id} first.`);
  const covered = new Set(outcome === 'approve' ? [] : contingencies.map((one) => one.criterion));
  const open = blockers(gate, criteria, dossier.deployment.suspended, about).filter(({ criterion }) => criterion.safety || !covered.has(criterion.id));
  if (open.length === 0) return;
  const safety = open.some(({ criterion }) => criterion.safety);
  throw new Problem(
    'unprocessable',
    `${gate.id} cannot be approved: ${open.length === 1 ? 'one criterion is' : `${open.length} criteria are`} neither met nor waived.`,
    safety ? 'Safety criteria must be met, or waived by governance with a second person; contingencies cannot stand for them.' : 'Meet them, waive them, or approve with a contingency for each.',
    open.map(({ criterion, verdict }) => ({ path: criterion.id, says: `${criterion.title}: ${verdict.because}` })),
  );
}

async function write(house: House, tx: Tx, caller: Caller, gate: Gate, book: Playbook, dossier: Dossier, state: GateState, asked: DecisionRequest): Promise<Decision> {
  const at = house.clock.now();
  const { id: deployment } = dossier.deployment;
  const approved = asked.outcome === 'approve' || asked.outcome === 'approve-with-contingencies';
  const snapshot = { path: state.path, criteria: state.criteria, share: state.evidence.share };
  const made: Omit<Decision, 'digest'> = {
    id: newId('gat', at),
    deployment,
    gate: gate.id,
    sequence: (dossier.decisions.filter((one) => one.gate === gate.id).at(-1)?.sequence ?? 0) + 1,
    outcome: asked.outcome,
    about: asked.about ?? null,
    reason: asked.reason,
    present: asked.present,
    contingencies: asked.contingencies,
    reviewOn: asked.reviewOn ?? null,
    nextReview: approved ? nextReviewAfter(gate, at, dossier.deployment.monthsLive ?? (gate.id === 'G4' ? 0 : null)) : (asked.reviewOn ?? null),
    by: { id: caller.id, name: caller.name },
    at,
    waived: state.criteria.filter((one) => one.verdict.state === 'waived').map(({ criterion }) => criterion.id),
  };
  const decision: Decision = { ...made, digest: await decisionDigest(made, snapshot) };
  const entries: NewEntry[] = [];
  const tell = (kind: string, subject: string, body: Json) => entries.push({ at, kind, actor: actorOf(caller), deployment, subject, body });
  if (isApproved(gate, dossier)) for (const entry of await noteReopenings(house, tx, dossier, state)) entries.push({ ...entry, actor: actorOf(caller) });
  await records.insertDecision(tx, { id: decision.id, deployment_id: deployment, gate: gate.id, sequence: decision.sequence, outcome: decision.outcome, record: canonical(decision), snapshot: canonical(snapshot), digest: decision.digest, at });
  tell(kinds.decided.kind, `decision/${decision.id}`, {
    gate: gate.id, sequence: decision.sequence, outcome: decision.outcome, about: decision.about, digest: decision.digest, path: state.path,
    constituencies: [...new Set(asked.present.map((one) => one.constituency))].sort(), present: asked.present.length, nextReview: decision.nextReview,
    contingencies: asked.contingencies.map(({ criterion, expires }) => ({ criterion, expires })),
    verdicts: Object.fromEntries(state.criteria.map(({ criterion, verdict }) => [criterion.id, verdict.state])),
  });
  if (approved) {
    for (const next of lockedBy(gate, book).filter((one) => !dossier.locks.some((lock) => lock.gate === one.id))) {
      const criteria = effectiveCriteria(next, dossier);
      const digest = await criteriaDigest(criteria);
      await records.insertLock(tx, { deployment_id: deployment, gate: next.id, criteria: canonical(criteria), digest, locked_with: gate.id, decision_id: decision.id, at });
      tell(kinds.thresholdsLocked.kind, `gate/${deployment}/${next.id}`, { gate: next.id, digest, with: gate.id, criteria: criteria.length, set: dossier.amendments.filter((one) => one.gate === next.id).map((one) => one.id) });
    }
    await moveOn(house, tx, caller, gate, deployment, asked);
  }
  await appendAll(tx, entries);
  return decision;
}

/** The gates whose thresholds this approval locks. */
const lockedBy = (gate: Gate, book: Playbook): Gate[] => book.gates.filter((one) => (one.lockedWith ?? (one.anyTime ? undefined : gateBefore(one, book)?.id)) === gate.id);

const stageAfter: Record<string, Stage> = { G0: 'design', G1: 'infrastructure', G2: 'pilot', G3: 'governance', G4: 'scale' };

/** An approval moves the deployment to its next step, never back; the approval of G4 is the go-live. */
async function moveOn(house: House, tx: Tx, caller: Caller, gate: Gate, deployment: string, { about }: DecisionRequest): Promise<void> {
  const inside: House = { ...house, db: tx };
  const { stage, goLive } = await readDeployment(inside, caller, deployment);
  const next = gate.anyTime ? (about === 'retire' ? 'retired' : undefined) : stageAfter[gate.id];
  const forward = next !== undefined && stageNames.indexOf(next) > stageNames.indexOf(stage);
  const today = house.clock.now().slice(0, 10);
  if (!forward && !(gate.id === 'G4' && goLive === null)) return;
  await changeIn(inside, tx, caller, deployment, { ...(forward && { stage: next }), ...(gate.id === 'G4' && goLive === null && { goLive: today }), reason: `${gate.id} was approved.` });
}

/** Writes down what has reopened an approved gate, once each; gives the entries for the ledger. */
export async function noteReopenings(house: House, tx: Tx, dossier: Dossier, state: Omit<GateState, 'digest'>): Promise<Omit<NewEntry, 'actor'>[]> {
  const { decision } = state;
  if (!decision) return [];
  const now = house.clock.now();
  const entries: Omit<NewEntry, 'actor'>[] = [];
  for (const one of state.reopenings) {
    const id = newId('reo', now);
    const fresh = await records.insertReopening(tx, { id, deployment_id: dossier.deployment.id, gate: state.gate, decision_id: decision.id, because: one.because, criteria: one.criteria, source: one.source, at: one.at, noted_at: now });
    if (fresh) entries.push({ at: now, kind: kinds.reopened.kind, deployment: dossier.deployment.id, subject: `decision/${decision.id}`, body: { gate: state.gate, criteria: one.criteria, because: one.because, source: one.source, since: one.at } });
  }
  return entries;
}
