// Can what was sealed be opened whichever way it was told, by those who may, and is every look remembered?
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { capability as deployments } from '../../../spine/deployments/deployments.ts';
import { addProduct, createDeployment } from '../../../spine/deployments/model.ts';
import { entries, ledger, remember, verifyDatabase } from '../../../spine/ledger/ledger.ts';
import { catalogue, measures } from '../../../spine/measures/measures.ts';
import { testHouse } from '../../../tools/server/test-database.ts';
import { capability as decisions, decisionMeasures } from '../decisions.ts';
import * as api from '../model.ts';

const house = await testHouse([ledger, deployments, measures(catalogue(decisionMeasures)), decisions], { remember, now: '2027-03-10T12:00:00.000Z' });
const deployment = 'sepsis';
beforeAll(async () => {
  await house.call(addProduct, { body: { slug: 'sepsis', name: 'Sepsis', vendor: 'acme', kind: 'alert', class: 'clinical', version: '4.2' } });
  await house.call(createDeployment, { body: { slug: deployment, title: 'Sepsis', product: 'sepsis', version: '4.2' } });
});
const one = (key: string, more: object = {}) => ({ key, at: '2027-03-10T08:10:00Z', subject: `patient-${key}`, version: '4.2', ...more });
const open = (decision: string, as = 'safety-officer' as const, why = 'a reconstruction drill') => house.call(api.openDecisionPayloads, { params: { decision }, body: { why } }, as);
const looks = async () => (await entries(house.db, { kind: 'payload.opened' })).items;
const opened = async () => new Map((await house.call(api.listDecisions, { query: { deployment } }, 'clinical-owner')).items.map((row) => [row.label, row.decision]));

it('from a batch and told alone; each look is an entry, and its reason stands there', async () => {
  await house.call(api.tellDecision, { body: { deployment, ...one('alone', { output: { label: 'alone' }, payload: { age: 70 } }) } as never }, 'data-engineer');
  const lines = [{ what: 'decision', ...one('first', { output: { label: 'first' }, payload: { age: 71 } }) }, { what: 'decision', ...one('bare', { output: { label: 'bare' } }) }, { what: 'feedback', key: 'first', at: '2027-03-10T08:20:00Z', act: 'overridden', reason: { code: 'other', text: 'seen by the team already' } }];
  expect((await house.request(`/api/v1/decisions/batch?deployment=${deployment}`, { method: 'POST', body: lines.map((line) => JSON.stringify(line)).join('\n') }, 'data-engineer')).status).toBe(200);
  const found = await opened();
  expect((await open(found.get('alone')!)).items).toMatchObject([{ what: 'recorded', nth: null, text: '{"age":70}', gone: null }]);
  const { items } = await open(found.get('first')!);
  expect(items).toMatchObject([{ what: 'recorded', nth: 0, text: '{"age":71}' }, { what: 'feedback', nth: 2, text: expect.stringContaining('seen by the team') }]);
  expect((await looks()).map(({ body }) => body)).toMatchObject([{ nth: 2, why: 'a reconstruction drill' }, { nth: 0, position: items[0]!.position }, { why: 'a reconstruction drill' }]);
  await expect(open(found.get('bare')!)).rejects.toMatchObject({ kind: 'not-found' });
  await expect(house.call(api.openDecisionPayloads, { params: { decision: found.get('first')! }, body: { why: 'curious about it' } }, 'manager')).rejects.toMatchObject({ kind: 'not-allowed' });
  expect((await verifyDatabase(house)).faults.filter(({ reason }) => reason !== 'unsigned')).toEqual([]);
});

it('what was altered is not handed out, and what was shredded says so', async () => {
  const before = (await looks()).length;
  const { decision } = (await house.call(api.listDecisions, { query: { deployment } }, 'clinical-owner')).items.find(({ label }) => label === 'first')!;
  await sql`alter table decisions.batch_payload disable trigger user`.execute(house.db);
  await sql`update decisions.batch_payload set sealed = set_byte(sealed, 20, (get_byte(sealed, 20) + 1) % 256) where nth = 0`.execute(house.db);
  await expect(open(decision)).rejects.toMatchObject({ kind: 'conflict' });
  expect((await looks()).length).toBe(before);
  await sql`update decisions.batch_payload set sealed = set_byte(sealed, 20, (get_byte(sealed, 20) + 255) % 256) where nth = 0`.execute(house.db);
  await sql`update ledger.data_key set kek = null, wrapped = null`.execute(house.db);
  expect((await open(decision)).items).toMatchObject([{ text: null, base64: null, gone: expect.stringContaining('shredded') }, { gone: expect.stringContaining('shredded') }]);
});
