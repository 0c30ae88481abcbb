// Does the track say of each gate what the committee would say?
import { expect, test } from 'vitest';
import type { Station } from './model.ts';
import { stationSays, stationState } from './stations.ts';

const station = (over: Partial<Station>): Station => ({
  gate: 'G1', title: 'Design', weeks: null, state: 'open', outcome: null, decidedAt: null,
  counts: { met: 0, 'not-met': 0, undecided: 0, 'not-measurable': 0, stale: 0, waived: 0 },
  criteria: 12, blocks: 0, worst: null, locked: false, ...over,
});

test('only an approval passes; a decline blocks', () => {
  expect(stationState(station({ state: 'decided', outcome: 'approve' }))).toBe('passed');
  expect(stationState(station({ state: 'decided', outcome: 'approve-with-contingencies' }))).toBe('conditional');
  expect(stationState(station({ state: 'decided', outcome: 'decline' }))).toBe('blocked');
  expect(stationState(station({ state: 'reopened', outcome: 'approve' }))).toBe('blocked');
  expect(stationState(station({ state: 'not-started' }))).toBe('ahead');
});

test('each state has a sentence', () => {
  expect(stationSays(station({ state: 'blocked', blocks: 3 }))).toBe('3 criteria block it');
  expect(stationSays(station({ state: 'decided', outcome: 'approve', decidedAt: '2026-11-03T10:00:00.000Z' }))).toBe('Approved, 3 Nov 2026');
});
