// Do rules, arms, repeats and budgets hold back what they should, on every instance, and does a replay say the same?
import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { entries } from '../../spine/ledger/ledger.ts';
import { testCallers } from '../../tools/server/test-database.ts';
import type { Recorded } from '../decisions/model.ts';
import * as api from './model.ts';
import { policy } from './policy.ts';
import { call, card, json, openHospital, openInstance, setPolicy, slug } from './test-ehr.ts';

const { house, vendor, gateway, close } = await openHospital({
  prefetch: { attendingAntibiotics: 'MedicationRequest?patient={{context.patientId}}&status=active' },
  places: { facility: '%prefetch.encounter.serviceProvider.reference', department: '%prefetch.encounter.location.first().location.reference', names: { 'Organization/n': 'north', 'Location/icu': 'icu' } },
  moment: '%prefetch.encounter.period.end',
});
const second = await openInstance(house);
afterAll(async () => (await second.close(), await close()));

const params = { deployment: slug };
const rule = (changes: object) => ({ id: 'on-antibiotics', says: 'Already on antibiotics', when: 'before', condition: "%prefetch.attendingAntibiotics.entry.resource.where(status = 'active').exists()", owner: 'Dr. A', expires: '2027-01-01', showAnyway: 0, ...changes });
const use = async (changes: object) => {
  await setPolicy(house, policy.parse({ mode: 'live', ...changes }));
  await Promise.all([gateway.settle(), second.settle()]);
};
const lastEvent = async () => (await entries(house.db, { kind: 'decision.recorded', limit: 1 })).items[0]!.body as unknown as Recorded;
const shown = async (body: unknown = call(), at = gateway) => (JSON.parse((await at.ask(body)).text) as { cards: unknown[] }).cards.length;
const antibiotics = { resourceType: 'Bundle', entry: [{ resource: { resourceType: 'MedicationRequest', status: 'active' } }] };
let nth = 0;
/** A call about somebody new, so that no memory of the tests before is met. */
const fresh = (changes: { context?: object; prefetch?: object } = {}) => call({ context: { userId: 'Practitioner/7', patientId: `p-${++nth}`, encounterId: `e-${nth}`, ...changes.context }, prefetch: { patient: { resourceType: 'Patient', id: 'x' }, ...changes.prefetch } });

beforeEach(() => {
  vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card()] });
  vendor.asked.length = 0;
  house.clock.pass(60_000);
});

describe('a rule before the vendor is asked', () => {
  it('needs prefetch of its own, which the EHR is asked for and the vendor never gets', async () => {
    const { services } = (await (await fetch(gateway.base)).json()) as { services: { prefetch: object }[] };
    expect(Object.keys(services[0]!.prefetch)).toEqual(['attendingAntibiotics', 'patient']);
    await use({});
    await shown(fresh({ prefetch: { attendingAntibiotics: antibiotics } }));
    expect(JSON.parse(vendor.calls()[0]!.body.toString())).toMatchObject({ prefetch: { patient: {} } });
    expect(vendor.calls()[0]!.body.toString()).not.toContain('attendingAntibiotics');
  });

  it('stays silent where it is true, and nobody is asked', async () => {
    await use({ rules: [rule({})] });
    expect(await shown(fresh())).toBe(1);
    vendor.asked.length = 0;
    expect(await shown(fresh({ prefetch: { attendingAntibiotics: antibiotics } }))).toBe(0);
    expect(vendor.calls()).toEqual([]);
    expect(await lastEvent()).toMatchObject({ disposition: 'suppressed', rule: 'on-antibiotics' });
    // What the EHR could not fetch holds nothing back.
    expect(await shown(fresh({ prefetch: { attendingAntibiotics: { resourceType: 'OperationOutcome' } } }))).toBe(1);
    expect(await shown(fresh({ prefetch: { attendingAntibiotics: '<html>502</html>' } }))).toBe(1);
  });

  it('is shown anyway to a sample, so that its harm would be seen', async () => {
    await use({ rules: [rule({ showAnyway: 0.5 })] });
    let n = 0;
    for (let i = 0; i < 40; i++) n += await shown(fresh({ prefetch: { attendingAntibiotics: antibiotics } }));
    expect(n).toBeGreaterThan(5);
    expect(n).toBeLessThan(35);
    await use({ rules: [rule({ showAnyway: 0 })] });
  });

  it('is refused where its condition cannot be read, or it has ended', async () => {
    const body = { policy: policy.parse({ mode: 'live', rules: [rule({ condition: '%prefetch.(' }), rule({ id: 'old', expires: '2026-01-01' })] }), reason: 'a test' };
    await expect(house.call(api.proposePolicy, { params, body }, 'clinical-owner')).rejects.toMatchObject({ details: [{ path: 'rules[1].expires' }, { path: 'rules[0].condition' }] });
    const checked = await house.call(api.checkPolicy, { params, body: { policy: policy.parse({ mode: 'live' }) } }, 'clinical-owner');
    expect(checked).toMatchObject({ faults: [], needs: ['the rule on-antibiotics goes'], changes: [{ path: 'rules[on-antibiotics]' }] });
  });
});

