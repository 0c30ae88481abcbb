// What is every rate of the row checks in each department and month, and how does it spread across clinicians?
import type { Element } from '../../spine/deployments/model.ts';
import { quote } from '../../tools/fhir/fhir.ts';
import { quantile } from '../../tools/statistics/distribution.ts';
import { sayMonth, thresholdOf, type Check, type DepartmentRate, type Desk } from './check.ts';
import { clusteredInterval, tidy } from './judging.ts';
import { isFewCells } from './month-cells.ts';
import { smallestCell, type RateTable } from './model.ts';
import { ratesBy } from './unit-rates.ts';
import { unknownUnit } from './units.ts';

const short = (value: number | null) => (value === null ? null : Number(value.toPrecision(4)));

interface MonthRow { el: number; facility: string | null; m: number; [counted: string]: number | string | null }

/**
 * One table for each rate: its departments, those that are fine too, its months, and its distribution across clinicians with
 * five patients or more. A patient who was in several departments in a month counts as one cluster in each of them.
 */
export async function rateTables(desk: Desk, departments: readonly DepartmentRate[], asked: ReadonlySet<string>): Promise<RateTable[]> {
  const tables = new Map<string, RateTable>();
  const tableOf = (check: Check, element: Element | null, resource: string | null): RateTable => {
    const key = JSON.stringify([check.id, element?.id ?? null, resource]);
    const threshold = thresholdOf(check, desk.data);
    const table = tables.get(key) ?? { check: check.id, element: element?.id ?? null, resource, threshold: threshold?.value ?? null, bound: threshold?.bound ?? null, departments: [], months: [], clinicians: null };
    tables.set(key, table);
    return table;
  };
  const known = new Map(desk.tallied.map(({ check }) => [check.id, check]));
  for (const one of departments) {
    const check = known.get(one.check) ?? desk.checks.find(({ id }) => id === one.check);
    if (!check) continue;
    const table = tableOf(check, desk.elements.find(({ id }) => id === one.element) ?? null, one.resource);
    if (one.unit.month !== null) table.months.push({ facility: one.unit.facility, month: one.unit.month, n: one.n, k: one.k ?? 0, people: one.people, low: short(one.low), high: short(one.high) });
    else if (one.unit.department === null) (table.facilities ??= []).push({ facility: one.unit.facility!, n: one.n, k: one.k ?? 0, people: one.people, low: short(one.low), high: short(one.high), verdict: one.verdict });
    else table.departments.push({ facility: one.unit.facility!, department: one.unit.department!, n: one.n, k: one.k ?? 0, people: one.people, low: short(one.low), high: short(one.high), verdict: one.verdict });
  }
  for (const over of ['fact', 'type'] as const) {
    const mine = desk.tallied.filter((one) => one.over === over);
    if (mine.length === 0) continue;
    const abouts: (Element | string)[] = over === 'fact' ? [...desk.elements] : [...desk.types];
    for (const row of await monthRows(desk, over, mine.map(({ at }) => at)))
      for (const { check, at, applies } of mine) {
        const about = abouts[row.el];
        const n = Number(row[`n${at}`] ?? 0);
        if (about === undefined || about === 'Patient' || n === 0 || !applies(about)) continue;
        const k = Number(row[`k${at}`] ?? 0);
        const people = Number(row[`c${at}`] ?? 0);
        const { low, high } = clusteredInterval({ n, k, nn: Number(row[`nn${at}`] ?? 0), kkn: Number(row[`kkn${at}`] ?? 0), clusters: people });
        const element = typeof about === 'string' ? null : about;
        tableOf(check, element, element?.resource ?? (about as string)).months.push({ facility: row.facility, month: sayMonth(row.m), n, k, people, low: short(low), high: short(high) });
      }
  }
  for (const { check, element, resource, units } of await ratesBy(desk, 'clinician')) tableOf(check, element, resource).clinicians = distributionOf(units.map(({ k, n }) => k / n));
  return [...tables.values()].filter(({ check }) => asked.has(check));
}

async function monthRows({ database, facilities, time, data }: Desk, over: 'fact' | 'type', ats: readonly number[]): Promise<MonthRow[]> {
  if (time.shifted || data.elements.length === 0) return [];
  const moments = ats.map((i) => `sum(n${i})::DOUBLE AS n${i}, sum(k${i})::DOUBLE AS k${i}, sum(n${i}::DOUBLE * n${i}) AS nn${i}, fsum(CASE WHEN n${i} > 0 THEN k${i}::DOUBLE * k${i} / n${i} ELSE 0 END) AS kkn${i}, count(*) FILTER (n${i} > 0) AS c${i}`).join(', ');
  if (!isFewCells({ facilities, time })) return database.rows<MonthRow>(`SELECT el, NULL::VARCHAR AS facility, m, ${moments} FROM tally_${over} WHERE m IS NOT NULL GROUP BY el, m ORDER BY el, m`);
  return database.rows<MonthRow>(`SELECT el, facility, m, ${moments} FROM (SELECT t.*, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility FROM tally_${over} t LEFT JOIN unit ON unit.u = t.u WHERE m IS NOT NULL)
    GROUP BY GROUPING SETS ((el, m), (el, facility, m)) ORDER BY el, facility NULLS FIRST, m`);
}

const edges = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;

/** How many clinicians have which rate: nobody is named, one to four in a class are withheld, and of fewer than five nothing is said. */
export function distributionOf(given: readonly number[]): RateTable['clinicians'] {
  if (given.length < smallestCell) return null;
  const rates = [...given].sort((a, b) => a - b);
  return {
    count: rates.length,
    bins: edges.slice(0, -1).map((from, at) => {
      const to = edges[at + 1]!;
      const clinicians = rates.filter((rate) => rate >= from && (rate < to || to === 1)).length;
      return { from, to, clinicians: clinicians > 0 && clinicians < smallestCell ? null : clinicians };
    }),
    quartiles: [0.25, 0.5, 0.75].map((share) => tidy(quantile(rates, share) ?? null) ?? 0) as [number, number, number],
  };
}
