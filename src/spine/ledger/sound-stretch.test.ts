// Is a ledger that is looked at in stretches found as it is, and is what was altered named in its place?
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { testHouse } from '../../tools/server/test-database.ts';
import { appendAll, ledger, rootOfLeaves, seal, signHead, verifyDatabase } from './ledger.ts';
import { entryKind } from './model.ts';
import { soundStretch, type Sound } from './sound-stretch.ts';

entryKind('test.stretched', 'Something was recorded in a test of stretches.');
const house = await testHouse([ledger]);
const size = 1_483;
const stretch = 256;
/** Trees that were signed: one ends inside the second stretch. */
const ends = [300, 512];

async function found(): Promise<(Sound | null)[]> {
  const all: (Sound | null)[] = [];
  for (let from = 0; from < size; from += stretch) all.push(await soundStretch(house.db, from, Math.min(size, from + stretch), ends, () => false));
  return all;
}

it('whole stretches are joined, and those in which a signed tree ends are not', async () => {
  const sealed = await seal(house, 'sub_one', Buffer.from('what the AI was asked'));
  const entries = Array.from({ length: size }, (_, n) => ({ at: '2026-03-02T08:00:00.000Z', kind: 'test.stretched', actor: { kind: 'key' as const, ref: 'key_1', roles: [] }, subject: `decision/${n}`, body: { n }, ...(n % 7 === 0 && { sealed }) }));
  // The first entry names the key. Signed now and then, also where a stretch ends and inside one.
  await signHead(house);
  for (const [from, to] of [[1, 300], [300, 512], [512, size]] as const) {
    await house.db.transaction().execute((tx) => appendAll(tx, entries.slice(from, to)));
    await signHead(house);
  }
  const { rows } = await sql<{ leaf: Buffer }>`select leaf from ledger.entry where position < ${size} order by position`.execute(house.db);
  const whole = await found();
  expect(whole.map((each) => each?.joined)).toEqual([true, false, true, true, true, false]);
  for (const nth of [0, 2, 3, 4]) expect(Buffer.from(whole[nth]!.hashes)).toEqual(Buffer.from(rootOfLeaves(rows.slice(stretch * nth, stretch * (nth + 1)).map(({ leaf }) => leaf))));
  expect(whole[1]!.hashes.length).toBe(32 * stretch);
  expect(whole.flatMap((each) => [...each!.committed.keys()])).toEqual(entries.flatMap((one, n) => (n > 0 && 'sealed' in one ? [n] : [])));
  expect(await verifyDatabase(house, undefined, stretch)).toEqual(await verifyDatabase(house));
  expect(await verifyDatabase(house, undefined, stretch)).toMatchObject({ sound: true, faults: [], entries: size, checkpoints: 4 });
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
