// How do the facts follow the ledger, so that a new day costs the day and a rebuild ends with the same facts?
import type { Entry } from '../../spine/ledger/model.ts';
import type { Db, Tx } from '../../tools/server/database.ts';
import { counted, countsOf, dayKeyOf, isBehind, timesOf, type Counted } from './day.ts';
import { kinds } from './entry-kinds.ts';
import type { Event, Recorded } from './event.ts';
import { begin, follow, repeatWithin, type Fact } from './fact.ts';
import { bitsOf } from './people.ts';
import * as records from './records.ts';

/** Entries of the ledger looked at in one transaction. */
const usualStride = 5_000;

interface Told {
  position: number;
  deployment: string;
  recordedAt: string;
  event: Event;
  /** Its number in a batch; null where the entry tells nothing else. */
  nth: number | null;
}

/** Records of batches looked at in one transaction, or one batch: what memory holds. */
const mostTold = 20_000;

/**
 * Brings the facts up to the head of the ledger; gives how many events were new. Safe to call from several places at
 * once. `atMost`: who waits for a page goes on after so many; the job does the rest, and the page says how far it reaches.
 */
export async function catchUp(db: Db, { signal, stride = usualStride, atMost = Infinity }: { signal?: AbortSignal; stride?: number; atMost?: number } = {}): Promise<number> {
  let events = 0;
  for (;;) {
    // Asked without a lock first: mostly there is nothing to do, and to hold the lock costs a flush of the disk.
    if (signal?.aborted || !(await records.isBehind(db))) return events;
    const step = await db.transaction().execute((tx) => stepForward(tx, stride));
    events += step.events;
    if (step.done || events >= atMost) return events;
  }
}

/** Makes every fact anew from the ledger, in one transaction: readers see the old facts until the new ones stand. */
export async function rebuild(db: Db, { stride = usualStride }: { stride?: number } = {}): Promise<number> {
  return db.transaction().execute(async (tx) => {
    await records.lockProgress(tx);
    await records.forgetFacts(tx);
    await records.moveProgress(tx, 0);
    let events = 0;
    for (;;) {
      const step = await stepForward(tx, stride);
      events += step.events;
      if (step.done) return events;
    }
  });
}

/** What stands in the ledger was checked when it was written, and this house wrote it: to check it again takes longer than all the rest. */
async function stepForward(tx: Tx, stride: number): Promise<{ events: number; done: boolean }> {
  const from = await records.lockProgress(tx);
  const { rows, end: reach } = await records.entriesFrom(tx, from, stride);
  const told: Told[] = [];
  let end = reach;
  for (const row of rows) {
    if (told.length >= mostTold) {
      end = row.position;
      break;
    }
    const one = JSON.parse(row.leaf.toString('utf8')) as Entry;
    const about = { position: row.position, deployment: one.deployment ?? '', recordedAt: one.at };
    if (one.kind === kinds.batch.kind) {
      for (const [nth, body] of (await records.recordsOfBatch(tx, (one.body as { batch: string }).batch)).entries()) told.push({ ...about, nth, event: JSON.parse(body.toString('utf8')) as Event });
    } else told.push({ ...about, nth: null, event: one.body as unknown as Event });
  }
  await apply(tx, told);
  if (end > from) await records.moveProgress(tx, end);
  return { events: told.length, done: end === reach && reach - from < stride };
}

/** Applies events in the order of the ledger. */
async function apply(tx: Tx, told: readonly Told[]): Promise<void> {
  const before = new Map((await records.factsOf(tx, [...new Set(told.map(({ event }) => event.decision))])).map((placed) => [placed.fact.decision, placed]));
  const repeats = await repeatsOf(tx, told, before);
  const now = new Map(before);
  const outcomes: records.OutcomeRow[] = [];
  for (const one of told) {
    const { event, deployment, position, nth } = one;
    const known = now.get(event.decision);
    const place = nth === null ? [] : [position * 0x10_0000 + nth];
    if (event.what === 'recorded') {
      if (!known) now.set(event.decision, { deployment, position, toldIn: place, fact: begin(event, one.recordedAt, repeats.get(one) ?? null) });
      continue;
    }
    if (!known) continue;
    if (event.what === 'outcome') outcomes.push({ decision: event.decision, deployment_id: deployment, name: event.name, at: event.at, positive: event.positive, acted: event.acted, value: event.value });
    now.set(event.decision, { ...known, toldIn: [...known.toldIn, ...place], fact: follow(known.fact, event) });
  }
  const changed = [...now.values()].filter((placed) => placed !== before.get(placed.fact.decision));
  await records.keepFacts(tx, changed);
  await records.keepOutcomes(tx, outcomes);
  const { days, times, people, parted } = differences(changed, before);
  await records.addToDays(tx, days);
  await records.addToTimes(tx, times);
  await records.addPeople(tx, people);
  await records.countPeopleAnew(tx, [...parted.values()]);
}

