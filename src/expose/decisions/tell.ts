// How is one thing about a decision recorded, once, however often it is told?
import { append, actorOf, seal, type Sealed } from '../../spine/ledger/ledger.ts';
import { requireDeployment, type FoundDeployment } from '../../spine/deployments/deployments.ts';
import { canonical, canonicalBytes, type Json } from '../../tools/base/canonical.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import type { Tx } from '../../tools/server/database.ts';
import { kinds } from './entry-kinds.ts';
import type { Event, Way } from './event.ts';
import type { Assurance, DecisionIn, FeedbackIn, OutcomeIn, UseIn } from './intake.ts';
import type { Receipt } from './model.ts';
import { nameOf, referencesIn, type References } from './names.ts';
import { catchUp } from './project.ts';
import * as records from './records.ts';

export type Told = { what: 'decision'; told: DecisionIn } | { what: 'feedback'; told: FeedbackIn } | { what: 'outcome'; told: OutcomeIn } | { what: 'use'; told: UseIn };

export type About = Exclude<Told, { what: 'decision' }>;

/** What is written down of one thing told: the event, its name, and what is sealed with it. */
export interface Written {
  name: Buffer;
  event: Event;
  /** By whose key the payload is sealed; null where there is none. */
  sealedFor: string | null;
  payload: Json | null;
}

const entryKind = { recorded: kinds.recorded, delivered: kinds.delivered, feedback: kinds.feedback, outcome: kinds.outcome, used: kinds.used } as const;

/** Records a decision and answers when it is on the disk. The same key again is answered with the first decision. */
export async function tellDecision(house: House, caller: Caller, deployment: string, told: DecisionIn, assurance: Assurance, via: Way): Promise<Receipt> {
  const found = await requireDeployment(house.db, caller, deployment);
  refuseNonsense(told, house.clock.now());
  const name = await nameOf(house, found.id, 'decision', told.key);
  const id = newId('dec', house.clock.now());
  return record(house, caller, found, assurance, await writeDecision(house, name, id, told, assurance, via));
}

/** Records feedback, an outcome or a use of a decision that is known here. */
export async function tellAbout(house: House, caller: Caller, deployment: string, one: Exclude<Told, { what: 'decision' }>): Promise<Receipt> {
  const found = await requireDeployment(house.db, caller, deployment);
  const decided = await nameOf(house, found.id, 'decision', one.told.key);
  const decision = (await records.knownNames(house.db, [decided.toString('hex')])).get(decided.toString('hex'));
  if (decision === undefined) throw new Problem('not-found', 'No decision with this key has been recorded for this deployment.', 'Tell the decision first; its key is the producer’s own id.', [{ path: 'key', says: 'not known' }]);
  if (one.told.at > house.clock.now()) throw inTheFuture('at');
  return record(house, caller, found, 'reported', await writeAbout(house, found.id, decision, one));
}

export async function writeDecision(house: House, name: Buffer, id: string, told: DecisionIn, assurance: Assurance, via: Way): Promise<Written> {
  return decisionWritten(name, id, told, assurance, via, await referencesIn(house, [told]));
}

/** What is written of a decision, with everybody in it replaced by a reference. */
export function decisionWritten(name: Buffer, id: string, told: DecisionIn, assurance: Assurance, via: Way, reference: References): Written {
  const subject = reference('patient', told.subject)!;
  const shownAt = told.disposition === 'shown' ? (told.shownAt ?? told.at) : null;
  const { output, payload = null } = told;
  return {
    name, sealedFor: payload === null ? null : subject, payload,
    event: {
      what: 'recorded', decision: id, at: told.at, name: name.toString('hex'), askedAt: told.askedAt ?? null, shownAt, subject, encounter: reference('encounter', told.encounter), user: reference('user', told.user),
      facility: told.facility ?? null, department: told.department ?? null, version: told.version, class: output.class ?? null, score: output.score ?? null, label: output.label ?? null, critical: output.critical,
      disposition: told.disposition, rule: told.rule ?? null, arm: told.arm ?? null, momentAt: told.momentAt ?? null, assurance, via,
    },
  };
}

/** The name of what is told about a decision is all of it: the same feedback twice is one, a second thought is another. */
export async function writeAbout(house: House, deployment: string, decision: string, one: About): Promise<Written> {
  return aboutWritten(await nameOf(house, deployment, one.what, canonical(one.told)), decision, one, await referencesIn(house, [one.told as { user?: string | undefined }]));
}

