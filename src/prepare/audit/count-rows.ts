// How are all row checks counted in one pass over a narrow table, for every unit at once?
import type { Element } from '../../spine/deployments/model.ts';
import { name, quote } from '../../tools/fhir/fhir.ts';
import { departmentRate, rowOf, thresholdOf, tierOf, type Check, type Counted, type Desk, type FoundRow } from './check.ts';
import { count, percent, sayInterval, sayThreshold, sayUnit, share, smallestUnit, type Moments } from './judging.ts';
import { maxRows, type EvidenceRow, type Finding } from './model.ts';
import { unknownUnit } from './units.ts';

/** Evidence rows of one department's finding; the whole export and facilities get `maxRows`. */
const departmentRows = 5;

interface Ready {
  check: Check;
  counted: Counted;
}

/** Counts every check that counts rows of `fact` or of the placed resources, and makes their findings. */
export async function countRows(checks: readonly Check[], desk: Desk): Promise<Finding[]> {
  const ready = checks.flatMap((check) => (check.counted ? [{ check, counted: check.counted(desk) }] : []));
  const findings: Finding[] = [];
  for (const over of ['fact', 'type'] as const) {
    const these = ready.filter(({ counted }) => counted.over === over);
    if (these.length > 0) findings.push(...(await countOver(over, these, desk)));
  }
  return findings;
}

async function countOver(over: 'fact' | 'type', ready: readonly Ready[], desk: Desk): Promise<Finding[]> {
  const { database } = desk;
  const columns = ready.map(({ counted }, i) => `sum((${counted.n})::BIGINT) AS n${i}, sum((${counted.k})::BIGINT) AS k${i}, coalesce(bool_or(${counted.wrong}), false) AS w${i}`).join(', ');
  const month = desk.time.shifted ? 'NULL::INTEGER' : '(year(t) * 12 + month(t))::INTEGER';
  const tally = over === 'fact' ? `SELECT el, u, p, ${month} AS m, ${columns} FROM fact GROUP BY ALL` : desk.types.map((type, e) => `SELECT ${e} AS el, u, p, ${month} AS m, ${columns} FROM ${rowsOf(type)} GROUP BY ALL`).join('\nUNION ALL\n');
  if (tally === '') return [];
  await database.run(`CREATE OR REPLACE TABLE tally_${over} AS ${tally}`);
  for (const [at, { check, counted }] of ready.entries()) desk.tallied.push({ check, over, at, applies: (about) => counted.applies?.(about) ?? true });
  const sums = ready.map((_, i) => `sum(n${i})::BIGINT AS n${i}, sum(k${i})::BIGINT AS k${i}`).join(', ');
  const moments = ready.map((_, i) => `sum(n${i})::DOUBLE AS n${i}, sum(k${i})::DOUBLE AS k${i}, sum(n${i}::DOUBLE * n${i}) AS nn${i}, sum(CASE WHEN n${i} > 0 THEN k${i}::DOUBLE * k${i} / n${i} ELSE 0 END) AS kkn${i}, count(*) FILTER (n${i} > 0) AS c${i}`).join(', ');
  const rows = await database.rows<Record<string, number | string | null>>(`WITH placed AS (SELECT tally.*, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility, coalesce(unit.department, ${quote(unknownUnit)}) AS department FROM tally_${over} tally LEFT JOIN unit ON unit.u = tally.u),
    per AS (SELECT el, facility, department, GROUPING(facility) AS gf, GROUPING(department) AS gd, p, ${sums} FROM placed GROUP BY GROUPING SETS ((el, p), (el, facility, p), (el, facility, department, p)))
    SELECT el, facility, department, gf, gd, ${moments} FROM per GROUP BY el, facility, department, gf, gd ORDER BY el, gf DESC, gd DESC, facility, department`);
  // Rows are looked for only where some are wrong.
  const wrong = await database.rows<{ el: number } & Record<string, number | boolean>>(`SELECT el, ${ready.map((_, i) => `bool_or(w${i}) AS w${i}`).join(', ')} FROM tally_${over} GROUP BY el ORDER BY el`);
  const findings: Finding[] = [];
  for (const [i, { check, counted }] of ready.entries()) {
    const evidence = await evidenceOf(over, counted, wrong.filter((row) => row[`w${i}`] === true).map(({ el }) => el), desk);
    const threshold = thresholdOf(check, desk.data);
    const abouts: (Element | string)[] = over === 'fact' ? [...desk.elements] : [...desk.types];
    for (const [e, about] of abouts.entries()) {
      if (counted.applies && !counted.applies(about)) continue;
      const element = typeof about === 'string' ? null : about;
      const resource = typeof about === 'string' ? about : about.resource;
      const mine = rows.filter((row) => row['el'] === e);
      // What is absent is said once, by C02; the other checks have nothing to look at.
      if (mine.length === 0 && element && check.id !== 'C01') continue;
      if (mine.length === 0) mine.push({ el: e, facility: null, department: null, gf: 1, gd: 1 });
      for (const row of mine) {
        const level = row['gf'] === 1 ? 'overall' : row['gd'] === 1 ? 'facility' : 'department';
        // A patient belongs to no unit; what happens to the patient does.
        if (level !== 'overall' && (desk.facilities.length === 0 || resource === 'Patient')) continue;
        const m: Moments = { n: Number(row[`n${i}`] ?? 0), k: Number(row[`k${i}`] ?? 0), nn: Number(row[`nn${i}`] ?? 0), kkn: Number(row[`kkn${i}`] ?? 0), clusters: Number(row[`c${i}`] ?? 0) };
        if (m.n === 0 && level !== 'overall') continue;
        const unit = { facility: level === 'overall' ? null : (row['facility'] as string), department: level === 'department' ? (row['department'] as string) : null, clinician: null, month: null };
        const what = element ? element.name : resource;
        const finding = share({
          check: check.id,
          element: element?.id ?? null,
          resource,
          unit,
          moments: m,
          threshold,
          tier: tierOf(check, element),
          minimumN: level === 'overall' ? (element?.minimumN ?? 1) : smallestUnit,
          says: ({ n, k, rate, low, high }) =>
            rate === null ? `${what}${sayUnit(unit)}: nothing to look at, so nothing is said.` : `${what}${sayUnit(unit)}: ${count(k)} of ${count(n)} ${counted.are}, ${percent(rate)}${sayInterval(low, high)}${sayThreshold(threshold)}.`,
          rows: evidence.get(keyOf(e, unit.facility, unit.department)) ?? [],
        });
        if (level === 'department' && (unit.facility !== unknownUnit || unit.department !== unknownUnit)) desk.departments.push(departmentRate(finding, m));
        // Departments are many: those that are fine are not listed one by one; their numbers stand in the rate tables.
        if (level === 'department' && (finding.verdict === 'met' || finding.verdict === 'not-measurable')) continue;
        findings.push(finding);
      }
    }
  }
  return findings;
}

