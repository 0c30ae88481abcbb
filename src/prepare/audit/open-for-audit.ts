// How is an export opened for what is made of it, in a workspace that goes away, with its progress told?
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../../tools/base/problem.ts';
import { openSource, type SourceHandle } from '../../tools/fhir/sources/sources.ts';
import type { Progress } from './model.ts';

/** Works in this folder, or in a temporary one that is removed. A full disk is told with the folder's name. */
export async function inWorkspace<T>(workspace: string | undefined, work: (workspace: string) => Promise<T>): Promise<T> {
  const place = workspace ?? (await mkdtemp(join(tmpdir(), 'attending-audit-')));
  try {
    return await work(place);
  } catch (error) {
    throw whereFull(error, place);
  } finally {
    if (!workspace) await rm(place, { recursive: true, force: true });
  }
}

/** A full disk or too little memory is found far below, where nobody knows how a person chooses the folder. */
function whereFull(error: unknown, workspace: string): unknown {
  if (!(error instanceof Problem) || error.kind !== 'unavailable' || error.details.length > 0) return error;
  return new Problem(error.kind, error.message, error.next, [{ file: workspace, says: 'the workspace. At a terminal TMPDIR or --cache FOLDER names another and --memory SIZE gives more memory; on a server it lies in ATTENDING_DATA.' }]);
}

export interface Opening {
  workspace: string;
  fields: Record<string, string[]>;
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
  threads?: number | undefined;
  memoryLimit?: string | undefined;
  mapping?: string | undefined;
}

/** Reading is the first six tenths of the work. */
const readingShare = 0.6;

/** Opens the export and gives, beside it, how the rest of the work tells of itself. */
export async function openForAudit(folder: string, { workspace, fields, onProgress, signal, threads, memoryLimit, mapping }: Opening): Promise<{ opened: SourceHandle; tell(stage: Progress['stage'], says: string, done: number, lines?: number): void }> {
  let bytes = 0;
  let totalBytes = 0;
  const tell = (stage: Progress['stage'], says: string, done: number, lines = 0) => onProgress?.({ stage, says, bytes, totalBytes, lines, done });
  const opened = await openSource(folder, {
    workspace, fields,
    onProgress: (progress) => {
      bytes = progress.doneBytes;
      totalBytes = progress.totalBytes;
      tell('reading', progress.file ? `Reading ${progress.file}` : 'Reading the export', totalBytes === 0 ? 0 : readingShare * (bytes / totalBytes));
    },
    ...(signal && { signal }), ...(threads && { threads }), ...(memoryLimit && { memoryLimit }), ...(mapping && { mapping }),
  });
  return { opened, tell };
}
