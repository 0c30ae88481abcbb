// From which records is drawn, and what does the export hold of each of them?
import { createHash } from 'node:crypto';
import type { Element } from '../../../spine/deployments/model.ts';
import { quote, type Database } from '../../../tools/fhir/fhir.ts';
import { minutesOf } from '../../../tools/base/durations.ts';
import { unknownUnit } from '../units.ts';
import type { Cell } from './allocate.ts';
import { levelNames, type Found, type RecordKind, type StrataLevel } from './sample-words.ts';

export const unknownMonth = 'unknown month';

/**
 * `frame(ref, key, p, facility, department, month)`: every encounter the charter counts, or every patient of its population
 * with the unit and month of its first counted encounter. One row per record; `audit` has made `enc`, `unit`, `who`, `member`.
 */
export function frameTable(of: RecordKind): string {
  const month = (column: string) => `CASE WHEN regexp_full_match(${column}, '\\d{4}-\\d{2}') THEN ${column} ELSE ${quote(unknownMonth)} END AS month`;
  const unit = `coalesce(un.facility, ${quote(unknownUnit)}) AS facility, coalesce(un.department, ${quote(unknownUnit)}) AS department`;
  return of === 'encounter'
    ? `CREATE OR REPLACE TEMP TABLE frame AS SELECT 'Encounter/' || e.id AS ref, e.e AS key, e.p, ${unit}, ${month('e.month')} FROM enc e LEFT JOIN unit un ON un.u = e.u WHERE e.counted`
    : `CREATE OR REPLACE TEMP TABLE frame AS SELECT 'Patient/' || who.id AS ref, m.p AS key, m.p, ${unit}, ${month('f.month')}
        FROM (SELECT DISTINCT p FROM member WHERE kind = 'patient') m JOIN who ON who.p = m.p
        LEFT JOIN (SELECT p, u, month FROM enc WHERE counted QUALIFY row_number() OVER (PARTITION BY p ORDER BY start_ NULLS LAST, id) = 1) f ON f.p = m.p LEFT JOIN unit un ON un.u = f.u`;
}

const chunk = 50_000;

/** The frame's digest, its lines read a part at a time so that memory does not grow with the export. */
export async function digestOfFrame(database: Database): Promise<{ records: number; digest: string }> {
  const hash = createHash('sha256');
  let records = 0;
  for (let after: string | null = null; ; ) {
    const rows: { ref: string; facility: string; department: string; month: string }[] = await database.rows(`SELECT ref, facility, department, month FROM frame ${after === null ? '' : `WHERE ref > ${quote(after)}`} ORDER BY ref LIMIT ${chunk}`);
    hash.update(rows.map((row) => `${frameLine(row)}\n`).join(''));
    records += rows.length;
    if (rows.length < chunk) return { records, digest: hash.digest('hex') };
    after = rows.at(-1)!.ref;
  }
}

/** One line of the frame as it is hashed; also RFC 8785, because it holds texts only. */
export const frameLine = (row: { ref: string; facility: string; department: string; month: string }): string => JSON.stringify([row.ref, row.facility, row.department, row.month]);

/** The ticket that decides the order: anybody can compute it. */
export const ticketOf = (seed: string, ref: string): string => createHash('sha256').update(`${seed}\n${ref}`).digest('hex');

const byMonth = `regexp_full_match(month, '\\d{4}-\\d{2}')`;
const periodSql: Record<StrataLevel, string> = {
  month: 'month',
  quarter: `CASE WHEN ${byMonth} THEN left(month, 4) || '-Q' || ((substr(month, 6, 2)::INTEGER + 2) // 3) ELSE month END`,
  year: `CASE WHEN ${byMonth} THEN left(month, 4) ELSE month END`,
  department: 'NULL::VARCHAR',
  facility: 'NULL::VARCHAR',
};
const departmentSql = (level: StrataLevel) => (level === 'facility' ? 'NULL::VARCHAR' : 'department');

export interface FrameCell extends Cell {
  period: string | null;
}

