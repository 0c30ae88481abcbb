// What does a stratified random sample say about the whole, how sure is it, and how many more would decide?
import { inverseIncompleteBeta, studentQuantile } from './beta.ts';
import { wilsonOf, type Interval } from './intervals.ts';
import { zOf } from './normal.ts';

/** A stratum by its figures: how many there are, how many were drawn, and mean and variance (n - 1 below the line) of those. */
export interface StratumFigures {
  size: number;
  n: number;
  mean: number;
  /** Null where one was drawn: a single value has no variance. */
  variance: number | null;
}

/**
 * The stratified mean Σ(N_h/N)·ȳ_h and its variance Σ(N_h/N)²·(1 - n_h/N_h)·s_h²/n_h, with finite population correction.
 * @returns null where nothing was drawn from a stratum that is not empty: part of the whole was never looked at.
 * A stratum drawn whole adds no variance; one of which a single value was drawn cannot be estimated and must be joined
 * with a neighbour before (`joined`): RangeError.
 * Source: Cochran WG. Sampling Techniques. 3rd ed. 1977, theorems 5.1-5.3.
 */
export function stratifiedMean(strata: readonly StratumFigures[]): { mean: number; variance: number; size: number; n: number } | null {
  const filled = strata.filter(({ size }) => size > 0);
  const size = filled.reduce((sum, one) => sum + one.size, 0);
  if (size === 0 || filled.some(({ n }) => n === 0)) return null;
  let mean = 0;
  let variance = 0;
  let n = 0;
  for (const one of filled) {
    if (one.n > one.size) throw new RangeError(`a stratum of ${one.size} cannot give a sample of ${one.n}`);
    const share = one.size / size;
    mean += share * one.mean;
    n += one.n;
    if (one.n === one.size) continue;
    if (one.variance === null) throw new RangeError('a stratum with a single drawn value has no variance; join it with a neighbour');
    variance += share ** 2 * (1 - one.n / one.size) * (one.variance / one.n);
  }
  return { mean, variance, size, n };
}

/** One drawn record: what counts (`y`) of what is looked at (`x`). A plain share has x = 1; outside a part of interest x = y = 0. */
export interface Drawn {
  y: number;
  x: number;
}

export interface Stratum {
  /** How many records the stratum holds. */
  size: number;
  drawn: readonly Drawn[];
}

export interface StratifiedShare {
  /** Records in the sample that are looked at (x > 0). */
  n: number;
  value: number | null;
  low: number | null;
  high: number | null;
  /** √ of the design's variance of the value. */
  standardError: number | null;
  /** Kish's design effect: the design's variance ÷ that of a simple random sample of the same n, at least 1. */
  designEffect: number;
  /** n ÷ design effect: how many records of a simple random sample, without the finite population correction, it is worth. */
  effectiveN: number;
  /** Drawn records − strata: degrees of freedom of the variance. */
  degrees: number;
}

/**
 * The share Σw·y ÷ Σw·x with w = N_h/n_h (a ratio, by Taylor's linearization), with a 95 % interval: Wilson's on the
 * effective n, which is narrowed where few degrees of freedom make the variance itself a guess (Korn & Graubard) and never
 * above what a simple random sample of this n is worth. Strata of which one record was drawn are joined with the next
 * (`joined`), which errs on the wide side. Strata must come in an order in which neighbours are alike.
 * Sources: Cochran 1977, 5A.12 (joined strata) and 6.11 (ratio); Kish L. Survey Sampling. 1965, 8.2; Korn EL, Graubard BI.
 * Survey Methodology 1998;24:193-201; Wilson EB. J Am Stat Assoc 1927;22:209-212.
 */
export function stratifiedShare(strata: readonly Stratum[], confidence = 0.95): StratifiedShare {
  const { n, value, variance, effectiveN, designEffect, degrees, fraction } = designOf(strata);
  const nothing = { n, value: null, low: null, high: null, standardError: null, designEffect: 1, effectiveN: 0, degrees };
  if (value === null) return nothing;
  const shared = { n, value, standardError: Math.sqrt(variance), designEffect, effectiveN, degrees };
  if (fraction >= 1) return { ...shared, low: value, high: value };
  const interval = intervalOf(value, effectiveN / (1 - fraction), n, degrees, confidence);
  return { ...shared, low: interval.low, high: interval.high };
}

function intervalOf(value: number, worth: number, n: number, degrees: number, confidence: number): Interval {
  const z = zOf(confidence);
  const t = degrees >= 1 && degrees < n - 1 ? studentQuantile(1 - (1 - confidence) / 2, degrees) : z;
  const effective = worth * Math.min(1, z / t) ** 2;
  const interval = wilsonOf(value * effective, effective, z)!;
  return { low: value === 0 ? 0 : Math.min(value, interval.low), high: value === 1 ? 1 : Math.max(value, interval.high) };
}

/**
 * The modified Clopper-Pearson interval for complex samples: Clopper & Pearson's with the effective n and its share as
 * count. Never narrower than Wilson's in practice; for safety claims on small samples.
 * @param effectiveN records it is worth, > 0  @returns null when it is 0.
 * Source: Korn EL, Graubard BI. Survey Methodology 1998;24:193-201; as used by NCHS (Parker JD et al. Vital Health Stat 2017;2(175)).
 */
