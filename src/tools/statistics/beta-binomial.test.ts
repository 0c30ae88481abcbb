// Does the beta-binomial find what was published, and is its chance of silence the true one?
import { describe, expect, it } from 'vitest';
import { betaBinomialSilence, fitBetaBinomial, shapes, silenceAbove, silences } from './beta-binomial.ts';
import type { Cluster } from './design-effect.ts';
import { seededRandom, type Random } from './seeded-random.ts';

/** Boys in 6,115 families of 12 children, Saxony 1876-1885 (Geissler 1889; Lindsey & Altham, Appl Stat 1998;47:149-157). */
const saxony = [3, 24, 104, 286, 670, 1033, 1343, 1112, 829, 478, 181, 45, 7].flatMap((families, k) => Array.from({ length: families }, () => ({ k, n: 12 })));

describe('the fit', () => {
  it('gives the published estimates for the families of Saxony: α 34.096, β 31.572', () => {
    const [alpha, beta] = shapes(fitBetaBinomial(saxony)!);
    expect(alpha).toBeCloseTo(34.096, 0);
    expect(beta).toBeCloseTo(31.572, 0);
    expect(alpha / (alpha + beta)).toBeCloseTo(0.51922, 4);
  });
  it('finds the same mean and correlation whether or not silent units are left out', () => {
    const random = seededRandom('speaking');
    const units = draw(random, 600, 0.6, 0.25, () => random.integer(2, 60));
    const plain = fitBetaBinomial(units)!;
    const cut = fitBetaBinomial(units, { speaking: true })!;
    expect(plain.mean).toBeCloseTo(0.6, 1);
    expect(plain.correlation).toBeCloseTo(0.25, 1);
    expect(cut.mean).toBeCloseTo(plain.mean, 1);
    expect(cut.correlation).toBeCloseTo(plain.correlation, 1);
  });
  it('says nothing of nobody, and takes few units as they are', () => {
    expect(fitBetaBinomial([])).toBeNull();
    expect(fitBetaBinomial([{ k: 0, n: 9 }], { speaking: true })).toBeNull();
    expect(fitBetaBinomial([{ k: 5, n: 10 }])).toEqual({ mean: 0.5, correlation: 0 });
  });
});

describe('the chance of silence', () => {
  it('is (1-p)^n among units that are alike, and B(α, β+n)/B(α, β) among others', () => {
    expect(betaBinomialSilence(10, { mean: 0.3, correlation: 0 })).toBeCloseTo(0.7 ** 10, 12);
    // α = β = 1: every share equally likely, so silence has 1/(n+1).
    expect(betaBinomialSilence(9, { mean: 0.5, correlation: 1 / 3 })).toBeCloseTo(0.1, 10);
    expect(betaBinomialSilence(0, { mean: 0.5, correlation: 0.2 })).toBe(1);
  });
  it('with a floor: only shares above it count', () => {
    // Uniform shares above 0.1: the integral of (1-p)^9 from 0.1 to 1 is 0.9^10 / 10, over 0.9.
    expect(silenceAbove(9, { mean: 0.5, correlation: 1 / 3 }, 0.1)).toBeCloseTo(0.9 ** 10 / 10 / 0.9, 10);
    expect(silenceAbove(9, { mean: 0.5, correlation: 1 / 3 }, 0)).toBeCloseTo(0.1, 10);
    expect(silenceAbove(10, { mean: 0.3, correlation: 0 }, 0.03)).toBeCloseTo(0.7 ** 10, 12);
  });
  it('is as frequent as it says', () => {
    const random = seededRandom('frequency of silence');
    const units = draw(random, 20_000, 0.4, 0.3, () => 8);
    expect(units.filter(({ k }) => k === 0).length / units.length).toBeCloseTo(betaBinomialSilence(8, { mean: 0.4, correlation: 0.3 }), 2);
  });
});

describe('silent feeds among 150 hospitals of three to two thousand stays', () => {
  const size = (random: Random) => Math.round(Math.exp(random.integer(100, 760) / 100));
  /** How many of the truly silent with at least `big` stays are named, and how many of the others. */
  /** A unit that has less than a tenth of what its peers have is as good as silent: naming it is no false alarm. */
  const play = (name: string, mean: number, correlation: number, silent: number, rounds = 40) => {
    const random = seededRandom(name);
    const told = { named: 0, big: 0, bigNamed: 0, wrong: 0, wrongExpected: 0, units: 0 };
    for (let round = 0; round < rounds; round++) {
      const units = draw(random, 150, mean, correlation, () => size(random));
      for (let i = 0; i < silent; i++) units[i] = { k: 0, n: units[i]!.n, share: 0 };
      const { silences: found } = silences(units);
      for (const [i, one] of found.entries()) {
        const isNamed = one !== null && one.falseAlarm <= 0.02;
        told.units++;
        if (isNamed) told.named++;
        if (isNamed) told.wrongExpected += one.falseAlarm;
        if (isNamed && i >= silent && units[i]!.share >= mean / 10) told.wrong++;
        if (i < silent && units[i]!.n >= 50) told.big++;
        if (i < silent && units[i]!.n >= 50 && isNamed) told.bigNamed++;
      }
    }
    return told;
  };
  it('names every silent one of at least 50 stays, and hardly any other', () => {
    const told = play('a feed with silent hospitals', 0.85, 0.1, 8);
    expect(told.bigNamed).toBe(told.big);
    expect(told.wrong / told.named).toBeLessThan(0.02);
  });
  it('raises less than one false alarm in ten audits of a feed nobody silenced', () => {
    const told = play('a feed that runs everywhere', 0.8, 0.15, 0);
    expect(told.wrong).toBeLessThan(4);
  });
  it('names most silent ones of 50 stays even where hospitals differ from next to nothing to nearly all', () => {
    const told = play('a feed some use', 0.6, 0.55, 12, 40);
    expect(told.bigNamed / told.big).toBeGreaterThan(0.85);
    expect(told.wrong / Math.max(1, told.named)).toBeLessThan(0.05);
  });
  it('does not take a feed that differs much between hospitals for a silent one', () => {
    const told = play('a feed few use', 0.3, 0.4, 0);
    expect(told.wrong / (40 * 150)).toBeLessThan(0.002);
  });
});

function draw(random: Random, count: number, mean: number, correlation: number, size: () => number): (Cluster & { share: number })[] {
  const [alpha, beta] = shapes({ mean, correlation });
  return Array.from({ length: count }, () => {
    const n = size();
    const x = gamma(random, alpha);
    const share = x / (x + gamma(random, beta));
    let k = 0;
    for (let i = 0; i < n; i++) if (random.uniform() < share) k++;
    return { k, n, share };
  });
}

/** Marsaglia & Tsang, ACM TOMS 2000;26:363-372. */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * random.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
