// When did each instance act by a version, and until when is it looked at?
import { sql } from 'kysely';
import type { Db } from '../../../tools/server/database.ts';

export interface ActedRow { instance: string; at: string; after_ms: number | null }

export async function actedBy(db: Db, deployment: string, version: number): Promise<ActedRow[]> {
  const { rows } = await sql<ActedRow>`select instance, at, after_ms from gateway.acted where deployment_id = ${deployment} and version = ${version} order by at`.execute(db);
  return rows;
}

/** The version that a drill ordered, where the process ended before it was written down. */
export async function orderedFor(db: Db, deployment: string, reason: string): Promise<{ version: number; at: string } | null> {
  const { rows } = await sql<{ version: number; at: string }>`select version, decided_at as at from gateway.policy where deployment_id = ${deployment} and reason = ${reason} and decided_at is not null order by version limit 1`.execute(db);
  return rows[0] ?? null;
}
