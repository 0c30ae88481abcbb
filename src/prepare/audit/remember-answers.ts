// Was this very question asked of this very export before?
import { createHash, randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, ExportHandle } from '../../tools/fhir/fhir.ts';

/** A database that answers a question it was asked before without working it out again. */
export interface Remembering extends Database {
  /** Keeps what was asked this time, and nothing older. */
  remember(): Promise<void>;
}

/**
 * Statements are pure: the same statements over the same kept reading give the same rows. So an answer is filed under the
 * reading, DuckDB's version, every statement run before it and its own text; another charter, other code or another export
 * makes another text, misses, and is worked out from the Parquet files. While answers fit, tables are not even made.
 * `name` tells apart the charters that share a reading. The file lies beside the Parquet files and holds patient data as they do.
 */
export async function rememberAnswers({ database, kept }: Pick<ExportHandle, 'database' | 'kept'>, wanted: unknown, name: string): Promise<Remembering> {
  const path = join(kept, `answers-${name}.json`);
  const known = await readAnswers(path);
  const asked: Record<string, string> = {};
  const [version] = await database.rows<{ v: string }>('SELECT version() AS v');
  let chain = hashOf(version?.v ?? '', JSON.stringify(wanted));
  let fits = Object.keys(known).length > 0;
  let news = false;
  const waiting: { sql: string; signal: AbortSignal | undefined }[] = [];
  const catchUp = async () => {
    fits = false;
    for (let next = waiting.shift(); next; next = waiting.shift()) await database.run(next.sql, next.signal);
  };
  return {
    ...database,
    async run(sql, signal) {
      chain = hashOf(chain, sql);
      waiting.push({ sql, signal });
      if (!fits) await catchUp();
    },
    async rows<T>(sql: string, signal?: AbortSignal) {
      const key = hashOf(chain, sql);
      let answer = known[key];
      if (answer === undefined) {
        await catchUp();
        answer = JSON.stringify(await database.rows(sql, signal));
        news = true;
      }
      asked[key] = answer;
      return JSON.parse(answer) as T[];
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

const hashOf = (...parts: string[]) => createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

async function readAnswers(path: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
