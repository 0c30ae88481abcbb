// How do many callers at once get their entries onto the disk with one commit?
import type { Db } from '../../tools/server/database.ts';
import { growthOf, placesOf, type Appended } from './append.ts';
import { prepare, type Appending, type Prepared } from './prepare.ts';
import { grow, lockHead, readHead } from './records.ts';
import type { Frontier } from './tree.ts';

interface Waiting {
  one: Prepared;
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
/** After another writer was met, so many flushes take the lock first instead of finding out afterwards. */
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
  return new Promise((done, failed) => {
    // Checked here and not in the flush: a malformed entry fails its own caller only.
    const waiting = { one: prepare(one), done, failed };
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
      const places = await flush(db, group, taken.map(({ one }) => one));
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

function take(group: Group): Waiting[] {
  let bytes = 0;
  let count = 0;
  while (count < group.waiting.length && count < mostEntries && bytes < mostBytes) bytes += group.waiting[count++]!.one.sealed?.bytes.length ?? 0;
  return group.waiting.splice(0, count);
}

/**
 * One round trip where nobody else wrote since: number and hash onto the head as it was left, and let the database
 * refuse when that is no longer the head. Otherwise under the lock.
 */
async function flush(db: Db, group: Group, entries: Prepared[]): Promise<Appended[]> {
  if (group.locked === 0) {
    group.head ??= (await readHead(db)).frontier;
    const grown = growthOf(entries, group.head);
    if (await grow(db, grown)) {
      group.head = grown.to;
      return placesOf(grown);
    }
    group.locked = carefulFor;
  }
  group.locked -= 1;
  const grown = await db.transaction().execute(async (tx) => {
    const made = growthOf(entries, (await lockHead(tx)).frontier);
    if (!(await grow(tx, made))) throw new Error('the head of the ledger moved under its own lock');
    return made;
  });
  group.head = grown.to;
  return placesOf(grown);
}
