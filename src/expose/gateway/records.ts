// How do services, policies, discoveries, instances and traffic lie in the database? The only SQL of this room.
import { sql } from 'kysely';
import { textArray } from '../../spine/ledger/ledger.ts';
import type { Db, Tx } from '../../tools/server/database.ts';

export interface ServiceRow { deployment_id: string; connection: string; acting: number; generation: number; changed_at: string; changed_by: string; discovery_fault: string | null; discovery_fault_at: string | null }
export interface NoticeRow { deployment_id: string; whom: string; url: string; at: string; reached: boolean; says: string }
export interface PolicyRow {
  deployment_id: string; version: number; document: string; digest: string; state: string; reason: string; needs: string[]; proposed_at: string; proposed_by: string; proposed_name: string;
  decided_at: string | null; decided_by: string | null; decided_name: string | null; exception: string | null;
}
export interface DiscoveryRow { deployment_id: string; nth: number; digest: string; body: Buffer; first_at: string; last_at: string; faults: string }
export interface CardRow { decision: string; service: string; card: string | null; suggestions: string[]; at: string }
export interface MinuteRow { deployment_id: string; minute: string; calls: number; outcomes: Record<string, number>; answered: number[]; vendor: number[] }
export interface LintRow { deployment_id: string; path: string; says: string; severity: string; times: number; first_at: string; last_at: string; example: string | null }
export interface OutboxRow { id: string; deployment_id: string; service: string; body: Buffer; made_at: string; tries: number; next_at: string; last_fault: string | null }
interface KeyRow { kid: string; jwk: string; made_at: string }

const on = <D extends Db>(db: D) =>
  db.withTables<{ 'gateway.service': ServiceRow; 'gateway.policy': PolicyRow; 'gateway.discovery': DiscoveryRow; 'gateway.card': CardRow; 'gateway.minute': MinuteRow; 'gateway.lint': LintRow; 'gateway.signing_key': KeyRow; 'gateway.outbox': OutboxRow; 'gateway.notice': NoticeRow }>();

/** On this channel every change is called out, so that no instance waits for its next look. */
export const channel = 'attending_gateway';

// --- services and policies ------------------------------------------------------------------------------------------

export const serviceRows = (db: Db): Promise<ServiceRow[]> => on(db).selectFrom('gateway.service').selectAll().execute();
export const serviceRow = (db: Db, deployment: string): Promise<ServiceRow | undefined> => on(db).selectFrom('gateway.service').selectAll().where('deployment_id', '=', deployment).executeTakeFirst();
/** Held until the transaction ends, so that two changes of policy come one after the other. */
export const holdService = (tx: Tx, deployment: string): Promise<ServiceRow | undefined> => on(tx).selectFrom('gateway.service').selectAll().where('deployment_id', '=', deployment).forUpdate().executeTakeFirst();

export async function keepService(tx: Tx, row: Pick<ServiceRow, 'deployment_id' | 'connection' | 'changed_at' | 'changed_by'>): Promise<boolean> {
  const { rows } = await sql<{ fresh: boolean }>`insert into gateway.service (deployment_id, connection, changed_at, changed_by) values (${row.deployment_id}, ${row.connection}, ${row.changed_at}, ${row.changed_by})
    on conflict (deployment_id) do update set connection = excluded.connection, changed_at = excluded.changed_at, changed_by = excluded.changed_by returning acting = 1 and generation = 1 as fresh`.execute(tx);
  return rows[0]!.fresh;
}
/** Every instance reads anew what it serves. */
export async function callOut(tx: Tx, deployment: string): Promise<void> {
  await sql`update gateway.service set generation = generation + 1 where deployment_id = ${deployment}`.execute(tx);
  await sql`select pg_notify(${channel}, ${deployment})`.execute(tx);
}
export const setActing = (tx: Tx, deployment: string, version: number) => on(tx).updateTable('gateway.service').set({ acting: version }).where('deployment_id', '=', deployment).execute();

