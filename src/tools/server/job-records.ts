// In which state are the jobs that pg-boss keeps?
import { sql } from 'kysely';
import type { Db } from './database.ts';

/** pg-boss keeps its tables in this schema and makes them itself. */
export const jobSchema = 'jobs';

const unfinished = sql`state in ('created', 'retry', 'active')`;

/** Whether this key's work waits or runs. Call it inside the transaction that will queue it, after `lockKey`. */
export async function isUnderWay(db: Db, key: string): Promise<boolean> {
  const found = await sql`select 1 from jobs.job where singleton_key = ${key} and ${unfinished} limit 1`.execute(db);
  return found.rows.length > 0;
}

export const lockKey = async (db: Db, key: string): Promise<void> => void (await sql`select pg_advisory_xact_lock(7420004, hashtext(${key}))`.execute(db));

/** Calls off what waits or runs under this key; a running one sees it at its next look. */
export const cancelKey = async (db: Db, key: string): Promise<void> =>
  void (await sql`update jobs.job set state = 'cancelled', completed_on = now() where singleton_key = ${key} and ${unfinished}`.execute(db));

/** Which of these were called off meanwhile, here or by another process. */
export async function cancelledAmong(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = await sql<{ id: string }>`select id from jobs.job where id in (${sql.join(ids)}) and state = 'cancelled'`.execute(db);
  return found.rows.map((row) => row.id);
}

/** One process at a time runs jobs; the lock lives and dies with its connection. */
export async function tryLead(connection: Db): Promise<boolean> {
  const answer = await sql<{ mine: boolean }>`select pg_try_advisory_lock(7420005) as mine`.execute(connection);
  return answer.rows[0]?.mine ?? false;
}
export const stopLeading = async (connection: Db): Promise<void> => void (await sql`select pg_advisory_unlock(7420005)`.execute(connection));
export const stillThere = async (connection: Db): Promise<void> => void (await sql`select 1`.execute(connection));

/** Jobs that were running when their process died wait again; the interrupted attempt counts. */
export async function recoverInterrupted(db: Db): Promise<number> {
  const done = await sql`update jobs.job set state = 'retry', start_after = now() where state = 'active' and name not like '\_\_pgboss%'`.execute(db);
  return Number(done.numAffectedRows ?? 0);
}

/** A job that we interrupt ourselves by stopping waits again as if it had not begun. */
export const giveBack = async (db: Db, id: string): Promise<void> =>
  void (await sql`update jobs.job set state = 'created', started_on = null, start_after = now() where id = ${id} and state = 'active'`.execute(db));

/** No further attempts: what failed will fail again. */
export const noMoreAttempts = async (db: Db, id: string): Promise<void> => void (await sql`update jobs.job set retry_limit = retry_count where id = ${id}`.execute(db));

/** How many jobs are in which state, for the metrics. */
export async function countJobs(db: Db): Promise<{ name: string; state: string; n: number }[]> {
  const found = await sql<{ name: string; state: string; n: number }>`select name, state::text, count(*) as n from jobs.job where name not like '\_\_pgboss%' group by 1, 2 order by 1, 2`.execute(db);
  return found.rows;
}