/** The strata of the finest level that gives at least two records each on average, in the order of their names. */
export async function cellsOf(database: Database, wanted: number, per: 'export' | 'facility'): Promise<{ level: StrataLevel; cells: FrameCell[] }> {
  const [facilities] = await database.rows<{ n: number }>('SELECT count(DISTINCT facility) AS n FROM frame');
  const take = per === 'facility' ? wanted * (facilities?.n ?? 1) : wanted;
  for (const level of levelNames) {
    const cells = await database.rows<{ facility: string; department: string | null; period: string | null; size: number }>(`SELECT facility, ${departmentSql(level)} AS department, ${periodSql[level]} AS period, count(*) AS size FROM frame GROUP BY ALL ORDER BY facility, department, period`);
    if (cells.length * 2 <= take || level === 'facility') return { level, cells: cells.map((cell) => ({ ...cell, spread: 1 })) };
  }
  throw new RangeError('there is always a level');
}

/** `(ref, facility, department, el, k, n)`: for each record of `from` and each element, how many of its patients or encounters have a usable value. */
function looked(of: RecordKind, elements: readonly (readonly [at: number, element: Element])[], from: 'frame' | 'listed'): string {
  const parts = elements.map(([at, { per }]) => {
    const hits = `(SELECT key AS h FROM hit WHERE el = ${at})`;
    if (of === 'patient' && per === 'encounter')
      return `SELECT f.ref, f.facility, f.department, ${at} AS el, count(h)::INTEGER AS k, count(e.e)::INTEGER AS n FROM ${from} f LEFT JOIN enc e ON e.p = f.p AND e.counted LEFT JOIN ${hits} ON h = e.e GROUP BY ALL`;
    return `SELECT f.ref, f.facility, f.department, ${at} AS el, (h IS NOT NULL)::INTEGER AS k, 1 AS n FROM ${from} f LEFT JOIN ${hits} ON h = ${per === 'patient' ? 'f.p' : 'f.key'}`;
  });
  return parts.length > 0 ? `(${parts.join('\nUNION ALL\n')})` : `(SELECT ref, facility, department, 0 AS el, 0 AS k, 0 AS n FROM ${from} WHERE false)`;
}

export interface FullFeed { el: number; facility: string; department: string; k: number; n: number; records: number }
/** Each element in each department of the whole frame, one element after the other: what is held at once is one element's. */
export async function fullFeed(database: Database, of: RecordKind, elements: readonly Element[]): Promise<FullFeed[]> {
  const made: FullFeed[] = [];
  for (const [el, element] of elements.entries()) made.push(...(await database.rows<FullFeed>(`SELECT ${el} AS el, facility, department, sum(k)::BIGINT AS k, sum(n)::BIGINT AS n, count(*) FILTER (n > 0) AS records FROM ${looked(of, [[el, element]], 'frame')} GROUP BY ALL ORDER BY ALL`)));
  return made;
}

/** How complete element `el` is in each stratum of the full feed. */
export const sharesIn = (database: Database, of: RecordKind, level: StrataLevel, el: number, element: Element) =>
  database.rows<{ facility: string; department: string | null; period: string | null; k: number; n: number }>(`SELECT f.facility, ${departmentSql(level).replace('department', 'f.department')} AS department, ${periodSql[level]} AS period, sum(l.k)::BIGINT AS k, sum(l.n)::BIGINT AS n FROM frame f JOIN ${looked(of, [[el, element]], 'frame')} l ON l.ref = f.ref GROUP BY ALL`);

export interface Ticketed { stratum: number; ref: string; ticket: string; rank: number; facility: string; department: string; month: string }

