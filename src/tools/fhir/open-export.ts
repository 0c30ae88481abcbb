// What does a folder of FHIR NDJSON hold, and how does it get into DuckDB reading each line once?
import type { Database } from './duckdb.ts';
import type { ExportFile, IgnoredFile, ManifestNote, Progress } from './model.ts';

export interface OpenOptions {
  /** Writable folder for the Parquet cache and spill files. */
  workspace: string;
  /** Top-level fields wanted per resource type, e.g. `{Observation: ['code', 'subject', 'valueQuantity']}`; take them from `viewFields`. `id` always comes. */
  fields: Record<string, string[]>;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  threads?: number;
  memoryLimit?: string;
}

/**
 * An export that has been read. `database` has one relation `raw_<Type>` per type in `fields` (empty when the export has none):
 * `id VARCHAR`, one `JSON` column per requested field (NULL where the resource lacks it), `_file` (index into `files`), `_line` (1-based).
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
  /** Closes the database and removes spill files; the cache stays. */
  close(): Promise<void>;
}

/** Reads the folder once. @throws Problem when the folder is missing, unreadable or holds no FHIR file, the disk is full, or `signal` aborts. */
export function openExport(_folder: string, _options: OpenOptions): Promise<ExportHandle> {
  throw new Error('not yet');
}

/** The original text of lines of one file of the export, for evidence. */
export function readEvidence(_handle: ExportHandle, _file: number, _lines: number[]): Promise<Map<number, string>> {
  throw new Error('not yet');
}

/** From the first resources of each file: which top-level fields each type carries, and in how many of the sampled resources. */
export function sampleFields(_folder: string, _perFile?: number): Promise<Record<string, { sampled: number; fields: Record<string, number> }>> {
  throw new Error('not yet');
}
