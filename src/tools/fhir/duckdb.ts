// How is DuckDB opened here, with which limits, and how is it always closed?
export type Value = string | number | bigint | boolean | null | Value[] | { [key: string]: Value };

export interface DatabaseOptions {
  /** Folder for spill files; emptied on close. */
  workspace: string;
  /** Default 2. */
  threads?: number;
  /** Default '1GB'. DuckDB spills to the workspace beyond it. */
  memoryLimit?: string;
}

export interface Database {
  /** Runs statements, ignores rows. */
  run(sql: string): Promise<void>;
  /** Runs one statement; rows as plain objects (BIGINT as number when safe, else string; JSON as text). */
  rows<T = Record<string, Value>>(sql: string): Promise<T[]>;
  close(): void;
}

/** Opens an in-process DuckDB with no network and bounded memory. */
export function openDatabase(_options: DatabaseOptions): Promise<Database> {
  throw new Error('not yet');
}

/** A SQL string literal. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A SQL identifier. */
export function name(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
