// Does nothing go live while its gate is not passed, and does what fires at the gates stop what shows?
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capability as deployments } from '../../spine/deployments/deployments.ts';
import * as dep from '../../spine/deployments/model.ts';
import { endpoints as gateApi } from '../../spine/gates/model.ts';
import { gatekeeper, gateMeasures, gates } from '../../spine/gates/gates.ts';
import { book, gateOf, satisfy, table } from '../../spine/gates/test-deployment.ts';
import { expectedMeasures } from '../../spine/gates/model.ts';
import { entries, ledger, remember } from '../../spine/ledger/ledger.ts';
import { catalogue, measures } from '../../spine/measures/measures.ts';
import { days } from '../../tools/base/clock.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { capability as decisions } from '../decisions/decisions.ts';
import { gateway as room, gatewayMeasures } from './gateway.ts';
import { mindGates } from './jobs.ts';
import * as api from './model.ts';
import { policy } from './policy.ts';
import { described, openInstance, openVendor, slug } from './test-ehr.ts';

const catalogueOfTest = catalogue([...gateMeasures, ...gatewayMeasures.filter(({ id }) => id === 'gateway.unannounced-versions')], expectedMeasures(book));
const keeper = gatekeeper({ book, catalogue: catalogueOfTest });
const house = await testHouse([ledger, deployments, measures(catalogueOfTest), gates(catalogueOfTest, book), decisions, room(keeper)], { remember });
const vendor = await openVendor();
const params = { deployment: slug };
let id = '';
let instance: Awaited<ReturnType<typeof openInstance>>;
beforeAll(async () => {
  for (const facility of ['north', 'south']) await house.call(dep.addFacility, { body: { slug: facility, name: facility } });
  await house.call(dep.addProduct, { body: { slug: 'watch', name: 'Watch', vendor: 'acme', kind: 'alert', class: 'clinical', version: '1' } });
  await house.call(dep.addProductVersion, { params: { product: 'watch' }, body: { version: '2' } });
  id = (await house.call(dep.createDeployment, { body: { slug, title: 'Watch', product: 'watch', version: '1', facilities: [{ facility: 'north' }, { facility: 'south' }], programmeStart: '2026-03-02' } }, 'governance')).id;
  await house.call(api.putService, { params, body: { url: `${vendor.url}/v1`, callers: { check: 'none' }, sign: false } as never });
  instance = await openInstance(house);
});
afterAll(async () => (await instance.close(), await vendor.close()));

const live = { mode: 'live', deadlineMs: 20_000 } as const;
const propose = (changes: object, exception?: api.Exception) => house.call(api.proposePolicy, { params, body: { policy: policy.parse(changes), reason: 'a test', ...(exception && { exception }) } }, 'clinical-owner');
const approve = (version: number, as: 'governance' | 'safety-officer' | 'clinical-owner' = 'governance') => house.call(api.approvePolicy, { params, body: { version } }, as);
const let_ = async (changes: object, exception?: api.Exception) => {
  const made = await propose(changes, exception);
  if (made.state === 'proposed') await approve(made.version);
};
const pass = async (gate: string, about?: 'resume') => {
  house.clock.pass(1_000);
  await satisfy(house, id, gate);
  const seen = (await gateOf(house, id, gate)).digest;
  await house.call(gateApi.decide, { params: { deployment: id, gate }, body: { outcome: 'approve', reason: 'Everything stands as it should.', present: table, seen, ...(about && { about }) } }, 'governance');
};
const acting = async () => (await house.call(api.getPolicy, { params })).acting;
const mind = () => mindGates(keeper).run(house, {} as never, new AbortController().signal);
const until = (inDays: number) => new Date(Date.parse(house.clock.now()) + days(inDays)).toISOString().slice(0, 10);
const refused = async (changes: object) => propose(changes).then(() => null, (problem: { kind: string; message: string; details: { path: string }[] }) => problem);

