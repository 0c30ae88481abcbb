// How is DuckDB opened here, with which limits, and how is it always closed?
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { Problem } from '../base/problem.ts';
import { macros } from './macros.ts';

export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

export interface DatabaseOptions {
  /** Folder for spill files; a folder of our own is made in it and removed on close. */
  workspace: string;
  /** Default 2. */
  threads?: number;
  /** Default '1GB'. DuckDB spills to the workspace beyond it. */
  memoryLimit?: string;
}

export interface Database {
  /** Runs statements, ignores rows. Aborting interrupts the statement and rejects with a Problem. */
  run(sql: string, signal?: AbortSignal): Promise<void>;
  /**
   * Runs one statement; rows as plain objects. Integers are numbers (text beyond 2^53, so no digit is lost),
   * decimals and dates text, JSON columns their text, lists arrays, structs objects.
   */
  rows<T = Record<string, Value>>(sql: string, signal?: AbortSignal): Promise<T[]>;
  /** A second connection to the same data, for statements that run at the same time. */
  another(): Promise<Database>;
  /** 0 to 100 for the running statement, -1 when DuckDB cannot tell. */
  progress(): number;
  /** Closes this connection; the one that opened the database also closes it and removes its spill files. */
  close(): Promise<void>;
}

/** Opens an in-memory DuckDB that spills to disk, has no network and never loads an extension that is not built in. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const threads = options.threads ?? 2;
  await mkdir(options.workspace, { recursive: true });
  const spill = await mkdtemp(join(options.workspace, '.spill-'));
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(threads),
      memory_limit: options.memoryLimit ?? '1GB',
      temp_directory: spill,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    await requireBuiltIn(connection);
    for (const macro of macros) await connection.run(macro);
    return database(instance, connection, async () => {
      instance.closeSync();
      await rm(spill, { recursive: true, force: true });
    });
  } catch (error) {
    await rm(spill, { recursive: true, force: true });
    throw error;
  }
}

async function requireBuiltIn(connection: DuckDBConnection): Promise<void> {
  const reader = await connection.runAndReadAll('SELECT extension_name FROM duckdb_extensions() WHERE loaded');
  const loaded = new Set(reader.getRows().map(([extension]) => String(extension)));
  for (const needed of ['json', 'parquet'])
    if (!loaded.has(needed))
      throw new Problem('unavailable', `This DuckDB build lacks the ${needed} extension.`, 'Install the package versions in package-lock.json.');
}

const wholeNumbers = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'UHUGEINT']);

function database(instance: DuckDBInstance, connection: DuckDBConnection, release: () => Promise<void>): Database {
  let closed = false;
  const interruptible = async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    if (signal?.aborted) throw stopped();
    const interrupt = () => connection.interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted) throw stopped();
      throw asProblem(error);
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  };
  return {
    run: (sql, signal) => interruptible(async () => void (await connection.run(sql)), signal),
    rows: <T>(sql: string, signal?: AbortSignal) =>
      interruptible(async () => {
        const reader = await connection.runAndReadAll(sql);
        const whole = reader.columnNames().filter((_, at) => wholeNumbers.has(reader.columnTypes()[at]?.toString() ?? ''));
        const rows = reader.getRowObjectsJson() as Record<string, Value>[];
        for (const row of rows)
          for (const column of whole) {
            const number = Number(row[column]);
            if (row[column] !== null && Number.isSafeInteger(number)) row[column] = number;
          }
        return rows as T[];
      }, signal),
    another: async () => database(instance, await instance.connect(), async () => {}),
    progress: () => connection.progress.percentage,
    close: async () => {
      if (closed) return;
      closed = true;
      connection.closeSync();
      await release();
    },
  };
}

/** The Problem a person sees who pressed Ctrl-C. */
export function stopped(): Problem {
  return new Problem('unavailable', 'Stopped before the end.', 'Start it again; nothing half-written was left behind.');
}

/** A full disk is the person's to solve; every other DuckDB error stays what it is. */
export function asProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (/no space left|disk full|file too large|could not write all bytes|max_temp_directory_size/i.test(error.message) || ['ENOSPC', 'EFBIG', 'EDQUOT'].includes(code))
    return new Problem('unavailable', 'The disk of the workspace is full.', 'Free space there or choose another workspace, then start again; nothing half-written was left behind.');
  if (/out of memory/i.test(error.message))
    return new Problem('unavailable', 'The analysis needs more memory than it was given.', 'Raise the memory limit, or free space in the workspace so that it can spill.');
  return error;
}

/** A SQL string literal. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A SQL identifier. */
export function name(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
