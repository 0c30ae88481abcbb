// Did a share really move between two samples, and by how much?
import type { Interval } from './intervals.ts';
import { logGamma } from './gamma.ts';

/** A share with the interval it was given, which may be wider than its n makes it (clusters). */
export interface BoundedShare {
  value: number;
  low: number;
  high: number;
}

/**
 * Interval of the difference `first - second` of two independent shares from the interval each already has: with Wilson
 * intervals it is Newcombe's method 10, and intervals widened by a design effect carry that over. Where both samples
 * hold the same people the true interval is narrower: this one errs on the side of "no clear change".
 * Sources: Newcombe RG. Stat Med 1998;17:873-890; for intervals of any origin Zou GY, Donner A. Stat Med 2008;27:1693-1702.
 */
export function differenceOf(first: BoundedShare, second: BoundedShare): Interval & { difference: number } {
  const difference = first.value - second.value;
  return {
    difference,
    low: Math.max(-1, difference - Math.hypot(first.value - first.low, second.high - second.value)),
    high: Math.min(1, difference + Math.hypot(first.high - first.value, second.value - second.low)),
  };
}

/**
 * One-sided exact p: how likely are k1 or fewer events in the first sample, given all events of both, if both have the
 * same share? Never more often below α than α, whatever the counts. 1 where either sample is empty.
 * @throws RangeError on counts that are no whole numbers 0 ≤ k ≤ n.
 * Source: Fisher RA. Statistical Methods for Research Workers, 1934 (hypergeometric distribution).
 */
export function probabilityOfSoFew(k1: number, n1: number, k2: number, n2: number): number {
  for (const [k, n] of [[k1, n1], [k2, n2]] as const)
    if (!Number.isSafeInteger(k) || !Number.isSafeInteger(n) || k < 0 || k > n) throw new RangeError(`counts must be whole numbers 0 <= k <= n, not k = ${k}, n = ${n}`);
  if (n1 === 0 || n2 === 0) return 1;
  const events = k1 + k2;
  const least = Math.max(0, events - n2);
  const most = Math.min(n1, events);
  if (k1 >= most) return 1;
  const density = (k: number) => Math.exp(choose(n1, k) + choose(n2, events - k) - choose(n1 + n2, events));
  // Downwards from k1 while below the middle, else what is left of 1 above it: the smaller tail is the exact one.
  const middle = (events * n1) / (n1 + n2);
  if (k1 <= middle) return Math.min(1, sum(k1, -1, least));
  return Math.max(0, 1 - sum(k1 + 1, 1, most));

  function sum(from: number, step: 1 | -1, to: number): number {
    let term = density(from);
    let total = term;
    for (let k = from; k !== to && term > total * 1e-17; k += step) {
      const [lost, gained] = step === -1 ? [k * (n2 - events + k), (n1 - k + 1) * (events - k + 1)] : [(n1 - k) * (events - k), (k + 1) * (n2 - events + k + 1)];
      term *= lost / gained;
      total += term;
    }
    return total;
  }
}

const choose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/**
 * Which of these p-values stay significant when at most `rate` of those called so may be called so wrongly?
 * In the order given. Source: Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289-300.
 */
export function falseDiscoveries(ps: readonly number[], rate = 0.05): boolean[] {
  const sorted = ps.toSorted((a, b) => a - b);
  const last = sorted.findLastIndex((p, at) => p <= (rate * (at + 1)) / ps.length);
  const limit = last < 0 ? -1 : sorted[last]!;
  return ps.map((p) => p <= limit);
}

/**
 * What the `look`-th look (counted from 1) may spend of `alpha`: 6α/(π²·look²). Over all looks that ever come it is α,
 * so whoever looks every day raises no more false alarms than whoever looks once a year.
 * The idea of spending: Lan KKG, DeMets DL. Biometrika 1983;70:659-663; the sum of 1/j² is π²/6 (Euler).
 */
export function alphaOfLook(look: number, alpha = 0.05): number {
  if (!Number.isSafeInteger(look) || look < 1) throw new RangeError(`looks are counted from 1, not ${look}`);
  return (6 * alpha) / (Math.PI ** 2 * look ** 2);
}
