// How does a check that looks at rows of its own become findings, for the whole export, each facility, and departments that are not fine, and rates by month?
import type { Element } from '../../spine/deployments/model.ts';
import { quote } from '../../tools/fhir/fhir.ts';
import { departmentRate, monthRate, rowOf, thresholdOf, tierOf, whole, type Check, type Desk, type FoundRow } from './check.ts';
import { count, percent, sayInterval, sayThreshold, sayUnit, share, smallestUnit, type Moments } from './judging.ts';
import { maxRows, type Finding } from './model.ts';
import { isFewCells } from './month-cells.ts';
import { unknownUnit } from './units.ts';

export interface LookedAt {
  check: Check;
  element?: Element | null;
  resource: string | null;
  /** What the finding is called: the element, the resource type, a condition. */
  name: string;
  /**
   * SQL of one row per thing looked at: patient `p`, unit `u` (both may be NULL), `k` whether it counts, `wrong` whether it
   * is evidence, `file`, `line` and two texts `a` and `b` for the sentence of an evidence row; and, where `dated`, `m`: its month, see `monthOf`.
   */
  rows: string;
  /** The tail of the sentence, after "n of k". */
  are: string;
  says(row: FoundRow): string;
  /** The rows have a month: then there is a rate for every month, by facility too where these are few. */
  dated?: boolean;
  /** Beside the facilities; default true. */
  perFacility?: boolean;
  /** A further sentence for the whole export. */
  adds?: string;
  figures?: Record<string, number | null>;
  /** How many evidence rows of the whole export; facilities have `maxRows`, departments five. */
  rowsAtMost?: number;
  /** With fewer in the whole export it is not judged; default 1. */
  fewest?: number;
  /** Rows that cost more to make than to keep; a plain scan is better made twice. */
  keep?: boolean;
  /** No two rows stand at one place: then evidence is looked for by place, and only the rows that are shown get their texts. */
  placeEach?: boolean;
}

/** The columns every source of rows must give, for where there is nothing. */
export const noRows = 'SELECT NULL::INTEGER AS p, NULL::INTEGER AS u, false AS k, false AS wrong, NULL::INTEGER AS file, NULL::INTEGER AS line, NULL::VARCHAR AS a, NULL::VARCHAR AS b WHERE false';

/** The month of an instant, as year × 12 + month. */
export const monthOf = (instant: string): string => `(year(${instant}) * 12 + month(${instant}))::INTEGER`;

const departmentRows = 5;

