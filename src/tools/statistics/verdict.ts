// Does this measured value keep the promise, break it, or can nobody tell yet?
import { wilson } from './intervals.ts';

/** What was measured: the estimate with its interval. `null` means missing, never zero. */
export interface Estimate {
  /** How many independent observations stand behind it. */
  n: number;
  value: number | null;
  /** Ends of the 95 % interval; null where no interval can be given. */
  low: number | null;
  high: number | null;
}

export interface Threshold {
  direction: 'at least' | 'at most';
  /** In the unit of the estimate: 0.9 for 90 %. The threshold itself keeps the promise. */
  value: number;
  /** Safety-critical: judged on the pessimistic end of the interval. */
  safety: boolean;
  /** Below this n nothing is judged. At least 1. */
  minimumN: number;
}

export type Verdict = 'met' | 'not-met' | 'undecided' | 'not-measurable';

/** A share as an estimate: k of n with its Wilson interval. Throws RangeError on impossible counts. */
export function shareOf(k: number, n: number, confidence = 0.95): Estimate & { k: number } {
  const interval = wilson(k, n, confidence);
  return { k, n, value: n === 0 ? null : k / n, low: interval?.low ?? null, high: interval?.high ?? null };
}

/**
 * The house rule, in this order; "meets" includes equality.
 * 1. n below `minimumN`, or no value: **not-measurable**.
 * 2. The estimate misses the threshold: **not-met** (so it is when even the optimistic end misses it).
 * 3. Not safety-critical, and the estimate meets it: **met**; n and the interval are shown beside it.
 * 4. Safety-critical, and the pessimistic end meets it too: **met**. The pessimistic end is `low` for "at least" and
 *    `high` for "at most".
 * 5. Safety-critical, the estimate meets it but the pessimistic end does not, or there is no interval: **undecided**;
 *    more observations can settle it.
 * @throws RangeError on NaN, on an interval that does not contain its estimate, on minimumN below 1.
 */
export function judge(estimate: Estimate, threshold: Threshold): Verdict {
  demand(estimate, threshold);
  if (estimate.value === null || estimate.n < threshold.minimumN) return 'not-measurable';
  if (!meets(estimate.value, threshold)) return 'not-met';
  if (!threshold.safety) return 'met';
  const pessimistic = pessimisticEnd(estimate, threshold.direction);
  return pessimistic !== null && meets(pessimistic, threshold) ? 'met' : 'undecided';
}

/** The end of the interval that flatters least. */
export const pessimisticEnd = (estimate: Estimate, direction: Threshold['direction']): number | null =>
  direction === 'at least' ? estimate.low : estimate.high;

const meets = (value: number, threshold: Threshold): boolean =>
  threshold.direction === 'at least' ? value >= threshold.value : value <= threshold.value;

function demand({ n, value, low, high }: Estimate, threshold: Threshold): void {
  if (!(n >= 0)) throw new RangeError(`n must be at least 0, not ${n}`);
  if ([value, low, high].some(Number.isNaN)) throw new RangeError('NaN is no measurement; a missing value is null');
  if (!Number.isFinite(threshold.value)) throw new RangeError(`the threshold must be a number, not ${threshold.value}`);
  if (!(threshold.minimumN >= 1)) throw new RangeError(`minimumN must be at least 1, not ${threshold.minimumN}`);
  if (value !== null && ((low !== null && low > value) || (high !== null && high < value))) {
    throw new RangeError(`the interval ${low} to ${high} does not contain its estimate ${value}`);
  }
}
