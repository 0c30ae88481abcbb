// Who sees which deployment, and what may be changed about places, products and deployments?
import { describe, expect, test } from 'vitest';
import { roleNames, type Endpoint, type Role } from '../../tools/base/endpoint.ts';
import type { Caller } from '../../tools/server/capability.ts';
import { entries } from '../ledger/ledger.ts';
import { capability, requireDeployment } from './deployments.ts';
import * as api from './model.ts';
import { charterExample, furnish, openHospital } from './test-hospital.ts';

const house = await openHospital();
await furnish(house);
const vendor = (name: string | null): Caller => ({ kind: 'person', id: 'acc_v', name: 'Vendor', roles: ['vendor'], vendor: name });
const params = { deployment: 'sepsis-alert' };

describe('who may call what', () => {
  test.each(capability.routes!.filter(({ endpoint }) => endpoint.who !== 'public').map(({ endpoint }) => [endpoint.name, endpoint] as [string, Endpoint]))('%s refuses every other role and nobody', async (_name, endpoint) => {
    const refused = roleNames.filter((role) => !endpoint.who.includes(role));
    const asked = { params: { deployment: 'sepsis-alert', facility: 'nowhere', unit: 'nowhere', product: 'nothing', person: 'per_x' } } as never;
    for (const role of refused) expect([role, (await house.send(endpoint, asked, role)).status]).toEqual([role, 403]);
    expect((await house.send(endpoint, asked, null)).status).toBe(401);
    // And a role that may is not stopped at the door.
    expect([401, 403]).not.toContain((await house.send(endpoint, asked, endpoint.who[0] as Role)).status);
  });
});

