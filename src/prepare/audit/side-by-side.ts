// How do statements run at once, each on a connection and a thread of its own?
import type { Database } from '../../tools/fhir/fhir.ts';

/**
 * How many statements run at once, and how many threads DuckDB has beside the connections' own. A statement on one thread
 * wastes nothing; where several threads share one, whoever is done first waits in a loop that keeps a processor busy.
 */
export function sharing(threads: number): { atOnce: number; setting: string } {
  const atOnce = Math.min(threads, 4);
  return { atOnce, setting: `SET threads = ${threads - atOnce + 1}` };
}

/** One more connection to the same tables, opened when it is first asked for. */
export function besides(connection: Database): { open(): Promise<Database>; close(): Promise<void> } {
  let opening: Promise<Database> | undefined;
  const open = async () => {
    const opened = await connection.another();
    const [told] = await connection.rows<{ path: string; zone: string }>(`SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS zone`);
    if (told?.path) await opened.run(`SET search_path = '${told.path.replaceAll("'", "''")}'`);
    if (told?.zone) await opened.run(`SET TimeZone = '${told.zone.replaceAll("'", "''")}'`);
    return opened;
  };
  return { open: () => (opening ??= open()), close: async () => (await opening?.catch(() => undefined))?.close() };
}

/** Works through a queue on this connection and more of them; after a failure nothing new begins, and what has begun is waited for. */
export async function workTogether<T>(connection: Database, atOnce: number, queue: readonly T[], work: (one: T, on: () => Promise<Database>) => Promise<void>): Promise<void> {
  const waiting = [...queue];
  const others = Array.from({ length: Math.min(atOnce, waiting.length) - 1 }, () => besides(connection));
  let failed = false;
  const ends = await Promise.allSettled([() => Promise.resolve(connection), ...others.map(({ open }) => open)].map(async (on) => {
    try {
      for (let next = waiting.shift(); next !== undefined && !failed; next = waiting.shift()) await work(next, on);
    } catch (error) {
      failed = true;
      throw error;
    }
  }));
  for (const other of others) await other.close();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Runs lists of statements, each list in its order. */
export const runTogether = (connection: Database, lists: readonly (readonly string[])[], atOnce: number): Promise<void> =>
  workTogether(connection, atOnce, lists, async (list, on) => {
    const database = await on();
    for (const statement of list) await database.run(statement);
  });
