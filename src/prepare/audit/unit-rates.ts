// How does every rate of the row checks differ between facilities, departments or clinicians?
import type { Element } from '../../spine/deployments/model.ts';
import { quote } from '../../tools/fhir/fhir.ts';
import { intraclassCorrelation, type Cluster } from '../../tools/statistics/design-effect.ts';
import { quantile } from '../../tools/statistics/distribution.ts';
import { intraclassInterval } from '../../tools/statistics/intraclass-interval.ts';
import { thresholdOf, tierOf, whole, type Check, type Desk } from './check.ts';
import { count, countOf, groupBy, percent, tidy } from './judging.ts';
import type { Finding } from './model.ts';
import { unknownUnit } from './units.ts';

export type Level = 'facility' | 'department' | 'clinician';

export interface UnitRate extends Cluster {
  facility: string | null;
  /** Facility, department or clinician by its label. */
  unit: string;
  people: number;
}

/** One rate of a row check for one element or resource type, unit by unit. */
export interface Rates {
  check: Check;
  element: Element | null;
  resource: string;
  units: UnitRate[];
}

/** Units with fewer people are left out: they say little, and too much about somebody. */
const fewestPeople = 5;

/** Every rate the shared pass counted (C01, C03, F03 … T01), by unit of one level, from its small tally. */
export function ratesBy(desk: Desk, level: Level): Promise<Rates[]> {
  const known = read.get(desk.tallied) ?? new Map<Level, Promise<Rates[]>>();
  read.set(desk.tallied, known);
  const rates = known.get(level) ?? readRates(desk, level);
  known.set(level, rates);
  return rates;
}

/** V02 to V04 and the rate tables ask the same; it is counted once an audit. */
const read = new WeakMap<Desk['tallied'], Map<Level, Promise<Rates[]>>>();

async function readRates(desk: Desk, level: Level): Promise<Rates[]> {
  const rates: Rates[] = [];
  for (const over of ['fact', 'type'] as const) {
    const mine = desk.tallied.filter((one) => one.over === over);
    if (mine.length === 0) continue;
    const sums = mine.map(({ at }) => `sum(n${at})::BIGINT AS n${at}, sum(k${at})::BIGINT AS k${at}`).join(', ');
    const label = level === 'clinician' ? 'unit.clinician' : level === 'department' ? 'unit.department' : 'unit.facility';
    const rows = await desk.database.rows<Record<string, number | string | null>>(`SELECT * FROM (SELECT el, ${level === 'clinician' ? 'NULL::VARCHAR' : 'unit.facility'} AS facility, ${label} AS name, count(DISTINCT p) AS people, ${sums}
      FROM tally_${over} t JOIN unit ON unit.u = t.u WHERE ${label} IS NOT NULL AND ${label} <> ${quote(unknownUnit)} GROUP BY ALL HAVING count(DISTINCT p) >= ${fewestPeople}) ORDER BY el, facility, length(name), name`);
    for (const { check, at, applies } of mine)
      for (const [e, about] of (over === 'fact' ? desk.elements : desk.types).entries()) {
        if (!applies(about) || about === 'Patient') continue;
        const units = rows.flatMap((row): UnitRate[] => (row['el'] === e && Number(row[`n${at}`]) > 0 ? [{ facility: row['facility'] as string | null, unit: row['name'] as string, people: Number(row['people']), n: Number(row[`n${at}`]), k: Number(row[`k${at}`]) }] : []));
        const element = typeof about === 'string' ? null : about;
        if (units.length > 1) rates.push({ check, element, resource: element?.resource ?? (about as string), units });
      }
  }
  return rates;
}

/** The ends of a distribution of clinicians are single persons, so they are not told. */
const quantilesShown: Record<Level, readonly (readonly [string, number])[]> = {
  facility: [['Min', 0], ['P25', 0.25], ['Median', 0.5], ['P75', 0.75], ['Max', 1]],
  department: [['Min', 0], ['P25', 0.25], ['Median', 0.5], ['P75', 0.75], ['Max', 1]],
  clinician: [['P25', 0.25], ['Median', 0.5], ['P75', 0.75]],
};

/** Rows of one patient are not independent: a unit's share, on as many observations as it has people. */
export const byPeople = ({ k, n, people }: UnitRate): Cluster => {
  const worth = Math.min(n, people);
  return { n: worth, k: Math.round((k / n) * worth) };
};

/** One finding per element and resource type: the intra-class correlation of each of its rates, and how the units spread. */
export async function kinship(desk: Desk, check: Check, level: Level): Promise<Finding[]> {
  const threshold = thresholdOf(check, desk.data);
  const plural = { facility: 'facilities', department: 'departments', clinician: 'clinicians' }[level];
  const byAbout = groupBy(await ratesBy(desk, level), ({ element, resource }) => element?.id ?? resource);
  return [...byAbout.values()].flatMap((rates): Finding[] => {
    const measured = rates.flatMap((rate) => {
      const clusters = rate.units.map(byPeople);
      const icc = intraclassCorrelation(clusters);
      return icc === null ? [] : [{ rate, icc, interval: intraclassInterval(clusters) }];
    });
    const chief = [...measured].sort((a, b) => (b.interval?.low ?? 0) - (a.interval?.low ?? 0) || b.icc - a.icc)[0];
    const { element, resource } = rates[0]!;
    const name = element?.name ?? resource;
    const units = Math.max(...rates.map((rate) => rate.units.length));
    const figures: Record<string, number | null> = { units };
    for (const { rate, icc } of measured) {
      const shares = rate.units.map(({ k, n }) => k / n).sort((a, b) => a - b);
      figures[`${rate.check.id}Icc`] = tidy(icc);
      for (const [label, at] of quantilesShown[level]) figures[`${rate.check.id}${label}`] = tidy(quantile(shares, at));
    }
    const about = { check: check.id, element: element?.id ?? null, resource, unit: whole, k: null, threshold, tier: tierOf(check, element), figures, rows: [] };
    if (!chief) return [{ ...about, n: 0, rate: 0, low: null, high: null, verdict: 'met', says: `${name}: all rates are the same in all ${count(units)} ${plural}.` }];
    const n = chief.rate.units.reduce((sum, one) => sum + one.n, 0);
    const icc = Math.max(0, chief.icc);
    const [low, high] = [Math.max(0, chief.interval?.low ?? 0), Math.max(0, Math.min(1, chief.interval?.high ?? 1))];
    const limit = threshold?.value ?? 1;
    const shares = chief.rate.units.map((one) => one.k / one.n).sort((a, b) => a - b);
    const [from, to] = level === 'clinician' ? [quantile(shares, 0.25), quantile(shares, 0.75)] : [shares[0]!, shares.at(-1)!];
    return [{
      ...about, n, rate: tidy(icc), low: tidy(low), high: tidy(high), verdict: icc <= limit ? 'met' : low > limit ? 'not-met' : 'undecided',
      says: `${name}: of ${countOf(measured.length, 'rate')}, "${chief.rate.check.name.toLowerCase()}" differs most between ${count(chief.rate.units.length)} ${plural}, ${level === 'clinician' ? 'the middle half of them ' : ''}from ${percent(from ?? 0)} to ${percent(to ?? 0)}; intra-class correlation ${icc.toFixed(3)} (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}), where at most ${limit} is ${threshold?.from === 'charter' ? 'promised' : 'the default'}.`,
    }];
  });
}
