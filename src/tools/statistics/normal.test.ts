// Do the normal quantile and its distribution give the digits of 40-digit arithmetic?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile, zOf } from './normal.ts';

// Reference: mpmath 1.3 with 40 digits, sqrt(2)·erfinv(2p - 1) and ncdf.
const quantiles: [number, number][] = [
  [0.025, -1.9599639845400543],
  [0.3, -0.5244005127080408],
  [0.9999999, 5.1993375821928165],
  [1e-10, -6.361340902404057],
  [1e-300, -37.0470962993612],
];
const shares: [number, number][] = [
  [-8, 6.220960574271784e-16],
  [0.5, 0.6914624612740131],
  [3, 0.9986501019683699],
];

describe('normal', () => {
  it.each(quantiles)('quantile of %d', (p, z) => expect(normalQuantile(p) / z).toBeCloseTo(1, 9));
  it('quantile to 15 digits', () => expect(Math.abs(normalQuantile(0.025) + 1.9599639845400543)).toBeLessThan(5e-16));
  it.each(shares)('P(Z <= %d)', (z, p) => expect(normalCdf(z) / p).toBeCloseTo(1, 12));
  it('borders', () => {
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
    expect(normalQuantile(0.5)).toBe(0);
    expect(normalCdf(Infinity)).toBe(1);
    expect(zOf(0.95)).toBeCloseTo(1.959963984540054, 14);
  });
  it.each([-0.1, 1.1, Number.NaN])('refuses the probability %d', (p) => expect(() => normalQuantile(p)).toThrow(RangeError));
  it.each([0, 1, 95])('refuses the confidence %d', (c) => expect(() => zOf(c)).toThrow(/between 0 and 1/));
  it('undoes itself', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 5, noNaN: true }), (z) => {
        expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 8);
      }),
    );
  });
});
