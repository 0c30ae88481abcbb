// How do many callers at once get their entries onto the disk with one commit?
import type { Db } from '../../tools/server/database.ts';
import { growthOf, placesOf, type Appended } from './append.ts';
import { prepare, type Appending, type Prepared } from './prepare.ts';
import { grow, lockHead, openLine, readHead, type Alongside, type Grown, type Line } from './records.ts';
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
  /** Somebody looks after those who wait. */
  busy: boolean;
  /** Commits that were sent and not answered yet, and how many entries they hold. */
  sent: number;
  entries: number;
  /** The connection on which they are sent; null while nobody waits. */
  line: Line | null;
  /** Something broke on it. */
  broke: boolean;
  /** The head as this process leaves it once all that was sent is carried out; null when it does not know. */
  head: Frontier | null;
  /** Entries of commits that were refused because the head was another, in their order, to be sent once more. */
  refused: Waiting[];
  /** Commits refused in a row. */
  tries: number;
  /** Flushes still to be made under the lock, because others write too. */
  locked: number;
}

const groups = new WeakMap<Db, Group>();

/** One commit takes at most so many entries and so many bytes of payloads, so that none of its callers waits long. */
const mostEntries = 1024;
const mostBytes = 8_000_000;
/** From so many entries on that wait, a second commit is sent while the one before is carried out. */
const worthAhead = 32;
/** After other writers were met twice in a row, so many flushes take the lock first instead of finding out afterwards. */
const carefulFor = 32;

/**
 * Appends an entry that is a change of its own, such as an AI decision, and answers when it is on the disk. Callers
 * that wait at the same time share one transaction and one flush of the disk: whatever waits when the previous commit
 * returns goes into the next, in the order it came, and nobody waits for a timer. Where many wait they go in two halves,
 * so that one is hashed and sent while the database writes the other. Several processes on one database and
 * in-transaction appends go on beside it: all take turns at the head.
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
    if (!group) groups.set(db, (group = { waiting: [], busy: false, sent: 0, entries: 0, line: null, broke: false, head: null, refused: [], tries: 0, locked: 0 }));
    group.waiting.push(waiting);
    if (group.busy || !maySend(group)) return;
    group.busy = true;
    // After this turn, so that callers who come in the same turn share the commit.
    setImmediate(sendAll, db, group);
  });
}

/** While one commit is carried out the next is sent only where it is worth its own flush of the disk; never more than two. */
const maySend = ({ waiting, sent, refused }: Group): boolean => refused.length === 0 && waiting.length > 0 && (sent === 0 || (sent === 1 && waiting.length >= worthAhead));

async function sendAll(db: Db, group: Group): Promise<void> {
  while (maySend(group)) {
    // The head is read, and the lock taken, when nothing is under way any more.
    if (group.sent > 0 && (group.head === null || group.locked > 0 || group.broke)) break;
    if (group.broke) rest(group);
    const taken = take(group);
    try {
      if (group.locked > 0) {
        group.locked -= 1;
        rest(group);
        acknowledge(taken, await flushLocked(db, group, taken));
        // Those who were answered may come again at once; in this turn they still share the next commit.
        await new Promise(setImmediate);
        continue;
      }
      if (group.head === null) {
        // Not while a connection is held for it: of few, all may be held.
        rest(group);
        group.head = (await readHead(db)).frontier;
      }
      group.line ??= await openLine(db);
      const grown = growthOf(taken.map(({ one }) => one), group.head);
      group.head = grown.to;
      group.sent += 1;
      group.entries += taken.length;
      void answered(db, group, taken, grown, grow(group.line, grown, taken[0]!.with));
    } catch (error) {
      group.head = null;
      group.broke = true;
      for (const one of taken) one.failed(error);
    }
  }
  group.busy = false;
  if (group.waiting.length === 0 || group.broke) rest(group);
}

/** Waits for the answer to a commit; answers come in the order in which they were sent. */
async function answered(db: Db, group: Group, taken: Waiting[], grown: Grown, answer: Promise<boolean>): Promise<void> {
  try {
    if (await answer) {
      group.tries = 0;
      acknowledge(taken, placesOf(grown));
    } else {
      // What was sent after it grew out of what it would have made, and is refused as well.
      group.head = null;
      group.refused.push(...taken);
    }
  } catch (error) {
    group.head = null;
    group.broke = true;
    for (const one of taken) one.failed(error);
  }
  group.sent -= 1;
  group.entries -= taken.length;
  if (group.sent === 0 && group.refused.length > 0) {
    group.waiting.unshift(...group.refused.splice(0));
    // The head is read and it is tried once more; then under the lock.
    group.tries += 1;
    if (group.tries > 1) {
      group.tries = 0;
      group.locked = carefulFor;
    }
  }
  if (group.busy) return;
  group.busy = true;
  // Those who were answered may come again at once; in this turn they still share the next commit.
  setImmediate(sendAll, db, group);
}

const acknowledge = (taken: readonly Waiting[], places: readonly Appended[]): void => taken.forEach((one, i) => one.done(places[i]!));

/** Gives the connection back, unless an answer is still to come on it. */
function rest(group: Group): void {
  if (group.sent > 0) return;
  group.line?.close(group.broke);
  group.line = null;
  group.broke = false;
}

/**
 * As many as one commit takes, and at most half of all that wait or are under way, where they are many: the other half
 * is made ready while these are written. One that brings something along is alone in its own, so that it fails alone.
 */
function take(group: Group): Waiting[] {
  const most = Math.min(mostEntries, Math.max(worthAhead, Math.ceil((group.waiting.length + group.entries) / 2)));
  let bytes = 0;
  let count = 0;
  while (count < group.waiting.length && count < most && bytes < mostBytes) {
    const next = group.waiting[count]!;
    if (next.with && count > 0) break;
    bytes += next.one.sealed?.bytes.length ?? 0;
    count += 1;
    if (next.with) break;
  }
  return group.waiting.splice(0, count);
}

/** Under the lock on the head, as an ordinary transaction: where others write at the same time. */
async function flushLocked(db: Db, group: Group, taken: readonly Waiting[]): Promise<Appended[]> {
  const grown = await db.transaction().execute(async (tx) => {
    const made = growthOf(taken.map(({ one }) => one), (await lockHead(tx)).frontier);
    if (!(await grow(tx, made, taken[0]!.with))) throw new Error('the head of the ledger moved under its own lock');
    return made;
  });
  group.head = grown.to;
  return placesOf(grown);
}
