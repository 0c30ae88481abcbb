// Which hashes of the database show that an entry is in the tree, or that the tree only grew?
import { Problem } from '../../tools/base/problem.ts';
import type { Db } from '../../tools/server/database.ts';
import { consistencyRanges, inclusionRanges, rangeHash, type Range } from './proof.ts';
import { hashesAt, type HashRun } from './records.ts';
import { serverTree } from './tree-on-server.ts';
import { emptyFrontier, extend, rootOf } from './tree.ts';

/** The hashes that prove that entry `position` is in the tree of `size` entries. RFC 6962 §2.1.1; O(log n) of them. */
export const inclusionOf = (db: Db, position: number, size: number): Promise<Uint8Array[]> =>
  proved(db, asked(() => inclusionRanges(position, size)));

/** The hashes that prove that the tree of `size` grew out of its first `earlier` entries. RFC 6962 §2.1.2. */
export const consistencyOf = (db: Db, earlier: number, size: number): Promise<Uint8Array[]> =>
  proved(db, asked(() => (earlier === 0 ? [] : consistencyRanges(earlier, size))));

function asked(ranges: () => Range[]): Range[] {
  try {
    return ranges();
  } catch (error) {
    throw new Problem('bad-input', `This proof cannot be: ${(error as Error).message}.`, 'Ask about entries and sizes that the ledger has reached.');
  }
}

/**
 * The hashes of ranges. The database keeps the leaf hashes and the roots of complete subtrees of 256, 65,536, …
 * leaves, so any complete subtree is at most 128 stored hashes away, however long the ledger is.
 */
async function proved(db: Db, ranges: readonly Range[]): Promise<Uint8Array[]> {
  const runs = new Map<string, HashRun>();
  const name = (level: number, index: number) => `${level}/${index}`;
  for (const range of ranges)
    rangeHash(range, (level, index) => {
      const height = level % 8;
      runs.set(name(level, index), { level: level - height, from: index * 2 ** height, count: 2 ** height });
      return serverTree.empty;
    }, serverTree);
  const found = await hashesAt(db, [...runs.values()]);
  const roots = new Map([...runs.keys()].map((one, i) => [one, rootOf(extend(emptyFrontier, found[i]!, serverTree), serverTree)]));
  return ranges.map((range) => rangeHash(range, (level, index) => roots.get(name(level, index))!, serverTree));
}

/** The root over the first `size` entries, from stored hashes. */
export async function rootAt(db: Db, size: number): Promise<Uint8Array> {
  if (size === 0) return serverTree.empty;
  return (await proved(db, [{ from: 0, to: size }]))[0]!;
}