/** The first records of each stratum in the order of their tickets: as many as `limits` says. Kept as the table `listed`. */
export async function listTickets(database: Database, level: StrataLevel, cells: readonly FrameCell[], seed: string, limits: readonly number[]): Promise<Ticketed[]> {
  const rows = cells.map(({ facility, department, period }, at) => `(${at}, ${quote(facility)}, ${department === null ? 'NULL' : quote(department)}, ${period === null ? 'NULL' : quote(period)}, ${limits[at]})`);
  await database.run(`CREATE OR REPLACE TEMP TABLE cell AS SELECT * FROM (VALUES ${rows.join(', ')}) AS c(stratum, facility, department, period, most)`);
  await database.run(`CREATE OR REPLACE TEMP TABLE listed AS SELECT c.stratum::INTEGER AS stratum, t.ref, t.key, t.p, t.ticket, t.rank::INTEGER AS rank, t.facility, t.department, t.month FROM (
      SELECT *, row_number() OVER (PARTITION BY facility, d, period ORDER BY ticket, ref) AS rank FROM (SELECT *, ${departmentSql(level)} AS d, ${periodSql[level]} AS period, sha256(${quote(seed)} || chr(10) || ref) AS ticket FROM frame)) t
    JOIN cell c ON c.facility = t.facility AND c.department IS NOT DISTINCT FROM t.d::VARCHAR AND c.period IS NOT DISTINCT FROM t.period::VARCHAR WHERE t.rank <= c.most`);
  return database.rows('SELECT stratum, ref, ticket, rank, facility, department, month FROM listed ORDER BY stratum, rank');
}

/** What the export has of the listed records, by record and element. */
export async function foundIn(database: Database, of: RecordKind, elements: readonly Element[]): Promise<Map<string, Record<string, Found>>> {
  const made = new Map<string, Record<string, Found>>();
  const counts = await database.rows<{ ref: string; el: number; k: number; n: number }>(`SELECT ref, el, k, n FROM ${looked(of, [...elements.entries()], 'listed')}`);
  for (const { ref, el, k, n } of counts) {
    const mine = made.get(ref) ?? {};
    mine[elements[el]!.id] = { k, n, values: [] };
    made.set(ref, mine);
  }
  for (const [el, element] of elements.entries())
    for (const { ref, shown } of await database.rows<{ ref: string; shown: string[] }>(valuesSql(of, element, el))) {
      const mine = made.get(ref)?.[element.id];
      if (mine && mine.k > 0) mine.values = shown;
    }
  return made;
}

/** The first three usable values in the element's window, in time: the same window as `hit`. */
function valuesSql(of: RecordKind, { per, resource, window: { anchor, before, after } }: Element, el: number): string {
  const encounters = `JOIN enc ON enc.p = l.p AND enc.counted${of === 'encounter' && per === 'encounter' ? ' AND enc.e = l.key' : ''}`;
  const point = anchor === 'encounter-end' ? 'enc.end_' : 'enc.start_';
  const from = before !== undefined ? `f.t >= ${point} - INTERVAL ${minutesOf(before)} MINUTE` : after !== undefined ? `f.t >= ${point}` : 'f.t IS NOT NULL';
  const to = after !== undefined ? `f.t <= ${point} + INTERVAL ${minutesOf(after)} MINUTE` : before !== undefined ? `f.t <= ${point}` : `${point} IS NOT NULL`;
  const where = anchor !== 'any-time' ? `${encounters} JOIN fact f ON f.p = l.p AND ${from} AND ${to}` : per === 'patient' || resource === 'Patient' ? 'JOIN fact f ON f.p = l.p' : `${encounters} JOIN enc part ON part.e = enc.e OR part.parent = enc.e JOIN fact f ON f.e = part.e`;
  const text = `CASE WHEN f.v LIKE '{%' THEN coalesce(json_extract_string(object_(f.v), '$.coding[0].display'), json_extract_string(object_(f.v), '$.text'), json_extract_string(object_(f.v), '$.coding[0].code'), json_extract_string(object_(f.v), '$.display'), left(f.v, 80)) ELSE left(f.v, 80) || coalesce(' ' || f.w, '') END || coalesce(strftime(f.t, ' (%Y-%m-%d %H:%M)'), '')`;
  return `SELECT ref, list(shown ORDER BY t NULLS LAST, shown)[1:3] AS shown FROM (SELECT DISTINCT l.ref, f.t, ${text} AS shown FROM listed l ${where} WHERE f.el = ${el} AND f.usable) GROUP BY ref`;
}
