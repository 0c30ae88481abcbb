// How are the decisions of a period read, page by page, with their outcomes?
import { sql } from 'kysely';
import type { Db } from '../../../tools/server/database.ts';

export interface Row {
  decision: string; at: string; name: string; asked_at: string | null; shown_at: string | null; subject: string; encounter: string | null; user_ref: string | null; facility: string | null; department: string | null;
  version: string; class: string | null; score: number | null; label: string | null; critical: boolean; disposition: string; rule: string | null; arm: string | null; moment_at: string | null; assurance: string; via: string;
  delivered: boolean | null; act: string | null; act_at: string | null; reason: string | null; acted_at: string | null; outcomes: { name: string; at: string; positive: boolean | null; acted: boolean; value: number | null }[] | null;
}

/** The newest first. `after` is the last row of the page before. */
export async function decisionsBetween(db: Db, deployment: string, from: string, to: string, after: { at: string; decision: string } | null, limit: number): Promise<Row[]> {
  const { rows } = await sql<Row>`select f.decision, f.at, f.name, f.asked_at, f.shown_at, f.subject, f.encounter, f.user_ref, f.facility, f.department, f.version, f.class, f.score, f.label, f.critical, f.disposition, f.rule, f.arm, f.moment_at, f.assurance, f.via,
      f.delivered, f.act, f.act_at, f.reason, f.acted_at,
      (select json_agg(json_build_object('name', o.name, 'at', to_char(o.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'positive', o.positive, 'acted', o.acted, 'value', o.value) order by o.at, o.name) from decisions.outcome o where o.decision = f.decision) as outcomes
    from decisions.fact f where f.deployment_id = ${deployment} and f.at >= ${from}::timestamptz and f.at < ${to}::timestamptz
      ${after ? sql`and (f.at < ${after.at}::timestamptz or (f.at = ${after.at}::timestamptz and f.decision > ${after.decision}))` : sql``}
    order by f.at desc, f.decision limit ${limit}`.execute(db);
  return rows;
}
