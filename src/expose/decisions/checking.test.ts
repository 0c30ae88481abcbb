// Do the drill and the comparison with the source find what lacks, and is the draw anybody's to repeat?
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { capability as deployments } from '../../spine/deployments/deployments.ts';
import { addProduct, createDeployment } from '../../spine/deployments/model.ts';
import { ledger, remember } from '../../spine/ledger/ledger.ts';
import { catalogue, latest, measures } from '../../spine/measures/measures.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { catchUp, capability as decisions, decisionMeasures, rebuild } from './decisions.ts';
import { workingDays } from './drill/reconstruct.ts';
import * as api from './model.ts';

const all = catalogue(decisionMeasures);
const house = await testHouse([ledger, deployments, measures(all), decisions], { remember, now: '2027-03-10T12:00:00.000Z' });
const deployment = 'sepsis';
let id = '';
beforeAll(async () => {
  await house.call(addProduct, { body: { slug: 'sepsis', name: 'Sepsis', vendor: 'acme', kind: 'alert', class: 'clinical', version: '4.2' } });
  id = (await house.call(createDeployment, { body: { slug: deployment, title: 'Sepsis', product: 'sepsis', version: '4.2' } })).id;
});
const tell = (key: string, more: object = {}) => house.call(api.tellDecision, { body: { deployment, key, at: '2027-03-10T08:10:00Z', subject: key, user: 'dr.a', version: '4.2', output: { score: 0.5 }, payload: { age: 70 }, ...more } as never }, 'data-engineer');
const measured = async (measure: string) => (await latest(house.db, all, id, house.clock.now())).find((one) => one.measure === measure);
const batch = (lines: object[]) => house.request(`/api/v1/decisions/batch?deployment=${deployment}`, { method: 'POST', body: lines.map((one) => JSON.stringify(one)).join('\n') }, 'data-engineer');

describe('a reconstruction drill', () => {
  it('cannot be held without decisions', () => expect(house.call(api.drawDrill, { body: { deployment } }, 'safety-officer')).rejects.toMatchObject({ kind: 'conflict' }));

  it('finds every link that is there, names what is missing, and is finished when it is told', async () => {
    for (const key of ['a', 'b']) await tell(key);
    await batch([{ what: 'decision', key: 'c', at: '2027-03-10T08:20:00Z', subject: 'c', version: '4.2', output: { label: 'high' }, payload: { age: 71 } }, { what: 'use', key: 'c', at: '2027-03-10T08:21:00Z', touch: 'opened', user: 'dr.b' }]);
    await tell('s', { disposition: 'shadow', user: undefined });
    for (const key of ['a', 'b']) await house.call(api.tellFeedback, { body: { deployment, key, at: '2027-03-10T08:30:00Z', act: 'accepted' } }, 'data-engineer');
    await tell('d', { output: {} });
    const first = await house.call(api.drawDrill, { body: { deployment } }, 'safety-officer');
    expect(first).toMatchObject({ reconstructed: 4, days: null });
    expect(first.decisions.flatMap(({ missing }) => missing)).toEqual(['output', 'action']);
    expect((await measured('ledger.reconstructed'))?.value).toBe(4);
    expect((await measured('ledger.reconstruction-days'))?.value).toBeNull();
    await house.call(api.tellOutcome, { body: { deployment, key: 'd', at: '2027-03-10T09:00:00Z', name: 'sepsis', positive: false } }, 'data-engineer');
    expect((await house.call(api.scoreDrill, { params: { drill: first.drill } }, 'safety-officer')).decisions.flatMap(({ missing }) => missing)).toEqual(['output']);
    expect((await house.call(api.listDrills, { query: { deployment } }, 'auditor')).items).toHaveLength(1);
  });

  it('draws what everybody draws who has the seed', async () => {
    for (let n = 0; n < 25; n++) await tell(`n-${n}`);
    const { seed, decisions: drawn } = await house.call(api.drawDrill, { body: { deployment } }, 'safety-officer');
    const { rows } = await sql<{ decision: string }>`select decision from decisions.fact`.execute(house.db);
    const hash = (decision: string) => createHash('sha256').update(seed + decision).digest('hex');
    expect(drawn.map(({ decision }) => decision)).toEqual(rows.map(({ decision }) => decision).sort((a, b) => (hash(a) < hash(b) ? -1 : 1)).slice(0, 20));
  });

  it('misses the input whose key was destroyed', async () => {
    await sql`update ledger.data_key set kek = null, wrapped = null`.execute(house.db);
    const { decisions: drawn } = await house.call(api.drawDrill, { body: { deployment } }, 'safety-officer');
    expect(drawn.every(({ missing }) => missing.includes('input'))).toBe(true);
  });

  it('counts working days', () => expect([workingDays('2027-03-10T12:00:00.000Z', '2027-03-10T23:00:00.000Z'), workingDays('2027-03-12T12:00:00.000Z', '2027-03-15T01:00:00.000Z')]).toEqual([0, 1]));
});

