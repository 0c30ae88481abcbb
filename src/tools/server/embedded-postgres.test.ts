// Does the embedded PostgreSQL survive kill -9 of itself and of Attending, refuse a second start, and leave nothing behind?
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { couldNotStart, startEmbedded } from './embedded-postgres.ts';
import { silentLog } from './log.ts';
import { commandOf, gone, isAlive } from './processes.ts';

const scratch = mkdtempSync(join(tmpdir(), 'attending-test-'));
// Under root the database runs as another account, which must get through to its folders.
chmodSync(scratch, 0o755);
const built = resolve('node_modules/.cache/attending', `child-${process.pid}`);
const children = new Set<ChildProcess>();

beforeAll(async () => {
  await build({ configFile: false, logLevel: 'silent', build: { ssr: resolve(import.meta.dirname, 'embedded-postgres.child.ts'), outDir: built, target: 'node20' } });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await new Promise((done) => setTimeout(done, 300));
  rmSync(built, { recursive: true, force: true });
  rmSync(scratch, { recursive: true, force: true });
});

interface Said { pid: number; socket: string; folder: string; refused?: string }

async function attending(dataFolder: string): Promise<{ child: ChildProcess; said: Said }> {
  const child = spawn(process.execPath, [join(built, 'embedded-postgres.child.js'), dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const said = await new Promise<Said>((done, fail) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => { text += chunk; if (text.includes('\n')) done(JSON.parse(text) as Said); });
    child.once('exit', (code) => fail(new Error(`ended early with ${code}: ${text}`)));
  });
  return { child, said };
}

const ended = (child: ChildProcess) => new Promise<number | null>((done) => (child.exitCode !== null || child.signalCode !== null ? done(child.exitCode) : child.once('exit', done)));

async function ask(socket: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ host: socket, port: 5432, user: 'attending', database: 'attending' });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end().catch(() => {});
  }
}

test('a killed Attending leaves no PostgreSQL, and what was committed is there at the next start', async () => {
  const folder = join(scratch, 'killed');
  const first = await attending(folder);
  await ask(first.said.socket, 'create table kept as select 42 as answer');
  first.child.kill('SIGKILL');
  expect(await gone(first.said.pid, 15_000), 'PostgreSQL ended by itself').toBe(true);
  expect(existsSync(first.said.socket)).toBe(false);
  const second = await attending(folder);
  expect(await ask(second.said.socket, 'select answer from kept')).toEqual([{ answer: 42 }]);
  expect(await ask(second.said.socket, "select current_setting('fsync') as fsync, current_setting('listen_addresses') as hears")).toEqual([{ fsync: 'on', hears: '' }]);
  second.child.kill('SIGTERM');
  expect(await ended(second.child)).toBe(0);
  expect(isAlive(second.said.pid)).toBe(false);
  expect(existsSync(second.said.socket)).toBe(false);
  expect(existsSync(join(folder, 'attending.lock'))).toBe(false);
});

test('when Attending and its keeper are both killed, the next start stops the orphan first', async () => {
  const folder = join(scratch, 'orphan');
  const first = await attending(folder);
  const keepers = keepersOf(first.said.pid);
  first.child.kill('SIGSTOP');
  for (const pid of keepers) process.kill(pid, 'SIGKILL');
  first.child.kill('SIGKILL');
  await ended(first.child);
  expect(isAlive(first.said.pid), 'the orphan is there').toBe(true);
  const second = await attending(folder);
  expect(isAlive(first.said.pid), 'the orphan is gone').toBe(false);
  expect(existsSync(first.said.socket)).toBe(false);
  expect(await ask(second.said.socket, 'select 1 as one')).toEqual([{ one: 1 }]);
  second.child.kill('SIGTERM');
  await ended(second.child);
});

/** The shell that started this PostgreSQL and the watcher beside it: they share its process group. */
function keepersOf(server: number): number[] {
  const group = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[2];
  const parent = Number(readFileSync(`/proc/${server}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[1]);
  const found = [parent];
  for (let pid = parent; pid < parent + 50; pid++) {
    if (pid === parent || !isAlive(pid) || group(pid) !== group(parent)) continue;
    if (commandOf(pid)?.startsWith('/bin/sh')) found.push(pid);
  }
  return found;
}

test('a second start on the same folder is refused with a sentence that names it', async () => {
  const folder = join(scratch, 'twice');
  const first = await attending(folder);
  const second = await attending(folder);
  expect(second.said.refused).toMatch(`The data folder ${folder} is in use by another Attending (process ${first.child.pid} on `);
  expect(await ended(second.child)).toBe(2);
  expect(await ask(first.said.socket, 'select 1 as one')).toEqual([{ one: 1 }]);
  first.child.kill('SIGTERM');
  await ended(first.child);
});

test('of many starts at once on a folder with a dead holder, exactly one gets it', async () => {
  const folder = join(scratch, 'race');
  mkdirSync(folder);
  writeFileSync(join(folder, 'attending.lock'), JSON.stringify({ pid: 4_194_303, start: 'long/ago', host: (await import('node:os')).hostname() }));
  const all = await Promise.all([1, 2, 3, 4].map(() => attending(folder)));
  expect(all.filter((one) => !one.said.refused)).toHaveLength(1);
  for (const { child } of all) child.kill('SIGTERM');
  await Promise.all(all.map(({ child }) => ended(child)));
});

test('a killed PostgreSQL is started again and keeps what was committed', async () => {
  const server = await startEmbedded({ dataFolder: join(scratch, 'restarted'), log: silentLog });
  try {
    await ask(server.address.socket, 'create table kept as select 7 as answer');
    const before = server.pid();
    process.kill(before, 'SIGKILL');
    let rows: unknown[] | null = null;
    for (let tries = 0; tries < 400 && !rows; tries++) {
      rows = await ask(server.address.socket, 'select answer from kept').catch(() => null);
      if (!rows) await new Promise((done) => setTimeout(done, 50));
    }
    expect(rows).toEqual([{ answer: 7 }]);
    expect(server.pid()).not.toBe(before);
  } finally {
    await server.stop();
  }
});

test('a database whose outside folder is gone is an error, never a new empty one', async () => {
  const folder = join(scratch, 'pointed');
  mkdirSync(folder);
  writeFileSync(join(folder, 'postgres.json'), JSON.stringify({ folder: join(scratch, 'nowhere') }));
  await expect(startEmbedded({ dataFolder: folder, log: silentLog })).rejects.toThrow(/which is gone/);
  expect(existsSync(join(folder, 'attending.lock'))).toBe(false);
});

test('what PostgreSQL says becomes a sentence', () => {
  expect(couldNotStart('FATAL:  could not write lock file "postmaster.pid": No space left on device', '/d').message).toMatch(/disk that holds \/d is full/);
  expect(couldNotStart('postgres: error while loading shared libraries: libssl.so', '/d').next).toMatch(/DATABASE_URL/);
});
