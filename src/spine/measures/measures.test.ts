// Is every number kept as it was published, found again by age and strength, and never altered?
import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { days } from '../../tools/base/clock.ts';
import { roleNames, type Endpoint, type Role } from '../../tools/base/endpoint.ts';
import type { Problem } from '../../tools/base/problem.ts';
import type { Caller } from '../../tools/server/capability.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { capability as deployments, charterExample } from '../deployments/deployments.ts';
import { acceptOwnership, addFacility, addProduct, addProductVersion, addUnit, changeVersion, createDeployment, saveCharter } from '../deployments/model.ts';
import { entries, ledger, remember } from '../ledger/ledger.ts';
import { catalogue, charterMeasures, latest, measures, publish, type Declaration } from './measures.ts';
import * as api from './model.ts';
import type { Measure, NewMeasurement } from './model.ts';

const declare = (id: string, over: Partial<Declaration> = {}): Declaration => ({ id, asks: `${id}?`, unit: 'proportion', better: 'higher', evidence: 'E2', minimumN: 30, freshForDays: 90, dependsOn: [], explains: 'k ÷ n', ...over });
const expected: Measure[] = [declare('workflow.hours', { unit: 'hours', minimumN: 0 }), declare('workflow.share'), declare('workflow.done', { unit: 'yes', minimumN: 0 })];
const all = catalogue([declare('audit.share', { dependsOn: ['model-version'] }), ...charterMeasures], expected);

const house = await testHouse([ledger, deployments, measures(all)], { remember });
const hospital = { slug: 'north', name: 'North' };
await house.call(addFacility, { body: hospital });
for (const slug of ['med-1', 'med-2']) await house.call(addUnit, { params: { facility: 'north' }, body: { slug, name: slug } });
await house.call(addProduct, { body: { slug: 'watch', name: 'Sepsis Watch', vendor: 'Example Analytics', kind: 'alert', class: 'clinical', version: '2.3.0' } });
await house.call(addProductVersion, { params: { product: 'watch' }, body: { version: '3' } });
const open = async (slug: string) => (await house.call(createDeployment, { body: { slug, title: slug, product: 'watch', version: '2.3.0', programmeStart: '2026-03-02' } }, 'governance')).id;
const id = await open('sepsis-alert');

const row = (over: Partial<NewMeasurement> = {}): NewMeasurement => ({ measure: 'audit.share', deployment: id, scope: {}, value: 0.9, interval: { low: 0.85, high: 0.94 }, n: 200, asOf: house.clock.now(), class: 'E2', explain: 'of 200', source: 'audit/1', ...over });
const put = (...rows: NewMeasurement[]) => house.db.transaction().execute((tx) => publish(tx, rows));
/** Negative zero becomes zero on its way into a database. */
const unsigned = (value: number) => value + 0;
const caught = (work: Promise<unknown>): Promise<Problem> => work.then(() => { throw new Error('was not refused'); }, (problem: Problem) => problem);
const read = (deployment: string, measure: string, asOf?: string) => house.call(api.latest, { params: { deployment }, query: { measure, ...(asOf && { asOf }) } }, 'auditor');

describe('the catalogue', () => {
  test.each<[string, Declaration[], string]>([
    ['an id twice', [declare('audit.a'), declare('audit.a')], 'declared twice'],
    ['an id without a room', [declare('share')], 'capability.name'],
    ['a unit nobody knows', [declare('audit.a', { unit: 'furlongs' })], 'furlongs'],
    ['a direction nobody knows', [declare('audit.a', { better: 'sideways' as 'higher' })], 'sideways'],
    ['a class of evidence nobody knows', [declare('audit.a', { evidence: 'E7' as 'E2' })], 'E7'],
    ['a negative minimum', [declare('audit.a', { minimumN: -1 })], 'minimum n'],
    ['no freshness', [declare('audit.a', { freshForDays: 0 })], 'fresh'],
    ['no question', [declare('audit.a', { asks: ' ' })], 'does not say'],
    ['another unit than the playbook expects', [declare('workflow.hours', { unit: 'days' })], 'expects hours'],
  ])('refuses %s', (_, declarations, says) => {
    expect(() => catalogue(declarations, expected)).toThrow(says);
  });

  test('shows what rooms measure and what is only expected', async () => {
    const { items } = await house.call(api.list, {}, 'clinician');
    expect(items.find((one) => one.id === 'audit.share')).toMatchObject({ live: true, room: 'audit' });
    expect(items.find((one) => one.id === 'workflow.hours')).toMatchObject({ live: false });
    expect(catalogue([declare('workflow.hours', { unit: 'hours' })], expected).byId.get('workflow.hours')?.live).toBe(true);
  });
});

