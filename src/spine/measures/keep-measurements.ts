// How is a measurement written down, and how are the latest and the earlier ones read?
import { Problem } from '../../tools/base/problem.ts';
import type { Db, Tx } from '../../tools/server/database.ts';
import type { Catalogue } from './catalogue.ts';
import { ageInDays, measureId, measurement, scopeKey, standing, type Change, type Measurement, type NewMeasurement, type StandingMeasurement } from './model.ts';
import * as records from './records.ts';

/**
 * Appends measurements to the history, in the transaction of the work they come from. Publishing the same source,
 * measure and scope again changes nothing; nothing is ever changed. Gives how many were new.
 * @param recordedAt the instant of the house's clock; the latest as-of unless told.
 * @throws ZodError on a malformed measurement, Problem where it is not about a deployment's id: errors of the program.
 */
export async function publish(tx: Tx, measurements: readonly NewMeasurement[], recordedAt?: string): Promise<number> {
  if (measurements.length === 0) return 0;
  const read = measurements.map((one) => measurement.parse(one));
  for (const one of read) {
    measureId.parse(one.measure);
    if (!one.deployment.startsWith('dep_')) throw new Problem('internal', `The measurement of ${one.measure} is about \`${one.deployment}\`, which is no deployment's id.`, 'Publish with the id that begins with dep_.');
    if (one.interval && one.interval.low > one.interval.high) throw new Problem('internal', `The interval of ${one.measure} runs from ${one.interval.low} to ${one.interval.high}.`, 'Publish the lower end first.');
  }
  const ids = await records.append(tx, read, recordedAt ?? read.map((one) => one.asOf).reduce((a, b) => (a > b ? a : b)));
  return ids.length;
}

/**
 * The latest measurement of every measure and scope of a deployment, as of an instant: of the strongest evidence there
 * is (telemetry and computed records before documents before somebody's word) the newest. What the catalogue computes
 * is computed for this answer.
 */
export async function latest(db: Db, of: Catalogue, deployment: string, asOf: string): Promise<Measurement[]> {
  return (await latestOf(db, of, [deployment], asOf)).get(deployment) ?? [];
}

/** The same of several deployments, read in one go. */
export async function latestOf(db: Db, of: Catalogue, deployments: readonly string[], asOf: string): Promise<Map<string, Measurement[]>> {
  const found = new Map<string, Measurement[]>(deployments.map((one) => [one, []]));
  for (const { measurement: one } of await latestKept(db, of, deployments, asOf)) found.get(one.deployment)?.push(one);
  return found;
}

interface MaybeKept {
  measurement: Measurement;
  recordedAt: string | null;
}

async function latestKept(db: Db, of: Catalogue, deployments: readonly string[], asOf: string, measure?: string): Promise<MaybeKept[]> {
  const kept: MaybeKept[] = await records.newest(db, deployments, asOf, measure);
  const computed: MaybeKept[] = [];
  // One function may serve several measures; it is asked once. All are asked at once, so that what they share is read once.
  const functions = [...new Set(of.computed.filter((one) => measure === undefined || one.id === measure).map((one) => one.evaluate))];
  const made = await Promise.all(deployments.flatMap((deployment) => functions.map((evaluate) => evaluate(db, deployment, asOf))));
  for (const one of made.flat()) if (measure === undefined || one.measure === measure) computed.push({ measurement: measurement.parse(one), recordedAt: null });
  const replaced = new Set(computed.map((one) => keyOf(one.measurement)));
  return [...kept.filter((one) => !replaced.has(keyOf(one.measurement))), ...computed];
}

const keyOf = (one: Measurement) => `${one.deployment} ${one.measure} ${scopeKey(one.scope)}`;

/** The latest measurements with their standing: fresh, stale, not measurable. */
export async function latestStanding(db: Db, of: Catalogue, deployment: string, asOf: string, changes: readonly Change[], measure?: string): Promise<StandingMeasurement[]> {
  const rows = await latestKept(db, of, [deployment], asOf, measure);
  return rows.map((one) => withStanding(one, of, asOf, changes));
}

/** Measurements of one measure, newest first; `after` is the `next` of the page before. */
export async function history(
  db: Db,
  of: Catalogue,
  deployment: string,
  measure: string,
  asOf: string,
  changes: readonly Change[],
  { after, limit = 100, ...filter }: records.HistoryFilter & { after?: string | undefined; limit?: number } = {},
): Promise<{ items: StandingMeasurement[]; next: string | null }> {
  const rows = await records.historyOf(db, deployment, measure, filter, after === undefined ? null : readCursor(after), limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map((one) => withStanding(one, of, asOf, changes)), next: rows.length > limit && last ? `${last.measurement.asOf}.${last.id}` : null };
}

function readCursor(after: string): { asOf: string; id: number } {
  const found = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\.(\d{1,15})$/.exec(after);
  if (!found?.[1]) throw new Problem('bad-input', 'This is not a cursor of this list.', 'Hand back the `next` of the page before.', [{ path: 'after', says: after.slice(0, 80) }]);
  return { asOf: found[1], id: Number(found[2]) };
}

export function withStanding({ measurement: one, recordedAt }: MaybeKept, of: Catalogue, asOf: string, changes: readonly Change[]): StandingMeasurement {
  const shelf = of.byId.get(one.measure) ?? { minimumN: 0, freshForDays: 90, dependsOn: [] };
  const { state, because } = standing(one, shelf, asOf, changes);
  return { ...one, standing: state, because, ageDays: ageInDays(one.asOf, asOf), recordedAt };
}
