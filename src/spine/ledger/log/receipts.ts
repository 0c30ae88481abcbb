// Which signed checkpoint covers an entry, and what is the receipt?
import { Problem } from '../../../tools/base/problem.ts';
import type { Db } from '../../../tools/server/database.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import { inclusionOf } from '../proving.ts';
import { receiptText } from '../receipt.ts';
import { verifyInclusion } from '../proof.ts';
import { cosignaturesOf, entryAt, lastCheckpoint, readHead } from '../records.ts';
import { signHead, type LedgerHouse } from '../signing.ts';
import { serverTree } from '../tree-on-server.ts';

const signing = new WeakMap<Db, Promise<unknown>>();

/**
 * The receipt of an entry, with the last checkpoint and its cosignatures. Where none covers the entry yet the house
 * signs first, once for all who wait. The proof is checked before it is handed out. `recordedBy`: only where this caller
 * recorded it; to others it is as if it were not there.
 * @throws Problem `not-found` where there is no such entry, `conflict` where the ledger was altered.
 */
export async function receiptOf(house: LedgerHouse, position: number, recordedBy: string | null = null): Promise<string> {
  const { frontier } = await readHead(house.db);
  const row = position < frontier.size ? await entryAt(house.db, position) : null;
  if (!row || (recordedBy !== null && row.actor_ref !== recordedBy)) throw new Problem('not-found', recordedBy === null ? `There is no entry ${position}; the ledger has ${frontier.size}.` : `There is no entry ${position} that you recorded.`);
  let last = await lastCheckpoint(house.db);
  if (!last || last.size <= position) {
    await signOnce(house);
    last = await lastCheckpoint(house.db);
  }
  if (!last || last.size <= position) throw new Problem('unavailable', 'No signed checkpoint covers this entry yet.', 'Try again in a moment.');
  const { size, root } = parseCheckpoint(last.note);
  const leaf = new Uint8Array(row.leaf);
  const proof = await inclusionOf(house.db, position, size);
  if (!verifyInclusion({ index: position, size, leafHash: serverTree.leaf(leaf), root, proof }, serverTree))
    throw new Problem('conflict', `Entry ${position} is not the one that was signed.`, 'Run `attending ledger verify` to see what was altered.');
  return receiptText({ index: position, leaf, proof, checkpoint: await cosignedNote(house.db, last) });
}

/** A checkpoint with the lines of the witnesses that have seen it. */
export async function cosignedNote(db: Db, { size, note }: { size: number; note: string }): Promise<string> {
  return note + (await cosignaturesOf(db, size)).map((one) => one.line).join('');
}

async function signOnce(house: LedgerHouse): Promise<void> {
  const running = signing.get(house.db) ?? signHead(house).finally(() => signing.delete(house.db));
  signing.set(house.db, running);
  await running;
}
