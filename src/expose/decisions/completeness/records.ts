// How do the counts of the source lie in the database, and what stands beside them?
import { sql } from 'kysely';
import type { Db, Tx } from '../../../tools/server/database.ts';

export interface Hour { hour: string; counted: number; recorded: number; eligible: number | null }

export async function keepCounts(tx: Tx, deployment: string, counts: readonly { hour: string; inferences: number; eligible: number | null }[]): Promise<void> {
  await sql`insert into decisions.source_count (deployment_id, hour, inferences, eligible)
    select ${deployment}, * from unnest(${counts.map((one) => one.hour)}::timestamptz[], ${counts.map((one) => one.inferences)}::int[], ${counts.map((one) => one.eligible)}::int[])
    on conflict (deployment_id, hour) do update set inferences = excluded.inferences, eligible = excluded.eligible`.execute(tx);
}

/** The counted hours of a period that are over, each with the decisions whose answer fell into it. */
export async function hoursOf(db: Db, deployment: string, from: string, to: string): Promise<Hour[]> {
  const { rows } = await sql<Hour>`select c.hour, c.inferences as counted, c.eligible, (select count(*)::int from decisions.fact f where f.deployment_id = c.deployment_id and f.at >= c.hour and f.at < c.hour + interval '1 hour') as recorded
    from decisions.source_count c where c.deployment_id = ${deployment} and c.hour >= ${from}::timestamptz and c.hour + interval '1 hour' <= ${to}::timestamptz order by c.hour`.execute(db);
  return rows;
}
