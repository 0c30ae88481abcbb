// Where are decisions, locks, waivers and amendments kept? The only SQL of this room.
import { sql, type GeneratedAlways } from 'kysely';
import type { Db, Tx } from '../../tools/server/database.ts';
import type { Outcome, PathName } from './model.ts';

export interface SettingRow { deployment_id: string; path: PathName; reason: string; by_id: string; by_name: string; at: string }
export interface DecisionRow { id: string; deployment_id: string; gate: string; sequence: number; outcome: Outcome; record: string; snapshot: string; digest: string; at: string }
export interface LockRow { deployment_id: string; gate: string; criteria: string; digest: string; locked_with: string; decision_id: string; at: string }
export interface AmendmentRow { id: string; deployment_id: string; gate: string; criterion: string; condition: number; was: string; now: string; reason: string; by_id: string; by_name: string; at: string; after_lock: boolean }
export interface WaiverRow {
  id: string; deployment_id: string; gate: string; criterion: string; reason: string; expires: string; requested_by_id: string; requested_by_name: string; requested_at: string;
  approved_by_id: string | null; approved_by_name: string | null; approved_at: string | null; ended_at: string | null; ended_because: string | null;
}
export interface ReopeningRow { id: string; deployment_id: string; gate: string; decision_id: string; because: string; criteria: string[]; source: string; at: string; noted_at: string }

type Tables = {
  'gates.setting': SettingRow;
  'gates.decision': DecisionRow;
  'gates.lock': LockRow;
  'gates.amendment': AmendmentRow & { position: GeneratedAlways<number> };
  'gates.waiver': WaiverRow;
  'gates.reopening': ReopeningRow;
};
const on = (db: Db) => db.withTables<Tables>();

/** Whoever changes the gates of a deployment does so one after the other. Held to the end of the transaction. */
export const hold = (tx: Tx, deployment: string) => sql`select pg_advisory_xact_lock(hashtextextended(${`gates/${deployment}`}, 0))`.execute(tx);

/** How PostgreSQL says that a unique value is there already. */
export const isTaken = (error: unknown): boolean => (error as { code?: string }).code === '23505';

export const settings = (db: Db, deployments: readonly string[]) => fewOf(deployments, (some) => on(db).selectFrom('gates.setting').selectAll().where('deployment_id', 'in', some).execute());
export const putSetting = (tx: Tx, row: SettingRow) => on(tx).insertInto('gates.setting').values(row).onConflict((conflict) => conflict.column('deployment_id').doUpdateSet(row)).execute();

/** All decisions, oldest first, without their snapshots. */
export const decisions = (db: Db, deployments: readonly string[]) =>
  fewOf(deployments, (some) => on(db).selectFrom('gates.decision').select(['id', 'deployment_id', 'gate', 'sequence', 'outcome', 'record', 'digest', 'at']).where('deployment_id', 'in', some).orderBy('sequence').orderBy('id').execute());
export const decision = (db: Db, id: string) => on(db).selectFrom('gates.decision').selectAll().where('id', '=', id).executeTakeFirst();
export const insertDecision = (tx: Tx, row: DecisionRow) => on(tx).insertInto('gates.decision').values(row).execute();

export const locks = (db: Db, deployments: readonly string[]) => fewOf(deployments, (some) => on(db).selectFrom('gates.lock').selectAll().where('deployment_id', 'in', some).execute());
export const insertLock = (tx: Tx, row: LockRow) => on(tx).insertInto('gates.lock').values(row).execute();

/** Oldest first: later ones stand on earlier ones. */
export const amendments = (db: Db, deployments: readonly string[]) => fewOf(deployments, (some) => on(db).selectFrom('gates.amendment').selectAll().where('deployment_id', 'in', some).orderBy('position').execute());
export const insertAmendment = (tx: Tx, row: AmendmentRow) => on(tx).insertInto('gates.amendment').values(row).execute();

export const waivers = (db: Db, deployments: readonly string[]) => fewOf(deployments, (some) => on(db).selectFrom('gates.waiver').selectAll().where('deployment_id', 'in', some).orderBy('requested_at').orderBy('id').execute());
export const waiver = (db: Db, id: string) => on(db).selectFrom('gates.waiver').selectAll().where('id', '=', id).executeTakeFirst();
export const insertWaiver = (tx: Tx, row: WaiverRow) => on(tx).insertInto('gates.waiver').values(row).execute();
export const updateWaiver = (tx: Tx, id: string, row: Partial<WaiverRow>) => on(tx).updateTable('gates.waiver').set(row).where('id', '=', id).execute();

export const reopenings = (db: Db, deployments: readonly string[]) => fewOf(deployments, (some) => on(db).selectFrom('gates.reopening').selectAll().where('deployment_id', 'in', some).orderBy('at').execute());
/** True when it was not written down before. */
export const insertReopening = async (tx: Tx, row: ReopeningRow): Promise<boolean> =>
  (await on(tx).insertInto('gates.reopening').values(row).onConflict((conflict) => conflict.columns(['decision_id', 'source']).doNothing()).returning('id').execute()).length > 0;

/** Kinds of entries no judgement rests on: AI decisions one by one, who may sign in, and who looked at what. */
const beside = ['decision', 'account', 'key', 'payload', 'subject', 'hold', 'witness', 'sealing', 'ledger'];
/** Entries a look goes through; more than that, and everything counts as changed. */
const mostNews = 50_000;

/**
 * How far the ledger and the history of measurements reach, and which deployments something was written about since
 * that a judgement may rest on; null stands for something that may be about all.
 */
export async function news(db: Db, position: number, measurement: number): Promise<{ position: number; measurement: number; about: (string | null)[] }> {
  const { rows } = await sql<{ position: number; measurement: number }>`select (select size from ledger.head) as position, coalesce((select max(id) from measures.measurement), 0) as measurement`.execute(db);
  const now = rows[0]!;
  if (now.position - position > mostNews || now.measurement - measurement > mostNews) return { ...now, about: [null] };
  if (now.position === position && now.measurement === measurement) return { ...now, about: [] };
  const { rows: about } = await sql<{ deployment: string | null }>`
    select distinct deployment from ledger.entry where position >= ${position} and position < ${now.position} and kind !~ ${`^(${beside.join('|')})[.]`}
    union select distinct deployment_id from measures.measurement where id > ${measurement} and id <= ${now.measurement}`.execute(db);
  return { ...now, about: about.map(({ deployment }) => deployment) };
}

const fewOf = <Row>(ids: readonly string[], ask: (ids: readonly string[]) => Promise<Row[]>): Promise<Row[]> => (ids.length === 0 ? Promise.resolve([]) : ask(ids));
