// Does the ledger in a real database only grow, without gaps, and does any alteration come to light?
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { Command } from 'commander';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { theHouse } from '../../tools/server/capability.ts';
import type { Db } from '../../tools/server/database.ts';
import { testHouse, type TestHouse } from '../../tools/server/test-database.ts';
import { ledger } from './capability.ts';
import { commands, told, verifyFile } from './commands.ts';
import { append, appendAll, entries, openLedger, remember, signHead, verifyDatabase } from './ledger.ts';
import { endpoints, entryKind, exportLedger, listEntries, listKinds, readCheckpoint, verifyLedger, type NewEntry } from './model.ts';
import { verifierKeyFrom, verifierKeyText } from './note.ts';
import { newSigner } from './signing-key.ts';

entryKind('test.noted', 'Something was noted in a test.');
entryKind('test.counted', 'Something was counted in a test.');

const note = (n: number, more: Partial<NewEntry> = {}): NewEntry => ({
  at: '2026-03-02T08:00:00.000Z',
  kind: 'test.noted',
  actor: { kind: 'person', ref: 'acc_1', roles: ['governance'] },
  deployment: n % 2 === 0 ? 'dep_even' : 'dep_odd',
  subject: `note/${n}`,
  body: { n, text: 'größer als 0,5 – µ' },
  ...more,
});
const add = (db: Db, ...many: NewEntry[]) => db.transaction().execute((tx) => appendAll(tx, many));

describe('appending', async () => {
  const house = await testHouse([ledger]);

  it('commits with the change or not at all, and leaves no gap', async () => {
    expect(await add(house.db, note(0), note(1))).toMatchObject([{ position: 0 }, { position: 1 }]);
    const failed = house.db.transaction().execute(async (tx) => {
      await append(tx, note(2));
      throw new Error('the change failed');
    });
    await expect(failed).rejects.toThrow('the change failed');
    expect(await add(house.db, note(2))).toMatchObject([{ position: 2 }]);
  });

  it('gives every one of many writers at once a place of its own', async () => {
    const made = await Promise.all(Array.from({ length: 60 }, (_, n) => add(house.db, note(3 + n))));
    expect(made.map(([one]) => one!.position).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => 3 + n));
    await signHead(house);
    expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [], entries: 64, signed: 64 });
  });

  it('refuses what nobody declared, what is malformed and what is too long', async () => {
    await expect(add(house.db, note(0, { kind: 'test.unheard-of' }))).rejects.toThrow(/declared nowhere/);
    await expect(add(house.db, note(0, { at: 'yesterday' }))).rejects.toThrow();
    await expect(add(house.db, note(0, { body: 'x'.repeat(70_000) }))).rejects.toThrow(/payload/);
    await expect(add(house.db, note(0, { body: { a: Number.NaN } }))).rejects.toThrow();
  });

  it('remembers facts of rooms below it, by id and role and never by name', async () => {
    await house.db.transaction().execute((tx) =>
      remember(tx, { kind: 'key.created', by: { ...theHouse, kind: 'person', id: 'acc_7', name: 'Dr. Nobody' }, at: house.clock.now(), about: 'key/key_1', body: {} }),
    );
    const [newest] = (await entries(house.db, { limit: 1 })).items;
    expect(newest).toMatchObject({ kind: 'key.created', actor: { kind: 'person', ref: 'acc_7', roles: ['administrator'] }, deployment: null });
    expect(JSON.stringify(newest)).not.toContain('Nobody');
  });

  it('the database itself refuses to change, remove or go back', async () => {
    for (const statement of [
      "update ledger.entry set kind = 'x.y' where position = 0",
      'delete from ledger.entry where position = 0',
      'truncate ledger.entry',
      'update ledger.checkpoint set size = 1',
      'delete from ledger.checkpoint',
      'delete from ledger.head',
      'update ledger.head set size = 0',
      "update ledger.head set origin = 'other'",
    ]) {
      await expect(sql.raw(statement).execute(house.db), statement).rejects.toThrow(/only grows/);
    }
  });
});

