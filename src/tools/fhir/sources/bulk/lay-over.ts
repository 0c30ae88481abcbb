// How do the changes since an earlier export and that export become one whole export?
import { once } from 'node:events';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip, constants } from 'node:zlib';
import { stopped } from '../../duckdb.ts';
import { isGzip } from '../../list-folder.ts';
import { readLines } from '../../read-lines.ts';
import { linesOf } from './report.ts';
import { readState, stateFolder, writeManifest, writeState, type State } from './state.ts';

const newline = Buffer.from('\n');

/**
 * Writes to `out` every resource of `before` that neither came again in `changes` nor was deleted on the server since, and then
 * the changes: what a whole export of that moment would have held, as far as the server tells of its changes. `_since` is
 * https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters, `deleted` the manifest's list of that name.
 * Nothing is kept in memory but the names of what changed.
 */
export async function layOver(before: string, changes: string, out: string, signal?: AbortSignal): Promise<State> {
  const [earlier, later] = [await readState(before), await readState(changes)];
  if (!earlier?.manifest || !later?.manifest) throw new Error('Only exports a server gave can be laid over each other.');
  const deleted = await deletedIn(changes, later);
  const changed = new Set<string>();
  for (const { file } of outputOf(later)) for await (const { name } of linesWithNames(join(changes, file), signal)) if (name !== null) changed.add(name);
  await rm(out, { recursive: true, force: true });
  await mkdir(join(out, stateFolder), { recursive: true, mode: 0o700 });
  const fetched: State['fetched'] = [];
  const output: NonNullable<State['manifest']>['output'] = [];
  const keep = (type: string, file: string, kept: { bytes: number; lines: number }) => {
    fetched.push({ list: 'output', at: output.length, file, sha256: '', ...kept });
    output.push({ type, url: file, count: kept.lines });
  };
  let removed = 0;
  for (const { file, type } of outputOf(earlier)) {
    const kept = await copyWithout(join(before, file), join(out, file), (name) => {
      const goes = name !== null && (changed.has(name) || deleted.has(name));
      if (goes && deleted.has(name)) removed++;
      return goes;
    }, signal);
    if (kept.lines > 0) keep(type, file, kept);
    else await rm(join(out, file), { force: true });
  }
  const times = (earlier.laidOver?.times ?? 0) + 1;
  for (const { file, type, bytes, lines } of outputOf(later)) {
    if (lines === 0) continue;
    const named = `changes-${times}.${file}`;
    await copyFile(join(changes, file), join(out, named));
    keep(type, named, { bytes, lines });
  }
  // What the server said beside the data goes with the newest of it.
  for (const one of later.fetched) {
    if (one.list === 'output' || one.file === '') continue;
    await copyFile(join(changes, one.file), join(out, one.file));
    fetched.push(one);
  }
  const state: State = {
    ...later, fetched, manifest: { ...later.manifest, output }, finished: true,
    laidOver: { wholeAt: earlier.laidOver?.wholeAt ?? earlier.manifest.transactionTime, times, changed: changed.size, deleted: removed },
  };
  await writeManifest(out, state);
  await writeState(out, state);
  return state;
}

const outputOf = ({ fetched, manifest }: State) => fetched.filter(({ list, file }) => list === 'output' && file !== '').map((one) => ({ ...one, type: manifest?.output[one.at]?.type ?? '' }));

/** `Observation/7` of each line; null for a line that names no resource, which is kept and seen by check F01. */
async function* linesWithNames(path: string, signal?: AbortSignal): AsyncGenerator<{ name: string | null; bytes: Buffer | undefined }> {
  for await (const { bytes } of readLines(path, await isGzip(path), {}, signal)) yield { name: bytes === undefined ? null : nameOf(bytes), bytes };
}

/** As servers mostly write it, so that a line need not be parsed to be known. */
const usual = /^\{\s*"resourceType"\s*:\s*"([A-Za-z]+)"\s*,\s*"id"\s*:\s*"([A-Za-z0-9.-]{1,64})"/;

function nameOf(line: Buffer): string | null {
  const begun = usual.exec(line.toString('latin1', 0, 200));
  if (begun) return `${begun[1]}/${begun[2]}`;
  try {
    const { resourceType, id } = JSON.parse(line.toString('utf8')) as { resourceType?: unknown; id?: unknown };
    return typeof resourceType === 'string' && typeof id === 'string' ? `${resourceType}/${id}` : null;
  } catch {
    return null;
  }
}

/** The `deleted` files are bundles of DELETE requests. */
async function deletedIn(folder: string, { fetched }: State): Promise<Set<string>> {
  const names = new Set<string>();
  for (const { list, file } of fetched) {
    if (list !== 'deleted' || file === '') continue;
    for (const line of await linesOf(join(folder, file)))
      try {
        for (const { request } of (JSON.parse(line) as { entry?: { request?: { method?: string; url?: string } }[] }).entry ?? [])
          if (request?.method === 'DELETE' && request.url !== undefined) names.add(request.url.split('/').slice(-2).join('/'));
      } catch {
        // a line that is no bundle deletes nothing
      }
  }
  return names;
}

/** Copies a file without some of its lines, packed as it was. */
async function copyWithout(from: string, to: string, goes: (name: string | null) => boolean, signal: AbortSignal | undefined): Promise<{ bytes: number; lines: number }> {
  const file = createWriteStream(to, { mode: 0o600 });
  const packer = (await isGzip(from)) ? createGzip({ level: constants.Z_BEST_SPEED }) : null;
  packer?.pipe(file);
  const into = packer ?? file;
  let failed: Error | undefined;
  file.on('error', (error) => (failed = error));
  let lines = 0;
  try {
    for await (const { name, bytes } of linesWithNames(from, signal)) {
      if (failed) throw failed;
      if (signal?.aborted) throw stopped();
      if (bytes === undefined || goes(name)) continue;
      lines++;
      if (!into.write(Buffer.concat([bytes, newline]))) await Promise.race([once(into, 'drain'), once(file, 'close')]);
    }
  } finally {
    into.end();
  }
  await finished(file);
  return { bytes: file.bytesWritten, lines };
}
