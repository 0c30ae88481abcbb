// How is the house opened, for the server and for one command?
import { mkdirSync } from 'node:fs';
import { systemClock, type Clock } from '../tools/base/clock.ts';
import { Problem } from '../tools/base/problem.ts';
import type { Capability, House } from '../tools/server/capability.ts';
import type { Config } from '../tools/server/config.ts';
import { migrate, openDatabase, versionOf, type Db } from '../tools/server/database.ts';
import { runningEmbedded, startEmbedded } from '../tools/server/embedded-postgres.ts';
import { openJobs, type JobRunner } from '../tools/server/job-runner.ts';
import type { Log } from '../tools/server/log.ts';
import { notedAddress } from './address.ts';
import { openLedger, remember } from '../spine/ledger/ledger.ts';

export interface OpenHouse {
  house: House;
  runner: JobRunner;
  database: { kind: 'embedded' | 'external'; version: string; where: string };
  /** The migrations that were applied just now. */
  applied: string[];
  close(): Promise<void>;
}

const oldest = 150_000;

/**
 * Opens the database (embedded, or DATABASE_URL), brings its schema up to date and puts the house together. A command
 * (`attach`) uses the embedded database of a server that is running; a server wants it for itself.
 */
export async function openHouse(config: Config, log: Log, rooms: readonly Capability[], { attach = false, clock = systemClock }: { attach?: boolean; clock?: Clock } = {}): Promise<OpenHouse> {
  mkdirSync(config.dataFolder, { recursive: true });
  if (attach) config.url ??= notedAddress(config.dataFolder);
  const { db, kind, where, stop } = await openStorage(config, log, attach);
  let begun: JobRunner | null = null;
  try {
    const version = await versionOf(db);
    if (version.number < oldest) throw new Problem('unavailable', `The database is PostgreSQL ${version.text}; Attending needs 15 or later.`, 'Point DATABASE_URL at a newer one.');
    const applied = await migrate(db, rooms);
    for (const file of applied) log.info('migration applied', { file });
    const house: House = { config, db, clock, log, jobs: { start: (...asked) => runner.start(...asked), stop: (key) => runner.stop(key) }, remember };
    const runner = openJobs(() => house, rooms.flatMap((room) => room.jobs ?? []));
    begun = runner;
    await runner.prepare();
    await openLedger(house);
    const close = async () => {
      await runner.end();
      await db.destroy();
      await stop();
    };
    return { house, runner, database: { kind, version: version.text, where }, applied, close };
  } catch (error) {
    await begun?.end();
    await db.destroy();
    await stop();
    throw error;
  }
}

async function openStorage(config: Config, log: Log, attach: boolean): Promise<{ db: Db; kind: 'embedded' | 'external'; where: string; stop(): Promise<void> }> {
  if (config.databaseUrl) return { db: openDatabase({ url: config.databaseUrl }), kind: 'external', where: withoutPassword(config.databaseUrl), stop: async () => {} };
  const running = attach ? runningEmbedded(config.dataFolder) : null;
  if (running) return { db: openDatabase(running.address, 4), kind: 'embedded', where: running.folder, stop: async () => {} };
  const server = await startEmbedded({ dataFolder: config.dataFolder, log });
  return { db: openDatabase(server.address), kind: 'embedded', where: server.folder, stop: server.stop };
}

export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return '(DATABASE_URL)';
  const shown = new URL(url);
  if (shown.password) shown.password = '***';
  for (const name of shown.searchParams.keys()) if (/password/i.test(name)) shown.searchParams.set(name, '***');
  return shown.href;
}
