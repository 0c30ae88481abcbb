// Which files lie in a folder and below it?
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Problem } from '../base/problem.ts';

/** Paths of all files in the order of their names; hidden ones and the folder `except` are left out. @throws Problem when the folder cannot be read. */
export async function filesBelow(folder: string, except: string | undefined): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    const says = error.code === 'ENOENT' ? 'This folder does not exist.' : error.code === 'ENOTDIR' ? 'This is a file, not a folder.' : 'This folder cannot be read.';
    throw new Problem('bad-input', says, 'Give the folder that holds the files of the export.', [{ file: folder, says }]);
  });
  const paths: string[] = [];
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || resolve(path) === except) continue;
    if (entry.isDirectory()) paths.push(...(await filesBelow(path, except)));
    else if (entry.isFile() || entry.isSymbolicLink()) paths.push(path);
  }
  return paths;
}
