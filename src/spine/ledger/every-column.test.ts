// Is one altered byte or value found, in whichever column of whichever table of the ledger it stands?
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testCallers, testHouse } from '../../tools/server/test-database.ts';
import { appendGrouped, ledger, openLedger, referenceFor, seal, signHead, verifyDatabase } from './ledger.ts';
import { entryKind, type NewEntry } from './model.ts';
import { shredSubject } from './payloads/shred.ts';
import { askAll } from './witness/ask-all.ts';
import { addWitness } from './witness/witnesses.ts';
import { startWitness } from './witness/server.ts';

entryKind('test.column', 'Something was recorded in a test of columns.');
const one = (n: number): NewEntry => ({ at: '2026-03-02T08:00:00.000Z', kind: 'test.column', actor: { kind: 'key', ref: 'key_1', roles: ['vendor'] }, deployment: n % 2 ? 'dep_1' : null, subject: `decision/${n}`, body: { n } });

const house = await testHouse([ledger]);

/** What identifies a row of each table. */
const identity: Record<string, string[]> = {
  head: [], entry: ['position'], checkpoint: ['size'], node: ['level', 'index'], payload: ['position'], data_key: ['id'], subject: ['reference'], cosignature: ['size', 'witness'],
};
const columns = (
  await sql<{ table: string; column: string; type: string }>`
    select table_name as table, column_name as column, data_type as type from information_schema.columns where table_schema = 'ledger' order by 1, 2`.execute(house.db)
).rows;

beforeAll(async () => {
  await openLedger(house);
  const folder = await mkdtemp(join(tmpdir(), 'witness-'));
  const witness = await startWitness({ folder, name: 'witness.example', port: 0, host: '127.0.0.1', logs: [await openLedger(house)], clock: house.clock });
  afterAll(async () => {
    await witness.stop();
    await rm(folder, { recursive: true });
  });
  await addWitness(house, testCallers.administrator, { url: `http://127.0.0.1:${witness.port}`, key: witness.key });
  await Promise.all(Array.from({ length: 250 }, (_, n) => appendGrouped(house.db, one(n))));
  await signHead(house);
  for (let n = 0; n < 20; n++) {
    const reference = await referenceFor(house, { system: 'urn:mrn', value: `patient ${n % 5}` });
    await appendGrouped(house.db, { ...one(n), sealed: await seal(house, reference, Buffer.from(`payload ${n}`)) });
  }
  await shredSubject(house, testCallers['safety-officer'], await referenceFor(house, { system: 'urn:mrn', value: 'patient 1' }), 'a test of shredding');
  expect((await askAll(house)).failed).toEqual([]);
  for (const table of Object.keys(identity)) await sql.raw(`alter table ledger.${table} disable trigger user`).execute(house.db);
  expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
});

/** A value of this type that is another, made in SQL from the column and a random number. */
function altered(column: string, type: string, chance: number): string {
  if (type === 'bytea') return `case when ${column} is null or octet_length(${column}) = 0 then '\\x00'::bytea else set_bit(${column}, ${chance} % (8 * octet_length(${column})), 1 - get_bit(${column}, ${chance} % (8 * octet_length(${column})))) end`;
  if (type === 'text') return `case when ${column} is null then 'x' else overlay(${column} placing (case when substr(${column}, 1 + ${chance} % length(${column}), 1) = 'q' then 'r' else 'q' end) from 1 + ${chance} % length(${column})) end`;
  if (type === 'boolean') return `not ${column}`;
  if (type.startsWith('timestamp')) return `${column} + interval '1 millisecond'`;
  return column === 'level' ? `${column} + 8` : `${column} + ${1 + (chance % 3)}`;
}

describe('a byte or value altered', () => {
  it('is looked for in every table there is', () => expect([...new Set(columns.map((one) => one.table))].sort()).toEqual(Object.keys(identity).sort()));

  it.each(columns.map(({ table, column, type }) => [table, column, type] as const))('in %s, %s, is found and named', async (table, column, type) => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1_000_000 }), async (chance) => {
        const rows = (await sql<{ ctid: string; was: unknown; row: Record<string, unknown> }>`select ctid::text, ${sql.raw(column)} as was, to_jsonb(t) as row from ${sql.raw(`ledger.${table}`)} t order by ctid`.execute(house.db)).rows;
        const chosen = rows[chance % rows.length]!;
        let changed: { ctid: string }[];
        try {
          changed = (await sql<{ ctid: string }>`update ${sql.raw(`ledger.${table}`)} set ${sql.raw(column)} = ${sql.raw(altered(column, type, chance))} where ctid = ${chosen.ctid}::tid returning ctid::text`.execute(house.db)).rows;
        } catch (error) {
          // A constraint of the table itself refuses some: an empty key beside a wrapped one, a second row of the head.
          expect((error as { code?: string }).code).toMatch(/^23/);
          return;
        }
        const found = await verifyDatabase(house);
        await sql`update ${sql.raw(`ledger.${table}`)} set ${sql.raw(column)} = ${chosen.was} where ctid = ${changed[0]!.ctid}::tid`.execute(house.db);
        expect([table, column, found.sound]).toEqual([table, column, false]);
        const said = found.faults.map((fault) => `${fault.position} ${fault.says}`).join('\n');
        const names = [column, ...(identity[table] ?? []).map((part) => String(chosen.row[part]))];
        expect(table === 'head' || names.some((name) => said.includes(name)), said).toBe(true);
      }),
      { numRuns: 4 },
    );
  });

  it('and put back is sound again', async () => expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] }));

  it.each(['payload', 'data_key', 'node'])('as a removed row of %s is found', async (table) => {
    await sql.raw(`create table public.kept_${table} as select * from ledger.${table}`).execute(house.db);
    await sql.raw(`delete from ledger.${table} where ctid = (select min(ctid) from ledger.${table})`).execute(house.db);
    expect((await verifyDatabase(house)).faults.map((fault) => fault.says).join()).toContain(`table ${table}`);
    await sql.raw(`truncate ledger.${table}; insert into ledger.${table} select * from public.kept_${table}`).execute(house.db);
    expect(await verifyDatabase(house)).toMatchObject({ sound: true });
  });
});