const keyOf = (e: number, facility: string | null, department: string | null) => JSON.stringify([e, facility, department]);

/** The placed rows of a type beside what is known of their patient; what checks compare every row with stands in `pat` already. */
const rowsOf = (type: string) => `(SELECT r.*, pat.* EXCLUDE (p) FROM ${name(`placed_${type}`)} r LEFT JOIN pat ON pat.p = r.p)`;

async function evidenceOf(over: 'fact' | 'type', counted: Counted, els: readonly number[], desk: Desk): Promise<Map<string, EvidenceRow[]>> {
  if (els.length === 0) return new Map();
  const [a, b] = counted.shows;
  const picked = (el: string, from: string) => `SELECT ${el} AS el, u, file, line, left((${a})::VARCHAR, 120) AS a, left((${b})::VARCHAR, 120) AS b FROM ${from} WHERE (${counted.wrong})`;
  const source = over === 'fact' ? `${picked('el', 'fact')} AND el IN (${els.join(', ')})` : els.map((e) => picked(String(e), rowsOf(desk.types[e]!))).join(' UNION ALL ');
  const found = await desk.database.rows<{ el: number; facility: string | null; department: string | null; rows: string }>(`WITH wrong AS (${source}),
    placed AS (SELECT wrong.*, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility, coalesce(unit.department, ${quote(unknownUnit)}) AS department FROM wrong LEFT JOIN unit ON unit.u = wrong.u)
    SELECT el, facility, department, to_json(arg_min({file: file, line: line, a: a, b: b}, file::BIGINT * 10000000000 + line, ${maxRows}))::VARCHAR AS rows
    FROM placed GROUP BY GROUPING SETS ((el), (el, facility), (el, facility, department))`);
  return new Map(
    found.map(({ el: e, facility, department, rows }) => {
      const element = over === 'fact' ? (desk.elements[e] ?? null) : null;
      const list = (JSON.parse(rows) as FoundRow[]).slice(0, department === null ? maxRows : departmentRows);
      return [keyOf(e, facility, department), list.map((row) => rowOf(desk, row, counted.says(row, element)))];
    }),
  );
}
