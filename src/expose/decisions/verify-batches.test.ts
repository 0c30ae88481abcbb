// Is one altered byte or value found in whatever a batch was kept as, and a row that was removed or added?
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { capability as deployments } from '../../spine/deployments/deployments.ts';
import { addProduct, createDeployment } from '../../spine/deployments/model.ts';
import { ledger, remember, signHead, verifyDatabase } from '../../spine/ledger/ledger.ts';
import { verifyLedger } from '../../spine/ledger/model.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { capability as decisions } from './decisions.ts';
import { tellBatch } from './model.ts';

const house = await testHouse([ledger, deployments, decisions], { remember, now: '2027-03-10T12:00:00.000Z' });
const tables = ['batch', 'batch_page', 'batch_payload'];
const columns = (
  await sql<{ table: string; column: string; type: string }>`select table_name as table, column_name as column, data_type as type from information_schema.columns where table_schema = 'decisions' and table_name = any(${tables}) order by 1, 2`.execute(house.db)
).rows;

beforeAll(async () => {
  await house.call(addProduct, { body: { slug: 'scribe', name: 'Scribe', vendor: 'acme', kind: 'scribe', class: 'clinical', version: '4.2' } });
  await house.call(createDeployment, { body: { slug: 'scribe', title: 'Scribe', product: 'scribe', version: '4.2' } });
  for (const batch of ['a', 'b']) {
    const lines = Array.from({ length: 300 }, (_, n) => JSON.stringify({ what: 'decision', key: `${batch}-${n}`, at: '2027-03-10T11:00:00Z', subject: `MRN-${n % 7}`, version: '4.2', output: { class: 'note-draft' }, ...(n % 50 === 0 && { payload: { draft: `${n}` } }) }));
    const response = await house.send(tellBatch, { query: { deployment: 'scribe' } } as never, 'vendor', { body: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' } });
    expect(await response.json()).toMatchObject({ recorded: 300, refused: 0 });
  }
  await signHead(house);
  for (const table of tables) await sql.raw(`alter table decisions.${table} disable trigger all`).execute(house.db);
  expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
});

const altered = (column: string, type: string): string => {
  if (type === 'bytea') return `set_byte(${column}, octet_length(${column}) / 2, 255 - get_byte(${column}, octet_length(${column}) / 2))`;
  if (type === 'text') return `overlay(${column} placing '~' from length(${column}))`;
  return type === 'boolean' ? `not ${column}` : `${column} + 1`;
};
/** What is found after a change, which is then undone. */
async function found(table: string, change: string): Promise<string> {
  await sql.raw(`create table public.kept as select * from decisions.${table}`).execute(house.db);
  await sql.raw(change).execute(house.db);
  const { faults, sound } = await verifyDatabase(house);
  await sql.raw(`truncate decisions.${table} cascade; insert into decisions.${table} select * from public.kept; drop table public.kept`).execute(house.db);
  return sound ? 'nothing' : faults.map(({ says }) => says).join('\n');
}

describe('what came in a batch', () => {
  it.each(columns.map(({ table, column, type }) => [table, column, type] as const))('altered in %s, %s, is found and named', async (table, column, type) => {
    const said = await found(table, `update decisions.${table} set ${column} = ${altered(column, type)} where ctid = (select max(ctid) from decisions.${table})`);
    expect(said).toContain(`table decisions.${table}`);
  });

  it.each(tables)('is missed where a row of %s is gone', async (table) => expect(await found(table, `delete from decisions.${table} where ctid = (select min(ctid) from decisions.${table})`)).toContain(`table decisions.${table}`));

  it('is not taken for something else when payloads change places', async () => {
    expect(await found('batch_payload', 'update decisions.batch_payload p set sealed = o.sealed, key = o.key from decisions.batch_payload o where o.batch = p.batch and o.nth = (p.nth + 50) % 300')).toContain('these are not the bytes the record commits to');
  });

  it('needs the key it is sealed with', async () => {
    await sql`alter table ledger.data_key disable trigger all`.execute(house.db);
    await sql`create table public.keys as select * from ledger.data_key`.execute(house.db);
    await sql`delete from ledger.data_key where id = (select key from decisions.batch_payload limit 1)`.execute(house.db);
    expect((await verifyDatabase(house)).faults.map(({ says }) => says).join()).toContain('which payloads are sealed with, is missing');
    await sql`delete from ledger.data_key`.execute(house.db);
    await sql`insert into ledger.data_key select * from public.keys`.execute(house.db);
    expect(await verifyDatabase(house)).toMatchObject({ sound: true });
  });
});

describe('a ledger that goes on growing', () => {
  it('is signed before it is verified, so that what was just recorded is no fault', async () => {
    await house.send(tellBatch, { query: { deployment: 'scribe' } } as never, 'vendor', { body: JSON.stringify({ what: 'decision', key: 'c-1', at: '2027-03-10T11:00:00Z', subject: 'MRN-1', version: '4.2', output: {} }), headers: { 'content-type': 'application/x-ndjson' } });
    expect((await verifyDatabase(house)).faults.map(({ reason }) => reason)).toEqual(['unsigned']);
    expect(await house.call(verifyLedger, { body: {} }, 'auditor')).toMatchObject({ sound: true, faults: [] });
  });

  it('holds no checkpoint, node or payload of entries it does not have', async () => {
    const { rows: [head] } = await sql<{ size: number }>`select size from ledger.head`.execute(house.db);
    for (const [table, add] of [['checkpoint', `insert into ledger.checkpoint select size + 5, note, frontier from ledger.checkpoint where size = ${head!.size}`], ['node', "insert into ledger.node values (8, 3, sha256('x'))"], ['payload', `insert into ledger.payload select ${head!.size + 5}, key, sealed from decisions.batch_payload limit 1`]] as const) {
      await sql.raw(add).execute(house.db);
      expect((await verifyDatabase(house)).faults.map(({ says }) => says).join()).toContain(`table ${table}, row`);
      await sql.raw(`alter table ledger.${table} disable trigger all; delete from ledger.${table} where ctid = (select max(ctid) from ledger.${table})`).execute(house.db);
    }
    expect(await verifyDatabase(house)).toMatchObject({ sound: true });
  });
});