describe('a rule on the cards', () => {
  it('holds back the card it is true of, and the class is named by the policy', async () => {
    await use({ rules: [rule({}), rule({ id: 'no-info', when: 'after', condition: "%card.indicator = 'info'" })], classes: [{ class: 'septic-shock', when: "%card.summary.contains('shock')", critical: true }] });
    vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card({ indicator: 'info' }), card({ uuid: 'b', summary: 'Septic shock' })] });
    expect(await shown(fresh())).toBe(1);
    const events = (await entries(house.db, { kind: 'decision.recorded', limit: 2 })).items.map(({ body }) => body as unknown as Recorded);
    expect(events).toEqual(expect.arrayContaining([expect.objectContaining({ disposition: 'suppressed', rule: 'no-info', class: 'high-risk' }), expect.objectContaining({ disposition: 'shown', class: 'septic-shock', critical: true })]));
  });

  it('the same is not said again within the window, on any instance', async () => {
    await use({ rules: [rule({})], repeat: { withinMinutes: 30 } });
    const one = fresh();
    expect(await shown(one)).toBe(1);
    expect(await shown(one)).toBe(0);
    expect(await shown(one, second)).toBe(0);
    expect(await lastEvent()).toMatchObject({ disposition: 'suppressed', rule: 'repeat' });
    expect(await shown(fresh())).toBe(1);
    house.clock.pass(31 * 60_000);
    expect(await shown(one)).toBe(1);
    const racing = fresh();
    const all = await Promise.all(Array.from({ length: 6 }, (_, i) => shown(racing, i % 2 ? second : gateway)));
    expect(all.reduce((sum, n) => sum + n, 0)).toBe(1);
  });

  it('a budget is spent once, and not again', async () => {
    await use({ rules: [rule({})], repeat: { withinMinutes: 30 }, budget: { perEncounter: 2 } });
    const cards = (...codes: string[]) => (vendor.cards = (_asked, outgoing) => json(outgoing, { cards: codes.map((code) => card({ uuid: code, source: { label: 'S', topic: { code, system: 'urn:x' } } })) }));
    const one = fresh();
    cards('a1', 'a2', 'a3');
    expect(await shown(one)).toBe(2);
    expect(await lastEvent()).toMatchObject({ disposition: 'suppressed', rule: 'budget' });
  });
});

describe('arms', () => {
  it('show to those drawn, ask in silence about the others, and stick on every instance', async () => {
    await use({ mode: 'staged', rules: [rule({})], arms: [{ id: 'shown', shows: true, share: 0.5 }] });
    const calls = Array.from({ length: 24 }, () => fresh());
    const first = [];
    for (const one of calls) first.push(await shown(one));
    expect(new Set(first)).toEqual(new Set([0, 1]));
    expect(vendor.calls()).toHaveLength(24);
    const again = [];
    for (const one of calls) again.push(await shown(one, second));
    expect(again).toEqual(first);
    const arms = (await entries(house.db, { kind: 'decision.recorded', limit: 48 })).items.map(({ body }) => body as unknown as Recorded);
    expect(new Set(arms.map(({ arm, disposition }) => `${arm} ${disposition}`))).toEqual(new Set(['shown shown', 'hold-out shadow']));
  });

  it('and places keep it to where it is meant for', async () => {
    await use({ rules: [rule({})], arms: [{ id: 'shown', shows: true, share: 1 }], only: { facilities: ['north'] } });
    const encounter = { serviceProvider: { reference: 'Organization/n' }, location: [{ location: { reference: 'Location/icu' } }], period: { end: '2026-03-10T13:30:00+01:00' } };
    expect(await shown(fresh({ prefetch: { encounter } }))).toBe(1);
    expect(await lastEvent()).toMatchObject({ facility: 'north', department: 'icu', momentAt: '2026-03-10T12:30:00.000Z' });
    expect(await shown(fresh())).toBe(0);
    expect(await lastEvent()).toMatchObject({ facility: null, disposition: 'shadow' });
  });
});

describe('a replay', () => {
  it('says what another policy would have done with the same calls, and that it read them is remembered', async () => {
    await use({ mode: 'shadow' });
    house.clock.pass(8 * 86_400_000);
    for (let i = 0; i < 3; i++) await shown(fresh());
    await shown(fresh({ prefetch: { attendingAntibiotics: antibiotics } }));
    vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card(), card({ uuid: 'b', indicator: 'nonsense' })] });
    await shown(fresh());
    const answer = await house.call(api.replay, { params, body: { policy: policy.parse({ mode: 'live', rules: [rule({})] }), days: 7 } }, 'clinical-owner');
    expect(answer).toMatchObject({ calls: 5, unreadable: 0, before: { shadow: 5, withheld: 1 }, after: { shown: 4, suppressed: 1, withheld: 1 } });
    expect(answer.changed).toEqual([{ from: 'shadow', to: 'shown', rule: null, n: 4 }, { from: 'shadow', to: 'suppressed', rule: 'on-antibiotics', n: 1 }]);
    expect((await entries(house.db, { kind: 'payload.opened' })).items.length).toBe(6);
    expect((await entries(house.db, { kind: 'gateway.policy-replayed' })).items).toHaveLength(1);
    // What would be shown live is what the replay said.
    vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card()] });
    await use({ rules: [rule({})] });
    expect([await shown(fresh()), await shown(fresh({ prefetch: { attendingAntibiotics: antibiotics } }))]).toEqual([1, 0]);
  });
});

