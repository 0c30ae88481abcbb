// How does one element read by facility, by department, by month, and across clinicians nobody is named among?
import type { z } from 'zod';
import { quantile } from '../../../tools/statistics/distribution.ts';
import { wilson } from '../../../tools/statistics/intervals.ts';
import { catalogue } from '../checks.ts';
import type { StoredFinding } from '../model.ts';
import type { MonthCount } from './map.ts';
import { smallestCell, type unitReading } from './model.ts';

type Reading = z.infer<typeof unitReading>;
type Row = Pick<StoredFinding, 'check' | 'unit' | 'n' | 'k' | 'rate' | 'low' | 'high' | 'verdict' | 'says' | 'figures'>;

/** From C02's findings of one element, the findings of the variation checks about it, and its months. */
export function unitsOf(complete: readonly Row[], variation: readonly Row[], months: readonly MonthCount[]): Reading {
  const people = ({ n, figures }: Row) => Math.round(figures['patients'] ?? n);
  const point = ({ unit, n, rate, low, high, verdict }: Row) => ({ facility: unit.facility!, department: unit.department, n, rate: rate!, low, high, verdict });
  const units = complete.filter(({ unit, rate }) => unit.facility !== null && unit.month === null && unit.clinician === null && rate !== null);
  const shown = units.filter((finding) => people(finding) >= smallestCell);
  const rates = complete.filter((finding) => finding.unit.clinician !== null && finding.rate !== null && people(finding) >= smallestCell).map(({ rate }) => rate!).sort((a, b) => a - b);
  const byMonth = new Map<string, { n: number; k: number; people: number }>();
  for (const { month, n, k, people: here } of months) {
    const sum = byMonth.get(month) ?? { n: 0, k: 0, people: 0 };
    byMonth.set(month, { n: sum.n + n, k: sum.k + k, people: sum.people + here });
  }
  return {
    facilities: shown.filter(({ unit }) => unit.department === null).map(point),
    departments: shown.filter(({ unit }) => unit.department !== null).map(point),
    withheld: units.length - shown.length,
    overall: complete.find(({ unit }) => unit.facility === null && unit.month === null && unit.clinician === null && unit.department === null)?.rate ?? null,
    clinicians: rates.length < smallestCell ? null : { count: rates.length, bins: binsOf(rates), quartiles: [0.25, 0.5, 0.75].map((share) => quantile(rates, share)!) as [number, number, number] },
    variation: variation.map(({ check, says, verdict, figures }) => ({ check, name: catalogue.find(({ id }) => id === check)?.name ?? check, says, verdict, figures: figuresFor(figures) })),
    months: [...byMonth].sort(([a], [b]) => (a < b ? -1 : 1)).map(([month, { n, k, people }]) => {
      if (people < smallestCell) return { month, n: null, k: null, low: null, high: null };
      const interval = wilson(k, n);
      return { month, n, k, low: interval?.low ?? null, high: interval?.high ?? null };
    }),
  };
}

/** The lowest and the highest clinician are single persons; of fewer than five nothing is said. */
const figuresFor = (figures: Row['figures']) => Object.fromEntries(Object.entries(figures).filter(([name]) => !((figures['clinicians'] ?? smallestCell) < smallestCell ? /^clinician/ : /^clinician(Min|Max|Lowest|Highest)$/).test(name)));

function binsOf(rates: readonly number[]): NonNullable<Reading['clinicians']>['bins'] {
  const edges = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;
  return edges.slice(0, -1).map((from, at) => {
    const to = edges[at + 1]!;
    const clinicians = rates.filter((rate) => rate >= from && (rate < to || to === 1)).length;
    return { from, to, clinicians: clinicians > 0 && clinicians < smallestCell ? null : clinicians };
  });
}
