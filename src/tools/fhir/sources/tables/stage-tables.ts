// How are the wanted columns of CSV files read once into kept Parquet files, in line order and with nothing lost?
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beginKeeping, identityOf } from '../../cache.ts';
import { asProblem, name, openDatabase, quote, stopped, type Database } from '../../duckdb.ts';
import { inParallel } from '../../in-parallel.ts';
import { quickToWrite } from '../../load.ts';
import type { ExportFile, Progress } from '../../model.ts';
import type { TableFile } from './find-tables.ts';
import { countLines } from './read-records.ts';
import { repairTable } from './repair-table.ts';
import { asHeld, typedAsHeld, type Holds } from './writing.ts';

/** A table made of one file or several, and the columns that are wanted of it, in lower case. */
export interface WantedTable {
  table: string;
  files: TableFile[];
  columns: string[];
  /** What a column holds, where that is known. */
  holds?: (column: string) => Holds | undefined;
}

export interface StageOptions {
  workspace: string;
  tables: WantedTable[];
  /** All files of the export that hold records, in the order of `ExportHandle.files`. */
  files: TableFile[];
  threads: number;
  memoryLimit: string;
  cache: boolean;
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Raise when the layout of the kept files changes. */
const layout = 2;

interface Part {
  table: string;
  file: number;
  parquet: string;
  columns: string[];
  /** Lines stand in a column of their own; else row 0 stands on this line. */
  firstLine: number | null;
}

interface Kept {
  layout: number;
  columns: Record<string, string[]>;
  files: ExportFile[];
  records: number[];
  parts: Part[];
}

export interface Staged {
  folder: string;
  kept: Kept;
  fromCache: boolean;
}

/** Reads what is not kept yet. Parquet files are left where they are. @throws Problem on a full disk or when `signal` aborts. */
export async function stageTables(options: StageOptions): Promise<Staged> {
  const { workspace, tables, files, signal } = options;
  await mkdir(workspace, { recursive: true }).catch((error: unknown) => {
    throw asProblem(error);
  });
  const identity = await identityOf(files.map((file) => ({ ...file, crlf: false, ended: undefined, seen: [] })));
  const wants = Object.fromEntries(tables.map(({ table, columns }) => [table, [...columns].sort()]));
  if (options.cache) {
    const found = await findKept(workspace, identity, wants);
    if (found) return { ...found, fromCache: true };
  }
  const writing = await beginKeeping(workspace).catch((error: unknown) => {
    throw asProblem(error);
  });
  try {
    const kept = await read(options, wants, writing);
    if (signal?.aborted) throw stopped();
    const key = createHash('sha256').update(JSON.stringify(Object.entries(wants).sort())).digest('hex').slice(0, 12);
    const folder = join(workspace, 'fhir-cache', `${identity}-tables-${key}`);
    await writeFile(join(writing, 'tables.json'), JSON.stringify(kept));
    await rename(writing, folder).catch(async (error: unknown) => {
      // another run was first with the same content
      if (!(await readKept(folder))) throw asProblem(error);
      await rm(writing, { recursive: true, force: true });
    });
    return { folder, kept, fromCache: false };
  } catch (error) {
    await rm(writing, { recursive: true, force: true });
    throw asProblem(error);
  }
}

async function findKept(workspace: string, identity: string, wants: Record<string, string[]>): Promise<{ folder: string; kept: Kept } | undefined> {
  const root = join(workspace, 'fhir-cache');
  for (const one of (await readdir(root).catch(() => [])).filter((each) => each.startsWith(`${identity}-tables-`)).sort()) {
    const folder = join(root, one);
    const kept = await readKept(folder);
    if (kept && Object.entries(wants).every(([table, columns]) => kept.columns[table] && columns.every((column) => kept.columns[table]?.includes(column)))) return { folder, kept };
  }
  return undefined;
}

async function readKept(folder: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(join(folder, 'tables.json'), 'utf8')) as Kept;
    return kept.layout === layout ? kept : undefined;
  } catch {
    return undefined;
  }
}

