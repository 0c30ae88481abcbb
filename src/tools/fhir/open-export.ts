// What does a folder of FHIR NDJSON hold, and how does it get into DuckDB reading each line once?
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem, type ProblemDetail } from '../base/problem.ts';
import { beginKeeping, findKept, identityOf, keep, type Kept, type Part } from './cache.ts';
import { columnType } from './columns.ts';
import { asProblem, name, openDatabase, quote, stopped, type Database } from './duckdb.ts';
import { isGzip, listFolder } from './list-folder.ts';
import type { ExportFile, IgnoredFile, ManifestNote, Progress } from './model.ts';
import { readExport } from './read-export.ts';
import { readLines } from './read-lines.ts';

export interface OpenOptions {
  /** Writable folder for the Parquet cache and spill files. Several runs may share it. */
  workspace: string;
  /** Columns wanted per resource type, e.g. `{Observation: ['code', 'text:subject.reference']}`: top-level fields as JSON (take them from `viewFields`), and the quicker kinds of `columns.ts`. `id` always comes. */
  fields: Record<string, string[]>;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /** Default 2. */
  threads?: number;
  /** Default '1GB'. */
  memoryLimit?: string;
  /** Default true: weigh every line as text too, which finds blank lines, truncation, NaN and trailing commas that DuckDB forgives. */
  strict?: boolean;
  /** Default true. False reads the files again even when an unchanged reading is kept. */
  cache?: boolean;
}

/**
 * An export that has been read. `database` has one relation `raw_<Type>` per type in `fields` (empty when the export has none):
 * `id VARCHAR`, one column per requested field, JSON unless it was asked for otherwise (NULL where the resource lacks it), `_file INTEGER` (index into `files`),
 * `_line BIGINT` (1-based); and `resources(id, resourceType, _file, _line)` over all types.
 * Numbers inside JSON columns are DuckDB's: beyond 17 digits the source text is in `readEvidence`.
 */
export interface ExportHandle {
  folder: string;
  files: ExportFile[];
  ignored: IgnoredFile[];
  manifest?: ManifestNote;
  /** Resources kept, by type, all types of the export, requested or not. */
  resources: Record<string, number>;
  database: Database;
  /** True when everything came from the Parquet cache. */
  fromCache: boolean;
  /** The folder of the Parquet files, for what is derived from this reading alone and should go when they go. */
  kept: string;
  /** Closes the database and removes spill files; the cache stays. */
  close(): Promise<void>;
}

/**
 * Reads a folder of FHIR R4 NDJSON, plain or gzipped by content, whatever the files are called. Bad lines are skipped and named in `files`.
 * @throws Problem when the folder is missing or holds no usable FHIR resource, the disk is full, or `signal` aborts.
 */
export async function openExport(folder: string, options: OpenOptions): Promise<ExportHandle> {
  const { workspace, signal } = options;
  const fields = tidy(options.fields);
  options.onProgress?.({ stage: 'list', doneBytes: 0, totalBytes: 0 });
  const { candidates, ignored, manifest } = await listFolder(folder, workspace);
  if (candidates.length === 0) throw nothingHere(folder, ignored);
  if (signal?.aborted) throw stopped();
  await makeWorkspace(workspace);
  const identity = await identityOf(candidates);
  let at = options.cache === false ? undefined : await findKept(workspace, identity, fields);
  const fromCache = at !== undefined;
  if (!at) {
    const writing = await beginKeeping(workspace).catch((error: unknown) => {
      throw asProblem(error);
    });
    try {
      const read = await readExport({
        candidates, fields, writing, signal, onProgress: options.onProgress,
        strict: options.strict ?? true, threads: options.threads ?? 2, memoryLimit: options.memoryLimit ?? '1GB',
      });
      if (signal?.aborted) throw stopped();
      if (Object.keys(read.resources).length === 0) throw nothingUsable(folder, read.files);
      at = { folder: await keep(workspace, identity, writing, read), kept: { layout: 0, ...read } };
    } catch (error) {
      await rm(writing, { recursive: true, force: true });
      throw asProblem(error);
    }
  }
  const { folder: place, kept } = at;
  const database = await openDatabase({ workspace, ...(options.threads && { threads: options.threads }), ...(options.memoryLimit && { memoryLimit: options.memoryLimit }) });
  // The files are read by many statements and never change.
  await database.run('SET GLOBAL parquet_metadata_cache = true');
  await createRelations(database, place, kept, fields);
  return {
    folder, files: kept.files, ignored, ...(manifest && { manifest }), resources: kept.resources, database, fromCache, kept: place,
    close: () => database.close(),
  };
}

