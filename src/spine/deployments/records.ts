// What is kept about places, people, products, deployments and charters? The only SQL of this room.
import { sql, type Generated, type Insertable, type Selectable } from 'kysely';
import type { Db } from '../../tools/server/database.ts';
import type { Visible } from './visible.ts';

export interface FacilityRow { id: string; slug: string; name: string; aliases: string[]; updated_at: string }
export interface UnitRow { id: string; facility_id: string; slug: string; name: string; aliases: string[]; updated_at: string }
export interface PersonRow {
  id: string; user_name: string; external_id: string | null; given_name: string; family_name: string; display_name: string | null;
  email: string | null; job: string | null; leads: boolean; facility_id: string | null; unit_id: string | null; starts_on: string | null;
  active: boolean; source: 'csv' | 'scim'; sort_name: string; search_text: string; created_at: string; updated_at: string; removed_at: string | null;
}
interface ProductRow { id: string; slug: string; name: string; vendor: string; kind: string; class: string; created_at: string }
interface VersionRow { id: string; product_id: string; version: string; released_on: string | null; notes: string | null; created_at: string }
export interface DeploymentTable {
  id: string; slug: string; title: string; product_id: string; version_id: string; stage: string; mode: string; programme_start: string | null;
  go_live: string | null; charter_version: number; owner_name: string | null; owner_hours: number | null; owner_accepted_at: string | null;
  owner_accepted_id: string | null; owner_accepted_by: string | null; created_at: string; updated_at: string;
}
export interface CharterRow {
  deployment_id: string; version: number; charter: string; digest: string; yaml: string | null; differences: string; changes: string[];
  amended: string[]; reason: string | null; at: string; by_id: string; by_name: string;
}
interface LockRow { deployment_id: string; section: string; version: number; hash: string; at: string; by_id: string; by_name: string }
interface AmendmentRow {
  id: string; deployment_id: string; section: string; version: number; hash_before: string; hash_after: string; differences: string;
  reason: string; at: string; by_id: string; by_name: string;
}
/** `position` counts up, so that what happened in the same millisecond keeps its order. */
export interface EventRow { position: Generated<number>; id: string; deployment_id: string; kind: string; changes: string[]; at: string; by_id: string; by_name: string; reason: string | null; says: string }

type Tables = {
  'deployments.organization': { only_one: boolean; name: string; size: string | null; updated_at: string };
  'deployments.facility': FacilityRow;
  'deployments.unit': UnitRow;
  'deployments.person': PersonRow;
  'deployments.roster_import': { id: string; at: string; by_id: string; file: string; sha256: string; rows: number; added: number; changed: number; deactivated: number };
  'deployments.product': ProductRow;
  'deployments.product_version': VersionRow;
  'deployments.deployment': DeploymentTable;
  'deployments.deployment_place': { deployment_id: string; facility_id: string; unit_id: string | null };
  'deployments.charter_version': CharterRow;
  'deployments.charter_lock': LockRow;
  'deployments.amendment': AmendmentRow;
  'deployments.event': EventRow;
};
const on = (db: Db) => db.withTables<Tables>();

/** How PostgreSQL names a broken rule: a value that is there already, a row something still refers to. */
export const isTaken = (error: unknown) => (error as { code?: string }).code === '23505';
export const isReferredTo = (error: unknown) => (error as { code?: string }).code === '23503';

// --- places ---------------------------------------------------------------------------------------------------------

export const organizationRow = (db: Db) => on(db).selectFrom('deployments.organization').selectAll().executeTakeFirst();
export const putOrganization = (db: Db, row: { name: string; size: string | null; updated_at: string }) =>
  on(db).insertInto('deployments.organization').values({ only_one: true, ...row }).onConflict((conflict) => conflict.column('only_one').doUpdateSet(row)).execute();

export const facilityRows = (db: Db, after: string[] | null, limit: number, slug?: string) =>
  on(db)
    .selectFrom('deployments.facility as f')
    .selectAll('f')
    .select((eb) => eb.selectFrom('deployments.unit as u').whereRef('u.facility_id', '=', 'f.id').select((of) => of.fn.countAll<number>().as('n')).as('units'))
    .$if(slug !== undefined, (query) => query.where('f.slug', '=', slug!))
    .$if(after !== null, (query) => query.where(sql<boolean>`(f.name collate "C", f.id) > (${after?.[0]}, ${after?.[1]})`))
    .orderBy(sql`f.name collate "C"`).orderBy('f.id').limit(limit).execute();
