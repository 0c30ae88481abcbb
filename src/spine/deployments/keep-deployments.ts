// How is a deployment found, created and changed?
import type { Json } from '../../tools/base/canonical.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem, type ProblemDetail } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import type { Db, Tx } from '../../tools/server/database.ts';
import { charter, type Charter } from './charter.ts';
import type { ChangeKind } from './charter-contract.ts';
import { cursorOf, pageOf, readCursor } from './cursor.ts';
import { kinds } from './entry-kinds.ts';
import { fold } from './find-place.ts';
import { requireProduct } from './keep-products.ts';
import { modes, monthsSince, programmeWeek, stages, type Deployment, type DeploymentEvent, type DeploymentRow, type Mode, type Stage } from './model.ts';
import * as records from './records.ts';
import { visibleTo } from './visible.ts';

export type FoundDeployment = records.ShownDeployment;

/**
 * The deployment, if this caller may see it. To a vendor another vendor's deployment does not exist: the answer is the
 * same as for a name nobody uses, so that names cannot be guessed.
 */
export async function requireDeployment(db: Db, caller: Pick<Caller, 'roles' | 'vendor'>, slugOrId: string): Promise<FoundDeployment> {
  const row = /^[a-z0-9_-]+$/.test(slugOrId) ? await records.deploymentRow(db, visibleTo(caller), slugOrId) : undefined;
  if (!row) throw new Problem('not-found', `There is no deployment \`${slugOrId}\`.`, 'The deployments are listed at /api/v1/deployments.');
  return row;
}

interface ListQuery { q?: string | undefined; stage?: Stage | undefined; facility?: string | undefined; after?: string | undefined; limit: number }

export async function deployments(house: House, caller: Caller, { q = '', stage, facility, after, limit }: ListQuery) {
  const words = fold(q).split(/[\s\p{C}]+/u).filter(Boolean);
  const rows = await records.deploymentRows(house.db, visibleTo(caller), { words, stage, facility }, readCursor(after, 2), limit + 1);
  const places = await records.placeRows(house.db, rows.map((row) => row.id));
  return pageOf(rows, limit, (row) => rowOf(row, places.filter((place) => place.deployment_id === row.id), house.clock.now()), (row) => cursorOf(row.updated_at, row.id));
}

function rowOf(row: FoundDeployment, places: Awaited<ReturnType<typeof records.placeRows>>, now: string): DeploymentRow {
  const facilities = [...new Set(places.map((place) => place.facility))].map((facility) => {
    const here = places.filter((place) => place.facility === facility);
    return { facility, facilityName: here[0]!.facility_name, units: here.flatMap(({ unit, unit_name }) => (unit && unit_name ? [{ slug: unit, name: unit_name }] : [])) };
  });
  return {
    id: row.id, slug: row.slug, title: row.title, product: { slug: row.product_slug, name: row.product_name, kind: row.product_kind as DeploymentRow['product']['kind'], class: row.product_class as DeploymentRow['product']['class'] },
    vendor: row.vendor, version: row.version, owner: row.owner_name, facilities, stage: row.stage as Stage, mode: row.mode as Mode,
    programmeStart: row.programme_start, programmeWeek: programmeWeek(row.programme_start, now), goLive: row.go_live, monthsSinceGoLive: monthsSince(row.go_live, now),
    charterVersion: row.charter_version || null, updatedAt: row.updated_at,
  };
}

/** The current charter as it is understood today (defaults filled in), or null. */
export async function currentCharter(db: Db, of: Pick<FoundDeployment, 'id' | 'charter_version'>): Promise<Charter | null> {
  const row = of.charter_version > 0 ? await records.charterRow(db, of.id, of.charter_version) : undefined;
  return row ? charter.parse(JSON.parse(row.charter)) : null;
}

export async function deployment(house: House, caller: Caller, slugOrId: string): Promise<Deployment> {
  const row = await requireDeployment(house.db, caller, slugOrId);
  const promised = await currentCharter(house.db, row);
  const ownership = row.owner_name === null ? null : { name: row.owner_name, hoursPerWeek: row.owner_hours, acceptedAt: row.owner_accepted_at, acceptedBy: row.owner_accepted_by };
  return { ...rowOf(row, await records.placeRows(house.db, [row.id]), house.clock.now()), ownership, claims: promised?.claims ?? [], sla: promised?.sla ?? [], createdAt: row.created_at };
}

export interface Happening { kind: string; changes?: ChangeKind[]; reason?: string | null; says: string; about?: string; body?: { [key: string]: Json } }

/**
 * Writes down what happened to a deployment: for its own page and in the ledger, in the transaction of the change.
 * Call it last: from the first ledger entry to the end of the transaction every other writer of the ledger waits.
 */
