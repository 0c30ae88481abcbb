// Does the vendor hear of every feedback once it can, and does nothing wait for ever?
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entries } from '../../spine/ledger/ledger.ts';
import { hours } from '../../tools/base/clock.ts';
import * as api from './model.ts';
import { readReply } from './outbox.ts';
import { policy } from './policy.ts';
import { card, json, openHospital, openInstance, setPolicy, slug } from './test-ehr.ts';

const { house, vendor, gateway, close } = await openHospital();
const second = await openInstance(house);
afterAll(async () => (await second.close(), await close()));
beforeAll(async () => {
  await setPolicy(house, policy.parse({ mode: 'live', deadlineMs: 20_000 }));
  for (const one of [gateway, second]) await one.settle();
});
beforeEach(() => {
  vendor.asked.length = 0;
  vendor.feedback = (_asked, outgoing) => json(outgoing, {});
});

let nth = 0;
/** A card is shown, and the clinician overrides it with a comment. */
async function feedback(comment = 'not this one') {
  const name = `vendor-card-${++nth}`;
  vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card({ uuid: name })] });
  const { cards } = JSON.parse((await gateway.ask()).text) as { cards: { uuid: string }[] };
  await gateway.settle();
  const body = { feedback: [{ card: cards[0]!.uuid, outcome: 'overridden', outcomeTimestamp: house.clock.now(), overrideReason: { userComment: comment } }] };
  return { name, body, tell: async () => (await gateway.post('sepsis/feedback', body)).status };
}
const waiting = async () => (await sql<{ n: number }>`select count(*)::int as n from gateway.outbox`.execute(house.db)).rows[0]!.n;
const both = async () => void (await Promise.all([gateway.desk.outbox.send(), second.desk.outbox.send()]));
const away = (status: number) => (vendor.feedback = (_asked, outgoing) => json(outgoing, {}, status));

describe('feedback for the vendor', () => {
  it('waits while the vendor is away, is shown as waiting, and comes once when it is back', async () => {
    away(503);
    const one = await feedback();
    expect(await one.tell()).toBe(200);
    await expect.poll(() => vendor.told().length).toBe(1);
    await both();
    expect(await waiting()).toBe(1);
    expect((await house.call(api.getService, { params: { deployment: slug } })).feedback).toMatchObject({ waiting: 1, fault: 'it answers 503', dropped: 0 });
    // Before its time nobody tries again.
    await both();
    expect(vendor.told()).toHaveLength(1);
    vendor.feedback = (_asked, outgoing) => json(outgoing, {});
    house.clock.pass(6_000);
    await both();
    expect(vendor.told().map(({ feedback: [told] }) => told!.card)).toEqual([one.name, one.name]);
    expect(await waiting()).toBe(0);
  });

  it('survives the end of the instance that took it', async () => {
    away(500);
    const third = await openInstance(house);
    const one = await feedback();
    expect((await third.post('sepsis/feedback', one.body)).status).toBe(200);
    await third.close();
    expect(await waiting()).toBe(1);
    vendor.feedback = (_asked, outgoing) => json(outgoing, {});
    vendor.asked.length = 0;
    house.clock.pass(hours(1));
    await both();
    expect(vendor.told()).toHaveLength(1);
    expect(await waiting()).toBe(0);
  });

  it('told twice by the EHR is told once to the vendor', async () => {
    const one = await feedback();
    expect([await one.tell(), await one.tell()]).toEqual([200, 200]);
    await both();
    expect(vendor.told().filter(({ feedback: [told] }) => told!.card === one.name)).toHaveLength(1);
  });

  it('is not kept in words anybody can read', async () => {
    away(503);
    const one = await feedback('the patient Smith refuses');
    await one.tell();
    const { rows } = await sql<{ text: string }>`select string_agg(t::text || encode(body, 'escape'), '') as text from gateway.outbox t`.execute(house.db);
    expect(rows[0]!.text).not.toContain('Smith');
    vendor.feedback = (_asked, outgoing) => json(outgoing, {});
    house.clock.pass(hours(2));
    await both();
    expect(vendor.told().at(-1)!.feedback[0]!.overrideReason!.userComment).toBe('the patient Smith refuses');
  });

  it('is given up after three days, or at once where the vendor refuses it, with an entry', async () => {
    away(503);
    await (await feedback()).tell();
    for (let hour = 0; hour <= 80 && (await waiting()) > 0; hour += 2) {
      house.clock.pass(hours(2));
      await both();
    }
    expect(await waiting()).toBe(0);
    away(422);
    await (await feedback()).tell();
    await expect.poll(waiting).toBe(0);
    const dropped = (await entries(house.db, { kind: 'gateway.feedback-dropped', limit: 5 })).items.map(({ body }) => body as { because: string; tries: number });
    expect(dropped.map(({ because }) => because)).toEqual(['it answers 422', 'it answers 503']);
    expect(dropped[1]!.tries).toBeGreaterThan(5);
    expect((await house.call(api.getService, { params: { deployment: slug } })).feedback).toMatchObject({ waiting: 0, dropped: 2 });
  });

  it('that cannot be recorded is in no outbox either', async () => {
    const one = await feedback();
    const recorded = async () => (await entries(house.db, { kind: 'decision.feedback', limit: 200 })).items.length;
    const before = await recorded();
    await sql`alter table gateway.outbox rename to outbox_away`.execute(house.db);
    try {
      expect(await one.tell()).toBe(503);
    } finally {
      await sql`alter table gateway.outbox_away rename to outbox`.execute(house.db);
    }
    expect(await recorded()).toBe(before);
    expect(await one.tell()).toBe(200);
    await both();
    expect(vendor.told().at(-1)!.feedback[0]!.card).toBe(one.name);
  });
});

it.each([[200, 'done'], [204, 'done'], [404, 'done'], [400, 'refused'], [413, 'refused'], [401, 'later'], [408, 'later'], [429, 'later'], [500, 'later'], [503, 'later'], [302, 'later']])('an answer %i means %s', (status, means) => {
  expect(readReply({ ok: true, status, type: '', bytes: Buffer.alloc(0) })).toBe(means);
});