describe('when nothing can be recorded, such as on a full disk', () => {
  const full = async (work: () => Promise<void>) => {
    await sql`create function public.full_disk() returns trigger language plpgsql as $$ begin if new.kind = 'decision.recorded' then raise exception 'no space left on device' using errcode = '53100'; end if; return new; end $$`.execute(house.db);
    await sql`create trigger full_disk before insert on ledger.entry for each row execute function public.full_disk()`.execute(house.db);
    try {
      await work();
    } finally {
      await sql`drop trigger full_disk on ledger.entry`.execute(house.db);
      await sql`drop function public.full_disk`.execute(house.db);
    }
    await gateway.settle();
  };

  it('nothing is shown, and how many calls that were is told afterwards', async () => {
    await use({ rules: [rule({})] });
    await full(async () => expect([await shown(fresh()), await shown(fresh())]).toEqual([0, 0]));
    const told = (await entries(house.db, { kind: 'gateway.failed' })).items.map(({ body }) => body as { empty: number; shown: number });
    expect([told.reduce((n, one) => n + one.empty, 0), told.reduce((n, one) => n + one.shown, 0)]).toEqual([2, 0]);
    expect(await shown(fresh())).toBe(1);
  });

  it('unless the policy, approved by two, wants it shown all the same: then it is recorded as reported', async () => {
    await use({ rules: [rule({})], failure: { ledger: 'show-and-flag' } });
    await full(async () => expect(await shown(fresh())).toBe(1));
    expect((await entries(house.db, { kind: 'gateway.failed' })).items[0]!.body).toMatchObject({ empty: 0, shown: 1 });
    expect(await lastEvent()).toMatchObject({ disposition: 'shown', assurance: 'reported', via: 'gateway' });
  });
});

describe('a policy whose text was changed in the database', () => {
  it('does not act: it is not what the ledger says was approved', async () => {
    await use({ rules: [rule({})] });
    const change = (from: string, to: string) => sql`update gateway.policy set document = replace(document, ${from}, ${to}) where state = 'acting'`.execute(house.db);
    await change('on-antibiotics', 'on-something');
    const third = await openInstance(house);
    expect((await third.ask(fresh())).status).toBe(404);
    await change('on-something', 'on-antibiotics');
    await third.settle();
    expect((await third.ask(fresh())).status).toBe(200);
    await third.close();
  });
});

describe('two instances', () => {
  it('both act on a kill switch, and the ledger says when each did', async () => {
    // The clock of the tests jumps; an instance that was seen before counts again when it is seen after.
    await expect.poll(async () => (await house.call(api.getService, { params })).instances.filter(({ alive }) => alive).length, { timeout: 10_000 }).toBe(2);
    const killed = await house.call(api.kill, { params, body: { reason: 'a drill' } }, 'safety-officer');
    expect(killed.all).toBe(true);
    expect(killed.instances).toHaveLength(2);
    expect(await Promise.all([shown(fresh()), shown(fresh(), second)])).toEqual([0, 0]);
    const acted = (await entries(house.db, { kind: 'gateway.policy-acting', limit: 2 })).items.map(({ body }) => body as { instance: string; version: number; mode: string });
    expect(new Set(acted.map(({ instance }) => instance))).toEqual(new Set([gateway.desk.watch.instance, second.desk.watch.instance]));
    expect(acted.every(({ version, mode }) => version === killed.version && mode === 'suspended')).toBe(true);
  });

  it('shows nothing of a call that is under way when the switch is pressed', async () => {
    await use({ rules: [rule({})] });
    let release: () => void = () => {};
    const waiting = new Promise<void>((done) => (release = done));
    vendor.cards = (_asked, outgoing) => void waiting.then(() => json(outgoing, { cards: [card()] }));
    const under = shown(fresh(), second);
    await expect.poll(() => vendor.calls().length).toBe(1);
    await house.call(api.kill, { params, body: { reason: 'a drill' } }, 'safety-officer');
    release();
    expect(await under).toBe(0);
  });

  it('traffic of both is added up', async () => {
    await Promise.all([gateway.settle(), second.settle()]);
    const told = await house.call(api.traffic, { params, query: { minutes: 10_080 } }, testCallers.auditor);
    expect(told.calls).toBeGreaterThan(5);
    expect(told.p95Ms).toBeGreaterThan(0);
    expect(told.outcomes['killed']).toBeGreaterThan(0);
    expect(told.outcomes['ledger-failed']).toBe(2);
    expect(told.budget).toMatchObject({ objective: 0.995, used: 2 });
    expect(told.budget.left).toBeLessThan(0);
  });
});
