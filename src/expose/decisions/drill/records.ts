// Which decisions are drawn, and is what each was given still there?
import { sql } from 'kysely';
import type { Db } from '../../../tools/server/database.ts';

/**
 * The decisions whose SHA-256 of seed and id is smallest: everybody who has the seed and the ids draws the same, and
 * nobody could arrange which, as the seed is the root of a tree that has them all as leaves.
 */
export async function drawn(db: Db, deployment: string, from: string, to: string, size: number, seed: string, many: number): Promise<string[]> {
  const { rows } = await sql<{ decision: string }>`select decision from decisions.fact where deployment_id = ${deployment} and at >= ${from}::timestamptz and at <= ${to}::timestamptz and position < ${size}
    order by sha256(convert_to(${seed} || decision, 'UTF8')) limit ${many}`.execute(db);
  return rows.map(({ decision }) => decision);
}

/** Of these decisions, those whose payload is there, whole, and under a key that was not destroyed. */
export async function withInput(db: Db, decisions: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ decision: string }>`
    select f.decision from decisions.fact f join ledger.payload p on p.position = f.position join ledger.data_key k on k.id = p.key and k.wrapped is not null
      join ledger.entry e on e.position = f.position and encode(sha256(p.sealed), 'hex') = (convert_from(e.leaf, 'UTF8')::jsonb -> 'payload' ->> 'digest')
      where f.decision = any(${decisions}::text[])
    union select r.decision from decisions.batch_record r join decisions.batch_payload p using (batch, nth) join ledger.data_key k on k.id = p.key and k.wrapped is not null
      where r.decision = any(${decisions}::text[]) and convert_from(r.body, 'UTF8')::jsonb ->> 'what' = 'recorded'
        and encode(sha256(p.sealed), 'hex') = (convert_from(r.body, 'UTF8')::jsonb -> 'payload' ->> 'digest')`.execute(db);
  return new Set(rows.map(({ decision }) => decision));
}

/** Of these, those about which an outcome or a use was told, and those in which a person is named. */
export async function toldOf(db: Db, deployment: string, decisions: readonly string[]): Promise<{ acted: Set<string>; people: Set<string> }> {
  const { rows } = await sql<{ decision: string; kind: string; person: boolean }>`
    select decision, 'outcome' as kind, false as person from decisions.outcome where deployment_id = ${deployment} and decision = any(${decisions}::text[])
    union all select substr(subject, 10), kind, (convert_from(leaf, 'UTF8')::jsonb -> 'body' ->> 'user') is not null from ledger.entry
      where subject = any(${decisions.map((one) => `decision/${one}`)}::text[]) and kind in ('decision.feedback', 'decision.used')
    union all select decision, convert_from(body, 'UTF8')::jsonb ->> 'what', (convert_from(body, 'UTF8')::jsonb ->> 'user') is not null from decisions.batch_record
      where decision = any(${decisions}::text[]) and convert_from(body, 'UTF8')::jsonb ->> 'what' in ('feedback', 'used')`.execute(db);
  return { acted: new Set(rows.map(({ decision }) => decision)), people: new Set(rows.filter(({ person }) => person).map(({ decision }) => decision)) };
}
