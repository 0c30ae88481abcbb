// How does the sealed part of a record of a batch lie in the database?
import { sql } from 'kysely';
import type { Db } from '../../../tools/server/database.ts';

export async function batchPayload(db: Db, batch: string, nth: number): Promise<{ key: string; sealed: Buffer } | null> {
  const { rows } = await sql<{ key: string; sealed: Buffer }>`select key, sealed from decisions.batch_payload where batch = ${batch} and nth = ${nth}`.execute(db);
  return rows[0] ?? null;
}
