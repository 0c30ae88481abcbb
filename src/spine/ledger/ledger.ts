// What may the house ask of its ledger: remember this, show that, sign it, prove it?
import { hash } from 'node:crypto';
import type { Caller, Fact, House } from '../../tools/server/capability.ts';
import type { Db, Tx } from '../../tools/server/database.ts';
import { Problem } from '../../tools/base/problem.ts';
import { base64Of } from './base64.ts';
import { entry as entrySchema, entryKinds, isDeclared, leafOf, type Actor, type Entry, type NewEntry, type Recorded } from './model.ts';
import { grow, lastCheckpoint, lockHead, newestEntries, readHead, type EntryFilter, type EntryRow } from './records.ts';
import { extend, rootOf, treeHash } from './tree.ts';
import './kinds.ts';

export { signHead, openLedger } from './signing.ts';
export { verifyDatabase, writeExport } from './database-verify.ts';

/** The tree hash with Node's own SHA-256: two and a half times the plain one. */
export const nodeTreeHash = treeHash((bytes) => hash('sha256', bytes, 'buffer'));

export interface Appended {
  position: number;
  leafHash: Uint8Array;
}

/**
 * Appends one entry in the transaction of the change it is about: both are committed or neither. Do it as the last
 * statement of the transaction: from here to its end every other writer waits, which is what keeps positions free of
 * gaps. Throws on an undeclared kind, on a malformed entry and on one too long for a leaf: errors of the program.
 */
export async function append(tx: Tx, one: NewEntry): Promise<Appended> {
  return (await appendAll(tx, [one]))[0]!;
}

/** Appends several in this order, for the price of one. */
export async function appendAll(tx: Tx, entries: readonly NewEntry[]): Promise<Appended[]> {
  if (entries.length === 0) return [];
  const undeclared = entries.find(({ kind }) => !isDeclared(kind));
  if (undeclared) throw new Error(`the entry kind ${undeclared.kind} is declared nowhere; declare it with entryKind('${undeclared.kind}', 'What has happened.')`);
  const head = await lockHead(tx);
  const rows = entries.map((one, i) => rowOf(one, head.frontier.size + i));
  await grow(tx, rows, extend(head.frontier, rows.map((row) => row.leaf_hash), nodeTreeHash));
  return rows.map((row) => ({ position: row.position, leafHash: new Uint8Array(row.leaf_hash) }));
}

function rowOf(one: NewEntry, position: number): EntryRow {
  const whole: Entry = entrySchema.parse({ ...one, position, deployment: one.deployment ?? null, payload: one.payload ?? null });
  const leaf = leafOf(whole);
  return { position, leaf: Buffer.from(leaf), leaf_hash: Buffer.from(nodeTreeHash.leaf(leaf)), ...columnsOf(whole) };
}

/** What the columns beside the leaf repeat of it; verification compares them. */
export const columnsOf = (one: Entry): Omit<EntryRow, 'position' | 'leaf' | 'leaf_hash'> => ({
  at: one.at,
  kind: one.kind,
  actor_kind: one.actor.kind,
  actor_ref: one.actor.ref,
  deployment: one.deployment,
  subject: one.subject,
});

/** A caller as an actor: id and roles, never a name. */
export const actorOf = (caller: Caller): Actor => ({ kind: caller.kind, ref: caller.id, roles: [...caller.roles].sort() });

/** `House.remember`: how rooms below the ledger, and everybody who has a Fact, append. */
export async function remember(tx: Tx, fact: Fact): Promise<void> {
  await append(tx, {
    at: fact.at,
    kind: fact.kind,
    actor: actorOf(fact.by),
    deployment: fact.deployment ?? null,
    subject: fact.about,
    body: fact.body,
  });
}

/** Entries, the newest first; `after` is the `next` of the page before. */
export async function entries(
  db: Db,
  { after, limit = 100, ...filter }: EntryFilter & { after?: string | undefined; limit?: number },
): Promise<{ items: Recorded[]; next: string | null }> {
  if (after !== undefined && !/^\d{1,15}$/.test(after)) {
    throw new Problem('bad-input', 'This is not a cursor of the ledger.', 'Hand back the `next` of the page before.', [{ path: 'after', says: after }]);
  }
  const rows = await newestEntries(db, filter, after === undefined ? null : Number(after), limit + 1);
  const says = new Map(entryKinds().map((one) => [one.kind, one.says]));
  const items = rows.slice(0, limit).map((row) => {
    const one = entryFrom(row);
    return { ...one, leafHash: base64Of(row.leaf_hash), says: says.get(one.kind) ?? one.kind };
  });
  return { items, next: rows.length > limit ? String(items.at(-1)!.position) : null };
}

/** What is shown comes out of the leaf, never out of a column that could differ from it. */
function entryFrom(row: EntryRow): Entry {
  try {
    return entrySchema.parse(JSON.parse(row.leaf.toString('utf8')));
  } catch {
    throw new Problem('internal', `Entry ${row.position} of the ledger cannot be read.`, 'Run `attending ledger verify`.');
  }
}

/** The newest entry of this kind about this record, or null. */
export async function newest(db: Db, filter: EntryFilter): Promise<Recorded | null> {
  return (await entries(db, { ...filter, limit: 1 })).items[0] ?? null;
}

/** Size and root now, and the last checkpoint. */
export async function head(house: Pick<House, 'db'>): Promise<{ origin: string; entries: number; root: Uint8Array; note: string | null }> {
  const { origin, frontier } = await readHead(house.db);
  const last = await lastCheckpoint(house.db);
  return { origin: origin ?? '', entries: frontier.size, root: rootOf(frontier, nodeTreeHash), note: last?.note ?? null };
}
