// Which words do a FHIR export, its files and its bad lines need?

/** One line that was skipped, and why. */
export interface BadLine {
  /** 1-based, counting every line of the file, blank ones included. */
  line: number;
  reason: string;
  /** JSON path inside the line, where the reason points at one, e.g. `resourceType`. */
  path?: string;
}

/** One file of the export that held (or should have held) resources. */
export interface ExportFile {
  /** Path relative to the export folder, with `/`. */
  name: string;
  /** Size on disk, compressed if the file is. */
  bytes: number;
  /** Lines read, equal to `zcat FILE | wc -l` (plus one when the last line has no line end). */
  lines: number;
  /** The first skipped lines (at most `badLineLimit`), in order. */
  badLines: BadLine[];
  /** How many lines were skipped in all. */
  badLineCount: number;
  /** Empty lines: counted, not an error. */
  blankLines: number;
  /** Resources kept, by resourceType. */
  resources: Record<string, number>;
  /** What is wrong with the file as a whole (truncated gzip, unreadable, no resource in it); absent when nothing is. */
  trouble?: string;
}

/** A file that stands in the folder and holds no resources: a manifest, a checksum list, a README. */
export interface IgnoredFile {
  name: string;
  bytes: number;
  why: string;
}

/** A bulk-export manifest (`{transactionTime, output: [{type, url, count}]}`) or its log, when the folder has one. */
export interface ManifestNote {
  name: string;
  transactionTime?: string;
  /** Resources the manifest promises by type, where it counts them. */
  promised?: Record<string, number>;
}

/** Progress of a long read: bytes on disk. */
export interface Progress {
  stage: 'list' | 'load' | 'repair';
  doneBytes: number;
  totalBytes: number;
  file?: string;
}

/** At most this many bad lines are kept per file; the count goes on. */
export const badLineLimit = 1000;

/** A longer line is reported and skipped, in bytes. */
export const longestLine = 16 * 1024 * 1024;