async function read({ tables, files, threads, memoryLimit, onProgress, signal }: StageOptions, wants: Record<string, string[]>, writing: string): Promise<Kept> {
  const reports = files.map(({ name: called, bytes, trouble }): ExportFile => ({ name: called, bytes, lines: 0, badLines: [], badLineCount: 0, blankLines: 0, resources: {}, ...(trouble && { trouble }) }));
  const records = files.map(() => 0);
  const parts: Part[] = [];
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let doneBytes = 0;
  // One thread per statement, the largest file first: several threads on one file would only put its records in order again.
  const database = await openDatabase({ workspace: writing, threads: 1, memoryLimit });
  const queue = tables.flatMap(({ table, files: own, columns }) => own.filter(({ trouble }) => !trouble).map((file) => ({ table, file, columns }))).sort((one, other) => other.file.bytes - one.file.bytes);
  try {
    const workers = [database];
    while (workers.length < Math.min(threads, queue.length)) workers.push(await database.another());
    await inParallel(workers, queue, async (worker, { table, file, columns }) => {
      const index = files.indexOf(file);
      const report = reports[index];
      if (!report) return;
      onProgress?.({ stage: 'load', doneBytes, totalBytes, file: file.name });
      if (file.kind === 'csv') parts.push(await readCsv(worker, { table, file, index, report, columns, writing, records, signal, onProgress: () => onProgress?.({ stage: 'repair', doneBytes, totalBytes, file: file.name }) }));
      else {
        const [row] = await worker.rows<{ n: number }>(`SELECT count(*) AS n FROM read_parquet(${quote(file.path)})`, signal);
        records[index] = report.lines = row?.n ?? 0;
      }
      doneBytes += file.bytes;
    });
  } finally {
    await database.close();
  }
  parts.sort((one, other) => one.file - other.file);
  return { layout, columns: wants, files: reports, records, parts };
}

interface OneFile {
  table: string;
  file: TableFile;
  index: number;
  report: ExportFile;
  columns: string[];
  writing: string;
  records: number[];
  signal: AbortSignal | undefined;
  onProgress: () => void;
}

async function readCsv(database: Database, { table, file, index, report, columns, writing, records, signal, onProgress }: OneFile): Promise<Part> {
  const has = columns.filter((column) => file.header.some((one) => one.toLowerCase() === column));
  const parquet = `table-${index}-${table}.parquet`;
  const path = join(writing, parquet);
  const [counted, rows] = await Promise.all([countLines(file.path, file.gzip, signal), copy(database, file, has, path, signal)]);
  report.lines = counted.lines;
  // As many records as lines below the header: no record is cut, none is dropped and none goes over two lines.
  if (rows !== null && !counted.trouble && rows === counted.lines - 1) {
    records[index] = rows;
    return { table, file: index, parquet, columns: has, firstLine: 2 };
  }
  onProgress();
  await rm(path, { force: true });
  const repaired = join(writing, `repaired-${index}.csv`);
  const { records: n, longest, ...rest } = await repairTable(file, has, repaired, signal);
  Object.assign(report, rest);
  if (n === 0 && rest.badLineCount > 0) report.trouble = `No record of this file can be read. ${rest.badLines[0]?.reason ?? ''}`.trim();
  records[index] = n;
  await database.run(
    `COPY (SELECT * FROM read_csv(${quote(repaired)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = ${nulls}, max_line_size = ${Math.max(2_097_152, longest)},
      columns = {'_line': 'BIGINT', ${has.map((column) => `${quote(column)}: 'VARCHAR'`).join(', ') || "'_': 'VARCHAR'"}})) TO ${quote(path)} (FORMAT parquet, ROW_GROUP_SIZE 30720)`,
    signal,
  );
  await rm(repaired, { force: true });
  return { table, file: index, parquet, columns: has, firstLine: null };
}

/** What database dumps write where there is nothing. */
const nulls = `['', 'NULL', '\\N']`;

/** Rows written; null when DuckDB refuses the file, which is then read record by record. */
async function copy(database: Database, file: TableFile, columns: readonly string[], path: string, signal: AbortSignal | undefined): Promise<number | null> {
  const names = uniqueNames(file.header);
  const picked = columns.map((column) => `${name(names[file.header.findIndex((one) => one.toLowerCase() === column)] ?? column)} AS ${name(column)}`);
  try {
    await database.run(
      `COPY (SELECT ${picked.join(', ') || 'NULL::VARCHAR AS _nothing'} FROM ${csvOf(file, names)}) TO ${quote(path)} (FORMAT parquet, ${quickToWrite})`,
      signal,
    );
    const [row] = await database.rows<{ n: number }>(`SELECT count(*) AS n FROM read_parquet(${quote(path)})`, signal);
    return row?.n ?? 0;
  } catch (error) {
    if (error instanceof Error && /^(Invalid Input|IO|Conversion|Serialization|Binder) Error/.test(error.message)) return null;
    throw error;
  }
}

