// Does a comparison say better, worse, nothing clear, new and gone, and never compare what is not the same?
import { describe, expect, it } from 'vitest';
import { wilson } from '../../../tools/statistics/intervals.ts';
import { compare, type Compared, type ComparedFinding } from './compare.ts';
import type { Change } from './model.ts';

const finding = (changes: Partial<ComparedFinding> & { k: number; n: number }): ComparedFinding => {
  const interval = wilson(changes.k, changes.n);
  return {
    check: 'C02', element: 'lactate', resource: 'Observation', unit: { facility: null, department: null, clinician: null, month: null }, rate: changes.k / changes.n, low: interval!.low, high: interval!.high,
    threshold: 0.9, bound: 'at-least', thresholdFrom: 'charter', tier: 'critical', verdict: changes.k / changes.n >= 0.9 ? 'met' : 'not-met', says: 's', figures: {}, suppressed: false, ...changes,
  };
};
const at = (facility: string | null, department: string | null = null) => ({ facility, department, clinician: null, month: null });
const element = { id: 'lactate', name: 'Lactate', resource: 'Observation', path: 'value', per: 'encounter' as const, window: 'any time', tier: 'critical' as const, threshold: 0.9, maxSpread: 0.1 };
const audit = (findings: ComparedFinding[], changes: Partial<Compared> = {}): Compared => ({
  finishedAt: '2026-06-01T00:00:00.000Z', charter: { digest: 'a', deployment: null }, provenance: { verdict: 'not-established', says: '', signals: [] }, absent: [], elements: [element],
  summary: { verdict: 'met', says: '', patients: 10, patientsInExport: 10, encounters: 10, resources: 10, badLines: 0, facilities: 1, departments: 1, clinicians: 1, from: '2026-01-01', to: '2026-05-01', exportedAt: null, critical: { met: 1, 'not-met': 0, undecided: 0, 'not-measurable': 0 }, important: { met: 0, 'not-met': 0, undecided: 0, 'not-measurable': 0 } },
  export: { resources: { Observation: 5 }, files: [] }, findings, ...changes,
});
const first = (before: Compared, after: Compared, how = {}): Change => compare(before, after, how).changes[0]!;

describe('a comparison', () => {
  it('says worse and broke, with the interval of the difference', () => {
    const change = first(audit([finding({ k: 960, n: 1000 })]), audit([finding({ k: 800, n: 1000 })]));
    expect(change).toMatchObject({ movement: 'worse', turned: 'broke', holds: true });
    expect(change.difference).toBeCloseTo(-0.16, 9);
    expect([change.low! < -0.16, change.high! < 0]).toEqual([true, true]);
    expect(change.says).toContain('−16.0 points');
  });
  it('says better where less is better and less was found', () => {
    const bad = { check: 'C03', bound: 'at-most' as const, threshold: 0.02 };
    expect(first(audit([finding({ k: 200, n: 1000, ...bad, verdict: 'not-met' })]), audit([finding({ k: 5, n: 1000, ...bad, verdict: 'met' })]))).toMatchObject({ movement: 'better', turned: 'fixed' });
  });
  it('says no clear change where the interval includes zero, even when the verdict turned', () => {
    expect(first(audit([finding({ k: 91, n: 100 })]), audit([finding({ k: 89, n: 100 })]))).toMatchObject({ movement: 'no-clear-change', turned: 'broke', holds: false });
  });
  it('takes the design effect into account: rows of few patients are worth less', () => {
    const clustered = (k: number) => finding({ k, n: 1000, low: k / 1000 - 0.15, high: Math.min(1, k / 1000 + 0.15), figures: { effectiveN: 30 } });
    const change = first(audit([clustered(900)]), audit([clustered(800)]));
    expect(change.movement).toBe('no-clear-change');
    expect(change.p).toBeGreaterThan(0.3);
  });
  it('never makes a number of what is absent: it is not comparable, and not zero', () => {
    expect(first(audit([finding({ k: 900, n: 1000 })]), audit([finding({ k: 0, n: 1000, rate: null, low: null, high: null, verdict: 'not-measurable' })]))).toMatchObject({ movement: 'not-comparable', difference: null });
  });
  it('says new and gone, and does not compare months or clinicians', () => {
    const made = compare(audit([finding({ k: 1, n: 2, unit: at('North') }), finding({ k: 1, n: 2, unit: { ...at('North'), month: '2026-01' } })]), audit([finding({ k: 9, n: 10, unit: at('South') })]));
    expect(made.changes.map(({ movement, facility }) => [movement, facility])).toEqual([['new', 'South'], ['gone', 'North']]);
    expect(made.facilities).toEqual({ added: ['South'], gone: ['North'], renamed: [] });
  });
  it('takes a facility for renamed only where the house or a person says so, or only case and signs differ', () => {
    const pair = (name: string) => audit([finding({ k: 90, n: 100, unit: at(name) })]);
    expect(compare(pair('Mesa General'), pair('Mesa Regional')).facilities.renamed).toEqual([]);
    expect(compare(pair('Mesa General'), pair('MESA  General.')).facilities.renamed).toHaveLength(1);
    expect(compare(pair('Mesa General'), pair('Mesa Regional'), { same: new Map([['Mesa General', 'Mesa Regional']]) }).changes).toMatchObject([{ movement: 'no-clear-change', facility: 'Mesa Regional' }]);
    expect(compare(pair('Mesa General'), pair('Mesa Regional'), { slugOf: () => 'mesa' }).facilities.renamed).toHaveLength(1);
  });
  it('does not compare an element that means something else now, and finds one that only has another id', () => {
    const before = audit([finding({ k: 960, n: 1000 })]);
    const other = compare(before, audit([finding({ k: 500, n: 1000 })], { elements: [{ ...element, path: 'code' }] }));
    expect(other.changes[0]).toMatchObject({ movement: 'not-comparable', difference: null });
    expect(other.elements.redefined).toHaveLength(1);
    const renamed = compare(before, audit([finding({ k: 955, n: 1000, element: 'lac' })], { elements: [{ ...element, id: 'lac' }] }));
    expect(renamed.elements).toMatchObject({ added: [], removed: [], renamed: [{ before: 'lactate', after: 'lac' }] });
    expect(renamed.changes).toMatchObject([{ movement: 'no-clear-change', element: 'lac' }]);
  });
  it('says that nothing changed of an audit and itself, and that the charters differ where they do', () => {
    const one = audit([finding({ k: 900, n: 1000 }), finding({ k: 3, n: 1000, check: 'C05', rate: 0.3, low: null, high: null })]);
    const same = compare(one, one);
    expect(same.changes.filter(({ movement }) => movement === 'better' || movement === 'worse')).toEqual([]);
    expect(compare(one, { ...one, charter: { digest: 'b', deployment: null } }).notes.join()).toContain('charter');
  });
  it('withholds both sides where fewer than five people stand behind one', () => {
    const change = first(audit([finding({ k: 3, n: 4, unit: at('North'), suppressed: true })]), audit([finding({ k: 90, n: 100, unit: at('North') })]));
    expect(change).toMatchObject({ movement: 'withheld', before: null, difference: null });
    expect(JSON.stringify(change)).not.toContain('0.75');
  });
});
