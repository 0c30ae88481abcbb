// How does the roster answer an identity provider?
import { newId } from '../../tools/base/id.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { serve, type Route } from '../../tools/server/http.ts';
import type { Db, Tx } from '../../tools/server/database.ts';
import { kinds } from './entry-kinds.ts';
import { facilityCalled, unitCalled } from './find-place.ts';
import { searchable } from './keep-people.ts';
import * as records from './records.ts';
import * as scim from './scim.ts';
import { ScimError, type ScimUser } from './scim.ts';

const userOf = (row: records.ShownPerson): ScimUser => ({
  userName: row.user_name, externalId: row.external_id, givenName: row.given_name, familyName: row.family_name, displayName: row.display_name,
  email: row.email, job: row.job, active: row.active, organization: row.facility_name, department: row.unit_name,
});

const place = (house: House, request: Request, id: string) => `${house.config.url ?? new URL(request.url).origin}/api/v1/deployments/scim/v2/Users/${id}`;

const shown = (house: House, request: Request, row: records.ShownPerson) => ({
  ...scim.resourceOf(userOf(row)),
  id: row.id,
  meta: { resourceType: 'User', created: row.created_at, lastModified: row.updated_at, location: place(house, request, row.id) },
});

const answer = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/scim+json', ...headers } });

/** Errors leave in SCIM's own form, because identity providers read no other. */
async function orError(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const said = records.isTaken(error) ? new ScimError(409, 'This userName is taken.', 'uniqueness') : error;
    if (!(said instanceof ScimError)) throw error;
    return answer(said.status, { schemas: [scim.errorSchema], status: String(said.status), ...(said.scimType && { scimType: said.scimType }), detail: said.message });
  }
}

async function requirePerson(db: Db, id: string): Promise<records.ShownPerson> {
  const row = /^[a-z0-9_]+$/.test(id) ? await records.personById(db, id) : undefined;
  if (!row) throw new ScimError(404, 'There is no such user.');
  return row;
}

/** The columns a user's facility and unit come from: those named, or none, where an identity provider names what nobody has set up. */
async function placeColumns(db: Db, { organization, department }: ScimUser) {
  const places = await records.allPlaces(db);
  const facility = organization ? facilityCalled(places, organization) : null;
  const unit = department ? unitCalled(places, facility?.id ?? null, department) : null;
  return { facility_id: unit?.facility_id ?? facility?.id ?? null, unit_id: unit?.id ?? null };
}

function columnsOf(user: ScimUser) {
  return {
    user_name: user.userName, external_id: user.externalId, given_name: user.givenName, family_name: user.familyName, display_name: user.displayName, email: user.email, job: user.job,
    active: user.active, source: 'scim' as const, ...searchable(user),
  };
}

interface Change { house: House; caller: Caller; id: string; kind: string; fields: string[] }
/** The ledger hears which fields changed, never a name. */
const remember = (tx: Tx, { house, caller, id, kind, fields }: Change) => house.remember(tx, { kind, by: caller, at: house.clock.now(), about: `person/${id}`, body: { fields } });

async function create({ house, caller, body, request }: { house: House; caller: Caller; body: Record<string, unknown>; request: Request }): Promise<Response> {
  const user = scim.readUser(body);
  const at = house.clock.now();
  const id = newId('per', at);
  await house.db.transaction().execute(async (tx) => {
    await records.insertPerson(tx, { id, ...columnsOf(user), ...(await placeColumns(tx, user)), leads: false, starts_on: null, created_at: at, updated_at: at, removed_at: null });
    await remember(tx, { house, caller, id, kind: kinds.personAdded.kind, fields: [] });
  });
  const made = shown(house, request, await requirePerson(house.db, id));
  return answer(201, made, { location: made.meta.location });
}

interface Asked { house: House; caller: Caller; params: { person: string }; body: Record<string, unknown>; request: Request }
async function change({ house, caller, params, request }: Asked, next: (user: ScimUser) => ScimUser): Promise<Response> {
  await house.db.transaction().execute(async (tx) => {
    await records.holdRoster(tx);
    const before = await requirePerson(tx, params.person);
    const was = userOf(before);
    const user = next(was);
    const fields = (Object.keys(user) as (keyof ScimUser)[]).filter((field) => user[field] !== was[field]);
    if (fields.length === 0) return;
    const moved = user.organization !== was.organization || user.department !== was.department;
    await records.updatePerson(tx, before.id, { ...columnsOf(user), ...(moved && (await placeColumns(tx, user))), updated_at: house.clock.now() });
    await remember(tx, { house, caller, id: before.id, kind: kinds.personChanged.kind, fields });
  });
  return answer(200, shown(house, request, await requirePerson(house.db, params.person)));
}

/** A provider that says nothing of places does not own them: those of the CSV roster stay. */
const replaced = (was: ScimUser, user: ScimUser): ScimUser =>
  user.organization === null && user.department === null ? { ...user, organization: was.organization, department: was.department } : user;

async function remove({ house, caller, params }: { house: House; caller: Caller; params: { person: string } }): Promise<Response> {
  const at = house.clock.now();
  await house.db.transaction().execute(async (tx) => {
    const { id } = await requirePerson(tx, params.person);
    await records.updatePerson(tx, id, { active: false, removed_at: at, updated_at: at });
    await remember(tx, { house, caller, id, kind: kinds.personRemoved.kind, fields: ['active'] });
  });
  return new Response(null, { status: 204 });
}

const most = 500;

async function list({ house, query, request }: { house: House; query: { filter?: string | undefined; startIndex?: number | undefined; count?: number | undefined }; request: Request }): Promise<Response> {
  const startIndex = Math.max(1, query.startIndex ?? 1);
  const count = Math.min(most, Math.max(0, query.count ?? 100));
  const { total, rows } = await records.personSlice(house.db, scim.readFilter(query.filter), startIndex - 1, count);
  return answer(200, { schemas: [scim.listSchema], totalResults: total, startIndex, itemsPerPage: rows.length, Resources: rows.map((row) => shown(house, request, row)) });
}

const config = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: most },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [{ type: 'oauthbearertoken', name: 'API key', description: 'An API key of an administrator, as `Authorization: Bearer …`.', primary: true }],
};
const userType = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'], id: 'User', name: 'User', endpoint: '/Users', schema: scim.userSchema,
  schemaExtensions: [{ schema: scim.enterpriseSchema, required: false }],
};

export const scimRoutes: readonly Route[] = [
  serve(scim.scimConfig, async () => answer(200, config)),
  serve(scim.scimResourceTypes, async () => answer(200, { schemas: [scim.listSchema], totalResults: 1, startIndex: 1, itemsPerPage: 1, Resources: [userType] })),
  serve(scim.scimList, (asked) => orError(() => list(asked))),
  serve(scim.scimGet, ({ house, params, request }) => orError(async () => answer(200, shown(house, request, await requirePerson(house.db, params.person))))),
  serve(scim.scimCreate, (asked) => orError(() => create(asked))),
  serve(scim.scimReplace, (asked) => orError(() => change(asked, (was) => replaced(was, scim.readUser(asked.body))))),
  serve(scim.scimPatch, (asked) => orError(() => change(asked, (user) => scim.patched(user, asked.body)))),
  serve(scim.scimDelete, (asked) => orError(() => remove(asked))),
];
