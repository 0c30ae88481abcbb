// Does the stratified estimate give the textbook's numbers, cover the truth in simulations, and say rightly how many more decide?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clopperPearson, wilson } from './intervals.ts';
import { seededRandom } from './seeded-random.ts';
import { clears, joined, kornGraubard, moreToDecide, stratifiedMean, stratifiedShare, type Stratum } from './stratified.ts';

describe('stratified mean', () => {
  it('Lohr, Sampling: Design and Analysis, example 4.2 (acres of farms in four regions)', () => {
    const found = stratifiedMean([
      { size: 1054, n: 103, mean: 300_504.2, variance: 29_618_183_543 },
      { size: 220, n: 21, mean: 97_629.8, variance: 7_647_472_708 },
      { size: 1382, n: 135, mean: 211_315.0, variance: 53_587_487_856 },
      { size: 422, n: 41, mean: 662_295.5, variance: 396_185_950_266 },
    ])!;
    expect(found.mean * 3078 / 909_736_034).toBeCloseTo(1, 5);
    expect(Math.sqrt(found.variance) * 3078 / 50_417_248).toBeCloseTo(1, 5);
    expect(Math.sqrt(found.variance)).toBeCloseTo(16_380, -1);
  });
  it('Lohr, example 4.3 (share of women in seven learned societies)', () => {
    const societies = [[9100, 636, 0.38], [1950, 451, 0.27], [5500, 481, 0.18], [10850, 611, 0.19], [2100, 493, 0.36], [5500, 575, 0.13], [9000, 588, 0.26]] as const;
    const found = stratifiedMean(societies.map(([size, n, mean]) => ({ size, n, mean, variance: (n / (n - 1)) * mean * (1 - mean) })))!;
    expect(found.mean).toBeCloseTo(0.2465, 4);
    expect(Math.sqrt(found.variance)).toBeCloseTo(0.0071, 4);
  });
  it('says nothing where a stratum was never looked at, and refuses a single value', () => {
    expect(stratifiedMean([{ size: 5, n: 0, mean: 0, variance: null }, { size: 5, n: 2, mean: 1, variance: 0 }])).toBeNull();
    expect(() => stratifiedMean([{ size: 5, n: 1, mean: 0, variance: null }])).toThrow(RangeError);
  });
});

const shares = (size: number, k: number, n: number): Stratum => ({ size, drawn: Array.from({ length: n }, (_, at) => ({ y: at < k ? 1 : 0, x: 1 })) });

