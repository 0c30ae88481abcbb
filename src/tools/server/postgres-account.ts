// As whom does the embedded PostgreSQL run, and where may that account keep its files?
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../base/problem.ts';

/** An account other than ours. Null everywhere means: our own. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. Under root it runs as an unprivileged account that the machine already has
 * (initdb wants its name in the account list, so a free number does not do): `postgres`, else `nobody`.
 */
export function unprivileged(accounts = readAccounts()): Account | null {
  if (process.getuid?.() !== 0) return null;
  const account = accounts.find((one) => one.name === 'postgres') ?? accounts.find((one) => one.name === 'nobody');
  if (account && account.uid !== 0) return account;
  throw new Problem('unavailable', 'PostgreSQL refuses to run as root, and this machine has neither an account `postgres` nor `nobody` to run it as.', 'Start Attending as an ordinary user, or set DATABASE_URL.');
}

export function readAccounts(file = '/etc/passwd'): Account[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

const asked = (account: Account | null, test: string, path: string): boolean =>
  spawnSync('/bin/sh', ['-c', `test ${test} "$1"`, 'sh', path], { cwd: '/', stdio: 'ignore', ...(account && { uid: account.uid, gid: account.gid }) }).status === 0;

/** Whether the account itself can read a file or enter a folder: asked of the system, not guessed from modes. */
export const mayRead = (account: Account | null, path: string): boolean => asked(account, '-r', path);
export const mayEnter = (account: Account | null, path: string): boolean => asked(account, '-x', path);

export interface Place {
  /** The folder that holds `data` and `postgres.log`, owned by the account. */
  folder: string;
  /** Where a copy of the programs may be kept. */
  shelf: string;
  account: Account | null;
}

const outside = '/var/lib/attending';

/**
 * The database's own folder: `<data folder>/postgres`. Where PostgreSQL's account cannot enter the data folder (it
 * lies below /root), the database lies in `/var/lib/attending/<name>` and
 * `<data folder>/postgres.json` says so. A pointer to a place that is gone is an error, never a new empty database.
 */
export function findPlace(dataFolder: string): Place {
  const account = unprivileged();
  const pointer = join(dataFolder, 'postgres.json');
  if (existsSync(pointer)) {
    const { folder } = JSON.parse(readFileSync(pointer, 'utf8')) as { folder: string };
    if (!existsSync(folder))
      throw new Problem('unavailable', `The database of ${dataFolder} lay in ${folder}, which is gone.`, `Bring that folder back; only if its records may be lost, remove ${pointer} to start anew.`, [{ file: pointer, says: 'names a folder that does not exist' }]);
    return { folder, shelf: account ? outside : dataFolder, account: ownerOf(folder, account) };
  }
  const inside = join(dataFolder, 'postgres');
  if (existsSync(join(inside, 'data'))) return { folder: inside, shelf: account ? outside : dataFolder, account: ownerOf(inside, account) };
  if (!account) {
    mkdirSync(inside, { recursive: true, mode: 0o700 });
    return { folder: inside, shelf: dataFolder, account };
  }
  // Only passing through is allowed to others; what lies inside stays as closed as it is made.
  if (!mayEnter(account, dataFolder)) chmodSync(dataFolder, 0o711);
  if (mayEnter(account, dataFolder)) return { folder: own(inside, account), shelf: outside, account };
  // A name of chance: a data folder that was removed and made again begins anew, it does not find the old records.
  const folder = join(outside, randomBytes(8).toString('hex'));
  try {
    mkdirSync(outside, { recursive: true, mode: 0o755 });
    chmodSync(outside, 0o755);
    own(folder, account);
  } catch (error) {
    throw new Problem('unavailable', `PostgreSQL, which refuses to run as root, runs as ${account.name}, and that account can neither enter ${dataFolder} nor be given ${folder}: ${(error as Error).message}.`, 'Choose a data folder outside /root with ATTENDING_DATA, or set DATABASE_URL.');
  }
  writeFileSync(`${pointer}.new`, JSON.stringify({ folder, why: `PostgreSQL runs as ${account.name} and cannot enter ${dataFolder}` }, null, 2));
  renameSync(`${pointer}.new`, pointer);
  return { folder, shelf: outside, account };
}

/** Where the database of a data folder lies now; null when there is none yet. Changes nothing. */
export function placeNow(dataFolder: string): string | null {
  const pointer = join(dataFolder, 'postgres.json');
  const folder = existsSync(pointer) ? (JSON.parse(readFileSync(pointer, 'utf8')) as { folder: string }).folder : join(dataFolder, 'postgres');
  return existsSync(join(folder, 'data')) ? folder : null;
}

function own(folder: string, account: Account): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, account.uid, account.gid);
  return folder;
}

/** An existing database is run as its owner: one that an ordinary user made stays theirs when root starts it. */
function ownerOf(folder: string, account: Account | null): Account | null {
  const data = existsSync(join(folder, 'data')) ? join(folder, 'data') : folder;
  const { uid, gid } = statSync(data);
  if (uid === process.getuid?.()) return null;
  if (!account) throw new Problem('unavailable', `The database in ${folder} belongs to another account (uid ${uid}).`, 'Start Attending as that account, or as root, or choose another folder with ATTENDING_DATA.');
  const known = readAccounts().find((one) => one.uid === uid);
  return known ?? { name: `uid ${uid}`, uid, gid };
}
