// Does the fix list name what is worst, and all that is like it?
import { expect, test } from 'vitest';
import { readCharterText } from './charter-input.ts';
import { fixesOf } from './fixes.ts';
import type { Finding } from './model.ts';

const charter = `attending: charter/1
data:
  elements:
    - { id: pulse, name: Heart rate, resource: Observation, path: value.ofType(Quantity).value, per: encounter, tier: critical }
`;
const finding = (facility: string | null, n: number, k: number, more: Partial<Finding> = {}): Finding => ({
  check: 'C02', element: 'pulse', resource: 'Observation', unit: { facility, department: null, clinician: null, month: null }, n, k, rate: k / n, low: 0, high: 1,
  threshold: { bound: 'at-least', value: 0.95, from: 'charter' }, tier: 'critical', verdict: k / n < 0.95 ? 'not-met' : 'met', says: `Heart rate in ${facility}: ${k} of ${n}.`, figures: {}, rows: [], ...more,
});
const fixes = async (...findings: Finding[]) => fixesOf(findings, (await readCharterText(charter, 'c.yaml')).data.elements, []);

test('where the whole is met, the facility with most to repair comes first and the others are named behind it', async () => {
  const [fix, ...more] = await fixes(finding(null, 1000, 960), finding('Ash', 100, 94), finding('Birch', 100, 100), finding('Cedar', 100, 70), finding('Dogwood', 100, 90));
  expect(more).toEqual([]);
  expect(fix).toMatchObject({ unit: { facility: 'Cedar' }, affected: 46, blocks: true, says: 'Heart rate in Cedar: 70 of 100. The same in 2 more facilities: Dogwood, Ash.' });
});

test('the whole stands for its units', async () => {
  expect(await fixes(finding(null, 1000, 900), finding('Cedar', 100, 70))).toMatchObject([{ unit: { facility: null }, affected: 100, says: 'Heart rate in null: 900 of 1000.' }]);
});

test('departments are named where no facility fails; what fails comes before what is undecided', async () => {
  const inside = (department: string) => ({ unit: { facility: 'Ash', department, clinician: null, month: null }, says: `Heart rate in ${department}.` });
  const [fix] = await fixes(finding('Ash', 40, 30, { ...inside('ICU'), verdict: 'undecided' }), finding('Ash', 40, 35, inside('ED')));
  expect(fix).toMatchObject({ unit: { department: 'ED' }, affected: 5, says: 'Heart rate in ED.' });
});

test('a feed that has stopped comes before what is incomplete, and its months are not told as if they were people', async () => {
  const stopped = finding('Ash', 5, 3, { check: 'C06', threshold: { bound: 'at-least', value: 1, from: 'default' } });
  const silent = finding('Birch', 40, 0, { check: 'C07' });
  const slips = finding(null, 900, 450, { check: 'P01' });
  expect((await fixes(slips, finding(null, 1000, 900), stopped, silent)).map(({ check, affected }) => [check, affected])).toEqual([['C07', 40], ['C06', null], ['C02', 100], ['P01', 450]]);
});