describe('a policy', () => {
  it('that asks in silence needs G1, with every criterion in its way named', async () => {
    const problem = (await refused({ mode: 'shadow' }))!;
    expect(problem).toMatchObject({ kind: 'unprocessable', message: expect.stringMatching(/needs G0 .* and G1 \(Clinician-centric design\)/) as string });
    expect(problem.details.length).toBeGreaterThan(0);
    expect((await house.call(api.checkPolicy, { params, body: { policy: policy.parse({ mode: 'shadow' }) } }, 'clinical-owner')).gates.map(({ gate }) => gate)).toEqual(['G0', 'G1']);
  });

  it('acts in silence when G1 is passed, in a pilot when G2 is, live when G4 is', async () => {
    await pass('G0');
    await pass('G1');
    await let_({ mode: 'shadow' });
    expect((await acting()).policy.mode).toBe('shadow');
    const staged = { mode: 'staged', arms: [{ id: 'shown', shows: true, share: 0.5 }] };
    expect((await refused(staged))!.message).toMatch(/needs G2 /);
    await pass('G2');
    await let_(staged);
    expect((await acting()).policy.mode).toBe('staged');
    expect((await refused(live))!.message).toMatch(/G4/);
    await pass('G3');
    await pass('G4');
    await let_(live);
    expect((await acting()).policy.mode).toBe('live');
    expect((await house.call(api.getPolicy, { params })).gates).toEqual([]);
  });

  it('that shows less is never held up by a gate', async () => {
    house.clock.pass(1_000);
    await house.call(dep.changeVersion, { params, body: { version: '2', reason: 'a new model' } }, 'governance');
    expect((await house.call(api.getPolicy, { params })).gates).toContainEqual(expect.objectContaining({ gate: 'G4', because: expect.stringContaining('model version changed') as string }));
    await let_({ ...live, budget: { perEncounter: 3 } });
    expect((await acting()).policy.budget.perEncounter).toBe(3);
  });

  it('that shows more is, while its gate is open again', async () => {
    const problem = (await refused({ ...live, budget: { perEncounter: 5 } }))!;
    expect(problem.message).toMatch(/G4 .*model version changed/);
    expect((await acting()).policy.mode).toBe('live');
  });
});

describe('a trigger of GX', () => {
  it('suspends what shows, and says why', async () => {
    await mind();
    expect((await acting()).policy.mode).toBe('live');
    vendor.discovery = { services: [{ ...described.services[0], title: 'Something else' }] };
    // The change of version just before announced this one; a month later nothing does.
    house.clock.pass(days(31));
    await instance.settle();
    await house.call(api.readDiscovery, { params });
    house.clock.pass(1_000);
    await mind();
    expect(await acting()).toMatchObject({ policy: { mode: 'suspended' }, proposedBy: expect.any(String) as string, reason: expect.stringMatching(/GX: X\.4 No unannounced version/) as string });
    expect((await entries(house.db, { kind: 'gateway.killed', limit: 1 })).items[0]!.body).toMatchObject({ mode: 'live' });
    await mind();
    expect((await entries(house.db, { kind: 'gateway.killed', limit: 5 })).items).toHaveLength(1);
  });

  it('is in the way of showing again, and so is a committee that has not resumed', async () => {
    expect((await refused(live))!.details.map(({ path }) => path)).toContain('GX X.4');
    await house.call(dep.addProductVersion, { params: { product: 'watch' }, body: { version: '3' } });
    await house.call(dep.changeVersion, { params, body: { version: '3', reason: 'that is what it was' } }, 'governance');
    for (const gate of ['G0', 'G1', 'G2', 'G3', 'G4']) if ((await gateOf(house, id, gate)).state !== 'decided') await pass(gate);
    expect((await refused(live))!.message).toMatch(/needs GX .*has not decided to resume/);
    await pass('GX', 'resume');
    await let_(live);
    expect((await acting()).policy.mode).toBe('live');
  });
});

describe('an exception', () => {
  const exception = (inDays: number): api.Exception => ({ reason: 'The ward has no other warning tonight.', until: until(inDays) });

  it('ends within thirty days, and is approved by governance or a safety officer', async () => {
    house.clock.pass(1_000);
    await house.call(api.kill, { params, body: { reason: 'to begin anew' } }, 'manager');
    await expect(propose(live, exception(31))).rejects.toThrow(/within 30 days/);
    await expect(propose(live, exception(-1))).rejects.toThrow(/within 30 days/);
    const made = await propose(live, exception(5));
    expect(made).toMatchObject({ state: 'proposed', exception: { gates: ['GX'] }, needs: expect.arrayContaining([expect.stringMatching(/^GX is not passed/)]) as string[] });
    await expect(approve(made.version, 'clinical-owner')).rejects.toThrow(/safety officer/);
    await approve(made.version, 'safety-officer');
    expect((await entries(house.db, { kind: 'gateway.policy-approved', limit: 1 })).items[0]!.body).toMatchObject({ mode: 'live', exception: { until: until(5), gates: ['GX'] } });
  });

  it('goes along when what it lets act is narrowed', async () => {
    await let_({ ...live, budget: { perEncounter: 1 } });
    expect((await acting()).exception).toMatchObject({ until: until(5) });
  });

  it('ends by itself: what was shown is asked in silence', async () => {
    house.clock.pass(days(4));
    await instance.settle();
    await mind();
    expect((await acting()).policy.mode).toBe('live');
    await house.call(dep.changeVersion, { params, body: { version: '2', reason: 'back to the one before' } }, 'governance');
    house.clock.pass(days(2));
    await instance.settle();
    await mind();
    expect((await acting()).policy.mode).toBe('off');
    expect((await entries(house.db, { kind: 'gateway.exception-ended', limit: 1 })).items[0]!.body).toMatchObject({ mode: 'live', becomes: 'off', gates: ['GX'] });
  });
});
