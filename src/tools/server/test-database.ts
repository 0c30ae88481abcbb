// How does a test file get a house of its own: a real database, a standing clock and a caller of every role?
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { standingClock, type Instant } from '../base/clock.ts';
import { roleNames, type Answered, type Asked, type Endpoint, type Role } from '../base/endpoint.ts';
import { Problem, problemKinds, type ProblemJson, type ProblemKind } from '../base/problem.ts';
import type { Caller, Capability, Fact, House } from './capability.ts';
import { readConfig } from './config.ts';
import { migrate, openDatabase, type Address, type Db, type Tx } from './database.ts';
import { buildHttp, type Doorkeeper } from './http.ts';
import { directJobs } from './direct-jobs.ts';
import { silentLog } from './log.ts';

type Server = Extract<Address, { socket: string }>;

/** One caller per role, with the id `acc_<role>`. */
export const testCallers = Object.fromEntries(
  roleNames.map((role): [Role, Caller] => [role, { kind: 'person', id: `acc_${role}`, name: `Test ${role}`, roles: [role], vendor: role === 'vendor' ? 'acme' : null }]),
) as Record<Role, Caller>;

export interface TestHouse extends House {
  clock: ReturnType<typeof standingClock>;
  /** What rooms asked to be remembered, where no `remember` of the ledger was handed in. */
  remembered: Fact[];
  /** Asks an endpoint through the real HTTP app as this role, this caller or nobody; a refusal is thrown as a Problem. */
  call<E extends Endpoint>(endpoint: E, asked: Asked<E>, as?: Role | Caller | null): Promise<Answered<E>>;
  /** The same with the raw Response: for refusals, headers and streams. */
  send<E extends Endpoint>(endpoint: E, asked: Asked<E>, as?: Role | Caller | null, init?: RequestInit): Promise<Response>;
  /** Any request, e.g. an upload; `x-test-caller` is set from `as`. */
  request(path: string, init?: RequestInit, as?: Role | Caller | null): Promise<Response>;
  /** Waits until the jobs that were started have ended. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface TestHouseOptions {
  now?: Instant;
  remember?: (tx: Tx, fact: Fact) => Promise<void>;
  settings?: Record<string, string>;
}

/**
 * A house over a database of its own with the migrations of these rooms applied, lower rooms first. Call it at the
 * top of a test file: `const house = await testHouse([ledger, deployments])`. It is closed after the file's tests.
 */
export async function testHouse(rooms: readonly Capability[], options: TestHouseOptions = {}): Promise<TestHouse> {
  const { db, drop } = await testDatabase(rooms);
  const dataFolder = mkdtempSync(join(tmpdir(), 'attending-house-'));
  const remembered: Fact[] = [];
  const jobs = directJobs(rooms.flatMap((room) => room.jobs ?? []), () => house);
  const house: House = {
    config: readConfig({ PORT: '0', ATTENDING_DEMO: 'off', ATTENDING_LOG: 'silent', ATTENDING_DATA: dataFolder, ...options.settings }),
    db,
    clock: standingClock(options.now ?? '2026-03-02T08:00:00.000Z'),
    log: silentLog,
    jobs,
    remember: options.remember ?? (async (_tx, fact) => void remembered.push(fact)),
  };
  const app = buildHttp(house, rooms.flatMap((room) => room.routes ?? []), testDoor);
  const request: TestHouse['request'] = async (path, init = {}, as = 'administrator') => {
    const headers = new Headers(init.headers);
    const caller = typeof as === 'string' ? testCallers[as] : as;
    if (caller) headers.set('x-test-caller', encodeURIComponent(JSON.stringify(caller)));
    return app.request(path, { ...init, headers });
  };
  const send: TestHouse['send'] = async (endpoint, asked, as, init = {}) => {
    const { path, body } = write(endpoint, asked);
    return request(path, { method: endpoint.method, ...(body !== undefined && { body }), ...init, headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(init.headers as Record<string, string>) } }, as);
  };
  const close = async () => {
    await jobs.idle();
    await drop();
    rmSync(dataFolder, { recursive: true, force: true });
  };
  afterAll(close);
  return {
    ...(house as House & { clock: ReturnType<typeof standingClock> }),
    remembered,
    request,
    send,
    call: async (endpoint, asked, as) => {
      const response = await send(endpoint, asked, as);
      if (!response.ok) throw problemFrom((await response.json()) as ProblemJson);
      return endpoint.output.parse(await response.json()) as Answered<typeof endpoint>;
    },
    idle: jobs.idle,
    close,
  };
}

