// Is every code of the knowledge files one, and every file readable?
import { describe, expect, it } from 'vitest';
import { codeSystemOf } from '../code-systems.ts';
import { conditionRules, isMeasured, mustSupport, physiologicRanges, requiredCodes, ucumUnits } from '../knowledge.ts';
import { isUcum } from '../ucum.ts';

const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const atc = 'http://www.whocc.no/atc';
const refused = (system: string, code: string) => codeSystemOf(system)?.refuse(code) ?? null;

describe.each(conditionRules().map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  it('has codes that can be codes of their systems', () => {
    for (const set of [...rule.coded, ...rule.unless.flatMap(({ coded }) => coded)]) {
      expect(codeSystemOf(set.system), set.system).toBeDefined();
      for (const code of set.codes) expect([code, refused(set.system, code)]).toEqual([code, null]);
      expect(set.codes.length + set.prefixes.length).toBeGreaterThan(0);
    }
    for (const finding of Object.values(rule.findings))
      if (isMeasured(finding)) {
        for (const code of finding.loinc) expect([code, refused('http://loinc.org', code)]).toEqual([code, null]);
        for (const { unit, atLeast, below } of finding.values) expect([unit, (atLeast === undefined) !== (below === undefined)]).toEqual([unit, true]);
      } else {
        for (const code of finding.rxnorm) expect([code, refused(rxnorm, code)]).toEqual([code, null]);
        for (const code of finding.atc) expect([code, refused(atc, code)]).toEqual([code, null]);
        for (const word of finding.words) expect(word).toMatch(/^[a-z][a-z -]+$/);
      }
  });
  it('says where it comes from, and how sure it is', () => {
    expect(rule.sources.length).toBeGreaterThan(0);
    // A number without a source is not stated.
    if (/\d %/.test(rule.accuracy.says)) expect(rule.accuracy.source).not.toBeNull();
    else expect(rule.accuracy.says).toMatch(/^Not established/);
  });
});

describe('diabetes', () => {
  it('never rests on insulin', () => {
    const rule = conditionRules().find(({ id }) => id === 'diabetes')!;
    const words = Object.values(rule.findings).flatMap((finding) => (isMeasured(finding) ? [] : [...finding.words, ...finding.atc]));
    expect(words.filter((word) => /insulin|^A10A/.test(word))).toEqual([]);
    expect(rule.never).toContain('Insulin alone');
  });
});

describe('the other files', () => {
  it('ranges have real LOINC codes, UCUM units and a low below the high', () => {
    const { values } = physiologicRanges();
    for (const { loinc, unit, low, high, also } of values) {
      for (const code of loinc) expect([code, refused('http://loinc.org', code)]).toEqual([code, null]);
      for (const one of [{ unit, low, high }, ...also]) {
        expect([one.unit, isUcum(one.unit)]).toEqual([one.unit, true]);
        expect(one.low).toBeLessThan(one.high);
      }
    }
    const codes = values.flatMap(({ loinc }) => loinc);
    expect(new Set(codes).size).toBe(codes.length);
  });
  it('are read whole', () => {
    expect(requiredCodes().gender).toContain('female');
    expect(Object.keys(mustSupport().elements)).toContain('Observation');
    expect(ucumUnits().prefixes).toHaveLength(20);
  });
});
