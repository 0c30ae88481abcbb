// Is a feed called broken when it is silent for longer than it ever is, and only then?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feedsIn } from './feeds.ts';

const heard = Array.from({ length: 56 }, (_, i) => new Date(Date.UTC(2026, 8, 1 + i)).toISOString().slice(0, 10));
const feed = (at: readonly number[]) => ({ facility: 'north', department: '', days: at.map((i) => heard[i]!) });
const every = (step: number, to: number) => Array.from({ length: Math.ceil(to / step) }, (_, i) => to - 1 - i * step).filter((i) => i >= 0);
const only = (at: readonly number[]) => feedsIn([feed(at)], heard)[0];

describe('a feed', () => {
  it.each<[string, number[], boolean]>([
    ['of every day, heard on the last', every(1, 56), false], ['of every day, silent for a day', every(1, 55), false], ['of every day, silent for two', every(1, 54), true],
    ['of weekdays, over a long weekend', every(1, 52).filter((i) => i % 7 < 5), false], ['of weekdays, silent for a week', every(1, 49).filter((i) => i % 7 < 5), true],
    ['of every second day, silent for two', every(2, 54), false], ['of every second day, silent for three', every(2, 53), true],
  ])('%s', (_name, at, broken) => expect(only(at)).toMatchObject({ broken }));

  it('that is too rare has no cadence, and one whose days nobody heard is none', () => {
    expect(only(every(4, 50))).toBeUndefined();
    expect(feedsIn([{ facility: 'x', department: '', days: ['2020-01-01'] }], heard)).toEqual([]);
  });

  it('is never broken while it is silent no longer than before, whatever its rhythm', () =>
    fc.assert(fc.property(fc.uniqueArray(fc.nat(55), { minLength: 10, maxLength: 56 }), (at) => {
      const one = only(at);
      if (one && one.silent <= Math.max(1, one.longest)) expect(one.broken).toBe(false);
      if (one?.broken) expect(one.silent).toBeGreaterThan(2 * one.longest);
    })));
});
