// Does whoever listens for policies survive that the database goes, even at the moment it lets go itself?
import { expect, it, vi } from 'vitest';
import { capability as deployments } from '../../spine/deployments/deployments.ts';
import { ledger, remember } from '../../spine/ledger/ledger.ts';
import { catalogue, measures } from '../../spine/measures/measures.ts';
import { poolOf } from '../../tools/server/database.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { capability as decisions } from '../decisions/decisions.ts';
import { gateway } from './gateway.ts';
import * as records from './records.ts';
import { watchPolicies } from './watch.ts';

const house = await testHouse([ledger, deployments, measures(catalogue([])), decisions, gateway()], { remember });
const pool = poolOf(house.db)!;
const listening = async () => (await pool.query<{ pid: number }>(`select pid from pg_stat_activity where datname = current_database() and query = 'listen ${records.channel}'`)).rows;

it('listens anew after its connection was lost', async () => {
  const watch = await watchPolicies(house);
  const before = (await listening())[0]!.pid;
  await pool.query('select pg_terminate_backend($1)', [before]);
  await vi.waitFor(async () => expect((await listening()).map(({ pid }) => pid)).not.toContain(before), 5_000);
  await vi.waitFor(async () => expect(await listening()).toHaveLength(1), 5_000);
  await watch.close();
  await vi.waitFor(async () => expect(await listening()).toEqual([]), 5_000);
});

it('a connection that fails after it was let go fails nobody', async () => {
  const clients: { emit(event: 'error', error: Error): boolean }[] = [];
  const connect = vi.spyOn(pool, 'connect');
  const watch = await watchPolicies(house);
  for (const { value } of connect.mock.results) clients.push(await (value as unknown as Promise<(typeof clients)[number]>));
  expect(clients.length).toBeGreaterThan(0);
  connect.mockRestore();
  await watch.close();
  // As PostgreSQL does when it is stopped: the reason comes before the connection ends.
  for (const client of clients) expect(() => client.emit('error', new Error('terminating connection due to administrator command'))).not.toThrow();
});