export function kornGraubard(value: number, effectiveN: number, confidence = 0.95): Interval | null {
  if (!(value >= 0 && value <= 1 && effectiveN >= 0)) throw new RangeError(`needs a share and an effective n, not ${value} and ${effectiveN}`);
  if (effectiveN === 0) return null;
  const tail = (1 - confidence) / 2;
  const k = value * effectiveN;
  return {
    low: value === 0 ? 0 : inverseIncompleteBeta(tail, k, effectiveN - k + 1),
    high: value === 1 ? 1 : 1 - inverseIncompleteBeta(tail, effectiveN - k, k + 1),
  };
}

/** Strata of which one record was drawn are joined with the next (the last with the one before), so that each has a variance. */
export function joined<S extends { size: number; drawn: readonly unknown[] }>(strata: readonly S[]): S[] {
  const made: S[] = [];
  let waiting: S | null = null;
  for (const one of strata) {
    const here: S = waiting ? together(waiting, one) : one;
    if (here.drawn.length < 2 && here.drawn.length < here.size) waiting = here;
    else {
      waiting = null;
      made.push(here);
    }
  }
  const last = made.at(-1);
  if (waiting && last) made[made.length - 1] = together(last, waiting);
  else if (waiting) made.push(waiting);
  return made;
}

const together = <S extends { size: number; drawn: readonly unknown[] }>(one: S, next: S): S => ({ ...one, size: one.size + next.size, drawn: [...one.drawn, ...next.drawn] });

function designOf(strata: readonly Stratum[]) {
  let y = 0;
  let x = 0;
  let n = 0;
  let weights = 0;
  let squares = 0;
  for (const { size, drawn } of strata) {
    if (drawn.length > size) throw new RangeError(`a stratum of ${size} cannot give a sample of ${drawn.length}`);
    for (const one of drawn) {
      const weight = size / drawn.length;
      y += weight * one.y;
      x += weight * one.x;
      if (one.x === 0) continue;
      n++;
      weights += weight;
      squares += weight ** 2;
    }
  }
  const inside = strata.filter(({ drawn }) => drawn.some((one) => one.x > 0));
  const looked = inside.reduce((sum, { drawn }) => sum + drawn.length, 0);
  const whole = inside.reduce((sum, { size }) => sum + size, 0);
  const fraction = whole === 0 ? 0 : looked / whole;
  const value = x === 0 ? null : Math.min(1, Math.max(0, y / x));
  // Weights stay those of the drawn strata, also where two are joined for the sake of the variance.
  const apart = joined(inside.map(({ size, drawn }) => ({ size, drawn: drawn.map((one) => ({ ...one, weight: size / drawn.length })) })));
  const degrees = looked - apart.length;
  let variance = 0;
  for (const { size, drawn } of apart) {
    if (value === null || drawn.length >= size || drawn.length < 2) continue;
    const residuals = drawn.map((one) => (one.weight * (one.y - value * one.x)) / x);
    const mean = residuals.reduce((sum, one) => sum + one, 0) / drawn.length;
    const spread = residuals.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (drawn.length - 1);
    variance += (1 - drawn.length / size) * drawn.length * spread;
  }
  const simple = value === null || n === 0 ? 0 : ((value * (1 - value)) / n) * (1 - Math.min(1, fraction));
  // Unequal weights alone cost this much (Kish 1965, 11.2C); it stands where everything was of one mind and no variance can be seen.
  const unequal = weights === 0 ? 1 : (n * squares) / weights ** 2;
  const designEffect = Math.max(1, simple > 0 && variance > 0 ? variance / simple : unequal);
  return { n, value, variance, degrees, fraction, designEffect, effectiveN: n === 0 ? 0 : n / designEffect };
}

/** Does the interval stand clear of the threshold? Straddling it is undecided. */
export function clears({ low, high, value }: Pick<StratifiedShare, 'low' | 'high' | 'value'>, threshold: number, direction: 'at least' | 'at most' = 'at least'): 'met' | 'not-met' | 'undecided' | 'not-measurable' {
  if (value === null || low === null || high === null) return 'not-measurable';
  if (direction === 'at least') return low >= threshold ? 'met' : high < threshold ? 'not-met' : 'undecided';
  return high <= threshold ? 'met' : low > threshold ? 'not-met' : 'undecided';
}

/**
 * The smallest number of further records after which the interval is expected to stand clear of the threshold, if the share
 * and the design effect stay as they are; 0 where it does already; null where no sample decides it: the share sits on the
 * threshold, or only looking at everything would do.
 * @param size how many records there are in all
 */
export function moreToDecide(share: StratifiedShare, threshold: number, size: number, direction: 'at least' | 'at most' = 'at least', confidence = 0.95): number | null {
  if (share.value === null) return null;
  const { value, n, designEffect, degrees } = share;
  if (clears(share, threshold, direction) !== 'undecided') return 0;
  const decided = (more: number) => {
    const total = n + more;
    const worth = total / designEffect / (1 - Math.min(1 - 1e-12, total / size));
    return clears({ value, ...intervalOf(value, worth, total, degrees + more, confidence) }, threshold, direction) !== 'undecided';
  };
  const left = size - n;
  if (left <= 1 || !decided(left - 1)) return null;
  let low = 0;
  let high = left - 1;
  // The interval only narrows as records are added, so halving finds the smallest number.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (decided(middle)) high = middle;
    else low = middle;
  }
  return high;
}
