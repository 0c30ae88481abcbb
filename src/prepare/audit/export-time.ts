// When was this export made, and were its dates shifted?
import { name, type ExportHandle } from '../../tools/fhir/fhir.ts';
import { textAt } from './cells.ts';
import type { ExportTime } from './check.ts';
import type { Wanted } from './cells.ts';

const tenYears = 'INTERVAL 3653 DAY';

/** Looks at the manifest, `meta.lastUpdated` and the dates themselves. `startedAt` is when this audit began. */
export async function timeOfExport(handle: ExportHandle & { undated?: 'day' | 'hour' }, types: readonly string[], wanted: Wanted, startedAt: string): Promise<ExportTime> {
  // The day is precise enough, and a second audit on the same day asks the same question.
  const endOfToday = `${startedAt.slice(0, 10)}T23:59:59Z`;
  const all = types.map((type) => `SELECT t FROM ${name(`placed_${type}`)}`).join(' UNION ALL ');
  const updated = types.flatMap((type) => {
    const text = textAt('meta.lastUpdated', wanted[type] ?? []);
    return text === null ? [] : [`SELECT max(${text}) AS text FROM ${name(`raw_${type}`)}`];
  }).join(' UNION ALL ');
  const none = { updated: null, first: null, last: null, n: 0 };
  const [found = none] = types.length === 0 ? [none] : await handle.database.rows<{ updated: string | null; first: string | null; last: string | null; n: number }>(`SELECT ${updated === '' ? 'NULL' : `(SELECT max(CASE WHEN at_(text) <= at_('${endOfToday}') + INTERVAL 1 DAY THEN text END) FROM (${updated}))`} AS updated, strftime(ends[1], '%Y-%m-%d') AS first, strftime(ends[2], '%Y-%m-%d') AS last, n FROM (SELECT quantile_disc(t, [0.001, 0.999]) AS ends, count(t) AS n FROM (${all}))`);
  const manifest = handle.manifest?.transactionTime;
  const exportedAt = manifest ?? found.updated ?? endOfToday;
  const from = manifest ? 'manifest' : found.updated ? 'lastUpdated' : 'audit';
  const [late] = found.n === 0 ? [] : await handle.database.rows<{ share: number }>(`SELECT avg((t > at_('${exportedAt.replaceAll("'", '')}') + ${tenYears})::INTEGER) AS share FROM (${all}) WHERE t IS NOT NULL`);
  return {
    exportedAt, from, shifted: handle.undated !== undefined || (late?.share ?? 0) > 0.5, undated: handle.undated ?? null,
    // Where no day is known, what stands there is a placeholder and not the period of the data.
    firstDay: handle.undated ? null : found.first, lastDay: handle.undated ? null : found.last,
  };
}