describe('a vendor', () => {
  test('sees its own deployments and no others', async () => {
    await house.call(api.addProduct, { body: { slug: 'scribe', name: 'Scribe', vendor: 'Other Ltd', kind: 'scribe', class: 'clinical', version: '1' } });
    await house.call(api.createDeployment, { body: { slug: 'ambient', title: 'Ambient', product: 'scribe', version: '1' } });
    const seen = async (name: string | null) => (await house.call(api.listDeployments, {}, vendor(name))).items.map((one) => one.slug);
    expect(await seen('Other Ltd')).toEqual(['ambient']);
    expect(await seen('Example Analytics')).toEqual(['sepsis-alert']);
    expect(await seen('other ltd')).toEqual([]);
    expect(await seen(null)).toEqual([]);
    expect((await house.call(api.listProducts, {}, vendor('Other Ltd'))).items.map((one) => one.slug)).toEqual(['scribe']);
  });

  test('is told of another vendor’s deployment what it is told of a name nobody uses', async () => {
    const answer = async (deployment: string) => {
      const response = await house.send(api.getDeployment, { params: { deployment } }, vendor('Other Ltd'));
      return [response.status, (await response.text()).replaceAll(deployment, '…')];
    };
    expect(await answer('sepsis-alert')).toEqual(await answer('nothing-here'));
    expect((await house.call(api.getDeployment, { params: { deployment: 'ambient' } }, vendor('Other Ltd'))).vendor).toBe('Other Ltd');
  });

  test('stays a vendor with whatever other role', async () => {
    const both: Caller = { ...vendor('Other Ltd'), roles: ['vendor', 'governance'] };
    expect((await house.call(api.listDeployments, {}, both)).items.map((one) => one.slug)).toEqual(['ambient']);
    expect((await house.send(api.getCharter, { params }, both)).status).toBe(404);
    await expect(requireDeployment(house.db, both, 'sepsis-alert')).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('a deployment', () => {
  test('is found by slug and by id, searched, and filtered by facility and stage', async () => {
    house.clock.pass(1_000);
    await house.call(api.saveCharter, { params, body: { basedOn: 0, yaml: charterExample } }, 'governance');
    const { id } = await house.call(api.getDeployment, { params });
    expect((await house.call(api.getDeployment, { params: { deployment: id } })).slug).toBe('sepsis-alert');
    const found = async (query: object) => (await house.call(api.listDeployments, { query })).items.map((one) => one.slug);
    expect(await found({ q: 'WATCH sep' })).toEqual(['sepsis-alert']);
    expect(await found({ q: '100%_' })).toEqual([]);
    expect(await found({ facility: 'north' })).toEqual(['sepsis-alert']);
    expect(await found({ facility: 'south' })).toEqual([]);
    expect(await found({ stage: 'intake' })).toEqual(['sepsis-alert', 'ambient']);
  });

  test('pages of the portfolio hold everything once', async () => {
    const first = await house.call(api.listDeployments, { query: { limit: 1 } });
    const second = await house.call(api.listDeployments, { query: { limit: 1, after: first.next! } });
    expect([...first.items, ...second.items].map((one) => one.slug).sort()).toEqual(['ambient', 'sepsis-alert']);
    expect(second.next).toBeNull();
    expect((await house.send(api.listDeployments, { query: { after: 'nonsense' } })).status).toBe(400);
  });

  test('moves, changes mode and goes live by both clocks', async () => {
    const body = { stage: 'scale', mode: 'live', goLive: '2026-02-20', reason: 'G4 was approved' } as const;
    const moved = await house.call(api.changeDeployment, { params, body }, 'governance');
    expect(moved).toMatchObject({ stage: 'scale', mode: 'live', programmeWeek: 5, monthsSinceGoLive: 0 });
    const { items } = await house.call(api.listDeploymentEvents, { params });
    expect(items.map((one) => one.kind)).toEqual(expect.arrayContaining(['deployment.moved', 'deployment.mode-changed', 'deployment.changed', 'deployment.created']));
    const ledger = await entries(house.db, { kind: 'deployment.mode-changed' });
    expect(ledger.items).toMatchObject([{ deployment: moved.id, body: { from: 'off', to: 'live', reason: 'G4 was approved' } }]);
    expect((await house.send(api.changeDeployment, { params, body: { goLive: '2020-01-01', reason: 'a slip' } }, 'governance')).status).toBe(422);
  });

  test('can only run on a version its product has, and not on the same twice', async () => {
    const change = (version: string) => house.send(api.changeVersion, { params, body: { version, reason: 'Vendor update' } }, 'governance');
    expect((await change('9.9')).status).toBe(422);
    expect((await change('2.3.0')).status).toBe(409);
  });

  test.each([['organization', 400], ['sepsis-alert', 409], ['Not A Slug', 400]])('cannot be called %s', async (slug, status) => {
    expect((await house.send(api.createDeployment, { body: { slug, title: 'x', product: 'scribe', version: '1' } }, 'governance')).status).toBe(status);
  });
});

describe('text from broken files', () => {
  test('is refused or not found, and never breaks the database', async () => {
    const status = async (sent: Promise<Response>) => (await sent).status;
    expect(await status(house.send(api.addFacility, { body: { slug: 'east', name: 'nul \0' } }))).toBe(400);
    expect(await status(house.send(api.createDeployment, { body: { slug: 'east', title: 'half \ud800', product: 'scribe', version: '1' } }))).toBe(400);
    expect(await status(house.send(api.changeDeployment, { params, body: { title: 'x', reason: 'nul \0 here' } }, 'governance'))).toBe(400);
    expect(await status(house.send(api.getDeployment, { params: { deployment: 'nul\0' } }))).toBe(404);
    expect(await status(house.send(api.listDeployments, { query: { q: 'a\0b' } }))).toBe(200);
    expect(await status(house.send(api.listPeople, { query: { q: "a\0b' & !" } }))).toBe(200);
  });
});

describe('places', () => {
  test('are renamed, listed with their units, and removed only when nothing refers to them', async () => {
    await house.call(api.setOrganization, { body: { name: 'Example Health', size: 'regional' } });
    expect(await house.call(api.getOrganization, {})).toMatchObject({ name: 'Example Health', size: 'regional' });
    const renamed = await house.call(api.changeFacility, { params: { facility: 'south' }, body: { name: 'South Campus' } });
    expect(renamed).toMatchObject({ name: 'South Campus', aliases: ['Organization/south'] });
    expect((await house.call(api.listFacilities, {})).items.map((one) => [one.slug, one.units])).toEqual([['north', 3], ['south', 0]]);
    const status = async (sent: Promise<Response>) => (await sent).status;
    expect(await status(house.send(api.removeFacility, { params: { facility: 'north' } }))).toBe(409);
    expect(await status(house.send(api.removeUnit, { params: { facility: 'north', unit: 'med-1' } }))).toBe(409);
    expect(await status(house.send(api.removeUnit, { params: { facility: 'north', unit: 'icu' } }))).toBe(200);
    expect(await status(house.send(api.removeFacility, { params: { facility: 'south' } }))).toBe(200);
    expect(await status(house.send(api.addFacility, { body: { slug: 'north', name: 'Again' } }))).toBe(409);
    expect((await house.call(api.listUnits, { query: { facility: 'north' } })).items.map((one) => one.slug)).toEqual(['med-1', 'med-2']);
    expect(await status(house.send(api.listUnits, { query: { facility: 'nowhere' } }))).toBe(404);
  });
});

describe('the clocks', () => {
  test.each([['2026-03-02', '2026-03-02', 1], ['2026-03-02', '2026-03-08', 1], ['2026-03-02', '2026-03-09', 2], ['2026-03-02', '2026-03-01', null], [null, '2026-03-01', null]])('programme week from %s on %s is %s', (start, today, week) => {
    expect(api.programmeWeek(start, `${today}T12:00:00.000Z`)).toBe(week);
  });
  test.each([['2026-01-31', '2026-02-28', 0], ['2026-01-31', '2026-03-31', 2], ['2025-11-21', '2026-11-21', 12], ['2026-01-31', '2026-01-30', null]])('months from %s to %s are %s', (from, to, months) => {
    expect(api.monthsSince(from, `${to}T00:00:00.000Z`)).toBe(months);
  });
});
