// What is kept about exports, audits and findings? The only SQL of this room.
import { gunzipSync } from 'node:zlib';
import { sql, type Selectable } from 'kysely';
import type { Db, Tx } from '../../tools/server/database.ts';

export interface ExportRow { id: string; name: string; state: 'open' | 'complete'; created_at: string; created_by_id: string; created_by_name: string }
export interface RunRow {
  id: string; deployment_id: string; deployment: string; export_id: string | null; folder: string | null;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'; progress: string | null; problem: string | null;
  created_at: string; created_by: string; started_at: string | null; finished_at: string | null; audit_digest: string | null;
  summary: string | null; provenance: string | null; rest: string | null; document: Buffer | null; sample: string | null;
}
export interface FindingRow {
  run_id: string; number: number; check_id: string; element: string | null; resource: string | null; facility: string | null; department: string | null;
  clinician: string | null; month: string | null; level: string; n: number; k: number | null; rate: number | null; low: number | null; high: number | null;
  threshold: number | null; bound: string | null; threshold_from: string | null; tier: string; verdict: string; says: string; figures: string; people: number; row_count: number; rows: string;
}
export interface RateRow { run_id: string; number: number; check_id: string; element: string | null; resource: string | null; body: string }
const on = (db: Db) => db.withTables<{ 'audit.rate': RateRow; 'audit.export': ExportRow; 'audit.run': RunRow; 'audit.finding': FindingRow }>();

// --- exports --------------------------------------------------------------------------------------------------------

export const insertExport = (db: Db, row: ExportRow) => on(db).insertInto('audit.export').values(row).execute();
export const exportRows = (db: Db) => on(db).selectFrom('audit.export').selectAll().orderBy('id', 'desc').limit(200).execute();
export const exportRow = (db: Db, id: string) => on(db).selectFrom('audit.export').selectAll().where('id', '=', id).executeTakeFirst();
export const completeExport = (db: Db, id: string) => on(db).updateTable('audit.export').set({ state: 'complete' }).where('id', '=', id).execute();
export const deleteExport = (db: Db, id: string) => on(db).deleteFrom('audit.export').where('id', '=', id).execute();
export const underWayOn = async (db: Db, exportId: string) =>
  (await on(db).selectFrom('audit.run').select('id').where('export_id', '=', exportId).where('state', 'in', ['waiting', 'running']).executeTakeFirst())?.id;

// --- runs -----------------------------------------------------------------------------------------------------------

const light = ['id', 'deployment_id', 'deployment', 'export_id', 'folder', 'state', 'progress', 'problem', 'created_at', 'created_by', 'started_at', 'finished_at', 'audit_digest', 'summary', 'provenance', 'sample'] as const;
export type LightRun = Pick<Selectable<RunRow>, (typeof light)[number]> & { export_name: string | null };
/** Without the large columns, with what people called the upload; null where it is no upload, or was deleted. */
const lightRuns = (db: Db) => on(db).selectFrom('audit.run').leftJoin('audit.export', 'audit.export.id', 'audit.run.export_id').select(light.map((column) => `audit.run.${column}` as const)).select('audit.export.name as export_name');

export const insertRun = (tx: Tx, row: Pick<RunRow, 'id' | 'deployment_id' | 'deployment' | 'export_id' | 'folder' | 'created_at' | 'created_by' | 'sample'>) =>
  on(tx).insertInto('audit.run').values({ ...row, state: 'waiting', progress: null, problem: null, started_at: null, finished_at: null, audit_digest: null, summary: null, provenance: null, rest: null, document: null }).execute();
export const runRow = (db: Db, id: string): Promise<LightRun | undefined> => lightRuns(db).where('audit.run.id', '=', id).executeTakeFirst();
export const restOf = async (db: Db, id: string) => (await on(db).selectFrom('audit.run').select('rest').where('id', '=', id).executeTakeFirst())?.rest ?? null;

/** audit.json, byte for byte. */
export async function documentOf(db: Db, id: string): Promise<Buffer | null> {
  const row = await on(db).selectFrom('audit.run').select('document').where('id', '=', id).executeTakeFirst();
  return row?.document ? gunzipSync(row.document) : null;
}

