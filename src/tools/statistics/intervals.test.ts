// Do the intervals reproduce the published tables, cover what they promise, and refuse nonsense?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialDensity } from './density.ts';
import {
  clopperPearson,
  clopperPearsonLowerBound,
  clopperPearsonUpperBound,
  newcombeDifference,
  wilson,
  wilsonLowerBound,
  wilsonUpperBound,
} from './intervals.ts';

// Newcombe RG. Stat Med 1998;17:857-872, table I: score method (3) and Clopper-Pearson (5).
const single: [number, number, number, number, number, number][] = [
  [81, 263, 0.2553, 0.3662, 0.2527, 0.3676],
  [15, 148, 0.0624, 0.1605, 0.0578, 0.1617],
  [0, 20, 0, 0.1611, 0, 0.1684],
  [1, 29, 0.0061, 0.1718, 0.0009, 0.1776],
];
// Newcombe RG. Stat Med 1998;17:873-890, table II, method 10.
const differences: [number, number, number, number, number, number][] = [
  [56, 70, 48, 80, 0.0524, 0.3339],
  [9, 10, 3, 10, 0.1705, 0.809],
  [6, 7, 2, 7, 0.0582, 0.8062],
  [5, 56, 0, 29, -0.0381, 0.1926],
  [0, 10, 0, 20, -0.1611, 0.2775],
  [0, 10, 0, 10, -0.2775, 0.2775],
  [10, 10, 0, 20, 0.6791, 1],
  [10, 10, 0, 10, 0.6075, 1],
];

describe('published values', () => {
  it.each(single)('%d of %d', (k, n, low, high, exactLow, exactHigh) => {
    expect(wilson(k, n)!.low).toBeCloseTo(low, 4);
    expect(wilson(k, n)!.high).toBeCloseTo(high, 4);
    expect(clopperPearson(k, n)!.low).toBeCloseTo(exactLow, 4);
    expect(clopperPearson(k, n)!.high).toBeCloseTo(exactHigh, 4);
  });
  it.each(differences)('%d/%d - %d/%d', (k1, n1, k2, n2, low, high) => {
    const found = newcombeDifference(k1, n1, k2, n2)!;
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
    expect(found.difference).toBeCloseTo(k1 / n1 - k2 / n2, 15);
  });
  it('Clopper-Pearson to 12 digits against 40-digit arithmetic', () => {
    expect(clopperPearson(81, 263)!.low).toBeCloseTo(0.2527367455852712, 12);
    expect(clopperPearson(15, 148)!.high).toBeCloseTo(0.161650490349479, 12);
  });
  it('the rule of three', () => expect(clopperPearsonUpperBound(0, 1000)).toBeCloseTo(1 - 0.05 ** (1 / 1000), 12));
});

describe('borders', () => {
  it('nothing measured is no interval, never 0 or 1', () => {
    for (const made of [wilson, clopperPearson, wilsonLowerBound, wilsonUpperBound, clopperPearsonLowerBound, clopperPearsonUpperBound]) {
      expect(made(0, 0)).toBeNull();
    }
    expect(newcombeDifference(0, 0, 1, 2)).toBeNull();
    expect(newcombeDifference(1, 2, 0, 0)).toBeNull();
  });
  it('none and all reach the border exactly', () => {
    for (const n of [1, 7, 1e9]) {
      for (const made of [wilson, clopperPearson]) {
        expect(made(0, n)!.low).toBe(0);
        expect(made(0, n)!.high).toBeGreaterThan(0);
        expect(made(n, n)!.high).toBe(1);
        expect(made(n, n)!.low).toBeLessThan(1);
      }
    }
  });
  it('a billion trials', () => {
    const score = wilson(300_000_000, 1e9)!;
    const exact = clopperPearson(300_000_000, 1e9)!;
    const half = 1.959963984540054 * Math.sqrt((0.3 * 0.7) / 1e9);
    expect(score.low).toBeCloseTo(0.3 - half, 8);
    expect(exact.low).toBeCloseTo(0.3 - half, 8);
    expect(exact.high).toBeCloseTo(0.3 + half, 8);
    expect(clopperPearson(1, 1e9)!.low).toBeCloseTo(2.5317807984e-11, 18);
  });
  it.each([
    [5, 4, /cannot exceed/],
    [-1, 4, /k must be/],
    [1, -4, /n must be/],
    [Number.NaN, 4, /k must be/],
    [1, Number.NaN, /n must be/],
    [1.5, 4, /k must be/],
    [1, Infinity, /n must be/],
  ])('refuses %d of %d', (k, n, says) => {
    expect(() => wilson(k, n)).toThrow(says);
    expect(() => clopperPearson(k, n)).toThrow(RangeError);
    expect(() => newcombeDifference(k, n, 1, 2)).toThrow(RangeError);
    expect(() => wilsonUpperBound(k, n)).toThrow(RangeError);
  });
  it('refuses a confidence in per cent', () => expect(() => wilson(1, 2, 95)).toThrow(/between 0 and 1/));
});

describe('properties', () => {
  const counts = fc.integer({ min: 1, max: 100_000 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
  it('the share lies inside; the other outcome mirrors the interval; more confidence is wider', () => {
    fc.assert(
      fc.property(counts, fc.constantFrom(wilson, clopperPearson), ([k, n], made) => {
        const here = made(k, n)!;
        const mirror = made(n - k, n)!;
        const wider = made(k, n, 0.99)!;
        expect(here.low).toBeLessThanOrEqual(k / n);
        expect(here.high).toBeGreaterThanOrEqual(k / n);
        expect(here.low).toBeCloseTo(1 - mirror.high, 9);
        expect(wider.low).toBeLessThanOrEqual(here.low);
        expect(wider.high).toBeGreaterThanOrEqual(here.high);
      }),
    );
  });
  it('one-sided bounds are the ends of the 90 % interval', () => {
    fc.assert(
      fc.property(counts, ([k, n]) => {
        expect(wilsonLowerBound(k, n)).toBeCloseTo(wilson(k, n, 0.9)!.low, 10);
        expect(clopperPearsonUpperBound(k, n)).toBeCloseTo(clopperPearson(k, n, 0.9)!.high, 10);
      }),
    );
  });
});

describe('coverage, summed exactly over every outcome', () => {
  const coverage = (made: typeof wilson, n: number, p: number) => {
    let sum = 0;
    for (let k = 0; k <= n; k++) {
      const { low, high } = made(k, n)!;
      if (low <= p && p <= high) sum += binomialDensity(k, n, p);
    }
    return sum;
  };
  const shares = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
  it.each([10, 50, 200])('n = %d: Clopper-Pearson never below 95 %, Wilson near it on average', (n) => {
    for (const p of shares) expect(coverage(clopperPearson, n, p)).toBeGreaterThanOrEqual(0.95 - 1e-9);
    const mean = shares.reduce((sum, p) => sum + coverage(wilson, n, p), 0) / shares.length;
    expect(mean).toBeGreaterThan(0.945);
    expect(mean).toBeLessThan(0.965);
  });
});
