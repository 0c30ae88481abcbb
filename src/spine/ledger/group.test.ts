// Do many callers at once each get a place of their own, from one process or two, beside ordinary transactions?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { openDatabase, type Db } from '../../tools/server/database.ts';
import { testDatabase, testHouse } from '../../tools/server/test-database.ts';
import { append, appendAll, appendGrouped, appendInTurn, entries, ledger, openPayload, seal, signHead, verifyDatabase } from './ledger.ts';
import { entryKind, leafOf, type NewEntry } from './model.ts';
import { leafAt, prepare } from './prepare.ts';
import { testCallers } from '../../tools/server/test-database.ts';

entryKind('test.grouped', 'Something was recorded in a test of groups.');

const at = '2026-03-02T08:00:00.000Z';
const one = (n: number, more: Partial<NewEntry> = {}): NewEntry => ({ at, kind: 'test.grouped', actor: { kind: 'key', ref: 'key_1', roles: [] }, deployment: null, subject: `decision/${n}`, body: { n }, ...more });

describe('an entry prepared before it has a number', () => {
  it('has the leaf that the model says, whatever is in it', () => {
    const anything = fc.record({
      at: fc.date({ min: new Date('1970-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map((date) => date.toISOString()),
      ref: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
      deployment: fc.option(fc.string({ unit: 'grapheme' })),
      subject: fc.string({ minLength: 1, unit: 'grapheme' }),
      body: fc.jsonValue(),
      position: fc.nat(),
      payload: fc.option(fc.record({ digest: fc.constant('ab'.repeat(32)), bytes: fc.nat() })),
    });
    fc.assert(
      fc.property(anything, ({ position, ref, body, ...rest }) => {
        const entry = { ...rest, kind: 'test.grouped', actor: { kind: 'person' as const, ref, roles: ['auditor'] }, body: JSON.parse(JSON.stringify(body)) as null };
        expect(leafAt(prepare(entry), position).equals(leafOf({ ...entry, position }))).toBe(true);
      }),
    );
  });
  it.each([
    ['another day than there is', { at: '2026-02-30T08:00:00.000Z' }],
    ['a number that is none', { body: { a: Number.NaN } }],
    ['a date instead of text', { body: new Date(0) as unknown as null }],
    ['no subject', { subject: '' }],
    ['a digest that is none', { payload: { digest: 'x', bytes: 1 } }],
    ['an actor with a name', { actor: { kind: 'person', ref: 'a', roles: [], name: 'Dr. Who' } as NewEntry['actor'] }],
  ])('is refused with %s', (_, more) => expect(() => prepare(one(0, more))).toThrow());
});

describe('grouped appending', async () => {
  const house = await testHouse([ledger]);

  it('gives every caller a place, in the order they came, with no gap', async () => {
    const made = await Promise.all(Array.from({ length: 700 }, (_, n) => appendGrouped(house.db, one(n))));
    expect(made.map((appended) => appended.position)).toEqual(Array.from({ length: 700 }, (_, n) => n));
    const commits = await sql<{ n: number }>`select count(distinct xmin::text) as n from ledger.entry`.execute(house.db);
    expect(commits.rows[0]!.n).toBeLessThan(50);
  });

  it('fails a malformed entry alone', async () => {
    const both = await Promise.allSettled([appendGrouped(house.db, one(1)), appendGrouped(house.db, one(2, { at: 'yesterday' })), appendGrouped(house.db, one(3))]);
    expect(both.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('goes on beside ordinary transactions, also those that are rolled back', async () => {
    const before = (await entries(house.db, { limit: 1 })).items[0]!.position;
    const ordinary = Array.from({ length: 25 }, (_, n) => house.db.transaction().execute((tx) => appendAll(tx, [one(n), one(n)])));
    const failing = Array.from({ length: 5 }, () =>
      house.db.transaction().execute(async (tx) => {
        await append(tx, one(0));
        throw new Error('the change failed');
      }),
    );
    const grouped = Array.from({ length: 300 }, (_, n) => appendGrouped(house.db, one(n)));
    const settled = await Promise.allSettled([...ordinary, ...failing, ...grouped]);
    expect(settled.filter((result) => result.status === 'rejected')).toHaveLength(5);
    const last = (await entries(house.db, { limit: 1 })).items[0]!.position;
    expect(last - before).toBe(350);
    await signHead(house);
    expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
  });

  it('keeps payloads beside their entries', async () => {
    const sealed = await seal(house, 'sub_one', Buffer.from('what the AI was asked'));
    const { position } = await appendGrouped(house.db, { ...one(0), sealed });
    const opened = await openPayload(house, testCallers['safety-officer'], position, 'a test of payloads');
    expect(opened.plain.toString()).toBe('what the AI was asked');
    await signHead(house);
    expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
  });
});

it('what is written with an entry is written in its transaction, in turn with the groups', async () => {
  const { db, address, drop } = await testDatabase([ledger]);
  const other: Db = openDatabase(address, 2);
  try {
    await sql`create table public.beside (position bigint, text text)`.execute(db);
    const write = (text: string, fails = false) =>
      appendInTurn(db, one(0), sql`beside as (insert into public.beside (position, text) select turn.position, ${text}::text from turn where turn.grown and case when ${fails}::bool then 1 / (turn.position - turn.position) > 0 else true end)`);
    const many = (from: number) => Array.from({ length: 40 }, (_, n) => appendGrouped(db, one(from + n)));
    const settled = await Promise.allSettled([...many(0), write('first'), ...many(40), write('fails', true), ...many(80), write('second')]);
    expect(settled.map(({ status }) => status === 'rejected')).toEqual(settled.map((_, nth) => nth === 81));
    const written = async () => (await sql<{ position: number; text: string }>`select position, text from public.beside order by position`.execute(db)).rows;
    expect(await written()).toEqual([{ position: 40, text: 'first' }, { position: 121, text: 'second' }]);
    expect((await entries(db, { limit: 1 })).items[0]!.position).toBe(121);
    // Another process moved the head: it is tried anew, and nothing is written twice or for nothing.
    const places = new Map<string, number>();
    for (let nth = 0; nth < 12; nth++) {
      const [{ position }] = await Promise.all([write(`beside another ${nth}`), appendGrouped(other, one(nth)), appendGrouped(other, one(nth))]);
      places.set(`beside another ${nth}`, position);
    }
    expect(new Map((await written()).slice(2).map(({ position, text }) => [text, position]))).toEqual(places);
    expect((await entries(db, { limit: 1 })).items[0]!.position).toBe(157);
  } finally {
    await other.destroy();
    await drop();
  }
});

it('two instances on one database take turns', async () => {
  const { db, address, drop } = await testDatabase([ledger]);
  const other: Db = openDatabase(address, 3);
  try {
    const made = await Promise.all(Array.from({ length: 400 }, (_, n) => appendGrouped(n % 2 === 0 ? db : other, one(n))));
    const places = made.map((appended) => appended.position).sort((a, b) => a - b);
    expect(places).toEqual(Array.from({ length: 400 }, (_, n) => n));
    for (let round = 0; round < 40; round++) await Promise.all([appendGrouped(db, one(round)), appendGrouped(other, one(round))]);
    expect((await entries(db, { limit: 1 })).items[0]!.position).toBe(479);
  } finally {
    await other.destroy();
    await drop();
  }
});

it('callers are told when the database went away, and the next ones get through', async () => {
  const { db, drop } = await testDatabase([ledger]);
  try {
    await appendGrouped(db, one(0));
    const waiting = Promise.allSettled(Array.from({ length: 50 }, (_, n) => appendGrouped(db, one(n))));
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(db);
    await waiting;
    const again = await appendGrouped(db, one(1)).catch(() => appendGrouped(db, one(1)));
    const { items } = await entries(db, { limit: 500 });
    expect(items[0]!.position).toBe(again.position);
    expect(items.map((item) => item.position)).toEqual(Array.from({ length: again.position + 1 }, (_, n) => again.position - n));
  } finally {
    await drop();
  }
});
