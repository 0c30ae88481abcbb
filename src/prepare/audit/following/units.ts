// How does one rate read by facility, by department, by month, and across clinicians nobody is named among?
import type { z } from 'zod';
import { wilson } from '../../../tools/statistics/intervals.ts';
import type { RateTable, StoredFinding } from '../model.ts';
import { distributionOf } from '../rate-tables.ts';
import { checkName } from './compare-words.ts';
import type { MonthCount } from './map.ts';
import { smallestCell, type unitReading } from './model.ts';

type Reading = Omit<z.infer<typeof unitReading>, 'rates' | 'resources'>;
type Row = Pick<StoredFinding, 'check' | 'unit' | 'n' | 'k' | 'rate' | 'low' | 'high' | 'verdict' | 'says' | 'figures' | 'threshold'>;

const people = ({ n, figures }: Row) => Math.round(figures['patients'] ?? n);
const isWhole = ({ unit }: Row) => unit.facility === null && unit.month === null && unit.clinician === null && unit.department === null;
const point = ({ unit, n, rate, low, high, verdict }: Row) => ({ facility: unit.facility!, department: unit.department, n, rate: rate!, low, high, verdict });
const told = (variation: readonly Row[]) => variation.map(({ check, says, verdict, figures }) => ({ check, name: checkName(check), says, verdict, figures: figuresFor(figures) }));

/** Completeness: from C02's findings of one element, the findings of the variation checks about it, and its months. */
export function unitsOf(complete: readonly Row[], variation: readonly Row[], months: readonly MonthCount[]): Reading {
  const units = complete.filter(({ unit, rate }) => unit.facility !== null && unit.month === null && unit.clinician === null && rate !== null);
  const shown = units.filter((finding) => people(finding) >= smallestCell);
  const byMonth = new Map<string, { n: number; k: number; people: number }>();
  for (const { month, n, k, people: here } of months) {
    const sum = byMonth.get(month) ?? { n: 0, k: 0, people: 0 };
    byMonth.set(month, { n: sum.n + n, k: sum.k + k, people: sum.people + here });
  }
  const all = complete.find(isWhole);
  return {
    check: 'C02',
    threshold: all?.threshold ?? null,
    facilities: shown.filter(({ unit }) => unit.department === null).map(point),
    departments: shown.filter(({ unit }) => unit.department !== null).map(point),
    withheld: units.length - shown.length,
    overall: all?.rate ?? null,
    clinicians: distributionOf(complete.filter((finding) => finding.unit.clinician !== null && finding.rate !== null && people(finding) >= smallestCell).map(({ rate }) => rate!)),
    variation: told(variation),
    months: [...byMonth].sort(([a], [b]) => (a < b ? -1 : 1)).map(([month, { n, k, people }]) => {
      if (people < smallestCell) return { month, n: null, k: null, low: null, high: null };
      const interval = wilson(k, n);
      return { month, n, k, low: interval?.low ?? null, high: interval?.high ?? null };
    }),
  };
}

/** Any other rate: from its table, its findings of the whole and of facilities, and those of the variation checks about the same. */
export function unitsOfRate({ check, threshold, facilities: counted, departments, months, clinicians }: RateTable, findings: readonly Row[], variation: readonly Row[], facility: string | null): Reading {
  const facilities = findings.filter(({ unit, rate }) => unit.facility !== null && unit.department === null && unit.month === null && unit.clinician === null && rate !== null);
  const shown = facilities.filter((finding) => people(finding) >= smallestCell);
  const many = departments.filter((one) => one.people >= smallestCell);
  const speaking = (counted ?? []).filter((one) => one.people >= smallestCell);
  return {
    check, threshold, clinicians,
    // C07's findings name the silent ones only; its own rates have them all.
    facilities: counted ? speaking.map(({ facility, n, k, low, high, verdict }) => ({ facility, department: null, n, rate: k / Math.max(1, n), low, high, verdict })) : shown.map(point),
    departments: many.map(({ n, k, people: _, ...one }) => ({ ...one, n, rate: k / Math.max(1, n) })),
    withheld: (counted ? counted.length - speaking.length : facilities.length - shown.length) + departments.length - many.length,
    overall: findings.find(isWhole)?.rate ?? null,
    variation: told(variation),
    months: months.filter((one) => one.facility === facility).map(({ month, n, k, people: here, low, high }) => (here < smallestCell ? { month, n: null, k: null, low: null, high: null } : { month, n, k, low, high })),
  };
}

/** The lowest and the highest clinician are single persons; of fewer than five nothing is said. */
const figuresFor = (figures: Row['figures']) => Object.fromEntries(Object.entries(figures).filter(([name]) => !((figures['clinicians'] ?? smallestCell) < smallestCell ? /^clinician/ : /^clinician(Min|Max|Lowest|Highest)$/).test(name)));
