// How does a real PostgreSQL run inside the product, survive every crash and leave nothing behind?
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Problem } from '../base/problem.ts';
import type { Address } from './database.ts';
import { lockFolder } from './folder-lock.ts';
import type { Log } from './log.ts';
import { findBinaries, readyBinaries } from './postgres-binaries.ts';
import { findPlace, placeNow, type Account, type Place } from './postgres-account.ts';
import { commandOf, gone, isAlive, signal } from './processes.ts';

type SocketAddress = Extract<Address, { socket: string }>;

export interface EmbeddedPostgres {
  address: SocketAddress;
  /** Where the database's files lie. */
  folder: string;
  /** The process id of the server that runs now. */
  pid(): number;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  dataFolder: string;
  log: Log;
  /** False only for throw-away test databases: commits are then not flushed to the disk. */
  durable?: boolean;
  /** How many clients it takes; 60 unless told. */
  connections?: number;
}

const user = 'attending';
const port = 5432;
/** A Unix socket's path holds 107 bytes on Linux and 103 on macOS. */
const longestSocket = 103;
const leastSpace = 200_000_000;

/**
 * Starts the embedded PostgreSQL of a data folder: takes the folder's lock, stops a server that a killed Attending
 * left, makes the database on first start, and keeps it running until `stop`. It listens on a Unix socket in a
 * private folder only.
 * @throws Problem `conflict` when the folder is in use, `unavailable` when it cannot run here.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dataFolder, log } = options;
  mkdirSync(dataFolder, { recursive: true });
  const lock = await lockFolder(dataFolder);
  // A copied data folder points to the same database: its own folder is locked as well.
  let inner = { release: () => {} };
  try {
    const found = findBinaries();
    const place = findPlace(dataFolder);
    if (!place.folder.startsWith(dataFolder)) inner = await lockFolder(place.folder);
    const bin = join(readyBinaries(found, place.account, place.shelf).folder, 'bin');
    requireSpace(place.folder);
    const data = join(place.folder, 'data');
    await stopLeftover(data, log);
    if (!existsSync(data)) initialise(bin, place);
    refuseOtherVersion(data);
    const running = await supervise({ ...options, bin, place, data });
    return {
      ...running,
      stop: async () => {
        await running.stop();
        inner.release();
        lock.release();
      },
    };
  } catch (error) {
    inner.release();
    lock.release();
    throw error;
  }
}

/** The embedded PostgreSQL that another process runs for this folder now, or null: for a command beside a server. */
export function runningEmbedded(dataFolder: string): { address: SocketAddress; folder: string; pid: number } | null {
  if (!existsSync(dataFolder)) return null;
  const folder = placeNow(dataFolder);
  const server = folder ? serverOf(join(folder, 'data')) : null;
  return folder && server ? { address: { socket: server.socket, port, user, database: user }, folder, pid: server.pid } : null;
}

const asAccount = (account: Account | null) => (account ? { uid: account.uid, gid: account.gid } : {});
/** Nothing of the caller's environment reaches PostgreSQL: PGDATA or LC_ALL of a shell would change what it does. */
const plainEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

function requireSpace(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < leastSpace)
    throw new Problem('unavailable', `The disk that holds ${folder} has ${Math.round((bavail * bsize) / 1e6)} MB free; the database needs at least ${leastSpace / 1e6} MB.`, 'Free some space, or choose another folder with ATTENDING_DATA.');
}

