// How do facts, days, outcomes and batches lie in the database? The only SQL of this room.
import { promisify } from 'node:util';
import { deflateRaw, inflateRawSync, type ZlibOptions } from 'node:zlib';
import { sql } from 'kysely';
import { byteaArray, leafList, textArray, type LeafList } from '../../spine/ledger/ledger.ts';
import type { Db, Tx } from '../../tools/server/database.ts';
import { counted, dayKeyOf, type Counted } from './day.ts';
import { bitsOf, peopleBytes, peopleIn } from './people.ts';
import { repeatWithin, type Fact } from './fact.ts';
import { idArray, uuidArray } from './uuid-array.ts';

export interface FactRow {
  decision: string; deployment_id: string; position: number; name: string; at: string; asked_at: string | null; recorded_at: string; shown_at: string | null;
  subject: string; encounter: string | null; user_ref: string | null; facility: string | null; department: string | null; version: string; class: string | null;
  score: number | null; label: string | null; critical: boolean; disposition: string; recorded_as: string; rule: string | null; arm: string | null; moment_at: string | null;
  assurance: string; via: string; delivered: boolean | null; seen_at: string | null; act: string | null; act_at: string | null; reason: string | null;
  edited: number | null; dwell_ms: number | null; dwell_from: string | null; acted_at: string | null; signed_at: string | null; repeat_of: string | null; told_in: string[];
}
export interface OutcomeRow { decision: string; deployment_id: string; name: string; at: string; positive: boolean | null; acted: boolean; value: number | null }
export interface DayRow extends Counted { deployment_id: string; day: string; facility: string; department: string; class: string; disposition: string; assurance: string; arm: string }
export interface PageRow { batch: string; first: number; packed: boolean; lines: Buffer }
interface BatchRow { id: string; deployment_id: string; position: number; records: number; root: Buffer }

const on = <D extends Db>(db: D) =>
  db.withTables<{
    'decisions.fact': FactRow; 'decisions.outcome': OutcomeRow; 'decisions.day': DayRow; 'decisions.progress': { position: number };
    'decisions.batch': BatchRow; 'decisions.batch_page': PageRow;
  }>();

/** The fact in the columns' words. */
const columns: readonly [keyof FactRow, keyof Fact, string][] = [
  ['decision', 'decision', 'text'], ['name', 'name', 'text'], ['at', 'at', 'timestamptz'], ['asked_at', 'askedAt', 'timestamptz'], ['recorded_at', 'recordedAt', 'timestamptz'],
  ['shown_at', 'shownAt', 'timestamptz'], ['subject', 'subject', 'text'], ['encounter', 'encounter', 'text'], ['user_ref', 'user', 'text'], ['facility', 'facility', 'text'],
  ['department', 'department', 'text'], ['version', 'version', 'text'], ['class', 'class', 'text'], ['score', 'score', 'float8'], ['label', 'label', 'text'], ['critical', 'critical', 'bool'],
  ['disposition', 'disposition', 'text'], ['recorded_as', 'recordedAs', 'text'], ['rule', 'rule', 'text'], ['arm', 'arm', 'text'], ['moment_at', 'momentAt', 'timestamptz'], ['assurance', 'assurance', 'text'], ['via', 'via', 'text'],
  ['delivered', 'delivered', 'bool'], ['seen_at', 'seenAt', 'timestamptz'], ['act', 'act', 'text'], ['act_at', 'actAt', 'timestamptz'], ['reason', 'reason', 'text'], ['edited', 'edited', 'float8'],
  ['dwell_ms', 'dwellMs', 'int'], ['dwell_from', 'dwellFrom', 'text'], ['acted_at', 'actedAt', 'timestamptz'], ['signed_at', 'signedAt', 'timestamptz'], ['repeat_of', 'repeatOf', 'text'],
];

