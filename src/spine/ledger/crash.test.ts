// After SIGKILL of the writer and of PostgreSQL itself, is every acknowledged entry there, and is the ledger sound?
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../tools/base/clock.ts';
import { readConfig } from '../../tools/server/config.ts';
import { migrate, openDatabase, type Db } from '../../tools/server/database.ts';
import { startEmbedded, type EmbeddedPostgres } from '../../tools/server/embedded-postgres.ts';
import { silentLog } from '../../tools/server/log.ts';
import { appendGrouped, ledger, signHead, verifyDatabase } from './ledger.ts';
import { entryKind, type NewEntry } from './model.ts';

entryKind('test.crashed', 'Something was recorded before a crash in a test.');
const one = (name: string): NewEntry => ({ at: '2026-03-02T08:00:00.000Z', kind: 'test.crashed', actor: { kind: 'key', ref: 'key_1', roles: [] }, subject: name, body: {} });

describe.skipIf('why' in inject('testServer'))('under load from many callers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-crash-'));
  const config = readConfig({ ATTENDING_DATA: folder, ATTENDING_DEMO: 'off' });
  const built = resolve('node_modules/.cache/attending', `crash-${process.pid}`);
  let server: EmbeddedPostgres;
  let db: Db;
  beforeAll(async () => {
    await build({ configFile: false, logLevel: 'silent', build: { ssr: resolve(import.meta.dirname, 'crash.child.ts'), outDir: built, target: 'node20' } });
    // With fsync on, as in production: that is what is tested.
    server = await startEmbedded({ dataFolder: folder, log: silentLog });
    db = openDatabase(server.address);
    await migrate(db, [ledger]);
    await signHead({ db, config, clock: systemClock });
  });
  afterAll(async () => {
    await db?.destroy();
    await server?.stop();
    rmSync(built, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  /** Every acknowledged subject stands where it was said to stand, and everything verifies. */
  async function holds(acknowledged: Map<string, number>): Promise<void> {
    const house = { db, config, clock: systemClock };
    await signHead(house);
    expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
    const { rows } = await sql<{ subject: string; position: number }>`select subject, position from ledger.entry where kind = 'test.crashed'`.execute(db);
    const there = new Map(rows.map((row) => [row.subject, row.position]));
    const lost = [...acknowledged].filter(([name, position]) => there.get(name) !== position);
    expect(lost).toEqual([]);
  }

  it('PostgreSQL is killed: nothing that was acknowledged is lost', async () => {
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < 3; round++) {
      let going = true;
      const callers = Array.from({ length: 32 }, async (_, caller) => {
        for (let n = 0; going; n++) {
          const name = `postgres/${round}/${caller}/${n}`;
          const appended = await appendGrouped(db, one(name)).catch(() => null);
          if (appended) acknowledged.set(name, appended.position);
          else await sleep(20);
        }
      });
      await sleep(300 + 150 * round);
      process.kill(server.pid(), 'SIGKILL');
      await sleep(200);
      going = false;
      await Promise.all(callers);
      // It is started again by its keeper.
      for (let tries = 0; tries < 200; tries++) {
        if (await appendGrouped(db, one(`back/${round}/${tries}`)).then(() => true, () => false)) break;
        await sleep(100);
      }
    }
    expect(acknowledged.size).toBeGreaterThan(50);
    await holds(acknowledged);
  }, 120_000);

  it('the writing process is killed: nothing that it acknowledged is lost, and another goes on beside it', async () => {
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < 3; round++) {
      const { socket, port, user, database } = server.address;
      const child = spawn(process.execPath, [join(built, 'crash.child.js'), socket, String(port), user, database, `child/${round}`], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk));
      const ended = new Promise((done) => child.once('close', done));
      while (!said.includes('\n')) await sleep(20);
      for (let n = 0; n < 10; n++) acknowledged.set(`beside/${round}/${n}`, (await appendGrouped(db, one(`beside/${round}/${n}`))).position);
      await sleep(200 + 100 * round);
      child.kill('SIGKILL');
      await ended;
      // The last line may be cut off; it was not said whole.
      for (const line of said.split('\n').slice(0, -1)) acknowledged.set(line.split(' ')[0]!, Number(line.split(' ')[1]));
    }
    expect(acknowledged.size).toBeGreaterThan(100);
    await holds(acknowledged);
  }, 120_000);
});
