// Which bytes are a tile of the tree, as transparency-log tools fetch them?
import { Problem } from '../../../tools/base/problem.ts';
import type { Db } from '../../../tools/server/database.ts';
import { joined } from '../base64.ts';
import { entriesBetween, hashesAt, lastCheckpoint } from '../records.ts';

const width = 256;

/** `x001/x234/067.p/12` → tile 1234067, of which the first 12. C2SP tlog-tiles. */
export function tileOf(path: string): { index: number; count: number } {
  const [whole, part] = path.split('.p/');
  return { index: Number(whole!.replace(/[x/]/g, '')), count: part === undefined ? width : Number(part) };
}

/** The hashes of a tile. Throws Problem `not-found` for a tile that the last checkpoint does not cover. */
export async function tileBytes(db: Db, level: number, path: string): Promise<Uint8Array> {
  const { index, count } = tileOf(path);
  await requireCovered(db, level, index, count);
  const [hashes] = await hashesAt(db, [{ level: 8 * level, from: index * width, count }]);
  return joined(...hashes!);
}

/** A bundle of entries: each leaf after its length in 16 bits. Leaves carry no payload: those stay sealed in the house. */
export async function bundleBytes(db: Db, path: string): Promise<Uint8Array> {
  const { index, count } = tileOf(path);
  await requireCovered(db, 0, index, count);
  const parts: Uint8Array[] = [];
  for await (const rows of entriesBetween(db, index * width, index * width + count))
    for (const { leaf } of rows) parts.push(Uint8Array.of(leaf.length >> 8, leaf.length & 255), leaf);
  return joined(...parts);
}

async function requireCovered(db: Db, level: number, index: number, count: number): Promise<void> {
  const size = (await lastCheckpoint(db))?.size ?? 0;
  const there = Math.floor(size / width ** level);
  if (index * width + count > there) throw new Problem('not-found', 'The last checkpoint does not cover this tile.', `At level ${level} there are ${there} hashes.`);
}
