// Where do the files lie that an export consists of, when some or all of it is an archive?
import { mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { systemClock } from '../../../base/clock.ts';
import { Problem } from '../../../base/problem.ts';
import { filesBelow } from '../../files-below.ts';
import { archiveKind, unpackArchive, type Limits } from './unpack.ts';

export interface Place {
  /** A folder that is read as if it had been given. */
  folder: string;
  /** What was unpacked, and what of it was left out. */
  notices: string[];
  /** Removes what was unpacked. */
  remove(): Promise<void>;
}

/** How a folder of unpacked files is named in a workspace; left over by a crash it is removed by the next. */
const prefix = 'unpacked-';
const leftOver = 24 * 3_600_000;

/**
 * A folder without archives is itself. An archive (zip, tar, tar.gz, by content), or a folder in which some lie, is unpacked
 * into the workspace: the files of an archive into a folder of its name where there are several things, links to the others beside them.
 * @throws Problem when the path is a file that is no archive, or an archive cannot be unpacked.
 */
export async function unpacked(path: string, workspace: string, limits: Limits = {}): Promise<Place> {
  const itself: Place = { folder: path, notices: [], remove: async () => {} };
  const about = await stat(path).catch(() => null);
  // What is not there is told by who reads it.
  if (about === null) return itself;
  if (about.isFile() && (await archiveKind(path)) === undefined)
    throw new Problem('bad-input', 'This is a file, not a folder.', 'Give the folder that holds the files of the export, or a .zip, .tar or .tar.gz of it.', [{ file: path, says: 'no archive' }]);
  const all = about.isFile() ? [path] : await filesBelow(path, resolve(workspace));
  const archives: string[] = [];
  for (const file of all) if ((await archiveKind(file).catch(() => undefined)) !== undefined) archives.push(file);
  if (archives.length === 0) return itself;
  await mkdir(workspace, { recursive: true });
  await sweep(workspace);
  const folder = await mkdtemp(join(workspace, prefix));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const notices: string[] = [];
    for (const archive of archives) {
      const alone = all.length === 1;
      const into = alone ? folder : join(folder, nameOf(relative(about.isFile() ? dirname(path) : path, archive)));
      const got = await unpackArchive(archive, into, limits);
      notices.push(`${basename(archive)} was unpacked: ${got.files.toLocaleString('en-US')} files, ${(got.bytes / 1e6).toFixed(1)} MB.`, ...got.notices);
    }
    for (const file of all) {
      if (archives.includes(file)) continue;
      const to = join(folder, relative(path, file));
      await mkdir(dirname(to), { recursive: true });
      await symlink(resolve(file), to);
    }
    return { folder, notices, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const nameOf = (archive: string) => archive.replace(/\.(zip|tar|tgz|tar\.gz)$/i, '') || archive;

async function sweep(workspace: string): Promise<void> {
  for (const name of await readdir(workspace)) {
    if (!name.startsWith(prefix)) continue;
    const found = await stat(join(workspace, name)).catch(() => null);
    if (found && Date.parse(systemClock.now()) - found.mtimeMs > leftOver) await rm(join(workspace, name), { recursive: true, force: true });
  }
}
