// Between which bounds does an intra-class correlation lie?
import { inverseIncompleteBeta } from './beta.ts';
import type { Cluster } from './design-effect.ts';
import type { Interval } from './intervals.ts';

/** The value a variable with an F distribution stays below with probability p. By the incomplete beta function, DLMF 8.17. */
export function fQuantile(p: number, d1: number, d2: number): number {
  const x = inverseIncompleteBeta(p, d1 / 2, d2 / 2);
  return x >= 1 ? Infinity : (d2 * x) / (d1 * (1 - x));
}

/**
 * Searle's interval of the analysis-of-variance estimate, for clusters of unequal size with their mean size m₀:
 * (F/F_up - 1) / (F/F_up + m₀ - 1) to (F/F_low - 1) / (F/F_low + m₀ - 1). Made for normal data; for yes/no data it is
 * close with many observations a cluster and shares not near 0 or 1.
 * @returns null where the correlation cannot be estimated.
 * Source: Searle SR. Linear Models. 1971, ch. 9; Donner A, Wells G. Biometrics 1986;42:401-412.
 */
export function intraclassInterval(clusters: readonly Cluster[], confidence = 0.95): Interval | null {
  const filled = clusters.filter(({ n }) => n > 0);
  const [k, n, squares] = filled.reduce(([k, n, s], one) => [k + one.k, n + one.n, s + one.n ** 2], [0, 0, 0]);
  if (filled.length < 2 || n === filled.length) return null;
  const p = k / n;
  const between = filled.reduce((sum, one) => sum + one.n * (one.k / one.n - p) ** 2, 0) / (filled.length - 1);
  const within = filled.reduce((sum, one) => sum + one.k * (1 - one.k / one.n), 0) / (n - filled.length);
  if (within === 0) return between === 0 ? null : { low: 1, high: 1 };
  const size = (n - squares / n) / (filled.length - 1);
  const f = between / within;
  const tail = (1 - confidence) / 2;
  const bound = (quantile: number) => (f / quantile - 1) / (f / quantile + size - 1);
  const [d1, d2] = [filled.length - 1, n - filled.length];
  return { low: bound(fQuantile(1 - tail, d1, d2)), high: bound(fQuantile(tail, d1, d2)) };
}
