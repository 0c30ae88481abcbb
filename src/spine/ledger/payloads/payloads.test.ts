// Can only the right people read a payload, can nobody after it was shredded, and does the proof stay?
import { readFile, writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { days } from '../../../tools/base/clock.ts';
import { testCallers, testHouse } from '../../../tools/server/test-database.ts';
import { appendGrouped, entries, ledger, openLedger, openPayload as open, receiptOf, referenceFor, referencesFor, seal, signHead, verifyDatabase } from '../ledger.ts';
import { entryKind, type NewEntry } from '../model.ts';
import { verifyReceipt } from '../receipt.ts';
import { openWith, sealWith } from './envelope.ts';
import { findSubject, liftHold, listHolds, openPayload, placeHold, readSealing, revealSubject, shredSubject } from './model.ts';
import { rotateKek, shredPastRetention } from './shred.ts';
import { forgetCachedKeys } from './seal.ts';

entryKind('test.sealed', 'Something sealed was recorded in a test.');
const one = (n: number): NewEntry => ({ at: '2026-03-02T08:00:00.000Z', kind: 'test.sealed', actor: { kind: 'key', ref: 'key_1', roles: [] }, subject: `decision/${n}`, body: { n } });
const officer = testCallers['safety-officer'];
const secret = 'Grace Hopper, MRN 4711, suspected sepsis';

type House = Awaited<ReturnType<typeof testHouse>>;
async function recorded(house: House, patient: string): Promise<{ position: number; subject: string }> {
  const subject = await referenceFor(house, { system: 'urn:mrn', value: patient });
  const { position } = await appendGrouped(house.db, { ...one(1), body: { subject }, sealed: await seal(house, subject, Buffer.from(secret)) });
  return { position, subject };
}

describe('an envelope', () => {
  const key = { id: 'dek_1', secret: Buffer.alloc(32, 7) };
  it('opens with its key only, unaltered only, and hides its size little', () => {
    const sealed = sealWith(key, Buffer.from(secret.repeat(50)));
    expect(openWith(key.secret, Buffer.from(sealed.bytes)).toString()).toBe(secret.repeat(50));
    expect(sealed.bytes.length).toBeLessThan(secret.length * 4);
    expect(() => openWith(Buffer.alloc(32, 8), Buffer.from(sealed.bytes))).toThrow();
    for (let i = 0; i < sealed.bytes.length; i++) {
      const changed = Buffer.from(sealed.bytes);
      changed[i] = changed[i]! ^ 1;
      expect(() => openWith(key.secret, changed)).toThrow();
    }
  });
});

describe('payloads', async () => {
  const house = await testHouse([ledger]);

  it('are opened by those who may, and the ledger says who and why', async () => {
    const { position, subject } = await recorded(house, '4711');
    const body = { why: 'complaint 2026-17, asked by the family' };
    const answer = await house.send(openPayload, { params: { position }, body }, 'safety-officer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({ position, subject, text: secret });
    const [entry] = (await entries(house.db, { limit: 1 })).items;
    expect(entry).toMatchObject({ kind: 'payload.opened', actor: { ref: 'acc_safety-officer' }, body: { position, subject, ...body } });
    expect((await house.send(openPayload, { params: { position }, body }, 'administrator')).status).toBe(403);
    expect((await house.send(openPayload, { params: { position }, body: { why: '' } }, 'auditor')).status).toBe(400);
    expect((await house.send(openPayload, { params: { position: 999 }, body }, 'auditor')).status).toBe(404);
  });

  it('and identifiers stand in no table and no leaf in the clear', async () => {
    const { rows } = await sql<{ all: string }>`
      select string_agg(t, '') as all from (
        select encode(leaf, 'escape') as t from ledger.entry union all select encode(sealed, 'escape') from ledger.payload
        union all select encode(sealed, 'escape') || encode(lookup, 'escape') from ledger.subject union all select encode(wrapped, 'escape') from ledger.data_key) x`.execute(house.db);
    for (const word of ['4711', 'Hopper', 'sepsis']) expect(rows[0]!.all).not.toContain(word);
  });

  it('the same identifier has the same reference, at once or in many', async () => {
    const identifiers = Array.from({ length: 30 }, (_, n) => ({ system: 'urn:mrn', value: `p${n % 10}` }));
    const references = await referencesFor(house, identifiers);
    expect(new Set(references).size).toBe(10);
    expect(await referenceFor(house, identifiers[3]!)).toBe(references[3]);
    expect(await referenceFor(house, { system: 'urn:other', value: 'p3' })).not.toBe(references[3]);
    const racing = await Promise.all(Array.from({ length: 10 }, () => referenceFor(house, { system: 'urn:mrn', value: 'racing' })));
    expect(new Set(racing).size).toBe(1);
  });

  it('whom a reference stands for is said to those who may, and remembered', async () => {
    const reference = await referenceFor(house, { system: 'urn:mrn', value: '4711' });
    expect(await house.call(revealSubject, { body: { reference, why: 'recall of a batch' } }, 'safety-officer')).toEqual({ system: 'urn:mrn', value: '4711' });
    expect(await house.call(findSubject, { body: { system: 'urn:mrn', value: '4711', why: 'asked by the patient' } }, 'safety-officer')).toEqual({ reference });
    expect(await house.call(findSubject, { body: { system: 'urn:mrn', value: 'nobody', why: 'asked by the patient' } }, 'safety-officer')).toEqual({ reference: null });
    const { items } = await entries(house.db, { kind: 'subject.*' });
    expect(items.map((item) => item.kind)).toEqual(['subject.found', 'subject.found', 'subject.revealed']);
    expect(JSON.stringify(items)).not.toMatch(/4711|nobody/);
  });
});

describe('shredding', async () => {
  const house = await testHouse([ledger]);
  const why = 'the patient asked for it, request 12';

  it('destroys what can be read, and nothing that can be proven', async () => {
    const { position, subject } = await recorded(house, '4711');
    const other = await recorded(house, '4712');
    expect(await house.call(shredSubject, { body: { reference: subject, why, forget: true } }, 'safety-officer')).toEqual({ keys: 1 });
    await expect(open(house, officer, position, why)).rejects.toThrow(/shredded/);
    await expect(house.call(revealSubject, { body: { reference: subject, why } }, 'safety-officer')).rejects.toThrow(/deleted/);
    expect((await open(house, officer, other.position, why)).plain.toString()).toBe(secret);
    expect((await entries(house.db, { kind: 'payload.shredded' })).items[0]).toMatchObject({ body: { why, keys: [{ subject, year: 2026 }] } });
    expect(await verifyReceipt(await receiptOf(house, position), { keys: [await openLedger(house)] })).toMatchObject({ sound: true });
    await signHead(house);
    expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
    // The same person is somebody new from now on.
    expect(await referenceFor(house, { system: 'urn:mrn', value: '4711' })).not.toBe(subject);
    await expect(house.call(shredSubject, { body: { reference: subject, why } }, 'safety-officer')).rejects.toThrow(/nothing left/);
  });

  it('is refused under a legal hold, on one or on everything', async () => {
    for (const held of ['one', 'all']) {
      const { position, subject } = await recorded(house, `held ${held}`);
      const { id } = await house.call(placeHold, { body: { subject: held === 'one' ? subject : '*', why: 'case 2026-113' } }, 'safety-officer');
      expect((await house.call(listHolds, {}, 'auditor')).items).toMatchObject([{ id, why: 'case 2026-113' }]);
      await expect(house.call(shredSubject, { body: { reference: subject, why } }, 'safety-officer')).rejects.toThrow(/legal hold/);
      expect((await open(house, officer, position, why)).plain.toString()).toBe(secret);
      await house.call(liftHold, { body: { id, why: 'case closed' } }, 'safety-officer');
      await expect(house.call(liftHold, { body: { id, why: 'case closed' } }, 'safety-officer')).rejects.toThrow(/no hold/);
      expect(await house.call(shredSubject, { body: { reference: subject, why } }, 'safety-officer')).toEqual({ keys: 1 });
    }
  });
});

it('payloads past six years are shredded by the job, but for those under a hold', async () => {
  const house = await testHouse([ledger], { now: '2026-12-30T08:00:00.000Z' });
  const [a, held] = [await recorded(house, 'a'), await recorded(house, 'held')];
  await house.call(placeHold, { body: { subject: held.subject, why: 'case 2026-113' } }, 'safety-officer');
  house.clock.moveTo('2032-12-31T23:00:00.000Z');
  await house.jobs.start('ledger.retention', {});
  await house.idle();
  expect((await open(house, officer, a.position, 'still within six years')).plain.toString()).toBe(secret);
  house.clock.pass(days(1));
  const later = await recorded(house, 'a');
  await house.jobs.start('ledger.retention', {});
  await house.idle();
  await expect(open(house, officer, a.position, 'past six years')).rejects.toThrow(/shredded/);
  expect((await open(house, officer, held.position, 'held back')).plain.toString()).toBe(secret);
  expect((await open(house, officer, later.position, 'of this year')).plain.toString()).toBe(secret);
  expect(await shredPastRetention(house)).toBe(0);
  expect(await house.call(readSealing, {}, 'auditor')).toMatchObject({ payloads: 3, keys: 2, shredded: 1, retainedYears: 6 });
  await signHead(house);
  expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
});

it('a new wrapping key opens everything that was, and the old one is gone', async () => {
  const house = await testHouse([ledger]);
  const { position, subject } = await recorded(house, '4711');
  const before = await readFile(house.config.sealingKeys, 'utf8');
  const done = await rotateKek(house, officer);
  expect(done).toMatchObject({ keys: 1, subjects: 1 });
  forgetCachedKeys(house.db);
  expect((await open(house, officer, position, 'after the rotation')).plain.toString()).toBe(secret);
  expect(await house.call(revealSubject, { body: { reference: subject, why: 'after the rotation' } }, 'safety-officer')).toMatchObject({ value: '4711' });
  const after = await readFile(house.config.sealingKeys, 'utf8');
  const [old] = Object.keys((JSON.parse(before) as { keks: object }).keks);
  expect(after).not.toContain(old);
  await signHead(house);
  expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
});

it('a key file that is broken or another stops, and says so', async () => {
  const house = await testHouse([ledger]);
  await writeFile(house.config.sealingKeys, '{}');
  await expect(recorded(house, '4711')).rejects.toThrow(/cannot be used/);
});