function tidy(fields: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(fields).map(([type, names]) => [type, [...new Set(names)].filter((one) => one !== 'id' && one !== 'resourceType').sort()]),
  );
}

async function makeWorkspace(workspace: string): Promise<void> {
  await mkdir(workspace, { recursive: true }).catch((error: unknown) => {
    const full = asProblem(error);
    if (full instanceof Problem) throw full;
    throw new Problem('unavailable', 'The workspace cannot be written.', 'Choose a folder that you may write to.', [{ file: workspace, says: 'not writable' }]);
  });
}

async function createRelations(database: Database, place: string, kept: Kept, fields: Record<string, string[]>): Promise<void> {
  for (const [type, wanted] of Object.entries(fields)) {
    const selects = kept.parts
      .filter(({ types }) => types.includes(type))
      .map((part) => {
        const columns = wanted.map((field) => (part.fields.includes(field) ? name(field) : nullOf(field)));
        return `SELECT ${['id', ...columns, ...placeOf(part)].join(', ')} ${rowsOf(part, place)} AND "resourceType" = ${quote(type)}`;
      });
    const nothing = ['CAST(NULL AS VARCHAR) AS id', ...wanted.map(nullOf), '0 AS _file', '0::BIGINT AS _line'];
    await database.run(`CREATE VIEW ${name(`raw_${type}`)} AS ${selects.join(' UNION ALL ') || `SELECT ${nothing.join(', ')} WHERE false`}`);
  }
  const all = kept.parts.map((part) => `SELECT id, "resourceType", ${placeOf(part).join(', ')} ${rowsOf(part, place)} AND "resourceType" IS NOT NULL`);
  await database.run(`CREATE VIEW resources AS ${all.join(' UNION ALL ')}`);
}

const nullOf = (column: string): string => `CAST(NULL AS ${columnType(column)}) AS ${name(column)}`;

function placeOf({ sources }: Part): string[] {
  const lowest = Math.min(...sources.map(({ file }) => file));
  const firsts: number[] = [];
  for (const { file, first } of sources) firsts[file - lowest] = first;
  const first = sources.length === 1 ? String(firsts[0]) : `([${Array.from(firsts, (one) => one ?? 0).join(', ')}])[_file - ${lowest} + 1]`;
  return ['_file', `CAST(file_row_number - ${first} + 1 AS BIGINT) AS _line`];
}

function rowsOf({ parquet, superseded }: Part, place: string): string {
  return `FROM read_parquet(${quote(join(place, parquet))}, file_row_number = true) WHERE ${superseded.length > 0 ? `_file NOT IN (${superseded.join(', ')})` : 'true'}`;
}

function nothingHere(folder: string, ignored: IgnoredFile[]): Problem {
  const details = ignored.slice(0, 20).map(({ name: file, why }): ProblemDetail => ({ file, says: why }));
  return new Problem(
    'bad-input',
    ignored.length === 0 ? 'The folder is empty.' : 'The folder holds no FHIR NDJSON file.',
    'Give the folder with the .ndjson or .ndjson.gz files of a FHIR R4 export.',
    details.length > 0 ? details : [{ file: folder, says: 'empty' }],
  );
}

function nothingUsable(folder: string, files: ExportFile[]): Problem {
  const details = files.slice(0, 20).flatMap((file): ProblemDetail[] => [
    ...(file.trouble ? [{ file: file.name, says: file.trouble }] : []),
    ...file.badLines.slice(0, 3).map(({ line, reason, path }) => ({ file: file.name, line, says: reason, ...(path && { path }) })),
  ]);
  return new Problem('bad-input', 'No line of this folder is a FHIR resource.', 'Look at the named lines; an export has one JSON resource per line.', details.length > 0 ? details : [{ file: folder, says: 'no resource' }]);
}

/** The original text of the given 1-based lines of one file of the export, as evidence; reads the file from its beginning. */
export async function readEvidence(handle: Pick<ExportHandle, 'folder' | 'files'>, file: number, lines: number[]): Promise<Map<number, string>> {
  const wanted = new Set(lines);
  const texts = new Map<number, string>();
  const one = handle.files[file];
  if (!one || wanted.size === 0) return texts;
  const path = join(handle.folder, one.name);
  for await (const { line, bytes } of readLines(path, await isGzip(path), {})) {
    if (wanted.has(line) && bytes) texts.set(line, bytes.toString('utf8').trim());
    if (texts.size === wanted.size) break;
  }
  return texts;
}
