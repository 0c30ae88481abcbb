// What became of an export that a server gave?
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readState, type State } from './state.ts';

export interface BulkReport {
  folder: string;
  transactionTime: string;
  files: number;
  bytes: number;
  /** Lines by type, of files counted once. */
  resources: Record<string, number>;
  /** What the server could not export, in its own words. */
  errors: string[];
  /** Resources that were deleted on the server since `since`. */
  deleted: number;
  /** Files the server sent twice; they were counted once. */
  twice: string[];
  /** Set where these are changes laid over an earlier export. */
  laidOver: State['laidOver'];
  /** False when an earlier run was gone on with. */
  fresh: boolean;
}

const mostErrors = 200;

/** Of a small file beside the data, plain or packed. */
export async function linesOf(path: string): Promise<string[]> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8').split('\n').filter((line) => line.trim() !== '');
}

/** What became of an export that lies in a folder; undefined for a folder no server filled. */
export async function bulkReport(folder: string): Promise<BulkReport | undefined> {
  const state = await readState(folder);
  return state?.manifest ? reportOf(folder, state, false) : undefined;
}

export async function reportOf(folder: string, { manifest, fetched, twice, laidOver }: State, fresh: boolean): Promise<BulkReport> {
  const resources: Record<string, number> = {};
  const errors: string[] = [];
  let deleted = 0;
  for (const one of fetched) {
    if (one.file === '') continue;
    if (one.list === 'output') {
      const type = manifest?.output[one.at]?.type ?? '';
      resources[type] = (resources[type] ?? 0) + one.lines;
    } else if (one.list === 'error') {
      for (const line of await linesOf(join(folder, one.file))) if (errors.length < mostErrors) errors.push(wordsOf(line) || 'The server does not say what went wrong.');
    } else
      for (const line of await linesOf(join(folder, one.file)))
        try {
          deleted += ((JSON.parse(line) as { entry?: unknown[] }).entry ?? []).length;
        } catch {
          // a line that is no bundle deletes nothing
        }
  }
  return { folder, transactionTime: manifest?.transactionTime ?? '', files: fetched.filter((one) => one.list === 'output' && one.file !== '').length, bytes: fetched.reduce((sum, { bytes, file }) => sum + (file === '' ? 0 : bytes), 0), resources, errors, deleted, twice: twice.map(({ file, as }) => `${file} is ${as}`), laidOver, fresh };
}

function wordsOf(line: string): string {
  try {
    const issues = (JSON.parse(line) as { issue?: { code?: string; diagnostics?: string; details?: { text?: string } }[] }).issue ?? [];
    return issues.map((issue) => issue.details?.text ?? issue.diagnostics ?? issue.code ?? '').filter(Boolean).join('; ').slice(0, 500);
  } catch {
    return '';
  }
}
