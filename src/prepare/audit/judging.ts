// How do counts become a finding with an interval, a verdict and a sentence?
import type { Tier } from '../../spine/deployments/model.ts';
import { studentQuantile } from '../../tools/statistics/beta.ts';
import { wilsonOf } from '../../tools/statistics/intervals.ts';
import { zOf } from '../../tools/statistics/normal.ts';
import { judge } from '../../tools/statistics/verdict.ts';
import { count, countOf, percent, sayInterval, tidy } from '../../tools/statistics/finding.ts';
import type { EvidenceRow, Finding, Threshold, Unit, Verdict } from './model.ts';
import { unknownUnit } from './units.ts';

export { count, countOf, percent, sayInterval, tidy };

/** Counts of a share whose observations come in clusters (the rows of one patient): sums over the clusters. */
export interface Moments {
  n: number;
  k: number;
  clusters: number;
  /** Σ nᵢ² */
  nn: number;
  /** Σ kᵢ²/nᵢ */
  kkn: number;
}

export interface Interval {
  low: number | null;
  high: number | null;
  effectiveN: number | null;
  icc: number | null;
}

/**
 * Wilson's interval on the effective n = n / (1 + (m' - 1)ρ), with ρ from a one-way analysis of variance over the clusters:
 * what `statistics.clusteredShare` computes, from sums, because the clusters (patients) stay in the database.
 * Sources: Wilson 1927; Kish 1965 §5.4; Donner & Klar 2000 ch. 6; Student's t for few clusters, Korn & Graubard 1998.
 */
export function clusteredInterval({ n, k, clusters, nn, kkn }: Moments): Interval {
  if (n === 0) return { low: null, high: null, effectiveN: null, icc: null };
  const p = k / n;
  let icc: number | null = null;
  if (clusters > 1 && n > clusters) {
    const msb = Math.max(0, kkn - (k * k) / n) / (clusters - 1);
    const msw = Math.max(0, k - kkn) / (n - clusters);
    const m0 = (n - nn / n) / (clusters - 1);
    const spread = msb + (m0 - 1) * msw;
    icc = spread === 0 ? null : (msb - msw) / spread;
  }
  const effect = Math.max(1, 1 + (nn / n - 1) * (icc ?? 0));
  const effectiveN = n / effect;
  const t = effect > 1 && clusters >= 2 ? student(clusters - 1) : z;
  const worth = effectiveN * (z / t) ** 2;
  const interval = wilsonOf(p * worth, worth, z);
  // At the borders the share itself is the bound; rounding must not move it.
  return { low: p === 0 ? 0 : Math.min(p, interval?.low ?? p), high: p === 1 ? 1 : Math.max(p, interval?.high ?? p), effectiveN, icc };
}

const z = zOf(0.95);

/** Student's t for 95 %, worked out once for each number of degrees: thousands of units share a few hundred. */
function student(degrees: number): number {
  const known = students.get(degrees);
  if (known !== undefined) return known;
  const t = studentQuantile(0.975, degrees);
  if (students.size < 10_000) students.set(degrees, t);
  return t;
}
const students = new Map<number, number>();

/** Fewer than this in a unit or month: shown, not judged. */
export const smallestUnit = 10;

export interface Judged {
  threshold: Threshold | null;
  tier: Tier;
  minimumN: number;
  unit: Unit;
  /** Judge the whole export on the pessimistic end of the interval where the finding is critical: C02's rule. */
  pessimistic?: boolean;
}

/**
 * The house rule (`statistics.judge`). A critical element's completeness in the whole export is judged on the pessimistic
 * end of its interval. Everything else on the estimate, with its interval beside it: a facility's n is small by nature,
 * and the gate looks at facilities once more by its own rule.
 */
export function verdictOf({ n, rate, low, high }: Pick<Finding, 'n' | 'rate' | 'low' | 'high'>, { threshold, tier, minimumN, unit, pessimistic = false }: Judged): Verdict {
  if (!threshold || rate === null) return 'not-measurable';
  const safety = pessimistic && tier === 'critical' && unit.facility === null && unit.department === null && unit.clinician === null && unit.month === null;
  return judge({ n, value: rate, low, high }, { direction: threshold.bound === 'at-least' ? 'at least' : 'at most', value: threshold.value, safety, minimumN });
}

/** "in Mercy, Intensive Care, 2026-03"; empty for the whole export. */
export const sayUnit = ({ facility, department, clinician, month }: Unit): string => {
  const parts = [clinician, department === unknownUnit ? 'an unknown department' : department, facility === unknownUnit ? 'an unknown facility' : facility, month].filter(Boolean);
  return parts.length > 0 ? ` in ${parts.join(', ')}` : '';
};

export const sayThreshold = (threshold: Threshold | null): string =>
  threshold ? `; ${threshold.bound === 'at-least' ? 'at least' : 'at most'} ${percent(threshold.value)} is ${threshold.from === 'charter' ? 'promised' : 'the default'}` : '';

export function share(given: {
  check: string;
  element: string | null;
  resource: string | null;
  unit: Unit;
  moments: Moments;
  threshold: Threshold | null;
  tier: Tier;
  minimumN: number;
  pessimistic?: boolean;
  says(finding: { n: number; k: number; rate: number | null; low: number | null; high: number | null }): string;
  figures?: Record<string, number | null>;
  rows?: EvidenceRow[];
}): Finding {
  const { n, k, clusters } = given.moments;
  const { low, high, effectiveN, icc } = clusteredInterval(given.moments);
  const numbers = { n, k, rate: n === 0 ? null : tidy(k / n), low: tidy(low), high: tidy(high) };
  const exact = { ...numbers, rate: n === 0 ? null : k / n, low, high };
  return {
    check: given.check,
    element: given.element,
    resource: given.resource,
    unit: given.unit,
    ...numbers,
    threshold: given.threshold,
    tier: given.tier,
    verdict: verdictOf(exact, given),
    says: given.says(numbers),
    figures: { ...(clusters < n ? { patients: clusters, effectiveN: tidy(effectiveN), icc: tidy(icc) } : {}), ...given.figures },
    rows: given.rows ?? [],
  };
}

export const independent = (k: number, n: number): Moments => ({ n, k, clusters: n, nn: n, kkn: k });

/** The items in groups of one key, groups and items in the order they came. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
