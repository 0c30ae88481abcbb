// Are funnel limits where they should be, with and without differences between units?
import { describe, expect, it } from 'vitest';
import { funnel } from './funnel.ts';
import { seededRandom } from './seeded-random.ts';

describe('funnel limits', () => {
  it('by hand: equal units have the binomial error on the arcsine scale', () => {
    const found = funnel([{ k: 50, n: 100 }, { k: 52, n: 100 }, { k: 48, n: 100 }, { k: 50, n: 100 }])!;
    expect(found.centre).toBeCloseTo(0.5, 12);
    expect(found.between).toBe(0);
    // asin √0.5 ± 1.96/20, back: sin²(0.785398 ± 0.0979982)
    expect(found.units[0]!.low95).toBeCloseTo(Math.sin(Math.PI / 4 - 1.959964 / 20) ** 2, 6);
    expect(found.units[0]!.high998).toBeCloseTo(Math.sin(Math.PI / 4 + 3.090232 / 20) ** 2, 6);
  });
  it('names the one unit that is out of line', () => {
    const units = Array.from({ length: 30 }, (_, i) => ({ k: 180 + (i % 5), n: 200 }));
    units[7] = { k: 120, n: 200 };
    const found = funnel(units)!;
    expect(found.units.flatMap(({ outside }, i) => (outside ? [[i, outside]] : []))).toEqual([[7, 'below']]);
  });
  it('has about 0.2 % of units outside by chance, and no more where units really differ', () => {
    const random = seededRandom('funnel');
    for (const spread of [0, 0.3]) {
      let outside = 0;
      for (let round = 0; round < 200; round++)
        outside += funnel(Array.from({ length: 50 }, () => {
          const n = random.integer(40, 400);
          const share = 0.7 + spread * (random.uniform() - 0.5);
          let k = 0;
          for (let i = 0; i < n; i++) if (random.uniform() < share) k++;
          return { k, n };
        }))!.units.filter((unit) => unit.outside).length;
      expect(outside / (200 * 50)).toBeLessThan(0.005);
    }
  });
  it('is not drawn for two units', () => expect(funnel([{ k: 1, n: 2 }, { k: 2, n: 3 }])).toBeNull());
});