/** What is written of feedback, an outcome or a use. */
export function aboutWritten(name: Buffer, decision: string, one: About, reference: References): Written {
  const at = { decision, at: one.told.at };
  switch (one.what) {
    case 'feedback': {
      const text = one.told.reason?.text;
      return {
        name, sealedFor: text === undefined ? null : decision, payload: text === undefined ? null : { reason: text },
        event: { what: 'feedback', ...at, act: one.told.act, user: reference('user', one.told.user), reason: one.told.reason?.code ?? null, reasonSystem: one.told.reason?.system ?? null, suggestion: one.told.suggestion ?? null, edited: one.told.edited ?? null, dwellMs: one.told.dwellMs ?? null },
      };
    }
    case 'outcome':
      return { name, sealedFor: null, payload: null, event: { what: 'outcome', ...at, name: one.told.name, positive: one.told.positive, acted: one.told.acted, value: one.told.value ?? null } };
    case 'use':
      return { name, sealedFor: null, payload: null, event: { what: 'used', ...at, touch: one.told.what, user: reference('user', one.told.user), ms: one.told.ms ?? null } };
  }
}

/** `also` is written in the same transaction, where this is told for the first time. */
export async function record(house: House, caller: Caller, { id: deployment }: Pick<FoundDeployment, 'id'>, assurance: Assurance, { name, event, sealedFor, payload }: Written, also?: (tx: Tx) => Promise<void>): Promise<Receipt> {
  const recordedAt = house.clock.now();
  const sealed = await sealedOf(house, { sealedFor, payload });
  const appended = await house.db.transaction().execute(async (tx) => {
    const fresh = await records.noteNames(tx, [{ name: name.toString('hex'), decision: event.decision }]);
    if (fresh.size === 0) return null;
    await also?.(tx);
    return append(tx, { at: recordedAt, kind: entryKind[event.what].kind, actor: actorOf(caller), deployment, subject: `decision/${event.decision}`, body: event as unknown as Json, ...(sealed && { sealed }) });
  });
  if (appended) return { decision: event.decision, position: appended.position, leafHash: Buffer.from(appended.leafHash).toString('base64'), recordedAt, assurance, before: false };
  const first = (await records.knownNames(house.db, [name.toString('hex')])).get(name.toString('hex'))!;
  return { decision: first, position: null, leafHash: null, recordedAt, assurance, before: true };
}

/** What is sealed with a record. Free text of feedback belongs to the patient of the decision, so that it goes when that patient's key goes. */
export async function sealedOf(house: House, { sealedFor, payload }: Pick<Written, 'sealedFor' | 'payload'>): Promise<Sealed | null> {
  if (sealedFor === null || payload === null) return null;
  return seal(house, sealedFor.startsWith('dec_') ? await subjectOf(house, sealedFor) : sealedFor, canonicalBytes(payload));
}

/** Whom a decision was about: from the facts, brought up to the ledger where they have not heard of it. */
async function subjectOf(house: House, decision: string): Promise<string> {
  let row = await records.factRow(house.db, decision);
  if (!row) {
    await catchUp(house.db);
    row = await records.factRow(house.db, decision);
  }
  if (!row) throw new Problem('internal', `Whom ${decision} was about is not written anywhere.`, 'Run `attending ledger verify`.');
  return row.subject;
}

const inTheFuture = (path: string) => new Problem('bad-input', 'This lies in the future.', 'Check the clock of the machine that tells it; times are ISO 8601 with an offset.', [{ path, says: 'after now' }]);

/** Clocks differ a little; an hour is no difference of clocks. */
const tolerance = 5 * 60_000;

let toleratedFrom = '';
let latest = '';

/** The latest instant at which something can have been told, at this moment. */
export function latestTold(now: string): string {
  if (toleratedFrom !== now) [toleratedFrom, latest] = [now, new Date(Date.parse(now) + tolerance).toISOString()];
  return latest;
}

/** Faults of one decision that no field shows by itself; null where there is none. */
export function nonsenseIn(told: DecisionIn, now: string): { path: string; says: string } | null {
  if (told.at > latestTold(now)) return { path: 'at', says: 'lies in the future' };
  if (told.askedAt !== undefined && told.askedAt > told.at) return { path: 'askedAt', says: 'lies after the answer' };
  if (told.shownAt !== undefined && told.disposition !== 'shown') return { path: 'shownAt', says: `goes with the disposition shown, and this one is ${told.disposition}` };
  if (told.shownAt !== undefined && told.shownAt < told.at) return { path: 'shownAt', says: 'lies before the answer' };
  if (told.rule !== undefined && told.disposition !== 'suppressed') return { path: 'rule', says: 'goes with the disposition suppressed' };
  return null;
}

function refuseNonsense(told: DecisionIn, now: string): void {
  const fault = nonsenseIn(told, now);
  if (fault) throw new Problem('bad-input', 'The decision contradicts itself.', 'Correct the named field and send it again.', [fault]);
}
