// Does each test file get a database of its own, and are calls checked like real ones?
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { endpoint } from '../base/endpoint.ts';
import { Problem } from '../base/problem.ts';
import type { Capability } from './capability.ts';
import { serve } from './http.ts';
import { testDatabase, testHouse } from './test-database.ts';

const greet = endpoint({
  name: 'greet.say',
  method: 'POST',
  path: '/api/v1/greet/:name',
  says: 'Greet somebody.',
  who: ['administrator'],
  params: z.strictObject({ name: z.string() }),
  query: z.strictObject({ loud: z.stringbool().optional() }),
  body: z.strictObject({ word: z.string() }),
  output: z.strictObject({ greeting: z.string(), by: z.string() }),
});
const room: Capability = {
  name: 'greet',
  says: 'Who is greeted?',
  routes: [serve(greet, async ({ params, query, body, caller }) => ({ greeting: `${body.word} ${query.loud ? params.name.toUpperCase() : params.name}`, by: caller.id }))],
  jobs: [{ name: 'greet.later', says: 'Greets later.', run: async (house) => { await sql`create table if not exists greeted (at timestamptz)`.execute(house.db); await sql`insert into greeted values (${house.clock.now()})`.execute(house.db); } }],
};
const house = await testHouse([room]);

test('an endpoint is called as a role and answers by its contract', async () => {
  expect(await house.call(greet, { params: { name: 'ann lee' }, query: { loud: 'true' }, body: { word: 'Hello' } })).toEqual({ greeting: 'Hello ANN LEE', by: 'acc_administrator' });
});

test('another role and nobody are refused', async () => {
  const asked = { params: { name: 'ann' }, body: { word: 'Hello' } };
  await expect(house.call(greet, asked, 'vendor')).rejects.toBeInstanceOf(Problem);
  await expect(house.call(greet, asked, 'vendor')).rejects.toMatchObject({ status: 403 });
  await expect(house.call(greet, asked, null)).rejects.toMatchObject({ status: 401 });
});

test('an unknown field is named', async () => {
  await expect(house.call(greet, { params: { name: 'ann' }, body: { word: 'Hello', wurd: 1 } as never })).rejects.toMatchObject({ status: 400, details: [{ says: 'unknown field `wurd`' }] });
});

test('a job runs and leaves its mark at the house’s own time', async () => {
  house.clock.pass(60_000);
  await house.jobs.start('greet.later', {});
  await house.idle();
  expect((await sql`select at from greeted`.execute(house.db)).rows).toEqual([{ at: '2026-03-02T08:01:00.000Z' }]);
});

test('two databases do not see each other', async () => {
  const [one, two] = await Promise.all([testDatabase([]), testDatabase([])]);
  await sql`create table only_here (x int)`.execute(one.db);
  await expect(sql`select * from only_here`.execute(two.db)).rejects.toThrow(/does not exist/);
  await Promise.all([one.drop(), two.drop()]);
});