describe('the API', async () => {
  const house = await testHouse([ledger], { remember });
  beforeAll(async () => {
    await add(house.db, ...Array.from({ length: 25 }, (_, n) => note(n, n % 5 === 0 ? { kind: 'test.counted' } : {})));
  });

  it('lists the newest first, in pages, by deployment, kind and subject', async () => {
    const first = await house.call(listEntries, { query: { limit: 10 } });
    expect(first.items.map((one) => one.position)).toEqual([24, 23, 22, 21, 20, 19, 18, 17, 16, 15]);
    expect(first.items[0]).toMatchObject({ says: 'Something was noted in a test.', body: { n: 24 } });
    const second = await house.call(listEntries, { query: { limit: 20, after: first.next! } });
    expect(second.items.map((one) => one.position)).toEqual(Array.from({ length: 15 }, (_, n) => 14 - n));
    expect(second.next).toBeNull();
    const some = await house.call(listEntries, { query: { deployment: 'dep_even', kind: 'test.counted' } });
    expect(some.items.map((one) => one.position)).toEqual([20, 10, 0]);
    expect((await house.call(listEntries, { query: { subject: 'note/7' } })).items).toHaveLength(1);
    expect((await house.call(listEntries, { query: { kind: 'test.*', limit: 500 } })).items).toHaveLength(25);
    expect((await house.call(listEntries, { query: { kind: 'te%' } })).items).toHaveLength(0);
    await expect(house.call(listEntries, { query: { after: 'x' } })).rejects.toThrow(/cursor/);
  });

  it('names the kinds', async () => {
    expect((await house.call(listKinds, {})).items).toContainEqual({ kind: 'test.noted', says: 'Something was noted in a test.' });
  });

  it('has no checkpoint before the job has run, and a signed one after', async () => {
    expect(await house.call(readCheckpoint, {}, 'vendor')).toMatchObject({ note: null, size: 0, entries: 25 });
    await house.jobs.start('ledger.checkpoint', {});
    await house.idle();
    const signed = await house.call(readCheckpoint, {}, 'vendor');
    expect(signed).toMatchObject({ size: 26, entries: 26 });
    expect(verifierKeyText(verifierKeyFrom(signed.key!))).toBe(signed.key);
    expect(signed.note).toContain(`${signed.origin}\n26\n${signed.root}\n`);
  });

  it('verifies, and exports what verifies offline', async () => {
    expect(await house.call(verifyLedger, {}, 'auditor')).toMatchObject({ sound: true, entries: 26, trust: 'given' });
    const response = await house.send(exportLedger, {}, 'auditor');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    afterAll(() => rm(folder, { recursive: true }));
    const file = join(folder, 'ledger.ndjson');
    await writeFile(file, Buffer.from(await response.arrayBuffer()));
    expect(await verifyFile(file)).toMatchObject({ sound: true, entries: 26, signed: 26, trust: 'own' });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(28);
    expect(lines[1]).toMatchObject({ leaf: { position: 0, subject: 'note/0' } });
  });

  it.each(endpoints.filter((one) => one.who !== 'public' && !one.who.includes('clinician')).map((one) => [one.name, one] as const))('%s refuses a clinician', async (_, one) => {
    expect((await house.send(one, {}, 'clinician')).status).toBe(403);
    expect((await house.send(one, {}, null)).status).toBe(401);
  });
});

describe('signing', async () => {
  it('takes one key when two instances start at once', async () => {
    const house = await testHouse([ledger]);
    const signers = await Promise.all(Array.from({ length: 6 }, () => openLedger(house)));
    expect(new Set(signers.map(verifierKeyText)).size).toBe(1);
    expect((await entries(house.db, { kind: 'ledger.key-created' })).items).toHaveLength(1);
  });

  it('signs the same state once, and goes on after more entries', async () => {
    const house = await testHouse([ledger]);
    await add(house.db, note(0));
    const first = await signHead(house);
    expect(await signHead(house)).toMatchObject({ note: first.note });
    await add(house.db, note(1));
    expect((await signHead(house)).size).toBe(3);
    expect(await verifyDatabase(house)).toMatchObject({ sound: true, checkpoints: 2 });
  });

  it('after the key is lost goes on with a new one, and the old checkpoints stay provable', async () => {
    const house = await testHouse([ledger]);
    await add(house.db, note(0));
    await signHead(house);
    const { dataFolder } = house.config;
    await rm(join(dataFolder, 'ledger.key'));
    await rm(join(dataFolder, 'ledger.checkpoint'));
    await add(house.db, note(1));
    await signHead(house);
    const found = await verifyDatabase(house);
    expect(found).toMatchObject({ sound: true, checkpoints: 2, signed: 4 });
    expect(found.keys).toHaveLength(2);
  });

  it('refuses a key of another ledger and an unreadable one', async () => {
    const house = await testHouse([ledger]);
    await openLedger(house);
    const file = join(house.config.dataFolder, 'ledger.key');
    await writeFile(file, newSigner('other.example/ledger').secret);
    await expect(signHead(house)).rejects.toThrow(/is of other.example/);
    await writeFile(file, 'not a key');
    await expect(signHead(house)).rejects.toThrow(/cannot be read/);
  });

  it('does not sign what was rewritten since, nor a database that was rolled back', async () => {
    const rewritten = await altered("update ledger.entry set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'note/12', 'note/99'), 'UTF8') where position = 12", 10);
    await expect(signHead(rewritten)).rejects.toThrow(/do not hash to the head/);
    const gone = await altered('delete from ledger.entry where position = 12', 10);
    await expect(signHead(gone)).rejects.toThrow(/missing/);
    const back = await altered("delete from ledger.checkpoint; update ledger.head set size = 0, frontier = ''; delete from ledger.entry", 10);
    await expect(signHead(back)).rejects.toThrow(/not in the database/);
  });
});