describe('stratified share', () => {
  it('has the variance of the stratified mean', () => {
    const figures = [[500, 30, 40], [120, 3, 12], [900, 10, 30]] as const;
    const found = stratifiedShare(figures.map(([size, k, n]) => shares(size, k, n)));
    const oracle = stratifiedMean(figures.map(([size, k, n]) => ({ size, n, mean: k / n, variance: ((k / n) * (1 - k / n) * n) / (n - 1) })))!;
    expect(found.value).toBeCloseTo(oracle.mean, 12);
    expect(found.standardError).toBeCloseTo(Math.sqrt(oracle.variance), 12);
    expect(found.degrees).toBe(79);
  });
  it('one stratum of a boundless whole is Wilson, narrowed by nothing but n - 1', () => {
    const found = stratifiedShare([shares(1_000_000_000, 81, 263)]);
    const plain = wilson(81, 263)!;
    expect(found.low).toBeCloseTo(plain.low, 3);
    expect(found.high).toBeCloseTo(plain.high, 3);
  });
  it('is exact when all was looked at, and honest when all were of one mind', () => {
    expect(stratifiedShare([shares(20, 13, 20), shares(5, 5, 5)])).toMatchObject({ value: 18 / 25, low: 18 / 25, high: 18 / 25, standardError: 0 });
    const perfect = stratifiedShare([shares(4000, 60, 60), shares(1000, 15, 15)]);
    expect(perfect).toMatchObject({ value: 1, high: 1 });
    expect(perfect.low!).toBeLessThan(0.96);
    expect(perfect.low!).toBeGreaterThan(0.9);
  });
  it('unequal weights cost what Kish says where no variance can be seen', () => {
    // Weights 100 and 10, twenty of each: 40·Σw²/(Σw)² = 40·(20·10000+20·100)/(2200²)
    expect(stratifiedShare([shares(2000, 20, 20), shares(200, 20, 20)]).designEffect).toBeCloseTo((40 * (20 * 10_000 + 20 * 100)) / 2200 ** 2, 12);
  });
  it('says nothing of nothing', () => {
    expect(stratifiedShare([])).toMatchObject({ n: 0, value: null, low: null, high: null });
    expect(stratifiedShare([{ size: 9, drawn: [{ y: 0, x: 0 }] }])).toMatchObject({ n: 0, value: null });
  });
  it('joins strata of one with a neighbour and loses nobody', () => {
    const made = joined([shares(10, 1, 1), shares(20, 1, 1), shares(1, 1, 1), shares(30, 1, 3), shares(7, 0, 1)]);
    expect(made.map(({ size, drawn }) => [size, drawn.length])).toEqual([[30, 2], [1, 1], [37, 4]]);
  });
  it('keeps the estimate inside its interval, and the interval inside 0 to 1', () => {
    const stratum = fc.integer({ min: 1, max: 40 }).chain((size) => fc.integer({ min: 1, max: size }).chain((n) => fc.integer({ min: 0, max: n }).map((k) => shares(size, k, n))));
    fc.assert(
      fc.property(fc.array(stratum, { minLength: 1, maxLength: 8 }), (strata) => {
        const { value, low, high, effectiveN, n } = stratifiedShare(strata);
        return value !== null && low! >= 0 && low! <= value && value <= high! && high! <= 1 && effectiveN <= n + 1e-9;
      }),
    );
  });
  it('covers the truth in simulated hospitals with unequal units', () => {
    const random = seededRandom('coverage of stratified shares');
    // Share complete per unit: one unit is bad, as silent feeds are. Sizes differ fortyfold, each unit gives at least two.
    const units = [[2000, 0.97], [800, 0.9], [300, 0.55], [120, 0.85], [50, 0.98], [700, 0.8]] as const;
    const people = units.map(([size, rate]) => Array.from({ length: size }, (_, at) => (at < Math.round(size * rate) ? 1 : 0)));
    const total = people.flat().length;
    const truth = people.flat().reduce<number>((sum, one) => sum + one, 0) / total;
    const covered = { wilson: 0, kornGraubard: 0 };
    const rounds = 2000;
    for (let round = 0; round < rounds; round++) {
      const strata = people.map((all) => {
        const n = Math.max(2, Math.round((150 * all.length) / total));
        const left = [...all];
        return { size: all.length, drawn: Array.from({ length: n }, () => ({ y: left.splice(random.integer(0, left.length - 1), 1)[0]!, x: 1 })) };
      });
      const found = stratifiedShare(strata);
      if (found.low! <= truth && truth <= found.high!) covered.wilson++;
      const exact = kornGraubard(found.value!, found.effectiveN)!;
      if (exact.low <= truth && truth <= exact.high) covered.kornGraubard++;
    }
    expect(covered.wilson / rounds).toBeGreaterThan(0.935);
    expect(covered.wilson / rounds).toBeLessThan(0.985);
    expect(covered.kornGraubard / rounds).toBeGreaterThan(0.945);
  });
});

describe('Korn and Graubard', () => {
  it('is Clopper and Pearson where the sample is worth its n', () => {
    for (const [k, n] of [[0, 10], [3, 10], [10, 10], [81, 263]] as const) {
      const found = kornGraubard(k / n, n)!;
      const exact = clopperPearson(k, n)!;
      expect(found.low).toBeCloseTo(exact.low, 9);
      expect(found.high).toBeCloseTo(exact.high, 9);
    }
  });
  it('widens with the design effect', () => {
    const half = kornGraubard(0.9, 75)!;
    const whole = kornGraubard(0.9, 150)!;
    expect(half.low).toBeLessThan(whole.low);
    expect(half.high).toBeGreaterThan(whole.high);
    expect(kornGraubard(0.5, 0)).toBeNull();
  });
});

describe('how many more decide', () => {
  it('is the smallest number that does: fewer would not', () => {
    const size = 100_000;
    const share = stratifiedShare([shares(size, 144, 150)]);
    expect(clears(share, 0.95)).toBe('undecided');
    const more = moreToDecide(share, 0.95, size)!;
    const at = (k: number) => clears(stratifiedShare([shares(size, Math.round(0.96 * (150 + k)), 150 + k)]), 0.95);
    expect(at(Math.round(more * 1.05))).toBe('met');
    expect(at(Math.round(more * 0.95))).toBe('undecided');
  });
  it('is 0 where it is decided, and null on the threshold itself', () => {
    expect(moreToDecide(stratifiedShare([shares(6000, 60, 150)]), 0.95, 6000)).toBe(0);
    expect(moreToDecide(stratifiedShare([shares(100_000, 95, 100)]), 0.95, 100_000)).toBeNull();
  });
  it('is null where only looking at everything would do', () => {
    expect(moreToDecide(stratifiedShare([shares(30, 19, 20)]), 0.94, 30)).toBeNull();
  });
  it('knows thresholds that are upper bounds', () => {
    const share = stratifiedShare([shares(9000, 2, 150)]);
    expect(clears(share, 0.02, 'at most')).toBe('undecided');
    expect(moreToDecide(share, 0.02, 9000, 'at most')!).toBeGreaterThan(50);
    expect(clears(share, 0.2, 'at most')).toBe('met');
  });
});