export const facilityBySlug = (db: Db, slug: string) => on(db).selectFrom('deployments.facility').selectAll().where('slug', '=', slug).executeTakeFirst();
export const insertFacility = (db: Db, row: FacilityRow) => on(db).insertInto('deployments.facility').values(row).execute();
export const updateFacility = (db: Db, id: string, row: Partial<FacilityRow>) => on(db).updateTable('deployments.facility').set(row).where('id', '=', id).execute();
export const deleteFacility = (db: Db, id: string) => on(db).deleteFrom('deployments.facility').where('id', '=', id).execute();

export const unitRows = (db: Db, facility: string | undefined, after: string[] | null, limit: number, slug?: string) =>
  on(db)
    .selectFrom('deployments.unit as u')
    .innerJoin('deployments.facility as f', 'f.id', 'u.facility_id')
    .selectAll('u')
    .select('f.slug as facility')
    .select((eb) =>
      eb.selectFrom('deployments.person as p').whereRef('p.unit_id', '=', 'u.id').where('p.active', '=', true).where('p.removed_at', 'is', null).select((of) => of.fn.countAll<number>().as('n')).as('people'),
    )
    .$if(facility !== undefined, (query) => query.where('f.slug', '=', facility!))
    .$if(slug !== undefined, (query) => query.where('u.slug', '=', slug!))
    .$if(after !== null, (query) => query.where(sql<boolean>`(f.slug collate "C", u.slug collate "C") > (${after?.[0]}, ${after?.[1]})`))
    .orderBy(sql`f.slug collate "C"`).orderBy(sql`u.slug collate "C"`).limit(limit).execute();
export const unitBySlug = (db: Db, facilityId: string, slug: string) =>
  on(db).selectFrom('deployments.unit').selectAll().where('facility_id', '=', facilityId).where('slug', '=', slug).executeTakeFirst();
export const insertUnit = (db: Db, row: UnitRow) => on(db).insertInto('deployments.unit').values(row).execute();
export const updateUnit = (db: Db, id: string, row: Partial<UnitRow>) => on(db).updateTable('deployments.unit').set(row).where('id', '=', id).execute();
export const deleteUnit = (db: Db, id: string) => on(db).deleteFrom('deployments.unit').where('id', '=', id).execute();

/** Every facility and unit with all their names, to find the place a row of a roster or a charter means. */
export async function allPlaces(db: Db) {
  const facilities = await on(db).selectFrom('deployments.facility').selectAll().execute();
  const units = await on(db).selectFrom('deployments.unit').selectAll().execute();
  return { facilities, units };
}

// --- people ---------------------------------------------------------------------------------------------------------

export interface ShownPerson extends PersonRow { facility: string | null; unit: string | null; facility_name: string | null; unit_name: string | null }

const people = (db: Db) =>
  on(db)
    .selectFrom('deployments.person as p')
    .leftJoin('deployments.facility as f', 'f.id', 'p.facility_id')
    .leftJoin('deployments.unit as u', 'u.id', 'p.unit_id')
    .selectAll('p')
    .select(['f.slug as facility', 'u.slug as unit', 'f.name as facility_name', 'u.name as unit_name'])
    .where('p.removed_at', 'is', null);

export interface PeopleFilter { words: string[]; facilityId: string | undefined; unitId: string | undefined; active: 'yes' | 'no' | 'all' }

