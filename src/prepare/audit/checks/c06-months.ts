// C06: did the feed run in every month?
import { whole, tierOf, type Check } from '../check.ts';
import { count, independent, share, smallestUnit } from '../judging.ts';
import type { Finding, Threshold } from '../model.ts';

/** A month is a gap when its completeness would be this unlikely if it were like the other months. */
const unlikely = 0.001;

export const gapsByMonth: Check = {
  id: 'C06',
  name: 'Gaps by month',
  asks: 'Is there a month in which the value stopped coming?',
  family: 'completeness',
  about: 'element',
  formula: `Per facility. n: months from the first to the last with patients or encounters, that have at least ${smallestUnit} of them or none at all in between. k: months without gap. A gap: nobody came at all; or completeness is below the element's threshold and so low that it has a chance below ${unlikely} if the month were like the others (binomial).`,
  threshold: { bound: 'at-least', value: 1 },
  source: 'Kahn et al. 2016, temporal plausibility (density over time); OHDSI ACHILLES, records by month.',
  limits: 'Where dates were shifted per patient, months mean nothing; that is said. A slow decline is no gap: look at the months themselves (C02).',
  weight: 'important',
  find: async ({ elements, completeness, time }) =>
    elements.flatMap((element): Finding[] => {
      const months = completeness.filter((finding) => finding.element === element.id && finding.unit.month !== null && finding.unit.clinician === null);
      if (time.shifted && completeness.some((finding) => finding.element === element.id && finding.unit.facility !== null))
        return [share({ check: 'C06', element: element.id, resource: element.resource, unit: whole, moments: independent(0, 0), threshold: { bound: 'at-least', value: 1, from: 'default' }, tier: 'context', minimumN: 1, says: () => `${element.name}: ${time.undated ? 'no day is known in this export' : 'the dates of this export were shifted'}, so its months mean nothing.` })];
      const facilities = [...new Set(months.map((finding) => finding.unit.facility))];
      return facilities.flatMap((facility) => {
        const mine = months.filter((finding) => finding.unit.facility === facility && /^\d{4}-\d{2}$/.test(finding.unit.month!));
        if (mine.length === 0) return [];
        const byMonth = new Map(mine.map((finding) => [finding.unit.month!, finding]));
        const span = monthsBetween([...byMonth.keys()].sort()[0]!, [...byMonth.keys()].sort().at(-1)!);
        const [n, k] = mine.reduce(([n, k], finding) => [n + finding.n, k + (finding.k ?? 0)], [0, 0]);
        const judged: string[] = [];
        const gaps: string[] = [];
        for (const month of span.length > 600 ? [] : span) {
          const finding = byMonth.get(month);
          if (!finding) {
            // In a facility that sees few people an empty month is nothing remarkable.
            if (Math.exp(-n / span.length) < unlikely) { judged.push(month); gaps.push(month); }
            continue;
          }
          if (finding.n < smallestUnit) continue;
          judged.push(month);
          const others = n - finding.n > 0 ? (k - finding.k!) / (n - finding.n) : 0;
          if ((finding.rate ?? 0) < element.threshold && binomialAtMost(finding.k!, finding.n, others) < unlikely) gaps.push(month);
        }
        const unit = { ...whole, facility };
        const threshold: Threshold = { bound: 'at-least', value: 1, from: 'default' };
        const tier = tierOf(gapsByMonth, element);
        const finding = share({
          check: 'C06', element: element.id, resource: element.resource, unit, moments: independent(judged.length - gaps.length, judged.length), threshold, tier, minimumN: 1,
          says: ({ rate }) =>
            rate === null
              ? `${element.name} in ${facility}: ${span.length > 600 ? 'the dates reach over more than 50 years, so they are not judged by month' : `no month has at least ${smallestUnit} ${element.per}s`}.`
              : gaps.length === 0
                ? `${element.name} in ${facility}: no gap in ${count(judged.length)} months.`
                : `${element.name} in ${facility}: ${gaps.length} of ${count(judged.length)} months are gaps: ${gaps.slice(0, 12).join(', ')}${gaps.length > 12 ? ' …' : ''}.`,
          figures: { months: span.length, gaps: gaps.length },
        });
        return [finding];
      });
    }),
};

function monthsBetween(from: string, to: string): string[] {
  const index = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
  const [first, last] = [index(from), index(to)];
  return Array.from({ length: Math.min(last - first + 1, 2400) }, (_, i) => `${String(Math.floor((first + i) / 12)).padStart(4, '0')}-${String(((first + i) % 12) + 1).padStart(2, '0')}`);
}

/** P(X ≤ k) for X binomial(n, p), summed in logarithms. */
export function binomialAtMost(k: number, n: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return k >= n ? 1 : 0;
  let term = n * Math.log1p(-p);
  let sum = Math.exp(term);
  for (let i = 1; i <= k; i++) {
    term += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}
