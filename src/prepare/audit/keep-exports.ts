// How does an export come onto the server, file by file, and where may a folder on the server lie?
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import { filesBelow } from '../../tools/fhir/files-below.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { bulkPrefix, type exportSummary, type serverFolder, type uploadFile } from './model.ts';
import * as records from './records.ts';
import { bulkFolders, newestFetched } from './sources/bulk-servers.ts';

type Summary = z.infer<typeof exportSummary>;

const folderOf = (house: House, id: string) => join(house.config.dataFolder, 'exports', id);

async function filesIn(folder: string): Promise<z.infer<typeof uploadFile>[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return Promise.all(names.sort().map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })));
}

const summaryOf = async (house: House, row: records.ExportRow): Promise<Summary> => ({ id: row.id, name: row.name, state: row.state, files: await filesIn(folderOf(house, row.id)), createdAt: row.created_at, createdBy: row.created_by_name });

export async function openUpload(house: House, caller: Caller, name: string): Promise<Summary> {
  const at = house.clock.now();
  const row: records.ExportRow = { id: newId('exp', at), name, state: 'open', created_at: at, created_by_id: caller.id, created_by_name: caller.name };
  await mkdir(folderOf(house, row.id), { recursive: true, mode: 0o700 });
  await records.insertExport(house.db, row);
  return summaryOf(house, row);
}

export async function requireExport(house: House, id: string): Promise<records.ExportRow> {
  const row = await records.exportRow(house.db, id);
  if (!row) throw new Problem('not-found', `There is no upload ${id}.`, 'The uploads are listed at /api/v1/audit/exports.');
  return row;
}

export const exportOf = async (house: House, id: string) => summaryOf(house, await requireExport(house, id));
export const folderOfExport = folderOf;
export const uploads = async (house: House) => Promise.all((await records.exportRows(house.db)).map((row) => summaryOf(house, row)));

/** Files that are being written in this process: a file has one writer. */
const writing = new Set<string>();

/**
 * Appends the request's bytes to the file. `offset` must be what has arrived so far: 0 for a new file.
 * What arrived before a connection broke stays, and the upload goes on from there.
 */
export async function receiveFile(house: House, id: string, name: string, offset: number, request: Request): Promise<z.infer<typeof uploadFile>> {
  const row = await requireExport(house, id);
  if (row.state !== 'open') throw new Problem('conflict', `The upload ${row.name} is complete: an audit was started on it.`, 'Open another upload.');
  const path = join(folderOf(house, id), name);
  if (writing.has(path)) throw new Problem('conflict', `${name} is being uploaded by another request.`, 'Wait for it, then ask how far it came.');
  writing.add(path);
  try {
    const kept = await stat(path).then((found) => found.size, () => 0);
    if (offset !== kept) throw new Problem('conflict', `Of ${name}, ${kept} bytes are here, and this upload begins at ${offset}.`, `Go on with offset=${kept}.`, [{ path: 'offset', says: `expected ${kept}` }]);
    const others = (await filesIn(folderOf(house, id))).reduce((sum, file) => sum + (file.name === name ? 0 : file.bytes), 0);
    let total = others + kept;
    const limit = house.config.maxUploadBytes;
    const measured = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        total += chunk.length;
        if (total > limit) throw new Problem('too-large', `The upload is larger than ${Math.round(limit / 1e6)} MB.`, 'Raise ATTENDING_MAX_UPLOAD_MB, or put the export into the folder ATTENDING_EXPORTS on the server.');
        yield chunk;
      }
    };
    if (request.body) await pipeline(Readable.fromWeb(request.body as Parameters<typeof Readable.fromWeb>[0]), measured, createWriteStream(path, { flags: 'a', mode: 0o600 }));
    else await pipeline(Readable.from([]), createWriteStream(path, { flags: 'a', mode: 0o600 }));
    return { name, bytes: (await stat(path)).size };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new Problem('unavailable', 'The disk of the server is full.', 'Tell the administrator; what has arrived is kept.');
    throw error;
  } finally {
    writing.delete(path);
  }
}

export async function dropUpload(house: House, id: string): Promise<void> {
  const row = await requireExport(house, id);
  const busy = await records.underWayOn(house.db, id);
  if (busy) throw new Problem('conflict', `The audit ${busy} is reading ${row.name}.`, 'Cancel it first, or wait.');
  await records.deleteExport(house.db, id);
  await rm(folderOf(house, id), { recursive: true, force: true });
}

/** The folders an audit may read: ATTENDING_EXPORTS itself where it holds files, the folders right under it, and the FHIR servers that are set up. */
export async function serverFolders(house: House): Promise<z.infer<typeof serverFolder>[]> {
  const root = house.config.exportsFolder;
  const servers = await bulkFolders(house);
  if (!root) return servers;
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const directly = async () => entries.filter((one) => one.isFile()).map((one) => join(root, one.name));
  const measure = async (folder: string) => {
    // Some programs write a folder for each table: what lies further below counts as well.
    const files = await (folder === '.' ? directly() : filesBelow(join(root, folder), undefined)).catch(() => []);
    const sizes = await Promise.all(files.map((file) => stat(file).then((found) => found.size, () => 0)));
    return { folder, files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  };
  const found = await Promise.all(['.', ...entries.filter((one) => one.isDirectory()).map((one) => one.name).sort()].map(measure));
  return [...found.filter((one) => one.files > 0), ...servers];
}

/** The real path of a folder under ATTENDING_EXPORTS. @throws Problem for any other, whatever links or dots say. */
export async function serverPath(house: House, folder: string): Promise<string> {
  if (folder.startsWith(bulkPrefix)) return newestFetched(house, folder);
  const root = house.config.exportsFolder;
  if (!root) throw new Problem('unprocessable', 'This server has no folder of exports.', 'Set ATTENDING_EXPORTS, or upload the files.');
  const refused = new Problem('not-found', `There is no folder \`${folder}\` among the exports of this server.`, 'Choose one of those listed at /api/v1/audit/exports.');
  if (isAbsolute(folder) || folder.includes('\0')) throw refused;
  const real = await realpath(join(root, folder)).catch(() => null);
  const base = await realpath(root).catch(() => null);
  if (!real || !base) throw refused;
  const inside = relative(base, real);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) || !(await stat(real)).isDirectory()) throw refused;
  return real;
}
