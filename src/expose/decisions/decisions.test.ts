// Is everything told about decisions recorded once, provable, without a patient's name, and counted?
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { capability as deployments } from '../../spine/deployments/deployments.ts';
import * as dep from '../../spine/deployments/model.ts';
import { entries, ledger, openPayload, remember, rootOfLeaves, verifyDatabase } from '../../spine/ledger/ledger.ts';
import { findSubject, revealSubject } from '../../spine/ledger/model.ts';
import { latest, catalogue, measures } from '../../spine/measures/measures.ts';
import { testCallers, testHouse } from '../../tools/server/test-database.ts';
import { capability as decisions, decisionMeasures } from './decisions.ts';
import * as api from './model.ts';
import { recordsOfBatch } from './records.ts';

const all = catalogue(decisionMeasures);
const house = await testHouse([ledger, deployments, measures(all), decisions], { remember, now: '2026-03-10T12:00:00.000Z' });
const as = 'data-engineer' as const;
const deployment = 'sepsis-alert';
let id = '';

beforeAll(async () => {
  await house.call(dep.addProduct, { body: { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'acme', kind: 'alert', class: 'clinical', version: '2.3.0' } });
  id = (await house.call(dep.createDeployment, { body: { slug: deployment, title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0' } })).id;
});

const decision = (key: string, changes: object = {}) => ({ key, at: '2026-03-10T11:00:00+00:00', subject: 'MRN-4711', encounter: 'VISIT-9', user: 'dr.house', version: '2.3.0', output: { class: 'high-risk', score: 0.81 }, ...changes });
const tell = (key: string, changes: object = {}) => house.call(api.tellDecision, { body: { deployment, ...decision(key, changes) } as never }, as);
const batch = (lines: readonly unknown[], init: RequestInit = {}) => house.request(`${api.tellBatch.path}?deployment=${deployment}`, { method: 'POST', body: lines.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n'), ...init }, as);

describe('one decision', () => {
  it('is recorded once, however often it is told', async () => {
    const first = await tell('K-1');
    expect(first).toMatchObject({ before: false, assurance: 'reported' });
    const again = await tell('K-1');
    expect(again).toMatchObject({ decision: first.decision, before: true, position: null });
    expect((await entries(house.db, { kind: 'decision.recorded' })).items).toHaveLength(1);
  });

  it('is found by its patient or its encounter, and says whom it was meant for only to those who answer for patients', async () => {
    const { decision: one } = await tell('K-found', { subject: 'MRN-found', encounter: 'VISIT-found', user: 'dr.found' });
    for (const identifier of [{ system: 'patient', value: 'MRN-found' }, { system: 'encounter', value: 'VISIT-found' }]) {
      const { reference } = await house.call(findSubject, { body: { ...identifier, why: 'a complaint of the family' } }, 'safety-officer');
      const { items } = await house.call(api.listDecisions, { query: { deployment, about: reference! } }, 'safety-officer');
      expect(items.map(({ decision: found }) => found)).toEqual([one]);
      expect((await house.call(api.listDecisions, { query: { deployment, about: reference!, disposition: 'killed' } }, 'safety-officer')).items).toEqual([]);
    }
    const opened = await house.call(api.openDecision, { params: { decision: one } }, 'safety-officer');
    expect(await house.call(revealSubject, { body: { reference: opened.user!, why: 'who was to see it' } }, 'safety-officer')).toEqual({ system: 'user', value: 'dr.found' });
    expect(opened.encounter).toMatch(/^sub_/);
    expect((await house.call(api.openDecision, { params: { decision: one } }, as)).user).toBeNull();
  });

  it('is told at the same moment by many and recorded once', async () => {
    const receipts = await Promise.all(Array.from({ length: 8 }, () => tell('K-2')));
    expect(new Set(receipts.map((one) => one.decision)).size).toBe(1);
    expect(receipts.filter((one) => !one.before)).toHaveLength(1);
  });

  it('keeps its payload sealed, and every look is remembered', async () => {
    const { position } = await tell('K-3', { payload: { prompt: 'Patient Anna Archer, 71', answer: 'sepsis likely' } });
    const { plain } = await openPayload(house, testCallers['safety-officer'], position!, 'drill');
    expect(JSON.parse(plain.toString())).toEqual({ answer: 'sepsis likely', prompt: 'Patient Anna Archer, 71' });
    expect((await entries(house.db, { kind: 'payload.opened' })).items[0]?.body).toMatchObject({ why: 'drill' });
  });

  it('is followed from the question to the outcome', async () => {
    const { decision: one } = await tell('K-4', { askedAt: '2026-03-10T10:59:59Z', momentAt: '2026-03-10T11:30:00Z', subject: 'MRN-4' });
    const about = { deployment, key: 'K-4' };
    await house.call(api.tellUse, { body: { ...about, at: '2026-03-10T11:01:00Z', what: 'displayed' } }, as);
    await house.call(api.tellFeedback, { body: { ...about, at: '2026-03-10T11:03:00Z', act: 'overridden', reason: { code: 'not-septic', text: 'Anna has a viral infection' } } }, as);
    await house.call(api.tellOutcome, { body: { ...about, at: '2026-03-10T11:50:00Z', name: 'sepsis', positive: false } }, as);
    const opened = await house.call(api.openDecision, { params: { decision: one } }, 'clinical-owner');
    expect(opened.steps.map(({ what }) => what)).toEqual(['asked', 'answered', 'shown', 'displayed', 'overridden', 'moment', 'outcome', 'recorded']);
    expect(opened.decision).toMatchObject({ act: 'overridden', reason: 'not-septic', dwellMs: 120_000, leadMs: 1_800_000, actionable: true });
    expect(opened.outcomes).toEqual([{ name: 'sepsis', at: '2026-03-10T11:50:00.000Z', positive: false, acted: false, value: null }]);
  });

  it('is refused where it contradicts itself, and nothing is written', async () => {
    const before = (await entries(house.db, { limit: 1 })).items[0]!.position;
    for (const [changes, path] of [[{ at: '2027-01-01T00:00:00Z' }, 'at'], [{ askedAt: '2026-03-10T11:30:00Z' }, 'askedAt'], [{ disposition: 'shadow', shownAt: '2026-03-10T11:00:00Z' }, 'shownAt'], [{ rule: 'on-antibiotics' }, 'rule']] as const)
      await expect(tell('K-bad', changes)).rejects.toMatchObject({ kind: 'bad-input', details: [{ path }] });
    await expect(house.call(api.tellFeedback, { body: { deployment, key: 'nobody-told', at: '2026-03-10T11:03:00Z', act: 'accepted' } }, as)).rejects.toMatchObject({ kind: 'not-found' });
    expect((await entries(house.db, { limit: 1 })).items[0]!.position).toBe(before);
  });

  it('of another vendor’s deployment does not exist for a vendor', async () => {
    const other = { ...testCallers.vendor, vendor: 'someone-else' };
    await expect(house.call(api.tellDecision, { body: { deployment, ...decision('K-5') } }, other)).rejects.toMatchObject({ kind: 'not-found' });
    expect(await house.call(api.tellDecision, { body: { deployment, ...decision('K-5') } }, 'vendor')).toMatchObject({ before: false });
  });
});

describe('a batch', () => {
  it('takes good lines in, names bad ones, and commits to every record', async () => {
    const lines = [
      { what: 'decision', ...decision('B-1', { subject: 'MRN-10', payload: { note: 'for B-1' } }) },
      { what: 'feedback', key: 'B-1', at: '2026-03-10T11:10:00Z', act: 'accepted', dwellMs: 4_000 },
      '{"what":"decision",',
      { what: 'decision', ...decision('B-2', { subject: 'MRN-11', disposition: 'shadow' }), unknown: 1 },
      { what: 'feedback', key: 'never-told', at: '2026-03-10T11:10:00Z', act: 'accepted' },
      '',
      { what: 'use', key: 'K-1', at: '2026-03-10T11:10:00Z', touch: 'opened' },
    ];
    const answer = (await (await batch(lines)).json()) as api.BatchAnswer;
    expect(answer).toMatchObject({ lines: 6, recorded: 3, refused: 3, before: 0 });
    expect(answer.problems.map(({ line, path }) => [line, path])).toEqual([[3, null], [4, '(the whole)'], [5, 'key']]);
    const kept = await recordsOfBatch(house.db, answer.batch!);
    expect(kept).toHaveLength(3);
    const entry = (await entries(house.db, { subject: `batch/${answer.batch}` })).items[0]!;
    expect((entry.body as { root: string }).root).toBe(Buffer.from(rootOfLeaves(kept)).toString('hex'));
    const again = (await (await batch(lines)).json()) as api.BatchAnswer;
    expect(again).toMatchObject({ recorded: 0, before: 3, batch: null });
  });

  it('is unpacked where it is gzipped, and what breaks off says where', async () => {
    const packed = gzipSync(Array.from({ length: 500 }, (_, i) => JSON.stringify({ what: 'decision', ...decision(`G-${i}`, { subject: `MRN-${i}` }) })).join('\n'));
    const headers = { 'content-encoding': 'gzip' };
    const broken = await batch([], { body: packed.subarray(0, packed.length - 20), headers });
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ title: expect.stringContaining('breaks off') });
    expect(await (await batch([], { body: packed, headers })).json()).toMatchObject({ lines: 500, refused: 0 });
    expect(await (await batch([], { body: 'plain', headers })).json()).toMatchObject({ status: 400 });
    expect(await (await batch([''])).json()).toMatchObject({ title: 'There is no line in this batch.' });
  });
});

describe('what is counted', () => {
  it('agrees with what was told', async () => {
    const counted = await house.call(api.summary, { query: { deployment } }, 'manager');
    const shown = counted.dispositions.find((one) => one.disposition === 'shown')!;
    const listed = await house.call(api.listDecisions, { query: { deployment, limit: 500 } }, 'clinical-owner');
    const more = listed.next ? await house.call(api.listDecisions, { query: { deployment, limit: 500, after: listed.next } }, 'clinical-owner') : { items: [] };
    const items = [...listed.items, ...more.items];
    expect(shown.decisions).toBe(items.length);
    expect(new Set(items.map((one) => one.decision)).size).toBe(items.length);
    expect(counted.rates.overridden).toMatchObject({ k: 1, n: shown.decisions });
    expect(counted.rates.accepted.k).toBe(1);
    expect(counted.rates.overrideReasons).toMatchObject({ k: 1, n: 1, rate: 1 });
    expect(counted.assurances).toEqual([{ assurance: 'reported', decisions: shown.decisions }]);
    // Fewer than five people were shown anything: nobody is to be recognised.
    expect(counted.burden.users).toBeNull();
  });

  it('becomes measures with their cases', async () => {
    house.clock.moveTo('2026-03-11T12:00:00.000Z');
    const found = await latest(house.db, all, id, house.clock.now());
    expect(found.find((one) => one.measure === 'decisions.in-action-window')).toMatchObject({ value: expect.any(Number), n: expect.any(Number), interval: expect.any(Object) });
    expect(found.find((one) => one.measure === 'gateway.before-decision')).toMatchObject({ n: 1, value: 1 });
    expect(found.find((one) => one.measure === 'decisions.classes-covered')).toMatchObject({ value: 0, n: 1 });
  });
});

describe('everything that was told', () => {
  it('is nowhere kept as it came where it names a person', async () => {
    const { rows: tables } = await sql<{ name: string }>`select schemaname || '.' || tablename as name from pg_tables where schemaname in ('decisions', 'ledger', 'server')`.execute(house.db);
    expect(tables.length).toBeGreaterThan(8);
    for (const { name } of tables) {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.raw(name)} t`.execute(house.db);
      for (const { row } of rows) for (const secret of ['MRN-4711', 'VISIT-9', 'dr.house', 'Anna', 'viral', 'for B-1']) {
        expect(row.includes(secret), `${secret} in ${name}`).toBe(false);
        expect(row.includes(Buffer.from(secret).toString('hex')), `${secret} in ${name}`).toBe(false);
      }
    }
  });
  it('verifies', async () => expect((await verifyDatabase(house)).faults.filter(({ reason }) => reason !== 'unsigned')).toEqual([]));
});