/** A ledger of 20 entries with a checkpoint after `signedAt` of them, altered by an administrator of the database. */
async function altered(statement: string, signedAt = 20): Promise<TestHouse> {
  const house = await testHouse([ledger]);
  await openLedger(house);
  for (let n = 1; n < 20; n++) {
    if (n === signedAt) await signHead(house);
    await add(house.db, note(n));
  }
  if (signedAt === 20) await signHead(house);
  for (const table of ['entry', 'checkpoint', 'head']) await sql.raw(`alter table ledger.${table} disable trigger user`).execute(house.db);
  await sql.raw(statement).execute(house.db);
  return house;
}

describe('an administrator of the database who alters it', () => {
  const swap = (from: string, to: string) => `convert_to(replace(convert_from(leaf, 'UTF8'), '${from}', '${to}'), 'UTF8')`;
  it.each<[string, string, string, number | null]>([
    ['one byte of a leaf', `update ledger.entry set leaf = ${swap('note/7', 'note/8')} where position = 7`, 'altered', 7],
    ['a leaf with its hash', `update ledger.entry set leaf = ${swap('note/7', 'note/8')}, leaf_hash = sha256('\\x00'::bytea || ${swap('note/7', 'note/8')}), subject = 'note/8' where position = 7`, 'wrong-root', 0],
    ['one bit of a hash', 'update ledger.entry set leaf_hash = set_bit(leaf_hash, 9, 1 - get_bit(leaf_hash, 9)) where position = 3', 'altered', 3],
    ['column at', "update ledger.entry set at = at + interval '1 millisecond' where position = 4", 'column', 4],
    ['column kind', "update ledger.entry set kind = 'test.counted' where position = 4", 'column', 4],
    ['column actor_kind', "update ledger.entry set actor_kind = 'key' where position = 4", 'column', 4],
    ['column actor_ref', "update ledger.entry set actor_ref = 'acc_2' where position = 4", 'column', 4],
    ['column deployment', 'update ledger.entry set deployment = null where position = 4', 'column', 4],
    ['column subject', "update ledger.entry set subject = 'note/5' where position = 4", 'column', 4],
    ['column position', 'update ledger.entry set position = 99 where position = 19', 'wrong-head', 99],
    ['a removed entry', 'delete from ledger.entry where position = 5', 'missing', 5],
    ['a removed last entry', 'delete from ledger.entry where position = 19', 'wrong-head', null],
    ['the head moved back', 'update ledger.head set size = 16, frontier = substr(frontier, 1, 32)', 'wrong-head', 19],
    ['the right edge of the head', 'update ledger.head set frontier = set_bit(frontier, 3, 1 - get_bit(frontier, 3))', 'wrong-head', null],
    ['the origin', "update ledger.head set origin = 'elsewhere'", 'wrong-origin', null],
    ['a checkpoint filed elsewhere', 'update ledger.checkpoint set size = 9', 'wrong-size', 9],
    ['the right edge of a checkpoint', 'update ledger.checkpoint set frontier = set_bit(frontier, 3, 1 - get_bit(frontier, 3))', 'column', null],
    ['a note', "update ledger.checkpoint set note = replace(note, chr(10) || '20' || chr(10), chr(10) || '19' || chr(10))", 'wrong-signature', null],
    ['no checkpoint any more', 'delete from ledger.checkpoint', 'unsigned', 0],
    ['everything rolled back', "delete from ledger.checkpoint; delete from ledger.entry; update ledger.head set size = 0, frontier = ''", 'not-grown', null],
    ['bytes that are no text', "update ledger.entry set leaf = set_byte(leaf, 30, 255) where position = 2", 'altered', 2],
  ])('%s', async (_, statement, reason, position) => {
    const house = await altered(statement);
    const found = await verifyDatabase(house);
    expect(found.sound).toBe(false);
    expect(found.faults.map((one) => [one.reason, one.position])).toContainEqual([reason, position]);
    await house.close();
  });
  it('and signs the new history with a key of his own', async () => {
    const house = await altered('select 1');
    const forger = newSigner((await openLedger(house)).name);
    const found = await verifyDatabase(house, [forger]);
    expect(found.faults[0]).toMatchObject({ reason: 'wrong-signature' });
  });
});

