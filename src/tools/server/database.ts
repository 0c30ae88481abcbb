// How does the house reach PostgreSQL, and how does a schema come to be what the code expects?
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { CompiledQuery, Kysely, PostgresDialect, sql, type Dialect, type Transaction } from 'kysely';
import pg from 'pg';
import { Problem } from '../base/problem.ts';

/**
 * The database as the house sees it. A room's `records.ts` names its own tables:
 * `const on = (db: Db) => db.withTables<{ 'ledger.entry': EntryRow }>()`.
 */
export type Db = Kysely<unknown>;
/** A transaction in progress: what a change, and the ledger entry about it, share. */
export type Tx = Transaction<unknown>;

// Times leave the database as the ISO strings the house uses; counts as numbers; days as they are.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text: string) => new Date(text).toISOString());
types.setTypeParser(pg.types.builtins.DATE, (text: string) => text);
types.setTypeParser(pg.types.builtins.INT8, (text: string) => {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} is beyond what a number holds exactly`);
  return number;
});

/** Where PostgreSQL listens: a URL, or the folder of a Unix socket. */
export type Address = { url: string } | { socket: string; port: number; user: string; database: string };

export function openDatabase(address: Address, connections = 12): Db {
  const where =
    'url' in address
      ? { connectionString: address.url }
      : { host: address.socket, port: address.port, user: address.user, database: address.database };
  const pool = new pg.Pool({ ...where, max: connections, types, application_name: 'attending' });
  // An idle connection that breaks (PostgreSQL restarted) is replaced by the pool; without a listener it would end us.
  pool.on('error', () => {});
  // So would one that breaks in the middle of a transaction; its next query fails with the reason.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<unknown>({ dialect: markingDialect(new PostgresDialect({ pool })) });
  pools.set(db, pool);
  ways.set(db, where);
  return db;
}

const ways = new WeakMap<Db, pg.ClientConfig>();

/**
 * Whether PostgreSQL answers a new connection within so many milliseconds. A refusal is an answer; a connection of its
 * own, because those of the house may all be at long work.
 */
export async function answers(db: Db, within: number): Promise<boolean> {
  const way = ways.get(db);
  if (!way) return true;
  const client = new pg.Client({ ...way, application_name: 'attending: does it answer?' });
  client.on('error', () => {});
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<boolean>((done) => (timer = setTimeout(done, within, false)));
  const alive = await Promise.race([client.connect().then(() => client.query('select 1')).then(() => true, () => true), silence]);
  clearTimeout(timer);
  // Whoever does not answer does not say goodbye either.
  if (alive) void client.end().catch(() => {});
  else (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  return alive;
}

const pools = new WeakMap<Db, pg.Pool>();

/**
 * The driver's own connections below a database: for what the query builder cannot say (a prepared statement by name,
 * COPY). Null inside a transaction, which has one connection of its own.
 */
export const poolOf = (db: Db): pg.Pool | null => pools.get(db) ?? null;

const claim = new AsyncLocalStorage<string>();

/** Does `work` for a request with this claim: each transaction it commits notes, as part of itself, that it did. */
export const forClaim = <T>(id: string, work: () => Promise<T>): Promise<T> => claim.run(id, work);

/** Before a commit on behalf of a claimed request, the claim is marked in the same transaction: both or neither. */
function markingDialect(dialect: PostgresDialect): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => {
      const driver = dialect.createDriver();
      const commit = driver.commitTransaction.bind(driver);
      driver.commitTransaction = async (connection) => {
        const id = claim.getStore();
        if (id) await connection.executeQuery(CompiledQuery.raw('update server.idempotency set committed = true where id = $1', [id]));
        await commit(connection);
      };
      return driver;
    },
  };
}

/** The version of the server, as a number (180004) and as a text (18.4). */
export async function versionOf(db: Db): Promise<{ number: number; text: string }> {
  const answer = await sql<{ number: number; text: string }>`select current_setting('server_version_num')::int as number, current_setting('server_version') as text`.execute(db).catch((error: unknown) => {
    const { message, code } = error as { message?: string; code?: string };
    throw new Problem('unavailable', `The database cannot be reached: ${message || code || 'no answer'}.`, 'Check DATABASE_URL and that PostgreSQL runs; `attending doctor` shows what is set.');
  });
  return answer.rows[0]!;
}

/** What a failure of the database means to the person who waits for it; null when it is a mistake of ours. */
export function databaseProblem(error: unknown): Problem | null {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (code === '53100') return new Problem('unavailable', 'The disk that holds the database is full; nothing of this request was recorded.', 'Tell the administrator; try again when there is space.');
  const away = /^(08|57P|53[23])/.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'].includes(code) || /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed)/.test(message);
  // ENOENT is the missing socket only when it came from connecting; a missing file is another matter.
  if (!away || (code === 'ENOENT' && (error as { syscall?: string }).syscall !== 'connect')) return null;
  return new Problem('unavailable', 'The database cannot be reached right now.', 'Try again in a few seconds; what was recorded before is safe.');
}

const migrationLock = 7_420_001;

/**
 * Brings every schema up to date, capability by capability, file by file, each file in its own transaction.
 * A file that was applied before and reads differently now is refused: history is not edited.
 */
export async function migrate(db: Db, rooms: readonly { name: string; migrations?: URL }[]): Promise<string[]> {
  const applied: string[] = [];
  await db.connection().execute(async (one) => {
    await sql`select pg_advisory_lock(${sql.lit(migrationLock)})`.execute(one);
    try {
      await sql`create schema if not exists server`.execute(one);
      await sql`create table if not exists server.migration (
        capability text not null, name text not null, sha256 text not null, applied_at timestamptz not null default now(),
        primary key (capability, name))`.execute(one);
      const known = await sql<{ capability: string; name: string; sha256: string }>`select capability, name, sha256 from server.migration`.execute(one);
      const before = new Map(known.rows.map((row) => [`${row.capability}/${row.name}`, row.sha256]));
      for (const room of rooms) {
        if (!room.migrations) continue;
        const files = (await readdir(room.migrations)).filter((file) => file.endsWith('.sql')).sort();
        for (const file of files) {
          const text = await readFile(new URL(file, room.migrations), 'utf8');
          const sha256 = createHash('sha256').update(text).digest('hex');
          const was = before.get(`${room.name}/${file}`);
          if (was === sha256) continue;
          if (was)
            throw new Problem('conflict', `The migration ${room.name}/${file} was applied before and has been edited since.`, 'Restore the file and add a new migration instead.', [{ file: `${room.name}/migrations/${file}`, says: `sha256 was ${was}` }]);
          await one.transaction().execute(async (tx) => {
            await sql.raw(text).execute(tx);
            await sql`insert into server.migration (capability, name, sha256) values (${room.name}, ${file}, ${sha256})`.execute(tx);
          });
          applied.push(`${room.name}/${file}`);
        }
      }
    } finally {
      await sql`select pg_advisory_unlock(${sql.lit(migrationLock)})`.execute(one);
    }
  });
  return applied;
}
