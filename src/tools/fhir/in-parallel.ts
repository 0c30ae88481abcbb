// How do several connections work through one queue?
import type { Database } from './duckdb.ts';

/** Each worker takes the next of the queue when it is done with one; after a failure nothing new begins, and what has begun is waited for. */
export async function inParallel<T>(workers: Database[], queue: T[], work: (worker: Database, one: T) => Promise<void>): Promise<void> {
  const waiting = [...queue];
  let failed = false;
  const ends = await Promise.allSettled(
    workers.map(async (worker) => {
      for (let one = waiting.shift(); one && !failed; one = waiting.shift())
        await work(worker, one).catch((error: unknown) => {
          failed = true;
          throw error;
        });
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