describe('publishing', () => {
  test('the same source, measure and scope again changes nothing', async () => {
    expect(await put(row(), row({ scope: { facility: 'north' } }))).toBe(2);
    expect(await put(row({ value: 0.1, interval: null }), row({ scope: { facility: 'north' } }))).toBe(0);
    expect((await latest(house.db, all, id, house.clock.now())).filter((one) => one.measure === 'audit.share').map((one) => one.value)).toEqual([0.9, 0.9]);
  });

  test('nothing is ever changed or removed', async () => {
    for (const statement of [sql`update measures.measurement set value = 1`, sql`delete from measures.measurement`]) await expect(statement.execute(house.db)).rejects.toThrow(/never changed/);
  });

  test('refuses a slug for an id, a turned interval and numbers that are none', async () => {
    await expect(put(row({ deployment: 'sepsis-alert', source: 'x' }))).rejects.toThrow('no deployment');
    await expect(put(row({ interval: { low: 1, high: 0 }, source: 'x' }))).rejects.toThrow('interval');
    await expect(put(row({ value: Number.NaN, source: 'x' }))).rejects.toThrow();
  });

  test('what goes in comes out', async () => {
    const deployment = await open('round-trip');
    let source = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({ value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map(unsigned)), spread: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })), n: fc.option(fc.maxSafeNat()), facility: fc.option(fc.string({ unit: 'grapheme' })), element: fc.option(fc.string({ minLength: 1, unit: 'grapheme' })) }),
        async (it) => {
          fc.pre(![it.facility, it.element].some((text) => text?.includes('\u0000')));
          source += 1;
          house.clock.pass(1_000);
          const one = row({ deployment, source: `trip/${source}`, value: it.value, n: it.n, scope: { facility: it.facility, department: null, ...(it.element !== null && { element: it.element }) }, interval: it.spread === null || it.value === null ? null : { low: it.value - it.spread, high: it.value + it.spread } });
          await put(one);
          const back = (await latest(house.db, all, deployment, house.clock.now())).find((found) => found.source === one.source);
          expect(back).toEqual(api.measurement.parse(one));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('the latest', () => {
  test('is the newest of the strongest evidence, as it stood then', async () => {
    const deployment = await open('strength');
    const at = (n: number) => new Date(Date.parse('2026-01-01T00:00:00.000Z') + days(n)).toISOString();
    await put(
      row({ deployment, source: 's/1', asOf: at(1), value: 0.1, interval: null, class: 'E3' }),
      row({ deployment, source: 's/2', asOf: at(2), value: 0.2, interval: null, class: 'E2' }),
      row({ deployment, source: 's/3', asOf: at(3), value: 0.3, interval: null, class: 'E0' }),
      row({ deployment, source: 's/4', asOf: at(4), value: 0.4, interval: null, class: 'E1' }),
    );
    const value = async (asOf: string) => (await latest(house.db, all, deployment, asOf)).find((one) => one.measure === 'audit.share')?.value;
    expect(await value(at(9))).toBe(0.2);
    expect(await value(at(1))).toBe(0.1);
    expect(await value(at(0))).toBeUndefined();
    // Records that say they cannot tell leave the word to a document; an older number of theirs does not come back.
    await put(row({ deployment, source: 's/5', asOf: at(10), value: null, interval: null, class: 'E2' }));
    expect(await value(at(10))).toBe(0.4);
    expect(await value(at(9))).toBe(0.2);
  });

  test('is stale when old, when the model changed, and not measurable with too few cases', async () => {
    const deployment = await open('standing');
    await put(row({ deployment, source: 'st/1' }));
    const standing = async () => (await read(deployment, 'audit.share')).items.map((one) => [one.standing, one.ageDays]);
    expect(await standing()).toEqual([['fresh', 0]]);
    house.clock.pass(1_000);
    await house.call(changeVersion, { params: { deployment }, body: { version: '3', reason: 'An update came' } }, 'governance');
    expect(await standing()).toEqual([['stale', 0]]);
    house.clock.pass(1_000);
    await put(row({ deployment, source: 'st/2', n: 29 }));
    expect(await standing()).toEqual([['not-measurable', 0]]);
    await put(row({ deployment, source: 'st/3' }));
    house.clock.pass(days(91));
    expect((await read(deployment, 'audit.share')).items[0]).toMatchObject({ standing: 'stale', because: '91 days old; it counts for 90 days.' });
  });

  test('has a history that can be paged and narrowed', async () => {
    const deployment = await open('history');
    for (let i = 0; i < 7; i++) {
      house.clock.pass(days(1));
      await put(row({ deployment, source: `h/${i}`, value: i / 10, interval: null, scope: { facility: i % 2 ? 'north' : null } }));
    }
    const ask = (query: object) => house.call(api.history, { params: { deployment, measure: 'audit.share' }, query }, 'auditor');
    const whole = await ask({});
    expect(whole.items.map((one) => one.value)).toEqual([0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0]);
    const first = await ask({ limit: 3 });
    const then = await ask({ limit: 4, after: first.next });
    expect([...first.items, ...then.items]).toEqual(whole.items);
    expect(then.next).toBeNull();
    expect((await ask({ facility: 'north' })).items).toHaveLength(3);
    expect((await caught(ask({ after: 'nonsense' }))).status).toBe(400);
    expect((await caught(house.call(api.history, { params: { deployment, measure: 'no.such' } }, 'auditor'))).status).toBe(404);
  });
});

describe('attesting', () => {
  const attest = (body: object, as: Role = 'clinical-owner') => house.call(api.attest, { params: { deployment: 'sepsis-alert' }, body: { measure: 'workflow.hours', value: 42, reason: 'Forty-two hours were watched in January.', ...body } as never }, as);

  test('a word is E0, a document E1, and both stand in the ledger without a name', async () => {
    expect(await attest({})).toMatchObject({ class: 'E0', value: 42, standing: 'fresh', deployment: id });
    house.clock.pass(1_000);
    const documented = await attest({ document: 'Shadowing protocol of 12 January, page 3' });
    expect(documented).toMatchObject({ class: 'E1' });
    expect(documented.explain).toContain('Test clinical-owner');
    const told = (await entries(house.db, { kind: 'measure.attested' })).items;
    expect(told).toHaveLength(2);
    expect(told[0]).toMatchObject({ actor: { ref: 'acc_clinical-owner' }, deployment: id, body: { measure: 'workflow.hours', value: 42, class: 'E1' } });
    expect(JSON.stringify(told)).not.toContain('Test clinical-owner');
  });

  test.each<[string, object, number]>([
    ['a measure nobody knows', { measure: 'no.such' }, 404],
    ['a measure a room computes', { measure: 'audit.share', value: 0.9, n: 50 }, 409],
    ['a day to come', { asOf: '2031-01-01T00:00:00.000Z' }, 422],
    ['a negative hour', { value: -1 }, 422],
    ['a per cent for a share', { measure: 'workflow.share', value: 95, n: 50 }, 422],
    ['a share without its cases', { measure: 'workflow.share', value: 0.95 }, 422],
    ['half a yes', { measure: 'workflow.done', value: 0.5 }, 422],
    ['an interval around something else', { interval: { low: 1, high: 2 } }, 422],
    ['a department in no facility', { scope: { department: 'icu' } }, 422],
    ['no reason', { reason: 'because' }, 400],
    ['an unknown field', { colour: 'red' }, 400],
  ])('refuses %s', async (_, body, status) => {
    expect((await caught(attest(body))).status).toBe(status);
  });
});

describe('who may call what', () => {
  test.each((measures(all).routes ?? []).map(({ endpoint }) => [endpoint.name, endpoint] as [string, Endpoint]))('%s refuses every other role and nobody', async (_name, endpoint) => {
    const asked = { params: { deployment: 'nowhere', measure: 'audit.share' } } as never;
    for (const role of roleNames.filter((one) => !endpoint.who.includes(one))) expect([role, (await house.send(endpoint, asked, role)).status]).toEqual([role, 403]);
    expect((await house.send(endpoint, asked, null)).status).toBe(401);
    expect([401, 403]).not.toContain((await house.send(endpoint, asked, endpoint.who[0] as Role)).status);
  });

  test('a vendor sees how its product was measured, not how the hospital is run', async () => {
    const vendor: Caller = { kind: 'person', id: 'acc_v', name: 'V', roles: ['vendor'], vendor: 'Example Analytics' };
    const seen = (await house.call(api.latest, { params: { deployment: id } }, vendor)).items.map((one) => api.roomOf(one.measure));
    expect(seen).toContain('audit');
    expect(seen).not.toContain('workflow');
    expect((await caught(house.call(api.latest, { params: { deployment: id } }, { ...vendor, vendor: 'Other' }))).status).toBe(404);
  });
});

describe('the charter as evidence', () => {
  const numbers = async () => Object.fromEntries((await latest(house.db, all, id, house.clock.now())).filter((one) => one.measure.startsWith('deployments.')).map((one) => [one.measure, one.value]));

  test('without one nothing is measurable, and nothing is zero', async () => {
    expect([...new Set(Object.values(await numbers()))]).toEqual([null]);
  });

  test('its numbers are read off it', async () => {
    await house.call(saveCharter, { params: { deployment: id }, body: { basedOn: 0, yaml: charterExample } }, 'governance');
    const before = await numbers();
    expect(before).toMatchObject({ 'deployments.problem-cost': 1_248_000, 'deployments.owner-hours': 6, 'deployments.owner-accepted': 0, 'deployments.risk-tier': 3 });
    await house.call(acceptOwnership, { params: { deployment: id }, body: { hoursPerWeek: 5 } }, 'clinical-owner');
    expect(await numbers()).toMatchObject({ 'deployments.owner-hours': 5, 'deployments.owner-accepted': 1 });
    const { items } = await read(id, 'deployments.problem-cost');
    expect(items[0]).toMatchObject({ class: 'E2', interval: { low: 900_000, high: 1_600_000 }, recordedAt: null });
  });
});
