// After SIGKILL of the gateway and of PostgreSQL under load: was ever a card shown that is not in the ledger?
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { signHead, verifyDatabase } from '../../spine/ledger/ledger.ts';
import { catchUp, rebuild } from '../decisions/decisions.ts';
import { openOwnHospital, type OwnHospital } from './test-crash.ts';
import { call, card, described, json, listening } from './test-ehr.ts';
import { decisionIn } from './uuids.ts';

describe.skipIf('why' in inject('testServer'))('under load from many callers', () => {
  let hospital: OwnHospital;
  let vendor: Awaited<ReturnType<typeof listening>>;
  /** What the EHR was given: the decisions of the cards it got. */
  const shown = new Set<string>();
  let empty = 0;
  const twoCards = (outgoing: ServerResponse) => json(outgoing, { cards: [card(), card({ uuid: 'vendor-card-2' })] });
  let answer = twoCards;

  beforeAll(async () => {
    vendor = await listening((incoming, outgoing) => {
      incoming.resume();
      incoming.on('end', () => (incoming.url!.endsWith('/cds-services') ? json(outgoing, described) : answer(outgoing)));
    });
    hospital = await openOwnHospital(vendor.url);
  }, 120_000);
  afterAll(async () => {
    await hospital?.close();
    await vendor?.close();
  });

  /** Asks from 16 callers until told to stop, and keeps what was answered. */
  function load(url: () => string): () => Promise<void> {
    let going = true;
    const callers = Array.from({ length: 16 }, async (_, caller) => {
      for (let n = 0; going; n++) {
        const pool = new Pool(new URL(url()).origin, { connections: 1 });
        try {
          for (; going; n++) {
            const { body } = await pool.request({ method: 'POST', path: `${new URL(url()).pathname}/sepsis`, headers: { 'content-type': 'application/json' }, body: JSON.stringify(call({ context: { patientId: `p-${caller}-${n % 5}`, userId: 'Practitioner/7' } })) });
            const { cards } = (await body.json()) as { cards: { uuid: string }[] };
            if (cards.length === 0) empty++;
            for (const { uuid } of cards) shown.add(decisionIn(uuid)!.decision);
          }
        } catch {
          await sleep(20);
        } finally {
          await pool.destroy().catch(() => {});
        }
      }
    });
    return async () => {
      going = false;
      await Promise.all(callers);
    };
  }

  /** Waits until so many more were shown: then it is under way, however busy the machine. */
  async function more(n: number): Promise<void> {
    const from = shown.size;
    for (let tries = 0; tries < 600 && shown.size < from + n; tries++) await sleep(50);
  }

  async function holds(): Promise<void> {
    const { house } = hospital;
    const { rows } = await sql<{ subject: string }>`select subject from ledger.entry where kind = 'decision.recorded'`.execute(house.db);
    const there = new Set(rows.map(({ subject }) => subject.replace('decision/', '')));
    expect([...shown].filter((one) => !there.has(one))).toEqual([]);
    await signHead(house);
    expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
    await catchUp(house.db);
    const facts = async () => (await sql<{ all: string }>`select md5(string_agg(f::text, '|' order by decision)) as all from decisions.fact f`.execute(house.db)).rows[0]!.all;
    const before = await facts();
    await rebuild(house.db);
    expect(await facts()).toBe(before);
  }

  it('the gateway is killed: whatever was shown stands in the ledger', async () => {
    for (let round = 0; round < 3; round++) {
      const { child, url } = await hospital.startGateway();
      const stop = load(() => url);
      await more(25);
      child.kill('SIGKILL');
      await once(child, 'exit');
      await stop();
    }
    expect(shown.size).toBeGreaterThan(50);
    await holds();
  }, 120_000);

  it('PostgreSQL is killed: nothing is shown without it, and afterwards it goes on', async () => {
    const { child, url } = await hospital.startGateway();
    for (let round = 0; round < 2; round++) {
      const stop = load(() => url);
      await more(25);
      process.kill(hospital.server.pid(), 'SIGKILL');
      await sleep(500);
      await stop();
      const before = shown.size;
      // It is started again by its keeper, and the gateway finds it by itself.
      const again = load(() => url);
      for (let tries = 0; tries < 200 && shown.size === before; tries++) await sleep(100);
      await again();
      expect(shown.size).toBeGreaterThan(before);
    }
    // What was answered empty meanwhile is told afterwards.
    for (let tries = 0; tries < 50; tries++) {
      const { rows } = await sql`select 1 from ledger.entry where kind = 'gateway.failed'`.execute(hospital.house.db);
      if (rows.length > 0) break;
      await sleep(100);
    }
    expect((await sql`select 1 from ledger.entry where kind = 'gateway.failed'`.execute(hospital.house.db)).rows.length).toBeGreaterThan(0);
    expect(empty).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await holds();
  }, 120_000);

  it('PostgreSQL is frozen: every call is answered in its time, also where there is nothing to show, and afterwards it goes on', async () => {
    const { child, url } = await hospital.startGateway();
    const ask = async (patientId: string) => {
      const response = await fetch(`${url}/sepsis`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(call({ context: { patientId, userId: 'Practitioner/7' } })), signal: AbortSignal.timeout(20_000) });
      return ((await response.json()) as { cards: { uuid: string }[] }).cards;
    };
    expect(await ask('p-1')).toHaveLength(2);
    answer = (outgoing) => void outgoing.writeHead(500).end();
    const all = familyOf(hospital.server.pid());
    try {
      for (const pid of all) process.kill(pid, 'SIGSTOP');
      // While it may still believe to know of the kill switch, and after that.
      expect(await ask('p-1')).toEqual([]);
      await sleep(1_000);
      expect(await ask('p-1')).toEqual([]);
      const keys = await fetch(new URL('/cds/jwks.json', url), { signal: AbortSignal.timeout(20_000) });
      expect([keys.status, keys.headers.get('retry-after')]).toEqual([503, '2']);
    } finally {
      for (const pid of all) process.kill(pid, 'SIGCONT');
      answer = twoCards;
    }
    await expect.poll(async () => (await ask('p-1')).length, { timeout: 20_000 }).toBe(2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await holds();
  }, 120_000);
});

/** A process and its children, as Linux and macOS tell of them. */
const familyOf = (pid: number): number[] => [pid, ...execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n').map((line) => line.trim().split(/\s+/).map(Number)).filter(([, parent]) => parent === pid).map(([child]) => child!)];