describe('the counts of the source', () => {
  const hour = (n: number) => `2027-03-09T${String(n).padStart(2, '0')}:00:00.000Z`;
  const count = (counts: object[]) => house.call(api.tellSourceCounts, { body: { deployment, source: 'vendor report', counts } as never }, 'data-engineer');

  it('show what lacks, and too much in one hour does not make up for it', async () => {
    expect((await measured('ledger.log-completeness'))?.value).toBeNull();
    await batch(Array.from({ length: 6 }, (_, n) => ({ what: 'decision', key: `h-${n}`, at: hour(n < 4 ? 1 : 2).replace(':00:00.', ':30:00.'), subject: `p-${n}`, version: '4.2' })));
    await count([{ hour: hour(1), inferences: 2, eligible: 5 }, { hour: hour(2), inferences: 4, eligible: 2 }, { hour: hour(3), inferences: 1 }, { hour: hour(4), inferences: 0 }]);
    const found = await house.call(api.completeness, { query: { deployment } }, 'auditor');
    expect(found).toMatchObject({ counted: 7, found: 4, longestRun: 2 });
    expect(found.hours.map(({ recorded }) => recorded)).toEqual([4, 2, 0, 0]);
    expect(await measured('ledger.log-completeness')).toMatchObject({ value: 4 / 7, n: 7, interval: { low: expect.any(Number) } });
    expect(await measured('ledger.hours-below-99')).toMatchObject({ value: 2, n: 4 });
    expect(await measured('decisions.processed-share')).toMatchObject({ value: 6 / 7, n: 7 });
    await count([{ hour: hour(3), inferences: 0 }]);
    expect(await house.call(api.completeness, { query: { deployment } }, 'auditor')).toMatchObject({ counted: 6, found: 4, longestRun: 1 });
  });

  it('are refused where they cannot be', async () => {
    await expect(count([{ hour: '2027-03-09T01:30:00Z', inferences: 1 }])).rejects.toMatchObject({ kind: 'bad-input' });
    await expect(count([{ hour: '2028-03-09T01:00:00Z', inferences: 1 }])).rejects.toMatchObject({ kind: 'bad-input' });
    await expect(count([{ hour: hour(1), inferences: 1 }, { hour: hour(1), inferences: 2 }])).rejects.toMatchObject({ kind: 'bad-input' });
  });
});

it('a critical output whose action was done without a person is counted', async () => {
  expect((await measured('gateway.outside-human-acts'))).toMatchObject({ value: 0 });
  for (const key of ['x', 'y']) {
    await tell(key, { output: { class: 'order', critical: true } });
    if (key === 'x') await house.call(api.tellFeedback, { body: { deployment, key, at: '2027-03-10T08:30:00Z', act: 'accepted' } }, 'data-engineer');
    await house.call(api.tellOutcome, { body: { deployment, key, at: '2027-03-10T08:40:00Z', name: 'given', positive: true, acted: true } }, 'data-engineer');
  }
  await catchUp(house.db);
  expect(await measured('gateway.outside-human-acts')).toMatchObject({ value: 1, n: 2 });
  await rebuild(house.db);
  expect(await measured('gateway.outside-human-acts')).toMatchObject({ value: 1, n: 2 });
});