export const personRows = (db: Db, { words, facilityId, unitId, active }: PeopleFilter, after: string[] | null, limit: number): Promise<ShownPerson[]> =>
  people(db)
    .$if(words.length > 0, (query) => query.where(sql<boolean>`p.search @@ ${words.map((word) => `'${word.replaceAll("'", "''")}':*`).join(' & ')}::tsquery`))
    .$if(facilityId !== undefined, (query) => query.where('p.facility_id', '=', facilityId!))
    .$if(unitId !== undefined, (query) => query.where('p.unit_id', '=', unitId!))
    .$if(active !== 'all', (query) => query.where('p.active', '=', active === 'yes'))
    .$if(after !== null, (query) => query.where(sql<boolean>`(p.sort_name, p.id) > (${after?.[0]}, ${after?.[1]})`))
    .orderBy('p.sort_name').orderBy('p.id').limit(limit).execute();
export const personById = (db: Db, id: string): Promise<ShownPerson | undefined> => people(db).where('p.id', '=', id).executeTakeFirst();
export const personByUserName = (db: Db, userName: string) => people(db).where(sql`lower(p.user_name)`, '=', userName.toLowerCase()).executeTakeFirst();

/** For SCIM: a position in the list instead of a cursor, and how many there are in all. */
export async function personSlice(db: Db, filter: { attribute: 'user_name' | 'external_id' | 'id'; value: string } | null, from: number, count: number) {
  const found = people(db).$if(filter !== null, (query) =>
    filter!.attribute === 'user_name' ? query.where(sql`lower(p.user_name)`, '=', filter!.value.toLowerCase()) : query.where(`p.${filter!.attribute}` as 'p.id', '=', filter!.value),
  );
  const { total } = await found.clearSelect().select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return { total, rows: count === 0 ? [] : await found.orderBy('p.id').offset(from).limit(count).execute() };
}

const personColumns = [
  'id', 'user_name', 'external_id', 'given_name', 'family_name', 'display_name', 'email', 'job', 'leads', 'facility_id', 'unit_id', 'starts_on', 'active', 'source', 'sort_name', 'search_text',
  'created_at', 'updated_at', 'removed_at',
] as const;
/** The rows as they can be written again, which leaves the computed column out. */
export const everyPerson = (db: Db): Promise<PersonRow[]> => on(db).selectFrom('deployments.person').select(personColumns).where('removed_at', 'is', null).execute();
/** Active people of these facilities; of all where none is named. */
export const activeIn = (db: Db, facilities: string[]) =>
  people(db).where('p.active', '=', true).$if(facilities.length > 0, (query) => query.where('f.slug', 'in', facilities)).clearSelect().select(['p.given_name', 'p.family_name', 'p.email']).execute();
/** Holds every other change of the roster off until the transaction ends; reading goes on. */
export const holdRoster = (db: Db) => sql`lock table deployments.person in share row exclusive mode`.execute(db);
export const insertPerson = (db: Db, row: Insertable<PersonRow>) => on(db).insertInto('deployments.person').values(row).execute();
export const updatePerson = (db: Db, id: string, row: Partial<PersonRow>) => on(db).updateTable('deployments.person').set(row).where('id', '=', id).execute();

const rosterColumns = ['given_name', 'family_name', 'email', 'job', 'leads', 'facility_id', 'unit_id', 'starts_on', 'active', 'sort_name', 'search_text', 'updated_at'] as const;

/**
 * Writes whole rows, new or not: one JSON parameter for five thousand, because a parameter per cell costs more than
 * the insert. Afterwards the planner is told how large the roster has become.
 */
export async function writePeople(db: Db, rows: readonly PersonRow[]) {
  const columns = sql.join(personColumns.map((column) => sql.ref(column)));
  const taken = sql.join(rosterColumns.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`));
  for (let from = 0; from < rows.length; from += 5_000)
    await sql`insert into deployments.person (${columns})
      select ${columns} from json_populate_recordset(null::deployments.person, ${JSON.stringify(rows.slice(from, from + 5_000))}::json)
      on conflict (id) do update set ${taken}`.execute(db);
  if (rows.length > 1_000) await sql`analyze deployments.person`.execute(db);
}
export const insertImport = (db: Db, row: Tables['deployments.roster_import']) => on(db).insertInto('deployments.roster_import').values(row).execute();

// --- products -------------------------------------------------------------------------------------------------------

const ofVendor = (visible: Visible) => (visible.all ? sql<boolean>`true` : sql<boolean>`vendor = ${visible.vendor}`);

export const productRows = (db: Db, visible: Visible, after: string[] | null, limit: number) =>
  on(db)
    .selectFrom('deployments.product').selectAll().where(ofVendor(visible))
    .$if(after !== null, (query) => query.where('slug', '>', after![0]!))
    .orderBy('slug').limit(limit).execute();
export const productBySlug = (db: Db, slug: string) => on(db).selectFrom('deployments.product').selectAll().where('slug', '=', slug).executeTakeFirst();
export const insertProduct = (db: Db, row: ProductRow) => on(db).insertInto('deployments.product').values(row).execute();
export const versionRows = (db: Db, productIds: string[]) =>
  productIds.length === 0 ? Promise.resolve([]) : on(db).selectFrom('deployments.product_version').selectAll().where('product_id', 'in', productIds).orderBy('created_at', 'desc').orderBy('id', 'desc').execute();
export const versionOf = (db: Db, productId: string, version: string) =>
  on(db).selectFrom('deployments.product_version').selectAll().where('product_id', '=', productId).where('version', '=', version).executeTakeFirst();
export const insertVersion = (db: Db, row: VersionRow) => on(db).insertInto('deployments.product_version').values(row).execute();

// --- deployments ----------------------------------------------------------------------------------------------------

const deployments = (db: Db, visible: Visible) =>
  on(db)
    .selectFrom('deployments.deployment as d')
    .innerJoin('deployments.product as p', 'p.id', 'd.product_id')
    .innerJoin('deployments.product_version as v', 'v.id', 'd.version_id')
    .selectAll('d')
    .select(['p.slug as product_slug', 'p.name as product_name', 'p.vendor', 'p.kind as product_kind', 'p.class as product_class', 'v.version'])
    .where(ofVendor(visible));
export type ShownDeployment = Awaited<ReturnType<typeof deploymentRows>>[number];

export const deploymentRows = (db: Db, visible: Visible, filter: { words: string[]; stage?: string | undefined; facility?: string | undefined }, after: string[] | null, limit: number) =>
  deployments(db, visible)
    .$if(filter.stage !== undefined, (query) => query.where('d.stage', '=', filter.stage!))
    .$if(filter.facility !== undefined, (query) =>
      query.where(({ exists, selectFrom }) =>
        exists(selectFrom('deployments.deployment_place as dp').innerJoin('deployments.facility as f', 'f.id', 'dp.facility_id').whereRef('dp.deployment_id', '=', 'd.id').where('f.slug', '=', filter.facility!).select(sql`1`.as('one'))),
      ),
    )
    .where((eb) => eb.and(filter.words.map((word) => sql<boolean>`(d.title || ' ' || d.slug || ' ' || p.name || ' ' || p.vendor || ' ' || coalesce(d.owner_name, '')) ilike ${`%${word.replace(/[\\%_]/g, '\\$&')}%`}`)))
    .$if(after !== null, (query) => query.where(sql<boolean>`(d.updated_at, d.id) < (${after?.[0]}::timestamptz, ${after?.[1]})`))
    .orderBy('d.updated_at', 'desc').orderBy('d.id', 'desc').limit(limit).execute();
export const deploymentRow = (db: Db, visible: Visible, slugOrId: string) =>
  deployments(db, visible).where((eb) => eb.or([eb('d.slug', '=', slugOrId), eb('d.id', '=', slugOrId)])).executeTakeFirst();
/** Several by id, unseen ones too: whoever asks has checked that they may be seen. */
export const deploymentsById = (db: Db, ids: readonly string[]) => deployments(db, { all: true }).where('d.id', 'in', ids).execute();
/** Locks the deployment until the transaction ends, so that two savers of a charter come one after the other. */
export const holdDeployment = (db: Db, id: string) => on(db).selectFrom('deployments.deployment').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
export const insertDeployment = (db: Db, row: DeploymentTable) => on(db).insertInto('deployments.deployment').values(row).execute();
export const updateDeployment = (db: Db, id: string, row: Partial<DeploymentTable>) => on(db).updateTable('deployments.deployment').set(row).where('id', '=', id).execute();

export const placeRows = (db: Db, deploymentIds: string[]) =>
  deploymentIds.length === 0
    ? Promise.resolve([])
    : on(db)
        .selectFrom('deployments.deployment_place as dp')
        .innerJoin('deployments.facility as f', 'f.id', 'dp.facility_id')
        .leftJoin('deployments.unit as u', 'u.id', 'dp.unit_id')
        .select(['dp.deployment_id', 'f.slug as facility', 'f.name as facility_name', 'u.slug as unit', 'u.name as unit_name'])
        .where('dp.deployment_id', 'in', deploymentIds).orderBy('f.slug').orderBy('u.slug').execute();
export async function putPlaces(db: Db, deploymentId: string, places: { facility_id: string; unit_id: string | null }[]) {
  await on(db).deleteFrom('deployments.deployment_place').where('deployment_id', '=', deploymentId).execute();
  if (places.length > 0) await on(db).insertInto('deployments.deployment_place').values(places.map((place) => ({ deployment_id: deploymentId, ...place }))).execute();
}

export const insertEvent = (db: Db, row: Insertable<EventRow>) => on(db).insertInto('deployments.event').values(row).execute();
export const eventRows = (db: Db, deploymentId: string, before: number | null, limit: number) =>
  on(db)
    .selectFrom('deployments.event').selectAll().where('deployment_id', '=', deploymentId)
    .$if(before !== null, (query) => query.where('position', '<', before!))
    .orderBy('position', 'desc').limit(limit).execute();
export const eventsThatReopen = (db: Db, ids: readonly string[], since: string) =>
  on(db).selectFrom('deployments.event').selectAll().where('deployment_id', 'in', ids).where('at', '>', since).where(sql<boolean>`changes <> '{}'`).orderBy('position').execute();

// --- charters -------------------------------------------------------------------------------------------------------

export const charterRow = (db: Db, deploymentId: string, version: number) =>
  on(db).selectFrom('deployments.charter_version').selectAll().where('deployment_id', '=', deploymentId).where('version', '=', version).executeTakeFirst();
/** The current charter of each deployment that has one. */
export const currentCharterRows = (db: Db, ids: readonly string[]): Promise<Selectable<CharterRow>[]> =>
  on(db)
    .selectFrom('deployments.charter_version as c')
    .innerJoin('deployments.deployment as d', (join) => join.onRef('d.id', '=', 'c.deployment_id').onRef('d.charter_version', '=', 'c.version'))
    .selectAll('c').where('c.deployment_id', 'in', ids).execute();
export const charterRows = (db: Db, deploymentId: string, before: number | null, limit: number) =>
  on(db)
    .selectFrom('deployments.charter_version').selectAll().where('deployment_id', '=', deploymentId)
    .$if(before !== null, (query) => query.where('version', '<', before!))
    .orderBy('version', 'desc').limit(limit).execute();
export const insertCharter = (db: Db, row: CharterRow) => on(db).insertInto('deployments.charter_version').values(row).execute();

/** The latest lock of every section. */
export const lockRows = (db: Db, deploymentId: string): Promise<Selectable<LockRow>[]> =>
  on(db).selectFrom('deployments.charter_lock').selectAll().distinctOn('section').where('deployment_id', '=', deploymentId).orderBy('section').orderBy('version', 'desc').execute();
/** The first lock of every locked section: what stood before anybody saw a result. */
export const firstLocks = (db: Db, ids: readonly string[]) =>
  on(db).selectFrom('deployments.charter_lock').selectAll().distinctOn(['deployment_id', 'section']).where('deployment_id', 'in', ids).orderBy('deployment_id').orderBy('section').orderBy('version').execute();
export const insertLock = (db: Db, row: LockRow) => on(db).insertInto('deployments.charter_lock').values(row).execute();

export const amendmentRows = (db: Db, deploymentId: string) =>
  on(db).selectFrom('deployments.amendment').selectAll().where('deployment_id', '=', deploymentId).orderBy('version', 'desc').orderBy('section').execute();
/** How often each section of each deployment was amended. */
export const amendmentCounts = (db: Db, ids: readonly string[]) =>
  on(db).selectFrom('deployments.amendment').select(['deployment_id', 'section', sql<number>`count(*)::int`.as('n')]).where('deployment_id', 'in', ids).groupBy(['deployment_id', 'section']).execute();
export const insertAmendment = (db: Db, row: AmendmentRow) => on(db).insertInto('deployments.amendment').values(row).execute();

