// Which decisions are drawn, and is what each was given still there?
import { sql } from 'kysely';
import type { Db } from '../../../tools/server/database.ts';
import type { Event } from '../event.ts';

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
export async function withInput(db: Db, decisions: readonly string[], inBatches: readonly InBatch[]): Promise<Set<string>> {
  const { rows } = await sql<{ decision: string }>`
    select f.decision from decisions.fact f join ledger.payload p on p.position = f.position join ledger.data_key k on k.id = p.key and k.wrapped is not null
      join ledger.entry e on e.position = f.position and encode(sha256(p.sealed), 'hex') = (convert_from(e.leaf, 'UTF8')::jsonb -> 'payload' ->> 'digest')
      where f.decision = any(${decisions}::text[])`.execute(db);
  const told = inBatches.filter(({ event }) => event.what === 'recorded' && event.payload);
  const { rows: sealed } = await sql<{ nth: number; digest: string }>`select q.nth::int as nth, encode(sha256(p.sealed), 'hex') as digest from unnest(${told.map(({ batch }) => batch)}::text[], ${told.map(({ nth }) => nth)}::int[]) with ordinality q (batch, record, nth)
    join decisions.batch_payload p on p.batch = q.batch and p.nth = q.record join ledger.data_key k on k.id = p.key and k.wrapped is not null`.execute(db);
  const whole = sealed.flatMap(({ nth, digest }) => {
    const { decision, event } = told[nth - 1]!;
    return event.what === 'recorded' && event.payload?.digest === digest ? [decision] : [];
  });
  return new Set([...rows.map(({ decision }) => decision), ...whole]);
}

/** What a record of a batch tells of a decision. */
export interface InBatch { decision: string; batch: string; nth: number; event: Event }

/** Of these, those about which an outcome or a use was told, and those in which a person is named. */
export async function toldOf(db: Db, deployment: string, decisions: readonly string[], inBatches: readonly InBatch[]): Promise<{ acted: Set<string>; people: Set<string> }> {
  const { rows } = await sql<{ decision: string; person: boolean }>`
    select decision, false as person from decisions.outcome where deployment_id = ${deployment} and decision = any(${decisions}::text[])
    union all select substr(subject, 10), (convert_from(leaf, 'UTF8')::jsonb -> 'body' ->> 'user') is not null from ledger.entry
      where subject = any(${decisions.map((one) => `decision/${one}`)}::text[]) and kind in ('decision.feedback', 'decision.used')`.execute(db);
  const touched = inBatches.flatMap(({ decision, event }) => (event.what === 'feedback' || event.what === 'used' ? [{ decision, person: event.user !== null }] : []));
  const all = [...rows, ...touched];
  return { acted: new Set(all.map(({ decision }) => decision)), people: new Set(all.filter(({ person }) => person).map(({ decision }) => decision)) };
}

/** Answers of a stretch of time by what became of them, and how many of each were put before a person in that stretch. */
export async function becameBetween(db: Db, deployment: string, from: string, to: string, arm: string | null): Promise<{ disposition: string; n: number; shown: number }[]> {
  const { rows } = await sql<{ disposition: string; n: number; shown: number }>`select disposition, count(*)::int as n, count(*) filter (where shown_at > ${from}::timestamptz and shown_at < ${to}::timestamptz)::int as shown
    from decisions.fact where deployment_id = ${deployment} and at > ${from}::timestamptz and at < ${to}::timestamptz and (${arm}::text is null or arm = ${arm}) group by 1 order by 1`.execute(db);
  return rows;
}
