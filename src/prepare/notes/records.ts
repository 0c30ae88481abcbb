// What is kept about notes audits and their charts? The only SQL of this room.
import { gunzipSync } from 'node:zlib';
import { sql, type Selectable } from 'kysely';
import type { Db, Tx } from '../../tools/server/database.ts';

export interface RunRow {
  id: string; deployment_id: string; deployment: string; export_id: string | null; folder: string | null;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'; progress: string | null; problem: string | null;
  created_at: string; created_by: string; started_at: string | null; finished_at: string | null; digest: string | null; summary: string | null; document: Buffer | null;
  /** The run whose tracing answers this one too. */
  traced_by: string | null;
}
export interface ChartRow {
  run_id: string; number: number; notes: number; characters: number; encounters: number;
  copied: number; templated: number; imported: number; authored: number; deepest: number; stalest: number; at: number; bytes: number;
}
const on = (db: Db) => db.withTables<{ 'notes.run': RunRow; 'notes.chart': ChartRow }>();

const light = ['id', 'deployment_id', 'deployment', 'export_id', 'folder', 'state', 'progress', 'problem', 'created_at', 'created_by', 'started_at', 'finished_at', 'digest', 'summary', 'traced_by'] as const;
export type LightRun = Pick<Selectable<RunRow>, (typeof light)[number]>;

export const insertRun = (tx: Tx, row: Pick<RunRow, 'id' | 'deployment_id' | 'deployment' | 'export_id' | 'folder' | 'created_at' | 'created_by'>) =>
  on(tx).insertInto('notes.run').values({ ...row, state: 'waiting', progress: null, problem: null, started_at: null, finished_at: null, digest: null, summary: null, document: null, traced_by: null }).execute();
export const runRow = (db: Db, id: string): Promise<LightRun | undefined> => on(db).selectFrom('notes.run').select(light).where('id', '=', id).executeTakeFirst();

/** notes.json, byte for byte. */
export async function documentOf(db: Db, id: string): Promise<Buffer | null> {
  const row = await on(db).selectFrom('notes.run').select('document').where('id', '=', id).executeTakeFirst();
  return row?.document ? gunzipSync(row.document) : null;
}

export function runRows(db: Db, deploymentId: string | undefined, after: string | undefined, limit: number): Promise<LightRun[]> {
  let query = on(db).selectFrom('notes.run').select(light).orderBy('id', 'desc').limit(limit);
  if (deploymentId !== undefined) query = query.where('deployment_id', '=', deploymentId);
  if (after !== undefined) query = query.where('id', '<', after);
  return query.execute();
}

/** Changes the run if it is in one of these states; gives whether it was. */
export async function moveRun(db: Db, id: string, from: readonly RunRow['state'][], to: Partial<RunRow>): Promise<boolean> {
  const result = await on(db).updateTable('notes.run').set(to).where('id', '=', id).where('state', 'in', [...from]).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Runs of the same export that nobody works on, and those that this run traced for before it was interrupted. */
export const besideRun = (db: Db, { id, export_id, folder }: LightRun): Promise<LightRun[]> =>
  on(db).selectFrom('notes.run').select(light).where('id', '!=', id).where(sql<boolean>`export_id is not distinct from ${export_id} and folder is not distinct from ${folder}`).where(freeFor(id)).orderBy('id').limit(mostBeside).execute();

/** Takes such a run along; gives whether it still was one. */
export async function takeAlong(db: Db, id: string, by: string, at: string): Promise<boolean> {
  const result = await on(db).updateTable('notes.run').set({ state: 'running', started_at: at, problem: null, traced_by: by }).where('id', '=', id).where(freeFor(by)).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Runs that wait for this one are waiting for themselves again; gives which. */
export const letGo = async (db: Db, by: string) =>
  (await on(db).updateTable('notes.run').set({ state: 'waiting', progress: null, traced_by: null }).where('traced_by', '=', by).where('state', 'in', ['waiting', 'running']).returning('id').execute()).map(({ id }) => id);

/** More documents than these need not be in memory at once. */
const mostBeside = 50;
const freeFor = (by: string) => sql<boolean>`((state = 'waiting' and traced_by is null) or (state in ('waiting', 'running') and traced_by = ${by}))`;

/** Earlier audits of the deployment whose charts are still kept. */
export const earlierWithCharts = async (db: Db, deploymentId: string, except: string) =>
  (await on(db).selectFrom('notes.chart').innerJoin('notes.run', 'notes.run.id', 'notes.chart.run_id').select('notes.run.id').distinct().where('notes.run.deployment_id', '=', deploymentId).where('notes.run.id', '!=', except).execute()).map(({ id }) => id);

export async function insertCharts(tx: Tx, rows: readonly ChartRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 2_000) await on(tx).insertInto('notes.chart').values(rows.slice(at, at + 2_000)).execute();
}
export const deleteCharts = (db: Db, runId: string) => on(db).deleteFrom('notes.chart').where('run_id', '=', runId).execute();
export const countCharts = async (db: Db, runId: string) => Number((await on(db).selectFrom('notes.chart').select(sql<string>`count(*)`.as('n')).where('run_id', '=', runId).executeTakeFirst())?.n ?? 0);
export const chartRow = (db: Db, runId: string, number: number) => on(db).selectFrom('notes.chart').selectAll().where('run_id', '=', runId).where('number', '=', number).executeTakeFirst();

export function chartRows(db: Db, runId: string, by: 'stalest' | 'deepest' | 'copied' | 'notes', limit: number) {
  const query = on(db).selectFrom('notes.chart').selectAll().where('run_id', '=', runId).limit(limit);
  return (by === 'copied' ? query.orderBy(sql`copied::double precision / greatest(characters, 1)`, 'desc') : query.orderBy(by, 'desc')).orderBy('copied', 'desc').orderBy('number').execute();
}
