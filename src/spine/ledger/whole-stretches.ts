// How do two threads look at the stretches of a long ledger, when one hears of them in order?
import { runApart } from '../../tools/server/apart.ts';
import { poolOf, type Address, type Db } from '../../tools/server/database.ts';
import type { Asked } from './every-other.ts';
import { entryKinds, keepsPayloadElsewhere } from './model.ts';
import { soundStretch, stretch as usual, type Sound } from './sound-stretch.ts';

export interface Stretches {
  /** What is to be said of the stretch that begins here; asked for in order. */
  next(from: number, to: number): Promise<Sound | null>;
  end(): Promise<void>;
}

/** A thread of its own pays from so many stretches on: it takes a while to begin. */
const long = 4;

/** Looks at stretches of a ledger of this size; of a long one every other on a thread with a connection of its own. */
export function stretchesOf(db: Db, size: number, ends: readonly number[], stretch = usual): Stretches {
  const here = (from: number, to: number) => soundStretch(db, from, to, ends, keepsPayloadElsewhere);
  const address = addressOf(db);
  if (size < long * stretch || address === null) return { next: here, end: async () => {} };
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const found: (Sound | null)[] = [];
  let wake = () => {};
  let failed: { error: unknown } | null = null;
  const stopping = new AbortController();
  const elsewhere = entryKinds().filter(({ payload }) => payload === 'elsewhere').map(({ kind }) => kind);
  const done = runApart<Asked, Sound | null, null>({ name: 'every-other', beside: import.meta.url }, { address, size, stretch, ends, elsewhere, taken }, { tell: (one) => (found.push(one), wake()), signal: stopping.signal }).catch((error: unknown) => {
    failed = { error };
    wake();
  });
  return {
    async next(from, to) {
      if ((from / stretch) % 2 === 0) return here(from, to);
      while (found.length === 0) {
        if (failed) throw failed.error;
        await new Promise<void>((awake) => (wake = awake));
      }
      Atomics.add(taken, 0, 1);
      Atomics.notify(taken, 0);
      return found.shift()!;
    },
    async end() {
      stopping.abort();
      Atomics.notify(taken, 0);
      await done;
    },
  };
}

/** Where this database is, for a connection elsewhere; null inside a transaction. */
function addressOf(db: Db): Address | null {
  const pool = poolOf(db);
  if (!pool) return null;
  const { connectionString, host, port, user, database } = pool.options;
  if (connectionString !== undefined) return { url: connectionString };
  return host !== undefined && port !== undefined && user !== undefined && database !== undefined ? { socket: host, port, user, database } : null;
}
