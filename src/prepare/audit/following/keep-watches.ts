// How are folders watched, and their new exports audited by themselves?
import { requireDeployment } from '../../../spine/deployments/deployments.ts';
import { actorOf, append } from '../../../spine/ledger/ledger.ts';
import { newId } from '../../../tools/base/id.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import { serverPath } from '../keep-exports.ts';
import type { Run } from '../model.ts';
import { runRow } from '../records.ts';
import { requireBulkServer } from '../sources/bulk-servers.ts';
import { kinds } from './entry-kinds.ts';
import type { Cadence, Watch } from './model.ts';
import * as records from './records.ts';
import { decide, newestExport, nextAfter } from './watching.ts';
import { decideFetch, isServer, requireRhythm } from './watching-servers.ts';

export const watchOf = (row: records.WatchRow): Watch => ({
  id: row.id, deployment: row.deployment, folder: row.folder, cadence: row.cadence, active: row.active, nextAt: row.next_at, lastAt: row.last_at, lastRun: row.last_run,
  lookedAt: row.looked_at, says: row.says, createdAt: row.created_at, createdBy: (JSON.parse(row.created_by) as Caller).name,
});

export async function addWatch(house: House, caller: Caller, { deployment, folder, cadence }: { deployment: string; folder: string; cadence: Cadence }): Promise<Watch> {
  const found = await requireDeployment(house.db, caller, deployment);
  requireRhythm(folder, cadence);
  if (isServer(folder)) await requireBulkServer(house, folder);
  else await serverPath(house, folder);
  if (await records.watchOn(house.db, found.id, folder)) throw new Problem('conflict', `${folder} is watched for ${found.slug} already.`, 'Change that watch.');
  const at = house.clock.now();
  const by: Caller = { kind: caller.kind, id: caller.id, name: caller.name, roles: caller.roles, vendor: null };
  const row: records.WatchRow = { id: newId('wat', at), deployment_id: found.id, deployment: found.slug, folder, cadence, active: true, created_at: at, created_by: JSON.stringify(by), next_at: null, last_at: null, last_run: null, last_print: null, seen_print: null, looked_at: null, says: null };
  await house.db.transaction().execute(async (tx) => {
    await records.insertWatch(tx, row);
    await append(tx, { at, kind: kinds.watchChanged.kind, actor: actorOf(caller), deployment: found.id, subject: `watch/${row.id}`, body: { folder, cadence, active: true } });
  });
  return watchOf(row);
}

export async function changeWatch(house: House, caller: Caller, id: string, { active, cadence }: { active?: boolean | undefined; cadence?: Cadence | undefined }): Promise<Watch> {
  const row = await records.watchRow(house.db, id);
  if (!row) throw new Problem('not-found', `There is no watch ${id}.`, 'They are listed at /api/v1/audit/watches.');
  await requireDeployment(house.db, caller, row.deployment_id);
  if (cadence !== undefined) requireRhythm(row.folder, cadence);
  const at = house.clock.now();
  const to = { ...(active !== undefined && { active }), ...(cadence !== undefined && { cadence, next_at: row.last_at === null ? null : nextAfter(cadence, row.last_at) }) };
  if (Object.keys(to).length === 0) return watchOf(row);
  await house.db.transaction().execute(async (tx) => {
    await records.updateWatch(tx, id, to);
    await append(tx, { at, kind: kinds.watchChanged.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `watch/${id}`, body: { folder: row.folder, cadence: to.cadence ?? row.cadence, active: to.active ?? row.active } });
  });
  return watchOf({ ...row, ...to });
}

type Start = (house: House, caller: Caller, asked: { deployment: string; export: null; folder: string }) => Promise<Run>;

/** One look at every watched folder and server. What goes wrong with one is said there, and does not keep the others waiting. */
export async function lookAtFolders(house: House, start: Start, signal: AbortSignal): Promise<void> {
  for (const row of await records.activeWatches(house.db)) {
    if (signal.aborted) return;
    const at = house.clock.now();
    try {
      if (isServer(row.folder)) {
        await lookAtServer(house, start, row, at);
        continue;
      }
      const found = await newestExport(await serverPath(house, row.folder), row.folder);
      const { audit, says } = decide({ nextAt: row.next_at, lastPrint: row.last_print, seenPrint: row.seen_print }, found, at);
      if (!audit) {
        await records.updateWatch(house.db, row.id, { looked_at: at, says, seen_print: found?.print ?? null });
        continue;
      }
      const run = await start(house, JSON.parse(row.created_by) as Caller, { deployment: row.deployment_id, export: null, folder: found!.folder });
      await records.updateWatch(house.db, row.id, { looked_at: at, says, seen_print: found!.print, last_print: found!.print, last_at: at, last_run: run.id, next_at: nextAfter(row.cadence, at) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await records.updateWatch(house.db, row.id, { looked_at: at, says: [error.message, error.next].filter(Boolean).join(' ') });
    }
  }
}

/** A server that is due is fetched from and audited, in one run: the same as a person would start. */
async function lookAtServer(house: House, start: Start, row: records.WatchRow, at: string): Promise<void> {
  const last = row.last_run === null ? undefined : await runRow(house.db, row.last_run);
  const { fetch, says } = decideFetch({ nextAt: row.next_at, lastAt: row.last_at }, last, at);
  if (!fetch) return void (await records.updateWatch(house.db, row.id, { looked_at: at, says }));
  const run = await start(house, JSON.parse(row.created_by) as Caller, { deployment: row.deployment_id, export: null, folder: row.folder });
  await records.updateWatch(house.db, row.id, { looked_at: at, says, last_at: at, last_run: run.id, next_at: nextAfter(row.cadence, at) });
}