export const policyRows = (db: Db, deployment: string, limit = 200): Promise<PolicyRow[]> => on(db).selectFrom('gateway.policy').selectAll().where('deployment_id', '=', deployment).orderBy('version', 'desc').limit(limit).execute();
export const policyRow = (db: Db, deployment: string, version: number): Promise<PolicyRow | undefined> => on(db).selectFrom('gateway.policy').selectAll().where('deployment_id', '=', deployment).where('version', '=', version).executeTakeFirst();
export const addPolicy = (tx: Tx, row: PolicyRow) => on(tx).insertInto('gateway.policy').values(row).execute();
export const movePolicy = (tx: Tx, deployment: string, version: number, to: Partial<PolicyRow>) => on(tx).updateTable('gateway.policy').set(to).where('deployment_id', '=', deployment).where('version', '=', version).execute();
export const replaceActing = (tx: Tx, deployment: string) => on(tx).updateTable('gateway.policy').set({ state: 'replaced' }).where('deployment_id', '=', deployment).where('state', '=', 'acting').execute();
export async function nextVersion(tx: Tx, deployment: string): Promise<number> {
  const { rows } = await sql<{ next: number }>`select coalesce(max(version), 0)::int + 1 as next from gateway.policy where deployment_id = ${deployment}`.execute(tx);
  return rows[0]!.next;
}

/** What an instance looks at several times a second: has anything changed that it serves? */
export async function pulse(db: Db): Promise<string> {
  const { rows } = await sql<{ pulse: string | null }>`select string_agg(s.deployment_id || ' ' || s.generation || ' ' || d.updated_at || ' ' || d.mode, ',' order by s.deployment_id) as pulse
    from gateway.service s join deployments.deployment d on d.id = s.deployment_id`.execute(db);
  return rows[0]?.pulse ?? '';
}

// --- instances ------------------------------------------------------------------------------------------------------

export async function seen(db: Db, id: string, startedAt: string, at: string, address: string | null): Promise<void> {
  await sql`insert into gateway.instance (id, started_at, seen_at, address) values (${id}, ${startedAt}, ${at}, ${address}) on conflict (id) do update set seen_at = excluded.seen_at`.execute(db);
}
export const goneInstance = async (db: Db, id: string): Promise<void> => void (await sql`delete from gateway.instance where id = ${id}`.execute(db));
/** Notes that an instance acts by a policy; gives the milliseconds since the decision, null where the instance began later. */
export async function noteActed(tx: Tx, row: { deployment: string; version: number; instance: string; at: string; mode: string }): Promise<number | null> {
  const { rows } = await sql<{ after_ms: number | null }>`insert into gateway.acted (deployment_id, version, instance, at, mode, after_ms)
    select ${row.deployment}, ${row.version}, ${row.instance}, ${row.at}, ${row.mode},
      (select case when i.started_at <= coalesce(p.decided_at, p.proposed_at) then extract(epoch from ${row.at}::timestamptz - coalesce(p.decided_at, p.proposed_at)) * 1000 end
        from gateway.policy p, gateway.instance i where p.deployment_id = ${row.deployment} and p.version = ${row.version} and i.id = ${row.instance})
    on conflict (deployment_id, version, instance) do nothing returning after_ms`.execute(tx);
  return rows[0]?.after_ms ?? null;
}
export async function hasActed(db: Db, deployment: string, version: number, instance: string): Promise<boolean> {
  const { rows } = await sql`select 1 from gateway.acted where deployment_id = ${deployment} and version = ${version} and instance = ${instance}`.execute(db);
  return rows.length > 0;
}
export interface InstanceRow { id: string; started_at: string; seen_at: string; version: number | null; mode: string | null; at: string | null; after_ms: number | null }
export async function instanceRows(db: Db, deployment: string): Promise<InstanceRow[]> {
  const { rows } = await sql<InstanceRow>`select i.id, i.started_at, i.seen_at, a.version, a.mode, a.at, a.after_ms from gateway.instance i
    left join lateral (select * from gateway.acted a where a.deployment_id = ${deployment} and a.instance = i.id order by version desc limit 1) a on true order by i.started_at desc limit 50`.execute(db);
  return rows;
}
/** Instances that have not been seen for a day are forgotten; what they did stays. */
export const forgetOld = async (db: Db, now: string): Promise<void> => {
  await sql`delete from gateway.instance where seen_at < ${now}::timestamptz - interval '1 day'`.execute(db);
  await sql`delete from gateway.used_token where ends_at < ${now}::timestamptz`.execute(db);
  await sql`delete from gateway.turn where at < ${now}::timestamptz - interval '8 days'`.execute(db);
  await sql`delete from gateway.minute where minute < ${now}::timestamptz - interval '90 days'`.execute(db);
};

