// Do the gateway's measures say what their definitions say, and nothing where there is nothing?
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import * as dep from '../../spine/deployments/model.ts';
import type { NewMeasurement } from '../../spine/measures/model.ts';
import { days } from '../../tools/base/clock.ts';
import { catchUp } from '../decisions/decisions.ts';
import { checks, findingsOf, type Installation } from './installation.ts';
import { gatewayMeasures } from './measures.ts';
import * as api from './model.ts';
import { policy } from './policy.ts';
import { call, described, openHospital, setPolicy, slug } from './test-ehr.ts';

const { house, vendor, gateway, deployment, close } = await openHospital();
afterAll(close);
const measured = async (id: string): Promise<NewMeasurement> => (await gatewayMeasures.find((one) => one.id === id)!.evaluate!(house.db, deployment, house.clock.now()))[0]!;
const settle = async () => {
  await gateway.settle();
  await catchUp(house.db);
  house.clock.pass(1_000);
};
const params = { deployment: slug };

describe('unannounced versions', () => {
  it('nothing was seen: not measurable', async () => expect(await measured('gateway.unannounced-versions')).toMatchObject({ value: null, n: 0 }));

  it('a version that was told counts nothing, one that answers untold and a silent change of discovery count', async () => {
    await setPolicy(house, policy.parse({ mode: 'shadow', deadlineMs: 20_000 }));
    await gateway.settle();
    await gateway.ask();
    await settle();
    expect(await measured('gateway.unannounced-versions')).toMatchObject({ value: 0, n: 1 });
    await sql`update decisions.fact set version = '2.4.0'`.execute(house.db);
    expect(await measured('gateway.unannounced-versions')).toMatchObject({ value: 1, explain: 'Answered untold: 2.4.0.' });
    vendor.discovery = { services: [{ ...described.services[0], title: 'Sepsis Watch 2' }] };
    await house.call(api.readDiscovery, { params });
    expect(await measured('gateway.unannounced-versions')).toMatchObject({ value: 2, explain: expect.stringContaining('discovery changed once') as string });
    // Somebody puts it down: the description is accounted for, and what answered before stays untold for a week.
    await house.call(dep.addProductVersion, { params: { product: 'sepsis-watch' }, body: { version: '2.4.0' } });
    await house.call(dep.changeVersion, { params, body: { version: '2.4.0', reason: 'the vendor told us by telephone' } }, 'governance');
    expect(await measured('gateway.unannounced-versions')).toMatchObject({ value: 1 });
    house.clock.pass(days(8));
    await gateway.settle();
    await gateway.ask();
    await settle();
    expect(await measured('gateway.unannounced-versions')).toMatchObject({ value: 0 });
  });
});

