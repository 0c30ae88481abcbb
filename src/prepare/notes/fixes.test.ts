// Does the fix list say a thing once?
import { expect, test } from 'vitest';
import { fixesOf } from './fixes.ts';
import type { Finding } from './model.ts';

const finding = (facility: string | null, department: string | null, n: number, k: number): Finding => ({
  check: 'U03', unit: { facility, department, type: null }, n, k, rate: k / n, low: null, high: null, threshold: 0.3, bound: 'at-most', thresholdFrom: 'default', tier: 'important', verdict: 'not-met', says: `${facility} ${department}`, figures: {}, rows: [],
});

test('a unit that is all there is says nothing a second time', () => {
  expect(fixesOf([finding(null, null, 900, 600), finding('unknown unit', null, 900, 600), finding('unknown unit', 'unknown unit', 900, 600)]).map(({ unit }) => unit.facility)).toEqual([null]);
  expect(fixesOf([finding(null, null, 900, 600), finding('Ash', null, 400, 300), finding('Ash', 'ICU', 400, 300), finding('Birch', null, 500, 300)]).map(({ says }) => says)).toEqual(['null null', 'Ash null', 'Birch null']);
});
