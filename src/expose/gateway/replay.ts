// What would have happened under another policy, on the very calls that were recorded?
import type { Disposition, Recorded } from '../decisions/model.ts';
import { keyedHash, openPayload } from '../../spine/ledger/ledger.ts';
import type { Entry } from '../../spine/ledger/model.ts';
import type { Mode } from '../../spine/deployments/model.ts';
import type { Json } from '../../tools/base/canonical.ts';
import { shift } from '../../tools/base/clock.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { kinds } from './entry-kinds.ts';
import { judgeBy, judgeCall, judgeCard, variablesOf, type Asked, type Judge } from './judge.ts';
import { faultsOf, requireService } from './keep-policies.ts';
import { lintAnswer } from './lint.ts';
import type { Policy } from './policy.ts';
import * as records from './records.ts';

interface RecordedCall {
  first: Recorded;
  outputs: Recorded[];
  hook: string | null;
  context: Json;
  prefetch: Json;
  /** Null: the vendor was not asked, or gave nothing usable. */
  cards: Json[] | null;
}

/**
 * Tries a policy on calls of the last days: the same judgement as on a live call, over the recorded question and answer.
 * Arms are drawn as they would be. Every payload that is read is an entry of the ledger.
 */
export async function replayOf(house: House, caller: Caller, slugOrId: string, wanted: Policy, days: number, most: number) {
  const { found } = await requireService(house, caller, slugOrId);
  const to = house.clock.now();
  const from = shift(to, -days * 86_400_000);
  const faults = faultsOf(wanted, to.slice(0, 10));
  if (faults.length > 0) throw new Problem('unprocessable', 'The policy cannot act as it is.', 'Correct the named places.', faults);
  const judge = judgeBy(wanted);
  const secret = await keyedHash(house, { system: 'gateway/arms', value: found.id });
  const { calls, unreadable } = await readCalls(house, caller, found.id, from, most);
  await house.db.transaction().execute((tx) => house.remember(tx, { kind: kinds.replayed.kind, by: caller, at: to, about: `gateway/${found.id}`, deployment: found.id, body: { from, calls: calls.length, unreadable } }));
  const before: Partial<Record<Disposition, number>> = {};
  const after: Partial<Record<Disposition, number>> = {};
  const changed = new Map<string, { from: Disposition | null; to: Disposition | null; rule: string | null; n: number }>();
  const take = counting();
  for (const call of [...calls].reverse()) {
    const asked: Asked = {
      deployment: found.id, secret, now: call.first.at, mode: wanted.mode, hook: call.hook, context: call.context, prefetch: call.prefetch,
      subject: call.first.subject, encounter: call.first.encounter, user: call.first.user, facility: call.first.facility, department: call.first.department,
    };
    const now = judged(judge, asked, call, take);
    for (const one of call.outputs) before[one.disposition] = (before[one.disposition] ?? 0) + 1;
    for (const one of now) if (one.disposition) after[one.disposition] = (after[one.disposition] ?? 0) + 1;
    for (let i = 0; i < Math.max(call.outputs.length, now.length); i++) {
      const was = call.outputs[i]?.disposition ?? null;
      const is = now[i] ?? { disposition: null, rule: null };
      if (was === is.disposition) continue;
      const name = `${was} ${is.disposition} ${is.rule}`;
      const one = changed.get(name);
      if (one) one.n++;
      else changed.set(name, { from: was, to: is.disposition, rule: is.rule, n: 1 });
    }
  }
  const notes = ['Clinicians’ and the vendor’s reactions are not replayed: only what this house would have let through.'];
  if ((found.mode as Mode) === 'shadow') notes.push('These calls were answered in shadow mode: nobody saw them then.');
  if (unreadable > 0) notes.push(`${unreadable} calls could not be read; they may have fallen out otherwise.`);
  if (calls.length === most) notes.push(`Only the newest ${most} outputs were looked at.`);
  return { from, to, calls: calls.length, unreadable, before, after, changed: [...changed.values()].sort((a, b) => b.n - a.n), notes };
}

