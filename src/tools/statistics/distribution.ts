// How surprising is this count, and how do these numbers lie?
import { incompleteBeta } from './beta.ts';
import { binomialDensity } from './density.ts';
import { gammaP, gammaQ } from './incomplete-gamma.ts';

/**
 * Quantile of a sample by linear interpolation (Hyndman & Fan's type 7: what R, NumPy and Excel give).
 * @param sorted ascending, without NaN  @param share in [0, 1]  @returns null for an empty sample.
 * Source: Hyndman RJ, Fan Y. Am Stat 1996;50:361-365.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number | null {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a share lies between 0 and 1, not ${share}`);
  if (sorted.length === 0) return null;
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below === above ? below : below + (above - below) * (at - Math.floor(at));
}

/** Several quantiles of an unsorted sample at once; the sample is left as it is. Throws RangeError on NaN. */
export function quantiles(sample: Iterable<number>, shares: readonly number[]): (number | null)[] {
  const sorted = Float64Array.from(sample);
  if (sorted.some(Number.isNaN)) throw new RangeError('a sample holds numbers; leave missing values out');
  sorted.sort();
  return shares.map((share) => quantile(sorted, share));
}

/**
 * P(X ≤ k) of n independent trials with probability p. Whole k (negative gives 0) and n.
 * By the incomplete beta function, DLMF 8.17.5.
 */
export function binomialCdf(k: number, n: number, p: number): number {
  demandTrials(n, p);
  if (k < 0) return 0;
  return k >= n ? 1 : incompleteBeta(1 - p, n - Math.floor(k), Math.floor(k) + 1);
}

/** P(X ≥ k): the upper tail, accurate where it is tiny. */
export function binomialTail(k: number, n: number, p: number): number {
  demandTrials(n, p);
  if (k <= 0) return 1;
  return k > n ? 0 : incompleteBeta(p, Math.ceil(k), n - Math.ceil(k) + 1);
}

/** P(X = k) of n independent trials with probability p. */
export function binomialProbability(k: number, n: number, p: number): number {
  demandTrials(n, p);
  return binomialDensity(k, n, p);
}

/**
 * P that a unit with `encounters` encounters shows nothing at all although its peers show something in the share
 * `peerRate` of theirs: (1 - p)^n. Small means the feed is silent, not the patients.
 * Assumes independent encounters; give the effective number where they come in clusters.
 */
export function probabilityOfSilence(encounters: number, peerRate: number): number {
  if (!(encounters >= 0 && peerRate >= 0 && peerRate <= 1)) {
    throw new RangeError(`silence needs encounters >= 0 and a rate between 0 and 1, not ${encounters}, ${peerRate}`);
  }
  if (encounters === 0) return 1;
  return peerRate === 1 ? 0 : Math.exp(encounters * Math.log1p(-peerRate));
}

/** P(X ≥ k) of a Poisson count with mean `rate` ≥ 0; DLMF 8.4.8. */
export function poissonTail(k: number, rate: number): number {
  if (!(rate >= 0 && rate < Infinity)) throw new RangeError(`a rate is at least 0, not ${rate}`);
  if (k <= 0) return 1;
  return rate === 0 ? 0 : gammaP(Math.ceil(k), rate);
}

/** P(X ≤ k) of a Poisson count with mean `rate` ≥ 0. */
export function poissonCdf(k: number, rate: number): number {
  if (!(rate >= 0 && rate < Infinity)) throw new RangeError(`a rate is at least 0, not ${rate}`);
  if (k < 0) return 0;
  return rate === 0 ? 1 : gammaQ(Math.floor(k) + 1, rate);
}

function demandTrials(n: number, p: number): void {
  if (!Number.isSafeInteger(n) || n < 0 || !(p >= 0 && p <= 1)) {
    throw new RangeError(`needs a whole n >= 0 and a probability, not n = ${n}, p = ${p}`);
  }
}
