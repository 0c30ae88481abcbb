// Does a caller hear that the database is silent, in a bounded time, while long work of a living one goes on?
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { endpoint } from '../base/endpoint.ts';
import { openDatabase } from './database.ts';
import { buildHttp, nobody, serve } from './http.ts';
import { openSilence } from './silence.ts';
import { testDatabase, testHouse } from './test-database.ts';

/** The way to PostgreSQL, which can be made to swallow everything: connections stand, and nothing comes. */
async function openWay(socket: string, port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'silence-'));
  const both = new Set<Socket>();
  let frozen = false;
  const server = createServer((near) => {
    const far = createConnection(join(socket, `.s.PGSQL.${port}`));
    for (const [from, to] of [[near, far], [far, near]] as const) {
      both.add(from);
      if (frozen) from.pause();
      from.on('data', (bytes) => to.write(bytes)).on('error', () => {}).on('close', () => to.destroy());
      if (frozen) from.pause();
    }
  });
  await new Promise<void>((done) => server.listen(join(folder, `.s.PGSQL.${port}`), done));
  const set = (now: boolean) => {
    frozen = now;
    for (const one of both) if (now) one.pause(); else one.resume();
  };
  return { folder, freeze: () => set(true), thaw: () => set(false), close: () => (both.forEach((one) => one.destroy()), server.close(), rmSync(folder, { recursive: true, force: true })) };
}

const house = await testHouse([]);
const { address, drop } = await testDatabase([]);
const way = await openWay(address.socket, address.port);
const db = openDatabase({ ...address, socket: way.folder }, 4);
const silence = openSilence(db, { work: 80, look: 1_500 });
afterAll(async () => {
  way.close();
  await db.destroy();
  await drop();
});

const asks = endpoint({ name: 'test.asks', method: 'GET', path: '/api/v1/asks', who: 'public', says: 'Asks the database.', output: z.object({ one: z.number() }) });
const app = buildHttp({ ...house, db }, [serve(asks, async () => (await sql<{ one: number }>`select 1 as one`.execute(db)).rows[0]!)], { identify: async () => nobody, once: async (_house, _caller, _endpoint, _request, _body, work) => work() }, () => {}, silence);
const ask = async () => app.request('/api/v1/asks');

describe('a database that is silent', () => {
  test('lets work of any length go on while it answers', async () => {
    await expect(silence.during(async () => (await sql<{ n: number }>`select 7 as n from pg_sleep(0.6)`.execute(db)).rows[0]!.n)).resolves.toBe(7);
  });

  test('lets long work go on that has every connection of the house', async () => {
    const all = Array.from({ length: 6 }, () => silence.during(async () => (await sql<{ n: number }>`select 7 as n from pg_sleep(0.4)`.execute(db)).rows[0]!.n));
    expect(await Promise.all(all)).toEqual([7, 7, 7, 7, 7, 7]);
  });

  test('is said with 503 and when to come again, then at once; and when it answers again all goes on', async () => {
    expect((await ask()).status).toBe(200);
    way.freeze();
    const first = await ask();
    expect([first.status, first.headers.get('retry-after'), ((await first.json()) as { title: string }).title]).toEqual([503, '2', 'The database does not answer; what was asked may still be done when it answers again.']);
    expect(((await (await ask()).json()) as { title: string }).title).toBe('The database does not answer; nothing of this request was done.');
    way.thaw();
    await expect.poll(async () => (await ask()).status, { timeout: 20_000 }).toBe(200);
  });
});