/** What was shown so far in the replay, for repeats and budgets. */
type Take = (policy: Policy, asked: Asked, said: string) => 'repeat' | 'budget' | null;

function counting(): Take {
  const turns: { whom: string; class: string; at: string }[] = [];
  return (policy, asked, said) => {
    const encounter = `encounter ${asked.encounter ?? asked.subject}`;
    const since = (whom: string, from: string) => turns.filter((one) => one.whom === whom && one.at > from);
    if (policy.repeat) {
      const whom = policy.repeat.by === 'patient' ? `patient ${asked.subject}` : encounter;
      if (since(whom, shift(asked.now, -policy.repeat.withinMinutes * 60_000)).some((one) => one.class === said)) return 'repeat';
    }
    const { perEncounter, perUserDay } = policy.budget;
    if (perEncounter !== null && since(encounter, shift(asked.now, -8 * 86_400_000)).length >= perEncounter) return 'budget';
    if (perUserDay !== null && asked.user !== null && since(`user ${asked.user}`, shift(asked.now, -86_400_000)).length >= perUserDay) return 'budget';
    for (const whom of [encounter, `patient ${asked.subject}`, ...(asked.user === null ? [] : [`user ${asked.user}`])]) turns.push({ whom, class: said, at: asked.now });
    return null;
  };
}

function judged(judge: Judge, asked: Asked, call: RecordedCall, take: Take): { disposition: Disposition | null; rule: string | null }[] {
  const before = judgeCall(judge, asked);
  if (!before.ask) return [{ disposition: before.disposition, rule: before.rule }];
  // The vendor was not asked then: nobody knows what it would have said.
  if (call.cards === null) return call.outputs.map((one) => ({ disposition: one.disposition === 'late' || one.disposition === 'withheld' ? one.disposition : null, rule: null }));
  if (call.cards.length === 0) return call.outputs.map(() => ({ disposition: 'shadow', rule: null }));
  const broken = new Set(lintAnswer({ cards: call.cards }).flatMap(({ card, severity }) => (severity === 'error' && card !== null ? [card] : [])));
  return call.cards.map((card, nth) => {
    if (broken.has(nth) || (judge.policy.failure.lint === 'drop-all' && broken.size > 0)) return { disposition: 'withheld', rule: null };
    if (!before.shows) return { disposition: 'shadow', rule: null };
    const said = judge.classOf(card, variablesOf(asked, card)).class ?? '';
    const rule = judgeCard(judge, asked, card).held ?? take(judge.policy, asked, said);
    return rule ? { disposition: 'suppressed', rule } : { disposition: 'shown', rule: null };
  });
}

async function readCalls(house: House, caller: Caller, deployment: string, from: string, most: number): Promise<{ calls: RecordedCall[]; unreadable: number }> {
  const rows = await records.recordedCalls(house.db, deployment, from, most);
  const parts = new Map<string, Recorded[]>();
  const calls: RecordedCall[] = [];
  let unreadable = 0;
  // The newest first, and within one call the later cards before the first, whose payload is the whole call.
  for (const row of rows) {
    const { body } = JSON.parse(row.leaf.toString('utf8')) as Entry & { body: Recorded };
    const one = body as unknown as Recorded;
    if (one.via !== 'gateway') continue;
    if (!row.sealed) {
      unreadable++;
      continue;
    }
    try {
      const { plain } = await openPayload(house, caller, row.position, 'replay of a policy');
      const told = JSON.parse(plain.toString('utf8')) as { with?: string; request?: { hook?: string; context?: Json; prefetch?: Json }; response?: { cards?: Json[] } | null };
      if (told.with !== undefined) {
        parts.set(told.with, [one, ...(parts.get(told.with) ?? [])]);
        continue;
      }
      const cards = Array.isArray(told.response?.cards) ? told.response.cards : null;
      calls.push({ first: one, outputs: [one, ...(parts.get(one.decision) ?? [])], hook: told.request?.hook ?? null, context: told.request?.context ?? {}, prefetch: told.request?.prefetch ?? {}, cards });
    } catch {
      unreadable++;
    }
  }
  return { calls, unreadable };
}
