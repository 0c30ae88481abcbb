// How are the organization, its facilities and its units kept?
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { cursorOf, pageOf, readCursor } from './cursor.ts';
import { kinds } from './entry-kinds.ts';
import type { Facility, Organization, Unit } from './places.ts';
import * as records from './records.ts';

interface Paging { after?: string | undefined; limit: number }
interface NewPlace { slug: string; name: string; aliases: string[] }
interface ChangedPlace { name?: string | undefined; aliases?: string[] | undefined }

export async function organization(house: House): Promise<Organization> {
  const row = await records.organizationRow(house.db);
  return { name: row?.name ?? 'Organization without a name', size: (row?.size ?? null) as Organization['size'], updatedAt: row?.updated_at ?? null };
}

export async function setOrganization(house: House, caller: Caller, named: Pick<Organization, 'name' | 'size'>): Promise<Organization> {
  const at = house.clock.now();
  await house.db.transaction().execute(async (tx) => {
    await records.putOrganization(tx, { ...named, updated_at: at });
    await house.remember(tx, { kind: kinds.organizationNamed.kind, by: caller, at, about: 'organization', body: named });
  });
  return organization(house);
}

export async function facilities(house: House, { after, limit }: Paging) {
  const rows = await records.facilityRows(house.db, readCursor(after, 2), limit + 1);
  return pageOf(rows, limit, (row) => facilityOf(row, row.units ?? 0), (row) => cursorOf(row.name, row.id));
}

export async function units(house: House, { after, limit, facility }: Paging & { facility?: string | undefined }) {
  if (facility) await requireFacility(house, facility);
  const rows = await records.unitRows(house.db, facility, readCursor(after, 2), limit + 1);
  return pageOf(rows, limit, (row) => unitOf(row, row.facility, row.people), (row) => cursorOf(row.facility, row.slug));
}

const facilityOf = (row: records.FacilityRow, count: number): Facility => ({ id: row.id, slug: row.slug, name: row.name, aliases: row.aliases, units: count, updatedAt: row.updated_at });

/** Fewer people than this are not counted on shared views. */
export const smallestGroup = 5;
const unitOf = (row: records.UnitRow, facility: string, people: number | null): Unit => ({
  id: row.id, facility, slug: row.slug, name: row.name, aliases: row.aliases, people: people === null || people < smallestGroup ? null : people, updatedAt: row.updated_at,
});

export async function requireFacility(house: House, slug: string) {
  const row = await records.facilityBySlug(house.db, slug);
  if (!row) throw new Problem('not-found', `There is no facility \`${slug}\`.`, 'The facilities are listed at /api/v1/deployments/facilities.');
  return row;
}

export async function requireUnit(house: House, facility: string, slug: string) {
  const above = await requireFacility(house, facility);
  const row = await records.unitBySlug(house.db, above.id, slug);
  if (!row) throw new Problem('not-found', `The facility \`${facility}\` has no unit \`${slug}\`.`, `Its units are listed at /api/v1/deployments/units?facility=${facility}.`);
  return { above, row };
}

/** A change of a place and the ledger entry about it, together; a slug that is taken or still in use is said in words. */
async function change(house: House, caller: Caller, kind: string, about: string, body: Record<string, string | string[]>, work: (db: House['db'], at: string) => Promise<unknown>) {
  const at = house.clock.now();
  try {
    await house.db.transaction().execute(async (tx) => {
      await work(tx, at);
      await house.remember(tx, { kind, by: caller, at, about, body });
    });
  } catch (error) {
    if (records.isTaken(error)) throw new Problem('conflict', `The short name \`${String(body['slug'])}\` is taken.`, 'Choose another.', [{ path: 'slug', says: 'taken' }]);
    if (records.isReferredTo(error)) throw new Problem('conflict', 'Something still refers to this place: units, people or a deployment.', 'Move those away first.');
    throw error;
  }
}

const known = (changed: ChangedPlace) => Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined)) as { name?: string; aliases?: string[] };

export async function addFacility(house: House, caller: Caller, place: NewPlace): Promise<Facility> {
  const id = newId('fac', house.clock.now());
  await change(house, caller, kinds.placeAdded.kind, `facility/${id}`, { slug: place.slug, name: place.name }, (db, at) => records.insertFacility(db, { id, ...place, updated_at: at }));
  return facilityOf(await requireFacility(house, place.slug), 0);
}

export async function changeFacility(house: House, caller: Caller, slug: string, changed: ChangedPlace): Promise<Facility> {
  const before = await requireFacility(house, slug);
  await change(house, caller, kinds.placeChanged.kind, `facility/${before.id}`, { slug, ...known(changed) }, (db, at) => records.updateFacility(db, before.id, { ...known(changed), updated_at: at }));
  const [row] = await records.facilityRows(house.db, null, 1, slug);
  return facilityOf(row!, row!.units ?? 0);
}

export async function removeFacility(house: House, caller: Caller, slug: string) {
  const { id } = await requireFacility(house, slug);
  await change(house, caller, kinds.placeRemoved.kind, `facility/${id}`, { slug }, (db) => records.deleteFacility(db, id));
  return { done: true as const };
}

export async function addUnit(house: House, caller: Caller, facility: string, place: NewPlace): Promise<Unit> {
  const above = await requireFacility(house, facility);
  const id = newId('unit', house.clock.now());
  await change(house, caller, kinds.placeAdded.kind, `unit/${id}`, { facility, slug: place.slug, name: place.name }, (db, at) => records.insertUnit(db, { id, facility_id: above.id, ...place, updated_at: at }));
  return unitOf((await requireUnit(house, facility, place.slug)).row, facility, null);
}

export async function changeUnit(house: House, caller: Caller, facility: string, slug: string, changed: ChangedPlace): Promise<Unit> {
  const { row } = await requireUnit(house, facility, slug);
  await change(house, caller, kinds.placeChanged.kind, `unit/${row.id}`, { facility, slug, ...known(changed) }, (db, at) => records.updateUnit(db, row.id, { ...known(changed), updated_at: at }));
  const [after] = await records.unitRows(house.db, facility, null, 1, slug);
  return unitOf(after!, facility, after!.people);
}

export async function removeUnit(house: House, caller: Caller, facility: string, slug: string) {
  const { row } = await requireUnit(house, facility, slug);
  await change(house, caller, kinds.placeRemoved.kind, `unit/${row.id}`, { facility, slug }, (db) => records.deleteUnit(db, row.id));
  return { done: true as const };
}
