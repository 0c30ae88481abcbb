// Is a shift measured as written down elsewhere, and is it rarely seen where there is none?
import { describe, expect, it } from 'vitest';
import { populationShift } from './population-shift.ts';
import { chiSquare } from './two-samples.ts';
import { seededRandom } from './seeded-random.ts';

describe('a shift of a distribution', () => {
  it('by hand: half and half becomes nine to one', () => {
    const found = populationShift([50, 50], [90, 10], { before: 100, after: 100 })!;
    expect(found.psi).toBeCloseTo((0.9 - 0.5) * Math.log(0.9 / 0.5) + (0.1 - 0.5) * Math.log(0.1 / 0.5), 12);
    expect(found.jensenShannon).toBeCloseTo((0.5 * Math.log2(0.5 / 0.7) + 0.5 * Math.log2(0.5 / 0.3) + 0.9 * Math.log2(0.9 / 0.7) + 0.1 * Math.log2(0.1 / 0.3)) / 2, 12);
  });
  it('is Pearson\'s test where every case counts as one', () => {
    const [a, b] = [[20, 30, 50], [35, 25, 40]];
    expect(populationShift(a, b, { before: 100, after: 100 })!.p).toBeCloseTo(chiSquare([a, b])!.p, 6);
  });
  it('sees a shift by chance as often as it says', () => {
    const random = seededRandom('no shift');
    const draw = (n: number) => {
      const counts = [0, 0, 0, 0, 0];
      for (let i = 0; i < n; i++) counts[random.integer(0, 4)]!++;
      return counts;
    };
    let seen = 0;
    for (let round = 0; round < 2000; round++) if (populationShift(draw(300), draw(100), { before: 300, after: 100 })!.p < 0.05) seen++;
    expect(seen / 2000).toBeGreaterThan(0.03);
    expect(seen / 2000).toBeLessThan(0.07);
  });
  it('needs two categories and somebody on both sides', () => {
    expect(populationShift([5], [6], { before: 5, after: 6 })).toBeNull();
    expect(populationShift([5, 1], [0, 0], { before: 6, after: 0 })).toBeNull();
  });
});