/** Makes the database beside its final name, so that a crash half-way leaves nothing that looks finished. */
function initialise(bin: string, place: Place): void {
  for (const name of readdirSync(place.folder)) if (name.startsWith('data.new-')) rmSync(join(place.folder, name), { recursive: true, force: true });
  const fresh = join(place.folder, `data.new-${process.pid}`);
  const made = spawnSync(
    join(bin, 'initdb'),
    // The C locale and PostgreSQL's own UTF-8 rules: no library of the machine decides how texts sort.
    ['-D', fresh, '-U', user, '--auth=trust', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums'],
    { cwd: place.folder, env: plainEnvironment, encoding: 'utf8', ...asAccount(place.account) },
  );
  if (made.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw couldNotStart(`${made.stderr ?? ''}${made.error?.message ?? ''}`, place.folder);
  }
  renameSync(fresh, join(place.folder, 'data'));
}

function refuseOtherVersion(data: string): void {
  const major = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (major !== '18') throw new Problem('unavailable', `The database in ${data} is of PostgreSQL ${major}, this Attending brings 18.`, 'Dump it with the older version and load it into a new data folder.');
}

/** The process that `postmaster.pid` names, if it is alive and really serves this folder. */
function serverOf(data: string): { pid: number; socket: string } | null {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const [pid, , , , socket] = readFileSync(file, 'utf8').split('\n');
  const command = isAlive(Number(pid)) ? commandOf(Number(pid)) : null;
  return command?.includes('postgres') && command.includes(data) ? { pid: Number(pid), socket: socket ?? '' } : null;
}

/** A server without its Attending (both killed hard, the watcher included) is stopped before a new one starts. */
async function stopLeftover(data: string, log: Log): Promise<void> {
  const left = serverOf(data);
  if (!left) return;
  log.warn('a PostgreSQL left behind is stopped', { pid: left.pid });
  for (const [name, patience] of [['SIGINT', 20_000], ['SIGQUIT', 10_000], ['SIGKILL', 10_000]] as const) {
    signal(left.pid, name);
    if (await gone(left.pid, patience)) break;
  }
  if (isAlive(left.pid)) throw new Problem('unavailable', `A PostgreSQL left behind (process ${left.pid}) does not stop.`, 'End that process and start again.');
  if (left.socket.includes('attending-')) rmSync(left.socket, { recursive: true, force: true });
}

/**
 * A shell stands between us and PostgreSQL. It holds the other end of a pipe that only we write to: when we end,
 * however we end, the pipe closes and it stops PostgreSQL cleanly. It also tidies the socket's folder.
 */
const keeper = `
socket=$1; shift
exec 3<&0 0</dev/null
"$@" 3<&- &
server=$!
( read -r _ <&3; kill -INT $server ) 2>/dev/null &
watcher=$!
exec 3<&-
wait $server
status=$?
kill $watcher 2>/dev/null
rm -rf "$socket"
exit $status
`;

async function supervise(set: EmbeddedOptions & { bin: string; place: Place; data: string }): Promise<EmbeddedPostgres> {
  const { bin, place, data, log } = set;
  const socket = nameSocket();
  const address: SocketAddress = { socket, port, user, database: user };
  const logFile = join(place.folder, 'postgres.log');
  let stopping = false;
  let child = launch();
  await answering(address, () => child, () => couldNotStart(tail(logFile), place.folder), log);
  await createDatabase(address);
  watch();

  function launch(): ChildProcess {
    makeSocketFolder(socket, place.account);
    if (existsSync(logFile) && statSync(logFile).size > 10_000_000) renameSync(logFile, `${logFile}.1`);
    const out = openSync(logFile, 'a', 0o600);
    const started = spawn('/bin/sh', ['-c', keeper, 'sh', socket, join(bin, 'postgres'), '-D', data, ...settingsOf(socket, set)], {
      cwd: place.folder,
      env: plainEnvironment,
      stdio: ['pipe', out, out],
      // Its own group: Ctrl-C on the terminal reaches us, and we stop it when our own work is done.
      detached: true,
      ...asAccount(place.account),
    });
    closeSync(out);
    started.stdin?.on('error', () => {});
    started.on('error', (error) => log.error('PostgreSQL could not be launched', { error: error.message }));
    return started;
  }

  /** PostgreSQL that ends by itself is started again, at first at once, then ever more slowly. */
  function watch(pause = 100): void {
    const watched = child;
    const calm = setTimeout(() => (pause = 100), 60_000);
    calm.unref();
    void ends(watched).then(async () => {
      clearTimeout(calm);
      if (stopping) return;
      log.error('PostgreSQL ended by itself and is started again', { code: watched.exitCode, signal: watched.signalCode, inMilliseconds: pause });
      await sleep(pause);
      if (stopping) return;
      // Its keeper may have been killed alone, with the server still there.
      await stopLeftover(data, log).catch((error: unknown) => log.error('a PostgreSQL left behind does not stop', { error: String(error) }));
      if (stopping) return;
      child = launch();
      watch(Math.min(pause * 2, 10_000));
    });
  }

  async function stop(): Promise<void> {
    stopping = true;
    const last = child;
    const serving = serverOf(data);
    const ended = ends(last);
    last.stdin?.end();
    for (const [name, patience] of [['SIGQUIT', 30_000], ['SIGKILL', 10_000]] as const) {
      if (await Promise.race([ended.then(() => true), sleep(patience, false, { ref: false })])) break;
      if (serving) signal(serving.pid, name);
    }
    if (serving) await gone(serving.pid, 5_000);
    rmSync(socket, { recursive: true, force: true });
  }

  return { address, folder: place.folder, pid: () => serverOf(data)?.pid ?? 0, stop };
}

const ends = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((done) => child.once('exit', () => done()));

function settingsOf(socket: string, { durable = true, connections = 60 }: EmbeddedOptions): string[] {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: socket,
    unix_socket_permissions: '0700',
    port,
    max_connections: connections,
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    // Statements and details carry what people typed; the log of the database must not.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_min_messages: 'warning',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function nameSocket(): string {
  const name = `attending-${randomBytes(6).toString('hex')}`;
  const folder = join(tmpdir(), name);
  return Buffer.byteLength(join(folder, `.s.PGSQL.${port}`)) <= longestSocket ? folder : join('/tmp', name);
}

function makeSocketFolder(socket: string, account: Account | null): void {
  try {
    mkdirSync(socket, { mode: 0o700 });
    chmodSync(socket, 0o700);
    if (account) chownSync(socket, account.uid, account.gid);
  } catch (error) {
    const there = lstatSync(socket, { throwIfNoEntry: false });
    const owner = account?.uid ?? process.getuid?.();
    if (!there?.isDirectory() || there.uid !== owner) throw new Problem('unavailable', `The folder of the database's socket, ${socket}, cannot be made: ${(error as Error).message}.`, 'Free or open the temporary folder (TMPDIR).');
  }
}

/** Waits until PostgreSQL takes connections: a second usually, longer when it repairs itself after a crash. */
async function answering(address: SocketAddress, running: () => ChildProcess, failure: () => Problem, log: Log): Promise<void> {
  for (let waited = 0; ; waited += 25) {
    const { exitCode, signalCode } = running();
    if (exitCode !== null || signalCode !== null) throw failure();
    const client = new pg.Client({ host: address.socket, port: address.port, user: address.user, database: 'postgres' });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await client.end().catch(() => {});
    }
    if (waited > 0 && waited % 5_000 === 0) log.info('waiting for PostgreSQL, which repairs itself after a crash', { seconds: waited / 1000 });
    await sleep(25);
  }
}

