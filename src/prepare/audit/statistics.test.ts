// Do the audit's own small sums agree with what stands elsewhere?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusteredShare } from '../../tools/statistics/design-effect.ts';
import { binomialAtMost } from './checks/c06-months.ts';
import { codeSystemOf, mod10, verhoeff } from './code-systems.ts';
import { minutesOf, sayMinutes } from '../../tools/base/durations.ts';
import { clusteredInterval, percent } from './judging.ts';

describe('the interval from sums over clusters', () => {
  it('is the one statistics computes from the clusters themselves', () => {
    const cluster = fc.integer({ min: 1, max: 40 }).chain((n) => fc.record({ n: fc.constant(n), k: fc.integer({ min: 0, max: n }) }));
    fc.assert(
      fc.property(fc.array(cluster, { minLength: 2, maxLength: 60 }), (clusters) => {
        const sum = (f: (one: { n: number; k: number }) => number) => clusters.reduce((total, one) => total + f(one), 0);
        const mine = clusteredInterval({ n: sum(({ n }) => n), k: sum(({ k }) => k), clusters: clusters.length, nn: sum(({ n }) => n * n), kkn: sum(({ n, k }) => (k * k) / n) });
        const theirs = clusteredShare(clusters);
        expect(mine.low).toBeCloseTo(theirs.low!, 8);
        expect(mine.high).toBeCloseTo(theirs.high!, 8);
        expect(mine.effectiveN).toBeCloseTo(theirs.effectiveN, 6);
      }),
    );
  });

  it('is nothing where there is nothing', () => {
    expect(clusteredInterval({ n: 0, k: 0, clusters: 0, nn: 0, kkn: 0 })).toEqual({ low: null, high: null, effectiveN: null, icc: null });
  });
});

describe('codes and their check digits', () => {
  it.each(['8867-4', '85354-9', '2708-6', '9279-1', '8310-5', '2524-7'])('LOINC %s is one', (code) => expect(codeSystemOf('http://loinc.org')!.refuse(code)).toBeNull());
  it.each(['308335008', '386478007', '73211009', '22298006', '900000000000207008'])('SNOMED CT %s is one', (code) => expect(codeSystemOf('http://snomed.info/sct')!.refuse(code)).toBeNull());
  it('one changed digit is always noticed', () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{4,10}$/);
    fc.assert(fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (text, at, by) => {
      const i = at % text.length;
      const other = text.slice(0, i) + ((Number(text[i]) + by) % 10) + text.slice(i + 1);
      expect(mod10(other)).not.toBe(mod10(text));
      const check = [...'0123456789'].find((digit) => verhoeff(text + digit))!;
      expect(verhoeff(other + check)).toBe(false);
    }));
  });
  it.each([['http://hl7.org/fhir/sid/icd-10-cm', 'A41.9'], ['http://hl7.org/fhir/sid/icd-10-cm', 'S72001A'], ['http://www.nlm.nih.gov/research/umls/rxnorm', '197361'], ['http://www.whocc.no/atc', 'J01DD04']])('%s %s fits', (system, code) => expect(codeSystemOf(system)!.refuse(code)).toBeNull());
  it.each([['http://hl7.org/fhir/sid/icd-10-cm', '410.9'], ['http://www.nlm.nih.gov/research/umls/rxnorm', 'aspirin'], ['http://loinc.org', 'LAB123'], ['http://snomed.info/sct', '308335009']])('%s %s does not', (system, code) => expect(codeSystemOf(system)!.refuse(code)).not.toBeNull());
});

describe('words and chances', () => {
  it('reads durations and says them', () => {
    expect(['PT24H', 'P2D', 'P1DT30M', 'PT15M'].map(minutesOf)).toEqual([1440, 2880, 1470, 15]);
    expect([15, 1440, 2880].map(sayMinutes)).toEqual(['15 min', '24 h', '2 days']);
  });
  it('never rounds a share to the whole or to nothing', () => {
    expect([percent(0.99999), percent(1), percent(0.00001), percent(0), percent(0.865)]).toEqual(['> 99.9 %', '100 %', '< 0.1 %', '0 %', '86.5 %']);
  });
  it('sums the binomial as one does by hand', () => {
    expect(binomialAtMost(0, 10, 0.5)).toBeCloseTo(1 / 1024, 12);
    expect(binomialAtMost(5, 10, 0.5)).toBeCloseTo(638 / 1024, 12);
    expect(binomialAtMost(3, 10, 0)).toBe(1);
  });
});