/** `read_csv(…)` of a file as it lies there, every column as text; `lenient` leaves out what cannot be read. */
export function csvOf(file: TableFile, names: readonly string[] = uniqueNames(file.header), lenient = false): string {
  const columns = names.map((one) => `${quote(one)}: 'VARCHAR'`).join(', ');
  const marks = file.quoted ? `quote = '"', escape = '"'` : `quote = '', escape = ''`;
  return `read_csv(${quote(file.path)}, auto_detect = false, header = true, delim = ${quote(file.delimiter)}, ${marks}, nullstr = ${nulls}, compression = '${file.gzip ? 'gzip' : 'none'}', columns = {${columns}}${lenient ? ', ignore_errors = true' : ''})`;
}

/** Column names DuckDB can tell apart: a second `id` becomes `id_2`. */
export function uniqueNames(header: readonly string[]): string[] {
  const taken = new Set<string>();
  return header.map((one, at) => {
    let unique = one === '' ? `column_${at + 1}` : one;
    for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${one}_${n}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** Makes one view per table with every wanted column as text (NULL where a file lacks it), `_file` and `_line`. */
export async function viewTables(database: Database, { folder, kept }: Pick<Staged, 'folder' | 'kept'>, tables: readonly WantedTable[], files: readonly TableFile[]): Promise<void> {
  for (const { table, files: own, columns, holds } of tables) {
    const selects: string[] = [];
    for (const file of own) {
      if (file.trouble) continue;
      const index = files.indexOf(file);
      if (file.kind === 'parquet') {
        const described = await database.rows<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM read_parquet(${quote(file.path)})`);
        const typeOf = new Map(described.map((one) => [one.column_name.toLowerCase(), one]));
        const picked = columns.map((column) => {
          const found = typeOf.get(column);
          return found ? `${typedAsHeld(name(found.column_name), found.column_type, holds?.(column))} AS ${name(column)}` : `NULL::VARCHAR AS ${name(column)}`;
        });
        selects.push(`SELECT ${[...picked, `${index} AS _file`, 'file_row_number + 1 AS _line'].join(', ')} FROM read_parquet(${quote(file.path)}, file_row_number = true)`);
      } else {
        const part = kept.parts.find((one) => one.table === table && one.file === index);
        if (!part) continue;
        const picked = columns.map((column) => {
          const read = asHeld(name(column), holds?.(column), file.writing);
          return part.columns.includes(column) ? (read === name(column) ? read : `${read} AS ${name(column)}`) : `NULL::VARCHAR AS ${name(column)}`;
        });
        const line = part.firstLine === null ? '_line' : `file_row_number + ${part.firstLine} AS _line`;
        selects.push(`SELECT ${[...picked, `${index} AS _file`, line].join(', ')} FROM read_parquet(${quote(join(folder, part.parquet))}${part.firstLine === null ? '' : ', file_row_number = true'})`);
      }
    }
    const nothing = `SELECT ${[...columns.map((column) => `NULL::VARCHAR AS ${name(column)}`), '0 AS _file', '0::BIGINT AS _line'].join(', ')} WHERE false`;
    await database.run(`CREATE OR REPLACE VIEW ${name(`table_${table}`)} AS ${selects.join(' UNION ALL ') || nothing}`);
  }
}

/** The header of Parquet files, which only DuckDB reads. */
export async function fillHeaders(files: readonly TableFile[], workspace: string): Promise<void> {
  const parquet = files.filter(({ kind, trouble }) => kind === 'parquet' && !trouble);
  if (parquet.length === 0) return;
  const database = await openDatabase({ workspace, threads: 1 });
  try {
    for (const file of parquet)
      try {
        file.header = (await database.rows<{ column_name: string }>(`DESCRIBE SELECT * FROM read_parquet(${quote(file.path)})`)).map((row) => row.column_name);
      } catch (error) {
        file.trouble = `The Parquet file cannot be read: ${(error as Error).message.split('\n')[0]}`;
      }
  } finally {
    await database.close();
  }
}
