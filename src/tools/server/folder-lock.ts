// Who holds this data folder, and is the holder still alive?
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../base/clock.ts';
import { Problem } from '../base/problem.ts';
import { isAlive, startOf } from './processes.ts';

export interface FolderLock {
  release(): void;
}

interface Holder {
  pid: number;
  start: string | null;
  host: string;
}

const beat = 5_000;

/**
 * Takes the one lock of a folder. The lock of a holder that was killed is taken over: on the same machine its
 * process id and start time tell; on another (a container that shared the volume) a heartbeat that stands still.
 * @throws Problem `conflict` when a living holder has it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = join(folder, 'attending.lock');
  const mine = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const me: Holder = { pid: process.pid, start: startOf(process.pid), host: hostname() };
  writeFileSync(mine, JSON.stringify(me), { mode: 0o644 });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (claim(mine, file)) return hold(file, me);
      const holder = readHolder(file);
      if (holder && (await lives(holder, file))) throw refused(folder, holder);
      takeAway(file, holder);
    }
  } finally {
    unlinkSync(mine);
  }
  throw refused(folder, readHolder(file));
}

/** Linking fails when the name is taken, on every file system that keeps POSIX: of two starters one wins. */
function claim(mine: string, file: string): boolean {
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function hold(file: string, me: Holder): FolderLock {
  const heart = setInterval(() => {
    const now = Date.parse(systemClock.now()) / 1000;
    try {
      utimesSync(file, now, now);
    } catch {
      // The folder was taken away under us; PostgreSQL will say so more loudly.
    }
  }, beat);
  heart.unref();
  let held = true;
  const release = () => {
    if (!held) return;
    held = false;
    clearInterval(heart);
    process.off('exit', release);
    const holder = readHolder(file);
    if (holder && same(holder, me)) unlinkSync(file);
  };
  process.on('exit', release);
  return { release };
}

const same = (a: Holder, b: Holder): boolean => a.pid === b.pid && a.start === b.start && a.host === b.host;

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

async function lives(holder: Holder, file: string): Promise<boolean> {
  if (holder.host === hostname()) return isAlive(holder.pid) && (holder.start === null || startOf(holder.pid) === holder.start);
  const before = beatOf(file);
  for (let waited = 0; waited < 2 * beat; waited += 250) {
    if (beatOf(file) !== before) return true;
    await sleep(250);
  }
  return false;
}

function beatOf(file: string): number {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

/** Removes a dead holder's lock. It is moved aside first: if a newer holder's lock was caught, it is put back. */
function takeAway(file: string, dead: Holder | null): void {
  const aside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.old`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const caught = readHolder(aside);
  if (caught && (!dead || !same(caught, dead))) claim(aside, file);
  unlinkSync(aside);
}

const refused = (folder: string, holder: Holder | null): Problem =>
  new Problem(
    'conflict',
    `The data folder ${folder} is in use by another Attending${holder ? ` (process ${holder.pid} on ${holder.host})` : ''}.`,
    'Stop that one first, or choose another folder with ATTENDING_DATA.',
    [{ file: join(folder, 'attending.lock'), says: 'held by a running process' }],
  );
