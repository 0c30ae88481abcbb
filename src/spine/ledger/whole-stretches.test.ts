// Do two that look at every other stretch find what one finds, and is an altered stretch told in its place?
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { testHouse } from '../../tools/server/test-database.ts';
import { appendAll, ledger, seal } from './ledger.ts';
import { entryKind } from './model.ts';
import { soundStretch, type Sound } from './sound-stretch.ts';
import { stretchesOf } from './whole-stretches.ts';

entryKind('test.stretched', 'Something was recorded in a test of stretches.');
const house = await testHouse([ledger]);
const size = 203;
const stretch = 16;

async function found(): Promise<(Sound | null)[]> {
  const stretches = stretchesOf(house.db, size, stretch);
  const all: (Sound | null)[] = [];
  for (let from = 0; from < size; from += stretch) all.push(await stretches.next(from, Math.min(size, from + stretch)));
  await stretches.end();
  return all;
}

it('finds what is found one by one, and goes on behind what is altered', async () => {
  const sealed = await seal(house, 'sub_one', Buffer.from('what the AI was asked'));
  await house.db.transaction().execute((tx) =>
    appendAll(tx, Array.from({ length: size }, (_, n) => ({ at: '2026-03-02T08:00:00.000Z', kind: 'test.stretched', actor: { kind: 'key' as const, ref: 'key_1', roles: [] }, subject: `decision/${n}`, body: { n }, ...(n % 7 === 0 && { sealed }) }))),
  );
  const one = async () => {
    const all: (Sound | null)[] = [];
    for (let from = 0; from < size; from += stretch) all.push(await soundStretch(house.db, from, Math.min(size, from + stretch), () => false));
    return all;
  };
  const whole = await found();
  expect(whole).toEqual(await one());
  expect(whole.map((each) => each?.hashes.length)).toEqual(Array.from({ length: 13 }, (_, nth) => 32 * Math.min(16, size - 16 * nth)));
  expect(whole.flatMap((each) => [...each!.committed.keys()])).toEqual(Array.from({ length: 29 }, (_, n) => 7 * n));
  await sql`alter table ledger.entry disable trigger user`.execute(house.db);
  await sql`update ledger.entry set subject = 'decision/other' where position in (20, 100)`.execute(house.db);
  const altered = await found();
  expect(altered.flatMap((each, nth) => (each === null ? [nth] : []))).toEqual([1, 6]);
  expect(altered).toEqual(await one());
});

it('ends before all was asked for', async () => {
  const stretches = stretchesOf(house.db, size, stretch);
  await stretches.next(0, stretch);
  await stretches.end();
});
