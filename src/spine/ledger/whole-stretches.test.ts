// Do two that look at every other stretch find what one finds, and is what was altered named in its place?
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { testHouse } from '../../tools/server/test-database.ts';
import { appendAll, ledger, rootOfLeaves, seal, signHead, verifyDatabase } from './ledger.ts';
import { entryKind } from './model.ts';
import { soundStretch, type Sound } from './sound-stretch.ts';
import { stretchesOf } from './whole-stretches.ts';

entryKind('test.stretched', 'Something was recorded in a test of stretches.');
const house = await testHouse([ledger]);
const size = 1_483;
const stretch = 256;
/** Trees that were signed: one ends inside the second stretch. */
const ends = [300, 512];

async function found(): Promise<(Sound | null)[]> {
  const stretches = stretchesOf(house.db, size, ends, stretch);
  const all: (Sound | null)[] = [];
  for (let from = 0; from < size; from += stretch) all.push(await stretches.next(from, Math.min(size, from + stretch)));
  await stretches.end();
  return all;
}
async function oneByOne(): Promise<(Sound | null)[]> {
  const all: (Sound | null)[] = [];
  for (let from = 0; from < size; from += stretch) all.push(await soundStretch(house.db, from, Math.min(size, from + stretch), ends, () => false));
  return all;
}

it('finds what is found one by one, and goes on behind what is altered', async () => {
  const sealed = await seal(house, 'sub_one', Buffer.from('what the AI was asked'));
  const entries = Array.from({ length: size }, (_, n) => ({ at: '2026-03-02T08:00:00.000Z', kind: 'test.stretched', actor: { kind: 'key' as const, ref: 'key_1', roles: [] }, subject: `decision/${n}`, body: { n }, ...(n % 7 === 0 && { sealed }) }));
  // Signed now and then, also where a stretch ends and inside one.
  for (const [from, to] of [[0, 300], [300, 512], [512, size]] as const) {
    await house.db.transaction().execute((tx) => appendAll(tx, entries.slice(from, to)));
    await signHead(house);
  }
  const { rows } = await sql<{ leaf: Buffer }>`select leaf from ledger.entry where position < ${size} order by position`.execute(house.db);
  const whole = await found();
  expect(whole).toEqual(await oneByOne());
  expect(whole.map((each) => each?.joined)).toEqual([true, false, true, true, true, false]);
  for (const nth of [0, 2, 3, 4]) expect(Buffer.from(whole[nth]!.hashes)).toEqual(Buffer.from(rootOfLeaves(rows.slice(stretch * nth, stretch * (nth + 1)).map(({ leaf }) => leaf))));
  expect(whole[1]!.hashes.length).toBe(32 * stretch);
  expect(whole.flatMap((each) => [...each!.committed.keys()])).toEqual(entries.flatMap((one, n) => ('sealed' in one ? [n] : [])));
  expect(await verifyDatabase(house, undefined, stretch)).toEqual(await verifyDatabase(house));
  expect(await verifyDatabase(house, undefined, stretch)).toMatchObject({ sound: true, faults: [], checkpoints: 3 });
});

it.each([
  ['altered', sql`update ledger.entry set subject = 'decision/other' where position in (20, 700)`, [0, 2]],
  ['missing', sql`delete from ledger.entry where position = 600`, [0, 2]],
])('what is %s is named as without stretches', async (_, alters, stretchesAtFault) => {
  await sql`alter table ledger.entry disable trigger user`.execute(house.db);
  await alters.execute(house.db);
  expect((await found()).flatMap((each, nth) => (each === null ? [nth] : []))).toEqual(stretchesAtFault);
  const inStretches = await verifyDatabase(house, undefined, stretch);
  expect(inStretches.sound).toBe(false);
  expect(inStretches).toEqual(await verifyDatabase(house));
});

it('ends before all was asked for', async () => {
  const stretches = stretchesOf(house.db, size, ends, stretch);
  await stretches.next(0, stretch);
  await stretches.end();
});
