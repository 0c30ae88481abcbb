// Is the seeded chance the same everywhere, and is it fair?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquareTail } from './two-samples.ts';
import { seededRandom } from './seeded-random.ts';

describe('the stream', () => {
  it('is pinned: a change here changes every simulated hospital', () => {
    const random = seededRandom('attending');
    expect([random.uniform(), random.uniform(), random.integer(1, 1_000_000), random.normal(), random.exponential()]).toEqual(
      [0.33021313412703823, 0.4113236823171673, 227437, -2.237151852744709, 0.19884341659829718],
    );
  });
  it('depends on the seed alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const first = Array.from({ length: 4 }, seededRandom(a).uniform);
        expect(Array.from({ length: 4 }, seededRandom(a).uniform)).toEqual(first);
        if (a !== b) expect(Array.from({ length: 4 }, seededRandom(b).uniform)).not.toEqual(first);
      }),
    );
  });
  it('forks without being disturbed', () => {
    const one = seededRandom('x');
    const two = seededRandom('x');
    const side = two.fork('side');
    side.uniform();
    expect(two.uniform()).toBe(one.uniform());
    expect(seededRandom('x').fork('a').uniform()).not.toBe(seededRandom('x').fork('b').uniform());
  });
});

describe('fairness', () => {
  const chi = (counts: number[], expected: number[]) =>
    chiSquareTail(counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0), counts.length - 1);

  it('integers, weights and orders come as often as they should', () => {
    const random = seededRandom('fair');
    const dice = Array.from({ length: 6 }, () => 0);
    const weights = [0, 0, 0];
    const orders = new Map<string, number>();
    for (let i = 0; i < 60_000; i++) {
      dice[random.integer(1, 6) - 1]!++;
      weights[random.weighted([[0, 1], [1, 2], [2, 3]])]!++;
      const order = random.shuffle(['a', 'b', 'c']).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(chi(dice, dice.map(() => 10_000))).toBeGreaterThan(0.001);
    expect(chi(weights, [10_000, 20_000, 30_000])).toBeGreaterThan(0.001);
    expect(chi([...orders.values()], Array.from({ length: 6 }, () => 10_000))).toBeGreaterThan(0.001);
  });
  it('normal and exponential have their moments', () => {
    const random = seededRandom('moments');
    const n = 100_000;
    let sum = 0;
    let squares = 0;
    let waits = 0;
    for (let i = 0; i < n; i++) {
      const z = random.normal();
      sum += z;
      squares += z * z;
      waits += random.exponential(3);
    }
    expect(Math.abs(sum / n)).toBeLessThan(0.015);
    expect(Math.abs(squares / n - 1)).toBeLessThan(0.02);
    expect(Math.abs(waits / n - 3)).toBeLessThan(0.05);
  });
  it('its own logarithm is the logarithm', () => {
    const random = seededRandom('log');
    const twin = seededRandom('log');
    for (let i = 0; i < 1000; i++) expect(random.exponential()).toBeCloseTo(-Math.log(1 - twin.uniform()), 13);
  });
});

it('refuses what cannot be drawn', () => {
  const random = seededRandom('no');
  expect(() => random.pick([])).toThrow(RangeError);
  expect(() => random.integer(3, 2)).toThrow(RangeError);
  expect(() => random.weighted([['a', 0]])).toThrow(RangeError);
  expect(() => random.weighted([['a', -1]])).toThrow(RangeError);
});
