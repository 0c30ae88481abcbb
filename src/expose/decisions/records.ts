// How do facts, days, outcomes and batches lie in the database? The only SQL of this room.
import { sql } from 'kysely';
import { byteaArray, textArray } from '../../spine/ledger/ledger.ts';
import type { Db, Tx } from '../../tools/server/database.ts';
import { counted, dayKeyOf, type Counted } from './day.ts';
import type { Fact } from './fact.ts';

export interface FactRow {
  decision: string; deployment_id: string; position: number; name: string; at: string; asked_at: string | null; recorded_at: string; shown_at: string | null;
  subject: string; encounter: string | null; user_ref: string | null; facility: string | null; department: string | null; version: string; class: string | null;
  score: number | null; label: string | null; critical: boolean; disposition: string; recorded_as: string; rule: string | null; arm: string | null; moment_at: string | null;
  assurance: string; via: string; delivered: boolean | null; seen_at: string | null; act: string | null; act_at: string | null; reason: string | null;
  edited: number | null; dwell_ms: number | null; dwell_from: string | null; acted_at: string | null; signed_at: string | null; repeat_of: string | null;
}
export interface OutcomeRow { decision: string; deployment_id: string; name: string; at: string; positive: boolean | null; acted: boolean; value: number | null }
export interface DayRow extends Counted { deployment_id: string; day: string; facility: string; department: string; class: string; disposition: string; assurance: string; arm: string }
interface BatchRow { id: string; deployment_id: string; position: number; records: number; root: Buffer }

const on = <D extends Db>(db: D) =>
  db.withTables<{
    'decisions.fact': FactRow; 'decisions.outcome': OutcomeRow; 'decisions.day': DayRow; 'decisions.progress': { position: number };
    'decisions.batch': BatchRow; 'decisions.batch_record': { batch: string; nth: number; decision: string; body: Buffer };
    'decisions.known': { deployment_id: string; name: Buffer; decision: string };
  }>();

/** The fact in the columns' words, and back. Kept in one list so that neither forgets one. */
const columns: readonly [keyof FactRow, keyof Fact, string][] = [
  ['decision', 'decision', 'text'], ['name', 'name', 'text'], ['at', 'at', 'timestamptz'], ['asked_at', 'askedAt', 'timestamptz'], ['recorded_at', 'recordedAt', 'timestamptz'],
  ['shown_at', 'shownAt', 'timestamptz'], ['subject', 'subject', 'text'], ['encounter', 'encounter', 'text'], ['user_ref', 'user', 'text'], ['facility', 'facility', 'text'],
  ['department', 'department', 'text'], ['version', 'version', 'text'], ['class', 'class', 'text'], ['score', 'score', 'float8'], ['label', 'label', 'text'], ['critical', 'critical', 'bool'],
  ['disposition', 'disposition', 'text'], ['recorded_as', 'recordedAs', 'text'], ['rule', 'rule', 'text'], ['arm', 'arm', 'text'], ['moment_at', 'momentAt', 'timestamptz'], ['assurance', 'assurance', 'text'], ['via', 'via', 'text'],
  ['delivered', 'delivered', 'bool'], ['seen_at', 'seenAt', 'timestamptz'], ['act', 'act', 'text'], ['act_at', 'actAt', 'timestamptz'], ['reason', 'reason', 'text'], ['edited', 'edited', 'float8'],
  ['dwell_ms', 'dwellMs', 'int'], ['dwell_from', 'dwellFrom', 'text'], ['acted_at', 'actedAt', 'timestamptz'], ['signed_at', 'signedAt', 'timestamptz'], ['repeat_of', 'repeatOf', 'text'],
];

export const factFrom = (row: FactRow): Fact => Object.fromEntries(columns.map(([column, field]) => [field, row[column]])) as unknown as Fact;

/** A fact with where it stands. */
export interface Placed {
  deployment: string;
  /** The position in the ledger of the entry it began with. */
  position: number;
  fact: Fact;
}

export async function factsOf(db: Db, decisions: readonly string[]): Promise<Placed[]> {
  if (decisions.length === 0) return [];
  const rows = await on(db).selectFrom('decisions.fact').selectAll().where(sql<boolean>`decision = any(${decisions}::text[])`).execute();
  return rows.map((row) => ({ deployment: row.deployment_id, position: row.position, fact: factFrom(row) }));
}

