// Are gaps named as they are counted, and is an hour nobody counted never one without answers?
import { expect, it } from 'vitest';
import { foundIn } from './compare.ts';
import { countsFrom, gapsIn, hoursBefore, uncountedIn } from './gaps.ts';

const at = (n: number) => `2027-03-09T${String(n).padStart(2, '0')}:00:00.000Z`;
const hour = (n: number, counted: number, recorded: number) => ({ hour: at(n), counted, recorded, eligible: null });

it('runs across an hour without answers, as the measure counts it', () => {
  const hours = [hour(1, 10, 10), hour(2, 10, 4), hour(3, 0, 0), hour(4, 5, 0), hour(5, 10, 12), hour(6, 100, 98), hour(7, 100, 99)];
  expect(gapsIn(hours)).toEqual([{ from: at(2), to: at(5), hours: 2, counted: 15, missing: 11 }, { from: at(6), to: at(7), hours: 1, counted: 100, missing: 2 }]);
  expect(foundIn(hours).longestRun).toBe(gapsIn(hours)[0]!.hours);
});

it('hours nobody counted are named as they lie', () => {
  const all = hoursBefore('2027-03-09T08:41:00.000Z', 5);
  expect(all).toEqual([3, 4, 5, 6, 7].map(at));
  expect(uncountedIn([hour(4, 0, 0), hour(6, 3, 3)], all).map(({ from, hours }) => [from, hours])).toEqual([[at(3), 1], [at(5), 1], [at(7), 1]]);
  expect(uncountedIn([], all)).toMatchObject([{ from: at(3), to: at(8), hours: 5 }]);
});

it('counts are read as they are pasted, and a bad line is named', () => {
  expect(countsFrom('2027-03-09T08:00Z, 412\n\n2027-03-09 10:00:00+01:00;7;9\n')).toEqual([{ hour: at(8), inferences: 412 }, { hour: at(9), inferences: 7, eligible: 9 }]);
  expect(() => countsFrom('2027-03-09T08:00Z, 1\n2027-03-09T08:30Z, 1')).toThrow(/line 2/);
  expect(() => countsFrom('2027-03-09T08:00Z, many')).toThrow(/count of answers/);
});
