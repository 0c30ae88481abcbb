// Is the house rule about thresholds kept, at its edges too?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, shareOf, type Threshold } from './verdict.ts';

const safety: Threshold = { direction: 'at least', value: 0.9, safety: true, minimumN: 20 };
const ordinary: Threshold = { ...safety, safety: false };
const ceiling: Threshold = { direction: 'at most', value: 0.05, safety: true, minimumN: 20 };

describe('judge', () => {
  it.each([
    // k, n, threshold, verdict; the Wilson interval stands in the comment
    [950, 1000, safety, 'met'], // 0.935-0.962
    [92, 100, safety, 'undecided'], // 0.850-0.959
    [92, 100, ordinary, 'met'],
    [88, 100, safety, 'not-met'], // straddles, but the estimate misses
    [88, 100, ordinary, 'not-met'],
    [500, 1000, safety, 'not-met'], // even the optimistic end misses
    [90, 100, ordinary, 'met'], // equality keeps the promise
    [89, 100, ordinary, 'not-met'],
    [19, 19, safety, 'not-measurable'],
    [0, 0, ordinary, 'not-measurable'],
    [0, 100, ceiling, 'met'], // high 0.037
    [0, 50, ceiling, 'undecided'], // high 0.071
    [5, 100, ceiling, 'undecided'],
    [6, 100, ceiling, 'not-met'],
  ] as const)('%d of %d', (k, n, threshold, verdict) => {
    expect(judge(shareOf(k, n), threshold)).toBe(verdict);
  });

  it('works for any measured number, and without an interval safety is never passed', () => {
    const minutes = { n: 40, value: 12, low: null, high: null };
    expect(judge(minutes, { direction: 'at most', value: 15, safety: true, minimumN: 30 })).toBe('undecided');
    expect(judge(minutes, { direction: 'at most', value: 15, safety: false, minimumN: 30 })).toBe('met');
    expect(judge({ ...minutes, value: null }, ceiling)).toBe('not-measurable');
  });

  it('refuses numbers that are none', () => {
    expect(() => judge({ n: 30, value: Number.NaN, low: 0, high: 1 }, safety)).toThrow(/missing value is null/);
    expect(() => judge({ n: 30, value: 0.5, low: 0.6, high: 0.7 }, safety)).toThrow(/does not contain/);
    expect(() => judge(shareOf(1, 30), { ...safety, minimumN: 0 })).toThrow(/minimumN/);
    expect(() => judge(shareOf(1, 30), { ...safety, value: Number.NaN })).toThrow(/threshold/);
  });

  it('safety is never judged more kindly than the rest', () => {
    const kindness = ['not-measurable', 'not-met', 'undecided', 'met'];
    const counts = fc.integer({ min: 0, max: 500 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom('at least', 'at most'), ([k, n], value, direction) => {
        const rule = { direction, value, minimumN: 10 } as const;
        const strict = judge(shareOf(k, n), { ...rule, safety: true });
        const mild = judge(shareOf(k, n), { ...rule, safety: false });
        expect(kindness.indexOf(strict)).toBeLessThanOrEqual(kindness.indexOf(mild));
        expect(mild).not.toBe('undecided');
      }),
    );
  });
});
