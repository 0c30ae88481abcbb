// How does a test or a bench get a hospital on a PostgreSQL of its own, which may be killed?
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { capability as deployments } from '../../spine/deployments/deployments.ts';
import * as dep from '../../spine/deployments/model.ts';
import { ledger, remember, signHead } from '../../spine/ledger/ledger.ts';
import { systemClock } from '../../tools/base/clock.ts';
import type { Asked, Answered, Endpoint, Role } from '../../tools/base/endpoint.ts';
import type { Caller, Capability, House } from '../../tools/server/capability.ts';
import { readConfig } from '../../tools/server/config.ts';
import { migrate, openDatabase } from '../../tools/server/database.ts';
import { startEmbedded, type EmbeddedPostgres } from '../../tools/server/embedded-postgres.ts';
import { read } from '../../tools/server/http.ts';
import { silentLog } from '../../tools/server/log.ts';
import { capability as decisions } from '../decisions/decisions.ts';
import { gateway } from './gateway.ts';
import * as api from './model.ts';
import { policy, type Policy } from './policy.ts';

const rooms: readonly Capability[] = [ledger, deployments, decisions, gateway()];
const slug = 'sepsis-alert';

export interface OwnHospital {
  house: House;
  server: EmbeddedPostgres;
  /** Starts a gateway in a process of its own; gives its port. */
  startGateway(): Promise<{ child: ChildProcess; url: string }>;
  call<E extends Endpoint>(endpoint: E, asked: Asked<E>, as?: Role): Promise<Answered<E>>;
  setPolicy(changes: Partial<Policy>): Promise<void>;
  close(): Promise<void>;
}

/** fsync is on, as in production. `vendorUrl` is where the vendor listens. */
export async function openOwnHospital(vendorUrl: string): Promise<OwnHospital> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-own-'));
  const built = resolve('node_modules/.cache/attending', `gateway-${process.pid}`);
  // In a built tree the program lies there already.
  const ready = join(import.meta.dirname, 'crash.child.js');
  const program = existsSync(ready) ? ready : join(built, 'crash.child.js');
  if (program !== ready) await (await import('vite')).build({ configFile: false, logLevel: 'silent', build: { ssr: resolve(import.meta.dirname, 'crash.child.ts'), outDir: built, target: 'node20' } });
  const server = await startEmbedded({ dataFolder: folder, log: silentLog });
  const house: House = { config: readConfig({ ATTENDING_DATA: folder, ATTENDING_DEMO: 'off', ATTENDING_LOG: 'silent' }), db: openDatabase(server.address), clock: systemClock, log: silentLog, jobs: { start: async () => {}, stop: async () => {} }, remember };
  await migrate(house.db, rooms);
  await signHead(house);
  const call: OwnHospital['call'] = async (endpoint, asked, as = 'administrator') => {
    const route = rooms.flatMap((room) => room.routes ?? []).find((one) => one.endpoint === endpoint)!;
    const caller: Caller = { kind: 'person', id: `acc_${as}`, name: `Test ${as}`, roles: [as], vendor: null };
    const { params = {}, query = {}, body = {} } = asked as { params?: unknown; query?: unknown; body?: unknown };
    return (await route.handle({ house, caller, params: read('params', endpoint.params, params), query: read('query', endpoint.query, query), body: read('body', endpoint.body, body), request: new Request('http://localhost/') } as never)) as Answered<typeof endpoint>;
  };
  const setPolicy = async (changes: Partial<Policy>) => {
    const proposed = await call(api.proposePolicy, { params: { deployment: slug }, body: { policy: policy.parse({ mode: 'live', ...changes }), reason: 'a test' } } as never, 'clinical-owner');
    const { version, state } = proposed as { version: number; state: string };
    if (state === 'proposed') await call(api.approvePolicy, { params: { deployment: slug }, body: { version } } as never, 'governance');
  };
  await call(dep.addProduct, { body: { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'acme', kind: 'alert', class: 'clinical', version: '2.3.0' } } as never);
  await call(dep.createDeployment, { body: { slug, title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0' } } as never);
  await call(api.putService, { params: { deployment: slug }, body: { url: vendorUrl, callers: { check: 'none' }, sign: false } } as never);
  await setPolicy({});
  const children = new Set<ChildProcess>();
  return {
    house, server, call, setPolicy,
    startGateway: async () => {
      const { socket, port, user, database } = server.address;
      const child = spawn(process.execPath, [program, socket, String(port), user, database, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.add(child);
      const told = await new Promise<string>((done, failed) => {
        child.stdout!.once('data', (chunk: Buffer) => done(chunk.toString().trim()));
        child.once('exit', (code) => failed(new Error(`the gateway ended with ${code}`)));
      });
      return { child, url: `http://127.0.0.1:${told}/cds/${slug}/cds-services` };
    },
    close: async () => {
      for (const child of children) child.kill('SIGKILL');
      await house.db.destroy();
      await server.stop();
      rmSync(built, { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
