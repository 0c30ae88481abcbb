// How do many callers at once get their entries onto the disk with one commit?
import type { Db } from '../../tools/server/database.ts';
import { growthOf, placesOf, type Appended } from './append.ts';
import { prepare, type Appending, type Prepared } from './prepare.ts';
import { grow, lockHead, readHead, type Alongside } from './records.ts';
import type { Frontier } from './tree.ts';

interface Waiting {
  one: Prepared;
  /** What is written in the same statement. */
  with: Alongside | null;
  done(appended: Appended): void;
  failed(error: unknown): void;
}

interface Group {
  waiting: Waiting[];
  flushing: boolean;
  /** The head as this process left it; null when it does not know. */
  head: Frontier | null;
  /** Flushes still to be made under the lock, because others write too. */
  locked: number;
}

const groups = new WeakMap<Db, Group>();

/** One commit takes at most so many entries and so many bytes of payloads, so that none of its callers waits long. */
const mostEntries = 1024;
const mostBytes = 8_000_000;
/** After other writers were met twice in a row, so many flushes take the lock first instead of finding out afterwards. */
const carefulFor = 32;

/**
 * Appends an entry that is a change of its own, such as an AI decision, and answers when it is on the disk. Callers
 * that wait at the same time share one transaction and one flush of the disk: whatever waits when the previous commit
 * returns goes into the next, in the order it came, and nobody waits for a timer. Several processes on one database
 * and in-transaction appends go on beside it: all take turns at the head.
 *
 * When it throws, the entry was not acknowledged. After a lost connection it may stand in the ledger all the same.
 */
export function appendGrouped(db: Db, one: Appending): Promise<Appended> {
  return join(db, one, null);
}

/**
 * Appends an entry together with what a room writes with it, in one statement and so in one transaction, in turn with
 * those who append in groups. With `append` they would find the head moved every time. One round trip, because all who
 * record a decision wait behind it, and each trip of a busy process takes a whole turn of its event loop.
 */
export function appendInTurn(db: Db, one: Appending, alongside: Alongside): Promise<Appended> {
  return join(db, one, alongside);
}

function join(db: Db, one: Appending, alongside: Alongside | null): Promise<Appended> {
  return new Promise((done, failed) => {
    // Checked here and not in the flush: a malformed entry fails its own caller only.
    const waiting: Waiting = { one: prepare(one), with: alongside, done, failed };
    let group = groups.get(db);
    if (!group) groups.set(db, (group = { waiting: [], flushing: false, head: null, locked: 0 }));
    group.waiting.push(waiting);
    if (group.flushing) return;
    group.flushing = true;
    // After this turn, so that callers who come in the same turn share the commit.
    setImmediate(flushAll, db, group);
  });
}

async function flushAll(db: Db, group: Group): Promise<void> {
  while (group.waiting.length > 0) {
    const taken = take(group);
    try {
      const entries = taken.map(({ one }) => one);
      const places = await flush(db, group, entries, taken[0]!.with);
      taken.forEach((one, i) => one.done(places[i]!));
      // Those who were answered may come again at once; in this turn they still share the next commit.
      await new Promise(setImmediate);
    } catch (error) {
      group.head = null;
      for (const one of taken) one.failed(error);
    }
  }
  group.flushing = false;
}

/** As many as one commit takes; one that brings something along is alone in its own, so that it fails alone. */
function take(group: Group): Waiting[] {
  let bytes = 0;
  let count = 0;
  while (count < group.waiting.length && count < mostEntries && bytes < mostBytes) {
    const next = group.waiting[count]!;
    if (next.with && count > 0) break;
    bytes += next.one.sealed?.bytes.length ?? 0;
    count += 1;
    if (next.with) break;
  }
  return group.waiting.splice(0, count);
}

/**
 * One round trip where nobody else wrote since: number and hash onto the head as it was left, and let the database
 * refuse when that is no longer the head. Then the head is read and it is tried once more; otherwise under the lock.
 */
async function flush(db: Db, group: Group, entries: Prepared[], alongside: Alongside | null): Promise<Appended[]> {
  if (group.locked === 0) {
    for (let tries = 0; tries < 2; tries++) {
      group.head ??= (await readHead(db)).frontier;
      const grown = growthOf(entries, group.head);
      if (await grow(db, grown, alongside)) {
        group.head = grown.to;
        return placesOf(grown);
      }
      group.head = null;
    }
    group.locked = carefulFor;
  }
  group.locked -= 1;
  return flushLocked(db, group, entries, alongside);
}

async function flushLocked(db: Db, group: Group, entries: Prepared[], alongside: Alongside | null): Promise<Appended[]> {
  const grown = await db.transaction().execute(async (tx) => {
    const made = growthOf(entries, (await lockHead(tx)).frontier);
    if (!(await grow(tx, made, alongside))) throw new Error('the head of the ledger moved under its own lock');
    return made;
  });
  group.head = grown.to;
  return placesOf(grown);
}
