// Does a number lead to the screen that shows what it was computed from?
import { expect, test } from 'vitest';
import { evidenceNamed, evidencePlace } from './evidence-place.ts';

test.each([
  ['audit/aud_01m80cn38r7mw0b78b0mgrhwc3', 'data/aud_01m80cn38r7mw0b78b0mgrhwc3', 'the data audit'],
  ['notes/nts_01m80cn3my2vrytnqsgqy9c1kg', 'notes/nts_01m80cn3my2vrytnqsgqy9c1kg', 'the notes audit'],
  ['sample/smp_01m80cn3my2vrytnqsgqy9c1kg/draw-1', 'data/samples/smp_01m80cn3my2vrytnqsgqy9c1kg', 'the sample'],
  ['gateway/notices/2026-11-22T01:00:00.000Z', 'gateway', 'the gateway'],
  ['decisions/facts', 'decisions', 'its decisions'],
  ['attestation/att_01', null, 'the evidence'],
  [null, null, 'the evidence'],
])('%s lies at %s', (source, place, says) => {
  expect(evidencePlace(source)).toBe(place);
  expect(evidenceNamed(source)).toBe(says);
});
