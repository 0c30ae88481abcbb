// What is kept about samples, their reviewers and answers? The only PostgreSQL of sampling.
import { gunzipSync } from 'node:zlib';
import type { Db, Tx } from '../../../tools/server/database.ts';
import type { Answer } from './questions.ts';
import type { SampleDocument } from './sample-words.ts';

export type Seat = 'first' | 'second' | 'third';
export interface SampleRow {
  id: string; deployment_id: string; deployment: string; export_id: string | null; folder: string | null;
  state: 'waiting' | 'running' | 'done' | 'failed'; progress: string | null; problem: string | null; request: string; seed_digest: string;
  created_at: string; created_by: string; drawn_at: string | null; frame_digest: string | null; frame_records: number | null;
  document: Buffer | null; document_digest: string | null; published_at: string | null;
}
export interface ReviewerRow { sample_id: string; seat: Seat; person_id: string; person_name: string; joined_at: string; finished_at: string | null }
export interface AnswerRow { sample_id: string; seat: Seat; record: number; question: string; answer: Answer; value: string; remark: string; answered_at: string }
const on = (db: Db) => db.withTables<{ 'audit.export': { id: string; name: string }; 'audit.sample': SampleRow; 'audit.sample_reviewer': ReviewerRow; 'audit.sample_answer': AnswerRow }>();

const light = ['id', 'deployment_id', 'deployment', 'export_id', 'folder', 'state', 'progress', 'problem', 'request', 'seed_digest', 'created_at', 'created_by', 'drawn_at', 'frame_digest', 'frame_records', 'document_digest', 'published_at'] as const;
export type LightSample = Omit<SampleRow, 'document'> & { export_name: string | null };
/** Without the document, with what people called the upload; null where it is no upload, or was deleted. */
const lightSamples = (db: Db) => on(db).selectFrom('audit.sample').leftJoin('audit.export', 'audit.export.id', 'audit.sample.export_id').select(light.map((column) => `audit.sample.${column}` as const)).select('audit.export.name as export_name');

export const insertSample = (tx: Tx, row: Pick<SampleRow, 'id' | 'deployment_id' | 'deployment' | 'export_id' | 'folder' | 'request' | 'seed_digest' | 'created_at' | 'created_by'>) =>
  on(tx).insertInto('audit.sample').values({ ...row, state: 'waiting', progress: null, problem: null, drawn_at: null, frame_digest: null, frame_records: null, document: null, document_digest: null, published_at: null }).execute();
export const sampleRow = (db: Db, id: string): Promise<LightSample | undefined> => lightSamples(db).where('audit.sample.id', '=', id).executeTakeFirst();

export function sampleRows(db: Db, deploymentId: string | undefined, after: string | undefined, limit: number): Promise<LightSample[]> {
  let query = lightSamples(db).orderBy('audit.sample.id', 'desc').limit(limit);
  if (deploymentId !== undefined) query = query.where('audit.sample.deployment_id', '=', deploymentId);
  if (after !== undefined) query = query.where('audit.sample.id', '<', after);
  return query.execute();
}

/** sample.json as stored; locked against a change at the same time where `lock` says so. */
export async function documentOf(db: Db, id: string, lock = false): Promise<SampleDocument | null> {
  let query = on(db).selectFrom('audit.sample').select('document').where('id', '=', id);
  if (lock) query = query.forUpdate();
  const row = await query.executeTakeFirst();
  return row?.document ? (JSON.parse(gunzipSync(row.document).toString('utf8')) as SampleDocument) : null;
}

export async function moveSample(db: Db, id: string, from: readonly SampleRow['state'][], to: Partial<SampleRow>): Promise<boolean> {
  const result = await on(db).updateTable('audit.sample').set(to).where('id', '=', id).where('state', 'in', [...from]).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** The samples of a deployment that were drawn before this one, the newest first. */
export const drawnBefore = (db: Db, deploymentId: string, id: string) =>
  on(db).selectFrom('audit.sample').select(['id', 'document']).where('deployment_id', '=', deploymentId).where('state', '=', 'done').where('id', '<', id).orderBy('id', 'desc').limit(20).execute();

/** How many draws from the very same frame this deployment has seen before: choosing among seeds must be seen. */
export const drawsOfFrame = async (db: Db, deploymentId: string, frame: string, id: string): Promise<number> =>
  (await on(db).selectFrom('audit.sample').select('id').where('deployment_id', '=', deploymentId).where('frame_digest', '=', frame).where('id', '<', id).execute()).length;

// --- reviewers and answers ----------------------------------------------------------------------------------------------

export const reviewersOf = (db: Db, id: string): Promise<ReviewerRow[]> => on(db).selectFrom('audit.sample_reviewer').selectAll().where('sample_id', '=', id).orderBy('joined_at').orderBy('seat').execute();
/** Gives false where the seat, or another of this person, was taken in the meantime. */
export const takeSeat = async (tx: Tx, row: ReviewerRow): Promise<boolean> =>
  ((await on(tx).insertInto('audit.sample_reviewer').values(row).onConflict((conflict) => conflict.doNothing()).executeTakeFirst()).numInsertedOrUpdatedRows ?? 0n) > 0n;
export const finishSeat = (tx: Tx, id: string, seat: Seat, at: string | null) => on(tx).updateTable('audit.sample_reviewer').set({ finished_at: at }).where('sample_id', '=', id).where('seat', '=', seat).execute();

export async function saveAnswers(tx: Tx, rows: readonly AnswerRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 2_000)
    await on(tx).insertInto('audit.sample_answer').values(rows.slice(at, at + 2_000)).onConflict((conflict) => conflict.columns(['sample_id', 'seat', 'record', 'question']).doUpdateSet((given) => ({ answer: given.ref('excluded.answer'), value: given.ref('excluded.value'), remark: given.ref('excluded.remark'), answered_at: given.ref('excluded.answered_at') }))).execute();
}
export const dropAnswers = (tx: Tx, id: string, seat: Seat, record: number, questions: readonly string[]) =>
  questions.length === 0 ? Promise.resolve() : on(tx).deleteFrom('audit.sample_answer').where('sample_id', '=', id).where('seat', '=', seat).where('record', '=', record).where('question', 'in', [...questions]).execute();

export function answerRows(db: Db, id: string, seat?: Seat): Promise<AnswerRow[]> {
  let query = on(db).selectFrom('audit.sample_answer').selectAll().where('sample_id', '=', id).orderBy('record').orderBy('question');
  if (seat !== undefined) query = query.where('seat', '=', seat);
  return query.execute();
}