/** Writes facts, new or changed, in one statement. */
export async function keepFacts(tx: Tx, facts: readonly Placed[]): Promise<void> {
  for (let at = 0; at < facts.length; at += 5_000) {
    const some = facts.slice(at, at + 5_000);
    const arrays = columns.map(([, field, type]) => sql`${some.map(({ fact }) => fact[field])}::${sql.raw(type)}[]`);
    await sql`
      insert into decisions.fact (deployment_id, position, ${sql.join(columns.map(([column]) => sql.raw(column)))})
      select * from unnest(${some.map(({ deployment }) => deployment)}::text[], ${some.map(({ position }) => position)}::bigint[], ${sql.join(arrays)})
      on conflict (decision) do update set ${sql.join(columns.slice(1).map(([column]) => sql.raw(`${column} = excluded.${column}`)))}`.execute(tx);
  }
}

/** Adds what changed to the days. Every number may be negative; none is left below zero. */
export async function addToDays(tx: Tx, changes: ReadonlyMap<string, { deployment: string; key: ReturnType<typeof dayKeyOf>; counts: Counted }>): Promise<void> {
  // In one order everywhere, so that two writers never wait for each other in a circle.
  const rows = [...changes.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  if (rows.length === 0) return;
  const keys = ['facility', 'department', 'class', 'disposition', 'assurance', 'arm'] as const;
  await sql`
    insert into decisions.day (deployment_id, day, ${sql.raw(keys.join(', '))}, ${sql.raw(counted.join(', '))})
    select * from unnest(${rows.map(({ deployment }) => deployment)}::text[], ${rows.map(({ key }) => key.day)}::date[],
      ${sql.join(keys.map((name) => sql`${rows.map(({ key }) => key[name])}::text[]`))}, ${sql.join(counted.map((name) => sql`${rows.map(({ counts }) => counts[name])}::bigint[]`))})
    on conflict (deployment_id, day, ${sql.raw(keys.join(', '))}) do update set ${sql.raw(counted.map((name) => `${name} = decisions.day.${name} + excluded.${name}`).join(', '))}`.execute(tx);
}

export async function keepOutcomes(tx: Tx, rows: readonly OutcomeRow[]): Promise<void> {
  // Of one outcome told twice in the same batch the last stands.
  const last = [...new Map(rows.map((row) => [`${row.decision} ${row.name}`, row])).values()];
  if (last.length === 0) return;
  await sql`
    insert into decisions.outcome (decision, deployment_id, name, at, positive, acted, value)
    select * from unnest(${last.map((row) => row.decision)}::text[], ${last.map((row) => row.deployment_id)}::text[], ${last.map((row) => row.name)}::text[],
      ${last.map((row) => row.at)}::timestamptz[], ${last.map((row) => row.positive)}::bool[], ${last.map((row) => row.acted)}::bool[], ${last.map((row) => row.value)}::float8[])
    on conflict (decision, name) do update set at = excluded.at, positive = excluded.positive, acted = excluded.acted, value = excluded.value`.execute(tx);
}

/** The latest decision of the same class for the same subject that was recorded as shown in that time, with when, for each of these. */
export async function shownBefore(db: Db, asked: readonly { deployment: string; subject: string; class: string | null; from: string; to: string }[]): Promise<({ decision: string; at: string } | null)[]> {
  if (asked.length === 0) return [];
  const found = await sql<{ nth: number; decision: string; at: string }>`
    select q.nth::int as nth, f.decision, f.at from unnest(${asked.map((one) => one.deployment)}::text[], ${asked.map((one) => one.subject)}::text[], ${asked.map((one) => one.class)}::text[],
      ${asked.map((one) => one.from)}::timestamptz[], ${asked.map((one) => one.to)}::timestamptz[]) with ordinality q (deployment_id, subject, class, since, until, nth)
    cross join lateral (select decision, at from decisions.fact f where f.deployment_id = q.deployment_id and f.subject = q.subject and coalesce(f.class, '') = coalesce(q.class, '')
      and f.at >= q.since and f.at < q.until and f.recorded_as = 'shown' order by f.at desc, f.decision desc limit 1) f`.execute(db);
  const answers: ({ decision: string; at: string } | null)[] = asked.map(() => null);
  for (const { nth, decision, at } of found.rows) answers[nth - 1] = { decision, at };
  return answers;
}

/** Where the facts stand in the ledger; held until the transaction ends, so that only one moves them. */
export const lockProgress = async (tx: Tx): Promise<number> => (await on(tx).selectFrom('decisions.progress').select('position').forUpdate().executeTakeFirstOrThrow()).position;
export const readProgress = async (db: Db): Promise<number> => (await on(db).selectFrom('decisions.progress').select('position').executeTakeFirstOrThrow()).position;
export const moveProgress = (tx: Tx, position: number) => on(tx).updateTable('decisions.progress').set({ position }).execute();

/** The entries about decisions from this position on, in order, and how far the ledger reaches. */
export async function entriesFrom(db: Db, position: number, limit: number): Promise<{ rows: { position: number; leaf: Buffer }[]; end: number }> {
  const { rows: [head] } = await sql<{ size: number }>`select size from ledger.head`.execute(db);
  const end = Math.min(head?.size ?? 0, position + limit);
  const { rows } = await sql<{ position: number; leaf: Buffer }>`select position, leaf from ledger.entry where position >= ${position} and position < ${end} and kind like 'decision.%' order by position`.execute(db);
  return { rows, end };
}

export const forgetFacts = (tx: Tx) => sql`truncate decisions.fact, decisions.outcome, decisions.day`.execute(tx);

// --- batches and names ----------------------------------------------------------------------------------------------

export const recordsOfBatch = async (db: Db, batch: string): Promise<Buffer[]> =>
  (await on(db).selectFrom('decisions.batch_record').select('body').where('batch', '=', batch).orderBy('nth').execute()).map(({ body }) => body);

export const keepBatch = (tx: Tx, batch: BatchRow) => on(tx).insertInto('decisions.batch').values(batch).execute();

/** The records of a batch. Kept before the entry of the ledger is appended, so that other writers do not wait for them. */
export async function keepBatchRecords(tx: Tx, batch: string, records: readonly { decision: string; body: Buffer; sealed: { key: string; bytes: Uint8Array } | null }[]): Promise<void> {
  await sql`insert into decisions.batch_record (batch, nth, decision, body)
    select ${batch}, nth - 1, decision, body from unnest(${textArray(records.map((one) => one.decision))}::text[], ${byteaArray(records.map((one) => one.body))}::bytea[]) with ordinality q (decision, body, nth)`.execute(tx);
  const sealed = records.flatMap((one, nth) => (one.sealed ? [{ nth, ...one.sealed }] : []));
  if (sealed.length > 0)
    await sql`insert into decisions.batch_payload (batch, nth, key, sealed)
      select ${batch}, nth, key, sealed from unnest(${sealed.map((one) => one.nth)}::int[], ${textArray(sealed.map((one) => one.key))}::text[], ${byteaArray(sealed.map((one) => one.bytes))}::bytea[]) q (nth, key, sealed)`.execute(tx);
}

/** Which of these names are known, and as which decision. */
export async function knownNames(db: Db, deployment: string, names: readonly Buffer[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const { rows } = await sql<{ name: string; decision: string }>`select encode(name, 'hex') as name, decision from decisions.known where deployment_id = ${deployment} and name = any(${byteaArray(names)}::bytea[])`.execute(db);
  return new Map(rows.map(({ name, decision }) => [name, decision]));
}

/** Notes names; gives those that were new. Another that was told at the same moment is waited for. */
export async function noteNames(tx: Tx, deployment: string, names: readonly { name: Buffer; decision: string }[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const sorted = [...names].sort((a, b) => Buffer.compare(a.name, b.name));
  const { rows } = await sql<{ name: string }>`insert into decisions.known (deployment_id, name, decision)
    select ${deployment}, name, decision from unnest(${byteaArray(sorted.map((one) => one.name))}::bytea[], ${textArray(sorted.map((one) => one.decision))}::text[]) q (name, decision)
    on conflict do nothing returning encode(name, 'hex') as name`.execute(tx);
  return new Set(rows.map(({ name }) => name));
}

// --- reading --------------------------------------------------------------------------------------------------------

export interface DecisionFilter {
  disposition?: string | undefined; act?: 'accepted' | 'overridden' | 'none' | undefined; assurance?: string | undefined; facility?: string | undefined;
  department?: string | undefined; class?: string | undefined; from?: string | undefined; to?: string | undefined;
}

/** Decisions of a deployment, newest first, below a cursor of time and id. */
export function factRows(db: Db, deployment: string, filter: DecisionFilter, below: { at: string; decision: string } | null, limit: number): Promise<FactRow[]> {
  let query = on(db).selectFrom('decisions.fact').selectAll().where('deployment_id', '=', deployment).orderBy('at', 'desc').orderBy('decision', 'desc').limit(limit);
  for (const [column, value] of [['disposition', filter.disposition], ['assurance', filter.assurance], ['facility', filter.facility], ['department', filter.department], ['class', filter.class]] as const)
    if (value !== undefined) query = query.where(column, '=', value);
  if (filter.act === 'none') query = query.where('act', 'is', null);
  else if (filter.act !== undefined) query = query.where('act', '=', filter.act);
  if (filter.from !== undefined) query = query.where('at', '>=', filter.from);
  if (filter.to !== undefined) query = query.where('at', '<', filter.to);
  if (below) query = query.where(sql<boolean>`(at, decision) < (${below.at}::timestamptz, ${below.decision})`);
  return query.execute();
}

export const factRow = (db: Db, decision: string): Promise<FactRow | undefined> => on(db).selectFrom('decisions.fact').selectAll().where('decision', '=', decision).executeTakeFirst();
export const outcomesOf = (db: Db, decision: string): Promise<OutcomeRow[]> => on(db).selectFrom('decisions.outcome').selectAll().where('decision', '=', decision).orderBy('at').execute();
/** The records of batches about a decision, with the entry that commits to each and when that was written. */
export async function batchWith(db: Db, decision: string): Promise<{ position: number; at: string; body: Buffer }[]> {
  const { rows } = await sql<{ position: number; at: string; body: Buffer }>`select b.position, e.at, r.body from decisions.batch_record r join decisions.batch b on b.id = r.batch join ledger.entry e on e.position = b.position
    where r.decision = ${decision} order by b.position, r.nth`.execute(db);
  return rows;
}

/** Where in which batches something is told of a decision. */
export async function placesOf(db: Db, decision: string): Promise<{ batch: string; nth: number; position: number }[]> {
  const { rows } = await sql<{ batch: string; nth: number; position: number }>`select r.batch, r.nth, b.position from decisions.batch_record r join decisions.batch b on b.id = r.batch where r.decision = ${decision} order by b.position, r.nth`.execute(db);
  return rows;
}

/** The days of a deployment, both ends included. */
export const dayRows = (db: Db, deployment: string, from: string, to: string): Promise<DayRow[]> =>
  on(db).selectFrom('decisions.day').selectAll().where('deployment_id', '=', deployment).where('day', '>=', from).where('day', '<=', to).execute();

/** How many different people and patients are behind what was shown, by unit. */
export async function peopleBehind(db: Db, deployment: string, from: string, to: string): Promise<{ facility: string | null; department: string | null; subjects: number }[]> {
  const { rows } = await sql<{ facility: string | null; department: string | null; subjects: number }>`select facility, department, count(distinct subject)::int as subjects from decisions.fact
    where deployment_id = ${deployment} and at >= ${from}::timestamptz and at < ${to}::timestamptz and disposition = 'shown' group by 1, 2`.execute(db);
  return rows;
}

export interface Times { n: number; answer50: number | null; answer95: number | null; record50: number | null; record95: number | null; dwells: number; dwell50: number | null; dwell95: number | null; users: number; user_days: number; shown: number }

/** Times in milliseconds over the newest decisions of a period; at most 20,000 of them, so that the answer costs the same in every year. */
export async function timesOf(db: Db, deployment: string, from: string, to: string): Promise<Times> {
  const { rows } = await sql<Times>`with newest as (
      select at, asked_at, recorded_at, dwell_ms, user_ref, disposition, shown_at from decisions.fact where deployment_id = ${deployment} and at >= ${from}::timestamptz and at < ${to}::timestamptz order by at desc limit 20000),
    times as (select extract(epoch from at - asked_at) * 1000 as answer, extract(epoch from recorded_at - at) * 1000 as record, dwell_ms from newest)
    select count(*)::int as n, percentile_cont(0.5) within group (order by answer)::float8 as answer50, percentile_cont(0.95) within group (order by answer)::float8 as answer95,
      percentile_cont(0.5) within group (order by record)::float8 as record50, percentile_cont(0.95) within group (order by record)::float8 as record95,
      count(dwell_ms)::int as dwells, percentile_cont(0.5) within group (order by dwell_ms)::float8 as dwell50, percentile_cont(0.95) within group (order by dwell_ms)::float8 as dwell95,
      (select count(distinct user_ref)::int from newest where disposition = 'shown') as users,
      (select count(distinct (user_ref, shown_at::date))::int from newest where disposition = 'shown' and user_ref is not null) as user_days,
      (select count(*)::int from newest where disposition = 'shown' and user_ref is not null) as shown from times`.execute(db);
  return rows[0]!;
}

/** Of what was shown and whose window is over, per patient: how many, and how many acted on inside it. */
export async function windowBySubject(db: Db, deployment: string, from: string, to: string, windowMs: number): Promise<{ n: number; k: number }[]> {
  const { rows } = await sql<{ n: number; k: number }>`select count(*)::int as n, count(*) filter (where acted_at is not null and acted_at <= shown_at + ${windowMs} * interval '1 millisecond')::int as k
    from decisions.fact where deployment_id = ${deployment} and at >= ${from}::timestamptz and at < ${to}::timestamptz and disposition = 'shown' and delivered is distinct from false and shown_at is not null
      and (acted_at is not null or shown_at + ${windowMs} * interval '1 millisecond' < ${to}::timestamptz) group by subject`.execute(db);
  return rows;
}

/** Of what was answered and has a decision moment, per patient: how many, and how many came before it. In shadow mode the answer itself is what would have been shown. */
export async function timedBySubject(db: Db, deployment: string, from: string, to: string): Promise<{ n: number; k: number }[]> {
  const { rows } = await sql<{ n: number; k: number }>`select count(*)::int as n, count(*) filter (where coalesce(shown_at, at) <= moment_at)::int as k
    from decisions.fact where deployment_id = ${deployment} and at >= ${from}::timestamptz and at < ${to}::timestamptz and disposition in ('shown', 'shadow') and delivered is distinct from false and moment_at is not null group by subject`.execute(db);
  return rows;
}

/** Critical outputs of a period: how many, of how many somebody decided or the action was done, and of those without a human act before it. */
export async function criticalActs(db: Db, deployment: string, from: string, to: string): Promise<{ decisions: number; critical: number; decided: number; outside: number }> {
  const { rows } = await sql<{ decisions: number; critical: number; decided: number; outside: number }>`select count(*)::int as decisions, count(*) filter (where critical)::int as critical,
      count(*) filter (where critical and (acted_at is not null or act is not null))::int as decided,
      count(*) filter (where critical and acted_at is not null and (act_at is null or act_at > acted_at) and (signed_at is null or signed_at > acted_at))::int as outside
    from decisions.fact where deployment_id = ${deployment} and at >= ${from}::timestamptz and at < ${to}::timestamptz`.execute(db);
  return rows[0]!;
}

export const classesSeen = async (db: Db, deployment: string, from: string, to: string): Promise<string[]> =>
  (await on(db).selectFrom('decisions.day').select('class').distinct().where('deployment_id', '=', deployment).where('day', '>=', from).where('day', '<=', to).where('decisions', '>', 0).orderBy('class').execute()).map((row) => row.class);

/** The reference of the patient a decision is about, as its first entry in the ledger, or its batch, has it. */
export async function subjectInLedger(db: Db, decision: string): Promise<string | null> {
  const { rows } = await sql<{ body: Buffer }>`select leaf as body from ledger.entry where subject = ${`decision/${decision}`} and kind = 'decision.recorded' union all
    select body from decisions.batch_record where decision = ${decision} limit 1`.execute(db);
  const found = rows[0] ? (JSON.parse(rows[0].body.toString('utf8')) as { subject?: string; body?: { subject?: string } }) : null;
  return found?.body?.subject ?? found?.subject ?? null;
}
