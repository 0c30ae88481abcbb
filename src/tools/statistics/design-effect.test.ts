// Does the clustered interval widen as the textbook says, and cover the truth where the plain one does not?
import { describe, expect, it } from 'vitest';
import { clusteredShare, designEffect, intraclassCorrelation, type Cluster } from './design-effect.ts';
import { wilson } from './intervals.ts';
import { seededRandom } from './seeded-random.ts';

describe('intra-class correlation', () => {
  it('by hand: three clusters of 4, 2 and 2', () => {
    // N=8, p=5/8; MSB = (4(3/4-5/8)² + 2(1-5/8)² + 2(0-5/8)²)/2 = 0.5625; MSW = (3·1/4)/5 = 0.15; m0 = (8-24/8)/2 = 2.5
    const clusters = [{ k: 3, n: 4 }, { k: 2, n: 2 }, { k: 0, n: 2 }];
    expect(intraclassCorrelation(clusters)).toBeCloseTo((0.5625 - 0.15) / (0.5625 + 1.5 * 0.15), 12);
  });
  it('is 1 when every cluster is of one mind', () => {
    expect(intraclassCorrelation([{ k: 5, n: 5 }, { k: 0, n: 5 }, { k: 5, n: 5 }])).toBeCloseTo(1, 12);
  });
  it.each<[string, Cluster[]]>([
    ['no cluster', []],
    ['one cluster', [{ k: 3, n: 9 }]],
    ['clusters of one', [{ k: 1, n: 1 }, { k: 0, n: 1 }]],
    ['no variation', [{ k: 0, n: 5 }, { k: 0, n: 9 }]],
  ])('cannot be estimated: %s', (_, clusters) => expect(intraclassCorrelation(clusters)).toBeNull());
  it('refuses impossible clusters', () => expect(() => intraclassCorrelation([{ k: 3, n: 2 }])).toThrow(RangeError));
});

describe('clustered share', () => {
  it('Kish: 10 clusters of 21 with a correlation of 0.05 halve the sample', () => {
    const clusters = Array.from({ length: 10 }, () => ({ k: 7, n: 21 }));
    expect(designEffect(clusters, 0.05)).toBeCloseTo(2, 12);
    expect(designEffect(clusters, -0.04)).toBe(1);
  });
  it('is the plain Wilson interval when clusters agree less than chance', () => {
    const even = Array.from({ length: 8 }, () => ({ k: 5, n: 10 }));
    expect(clusteredShare(even)).toMatchObject({ designEffect: 1, effectiveN: 80, ...wilson(40, 80)! });
  });
  it('measures nothing where nothing is', () => {
    expect(clusteredShare([{ k: 0, n: 0 }])).toMatchObject({ n: 0, value: null, low: null, high: null, clusters: 0 });
  });
  it('takes an assumed correlation where none can be estimated', () => {
    const silent = Array.from({ length: 6 }, () => ({ k: 0, n: 50 }));
    const plain = clusteredShare(silent);
    const careful = clusteredShare(silent, { assumedRho: 0.1 });
    expect(plain.rho).toBeNull();
    expect(plain.low).toBe(0);
    expect(careful.low).toBe(0);
    expect(careful.high!).toBeGreaterThan(plain.high!);
  });

  it('covers the truth in simulated wards where the plain interval fails', () => {
    const random = seededRandom('coverage of clustered shares');
    for (const wards of [4, 12, 40]) {
      let clustered = 0;
      let plain = 0;
      const rounds = 1500;
      for (let round = 0; round < rounds; round++) {
        // Ward rates are uniform on 0.2 to 0.8: mean 0.5 and an intra-class correlation of 0.12.
        const clusters = Array.from({ length: wards }, () => {
          const n = random.integer(5, 45);
          const rate = 0.2 + 0.6 * random.uniform();
          let k = 0;
          for (let i = 0; i < n; i++) k += random.chance(rate) ? 1 : 0;
          return { k, n };
        });
        const found = clusteredShare(clusters);
        if (found.low! <= 0.5 && found.high! >= 0.5) clustered++;
        const naive = wilson(found.k, found.n)!;
        if (naive.low <= 0.5 && naive.high >= 0.5) plain++;
      }
      expect(clustered / rounds).toBeGreaterThan(0.92);
      expect(clustered / rounds).toBeLessThan(0.99);
      expect(plain / rounds).toBeLessThan(0.7);
    }
  });
});