export async function happened(house: House, tx: Tx, caller: Caller, deploymentId: string, happenings: readonly Happening[]) {
  const at = house.clock.now();
  for (const { kind, changes = [], reason = null, says } of happenings)
    await records.insertEvent(tx, { id: newId('evt', at), deployment_id: deploymentId, kind, changes, at, by_id: caller.id, by_name: caller.name, reason, says });
  for (const { kind, changes = [], reason = null, about = `deployment/${deploymentId}`, body = {} } of happenings)
    await house.remember(tx, { kind, by: caller, at, about, deployment: deploymentId, body: { ...body, changes, reason } });
}

interface Place { facility: string; departments: string[] }

/** The rows behind places named by slug. Places nobody has set up are refused, each with its path. */
export async function placesNamed(db: Db, places: readonly Place[], path: string, spot: (path: (string | number)[]) => Partial<ProblemDetail> = () => ({})) {
  const { facilities, units } = await records.allPlaces(db);
  const unknown: ProblemDetail[] = [];
  const rows = places.flatMap(({ facility, departments }, i): { facility_id: string; unit_id: string | null }[] => {
    const above = facilities.find((one) => one.slug === facility);
    if (!above) {
      unknown.push({ path: `${path}[${i}].facility`, ...spot([path, i, 'facility']), says: `There is no facility \`${facility}\`.` });
      return [];
    }
    if (departments.length === 0) return [{ facility_id: above.id, unit_id: null }];
    return departments.flatMap((department, j) => {
      const unit = units.find((one) => one.facility_id === above.id && one.slug === department);
      if (!unit) unknown.push({ path: `${path}[${i}].departments[${j}]`, ...spot([path, i, 'departments', j]), says: `The facility \`${facility}\` has no unit \`${department}\`.` });
      return unit ? [{ facility_id: above.id, unit_id: unit.id }] : [];
    });
  });
  if (unknown.length > 0) throw new Problem('unprocessable', 'A facility or unit that is named here has not been set up.', 'Add it first, at /api/v1/deployments/facilities, or correct its short name.', unknown);
  return rows.filter((row, i) => rows.findIndex((one) => one.facility_id === row.facility_id && one.unit_id === row.unit_id) === i);
}

interface NewDeployment { slug: string; title: string; product: string; version: string; facilities: Place[]; programmeStart: string | null }

export async function createDeployment(house: House, caller: Caller, { facilities, product: productSlug, version, ...wanted }: NewDeployment): Promise<Deployment> {
  const product = await requireProduct(house, productSlug);
  const running = await requireVersion(house.db, product, version);
  const at = house.clock.now();
  const id = newId('dep', at);
  try {
    await house.db.transaction().execute(async (tx) => {
      await records.insertDeployment(tx, {
        id, slug: wanted.slug, title: wanted.title, product_id: product.id, version_id: running.id, stage: 'intake', mode: 'off', programme_start: wanted.programmeStart, go_live: null,
        charter_version: 0, owner_name: null, owner_hours: null, owner_accepted_at: null, owner_accepted_id: null, owner_accepted_by: null, created_at: at, updated_at: at,
      });
      await records.putPlaces(tx, id, await placesNamed(tx, facilities, 'facilities'));
      await happened(house, tx, caller, id, [{ kind: kinds.created.kind, says: `Created with ${product.name} ${version}.`, body: { slug: wanted.slug, product: product.slug, version } }]);
    });
  } catch (error) {
    if (records.isTaken(error)) throw new Problem('conflict', `The short name \`${wanted.slug}\` is taken.`, 'Choose another.', [{ path: 'slug', says: 'taken' }]);
    throw error;
  }
  return deployment(house, caller, id);
}

async function requireVersion(db: Db, product: { id: string; slug: string; name: string }, version: string) {
  const found = await records.versionOf(db, product.id, version);
  if (!found) throw new Problem('unprocessable', `${product.name} has no version \`${version}\`.`, `Add it first, at /api/v1/deployments/products/${product.slug}/versions.`, [{ path: 'version', says: 'unknown' }]);
  return found;
}

interface DeploymentChange {
  title?: string | undefined; stage?: Stage | undefined; mode?: Mode | undefined; programmeStart?: string | null | undefined; goLive?: string | null | undefined; reason: string;
}

export async function changeDeployment(house: House, caller: Caller, slugOrId: string, wanted: DeploymentChange): Promise<Deployment> {
  const found = await requireDeployment(house.db, caller, slugOrId);
  await house.db.transaction().execute((tx) => changeIn(house, tx, caller, found.id, wanted));
  return deployment(house, caller, found.id);
}