describe('the command', async () => {
  const house = await testHouse([ledger]);
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeAll(async () => void (await add(house.db, note(0), note(1))));

  async function run(...words: string[]): Promise<{ code: number | undefined; out: string }> {
    const program = new Command().exitOverride();
    commands(program, async () => house);
    let out = '';
    const write = process.stdout.write;
    process.stdout.write = ((text: string) => ((out += text), true)) as typeof write;
    try {
      await program.parseAsync(['ledger', ...words], { from: 'user' });
    } finally {
      process.stdout.write = write;
    }
    const code = process.exitCode as number | undefined;
    process.exitCode = 0;
    return { code, out };
  }

  it('exports and verifies, packed or not, with a named key and a kept checkpoint', async () => {
    for (const name of ['a.ndjson', 'a.ndjson.gz']) {
      const file = join(folder, name);
      await run('export', file);
      const own = await run('verify', file);
      expect(own).toMatchObject({ code: 0 });
      expect(own.out).toContain('Sound: 3 entries');
      expect(own.out).toContain('name it with --key');
      const { keys } = JSON.parse((await run('verify', file, '--json')).out) as { keys: string[] };
      const kept = join(house.config.dataFolder, 'ledger.checkpoint');
      const named = await run('verify', file, '--key', keys[0]!, '--kept', kept);
      expect(named).toMatchObject({ code: 0 });
      expect(named.out).not.toContain('name it with --key');
    }
  });
  it('prints a receipt and verifies it', async () => {
    const { out } = await run('receipt', '1');
    const file = join(folder, '1.tlog-proof');
    await writeFile(file, out);
    const key = verifierKeyText(await openLedger(house));
    expect(await run('verify', file, '--key', key)).toMatchObject({ code: 0, out: expect.stringContaining('Sound: entry 1 of') });
    await writeFile(file, out.replace('index 1', 'index 0'));
    expect(await run('verify', file, '--key', key, '--json')).toMatchObject({ code: 1, out: expect.stringContaining('not in the tree') });
    await expect(run('verify', file)).rejects.toThrow(/does not carry the key/);
    await expect(run('receipt', 'x')).rejects.toThrow(/whole number/);
    await expect(run('receipt', '999')).rejects.toThrow(/no entry 999/);
  });
  it('exports as FHIR', async () => {
    const file = join(folder, 'fhir.ndjson');
    await run('export', file, '--fhir');
    expect(JSON.parse((await readFile(file, 'utf8')).split('\n')[0]!)).toMatchObject({ resourceType: 'AuditEvent' });
  });
  it('verifies the database', async () => expect(await run('verify')).toMatchObject({ code: 0 }));
  it('ends with 1 and names the place when a byte was altered', async () => {
    const file = join(folder, 'b.ndjson');
    await run('export', file);
    await writeFile(file, (await readFile(file, 'utf8')).replace('note/1', 'note/7'));
    const found = await run('verify', file);
    expect(found.code).toBe(1);
    expect(found.out).toContain('line 3, entry 1: entry 1 is not what was recorded');
  });
  it('refuses what it cannot use', async () => {
    await expect(run('verify', join(folder, 'nowhere'))).rejects.toThrow(/cannot be read/);
    await expect(run('export', join(folder, 'a.ndjson'))).rejects.toThrow(/already/);
    await expect(run('export', join(folder, 'no/such/folder.ndjson'))).rejects.toThrow(/could not be written/);
    await expect(run('verify', join(folder, 'a.ndjson'), '--key', 'a+b')).rejects.toThrow(/not a verifier key/);
    const cut = join(folder, 'cut.ndjson.gz');
    await writeFile(cut, (await readFile(join(folder, 'a.ndjson.gz'))).subarray(0, 300));
    await expect(run('verify', cut)).rejects.toThrow(/cannot be read/);
  });
  it('tells a result in words', () => {
    const text = told({ sound: false, origin: '', entries: 2, root: 'r', signed: 0, checkpoints: 0, keys: [], trust: 'own', faults: [{ position: 1, line: null, reason: 'missing', says: 'gone' }] });
    expect(text).toContain('NOT SOUND');
    expect(text).toContain('entry 1: gone (missing)');
  });
});
