// Between which bounds does the true share lie, given k of n?
import { inverseIncompleteBeta } from './beta.ts';
import { normalQuantile, zOf } from './normal.ts';

/** A closed interval; for shares within [0, 1], for differences within [-1, 1]. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * Wilson score interval of a share k/n. The house's interval for every rate.
 * @param k events, an integer 0…n  @param n trials, an integer ≥ 0  @param confidence two-sided, 0.95 unless told
 * @returns null when n is 0: nothing was measured, which is neither 0 nor 1.
 * @throws RangeError on k > n, negative, fractional or non-finite counts.
 * Source: Wilson EB. J Am Stat Assoc 1927;22:209-212; recommended by Brown, Cai, DasGupta. Stat Sci 2001;16:101-133.
 */
export function wilson(k: number, n: number, confidence = 0.95): Interval | null {
  demandCounts(k, n);
  return wilsonOf(k, n, zOf(confidence));
}

/**
 * Clopper-Pearson "exact" interval of a share: never covers less than it says, so it is wide; for small n and safety.
 * Same parameters and errors as `wilson`.
 * Source: Clopper CJ, Pearson ES. Biometrika 1934;26:404-413; beta quantiles as in Brown et al. 2001.
 */
export function clopperPearson(k: number, n: number, confidence = 0.95): Interval | null {
  demandCounts(k, n);
  const tail = (1 - demandConfidence(confidence)) / 2;
  if (n === 0) return null;
  return {
    low: k === 0 ? 0 : inverseIncompleteBeta(tail, k, n - k + 1),
    // By symmetry 1 - Beta(1-tail; k+1, n-k), which stays exact where the bound comes near 1.
    high: k === n ? 1 : 1 - inverseIncompleteBeta(tail, n - k, k + 1),
  };
}

/**
 * Interval of the difference k1/n1 - k2/n2 of two independent shares: hybrid score, without continuity correction.
 * @returns null when either n is 0.
 * Source: Newcombe RG. Stat Med 1998;17:873-890, method 10.
 */
export function newcombeDifference(
  k1: number,
  n1: number,
  k2: number,
  n2: number,
  confidence = 0.95,
): (Interval & { difference: number }) | null {
  const first = wilson(k1, n1, confidence);
  const second = wilson(k2, n2, confidence);
  if (first === null || second === null) return null;
  const p1 = k1 / n1;
  const p2 = k2 / n2;
  const difference = p1 - p2;
  return {
    difference,
    low: Math.max(-1, difference - Math.hypot(p1 - first.low, second.high - p2)),
    high: Math.min(1, difference + Math.hypot(first.high - p1, p2 - second.low)),
  };
}

/**
 * One-sided lower Wilson bound: with this confidence the true share is at least this. Null when n is 0.
 * It is the lower end of a two-sided interval with confidence 2·confidence - 1.
 */
export function wilsonLowerBound(k: number, n: number, confidence = 0.95): number | null {
  demandCounts(k, n);
  return wilsonOf(k, n, normalQuantile(demandConfidence(confidence)))?.low ?? null;
}

/** One-sided upper Wilson bound: with this confidence the true share is at most this. Null when n is 0. */
export function wilsonUpperBound(k: number, n: number, confidence = 0.95): number | null {
  demandCounts(k, n);
  return wilsonOf(k, n, normalQuantile(demandConfidence(confidence)))?.high ?? null;
}

/** One-sided lower Clopper-Pearson bound. Null when n is 0. */
export function clopperPearsonLowerBound(k: number, n: number, confidence = 0.95): number | null {
  demandCounts(k, n);
  const tail = 1 - demandConfidence(confidence);
  if (n === 0) return null;
  return k === 0 ? 0 : inverseIncompleteBeta(tail, k, n - k + 1);
}

/** One-sided upper Clopper-Pearson bound; with k = 0 it is the "rule of three", about 3/n. Null when n is 0. */
export function clopperPearsonUpperBound(k: number, n: number, confidence = 0.95): number | null {
  demandCounts(k, n);
  const tail = 1 - demandConfidence(confidence);
  if (n === 0) return null;
  return k === n ? 1 : 1 - inverseIncompleteBeta(tail, n - k, k + 1);
}

/**
 * The Wilson interval of real-valued k and n, for effective sample sizes; z may be any real number.
 * Null when n is 0. The caller answers for 0 ≤ k ≤ n.
 */
export function wilsonOf(k: number, n: number, z: number): Interval | null {
  if (n === 0) return null;
  const p = k / n;
  const spread = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  const middle = p + (z * z) / (2 * n);
  return {
    // At the borders the formula is exactly 0 or 1; rounding must not move it.
    low: k === 0 ? 0 : Math.max(0, (middle - spread) / scale),
    high: k === n ? 1 : Math.min(1, (middle + spread) / scale),
  };
}

function demandCounts(k: number, n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`n must be a whole number of at least 0, not ${n}`);
  if (!Number.isSafeInteger(k) || k < 0) throw new RangeError(`k must be a whole number of at least 0, not ${k}`);
  if (k > n) throw new RangeError(`k = ${k} events cannot exceed n = ${n} trials`);
}

function demandConfidence(confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence lies strictly between 0 and 1, not ${confidence}`);
  }
  return confidence;
}
