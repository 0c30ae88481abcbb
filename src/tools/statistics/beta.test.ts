// Do the incomplete beta and gamma functions give the digits of 40-digit arithmetic?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incompleteBeta, inverseIncompleteBeta, studentQuantile } from './beta.ts';
import { binomialDensity, poissonDensity } from './density.ts';
import { logGamma } from './gamma.ts';
import { gammaP, gammaQ } from './incomplete-gamma.ts';

const same = (value: number, expected: number) => expect(value / expected).toBeCloseTo(1, 11);

// Reference: mpmath 1.3 with 40 digits.
describe('incomplete beta', () => {
  it.each([
    [0.3, 2, 3, 0.3483],
    [0.5, 0.5, 0.5, 0.5],
    [0.01, 0.1, 50, 0.9411645901311703],
    [0.2, 1000, 4000, 0.5028210395458627],
    [0.999, 100, 0.3, 0.45454206065002767],
  ])('I_%d(%d, %d)', (x, a, b, value) => same(incompleteBeta(x, a, b), value));

  it('is symmetric at a billion', () => expect(incompleteBeta(0.5, 1e9, 1e9)).toBeCloseTo(0.5, 8));
  it('refuses what it cannot mean', () => {
    expect(() => incompleteBeta(1.2, 1, 1)).toThrow(RangeError);
    expect(() => incompleteBeta(0.5, 0, 1)).toThrow(RangeError);
    expect(() => inverseIncompleteBeta(Number.NaN, 1, 1)).toThrow(RangeError);
  });
  it('its inverse undoes it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }),
        fc.double({ min: 0.2, max: 5000, noNaN: true }),
        fc.double({ min: 0.2, max: 5000, noNaN: true }),
        (p, a, b) => {
          const x = inverseIncompleteBeta(p, a, b);
          // Where a whole stretch of p maps to the last x below 1, x cannot tell them apart.
          if (x > 1e-300 && x < 1 - 1e-9) expect(incompleteBeta(x, a, b)).toBeCloseTo(p, 8);
        },
      ),
    );
  });
  it("gives Student's t (tables: 2.5706 at 5, 12.7062 at 1 degree of freedom)", () => {
    expect(studentQuantile(0.975, 5)).toBeCloseTo(2.5705818, 6);
    expect(studentQuantile(0.025, 1)).toBeCloseTo(-12.7062047, 6);
    expect(studentQuantile(0.975, 1e7)).toBeCloseTo(1.95996, 4);
  });
});

describe('gamma', () => {
  it.each([
    [0.1, 2.252712651734206],
    [1.5, -0.12078223763524522],
    [14.9, 24.924132002217277],
    [100.5, 361.4355404677776],
  ])('ln gamma of %d', (x, value) => same(logGamma(x), value));
  it.each([
    [0.5, 0.1, 0.654720846018577],
    [3, 10, 0.002769395715511576],
    [10, 3, 0.9988975118698845],
    [100, 120, 0.027863739890520663],
    [1e4, 10100, 0.15865124955282037],
  ])('Q(%d, %d)', (a, x, value) => {
    same(gammaQ(a, x), value);
    expect(gammaP(a, x) + gammaQ(a, x)).toBeCloseTo(1, 12);
  });
});

describe('densities', () => {
  it('are the textbook numbers', () => {
    expect(binomialDensity(3, 10, 0.5)).toBeCloseTo(120 / 1024, 14);
    expect(poissonDensity(2, 3)).toBeCloseTo((Math.exp(-3) * 9) / 2, 14);
    expect(binomialDensity(0, 5, 0)).toBe(1);
    expect(binomialDensity(5, 5, 1)).toBe(1);
  });
  it('sum to one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, p) => {
        let sum = 0;
        for (let k = 0; k <= n; k++) sum += binomialDensity(k, n, p);
        expect(sum).toBeCloseTo(1, 10);
      }),
    );
  });
});