// --- discovery, cards, tokens, keys ---------------------------------------------------------------------------------

export const latestDiscovery = (db: Db, deployment: string): Promise<DiscoveryRow | undefined> => on(db).selectFrom('gateway.discovery').selectAll().where('deployment_id', '=', deployment).orderBy('nth', 'desc').limit(1).executeTakeFirst();
export const addDiscovery = (tx: Tx, row: DiscoveryRow) => on(tx).insertInto('gateway.discovery').values(row).execute();
export const seenDiscovery = (db: Db, deployment: string, nth: number, at: string) => on(db).updateTable('gateway.discovery').set({ last_at: at }).where('deployment_id', '=', deployment).where('nth', '=', nth).execute();

/** Why the last try to read a discovery failed; null: it did not. */
export const noteDiscovery = (db: Db, deployment: string, fault: string | null, at: string | null) => on(db).updateTable('gateway.service').set({ discovery_fault: fault, discovery_fault_at: at }).where('deployment_id', '=', deployment).execute();

export const noticeRows = (db: Db, deployment: string): Promise<NoticeRow[]> => on(db).selectFrom('gateway.notice').selectAll().where('deployment_id', '=', deployment).orderBy('whom').execute();
export async function keepNotices(tx: Tx, deployment: string, rows: readonly NoticeRow[]): Promise<void> {
  await on(tx).deleteFrom('gateway.notice').where('deployment_id', '=', deployment).execute();
  if (rows.length > 0) await on(tx).insertInto('gateway.notice').values([...rows]).onConflict((conflict) => conflict.doNothing()).execute();
}

export async function keepCards(db: Db, rows: readonly CardRow[]): Promise<void> {
  if (rows.length === 0) return;
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  await sql`insert into gateway.card (decision, service, card, suggestions, at)
    select decision, service, card, suggestions::text[], at::timestamptz from unnest(${textArray(rows.map((row) => row.decision))}::text[], ${textArray(rows.map((row) => row.service))}::text[],
      ${textArray(rows.map((row) => row.card))}::text[], ${textArray(rows.map((row) => `{${row.suggestions.map(quoted).join(',')}}`))}::text[], ${textArray(rows.map((row) => row.at))}::text[]) q (decision, service, card, suggestions, at)
    on conflict (decision) do nothing`.execute(db);
}
export const cardRow = (db: Db, decision: string): Promise<CardRow | undefined> => on(db).selectFrom('gateway.card').selectAll().where('decision', '=', decision).executeTakeFirst();

/** Marks tokens as used; gives those of them that were not before. */
export async function useTokens(db: Db, names: readonly { name: Buffer; endsAt: string }[]): Promise<Set<string>> {
  const sorted = [...names].sort((a, b) => Buffer.compare(a.name, b.name));
  const { rows } = await sql<{ name: string }>`insert into gateway.used_token (name, ends_at)
    select * from unnest(${sorted.map((one) => one.name)}::bytea[], ${sorted.map((one) => one.endsAt)}::timestamptz[]) on conflict do nothing returning encode(name, 'hex') as name`.execute(db);
  return new Set(rows.map((row) => row.name));
}

export const keyRows = (db: Db): Promise<KeyRow[]> => on(db).selectFrom('gateway.signing_key').selectAll().orderBy('made_at').execute();
export const addKey = (tx: Tx, row: KeyRow) => on(tx).insertInto('gateway.signing_key').values(row).onConflict((conflict) => conflict.column('kid').doNothing()).execute();

