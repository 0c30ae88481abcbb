// Does a suspend drill stop what it says, time every instance, and end where it began?
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capability as deployments } from '../../../spine/deployments/deployments.ts';
import * as dep from '../../../spine/deployments/model.ts';
import { entries, ledger, remember } from '../../../spine/ledger/ledger.ts';
import { catalogue, latest, measures } from '../../../spine/measures/measures.ts';
import { theHouse } from '../../../tools/server/capability.ts';
import { testHouse } from '../../../tools/server/test-database.ts';
import { capability as decisions } from '../../decisions/decisions.ts';
import { gateway } from '../gateway.ts';
import * as policies from '../model.ts';
import { policy } from '../policy.ts';
import { call as asked, card, json, openInstance, openVendor, setPolicy, slug } from '../test-ehr.ts';
import { written } from './commands.ts';
import { call as callDrill } from './drill.ts';
import * as api from './model.ts';

const none = catalogue([]);
const house = await testHouse([ledger, deployments, measures(none), decisions, gateway()], { remember, now: '2027-03-10T12:00:00.000Z' });
const vendor = await openVendor();
const params = { deployment: slug };
let id = '';
let instances: Awaited<ReturnType<typeof openInstance>>[] = [];
beforeAll(async () => {
  await house.call(dep.addProduct, { body: { slug: 'watch', name: 'Watch', vendor: 'acme', kind: 'alert', class: 'clinical', version: '1.0' } });
  id = (await house.call(dep.createDeployment, { body: { slug, title: 'Watch', product: 'watch', version: '1.0' } })).id;
  await house.call(policies.putService, { params, body: { url: `${vendor.url}/v1`, callers: { check: 'none' }, sign: false } as never });
  instances = [await openInstance(house), await openInstance(house)];
  vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card()] });
});
afterAll(async () => {
  for (const one of instances) await one.close();
  await vendor.close();
});

const settle = async () => {
  for (const one of instances) await one.settle();
};
/** After the clock has jumped the instances have to be seen again before they count as alive. */
const seenAgain = () => expect.poll(async () => (await house.call(policies.getService, { params })).instances.filter(({ alive }) => alive).length, { timeout: 10_000 }).toBe(2);
const measured = async (measure: string) => (await latest(house.db, none, id, house.clock.now())).find((one) => one.measure === `incidents.${measure}`);
const stateOf = (drill: api.SuspendDrill) => Object.fromEntries(drill.steps.map(({ step, state }) => [step, state]));
const calling = (body: object = {}) => house.call(api.callSuspendDrill, { params, body: { scenario: 'Two patients were swapped.', ...body } as never }, 'safety-officer');
const acting = (drill: string, act: api.Act, as = 'manager' as const) => house.call(api.actInSuspendDrill, { params: { drill }, body: { act, note: 'by telephone' } }, as);

it('cannot be called while nothing acts', () => expect(calling()).rejects.toMatchObject({ kind: 'conflict' }));

