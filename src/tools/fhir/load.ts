// How do many NDJSON files become one Parquet file, each line parsed once, and which files deserve a second look?
import { stat } from 'node:fs/promises';
import { gzipSize } from './gzip-size.ts';
import { name, quote, type Database } from './duckdb.ts';
import type { Candidate } from './list-folder.ts';
import { longestLine } from './model.ts';

/** One file as DuckDB will read it; `index` is its place in the export's `files`. */
export interface Source {
  index: number;
  path: string;
}

/** What DuckDB found in one source. */
export interface Found {
  rows: number;
  /** Rows by resourceType; the key '' counts the rows without one. */
  types: Record<string, number>;
  /** 0-based row of the Parquet file where this source begins. */
  first: number;
}

function listOf(sources: Source[]): string {
  return `[${sources.map(({ path }) => quote(path)).join(', ')}]`;
}

/** Longest line for which DuckDB sets buffers aside at first, in bytes; it holds several of twice that size per thread. A group with longer lines is read once more, with room for `longestLine`. */
export const usualLine = 2 * 1024 * 1024;

function readOptions(gzip: boolean, longest: number): string {
  return `ignore_errors = true, compression = '${gzip ? 'gzip' : 'uncompressed'}', maximum_object_size = ${longest}`;
}

/**
 * What is written once and read a few times is written cheaply: row groups that fit the processor's cache, no filters for
 * look-ups nobody makes, and no dictionary for texts that hardly repeat, such as ids.
 */
const quickToWrite = 'ROW_GROUP_SIZE 30720, STRING_DICTIONARY_PAGE_SIZE_LIMIT 100000, WRITE_BLOOM_FILTER false';

/**
 * Writes one row per line, in file and line order: id, resourceType, each field as JSON, `_file`.
 * A line that is no JSON object becomes a row without resourceType, so that row order stays line order.
 */
export async function writeParquet(database: Database, sources: Source[], gzip: boolean, fields: string[], parquet: string, signal?: AbortSignal, longest = longestLine): Promise<void> {
  const columns = ['id', 'resourceType', ...fields].map((field, at) => `${name(field)}: '${at < 2 ? 'VARCHAR' : 'JSON'}'`);
  const fileOf = sources.length === 1 ? String(sources[0]?.index) : `([${sources.map(({ index }) => index).join(', ')}])[CAST(file_index AS BIGINT) + 1]`;
  await database.run(
    `COPY (
       SELECT ${['id', 'resourceType', ...fields].map(name).join(', ')}, CAST(${fileOf} AS INTEGER) AS _file
       FROM read_json(${listOf(sources)}, format = 'newline_delimited', columns = {${columns.join(', ')}}, ${readOptions(gzip, longest)})
     ) TO ${quote(parquet)} (FORMAT parquet, ${quickToWrite})`,
    signal,
  );
}

/** Counts the rows of each source in a Parquet file. Throws when a source's rows are not one unbroken run, which line numbers rely on. */
export async function countParquet(database: Database, parquet: string, signal?: AbortSignal): Promise<Map<number, Found>> {
  const counts = await database.rows<{ _file: number; type: string; n: number; low: number; high: number }>(
    `SELECT _file, coalesce("resourceType", '') AS type, count(*) AS n, min(file_row_number) AS low, max(file_row_number) AS high
     FROM read_parquet(${quote(parquet)}, file_row_number = true) GROUP BY ALL`,
    signal,
  );
  const found = new Map<number, Found>();
  const last = new Map<number, number>();
  for (const { _file, type, n, low, high } of counts) {
    const one = found.get(_file) ?? { rows: 0, types: {}, first: Infinity };
    one.rows += n;
    one.types[type] = n;
    one.first = Math.min(one.first, low);
    found.set(_file, one);
    last.set(_file, Math.max(last.get(_file) ?? 0, high));
  }
  for (const [file, { rows, first }] of found)
    if ((last.get(file) ?? 0) - first + 1 !== rows) throw new Error('DuckDB did not keep the order of lines.');
  return found;
}

/** 0-based rows of a Parquet file that have no resourceType. */
export async function rowsWithoutType(database: Database, parquet: string, limit: number, signal?: AbortSignal): Promise<number[]> {
  const rows = await database.rows<{ row: number }>(
    `SELECT file_row_number AS row FROM read_parquet(${quote(parquet)}, file_row_number = true) WHERE "resourceType" IS NULL ORDER BY row LIMIT ${limit}`,
    signal,
  );
  return rows.map(({ row }) => row);
}

/** What the bytes of one source say. */
export interface Weighed {
  rows: number;
  bytes: number;
  /** Lines that may hold what DuckDB forgives and JSON forbids: NaN, Infinity, a comma before a closing bracket. */
  forgiven: number;
}

/**
 * Weighs the lines as text, to prove that the parsing pass neither dropped nor forgave one: bytes and rows must add up to the
 * size of the file, and no line may hold what RFC 8259 forbids but DuckDB's reader accepts.
 */
export async function weighLines(database: Database, sources: Source[], gzip: boolean, signal?: AbortSignal, longest = longestLine): Promise<Map<number, Weighed>> {
  const rows = await database.rows<{ at: number; n: number; bytes: number | null; forgiven: number }>(
    `SELECT file_index AS at, count(*) AS n, CAST(sum(strlen(json)) AS BIGINT) AS bytes,
       count(*) FILTER (contains(json, 'NaN') OR contains(json, 'Infinity') OR contains(json, ',}') OR contains(json, ',]')
         OR contains(json, ', }') OR contains(json, ', ]')) AS forgiven
     FROM read_ndjson_objects(${listOf(sources)}, ${readOptions(gzip, longest)}) GROUP BY ALL`,
    signal,
  );
  const weighed = new Map<number, Weighed>();
  for (const { at, n, bytes, forgiven } of rows) {
    const source = sources[at];
    if (source) weighed.set(source.index, { rows: n, bytes: bytes ?? 0, forgiven });
  }
  return weighed;
}

/**
 * Do the lines read account for every byte of the file, with nothing dropped and no blank line?
 * One thing stays open: a large gzip file without a last line end and with exactly one blank line looks like one that has neither.
 */
export async function accountsForFile({ path, gzip, crlf, ended }: Pick<Candidate, 'path' | 'gzip' | 'crlf' | 'ended'>, { rows, bytes }: Weighed): Promise<boolean> {
  const size = gzip ? await gzipSize(path) : (await stat(path)).size;
  const end = crlf ? 2 : 1;
  const whole = bytes + end * rows;
  const sizes = [...(ended === false ? [] : [whole]), ...(ended === true ? [] : [whole - end])];
  return sizes.some((one) => one === size || (gzip && one % 2 ** 32 === size));
}
