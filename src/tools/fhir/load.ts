// How do many NDJSON files become one Parquet file, each line parsed once, and which files deserve a second look?
import { jsonShape, usualShape } from './columns.ts';
import { name, quote, type Database } from './duckdb.ts';
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

function readOptions(gzip: boolean, longest: number, forgiving: boolean): string {
  return `ignore_errors = ${forgiving}, compression = '${gzip ? 'gzip' : 'uncompressed'}', maximum_object_size = ${longest}`;
}

/**
 * What is written once and read a few times is written cheaply: row groups that fit the processor's cache, not packed, no
 * filters for look-ups nobody makes, and no dictionary for texts that hardly repeat, such as ids.
 */
export const quickToWrite = 'ROW_GROUP_SIZE 30720, STRING_DICTIONARY_PAGE_SIZE_LIMIT 1000000, WRITE_BLOOM_FILTER false, COMPRESSION uncompressed';

export interface Writing {
  sources: Source[];
  gzip: boolean;
  /** The columns asked for; see `columns.ts`. */
  asked: string[];
  parquet: string;
  /** Expect the usual shape of every resource: quicker, and DuckDB refuses the whole at the first that does not fit. Else JSON, which fits all. */
  usual: boolean;
  longest?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Writes one row per line, in file and line order: id, resourceType, the columns asked for, `_file`.
 * A line that is no JSON object becomes a row without resourceType, so that row order stays line order; in the usual shape it is refused.
 */
export async function writeParquet(database: Database, { sources, gzip, asked, parquet, usual, longest = longestLine, signal }: Writing): Promise<void> {
  const { types, columns } = usual ? usualShape(asked) : jsonShape(asked);
  const read = Object.entries({ id: 'VARCHAR', resourceType: 'VARCHAR', ...types }).map(([field, type]) => `${name(field)}: ${quote(type)}`);
  const fileOf = sources.length === 1 ? String(sources[0]?.index) : `([${sources.map(({ index }) => index).join(', ')}])[CAST(file_index AS BIGINT) + 1]`;
  await database.run(
    `COPY (
       SELECT id, "resourceType", ${asked.map((column) => `${columns[column]} AS ${name(column)}, `).join('')}CAST(${fileOf} AS INTEGER) AS _file
       FROM read_json(${listOf(sources)}, format = 'newline_delimited', columns = {${read.join(', ')}}, ${readOptions(gzip, longest, !usual)})
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
