// Which stretches does a thread look at while the one that asks looks at the others?
import type { Work } from '../../tools/server/apart.ts';
import { openDatabase, type Address } from '../../tools/server/database.ts';
import { soundStretch, type Sound } from './sound-stretch.ts';

export interface Asked {
  address: Address;
  /** How many entries there are, and how many make a stretch. */
  size: number;
  stretch: number;
  /** Sizes of the trees that were signed. */
  ends: readonly number[];
  /** Kinds of entry whose payloads are kept by their own rooms. */
  elsewhere: readonly string[];
  /** One number, shared: how many answers were taken. */
  taken: Int32Array<SharedArrayBuffer>;
}

/** So many answers may wait to be taken: 1 MB each. */
const ahead = 2;

/** Looks at the second stretch, the fourth, and so on, and tells what it found of each, in order. */
export const work: Work<Asked, Sound | null, null> = async ({ address, size, stretch, ends, elsewhere, taken }, tell, signal) => {
  const db = openDatabase(address, 1);
  const kinds = new Set(elsewhere);
  try {
    let told = 0;
    for (let from = stretch; from < size && !signal.aborted; from += 2 * stretch) {
      for (let seen = Atomics.load(taken, 0); told - seen >= ahead && !signal.aborted; seen = Atomics.load(taken, 0)) await Atomics.waitAsync(taken, 0, seen, 1_000).value;
      tell(await soundStretch(db, from, Math.min(size, from + stretch), ends, (kind) => kinds.has(kind)));
      told += 1;
    }
    return null;
  } finally {
    await db.destroy();
  }
};
