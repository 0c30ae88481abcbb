// Are the F quantiles those of the tables, and does the interval hold the truth as often as it says?
import { describe, expect, it } from 'vitest';
import { intraclassCorrelation } from './design-effect.ts';
import { fQuantile, intraclassInterval } from './intraclass-interval.ts';
import { seededRandom } from './seeded-random.ts';

describe('quantiles of F', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.3, upper 5 % and 1 % points.
  it.each([[0.95, 1, 10, 4.965], [0.95, 5, 20, 2.711], [0.95, 10, 30, 2.165], [0.99, 4, 12, 5.412]])('%s of %s and %s degrees is %s', (p, d1, d2, value) => expect(fQuantile(p, d1, d2)).toBeCloseTo(value, 3));
});

describe('the interval', () => {
  it('holds the true correlation in about 95 of 100 simulated hospitals', () => {
    const random = seededRandom('interval of the correlation');
    let held = 0;
    for (let round = 0; round < 500; round++) {
      // Shares uniform on 0.2 to 0.8: mean 0.5, variance 0.03, so a correlation of 0.03 / 0.25 = 0.12.
      const clusters = Array.from({ length: 30 }, () => {
        const n = random.integer(20, 80);
        const share = 0.2 + 0.6 * random.uniform();
        let k = 0;
        for (let i = 0; i < n; i++) if (random.uniform() < share) k++;
        return { k, n };
      });
      const { low, high } = intraclassInterval(clusters)!;
      expect(intraclassCorrelation(clusters)!).toBeGreaterThan(low);
      if (low <= 0.12 && 0.12 <= high) held++;
    }
    expect(held / 500).toBeGreaterThan(0.92);
  });
  it('is nothing for one cluster', () => expect(intraclassInterval([{ k: 2, n: 5 }])).toBeNull());
});