/** Counts the rows and makes one finding for the whole export, one per facility, and one per department that is not fine. Nothing looked at: no finding. */
export async function lookAtRows(desk: Desk, { check, element = null, resource, name, rows, are, says, dated = false, perFacility = true, adds = '', figures = {}, rowsAtMost = maxRows, fewest = 1, keep = false, placeEach = false }: LookedAt): Promise<Finding[]> {
  const threshold = thresholdOf(check, desk.data);
  const looked = `looked AS ${keep ? '' : 'NOT '}MATERIALIZED (${rows})`;
  const departments = perFacility && desk.facilities.length > 0;
  const sets = (inside: string) => `GROUP BY GROUPING SETS ((${inside}), (facility${inside && ', '}${inside})${departments ? `, (facility, department${inside && ', '}${inside})` : ''})`;
  const placed = (from: string, where = '') => `SELECT ${from}.*, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility, coalesce(unit.department, ${quote(unknownUnit)}) AS department FROM ${from} LEFT JOIN unit ON unit.u = ${from}.u ${where}`;
  const level = `facility, ${departments ? 'department, GROUPING(department)' : 'NULL::VARCHAR AS department, 1'} AS gd, GROUPING(facility) AS g`;
  const monthly = dated && !desk.time.shifted;
  const byFacility = monthly && isFewCells(desk);
  const m = monthly ? ', m' : '';
  const tallied = `tally AS (SELECT p, u${m}, count(*) AS n, count(*) FILTER (k) AS k, coalesce(bool_or(wrong), false) AS w FROM looked GROUP BY p, u${m}),
    per AS (SELECT ${level}, p, sum(n)::DOUBLE AS n, sum(k)::DOUBLE AS k, bool_or(w) AS w FROM (${placed('tally')}) ${sets('p')})`;
  const spot = 'file::BIGINT * 10000000000 + line';
  const near = placeEach ? `near AS (SELECT unnest(min(${spot}, ${rowsAtMost})) AS spot FROM looked WHERE wrong AND file IS NOT NULL GROUP BY u), picked AS (SELECT looked.* FROM looked SEMI JOIN near ON near.spot = ${spot.replaceAll(/file|line/g, 'looked.$&')}), ` : '';
  const bad = `${near}bad AS (SELECT ${level}, to_json(arg_min({file: file, line: line, a: left(a::VARCHAR, 300), b: left(b::VARCHAR, 160)}, ${spot}, ${rowsAtMost}))::VARCHAR AS rows
      FROM (${placed(placeEach ? 'picked' : 'looked', 'WHERE wrong AND file IS NOT NULL')}) ${sets('')})`;
  // Summed without loss, so that the order of the rows does not show in the last digits.
  const moments = 'sum(n) AS n, sum(k) AS k, sum(n * n) AS nn, fsum(k * k / n) AS kkn, count(*) AS clusters';
  const months = monthly
    ? ` UNION ALL SELECT facility, NULL AS department, g, 2 AS gd, m, ${moments}, false AS wrong, NULL AS rows FROM (SELECT ${byFacility ? 'facility, GROUPING(facility)' : 'NULL::VARCHAR AS facility, 1'} AS g, m, p, sum(n)::DOUBLE AS n, sum(k)::DOUBLE AS k FROM (${placed('tally', 'WHERE m IS NOT NULL')}) GROUP BY ${byFacility ? 'GROUPING SETS ((m, p), (facility, m, p))' : 'm, p'}) GROUP BY facility, g, m`
    : '';
  interface Level { facility: string | null; department: string | null; g: number; gd: number; m: number | null; rows: string | null }
  const found = await desk.database.rows<Moments & Level & { wrong: boolean }>(
    keep
      ? `WITH ${looked}, ${tallied}, ${bad} SELECT per.facility, per.department, per.g, per.gd, NULL::INTEGER AS m, ${moments}, bool_or(w) AS wrong, any_value(bad.rows) AS rows FROM per LEFT JOIN bad ON bad.g = per.g AND bad.gd = per.gd AND bad.facility IS NOT DISTINCT FROM per.facility AND bad.department IS NOT DISTINCT FROM per.department GROUP BY per.facility, per.department, per.g, per.gd${months} ORDER BY g DESC, gd DESC, facility, department, m`
      : `WITH ${looked}, ${tallied} SELECT facility, department, g, gd, NULL::INTEGER AS m, ${moments}, bool_or(w) AS wrong, NULL AS rows FROM per GROUP BY facility, department, g, gd${months} ORDER BY g DESC, gd DESC, facility, department, m`,
  );
  // Most often nothing is wrong: then nobody looks for evidence.
  if (!keep && found.some(({ wrong }) => wrong))
    for (const { facility, department, g, gd, rows } of await desk.database.rows<Level>(`WITH ${looked}, ${bad} SELECT facility, department, g, gd, rows FROM bad ORDER BY g DESC, gd DESC, facility, department`)) {
      const mine = found.find((row) => row.g === g && row.gd === gd && row.facility === facility && row.department === department);
      if (mine) mine.rows = rows;
    }
  for (const row of found) if (row.m !== null) desk.departments.push(monthRate(check.id, element?.id ?? null, resource, row.facility, row.m, row));
  return found.flatMap((row): Finding[] => {
    if (row.m !== null) return [];
    const overall = row.g === 1;
    if (!overall && (!perFacility || desk.facilities.length === 0)) return [];
    const inDepartment = row.gd === 0;
    const unit = { ...whole, facility: overall ? null : row.facility, department: inDepartment ? row.department : null };
    const finding = share({
      check: check.id, element: element?.id ?? null, resource, unit, moments: row, threshold, tier: tierOf(check, element), minimumN: overall ? fewest : smallestUnit,
      says: ({ n, k, rate, low, high }) => `${name}${sayUnit(unit)}: ${count(k)} of ${count(n)} ${are}, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.${overall && adds ? ` ${adds}` : ''}`,
      figures: overall ? figures : {},
      rows: row.rows ? ((JSON.parse(row.rows) as FoundRow[] | null) ?? []).slice(0, overall ? rowsAtMost : inDepartment ? departmentRows : maxRows).map((one) => rowOf(desk, one, says(one))) : [],
    });
    if (!inDepartment) return [finding];
    if (row.facility === unknownUnit && row.department === unknownUnit) return [];
    desk.departments.push(departmentRate(finding, row));
    return finding.verdict === 'not-met' || finding.verdict === 'undecided' ? [finding] : [];
  });
}
