// How does a check that looks at rows of its own become findings, for the whole export and each facility?
import type { Element } from '../../spine/deployments/model.ts';
import { quote } from '../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, tierOf, whole, type Check, type Desk, type FoundRow } from './check.ts';
import { count, percent, sayInterval, sayThreshold, sayUnit, share, smallestUnit, type Moments } from './judging.ts';
import { maxRows, type Finding } from './model.ts';
import { unknownUnit } from './units.ts';

export interface LookedAt {
  check: Check;
  element?: Element | null;
  resource: string | null;
  /** What the finding is called: the element, the resource type, a condition. */
  name: string;
  /**
   * SQL of one row per thing looked at: patient `p`, unit `u` (both may be NULL), `k` whether it counts, `wrong` whether it
   * is evidence, `file`, `line` and two texts `a` and `b` for the sentence of an evidence row.
   */
  rows: string;
  /** The tail of the sentence, after "n of k". */
  are: string;
  says(row: FoundRow): string;
  /** Beside the facilities; default true. */
  perFacility?: boolean;
  /** A further sentence for the whole export. */
  adds?: string;
  figures?: Record<string, number | null>;
  /** How many evidence rows of the whole export; facilities have `maxRows`. */
  rowsAtMost?: number;
  /** With fewer in the whole export it is not judged; default 1. */
  fewest?: number;
  /** Rows that cost more to make than to keep; a plain scan is better made twice. */
  keep?: boolean;
}

/** The columns every source of rows must give, for where there is nothing. */
export const noRows = 'SELECT NULL::INTEGER AS p, NULL::INTEGER AS u, false AS k, false AS wrong, NULL::INTEGER AS file, NULL::INTEGER AS line, NULL::VARCHAR AS a, NULL::VARCHAR AS b WHERE false';

/** Counts the rows and makes one finding for the whole export and one per facility. Nothing looked at: no finding. */
export async function lookAtRows(desk: Desk, { check, element = null, resource, name, rows, are, says, perFacility = true, adds = '', figures = {}, rowsAtMost = maxRows, fewest = 1, keep = false }: LookedAt): Promise<Finding[]> {
  const threshold = thresholdOf(check, desk.data);
  const looked = `looked AS ${keep ? '' : 'NOT '}MATERIALIZED (${rows})`;
  const tallied = `tally AS (SELECT p, u, count(*) AS n, count(*) FILTER (k) AS k, coalesce(bool_or(wrong), false) AS w FROM looked GROUP BY p, u),
    per AS (SELECT facility, GROUPING(facility) AS g, p, sum(n)::DOUBLE AS n, sum(k)::DOUBLE AS k, bool_or(w) AS w FROM (SELECT tally.*, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility FROM tally LEFT JOIN unit ON unit.u = tally.u) GROUP BY GROUPING SETS ((p), (facility, p)))`;
  const bad = `bad AS (SELECT facility, GROUPING(facility) AS g, to_json(arg_min({file: file, line: line, a: left(a::VARCHAR, 300), b: left(b::VARCHAR, 160)}, file::BIGINT * 10000000000 + line, ${rowsAtMost}))::VARCHAR AS rows
      FROM (SELECT looked.*, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility FROM looked LEFT JOIN unit ON unit.u = looked.u WHERE wrong AND file IS NOT NULL) GROUP BY GROUPING SETS ((), (facility)))`;
  // Summed without loss, so that the order of the rows does not show in the last digits.
  const moments = 'sum(n) AS n, sum(k) AS k, sum(n * n) AS nn, fsum(k * k / n) AS kkn, count(*) AS clusters';
  const found = await desk.database.rows<Moments & { facility: string | null; g: number; wrong: boolean; rows: string | null }>(
    keep
      ? `WITH ${looked}, ${tallied}, ${bad} SELECT per.facility, per.g, ${moments}, bool_or(w) AS wrong, any_value(bad.rows) AS rows FROM per LEFT JOIN bad ON bad.g = per.g AND bad.facility IS NOT DISTINCT FROM per.facility GROUP BY per.facility, per.g ORDER BY per.g DESC, per.facility`
      : `WITH ${looked}, ${tallied} SELECT facility, g, ${moments}, bool_or(w) AS wrong, NULL AS rows FROM per GROUP BY facility, g ORDER BY g DESC, facility`,
  );
  // Most often nothing is wrong: then nobody looks for evidence.
  if (!keep && found.some(({ wrong }) => wrong))
    for (const { facility, g, rows } of await desk.database.rows<{ facility: string | null; g: number; rows: string | null }>(`WITH ${looked}, ${bad} SELECT facility, g, rows FROM bad ORDER BY g DESC, facility`)) {
      const mine = found.find((row) => row.g === g && row.facility === facility);
      if (mine) mine.rows = rows;
    }
  return found.flatMap((row): Finding[] => {
    const overall = row.g === 1;
    if (!overall && (!perFacility || desk.facilities.length === 0)) return [];
    const unit = { ...whole, facility: overall ? null : row.facility };
    return [
      share({
        check: check.id, element: element?.id ?? null, resource, unit, moments: row, threshold, tier: tierOf(check, element), minimumN: overall ? fewest : smallestUnit,
        says: ({ n, k, rate, low, high }) => `${name}${sayUnit(unit)}: ${count(k)} of ${count(n)} ${are}, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.${overall && adds ? ` ${adds}` : ''}`,
        figures: overall ? figures : {},
        rows: row.rows ? ((JSON.parse(row.rows) as FoundRow[] | null) ?? []).slice(0, overall ? rowsAtMost : maxRows).map((one) => rowOf(desk, one, says(one))) : [],
      }),
    ];
  });
}
