// What is remembered of an export that is under way, so that a killed run goes on instead of starting again?
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ManifestEntry {
  type: string;
  url: string;
  count?: number;
}

/** https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---output-manifest */
export interface Manifest {
  transactionTime: string;
  request: string;
  requiresAccessToken: boolean;
  output: ManifestEntry[];
  deleted: ManifestEntry[];
  error: ManifestEntry[];
}

export interface Fetched {
  /** Which list, and which place in it. */
  list: 'output' | 'deleted' | 'error';
  at: number;
  /** Relative to the folder. */
  file: string;
  bytes: number;
  sha256: string;
  lines: number;
}

export interface State {
  layout: 1;
  /** The kick-off request; another one is another export. */
  request: string;
  status: string;
  startedAt: string;
  manifest: Manifest | null;
  fetched: Fetched[];
  /** Content that came twice: the later file and the one it equals. */
  twice: { file: string; as: string }[];
  finished: boolean;
  /** Only of an export that is changes laid over an earlier one; see lay-over.ts. */
  laidOver?: {
    /** When the last whole export was taken, and how often changes were laid over it since. */
    wholeAt: string;
    times: number;
    /** Resources that came, new or again, with the last changes, and those that were deleted. */
    changed: number;
    deleted: number;
  };
}

/** Hidden, so that no audit reads it as part of the export. It never holds a token or a key. */
export const stateFolder = '.bulk';

export async function readState(folder: string): Promise<State | undefined> {
  try {
    const state = JSON.parse(await readFile(join(folder, stateFolder, 'state.json'), 'utf8')) as State;
    return state.layout === 1 ? state : undefined;
  } catch {
    return undefined;
  }
}

/** A manifest that names the files as they lie in the folder. */
export async function writeManifest(folder: string, { manifest, fetched }: State): Promise<void> {
  if (!manifest) return;
  const here = (list: 'output' | 'deleted' | 'error') => fetched.filter((one) => one.list === list && one.file !== '').map(({ at, file, lines }) => ({ type: manifest[list][at]?.type ?? '', url: file, count: lines }));
  const written = { transactionTime: manifest.transactionTime, request: manifest.request, requiresAccessToken: false, output: here('output'), deleted: here('deleted'), error: here('error') };
  await writeFile(join(folder, 'manifest.json.new'), `${JSON.stringify(written, null, 2)}\n`, { mode: 0o600 });
  await rename(join(folder, 'manifest.json.new'), join(folder, 'manifest.json'));
}

/** Whole or not at all. */
export async function writeState(folder: string, state: State): Promise<void> {
  await mkdir(join(folder, stateFolder), { recursive: true, mode: 0o700 });
  const path = join(folder, stateFolder, 'state.json');
  await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${path}.new`, path);
}
