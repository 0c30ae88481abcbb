// Does kappa give the published numbers, with its interval, and say nothing where nothing can be said?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cohenKappa, pooledKappa } from './agreement.ts';
import { seededRandom } from './seeded-random.ts';

describe("Cohen's kappa", () => {
  it('SAS/STAT, PROC FREQ: two dermatologists, 88 patients', () => {
    const found = cohenKappa([[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]);
    expect(found.kappa).toBeCloseTo(0.3449, 4);
    expect(found.standardError).toBeCloseTo(0.0724, 4);
    expect(found.interval!.low).toBeCloseTo(0.2030, 4);
    expect(found.interval!.high).toBeCloseTo(0.4868, 4);
  });
  it('Fleiss, Statistical Methods for Rates and Proportions: 100 diagnoses in three classes', () => {
    const found = cohenKappa([[75, 1, 4], [5, 4, 1], [0, 0, 10]]);
    expect(found.observed).toBeCloseTo(0.89, 12);
    expect(found.expected).toBeCloseTo(0.66, 12);
    expect(found.kappa).toBeCloseTo(0.676, 3);
  });
  it("Cohen 1960's formula by hand, and PABAK = 2·p_o − 1 beside it where one answer prevails", () => {
    const found = cohenKappa([[118, 5], [2, 0]]);
    expect(found.observed).toBeCloseTo(118 / 125, 12);
    expect(found.kappa!).toBeLessThan(0);
    expect(found.pabak).toBeCloseTo(2 * (118 / 125) - 1, 12);
  });
  it('cannot be told where both gave one and the same answer; PABAK is 1', () => {
    expect(cohenKappa([[50, 0], [0, 0]])).toMatchObject({ n: 50, kappa: null, interval: null, pabak: 1 });
    expect(cohenKappa([[0, 0], [0, 0]])).toMatchObject({ n: 0, observed: null, kappa: null, pabak: null });
  });
  it('refuses what is no table of two raters', () => {
    expect(() => cohenKappa([[1, 2]])).toThrow(RangeError);
    expect(() => cohenKappa([[1, -1], [0, 2]])).toThrow(RangeError);
  });
  it('does not care who is first, and stays between -1 and 1', () => {
    const cell = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 3, maxLength: 3 }), (table) => {
        const one = cohenKappa(table);
        const other = cohenKappa([0, 1, 2].map((at) => table.map((row) => row[at]!)));
        if (one.kappa === null) return other.kappa === null;
        return Math.abs(one.kappa - other.kappa!) < 1e-9 && one.kappa >= -1 && one.kappa <= 1 && one.interval!.low <= one.kappa && one.kappa <= one.interval!.high;
      }),
    );
  });
  it('covers the true kappa of simulated reviewers', () => {
    const random = seededRandom('coverage of kappa');
    // Each answers "yes" on the truth with 0.9; truth 0.6. p_o = 0.82, shares of yes 0.58: kappa = (0.82-0.5128)/(1-0.5128).
    const truth = (0.82 - (0.58 ** 2 + 0.42 ** 2)) / (1 - (0.58 ** 2 + 0.42 ** 2));
    let covered = 0;
    const rounds = 2000;
    for (let round = 0; round < rounds; round++) {
      const table = [[0, 0], [0, 0]];
      for (let i = 0; i < 150; i++) {
        const yes = random.chance(0.6);
        table[random.chance(0.9) === yes ? 1 : 0]![random.chance(0.9) === yes ? 1 : 0]!++;
      }
      const { interval } = cohenKappa(table);
      if (interval!.low <= truth && truth <= interval!.high) covered++;
    }
    expect(covered / rounds).toBeGreaterThan(0.925);
    expect(covered / rounds).toBeLessThan(0.975);
  });
});

describe('pooled kappa', () => {
  it('of one question is its kappa, with nearly its interval', () => {
    const table = [[40, 9], [6, 45]];
    const records = table.flatMap((row, i) => row.flatMap((n, j) => Array.from({ length: n }, () => [[i, j] as const])));
    const pooled = pooledKappa(records, 2);
    const plain = cohenKappa(table);
    expect(pooled.kappa).toBeCloseTo(plain.kappa!, 12);
    expect(pooled.interval!.low).toBeCloseTo(plain.interval!.low, 2);
    expect(pooled.interval!.high).toBeCloseTo(plain.interval!.high, 2);
  });
  it('averages agreement and chance over questions first (De Vries et al. 2008)', () => {
    // Question 1: all yes by both (p_o = 1, p_e = 1). Question 2: p_o = 0.5, p_e = 0.5. κ = (0.75 - 0.75)/(1 - 0.75) = 0.
    const records = [[[1, 1], [1, 1]], [[1, 1], [1, 0]], [[1, 1], [0, 1]], [[1, 1], [0, 0]]] as [number, number][][];
    expect(pooledKappa(records, 2).kappa).toBeCloseTo(0, 12);
  });
  it('leaves out what only one answered', () => {
    expect(pooledKappa([[null], [[0, 0]], [null]], 2)).toMatchObject({ n: 1, records: 1, kappa: null, interval: null });
  });
});