/**
 * Which of the new decisions say again what was recorded as shown within a day before: among the kept, or earlier in
 * this very step. It must not matter where one step ends and the next begins, or a rebuild would end with other facts.
 */
async function repeatsOf(tx: Tx, told: readonly Told[], before: ReadonlyMap<string, records.Placed>): Promise<Map<Told, string>> {
  const fresh = told.filter((one): one is Told & { event: Recorded } => one.event.what === 'recorded' && !before.has(one.event.decision));
  const kept = await records.shownBefore(tx, fresh.map(({ deployment, event }) => ({ deployment, subject: event.subject, class: event.class, at: event.at })));
  const here = new Map<string, { at: string; decision: string }[]>();
  const found = new Map<Told, string>();
  for (const [nth, one] of fresh.entries()) {
    const { event, deployment } = one;
    const key = `${deployment}\n${event.subject}\n${event.class ?? ''}`;
    const shown = here.get(key) ?? none;
    const since = shown.length === 0 ? '' : dayBefore(event.at);
    const latest = [...shown.filter(({ at }) => at < event.at && at >= since), ...(kept[nth] ? [kept[nth]] : [])].sort((a, b) => (a.at < b.at || (a.at === b.at && a.decision < b.decision) ? 1 : -1))[0];
    if (latest) found.set(one, latest.decision);
    if (event.disposition === 'shown') here.set(key, [...shown, { at: event.at, decision: event.decision }]);
  }
  return found;
}

const none: { at: string; decision: string }[] = [];
const dayBefore = (at: string) => new Date(Date.parse(at) - repeatWithin).toISOString();

/** What changed facts change of their days. `parted`: days on which somebody may not be behind anything shown any more. */
function differences(changed: readonly records.Placed[], before: ReadonlyMap<string, records.Placed>) {
  const days = new Map<string, { deployment: string; key: ReturnType<typeof dayKeyOf>; counts: Counted }>();
  const times = new Map<string, records.TimeChange>();
  const people = new Map<string, records.PeopleOfDay>();
  const parted = new Map<string, { deployment: string; day: string }>();
  const add = (deployment: string, fact: Fact, sign: 1 | -1) => {
    const key = dayKeyOf(fact);
    const name = `${deployment}\n${key.day}\n${key.facility}\n${key.department}\n${key.class}\n${key.disposition}\n${key.assurance}\n${key.arm}`;
    let row = days.get(name);
    if (!row) days.set(name, (row = { deployment, key, counts: Object.fromEntries(counted.map((one) => [one, 0])) as Counted }));
    const counts = countsOf(fact);
    for (const one of counted) row.counts[one] += sign * counts[one];
    for (const time of timesOf(fact)) {
      const of = `${deployment}\n${key.day}\n${time.what}\n${time.class}`;
      const there = times.get(of);
      if (there) there.decisions += sign;
      else times.set(of, { deployment, day: key.day, ...time, decisions: sign });
    }
  };
  const behind = (deployment: string, day: string, kind: 'subject' | 'user', facility: string, department: string, reference: string) => {
    const name = `${deployment}\n${day}\n${kind}\n${facility}\n${department}`;
    let row = people.get(name);
    if (!row) people.set(name, (row = { deployment, day, kind, facility, department, people: new Set() }));
    row.people.add(bitsOf(reference));
  };
  for (const { deployment, fact } of changed) {
    const was = before.get(fact.decision);
    if (was) add(deployment, was.fact, -1);
    add(deployment, fact, 1);
    if (isBehind(fact) && !(was && isBehind(was.fact))) {
      const { day, facility, department } = dayKeyOf(fact);
      behind(deployment, day, 'subject', facility, department, fact.subject);
      if (fact.user !== null) behind(deployment, day, 'user', '', '', fact.user);
    } else if (was && isBehind(was.fact) && !isBehind(fact)) parted.set(`${deployment} ${fact.at.slice(0, 10)}`, { deployment, day: fact.at.slice(0, 10) });
  }
  return { days, times, people: [...people.values()], parted };
}