/** The same inside somebody else's transaction: a gate that is passed moves the stage together with its decision. */
export async function changeIn(house: House, tx: Tx, caller: Caller, deploymentId: string, { reason, ...wanted }: DeploymentChange): Promise<void> {
  const before = await records.holdDeployment(tx, deploymentId);
  const { title = before.title, stage = before.stage as Stage, mode = before.mode as Mode, programmeStart = before.programme_start, goLive = before.go_live } = wanted;
  if (goLive && programmeStart && goLive < programmeStart) throw new Problem('unprocessable', `Go-live (${goLive}) cannot be before the programme began (${programmeStart}).`, 'Correct one of the days.', [{ path: 'goLive', says: 'before programmeStart' }]);
  await records.updateDeployment(tx, deploymentId, { title, stage, mode, programme_start: programmeStart, go_live: goLive, updated_at: house.clock.now() });
  const found: Happening[] = [];
  if (stage !== before.stage) found.push({ kind: kinds.moved.kind, reason, says: `Moved from ${before.stage} to ${stage}. ${stages[stage]}`, body: { from: before.stage, to: stage } });
  if (mode !== before.mode) found.push({ kind: kinds.modeChanged.kind, reason, says: `Mode ${before.mode} became ${mode}. ${modes[mode]}`, body: { from: before.mode, to: mode } });
  if (title !== before.title || programmeStart !== before.programme_start || goLive !== before.go_live)
    found.push({ kind: kinds.changed.kind, reason, says: 'Title or clocks were changed.', body: { title, programmeStart, goLive } });
  await happened(house, tx, caller, deploymentId, found);
}

/** Puts the deployment on another version of its product. What was proven about the old one has to be proven again. */
export async function changeVersion(house: House, caller: Caller, slugOrId: string, version: string, reason: string): Promise<Deployment> {
  const found = await requireDeployment(house.db, caller, slugOrId);
  const running = await requireVersion(house.db, { id: found.product_id, slug: found.product_slug, name: found.product_name }, version);
  await house.db.transaction().execute(async (tx) => {
    const before = await records.holdDeployment(tx, found.id);
    if (before.version_id === running.id) throw new Problem('conflict', `It runs on version \`${version}\` already.`, 'Nothing needs to be done.');
    await records.updateDeployment(tx, found.id, { version_id: running.id, updated_at: house.clock.now() });
    await happened(house, tx, caller, found.id, [{ kind: kinds.versionChanged.kind, changes: ['model-version'], reason, says: `Version ${found.version} became ${version}.`, body: { from: found.version, to: version } }]);
  });
  return deployment(house, caller, found.id);
}

export async function acceptOwnership(house: House, caller: Caller, slugOrId: string, hoursPerWeek: number): Promise<Deployment> {
  const found = await requireDeployment(house.db, caller, slugOrId);
  if (!found.owner_name) throw new Problem('conflict', 'The charter names no clinical owner yet.', 'Save a charter with an owner first.');
  await house.db.transaction().execute(async (tx) => {
    const at = house.clock.now();
    await records.updateDeployment(tx, found.id, { owner_hours: hoursPerWeek, owner_accepted_at: at, owner_accepted_id: caller.id, owner_accepted_by: caller.name, updated_at: at });
    await happened(house, tx, caller, found.id, [{ kind: kinds.ownershipAccepted.kind, says: `Ownership accepted with ${hoursPerWeek} hours a week.`, body: { hoursPerWeek } }]);
  });
  return deployment(house, caller, found.id);
}

export async function events(house: House, caller: Caller, slugOrId: string, { after, limit }: { after?: string | undefined; limit: number }) {
  const found = await requireDeployment(house.db, caller, slugOrId);
  const before = readCursor(after, 1);
  const rows = await records.eventRows(house.db, found.id, before ? Number(before[0]) : null, limit + 1);
  const shown = (row: (typeof rows)[number]): DeploymentEvent => ({ id: row.id, kind: row.kind, changes: row.changes as ChangeKind[], at: row.at, by: row.by_name, reason: row.reason, says: row.says });
  return pageOf(rows, limit, shown, (row) => cursorOf(String(row.position)));
}

/** What changed after the instant `since` and makes earlier evidence worthless, oldest first; one entry per kind of change. */
export async function changesSince(db: Db, deploymentId: string, since: string): Promise<{ kind: ChangeKind; at: string; says: string; source: string }[]> {
  return (await changesOf(db, [deploymentId], since)).get(deploymentId) ?? [];
}

/** The same of several deployments, read in one go. */
export async function changesOf(db: Db, ids: readonly string[], since: string): Promise<Map<string, { kind: ChangeKind; at: string; says: string; source: string }[]>> {
  const rows = ids.length === 0 ? [] : await records.eventsThatReopen(db, ids, since);
  return new Map(ids.map((id) => [id, rows.filter((row) => row.deployment_id === id).flatMap((row) => row.changes.map((kind) => ({ kind: kind as ChangeKind, at: row.at, says: row.says, source: `event/${row.id}` })))]));
}
