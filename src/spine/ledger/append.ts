// How does an entry come into the ledger, in the transaction of the change it is about?
import type { Caller, Fact } from '../../tools/server/capability.ts';
import type { Tx } from '../../tools/server/database.ts';
import './kinds.ts';
import { entry as entrySchema, isDeclared, leafOf, type Actor, type Entry, type NewEntry } from './model.ts';
import { grow, lockHead, type EntryRow } from './records.ts';
import { serverTree } from './tree-on-server.ts';
import { extend } from './tree.ts';

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
  await grow(tx, rows, extend(head.frontier, rows.map((row) => row.leaf_hash), serverTree));
  return rows.map((row) => ({ position: row.position, leafHash: new Uint8Array(row.leaf_hash) }));
}

function rowOf(one: NewEntry, position: number): EntryRow {
  const whole: Entry = entrySchema.parse({ ...one, position, deployment: one.deployment ?? null, payload: one.payload ?? null });
  const leaf = leafOf(whole);
  return { position, leaf: Buffer.from(leaf), leaf_hash: Buffer.from(serverTree.leaf(leaf)), ...columnsOf(whole) };
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