/** Where a decision stands in the ledger, and of which deployment it is; null: recorded nowhere. */
export async function decisionIn(db: Db, decision: string): Promise<{ deployment: string; position: number; sealed: boolean; at: string } | null> {
  const { rows } = await sql<{ deployment: string; position: number; sealed: boolean; at: string }>`select deployment, position, exists (select 1 from ledger.payload p where p.position = e.position) as sealed, at
    from ledger.entry e where subject = ${`decision/${decision}`} and kind = 'decision.recorded' order by position limit 1`.execute(db);
  return rows[0] ?? null;
}

/** Decisions that carry the payload of a whole call, the newest first. */
export async function recordedCalls(db: Db, deployment: string, from: string, most: number): Promise<{ position: number; leaf: Buffer; sealed: boolean }[]> {
  const { rows } = await sql<{ position: number; leaf: Buffer; sealed: boolean }>`select e.position, e.leaf, p.position is not null and k.wrapped is not null as sealed from ledger.entry e
    left join ledger.payload p on p.position = e.position left join ledger.data_key k on k.id = p.key
    where e.deployment = ${deployment} and e.kind = 'decision.recorded' and e.at >= ${from}::timestamptz order by e.position desc limit ${most}`.execute(db);
  return rows;
}

// --- repeats and budgets --------------------------------------------------------------------------------------------

