// How many independent observations are n observations that come in clusters worth?
import { studentQuantile } from './beta.ts';
import { wilsonOf, type Interval } from './intervals.ts';
import { zOf } from './normal.ts';

/** One cluster (a clinician, a department, a patient with many rows): k events in n observations. */
export interface Cluster {
  k: number;
  n: number;
}

/**
 * Intra-class correlation of yes/no data in clusters of unequal size, by one-way analysis of variance:
 * ρ = (MSB - MSW) / (MSB + (m₀ - 1)·MSW), m₀ = (N - Σm²/N) / (K - 1).
 * @returns ρ in about [-1/(m₀-1), 1], or null where it cannot be estimated: fewer than two clusters, no cluster
 * with two observations, or no variation at all.
 * Source: Donner A, Klar N. Design and Analysis of Cluster Randomization Trials. 2000, chapter 6;
 * Ridout MS, Demétrio CGB, Firth D. Biometrics 1999;55:137-148.
 */
export function intraclassCorrelation(clusters: readonly Cluster[]): number | null {
  const filled = demandClusters(clusters);
  const { events, total, squares } = sums(filled);
  if (filled.length < 2 || total === filled.length) return null;
  const p = events / total;
  let between = 0;
  let within = 0;
  for (const { k, n } of filled) {
    between += n * (k / n - p) ** 2;
    within += k * (1 - k / n);
  }
  const msb = between / (filled.length - 1);
  const msw = within / (total - filled.length);
  const m0 = (total - squares / total) / (filled.length - 1);
  const spread = msb + (m0 - 1) * msw;
  return spread === 0 ? null : (msb - msw) / spread;
}

/**
 * Design effect 1 + (m' - 1)·ρ with m' = Σm²/Σm, the size of the cluster an average observation sits in; at least 1,
 * because a negative ρ is nearly always chance and must not narrow an interval.
 * Source: Kish L. Survey Sampling. 1965, section 5.4; unequal sizes: Donner & Klar 2000, and Kerry & Bland BMJ 2001;323.
 */
export function designEffect(clusters: readonly Cluster[], rho: number): number {
  const { total, squares } = sums(demandClusters(clusters));
  return total === 0 ? 1 : Math.max(1, 1 + (squares / total - 1) * rho);
}

export interface ClusteredShare {
  k: number;
  n: number;
  clusters: number;
  value: number | null;
  low: number | null;
  high: number | null;
  /** Intra-class correlation used; null where it could not be estimated and none was assumed. */
  rho: number | null;
  designEffect: number;
  /** n divided by the design effect: observations it is worth. */
  effectiveN: number;
}

/**
 * Share over clustered observations with a Wilson interval on the effective n. Where the clusters agree less than
 * chance (ρ ≤ 0) it is the plain Wilson interval. With few clusters ρ itself is a guess, so the normal quantile
 * gives way to Student's t with K - 1 degrees of freedom (Korn EL, Graubard BI. Survey Methodology 1998;24:193-201).
 * @param assumedRho used where ρ cannot be estimated, e.g. from the literature; without it independence is assumed
 * and `rho` says null.
 */
export function clusteredShare(
  clusters: readonly Cluster[],
  { confidence = 0.95, assumedRho = null }: { confidence?: number; assumedRho?: number | null } = {},
): ClusteredShare {
  const filled = demandClusters(clusters);
  const { events, total } = sums(filled);
  const rho = intraclassCorrelation(filled) ?? assumedRho;
  const effect = designEffect(filled, rho ?? 0);
  const effectiveN = total / effect;
  const value = total === 0 ? null : events / total;
  const interval = value === null ? null : boundsOf(value, effectiveN, effect > 1 ? filled.length : Infinity, confidence);
  return {
    k: events,
    n: total,
    clusters: filled.length,
    value,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    rho,
    designEffect: effect,
    effectiveN,
  };
}

function boundsOf(value: number, effectiveN: number, clusters: number, confidence: number): Interval | null {
  const z = zOf(confidence);
  if (clusters === Infinity) return wilsonOf(value * effectiveN, effectiveN, z);
  const t = clusters < 2 ? z : studentQuantile(1 - (1 - confidence) / 2, clusters - 1);
  const n = effectiveN * (z / t) ** 2;
  const interval = wilsonOf(value * n, n, z);
  // 1·n may round to just below n; at the borders the share itself decides.
  return interval && { low: value === 0 ? 0 : interval.low, high: value === 1 ? 1 : interval.high };
}

function sums(clusters: readonly Cluster[]): { events: number; total: number; squares: number } {
  let events = 0;
  let total = 0;
  let squares = 0;
  for (const { k, n } of clusters) {
    events += k;
    total += n;
    squares += n * n;
  }
  return { events, total, squares };
}

/** Checked, without the empty clusters: they say nothing. */
function demandClusters(clusters: readonly Cluster[]): Cluster[] {
  for (const { k, n } of clusters) {
    if (!Number.isSafeInteger(k) || !Number.isSafeInteger(n) || k < 0 || k > n) {
      throw new RangeError(`a cluster needs whole numbers 0 <= k <= n, not k = ${k}, n = ${n}`);
    }
  }
  return clusters.filter(({ n }) => n > 0);
}
