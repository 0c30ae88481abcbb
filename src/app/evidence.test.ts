// Does a number lead to the screen that shows what it was computed from?
import { expect, test } from 'vitest';
import { screens } from './screens.ts';
import { evidenceAt } from '../tools/ui/evidence.ts';

const owner = { id: 'acc_1', name: 'Maya', roles: ['clinical-owner'] as const };
const at = (source: string | null, me: Parameters<typeof evidenceAt>[1] = owner) => evidenceAt(screens, me, 'sepsis', source);

test.each([
  ['audit/aud_01m80cn38r7mw0b78b0mgrhwc3', 'data/aud_01m80cn38r7mw0b78b0mgrhwc3', 'the data audit'],
  ['notes/nts_01m80cn3my2vrytnqsgqy9c1kg', 'notes/nts_01m80cn3my2vrytnqsgqy9c1kg', 'the notes audit'],
  ['sample/smp_01m80cn3my2vrytnqsgqy9c1kg/draw-1', 'data/samples/smp_01m80cn3my2vrytnqsgqy9c1kg', 'the sample'],
  ['gateway/notices/2026-11-22T01:00:00.000Z', 'gateway', 'the gateway'],
  ['decisions/facts', 'decisions', 'its decisions'],
  ['charter/sepsis/3', 'charter', 'the charter'],
  ['deployment/sepsis', 'charter', 'the charter'],
])('%s lies at %s', (source, place, says) => {
  expect(at(source)).toEqual({ to: `/deployments/sepsis/${place}`, says });
});

test('nowhere: what no room shows, what lacks its record, and what this person may not open', () => {
  expect([at('attestation/att_01'), at(null), at('audit')]).toEqual([null, null, null]);
  expect(at('audit/aud_01', null)).toBe(null);
});

test('no two screens claim the same source', () => {
  const claimed = screens.flatMap(({ evidence }) => evidence?.of ?? []);
  expect(new Set(claimed).size).toBe(claimed.length);
});