describe('of an AI that is shown', () => {
  let drill = '';

  it('is timed from the call to the last instance, the fallback and the notice', async () => {
    await setPolicy(house, policy.parse({ mode: 'live', deadlineMs: 20_000 }));
    await settle();
    expect(JSON.parse((await instances[0]!.ask()).text).cards).toHaveLength(1);
    const called = await calling();
    drill = called.drill;
    expect(called).toMatchObject({ ground: 'live', mode: 'live', version: null, resume: null });
    expect(stateOf(called)).toMatchObject({ called: 'done', acknowledged: 'open', stopped: 'open' });
    // The latest drill is the one that counts, and it has no time yet.
    expect(await measured('suspend-stop-minutes')).toMatchObject({ value: null });
    await expect(calling()).rejects.toMatchObject({ kind: 'conflict' });
    await expect(house.call(api.orderSuspendDrill, { params: { drill } }, 'manager')).rejects.toMatchObject({ kind: 'conflict' });
    await expect(acting(drill, 'told')).rejects.toMatchObject({ kind: 'conflict' });

    house.clock.pass(6 * 60_000);
    expect(await acting(drill, 'acknowledged')).toMatchObject({ sameHand: false });
    expect(await measured('suspend-acknowledge-minutes')).toMatchObject({ value: 6, class: 'E3' });
    await seenAgain();
    const ordered = await house.call(api.orderSuspendDrill, { params: { drill } }, 'manager');
    expect(ordered.instances).toHaveLength(2);
    expect(ordered.instances.every(({ actedAt }) => actedAt !== null)).toBe(true);
    expect(stateOf(ordered)).toMatchObject({ acknowledged: 'done', ordered: 'done', stopped: 'done' });
    house.clock.pass(1_000);
    for (const one of instances) expect(JSON.parse((await one.ask()).text).cards).toEqual([]);
    await settle();
    house.clock.pass(4 * 60_000);
    await acting(drill, 'fallback');
    expect(await measured('suspend-stop-minutes')).toMatchObject({ value: null });
    house.clock.pass(25 * 60_000);
    const told = await acting(drill, 'told');
    expect(told.became).toEqual({ killed: 2 });
    expect(stateOf(told)).toMatchObject({ 'nothing-shown': 'done', fallback: 'done', told: 'late', resumed: 'open' });
    expect((await measured('suspend-stop-minutes'))!.value).toBeCloseTo(35, 1);
    await expect(acting(drill, 'told')).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('goes back only when a second person approves', async () => {
    const waiting = await house.call(api.resumeSuspendDrill, { params: { drill } }, 'safety-officer');
    expect(waiting.resume).toMatchObject({ state: 'proposed', needs: ['the mode becomes live'] });
    expect(stateOf(waiting)).toMatchObject({ resumed: 'open' });
    await settle();
    expect(JSON.parse((await instances[0]!.ask()).text).cards).toEqual([]);
    await expect(house.call(policies.approvePolicy, { params, body: { version: waiting.resume!.version } }, 'safety-officer')).rejects.toMatchObject({ kind: 'not-allowed' });
    await house.call(policies.approvePolicy, { params, body: { version: waiting.resume!.version } }, 'governance');
    await settle();
    expect(JSON.parse((await instances[1]!.ask()).text).cards).toHaveLength(1);
    expect((await house.call(dep.getDeployment, { params })).mode).toBe('live');
  });

  it('is reviewed, scored into the ledger, and its measures stand', async () => {
    house.clock.moveTo('2027-03-15T09:00:00.000Z');
    const { items: [before] } = await house.call(api.listSuspendDrills, { params }, 'auditor');
    expect(stateOf(before!)).toMatchObject({ resumed: 'done', reviewed: 'open' });
    const done = await house.call(api.reviewSuspendDrill, { params: { drill }, body: { review: 'The notice took too long: the list of wards was old.' } }, 'safety-officer');
    expect(done).toMatchObject({ done: 8, reviewed: true, shownAfter: 0 });
    expect(await measured('drill-review-days')).toMatchObject({ value: 3, class: 'E2' });
    const { items } = await entries(house.db, { kind: 'gateway.suspend-drill', deployment: id });
    expect(items.map(({ body }) => (body as { step: string }).step)).toEqual(['reviewed', 'resumed', 'told', 'fallback', 'ordered', 'acknowledged', 'called']);
    expect((items[0]!.body as { scored?: api.SuspendDrill }).scored!.done).toBe(8);
    expect(written(done)).toMatch(/late +told/);
  });
});

it('one arm is stopped while the other goes on, and comes back with a second person', async () => {
  await setPolicy(house, policy.parse({ mode: 'staged', deadlineMs: 20_000, arms: [{ id: 'test-arm', shows: true, share: 0.5 }, { id: 'ward-a', shows: true, share: 0.5 }] }));
  await settle();
  expect((await house.call(api.listSuspendDrills, { params })).arms).toEqual(['test-arm', 'ward-a']);
  const { drill } = await calling({ arm: 'test-arm', announced: true });
  await acting(drill, 'acknowledged');
  await seenAgain();
  const ordered = await house.call(api.orderSuspendDrill, { params: { drill } }, 'manager');
  expect(ordered).toMatchObject({ ground: 'arm', lastMs: expect.any(Number) });
  house.clock.pass(1_000);
  const shown: number[] = [];
  for (let nth = 0; nth < 24; nth++) shown.push(JSON.parse((await instances[nth % 2]!.ask(asked({ context: { userId: 'Practitioner/7', patientId: `p-${nth}`, encounterId: `e-${nth}` } }))).text).cards.length);
  expect(shown).toContain(1);
  expect(shown).toContain(0);
  await settle();
  house.clock.pass(1_000);
  const seen = (await house.call(api.listSuspendDrills, { params })).items[0]!;
  expect(seen.shownAfter).toBe(0);
  expect(Object.values(seen.became).reduce((sum, n) => sum + n, 0)).toBe(shown.filter((n) => n === 0).length);
  const waiting = await house.call(api.resumeSuspendDrill, { params: { drill } }, 'safety-officer');
  expect(waiting.resume).toMatchObject({ state: 'proposed', needs: ['more are drawn to see it'] });
  await house.call(policies.approvePolicy, { params, body: { version: waiting.resume!.version } }, 'governance');
  await house.call(api.reviewSuspendDrill, { params: { drill }, body: { review: 'The arm was stopped and came back.' } }, 'safety-officer');
});

it('in shadow mode nobody else is needed, and a deployment that was stricter than its policy stays so', async () => {
  await house.call(dep.changeDeployment, { params, body: { mode: 'shadow', reason: 'a pause' } }, 'governance');
  await settle();
  const called = await callDrill(house, theHouse, slug, { scenario: 'At a terminal.', announced: true, arm: null });
  expect(called).toMatchObject({ ground: 'shadow', mode: 'shadow' });
  await house.call(api.actInSuspendDrill, { params: { drill: called.drill }, body: { act: 'acknowledged', note: 'at once' } }, 'administrator');
  await house.call(api.orderSuspendDrill, { params: { drill: called.drill } }, 'administrator');
  const back = await house.call(api.resumeSuspendDrill, { params: { drill: called.drill } }, 'safety-officer');
  expect(back.resume).toMatchObject({ state: 'acting', needs: [] });
  expect(stateOf(back)).toMatchObject({ resumed: 'done' });
  expect((await house.call(dep.getDeployment, { params })).mode).toBe('shadow');
});