export const factFrom = (row: FactRow): Fact =>
  ({
    decision: row.decision, name: row.name, at: row.at, askedAt: row.asked_at, recordedAt: row.recorded_at, shownAt: row.shown_at, subject: row.subject, encounter: row.encounter, user: row.user_ref, facility: row.facility,
    department: row.department, version: row.version, class: row.class, score: row.score, label: row.label, critical: row.critical, disposition: row.disposition, recordedAs: row.recorded_as, rule: row.rule, arm: row.arm,
    momentAt: row.moment_at, assurance: row.assurance, via: row.via, delivered: row.delivered, seenAt: row.seen_at, act: row.act, actAt: row.act_at, reason: row.reason, edited: row.edited, dwellMs: row.dwell_ms, dwellFrom: row.dwell_from,
    actedAt: row.acted_at, signedAt: row.signed_at, repeatOf: row.repeat_of,
  }) as Fact;

/** A fact with where it stands. */
export interface Placed {
  deployment: string;
  /** The position in the ledger of the entry it began with. */
  position: number;
  fact: Fact;
  /** Where in batches it is told of since the facts were read: position of the entry times 2^20, and the number in the batch. */
  toldIn: readonly number[];
}

export async function factsOf(db: Db, decisions: readonly string[]): Promise<Placed[]> {
  if (decisions.length === 0) return [];
  const rows = await on(db).selectFrom('decisions.fact').selectAll().where(sql<boolean>`decision = any(${decisions}::text[])`).execute();
  return rows.map((row) => ({ deployment: row.deployment_id, position: row.position, fact: factFrom(row), toldIn: [] }));
}