describe('fires in excluded contexts', () => {
  const shownTo = async (patients: number, from = 0) => {
    for (let nth = from; nth < from + patients; nth++) await gateway.ask(call({ context: { userId: 'Practitioner/7', patientId: `p-${nth}`, encounterId: `e-${nth}` }, prefetch: { place: nth % 2 === 0 ? 'north' : 'south' } }));
    await settle();
  };

  it('nothing tells which contexts are excluded: not measurable', async () => {
    await setPolicy(house, policy.parse({ mode: 'live', deadlineMs: 20_000 }));
    await gateway.settle();
    await shownTo(2);
    expect(await measured('gateway.contextual-fires')).toMatchObject({ value: null, explain: expect.stringContaining('No rule') as string });
  });

  it('the sample of a rule counts, with its rule in the record; what the rule held back is no alert', async () => {
    await setPolicy(house, policy.parse({ mode: 'live', deadlineMs: 20_000, rules: [{ id: 'in-the-north', says: 'in the north', when: 'before', condition: "%prefetch.place = 'north'", owner: 'Dr. Alvarez', expires: '2026-12-31', showAnyway: 1 }] }));
    await gateway.settle();
    await shownTo(8, 10);
    expect(await measured('gateway.contextual-fires')).toMatchObject({ value: 4 / 10, n: 10, interval: { low: expect.any(Number) as number, high: expect.any(Number) as number } });
    const { rows } = await sql<{ rule: string | null; n: number }>`select rule, count(*)::int as n from decisions.fact where disposition = 'shown' group by rule order by rule`.execute(house.db);
    expect(rows).toEqual([{ rule: 'in-the-north', n: 4 }, { rule: null, n: 6 }]);
  });

  it('a card on each rule after the answer counts as well, and so does a place it is not meant for', async () => {
    await setPolicy(house, policy.parse({ mode: 'live', deadlineMs: 20_000, rules: [{ id: 'no-warnings', says: 'warnings', when: 'after', condition: "%card.indicator = 'warning'", owner: 'Dr. Alvarez', expires: '2026-12-31', showAnyway: 1 }] }));
    await gateway.settle();
    await shownTo(2, 30);
    expect(await measured('gateway.contextual-fires')).toMatchObject({ value: 6 / 12, n: 12 });
    await house.call(dep.addFacility, { body: { slug: 'north', name: 'North' } });
    await sql`insert into deployments.deployment_place (deployment_id, facility_id) select ${deployment}, id from deployments.facility where slug = 'north'`.execute(house.db);
    await sql`update decisions.fact set facility = 'south' where rule is null`.execute(house.db);
    expect(await measured('gateway.contextual-fires')).toMatchObject({ value: 1, n: 12 });
  });
});

it('what came through the gateway ran on what the record system sent; what was told otherwise does not count', async () => {
  const { n } = await measured('decisions.unprepared-exposure');
  expect(n).toBe(12);
  expect(await measured('decisions.unprepared-exposure')).toMatchObject({ value: 1 });
  await sql`update decisions.fact set via = 'csv', assurance = 'reported' where decision in (select decision from decisions.fact where disposition = 'shown' order by decision limit 3)`.execute(house.db);
  expect(await measured('decisions.unprepared-exposure')).toMatchObject({ value: 9 / 12, n: 12 });
});

it('overrides are counted with and without a reason', async () => {
  expect(await measured('adoption.override-reasons')).toMatchObject({ value: null, n: 0 });
  await sql`update decisions.fact set act = 'overridden', reason = case when decision in (select decision from decisions.fact where disposition = 'shown' order by decision limit 3) then 'viral' end where disposition = 'shown'`.execute(house.db);
  expect(await measured('adoption.override-reasons')).toMatchObject({ value: 3 / 12, n: 12, interval: { low: expect.any(Number) as number, high: expect.any(Number) as number } });
});

describe('feeds', () => {
  const heard = async (unit: string, ...daysAgo: number[]) => {
    for (const one of daysAgo)
      await sql`insert into decisions.day (deployment_id, day, facility, disposition, assurance, decisions, critical, repeats, undelivered, accepted, overridden, reasons, acted, timed, too_late)
        values (${deployment}, ${house.clock.now()}::date - ${one}::int, ${unit}, 'shadow', 'enforced', 5, 0, 0, 0, 0, 0, 0, 0, 0, 0) on conflict do nothing`.execute(house.db);
  };
  const since = (from: number, to = 30) => Array.from({ length: to - from }, (_, i) => from + i);

  it('none was heard often enough: not measurable', async () => expect(await measured('gateway.feed-breaks')).toMatchObject({ value: null, explain: expect.stringContaining('ten days') as string }));

  it('one that is silent while others are heard is broken after more than a day', async () => {
    await sql`delete from decisions.day`.execute(house.db);
    await sql`delete from deployments.deployment_place`.execute(house.db);
    await heard('north', ...since(0));
    await heard('south', ...since(2));
    expect(await measured('gateway.feed-breaks')).toMatchObject({ value: 0, n: 2, explain: 'All 2 feeds arrive.' });
    await sql`delete from decisions.day where facility = 'south' and day >= ${house.clock.now()}::date - 2`.execute(house.db);
    expect(await measured('gateway.feed-breaks')).toMatchObject({ value: 1, n: 2, explain: expect.stringMatching(/^1 of 2 feeds: south, silent since/) as string });
    // Heard again today: it is back.
    await heard('south', 0);
    expect(await measured('gateway.feed-breaks')).toMatchObject({ value: 0 });
    await sql`delete from decisions.day where facility = 'south' and day >= ${house.clock.now()}::date - 2`.execute(house.db);
  });

  it('where nothing at all arrives nobody can tell; nor where the gateway is off', async () => {
    house.clock.pass(days(5));
    expect(await measured('gateway.feed-breaks')).toMatchObject({ value: null, explain: expect.stringContaining('rests') as string });
    await heard('north', 0);
    // The days of rest do not count: south is silent for as long as it was.
    expect(await measured('gateway.feed-breaks')).toMatchObject({ value: 1 });
    await setPolicy(house, policy.parse({ mode: 'off' }));
    expect(await measured('gateway.feed-breaks')).toMatchObject({ value: null, explain: expect.stringContaining('off') as string });
  });
});

