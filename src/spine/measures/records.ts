// Where is every measurement kept? The only SQL of this room.
import { sql, type Generated, type Selectable } from 'kysely';
import type { Db, Tx } from '../../tools/server/database.ts';
import { scopeKey, type Measurement } from './model.ts';

interface MeasurementRow {
  id: Generated<number>;
  deployment_id: string;
  measure: string;
  facility: string | null;
  department: string | null;
  element: string | null;
  value: number | null;
  low: number | null;
  high: number | null;
  level: number | null;
  n: number | null;
  as_of: string;
  class: Measurement['class'];
  explain: string;
  source: string;
  recorded_at: string;
}
export interface AttestationRow {
  id: string;
  measurement_id: number;
  reason: string;
  document: string | null;
  by_id: string;
  by_name: string;
  at: string;
}

const on = (db: Db) => db.withTables<{ 'measures.measurement': MeasurementRow; 'measures.attestation': AttestationRow }>();

/** A measurement with its number in the history. */
export interface Kept {
  id: number;
  recordedAt: string;
  measurement: Measurement;
}

const keptFrom = (row: Selectable<MeasurementRow>): Kept => ({
  id: row.id,
  recordedAt: row.recorded_at,
  measurement: {
    measure: row.measure,
    deployment: row.deployment_id,
    scope: { facility: row.facility, department: row.department, ...(row.element !== null && { element: row.element }) },
    value: row.value,
    interval: row.low === null || row.high === null ? null : { low: row.low, high: row.high, level: row.level ?? 0.95 },
    n: row.n,
    asOf: row.as_of,
    class: row.class,
    explain: row.explain,
    source: row.source,
  },
});

const rowFrom = (one: Measurement, recordedAt: string) => ({
  deployment_id: one.deployment,
  measure: one.measure,
  facility: one.scope.facility,
  department: one.scope.department,
  element: one.scope.element ?? null,
  value: one.value,
  low: one.interval?.low ?? null,
  high: one.interval?.high ?? null,
  level: one.interval?.level ?? null,
  n: one.n,
  as_of: one.asOf,
  class: one.class,
  explain: one.explain,
  source: one.source,
  recorded_at: recordedAt,
});

/** Appends what is not there yet; gives the ids of what was appended. */
export async function append(tx: Tx, measurements: readonly Measurement[], recordedAt: string): Promise<number[]> {
  const ids: number[] = [];
  for (let from = 0; from < measurements.length; from += 1_000) {
    const rows = await on(tx).insertInto('measures.measurement').values(measurements.slice(from, from + 1_000).map((one) => rowFrom(one, recordedAt))).onConflict((conflict) => conflict.doNothing()).returning('id').execute();
    ids.push(...rows.map((row) => row.id));
  }
  return ids;
}

// Telemetry and computed records are equals; a document stands below them, somebody's word lowest.
const rank = sql<number>`case class when 'E0' then 0 when 'E1' then 1 else 2 end`;

/**
 * Per measure and scope the newest of the strongest evidence, as it stood at `asOf`. Where the strongest says that it
 * cannot be measured, the next that has a number stands.
 */
export async function newest(db: Db, deployments: readonly string[], asOf: string, measure?: string): Promise<Kept[]> {
  if (deployments.length === 0) return [];
  const rows = await on(db)
    .selectFrom('measures.measurement')
    .selectAll()
    .distinctOn(['deployment_id', 'measure', 'facility', 'department', 'element', rank])
    .where('deployment_id', 'in', deployments)
    .where('as_of', '<=', asOf)
    .$if(measure !== undefined, (query) => query.where('measure', '=', measure!))
    .orderBy('deployment_id')
    .orderBy('measure')
    .orderBy('facility')
    .orderBy('department')
    .orderBy('element')
    .orderBy(rank, 'desc')
    .orderBy('as_of', 'desc')
    .orderBy('id', 'desc')
    .execute();
  const best = new Map<string, Kept>();
  for (const one of rows.map(keptFrom)) {
    const key = `${one.measurement.deployment} ${one.measurement.measure} ${scopeKey(one.measurement.scope)}`;
    const before = best.get(key);
    if (!before || (before.measurement.value === null && one.measurement.value !== null)) best.set(key, one);
  }
  return [...best.values()];
}

export interface HistoryFilter {
  facility?: string | undefined;
  department?: string | undefined;
  element?: string | undefined;
}

/** All measurements of one measure, newest first. `before` is the as-of and id to go on from. */
export async function historyOf(db: Db, deployment: string, measure: string, { facility, department, element }: HistoryFilter, before: { asOf: string; id: number } | null, limit: number): Promise<Kept[]> {
  const rows = await on(db)
    .selectFrom('measures.measurement')
    .selectAll()
    .where('deployment_id', '=', deployment)
    .where('measure', '=', measure)
    .$if(facility !== undefined, (query) => query.where('facility', '=', facility!))
    .$if(department !== undefined, (query) => query.where('department', '=', department!))
    .$if(element !== undefined, (query) => query.where('element', '=', element!))
    .$if(before !== null, (query) => query.where(sql<boolean>`(as_of, id) < (${before?.asOf}::timestamptz, ${before?.id}::bigint)`))
    .orderBy('as_of', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(keptFrom);
}

export const keepAttestation = (tx: Tx, row: AttestationRow) => on(tx).insertInto('measures.attestation').values(row).execute();
