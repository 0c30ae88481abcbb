// Is work done once, two at a time, stopped by key, and taken up again after a crash?
import { sql } from 'kysely';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { Problem } from '../base/problem.ts';
import type { House } from './capability.ts';
import { openJobs, type JobRunner } from './job-runner.ts';
import type { Job } from './jobs.ts';
import { testHouse } from './test-database.ts';

const house: House = await testHouse([]);
let runner: JobRunner | null = null;
afterEach(async () => {
  await runner?.end();
  runner = null;
});
beforeAll(async () => void (await sql`create table done (what text)`.execute(house.db)));

async function open(jobs: Job[], begin = true): Promise<JobRunner> {
  await sql`truncate done`.execute(house.db);
  const one = openJobs(() => house, jobs);
  await one.prepare();
  if (begin) one.begin();
  runner = one;
  return one;
}
const note = (what: string) => sql`insert into done values (${what})`.execute(house.db);
const done = async () => (await sql<{ what: string }>`select what from done order by what`.execute(house.db)).rows.map((row) => row.what);
const until = async (true_: () => Promise<boolean> | boolean) => {
  for (let tries = 0; tries < 600; tries++) {
    if (await true_()) return;
    await new Promise((go) => setTimeout(go, 25));
  }
  throw new Error('waited in vain');
};
const job = (name: string, run: (input: { n: number }, signal: AbortSignal) => Promise<void>, more: Partial<Job> = {}): Job => ({ name, says: 'A test.', run: (_house, input, signal) => run(input, signal), ...more });
const states = async (name: string) => (await sql<{ state: string }>`select state::text from jobs.job where name = ${name}`.execute(house.db)).rows.map((row) => row.state);

test('queued work is done, with its input', async () => {
  const jobs = await open([job('plain', async ({ n }) => void (await note(`plain ${n}`)))]);
  await Promise.all([1, 2, 3].map((n) => jobs.start('plain', { n })));
  await until(async () => (await done()).length === 3);
  expect(await done()).toEqual(['plain 1', 'plain 2', 'plain 3']);
});

test('one key is one work while it waits or runs, and may be asked again afterwards', async () => {
  let open_ = () => {};
  const gate = new Promise<void>((go) => (open_ = go));
  const jobs = await open([job('keyed', async () => { await note('keyed'); await gate; })]);
  await Promise.all([1, 2, 3, 4].map((n) => jobs.start('keyed', { n }, 'audit/1')));
  await until(async () => (await done()).length === 1);
  await jobs.start('keyed', { n: 5 }, 'audit/1');
  open_();
  await until(async () => (await states('keyed')).join() === 'completed');
  await jobs.start('keyed', { n: 6 }, 'audit/1');
  await until(async () => (await done()).length === 2);
});

test('at most two run at once', async () => {
  let now = 0;
  let most = 0;
  const jobs = await open([job('busy', async ({ n }) => { most = Math.max(most, (now += 1)); await until(() => most >= 2); await new Promise((go) => setTimeout(go, 60)); now -= 1; await note(`busy ${n}`); })]);
  await Promise.all([1, 2, 3, 4, 5, 6].map((n) => jobs.start('busy', { n })));
  await until(async () => (await done()).length === 6);
  expect(most).toBe(2);
});

test('running work is stopped by its key and not begun again', async () => {
  let aborted = false;
  const jobs = await open([job('endless', (_input, signal) => new Promise((_go, fail) => { void note('begun'); signal.addEventListener('abort', () => { aborted = true; fail(new Error('stopped')); }); }))]);
  await jobs.start('endless', {}, 'audit/2');
  await until(async () => (await done()).length === 1);
  await jobs.stop('audit/2');
  await until(() => aborted);
  expect(await states('endless')).toEqual(['cancelled']);
});

test('a Problem is final and the room is told; another error is tried again', async () => {
  const told: string[] = [];
  let tries = 0;
  const jobs = await open([
    job('refused', async () => { throw new Problem('bad-input', 'The export is empty.'); }, { gaveUp: async (_house, _input, error) => void told.push(error.message) }),
    job('shaky', async () => { if ((tries += 1) === 1) throw new Error('once'); await note('shaky'); }),
  ]);
  await jobs.start('refused', {});
  await jobs.start('shaky', {});
  await until(async () => (await done()).includes('shaky'));
  expect(told).toEqual(['The export is empty.']);
  expect(await states('refused')).toEqual(['failed']);
});

test('work whose process died is taken up by the next', async () => {
  const first = await open([job('lasting', async () => void (await note('lasting')))], false);
  await first.start('lasting', {}, 'audit/3');
  // What a killed process leaves: a job that is active with nobody at it.
  await sql`update jobs.job set state = 'active', started_on = now() where name = 'lasting'`.execute(house.db);
  first.begin();
  await until(async () => (await states('lasting')).join() === 'completed');
  expect(await done()).toEqual(['lasting']);
});

test('work that is running when we end waits for the next start and does not count as an attempt', async () => {
  const first = await open([job('long', (_input, signal) => new Promise((_go, fail) => { void note('begun'); signal.addEventListener('abort', () => fail(new Error('stopping'))); }))]);
  await first.start('long', {});
  await until(async () => (await done()).length === 1);
  await first.end();
  runner = null;
  expect(await states('long')).toEqual(['created']);
  await open([job('long', async () => void (await note('finished')))]);
  await until(async () => (await states('long')).join() === 'completed');
  expect(await done()).toEqual(['finished']);
});