it('what is shown before the criteria are locked is not criteria first', async () => {
  expect(await measured('pilot.criteria-before-exposure')).toMatchObject({ value: 0, explain: expect.stringContaining('not locked') as string });
});

it('the database of a test is the embedded one, which is for trials', async () => {
  expect(await measured('gateway.production-database')).toMatchObject({ value: 0, explain: expect.stringContaining('DATABASE_URL') as string });
});

describe('findings of the installation', () => {
  const sound: Installation = {
    connection: { url: 'https://vendor.example', callers: { check: 'jwt', issuers: [{ iss: 'https://ehr', jwksUrl: 'https://ehr/jwks' }] }, sign: true, origins: [], prefetch: {}, places: { facility: null, department: null, names: {} }, moment: null },
    addresses: ['https://attending.example'], database: { overNetwork: true, encrypted: true }, unsealed: 0, endlessKeys: 0, approvers: 2, vendorsWithRoles: 0,
  };
  const connected = (changes: object): Installation => ({ ...sound, connection: { ...sound.connection!, ...changes } });

  it('there are none where all is well, or where nothing leaves the machine', () => {
    expect(findingsOf(sound)).toEqual([]);
    expect(findingsOf({ ...connected({ url: 'http://localhost:9000' }), addresses: ['http://127.0.0.1:4330'], connection: null })).toEqual([]);
  });

  it.each<[string, Installation]>([
    ['callers-unchecked', connected({ callers: { check: 'none' } })], ['any-page', connected({ origins: ['*'] })], ['page-unencrypted', connected({ origins: ['http://ward.example'] })],
    ['vendor-unencrypted', connected({ url: 'http://vendor.example' })], ['keys-unencrypted', connected({ callers: { check: 'jwt', issuers: [{ iss: 'x', jwksUrl: 'http://ehr.example/jwks' }] } })],
    ['house-unencrypted', { ...sound, addresses: ['http://attending.example'] }], ['database-unencrypted', { ...sound, database: { overNetwork: true, encrypted: false } }], ['calls-unsealed', { ...sound, unsealed: 3 }],
    ['endless-keys', { ...sound, endlessKeys: 1 }], ['no-second-person', { ...sound, approvers: 1 }], ['vendor-in-the-house', { ...sound, vendorsWithRoles: 1 }],
  ])('%s', (id, of) => expect(findingsOf(of).map((one) => one.id)).toEqual([id]));

  it('every check is one that can be found, and the house is asked about itself', async () => {
    expect(checks).toHaveLength(11);
    expect(await measured('gateway.critical-findings')).toMatchObject({ value: 2, n: 11, explain: expect.stringContaining('checks no callers') as string });
  });
});
