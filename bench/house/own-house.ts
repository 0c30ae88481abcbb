// What hospital does a bench measure: on which PostgreSQL, asked by whom, and put away how?
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { remember, signHead } from '../../src/spine/ledger/ledger.ts';
import type { Role } from '../../src/tools/base/endpoint.ts';
import type { Clock } from '../../src/tools/base/clock.ts';
import type { Caller, Capability, House } from '../../src/tools/server/capability.ts';
import { readConfig } from '../../src/tools/server/config.ts';
import { migrate, openDatabase } from '../../src/tools/server/database.ts';
import { directJobs } from '../../src/tools/server/direct-jobs.ts';
import { startEmbedded } from '../../src/tools/server/embedded-postgres.ts';
import { buildHttp, type Doorkeeper } from '../../src/tools/server/http.ts';
import { silentLog } from '../../src/tools/server/log.ts';

/**
 * Opens these rooms on a PostgreSQL of their own, with fsync on as in production; every request comes from one caller with
 * these roles. Where PostgreSQL does not run it says why and ends the process with 2, as the runner contract has it.
 */
export async function ownHouse(rooms: readonly Capability[], clock: Clock, roles: readonly Role[]) {
  const folder = mkdtempSync(join(tmpdir(), 'attending-bench-'));
  const server = await startEmbedded({ dataFolder: folder, log: silentLog }).catch((error: Error) => {
    console.error(error.message);
    rmSync(folder, { recursive: true, force: true });
    process.exit(2);
  });
  const db = openDatabase(server.address);
  const house: House = { db, config: readConfig({ ATTENDING_DATA: folder, ATTENDING_DEMO: 'off' }), clock, log: silentLog, jobs: directJobs([], () => house), remember };
  const caller: Caller = { kind: 'person', id: 'acc_bench', name: 'bench', roles: [...roles], vendor: null };
  const door: Doorkeeper = { identify: async () => caller, once: async (_house, _caller, _endpoint, _request, _body, work) => work() };
  const app = buildHttp(house, rooms.flatMap((room) => room.routes ?? []), door);
  await migrate(db, rooms);
  await signHead(house);
  return {
    house, db, app, server,
    close: async () => {
      await db.destroy();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