/** The test's caller travels in a header; nothing is remembered between requests. */
const testDoor: Doorkeeper = {
  identify: async (_house, request) => {
    const caller = request.headers.get('x-test-caller');
    return caller ? (JSON.parse(decodeURIComponent(caller)) as Caller) : null;
  },
  once: async (_house, _caller, _endpoint, _request, _body, work) => work(),
};

function write(endpoint: Endpoint, asked: { params?: unknown; query?: unknown; body?: unknown }): { path: string; body?: string } {
  const params = (asked.params ?? {}) as Record<string, string>;
  const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries((asked.query ?? {}) as Record<string, unknown>))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== null) query.append(key, String(one));
  const tail = query.size > 0 ? `?${query}` : '';
  return { path: `${path}${tail}`, ...(endpoint.method !== 'GET' && endpoint.takes === 'json' && { body: JSON.stringify(asked.body ?? {}) }) };
}

export function problemFrom(json: ProblemJson): Problem {
  const kind = json.type.split(':').at(-1) as ProblemKind;
  return new Problem(kind in problemKinds ? kind : 'internal', json.title, json.next, json.errors);
}

/** A database of its own, copied from a template that has the migrations of these rooms. */
export async function testDatabase(rooms: readonly Pick<Capability, 'name' | 'migrations'>[]): Promise<{ db: Db; address: Server; drop(): Promise<void> }> {
  const server = inject('testServer');
  if ('why' in server) throw new Error(`These tests need the embedded PostgreSQL: ${server.why}`);
  const template = await templateOf(server.address, rooms);
  const database = `test_${randomBytes(6).toString('hex')}`;
  await administer(server.address, (client) => client.query(`create database ${database} template ${template}`));
  const address = { ...server.address, database };
  const db = openDatabase(address, 6);
  let open = true;
  const drop = async () => {
    if (!open) return;
    open = false;
    await db.destroy();
    await administer(server.address, (client) => client.query(`drop database ${database} with (force)`));
  };
  return { db, address, drop };
}

/** Made once per set of migrations and run, under a lock: test files start at the same time in several processes. */
async function templateOf(server: Server, rooms: readonly Pick<Capability, 'name' | 'migrations'>[]): Promise<string> {
  const name = `template_${fingerprint(rooms)}`;
  await administer(server, async (client) => {
    await client.query('select pg_advisory_lock(7420002)');
    const there = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (there.rowCount) return;
    const half = `half_${randomBytes(6).toString('hex')}`;
    await client.query(`create database ${half}`);
    const db = openDatabase({ ...server, database: half }, 1);
    await migrate(db, rooms).finally(() => db.destroy());
    await client.query(`alter database ${half} rename to ${name}`);
  });
  return name;
}

function fingerprint(rooms: readonly Pick<Capability, 'name' | 'migrations'>[]): string {
  const hash = createHash('sha256');
  for (const { name, migrations } of rooms) {
    hash.update(`\n${name}`);
    if (!migrations) continue;
    const folder = fileURLToPath(migrations);
    for (const file of readdirSync(folder).sort()) hash.update(`\n${file}\n`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function administer(server: Server, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ host: server.socket, port: server.port, user: server.user, database: 'postgres' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
