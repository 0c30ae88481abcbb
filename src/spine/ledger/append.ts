// How does an entry come into the ledger, in the transaction of the change it is about?
import { hash } from 'node:crypto';
import type { Caller, Fact } from '../../tools/server/capability.ts';
import type { Tx } from '../../tools/server/database.ts';
import { roomForBytea } from './binary-arrays.ts';
import type { Actor } from './model.ts';
import { digitsOf, prepare, writeLeaf, type Appending, type Prepared } from './prepare.ts';
import { grow, lockHead, type Grown } from './records.ts';
import { serverTree } from './tree-on-server.ts';
import { extend, type Frontier } from './tree.ts';

export interface Appended {
  position: number;
  leafHash: Uint8Array;
}

/**
 * Appends one entry in the transaction of the change it is about: both are committed or neither. Do it as the last
 * statement of the transaction: from here to its end every other writer waits, which is what keeps positions free of
 * gaps. Throws on an undeclared kind, on a malformed entry and on one too long for a leaf: errors of the program.
 */
export async function append(tx: Tx, one: Appending): Promise<Appended> {
  return (await appendAll(tx, [one]))[0]!;
}

/** Appends several in this order, for the price of one. */
export async function appendAll(tx: Tx, entries: readonly Appending[]): Promise<Appended[]> {
  if (entries.length === 0) return [];
  const prepared = entries.map(prepare);
  const { frontier } = await lockHead(tx);
  const grown = growthOf(prepared, frontier);
  if (!(await grow(tx, grown))) throw new Error('the head of the ledger moved under its own lock');
  return placesOf(grown);
}

/**
 * Prepared entries with their numbers, leaves and hashes, and the tree with them. Leaves and hashes are written where the
 * database takes them from, and hashed where they lie.
 */
export function growthOf(prepared: readonly Prepared[], from: Frontier): Grown {
  const many = prepared.length;
  const leaves = roomForBytea(many, (nth) => prepared[nth]!.length + digitsOf(from.size + nth));
  const stored = roomForBytea(many, () => 32);
  const hashes: Uint8Array[] = [];
  for (let nth = 0; nth < many; nth++) {
    const start = leaves.starts[nth]!;
    const end = writeLeaf(leaves.array, start, prepared[nth]!, from.size + nth);
    // A leaf is hashed after a byte zero; for that moment it takes the place of the last byte of the length.
    const kept = leaves.array[start - 1]!;
    leaves.array[start - 1] = 0;
    stored.array.write(hash('sha256', leaves.array.subarray(start - 1, end), 'binary'), stored.starts[nth]!, 'latin1');
    leaves.array[start - 1] = kept;
    hashes.push(stored.array.subarray(stored.starts[nth]!, stored.starts[nth]! + 32));
  }
  const nodes: Grown['nodes'] = [];
  const to = extend(from, hashes, serverTree, (level, index, hash) => void (level % 8 === 0 && nodes.push({ level, index, hash })));
  return { from, to, prepared, leaves: leaves.array, stored: stored.array, hashes, nodes };
}

export const placesOf = ({ from, hashes }: Grown): Appended[] => hashes.map((leafHash, i) => ({ position: from.size + i, leafHash }));

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
