// Is a stretch of entries in the database plainly as it was recorded, and which hashes do its leaves have?
import { hash as leafHash } from 'node:crypto';
import type { Db } from '../../tools/server/database.ts';
import { aboutKind, findFields, isPlainRow, newPlaces, payloadAt, wholeAt } from './compare-row.ts';
import { subtreeRoots } from './leaf-list.ts';
import { copyEntries } from './records.ts';

/** How many entries are copied out at a time: a few MB of hashes wait for their checkpoints. */
export const stretch = 32_768;

/** Of the subtrees whose roots stand for a stretch in which no checkpoint ends. */
export const height = 8;

export interface Sound {
  /** The leaf hashes, one after the other, or the roots of the subtrees over them. */
  hashes: Uint8Array;
  joined: boolean;
  /** What entries commit to that is kept in the ledger, by position. */
  committed: Map<number, { digest: string; bytes: number }>;
}

/**
 * The leaf hashes of a stretch of entries when all of it is plainly sound: whole, in order, every leaf hashing to its
 * recorded hash and every column saying what its leaf says. Null when anything is not, or not plainly. Where no tree ends
 * inside (`ends`: their sizes) and the stretch is of whole subtrees, these are joined at once: in place, without an object for each.
 */
export async function soundStretch(db: Db, from: number, to: number, ends: readonly number[], keepsElsewhere: (kind: string) => boolean): Promise<Sound | null> {
  // One stretch of memory for all: a small array for each hash costs as much as making the hash.
  const hashes = Buffer.allocUnsafeSlow(1 + 32 * (to - from));
  const committed: Sound['committed'] = new Map();
  const places = newPlaces();
  const elsewhere = aboutKind(keepsElsewhere);
  let nth = 0;
  let plain = true;
  await copyEntries(db, from, to, (row) => {
    if (!plain) return;
    findFields(row, places);
    // A leaf is hashed after a byte zero. Where the row lies there stands one of the leaf's length before it, read by now.
    row[places[2]! - 1] = 0;
    const hash = leafHash('sha256', row.subarray(places[2]! - 1, places[3]!), 'binary');
    plain = nth < to - from && wholeAt(row, places[0]!) === from + nth && standsAt(row, places[4]!, places[5]!, hash) && isPlainRow(row, places);
    if (!plain) return;
    row.copy(hashes, 1 + 32 * nth, places[4]!, places[5]!);
    nth += 1;
    if (elsewhere(row, places)) return;
    const payload = payloadAt(row, places);
    if (payload) committed.set(from + nth - 1, payload);
  });
  if (!plain || nth < to - from) return null;
  const joined = from % 2 ** height === 0 && to % 2 ** height === 0 && !ends.some((size) => size > from && size < to);
  return { hashes: joined ? subtreeRoots(hashes, height) : hashes.subarray(1), joined, committed };
}

/** Whether these bytes of the row are the hash, one character a byte. */
function standsAt(row: Buffer, from: number, to: number, hash: string): boolean {
  if (to - from !== hash.length) return false;
  for (let i = 0; i < hash.length; i++) if (row[from + i] !== hash.charCodeAt(i)) return false;
  return true;
}
