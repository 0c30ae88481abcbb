// Are quantiles, tails and the tests of two samples those of the textbooks?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binomialCdf,
  binomialProbability,
  binomialTail,
  poissonCdf,
  poissonTail,
  probabilityOfSilence,
  quantile,
  quantiles,
} from './distribution.ts';
import { chiSquare, chiSquareTail, kolmogorovSmirnov } from './two-samples.ts';
import { seededRandom } from './seeded-random.ts';

describe('quantiles', () => {
  it("type 7, as R's quantile(c(1,2,3,4,10))", () => {
    const found = quantiles([10, 1, 4, 2, 3], [0, 0.1, 0.25, 0.5, 0.9, 1]);
    [1, 1.4, 2, 3, 7.6, 10].forEach((value, i) => expect(found[i]).toBeCloseTo(value, 12));
  });
  it('of nothing is missing', () => expect(quantile([], 0.5)).toBeNull());
  it('refuses NaN and shares beyond 1', () => {
    expect(() => quantiles([1, Number.NaN], [0.5])).toThrow(RangeError);
    expect(() => quantile([1], 1.5)).toThrow(RangeError);
  });
});

describe('counts', () => {
  it('binomial by summing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 }), fc.double({ min: 0.001, max: 0.999, noNaN: true }), (n, k, p) => {
        let sum = 0;
        for (let i = 0; i <= Math.min(k, n); i++) sum += binomialProbability(i, n, p);
        expect(binomialCdf(k, n, p)).toBeCloseTo(sum, 10);
        expect(binomialCdf(k, n, p) + binomialTail(k + 1, n, p)).toBeCloseTo(1, 10);
      }),
    );
  });
  it('Poisson by summing', () => {
    expect(poissonCdf(2, 3)).toBeCloseTo(Math.exp(-3) * (1 + 3 + 4.5), 13);
    expect(poissonTail(3, 3)).toBeCloseTo(1 - Math.exp(-3) * 8.5, 13);
    expect(poissonTail(0, 0)).toBe(1);
    expect(poissonTail(1, 0)).toBe(0);
    expect(poissonCdf(-1, 2)).toBe(0);
  });
  it('a silent feed: 200 encounters without a lactate where peers measure 5 %', () => {
    expect(probabilityOfSilence(200, 0.05)).toBeCloseTo(0.95 ** 200, 15);
    expect(probabilityOfSilence(200, 0.05)).toBeCloseTo(binomialProbability(0, 200, 0.05), 15);
    expect(probabilityOfSilence(0, 0.5)).toBe(1);
    expect(probabilityOfSilence(10, 0)).toBe(1);
    expect(probabilityOfSilence(10, 1)).toBe(0);
  });
});

describe('chi-square', () => {
  it('critical values of the tables', () => {
    expect(chiSquareTail(3.841459, 1)).toBeCloseTo(0.05, 7);
    expect(chiSquareTail(18.307038, 10)).toBeCloseTo(0.05, 7);
  });
  it("Mendel's peas against 9:3:3:1 as a table would give, by hand for 2x2", () => {
    // 20 30 / 30 20: every expected count is 25, so the statistic is 4 · 25/25 = 4.
    expect(chiSquare([[20, 30], [30, 20]])).toMatchObject({ statistic: 4, degrees: 1, smallestExpected: 25 });
    expect(chiSquare([[20, 30], [30, 20]])!.p).toBeCloseTo(0.0455003, 6);
  });
  it('leaves empty rows out and needs two of each', () => {
    expect(chiSquare([[20, 30], [30, 20], [0, 0]])!.degrees).toBe(1);
    expect(chiSquare([[20, 0], [30, 0]])).toBeNull();
    expect(() => chiSquare([[1, 2], [1]])).toThrow(RangeError);
  });
});

describe('Kolmogorov-Smirnov', () => {
  /** Every way to split the pooled values: the definition itself. */
  function byCounting(a: number[], b: number[]): number {
    const pooled = [...a, ...b];
    const distance = (x: number[], y: number[]) =>
      Math.max(...pooled.map((v) => Math.abs(x.filter((u) => u <= v).length / x.length - y.filter((u) => u <= v).length / y.length)));
    const observed = distance(a, b) - 1e-9;
    let all = 0;
    let far = 0;
    for (let mask = 0; mask < 1 << pooled.length; mask++) {
      const x = pooled.filter((_, i) => (mask >> i) & 1);
      if (x.length !== a.length) continue;
      all++;
      if (distance(x, pooled.filter((_, i) => !((mask >> i) & 1))) >= observed) far++;
    }
    return far / all;
  }
  it('equals counting every split, ties or not', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(kolmogorovSmirnov(a, b)!.p).toBeCloseTo(byCounting(a, b), 9);
      }),
      { numRuns: 60 },
    );
  });
  it('the limit agrees with the exact value where both are near', () => {
    const random = seededRandom('ks');
    const a = Array.from({ length: 99 }, () => random.normal());
    const b = Array.from({ length: 101 }, () => random.normal(0.3));
    const exact = kolmogorovSmirnov(a, b)!;
    const limit = kolmogorovSmirnov([...a, ...a, ...a, ...a], [...b, ...b, ...b, ...b])!;
    expect(limit.d).toBeCloseTo(exact.d, 12);
    expect(limit.p).toBeLessThan(exact.p);
  });
  it('keeps its false-alarm rate on large equal samples', () => {
    const random = seededRandom('ks alarms');
    let alarms = 0;
    for (let round = 0; round < 400; round++) {
      const draw = () => Array.from({ length: 150 }, () => random.uniform());
      if (kolmogorovSmirnov(draw(), draw())!.p < 0.05) alarms++;
    }
    expect(alarms / 400).toBeGreaterThan(0.02);
    expect(alarms / 400).toBeLessThan(0.08);
  });
  it('needs two samples', () => expect(kolmogorovSmirnov([], [1])).toBeNull());
});