/** Writes facts, new or changed, in one statement. */
export async function keepFacts(tx: Tx, facts: readonly Placed[]): Promise<void> {
  for (let at = 0; at < facts.length; at += 5_000) {
    const some = facts.slice(at, at + 5_000);
    const arrays = columns.map(([, field, type]) => sql`${some.map(({ fact }) => fact[field])}::${sql.raw(type)}[]`);
    await sql`
      insert into decisions.fact (deployment_id, position, told_in, ${sql.join(columns.map(([column]) => sql.raw(column)))})
      select deployment_id, position, told_in::bigint[], ${sql.join(columns.map(([column]) => sql.raw(column)))}
      from unnest(${some.map(({ deployment }) => deployment)}::text[], ${some.map(({ position }) => position)}::bigint[], ${some.map(({ toldIn }) => `{${toldIn.join(',')}}`)}::text[], ${sql.join(arrays)})
        q (deployment_id, position, told_in, ${sql.join(columns.map(([column]) => sql.raw(column)))})
      on conflict (decision) do update set told_in = fact.told_in || excluded.told_in, ${sql.join(columns.slice(1).map(([column]) => sql.raw(`${column} = excluded.${column}`)))}`.execute(tx);
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

export interface TimeChange { deployment: string; day: string; what: string; class: number; decisions: number }

/** Adds to the classes of time of days; what is taken away is below zero. */
export async function addToTimes(tx: Tx, changes: ReadonlyMap<string, TimeChange>): Promise<void> {
  const rows = [...changes.entries()].filter(([, one]) => one.decisions !== 0).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  if (rows.length === 0) return;
  await sql`insert into decisions.day_time (deployment_id, day, what, class, decisions)
    select * from unnest(${rows.map((row) => row.deployment)}::text[], ${rows.map((row) => row.day)}::date[], ${rows.map((row) => row.what)}::text[], ${rows.map((row) => row.class)}::int[], ${rows.map((row) => row.decisions)}::bigint[])
    on conflict (deployment_id, day, what, class) do update set decisions = decisions.day_time.decisions + excluded.decisions`.execute(tx);
}

export interface PeopleOfDay { deployment: string; day: string; kind: 'subject' | 'user'; facility: string; department: string; people: Set<number> }

const placeOf = (row: Omit<PeopleOfDay, 'people'>): string => [row.deployment, row.day, row.kind, row.facility, row.department].join('\n');

/** Adds people to those of their days. */
export async function addPeople(tx: Tx, rows: readonly PeopleOfDay[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = sql`${rows.map((row) => row.deployment)}::text[], ${rows.map((row) => row.day)}::date[], ${rows.map((row) => row.kind)}::text[], ${rows.map((row) => row.facility)}::text[], ${rows.map((row) => row.department)}::text[]`;
  const { rows: there } = await sql<Omit<PeopleOfDay, 'people'> & { bytes: Buffer }>`select deployment_id as deployment, day, kind, facility, department, people as bytes
    from decisions.day_people join unnest(${columns}) q (deployment_id, day, kind, facility, department) using (deployment_id, day, kind, facility, department)`.execute(tx);
  const before = new Map(there.map((row) => [placeOf(row), row.bytes]));
  const whole = rows.map((row) => peopleBytes([...row.people, ...peopleIn(before.get(placeOf(row)) ?? Buffer.alloc(0))]));
  await sql`insert into decisions.day_people (deployment_id, day, kind, facility, department, people) select * from unnest(${columns}, ${byteaArray(whole)}::bytea[])
    on conflict (deployment_id, day, kind, facility, department) do update set people = excluded.people`.execute(tx);
}

/** Counts the people of these days from their facts: of a set nothing can be taken away. */
export async function countPeopleAnew(tx: Tx, days: readonly { deployment: string; day: string }[]): Promise<void> {
  for (const { deployment, day } of days) {
    await sql`delete from decisions.day_people where deployment_id = ${deployment} and day = ${day}::date`.execute(tx);
    const { rows } = await sql<{ facility: string; department: string; subject: string; user_ref: string | null }>`select distinct coalesce(facility, '') as facility, coalesce(department, '') as department, subject, user_ref from decisions.fact
      where deployment_id = ${deployment} and at >= ${`${day}T00:00:00.000Z`}::timestamptz and at < ${`${day}T00:00:00.000Z`}::timestamptz + interval '24 hours' and disposition = 'shown'`.execute(tx);
    const found = new Map<string, PeopleOfDay>();
    const add = (place: Omit<PeopleOfDay, 'people'>, reference: string) => {
      const there = found.get(placeOf(place)) ?? { ...place, people: new Set() };
      there.people.add(bitsOf(reference));
      found.set(placeOf(place), there);
    };
    for (const { facility, department, subject, user_ref } of rows) {
      add({ deployment, day, kind: 'subject', facility, department }, subject);
      if (user_ref !== null) add({ deployment, day, kind: 'user', facility: '', department: '' }, user_ref);
    }
    await addPeople(tx, [...found.values()]);
  }
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

/** The latest decision of the same class for the same subject that was recorded as shown in the day before, with when, for each of these. */
export async function shownBefore(db: Db, asked: readonly { deployment: string; subject: string; class: string | null; at: string }[]): Promise<({ decision: string; at: string } | null)[]> {
  if (asked.length === 0) return [];
  const found = await sql<{ nth: number; decision: string; at: string }>`
    select q.nth::int as nth, f.decision, f.at from unnest(${asked.map((one) => one.deployment)}::text[], ${asked.map((one) => one.subject)}::text[], ${asked.map((one) => one.class)}::text[],
      ${asked.map((one) => one.at)}::timestamptz[]) with ordinality q (deployment_id, subject, class, at, nth)
    cross join lateral (select decision, at from decisions.fact f where f.deployment_id = q.deployment_id and f.subject = q.subject and coalesce(f.class, '') = coalesce(q.class, '')
      and f.at >= q.at - ${`${repeatWithin} milliseconds`}::interval and f.at < q.at and f.recorded_as = 'shown' order by f.at desc, f.decision desc limit 1) f`.execute(db);
  const answers: ({ decision: string; at: string } | null)[] = asked.map(() => null);
  for (const { nth, decision, at } of found.rows) answers[nth - 1] = { decision, at };
  return answers;
}

/** Where the facts stand in the ledger; held until the transaction ends, so that only one moves them. */
export const lockProgress = async (tx: Tx): Promise<number> => (await on(tx).selectFrom('decisions.progress').select('position').forUpdate().executeTakeFirstOrThrow()).position;
export const readProgress = async (db: Db): Promise<number> => (await on(db).selectFrom('decisions.progress').select('position').executeTakeFirstOrThrow()).position;
/** Has the ledger grown since the facts followed it? */
export async function isBehind(db: Db): Promise<boolean> {
  const { rows } = await sql<{ behind: boolean }>`select (select size from ledger.head) > (select position from decisions.progress) as behind`.execute(db);
  return rows[0]?.behind === true;
}
export const moveProgress = (tx: Tx, position: number) => on(tx).updateTable('decisions.progress').set({ position }).execute();

/** The entries about decisions from this position on, in order, and how far the ledger reaches. */
export async function entriesFrom(db: Db, position: number, limit: number): Promise<{ rows: { position: number; leaf: Buffer }[]; end: number }> {
  const { rows: [head] } = await sql<{ size: number }>`select size from ledger.head`.execute(db);
  const end = Math.min(head?.size ?? 0, position + limit);
  const { rows } = await sql<{ position: number; leaf: Buffer }>`select position, leaf from ledger.entry where position >= ${position} and position < ${end} and kind like 'decision.%' order by position`.execute(db);
  return { rows, end };
}

export const forgetFacts = (tx: Tx) => sql`truncate decisions.fact, decisions.outcome, decisions.day, decisions.day_time, decisions.day_people`.execute(tx);

// --- batches and names ----------------------------------------------------------------------------------------------

/** Records of a batch in one row. */
export const pageOf = 256;

export async function recordsOfBatch(db: Db, batch: string): Promise<Buffer[]> {
  const pages = await on(db).selectFrom('decisions.batch_page').select(['packed', 'lines']).where('batch', '=', batch).orderBy('first').execute();
  return pages.flatMap(linesIn);
}

/** The lines of a page, as views of it. */
export function linesIn({ packed, lines }: Pick<PageRow, 'packed' | 'lines'>): Buffer[] {
  const page = packed ? inflateRawSync(lines) : lines;
  const found: Buffer[] = [];
  let from = 0;
  for (let at = page.indexOf(10); at >= 0; at = page.indexOf(10, from)) {
    found.push(page.subarray(from, at));
    from = at + 1;
  }
  found.push(page.subarray(from));
  return found;
}

export const keepBatch = (tx: Tx, batch: BatchRow) => on(tx).insertInto('decisions.batch').values(batch).execute();

/** The pages of a batch, packed. The quickest setting: it takes a quarter of the time that writing what it saves would take. */
export const packed = (list: LeafList): Promise<Buffer[]> =>
  Promise.all(Array.from({ length: Math.ceil(list.length / pageOf) }, (_, nth) => deflate(list.lines(nth * pageOf, Math.min(list.length, (nth + 1) * pageOf)), { level: 1 })));

const deflate = promisify<Uint8Array, ZlibOptions, Buffer>(deflateRaw);

/** Kept before the entry of the ledger is appended, so that other writers do not wait for them. */
export async function keepPages(tx: Tx, batch: string, pages: readonly Buffer[]): Promise<void> {
  await sql`insert into decisions.batch_page (batch, first, packed, lines)
    select ${batch}, (nth - 1) * ${pageOf}::int, true, lines from unnest(${byteaArray(pages)}::bytea[]) with ordinality q (lines, nth)`.execute(tx);
}

/** A batch with its pages, written in the statement of its entry. */
export const batchInTurn = (batch: Omit<BatchRow, 'position'>, pages: readonly Buffer[]) => sql`
  pages as (insert into decisions.batch_page (batch, first, packed, lines)
    select ${batch.id}::text, (nth - 1) * ${pageOf}::int, true, lines from turn, unnest(${byteaArray(pages)}::bytea[]) with ordinality q (lines, nth) where turn.grown),
  batch as (insert into decisions.batch (id, deployment_id, position, records, root)
    select ${batch.id}::text, ${batch.deployment_id}::text, turn.position, ${batch.records}::int, ${batch.root}::bytea from turn where turn.grown)`;

/** What is sealed beside records of a batch. */
export async function keepBatchPayloads(tx: Tx, batch: string, sealed: readonly { nth: number; sealed: { key: string; bytes: Uint8Array } }[]): Promise<void> {
  if (sealed.length === 0) return;
  await sql`insert into decisions.batch_payload (batch, nth, key, sealed)
    select ${batch}, nth, key, sealed from unnest(${sealed.map((one) => one.nth)}::int[], ${textArray(sealed.map((one) => one.sealed.key))}::text[], ${byteaArray(sealed.map((one) => one.sealed.bytes))}::bytea[]) q (nth, key, sealed)`.execute(tx);
}

/** The records of a batch, with what is sealed beside them. */
export async function keepBatchRecords(tx: Tx, batch: string, records: readonly { body: Buffer; sealed: { key: string; bytes: Uint8Array } | null }[]): Promise<void> {
  const list = leafList(records.length);
  for (const { body } of records) list.add(body.toString('utf8'));
  await keepPages(tx, batch, await packed(list));
  await keepBatchPayloads(tx, batch, records.flatMap(({ sealed }, nth) => (sealed ? [{ nth, sealed }] : [])));
}

/** Which of these names, in hexadecimal, are known, and as which decision. */
export async function knownNames(db: Db, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const { array, order } = uuidArray(names);
  const { rows } = await sql<{ nth: number; decision: string }>`select q.nth::int as nth, k.decision from unnest(${array}::uuid[]) with ordinality q (name, nth) join decisions.known k using (name)`.execute(db);
  return new Map(rows.map(({ nth, decision }) => [names[order[nth - 1]!]!, decision]));
}

/** Notes names, in hexadecimal; gives those that were new. Another that was told at the same moment is waited for. */
export async function noteNames(tx: Db, names: readonly { name: string; decision: string }[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const { array, order } = uuidArray(names.map(({ name }) => name));
  const full = new Map(names.map(({ name }) => [name.slice(0, 32), name]));
  const { rows } = await sql<{ name: string }>`insert into decisions.known (name, decision)
    select name, decision from unnest(${array}::uuid[], ${textArray(Array.from(order, (nth) => names[nth]!.decision))}::text[]) q (name, decision)
    on conflict do nothing returning replace(name::text, '-', '') as name`.execute(tx);
  return new Set(rows.map(({ name }) => full.get(name)!));
}

/** Notes names that should be new, in half the time of asking; it fails where one is not (`wasTold`). */
export async function noteNewNames(tx: Tx, names: readonly string[], decisions: readonly string[]): Promise<void> {
  const { array, order } = uuidArray(names);
  await sql`insert into decisions.known (name, decision) select name, decision from unnest(${array}::uuid[], ${idArray(decisions, order)}::text[]) q (name, decision)`.execute(tx);
}

/** Did it fail because something was told before, or by another at the same moment? */
export const wasTold = (error: unknown): boolean => {
  const { code, table } = error as { code?: string; table?: string };
  return (code === '23505' && table === 'known') || code === '40P01';
};

// --- reading --------------------------------------------------------------------------------------------------------

export interface DecisionFilter {
  disposition?: string | undefined; act?: 'accepted' | 'overridden' | 'none' | undefined; assurance?: string | undefined; facility?: string | undefined;
  department?: string | undefined; class?: string | undefined; from?: string | undefined; to?: string | undefined; about?: string | undefined;
}

/**
 * Decisions of a deployment, newest first, below a cursor of time and id. The days know how many of each kind they hold:
 * only those are looked at that the page can come from, so that what is rare costs little more than what is common.
 */
export async function factRows(db: Db, deployment: string, filter: DecisionFilter, below: { at: string; decision: string } | null, limit: number): Promise<FactRow[]> {
  const equal = (['disposition', 'assurance', 'facility', 'department', 'class'] as const).flatMap((name) => (filter[name] === undefined ? [] : [sql`and ${sql.raw(name)} = ${filter[name]}`]));
  const acts = { accepted: 'accepted', overridden: 'overridden', none: 'decisions - accepted - overridden' } as const;
  const many = sql.raw(filter.act === undefined ? 'decisions' : acts[filter.act]);
  const newest = [below?.at, filter.to].filter((one) => one !== undefined).sort()[0];
  // On the first and the last day some may lie outside the time asked for; all days before them hold all they say.
  const { rows: days } = await sql<{ day: string }>`
    select day from (select day, coalesce(sum(n) over (order by day desc rows between unbounded preceding and 1 preceding), 0) - coalesce(first_value(n) over (order by day desc), 0) as newer
      from (select day, sum(${many}) as n from decisions.day where deployment_id = ${deployment} ${sql.join(equal, sql` `)} and (${filter.from?.slice(0, 10) ?? null}::date is null or day >= ${filter.from?.slice(0, 10) ?? null}::date)
        and (${newest?.slice(0, 10) ?? null}::date is null or day <= ${newest?.slice(0, 10) ?? null}::date) group by day having sum(${many}) > 0) d) d
    where newer < ${limit} order by day desc`.execute(db);
  const found: FactRow[] = [];
  // Whom they are about is asked for seldom: no day counts it, and no index is paid for with every decision. All of it is gone through at once.
  for (const { from, to } of filter.about === undefined ? stretches(days.map(({ day }) => day)) : [{ from: '-infinity', to: 'infinity' }]) {
    let query = on(db).selectFrom('decisions.fact').selectAll().where('deployment_id', '=', deployment).where('at', '>=', from).where('at', '<', to).orderBy('at', 'desc').orderBy('decision', 'desc').limit(limit - found.length);
    for (const name of ['disposition', 'assurance', 'facility', 'department', 'class'] as const) if (filter[name] !== undefined) query = query.where(name, '=', filter[name]);
    if (filter.about !== undefined) query = query.where((either) => either.or([either('subject', '=', filter.about!), either('encounter', '=', filter.about!)]));
    if (filter.act === 'none') query = query.where('act', 'is', null);
    else if (filter.act !== undefined) query = query.where('act', '=', filter.act);
    if (filter.from !== undefined) query = query.where('at', '>=', filter.from);
    if (filter.to !== undefined) query = query.where('at', '<', filter.to);
    if (below) query = query.where(sql<boolean>`(at, decision) < (${below.at}::timestamptz, ${below.decision})`);
    found.push(...(await query.execute()));
    if (found.length >= limit) break;
  }
  return found;
}

/** Days, the newest first, as stretches of days that follow each other. */
function stretches(days: readonly string[]): { from: string; to: string }[] {
  const found: { from: string; to: string }[] = [];
  for (const day of days) {
    const from = `${day}T00:00:00.000Z`;
    const to = new Date(Date.parse(from) + 86_400_000).toISOString();
    const last = found.at(-1);
    if (last?.from === to) last.from = from;
    else found.push({ from, to });
  }
  return found;
}

export const factRow = (db: Db, decision: string): Promise<FactRow | undefined> => on(db).selectFrom('decisions.fact').selectAll().where('decision', '=', decision).executeTakeFirst();
export const outcomesOf = (db: Db, decision: string): Promise<OutcomeRow[]> => on(db).selectFrom('decisions.outcome').selectAll().where('decision', '=', decision).orderBy('at').execute();
export interface RecordOf { decision: string; batch: string; nth: number; position: number; at: string; body: Buffer }

/** What batches tell of these decisions, with the entry that commits to each and when that was written. The facts know where it stands. */
export async function recordsAbout(db: Db, decisions: readonly string[]): Promise<RecordOf[]> {
  const { rows } = await sql<Omit<RecordOf, 'body'> & PageRow>`
    with place as (select decision, place >> 20 as position, (place & 1048575)::int as nth from decisions.fact cross join lateral unnest(told_in) place where decision = any(${decisions}::text[]))
    select t.decision, t.position, t.nth, b.id as batch, e.at, p.first, p.packed, p.lines from place t join decisions.batch b using (position) join ledger.entry e using (position)
      join decisions.batch_page p on p.batch = b.id and p.first = t.nth / ${pageOf}::int * ${pageOf}::int order by t.position, t.nth`.execute(db);
  return rows.map(({ packed, lines, first, ...one }) => ({ ...one, body: linesIn({ packed, lines })[one.nth - first]! }));
}

/** The days of a deployment, both ends included. */
export const dayRows = (db: Db, deployment: string, from: string, to: string): Promise<DayRow[]> =>
  on(db).selectFrom('decisions.day').selectAll().where('deployment_id', '=', deployment).where('day', '>=', from).where('day', '<=', to).execute();

/** The classes of time of a period, added up. */
export async function timesBetween(db: Db, deployment: string, from: string, to: string): Promise<{ what: string; class: number; decisions: number }[]> {
  const { rows } = await sql<{ what: string; class: number; decisions: number }>`select what, class, sum(decisions)::bigint as decisions from decisions.day_time
    where deployment_id = ${deployment} and day >= ${from}::date and day <= ${to}::date group by 1, 2`.execute(db);
  return rows;
}

/** The people of each day of a period. */
export async function peopleBetween(db: Db, deployment: string, from: string, to: string): Promise<{ kind: 'subject' | 'user'; facility: string; department: string; people: Buffer }[]> {
  const { rows } = await sql<{ kind: 'subject' | 'user'; facility: string; department: string; people: Buffer }>`select kind, facility, department, people from decisions.day_people
    where deployment_id = ${deployment} and day >= ${from}::date and day <= ${to}::date`.execute(db);
  return rows;
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

// --- comparing batches with the ledger ------------------------------------------------------------------------------

export interface CommittedBatch { position: number; leaf: Buffer; id: string | null; deployment_id: string | null; records: number | null; root: Buffer | null }

/** Entries that commit to a batch, in order, from this position on and below another, each with the row that should be its own. */
export async function committedBatches(db: Db, kind: string, from: number, below: number, limit: number): Promise<CommittedBatch[]> {
  const { rows } = await sql<CommittedBatch>`select e.position, e.leaf, b.id, b.deployment_id, b.records, b.root from ledger.entry e left join decisions.batch b using (position)
    where e.kind = ${kind} and e.position >= ${from} and e.position < ${below} order by e.position limit ${limit}`.execute(db);
  return rows;
}

export async function pagesOf(db: Db, batches: readonly string[]): Promise<PageRow[]> {
  return on(db).selectFrom('decisions.batch_page').selectAll().where('batch', 'in', batches.length > 0 ? [...batches] : ['']).orderBy('batch').orderBy('first').execute();
}

export interface BesideRow { batch: string; nth: number; key: string; sealed: Buffer }
export async function sealedBeside(db: Db, batch: string): Promise<BesideRow[]> {
  return (await sql<BesideRow>`select batch, nth, key, sealed from decisions.batch_payload where batch = ${batch} order by nth`.execute(db)).rows;
}

/** Batches that no entry below `below` commits to, and pages and payloads of no batch. */
export async function uncommitted(db: Db, kind: string, below: number): Promise<{ table: string; row: string }[]> {
  const { rows } = await sql<{ table: string; row: string }>`
    select 'batch' as "table", id as row from decisions.batch b where position < ${below} and not exists (select 1 from ledger.entry e where e.position = b.position and e.kind = ${kind})
    union all (select distinct 'batch_page', batch from decisions.batch_page p where not exists (select 1 from decisions.batch b where b.id = p.batch))
    union all (select distinct 'batch_payload', batch from decisions.batch_payload p where not exists (select 1 from decisions.batch b where b.id = p.batch))
    limit 20`.execute(db);
  return rows;
}