export interface Turn {
  deployment: string;
  at: string;
  class: string;
  /** Whom the repeat is counted for, and since when; null: repeats are not counted. */
  repeat: { whom: string; since: string } | null;
  /** Whom budgets are counted for, how many at most, and since when. */
  budgets: readonly { whom: string; most: number; since: string }[];
}
/** Takes a place for one card, or says why there is none. Callers about the same people take turns. */
export function takeTurn(db: Db, turn: Turn): Promise<'taken' | 'repeat' | 'budget'> {
  const whom = [...new Set([...(turn.repeat ? [turn.repeat.whom] : []), ...turn.budgets.map((one) => one.whom)])].sort();
  return db.transaction().execute(async (tx) => {
    for (const one of whom) await sql`select pg_advisory_xact_lock(hashtextextended(${`gateway ${turn.deployment} ${one}`}, 0))`.execute(tx);
    if (turn.repeat) {
      const { rows } = await sql`select 1 from gateway.turn where deployment_id = ${turn.deployment} and whom = ${turn.repeat.whom} and class = ${turn.class} and at > ${turn.repeat.since}::timestamptz limit 1`.execute(tx);
      if (rows.length > 0) return 'repeat';
    }
    for (const { whom: counted, most, since } of turn.budgets) {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from gateway.turn where deployment_id = ${turn.deployment} and whom = ${counted} and at > ${since}::timestamptz`.execute(tx);
      if (rows[0]!.n >= most) return 'budget';
    }
    await sql`insert into gateway.turn (deployment_id, whom, class, at) select ${turn.deployment}, w, ${turn.class}, ${turn.at}::timestamptz from unnest(${whom}::text[]) w`.execute(tx);
    return 'taken';
  });
}

// --- traffic and lint -----------------------------------------------------------------------------------------------

export async function addMinutes(db: Db, rows: readonly MinuteRow[]): Promise<void> {
  for (const row of [...rows].sort((a, b) => (`${a.deployment_id} ${a.minute}` < `${b.deployment_id} ${b.minute}` ? -1 : 1)))
    await sql`insert into gateway.minute (deployment_id, minute, calls, outcomes, answered, vendor) values (${row.deployment_id}, ${row.minute}, ${row.calls}, ${JSON.stringify(row.outcomes)}::jsonb, ${row.answered}::int[], ${row.vendor}::int[])
      on conflict (deployment_id, minute) do update set calls = gateway.minute.calls + excluded.calls,
        outcomes = (select jsonb_object_agg(k, coalesce((gateway.minute.outcomes->>k)::int, 0) + coalesce((excluded.outcomes->>k)::int, 0)) from (select jsonb_object_keys(gateway.minute.outcomes || excluded.outcomes) k) keys),
        answered = (select array_agg(a + b order by nth) from unnest(gateway.minute.answered, excluded.answered) with ordinality t(a, b, nth)),
        vendor = (select array_agg(a + b order by nth) from unnest(gateway.minute.vendor, excluded.vendor) with ordinality t(a, b, nth))`.execute(db);
}
export const minuteRows = (db: Db, deployment: string, from: string, to: string): Promise<MinuteRow[]> =>
  on(db).selectFrom('gateway.minute').selectAll().where('deployment_id', '=', deployment).where('minute', '>=', from).where('minute', '<=', to).orderBy('minute').execute();

export async function addLint(db: Db, rows: readonly LintRow[]): Promise<void> {
  const sorted = [...rows].sort((a, b) => (`${a.deployment_id} ${a.path} ${a.says}` < `${b.deployment_id} ${b.path} ${b.says}` ? -1 : 1));
  for (const row of sorted)
    await sql`insert into gateway.lint (deployment_id, path, says, severity, times, first_at, last_at, example) values (${row.deployment_id}, ${row.path}, ${row.says}, ${row.severity}, ${row.times}, ${row.first_at}, ${row.last_at}, ${row.example})
      on conflict (deployment_id, path, says) do update set times = gateway.lint.times + excluded.times, last_at = excluded.last_at, example = coalesce(excluded.example, gateway.lint.example)`.execute(db);
}
export const lintRows = (db: Db, deployment: string): Promise<LintRow[]> => on(db).selectFrom('gateway.lint').selectAll().where('deployment_id', '=', deployment).orderBy('severity').orderBy('times', 'desc').limit(200).execute();

// --- feedback on its way to the vendor ------------------------------------------------------------------------------

export const addOutbox = (tx: Tx, row: Pick<OutboxRow, 'id' | 'deployment_id' | 'service' | 'body' | 'made_at' | 'next_at'>) => on(tx).insertInto('gateway.outbox').values({ ...row, tries: 0, last_fault: null }).execute();
/** Takes what is due for one instance alone, until `until`. */
export async function claimOutbox(db: Db, now: string, until: string, most: number): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`update gateway.outbox set next_at = ${until}, tries = tries + 1
    where id in (select id from gateway.outbox where next_at <= ${now}::timestamptz order by next_at limit ${most} for update skip locked) returning *`.execute(db);
  return rows;
}
export const takeOut = async (db: Db, id: string): Promise<void> => void (await on(db).deleteFrom('gateway.outbox').where('id', '=', id).execute());
export const postpone = async (db: Db, id: string, nextAt: string, fault: string): Promise<void> => void (await on(db).updateTable('gateway.outbox').set({ next_at: nextAt, last_fault: fault }).where('id', '=', id).execute());
export async function outboxOf(db: Db, deployment: string, since: string): Promise<{ waiting: number; oldest: string | null; next: string | null; fault: string | null; dropped: number }> {
  const { rows } = await sql<{ waiting: number; oldest: string | null; next: string | null; fault: string | null; dropped: number }>`select count(*)::int as waiting, min(made_at) as oldest, min(next_at) as next,
      (select last_fault from gateway.outbox where deployment_id = ${deployment} and last_fault is not null order by made_at limit 1) as fault,
      (select count(*)::int from ledger.entry where deployment = ${deployment} and kind = 'gateway.feedback-dropped' and at >= ${since}::timestamptz) as dropped
    from gateway.outbox where deployment_id = ${deployment}`.execute(db);
  return rows[0]!;
}

// --- what a gate asks -----------------------------------------------------------------------------------------------

/** Which versions answered in a period, and when each was first seen in it. */
export async function versionsSeen(db: Db, deployment: string, from: string, to: string): Promise<{ version: string; first: string; n: number }[]> {
  const { rows } = await sql<{ version: string; first: string; n: number }>`select version, min(at) as first, count(*)::int as n from decisions.fact
    where deployment_id = ${deployment} and at >= ${from}::timestamptz and at < ${to}::timestamptz group by version order by 2`.execute(db);
  return rows;
}
/** Every change of version that somebody put down, the oldest first. `running` is what it runs on now. */
export async function versionsTold(db: Db, deployment: string): Promise<{ running: string | null; changes: { from: string; to: string; at: string }[] }> {
  const { rows } = await sql<{ from: string; to: string; at: string }>`select convert_from(leaf, 'UTF8')::jsonb->'body'->>'from' as from, convert_from(leaf, 'UTF8')::jsonb->'body'->>'to' as to, at
    from ledger.entry where deployment = ${deployment} and kind = 'deployment.version-changed' order by position`.execute(db);
  const { rows: now } = await sql<{ version: string }>`select v.version from deployments.deployment d join deployments.product_version v on v.id = d.version_id where d.id = ${deployment}`.execute(db);
  return { running: now[0]?.version ?? null, changes: rows };
}
/** When the vendor's discovery became another one in a period. */
export async function discoveryChanges(db: Db, deployment: string, from: string, to: string): Promise<string[]> {
  const { rows } = await sql<{ at: string }>`select first_at as at from gateway.discovery where deployment_id = ${deployment} and nth > 1 and first_at >= ${from}::timestamptz and first_at <= ${to}::timestamptz order by nth`.execute(db);
  return rows.map(({ at }) => at);
}

export async function hasPlaces(db: Db, deployment: string): Promise<boolean> {
  const { rows } = await sql`select 1 from deployments.deployment_place where deployment_id = ${deployment} limit 1`.execute(db);
  return rows.length > 0;
}
/** Outputs shown in a period, per patient: how many, and how many of them where a rule holds or outside the places it is meant for. */
export async function shownBySubject(db: Db, deployment: string, from: string, to: string): Promise<{ n: number; k: number }[]> {
  const { rows } = await sql<{ n: number; k: number }>`with place as (
      select f.slug as facility, u.slug as department from deployments.deployment_place p join deployments.facility f on f.id = p.facility_id left join deployments.unit u on u.id = p.unit_id and u.facility_id = p.facility_id
      where p.deployment_id = ${deployment})
    select count(*)::int as n, count(*) filter (where rule is not null or (facility is not null and exists (select 1 from place)
        and not exists (select 1 from place where place.facility = fact.facility and (place.department is null or fact.department is null or place.department = fact.department))))::int as k
    from decisions.fact where deployment_id = ${deployment} and at >= ${from}::timestamptz and at < ${to}::timestamptz and disposition = 'shown' and delivered is distinct from false group by subject`.execute(db);
  return rows;
}

/** Outputs shown in a period, per patient: how many, and of how many the gateway itself forwarded the input. */
export async function exposedBySubject(db: Db, deployment: string, from: string, to: string): Promise<{ n: number; k: number }[]> {
  const { rows } = await sql<{ n: number; k: number }>`select count(*)::int as n, count(*) filter (where via = 'gateway' and assurance = 'enforced')::int as k
    from decisions.fact where deployment_id = ${deployment} and at >= ${from}::timestamptz and at < ${to}::timestamptz and disposition = 'shown' and delivered is distinct from false group by subject`.execute(db);
  return rows;
}

/** Overrides of a period, per patient: how many, and how many with a reason. */
export async function overridesBySubject(db: Db, deployment: string, from: string, to: string): Promise<{ n: number; k: number }[]> {
  const { rows } = await sql<{ n: number; k: number }>`select count(*)::int as n, count(*) filter (where reason is not null)::int as k
    from decisions.fact where deployment_id = ${deployment} and at >= ${from}::timestamptz and at < ${to}::timestamptz and disposition = 'shown' and act = 'overridden' group by subject`.execute(db);
  return rows;
}
/** On which days each unit of a deployment was heard since a day; units that are no place of it any more are left out. */
export async function feedDays(db: Db, deployment: string, from: string): Promise<{ facility: string; department: string; days: string[] }[]> {
  const { rows } = await sql<{ facility: string; department: string; days: string[] }>`with place as (
      select f.slug as facility, u.slug as department from deployments.deployment_place p join deployments.facility f on f.id = p.facility_id left join deployments.unit u on u.id = p.unit_id and u.facility_id = p.facility_id
      where p.deployment_id = ${deployment})
    select facility, department, array_agg(distinct day::text) as days from decisions.day
    where deployment_id = ${deployment} and day >= ${from}::date and (facility = '' or not exists (select 1 from place)
      or exists (select 1 from place where place.facility = day.facility and (place.department is null or day.department = '' or place.department = day.department)))
    group by facility, department order by facility, department`.execute(db);
  return rows;
}
/** The days of a period on which anything was heard of any AI, in order; the last one is left out. */
export async function daysHeard(db: Db, from: string, to: string): Promise<string[]> {
  const { rows } = await sql<{ day: string }>`select g.day::date::text as day from generate_series(${from}::date, ${to}::date - 1, interval '1 day') as g (day)
    where exists (select 1 from deployments.deployment d where exists (select 1 from decisions.day n where n.deployment_id = d.id and n.day = g.day::date)) order by 1`.execute(db);
  return rows.map(({ day }) => day);
}

/** When the thresholds of G3 were locked first, and when anything was shown first. */
export async function lockAndExposure(db: Db, deployment: string, to: string): Promise<{ locked: string | null; exposed: string | null }> {
  const { rows } = await sql<{ locked: string | null; exposed: string | null }>`select
      (select min(at) from ledger.entry where deployment = ${deployment} and kind = 'gate.thresholds-locked' and at <= ${to}::timestamptz and convert_from(leaf, 'UTF8')::jsonb->'body'->>'gate' = 'G3') as locked,
      (select min(at) from decisions.fact where deployment_id = ${deployment} and disposition = 'shown' and at <= ${to}::timestamptz) as exposed`.execute(db);
  return rows[0]!;
}

/** What the database says of itself. */
export async function databaseFacts(db: Db): Promise<{ version: number; listens: string; socket: string; overNetwork: boolean; encrypted: boolean }> {
  const { rows } = await sql<{ version: number; listens: string; socket: string; overnetwork: boolean; encrypted: boolean | null }>`select current_setting('server_version_num')::int as version, current_setting('listen_addresses') as listens,
      current_setting('unix_socket_permissions') as socket, inet_client_addr() is not null and not inet_client_addr() <<= '127.0.0.0/8'::inet and inet_client_addr() <> '::1'::inet as overnetwork,
      (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as encrypted`.execute(db);
  const { version, listens, socket, overnetwork, encrypted } = rows[0]!;
  return { version, listens, socket, overNetwork: overnetwork, encrypted: encrypted === true };
}

/** What the checks of the installation look at, counted. */
export async function installationFacts(db: Db, deployment: string, from: string, to: string): Promise<{ addresses: string[]; unsealed: number; endlessKeys: number; approvers: number; vendorsWithRoles: number }> {
  const { rows } = await sql<{ addresses: string[]; unsealed: number; endless_keys: number; approvers: number; vendors: number }>`select
      (select coalesce(array_agg(distinct address) filter (where address is not null), '{}') from gateway.instance) as addresses,
      (select count(*)::int from (select position from decisions.fact where deployment_id = ${deployment} and at >= ${from}::timestamptz and at < ${to}::timestamptz and via = 'gateway' order by at desc limit 1000) f
        where not exists (select 1 from ledger.payload p where p.position = f.position)) as unsealed,
      (select count(*)::int from server.api_key where revoked_at is null and expires_at is null and roles && '{administrator,governance,safety-officer,clinical-owner}'::text[]) as endless_keys,
      (select count(*)::int from server.account where not disabled and roles && '{governance,clinical-owner,safety-officer}'::text[]) as approvers,
      (select count(*)::int from server.account where not disabled and vendor is not null and not roles <@ '{vendor}'::text[]) as vendors`.execute(db);
  const { addresses, unsealed, endless_keys: endlessKeys, approvers, vendors: vendorsWithRoles } = rows[0]!;
  return { addresses, unsealed, endlessKeys, approvers, vendorsWithRoles };
}
