// Was this very question asked of this very export before?
import { createHash, randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, ExportHandle } from '../../tools/fhir/fhir.ts';
import { runTogether } from './side-by-side.ts';

/** A database that answers a question it was asked before without working it out again. */
export interface Remembering extends Database {
  /** What was run so far. To be asked while nothing runs. */
  soFar(): Begun;
  /** A database for statements that rest on what had been run `since` (all there is by now unless told) and on nothing of other lanes, so that lanes may run at once, each on a connection of its own, and beside what is run here later. */
  lane(name: string, on: () => Promise<Database>, since?: Begun): Database;
  /** Runs lists of statements, each in its order; the lists rest on what was run before and on nothing of one another. */
  together(lists: readonly (readonly string[])[]): Promise<void>;
  /** Keeps what was asked this time, and nothing older. */
  remember(): Promise<void>;
}

/** The statements up to some point: their hash, and how those of them are run that answers made needless so far. */
export interface Begun {
  chain: string;
  catchUp(): Promise<void>;
}

/**
 * Statements are pure: the same statements over the same kept reading give the same rows. So an answer is filed under the
 * reading, DuckDB's version, every statement run before it (in a lane: those before the lanes began, and its own) and its own text; another charter, other code or another export
 * makes another text, misses, and is worked out from the Parquet files. While answers fit, tables are not even made.
 * `name` tells apart the charters that share a reading. The file lies beside the Parquet files and holds patient data as they do.
 */
export async function rememberAnswers({ database, kept }: Pick<ExportHandle, 'database' | 'kept'>, wanted: unknown, name: string, atOnce = 2): Promise<Remembering> {
  const path = join(kept, `answers-${name}.json`);
  const known = await readAnswers(path);
  const asked: Record<string, string> = {};
  const [version] = await database.rows<{ v: string }>('SELECT version() AS v');
  let fits = Object.keys(known).length > 0;
  let news = false;
  /** Statements after those of `begun`, on a connection that is fetched when something must be worked out. */
  const follow = (begun: string, connection: () => Promise<Database>, before: () => Promise<void>) => {
    let chain = begun;
    const waiting: ((on: Database) => Promise<void>)[] = [];
    let caught: Promise<void> = Promise.resolve();
    const runWaiting = async () => {
      fits = false;
      await before();
      const on = await connection();
      for (let next = waiting.shift(); next; next = waiting.shift()) await next(on);
    };
    // Several lanes may wait for the same statements: nobody goes on while one of them runs.
    const catchUp = () => (caught = caught.then(runWaiting));
    const wait = async (asked: unknown, work: (on: Database) => Promise<void>) => {
      chain = hashOf(chain, asked);
      waiting.push(work);
      if (!fits) await catchUp();
    };
    return {
      // Where nothing waits by now, whatever is run later is nothing to wait for.
      soFar: (): Begun => ({ chain, catchUp: waiting.length === 0 ? () => Promise.resolve() : catchUp }),
      run: (sql: string, signal?: AbortSignal) => wait(sql, (on) => on.run(sql, signal)),
      together: (lists: readonly (readonly string[])[]) => wait(lists, (on) => runTogether(on, lists, atOnce)),
      async rows<T>(sql: string, signal?: AbortSignal) {
        const key = hashOf(chain, sql);
        let answer = known[key];
        if (answer === undefined) {
          await catchUp();
          answer = JSON.stringify(await (await connection()).rows(sql, signal));
          news = true;
        }
        asked[key] = answer;
        return JSON.parse(answer) as T[];
      },
    };
  };
  const main = follow(hashOf(version?.v ?? '', JSON.stringify(wanted)), () => Promise.resolve(database), () => Promise.resolve());
  return {
    ...database,
    run: main.run,
    rows: main.rows,
    together: main.together,
    soFar: main.soFar,
    lane: (lane, on, since = main.soFar()) => {
      // What was run before the lane began is waited for once; what is run beside it is no concern of it.
      let begun: Promise<void> | undefined;
      const { run, rows } = follow(hashOf(since.chain, 'lane', lane), on, () => (begun ??= since.catchUp()));
      return { ...database, run, rows };
    },
    async remember() {
      if (!news) return;
      const writing = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
      try {
        await writeFile(writing, JSON.stringify(asked));
        await rename(writing, path);
      } catch {
        // Only the next audit would have been quicker.
        await rm(writing, { force: true });
      }
    },
  };
}

const hashOf = (...parts: unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

async function readAnswers(path: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
