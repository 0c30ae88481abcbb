// Are differences, exact tails, false discoveries and spending what the papers say?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphaOfLook, differenceOf, falseDiscoveries, probabilityOfSoFew } from './difference.ts';
import { funnel, limitsAt } from './funnel.ts';
import { newcombeDifference, wilson } from './intervals.ts';

const bounded = (k: number, n: number) => ({ value: k / n, ...wilson(k, n)! });

describe('a difference', () => {
  it("is Newcombe's where the intervals are Wilson's; 56/70 and 48/80 give 0.0524 to 0.3339", () => {
    const made = differenceOf(bounded(56, 70), bounded(48, 80));
    expect(made.low).toBeCloseTo(0.0524, 4);
    expect(made.high).toBeCloseTo(0.3339, 4);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (n1, n2, a, b) => {
        const [k1, k2] = [Math.round(a * n1), Math.round(b * n2)];
        const newcombe = newcombeDifference(k1, n1, k2, n2)!;
        const mine = differenceOf(bounded(k1, n1), bounded(k2, n2));
        expect(mine.low).toBeCloseTo(newcombe.low, 12);
        expect(mine.high).toBeCloseTo(newcombe.high, 12);
      }),
    );
  });
});

describe('the exact tail', () => {
  it("is Fisher's for the lady tasting tea: 3 or fewer of 4 right is 69/70", () => {
    expect(probabilityOfSoFew(3, 4, 1, 4)).toBeCloseTo(69 / 70, 12);
    expect(probabilityOfSoFew(0, 4, 4, 4)).toBeCloseTo(1 / 70, 12);
  });
  it('is the sum over all tables, and 1 where nothing can be compared', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.nat(30), fc.nat(30), (n1, n2, a, b) => {
        const [k1, k2] = [Math.min(a, n1), Math.min(b, n2)];
        let [below, all] = [0, 0];
        for (let k = 0; k <= n1; k++) {
          const other = k1 + k2 - k;
          if (other < 0 || other > n2) continue;
          const ways = pascal(n1, k) * pascal(n2, other);
          all += ways;
          if (k <= k1) below += ways;
        }
        expect(probabilityOfSoFew(k1, n1, k2, n2)).toBeCloseTo(below / all, 9);
      }),
    );
    expect(probabilityOfSoFew(0, 0, 3, 5)).toBe(1);
    expect(() => probabilityOfSoFew(6, 5, 0, 1)).toThrow(RangeError);
  });
  it('stays finite for a million rows', () => expect(probabilityOfSoFew(890_000, 1_000_000, 900_000, 1_000_000)).toBeLessThan(1e-100));
});

const pascal = (n: number, k: number): number => Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((product, factor) => product * factor, 1);

describe('false discoveries', () => {
  it("are held as in the paper's example of 15 p-values: four are called", () => {
    const ps = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1];
    expect(falseDiscoveries(ps).filter(Boolean)).toHaveLength(4);
    expect(falseDiscoveries([])).toEqual([]);
  });
});

describe('spending', () => {
  it('comes to alpha over all looks', () => {
    let spent = 0;
    for (let look = 1; look <= 100_000; look++) spent += alphaOfLook(look);
    expect(spent).toBeLessThan(0.05);
    expect(spent).toBeGreaterThan(0.0499);
    expect(() => alphaOfLook(0)).toThrow(RangeError);
  });
});

describe('the curve of a funnel', () => {
  it('passes through the limits of its units and narrows with size', () => {
    const found = funnel([{ k: 80, n: 100 }, { k: 410, n: 500 }, { k: 30, n: 40 }, { k: 70, n: 100 }])!;
    for (const unit of found.units) expect(limitsAt(found, unit.n).low998).toBeCloseTo(unit.low998, 12);
    expect(limitsAt(found, 4000).low95).toBeGreaterThan(limitsAt(found, 40).low95);
  });
});
