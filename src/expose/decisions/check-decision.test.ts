// Does the browser's check accept what is in the ledger, and refuse one altered letter?
import { beforeAll, describe, expect, it } from 'vitest';
import { capability as deployments } from '../../spine/deployments/deployments.ts';
import * as dep from '../../spine/deployments/model.ts';
import { ledger, receiptOf, remember, signHead } from '../../spine/ledger/ledger.ts';
import { readCheckpoint } from '../../spine/ledger/model.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { checkEntry } from './check-decision.ts';
import { capability as decisions } from './decisions.ts';
import * as api from './model.ts';

const house = await testHouse([ledger, deployments, decisions], { remember, now: '2026-03-10T12:00:00.000Z' });
const deployment = 'scribe';
let key = '';

beforeAll(async () => {
  await house.call(dep.addProduct, { body: { slug: 'scribe', name: 'Scribe', vendor: 'acme', kind: 'scribe', class: 'administrative', version: '1' } });
  await house.call(dep.createDeployment, { body: { slug: deployment, title: 'Scribe', product: 'scribe', version: '1' } });
  const line = (nth: number) => JSON.stringify({ what: 'decision', key: `V-${nth}`, at: '2026-03-10T11:00:00Z', subject: `MRN-${nth}`, version: '1', output: { class: 'draft' } });
  const lines = Array.from({ length: 37 }, (_, nth) => line(nth));
  const answer = await house.request(`${api.tellBatch.path}?deployment=${deployment}`, { method: 'POST', body: lines.join('\n') }, 'data-engineer');
  expect(answer.status).toBe(200);
  await signHead(house);
  key = (await house.call(readCheckpoint, {})).key!;
});

describe('a decision of a batch', () => {
  it('is proven, each at its own place, and one altered letter is not', async () => {
    const { items } = await house.call(api.listDecisions, { query: { deployment, limit: 37 } }, 'clinical-owner');
    expect(items).toHaveLength(37);
    for (const { decision } of [items[0]!, items[20]!, items[36]!]) {
      const { items: records } = await house.call(api.proveDecision, { params: { decision } }, 'clinical-owner');
      const { position } = records[0]!;
      const receipt = await receiptOf(house, position);
      expect(await checkEntry(position, receipt, key, records)).toMatchObject({ sound: true, faults: [], records: 1 });
      const altered = [{ ...records[0]!, body: records[0]!.body.replace('shown', 'shawn') }];
      expect((await checkEntry(position, receipt, key, altered)).faults).toEqual([`Record ${records[0]!.nth + 1} of the batch is not among those the entry commits to.`]);
      expect((await checkEntry(position + 1, receipt, key, records)).sound).toBe(false);
    }
  });

  it('is not found by one who may not see single decisions', async () => {
    expect((await house.request('/api/v1/decisions/dec_00000000000000000000000000/records', {}, 'vendor')).status).toBe(403);
  });
});