export function runRows(db: Db, deploymentId: string | undefined, after: string | undefined, limit: number): Promise<LightRun[]> {
  let query = lightRuns(db).orderBy('audit.run.id', 'desc').limit(limit);
  if (deploymentId !== undefined) query = query.where('audit.run.deployment_id', '=', deploymentId);
  if (after !== undefined) query = query.where('audit.run.id', '<', after);
  return query.execute();
}

/** Changes the run if it is in one of these states; gives whether it was. */
export async function moveRun(db: Db, id: string, from: readonly RunRow['state'][], to: Partial<RunRow>): Promise<boolean> {
  const result = await on(db).updateTable('audit.run').set(to).where('id', '=', id).where('state', 'in', [...from]).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export const firstDone = async (db: Db, deploymentId: string) =>
  (await on(db).selectFrom('audit.run').select('finished_at').where('deployment_id', '=', deploymentId).where('state', '=', 'done').where('sample', 'is', null).orderBy('finished_at').limit(1).executeTakeFirst())?.finished_at ?? null;

// --- findings -------------------------------------------------------------------------------------------------------

export async function insertFindings(tx: Tx, rows: readonly FindingRow[]): Promise<void> {
  // PostgreSQL takes at most 65,535 parameters a statement.
  for (let at = 0; at < rows.length; at += 2_000) await on(tx).insertInto('audit.finding').values(rows.slice(at, at + 2_000)).execute();
}

export async function insertRates(tx: Tx, rows: readonly RateRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 2_000) await on(tx).insertInto('audit.rate').values(rows.slice(at, at + 2_000)).execute();
}

/** The rates of an element, or of a resource type as a whole; without bodies, of everything. */
export const ratesAbout = (db: Db, runId: string, about: { element: string | null; resource: string | null }): Promise<RateRow[]> => {
  const query = on(db).selectFrom('audit.rate').selectAll().where('run_id', '=', runId).orderBy('number');
  return (about.element !== null ? query.where('element', '=', about.element) : query.where('element', 'is', null).where('resource', '=', about.resource)).execute();
};
export const rateHeads = (db: Db, runId: string) => on(db).selectFrom('audit.rate').select(['check_id', 'element', 'resource']).where('run_id', '=', runId).orderBy('number').execute();

export interface FindingFilter {
  check?: string | undefined; element?: string | undefined; facility?: string | undefined; department?: string | undefined; month?: string | undefined;
  level?: string | undefined; verdict?: string | undefined; tier?: string | undefined;
}

export function findingRows(db: Db, runId: string, { check, element, facility, department, month, level, verdict, tier }: FindingFilter, after: number, limit: number) {
  let query = on(db).selectFrom('audit.finding').select(shownColumns).where('run_id', '=', runId).where('number', '>', after).orderBy('number').limit(limit);
  for (const [column, value] of [['check_id', check], ['element', element], ['facility', facility], ['department', department], ['month', month], ['level', level], ['verdict', verdict], ['tier', tier]] as const)
    if (value !== undefined) query = query.where(column, '=', value);
  return query.execute();
}
const shownColumns = ['run_id', 'number', 'check_id', 'element', 'resource', 'facility', 'department', 'clinician', 'month', 'level', 'n', 'k', 'rate', 'low', 'high', 'threshold', 'bound', 'threshold_from', 'tier', 'verdict', 'says', 'figures', 'people', 'row_count'] as const;
export type ShownFinding = Pick<Selectable<FindingRow>, (typeof shownColumns)[number]>;

export const findingRow = (db: Db, runId: string, number: number) => on(db).selectFrom('audit.finding').selectAll().where('run_id', '=', runId).where('number', '=', number).executeTakeFirst();

/** Of the whole export and of facilities, what the matrix shows. */
export const matrixRows = (db: Db, runId: string) =>
  on(db).selectFrom('audit.finding').select(shownColumns).where('run_id', '=', runId).where('level', 'in', ['overall', 'facility']).orderBy(sql`number`).execute();