async function createDatabase(address: SocketAddress): Promise<void> {
  const client = new pg.Client({ host: address.socket, port: address.port, user: address.user, database: 'postgres' });
  await client.connect();
  try {
    const there = await client.query('select 1 from pg_database where datname = $1', [address.database]);
    if (there.rowCount === 0) await client.query(`create database ${address.database}`);
  } finally {
    await client.end();
  }
}

const tail = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').slice(-2_000) : '');

/** What PostgreSQL said when it failed, as a sentence for people. */
export function couldNotStart(said: string, folder: string): Problem {
  if (/No space left on device|ENOSPC/.test(said)) return new Problem('unavailable', `The disk that holds ${folder} is full, so the database cannot start.`, 'Free some space and start again; nothing recorded is lost.');
  if (/error while loading shared libraries|not found \(required by|ENOENT/.test(said)) return new Problem('unavailable', 'The embedded PostgreSQL does not run on this system (it needs glibc).', 'Set DATABASE_URL to a PostgreSQL 15 or later.', [{ says: lastLine(said) }]);
  if (/already in use|lock file .* already exists/.test(said)) return new Problem('conflict', `Another PostgreSQL serves ${folder}.`, 'Stop it first, or choose another folder with ATTENDING_DATA.', [{ says: lastLine(said) }]);
  return new Problem('unavailable', 'The embedded PostgreSQL could not start.', `Its last words are in ${join(folder, 'postgres.log')}; DATABASE_URL names another one.`, [{ says: lastLine(said) }]);
}

const lastLine = (text: string): string => text.trim().split('\n').filter((line) => /ERROR|FATAL|PANIC|error/.test(line)).at(-1) ?? text.trim().split('\n').at(-1) ?? '';
