// Do ids sort, do clocks stand, does money stay exact?
import { describe, expect, it } from 'vitest';
import { between, days, shift, standingClock } from './clock.ts';
import { idOf, newId, slug } from './id.ts';
import { add, show } from './money.ts';
import { Problem } from './problem.ts';

describe('ids', () => {
  it('sort by age and fit their schema', () => {
    const early = newId('dep', '2026-01-01T00:00:00.000Z');
    const late = newId('dep', '2026-01-01T00:00:00.001Z');
    expect(early < late).toBe(true);
    expect(idOf('dep').safeParse(early).success).toBe(true);
    expect(idOf('aud').safeParse(early).success).toBe(false);
  });
  it('are not given twice', () => {
    const now = '2026-01-01T00:00:00.000Z';
    expect(new Set(Array.from({ length: 10_000 }, () => newId('x', now))).size).toBe(10_000);
  });
  it('keep slugs readable', () => {
    expect(slug.safeParse('sepsis-alert').success).toBe(true);
    for (const wrong of ['Sepsis', '-a', 'a--b', 'a', 'ä1']) expect(slug.safeParse(wrong).success).toBe(false);
  });
});

describe('a standing clock', () => {
  it('moves only when moved', () => {
    const clock = standingClock('2026-03-01T00:00:00.000Z');
    clock.pass(days(1));
    expect(clock.now()).toBe('2026-03-02T00:00:00.000Z');
    expect(between(clock.now(), shift(clock.now(), days(2)))).toBe(days(2));
  });
});

describe('money', () => {
  it('adds exactly and never mixes currencies', () => {
    expect(add({ minor: 10, currency: 'USD' }, { minor: 20, currency: 'USD' })).toEqual({ minor: 30, currency: 'USD' });
    expect(() => add({ minor: 1, currency: 'USD' }, { minor: 1, currency: 'EUR' })).toThrow(RangeError);
  });
  it('is shown with the digits its currency has', () => {
    expect(show({ minor: 120_050, currency: 'USD' })).toBe('$1,200.50');
    expect(show({ minor: 1_200, currency: 'JPY' })).toBe('¥1,200');
  });
});

describe('a problem', () => {
  it('says what, where and what next, as RFC 9457 details', () => {
    const problem = new Problem('bad-input', 'A line is wrong.', 'Correct it.', [{ file: 'a.ndjson', line: 3, says: 'not JSON' }]);
    expect(JSON.parse(JSON.stringify(problem))).toEqual({
      type: 'urn:attending:problem:bad-input', title: 'A line is wrong.', status: 400, next: 'Correct it.', errors: [{ file: 'a.ndjson', line: 3, says: 'not JSON' }],
    });
  });
});
