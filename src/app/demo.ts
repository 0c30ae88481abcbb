// How does the demo hospital come in on the first start, and what if that was interrupted?
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hours, shift } from '../tools/base/clock.ts';
import { createKey, revokeKey } from '../tools/server/accounts.ts';
import { theHouse, type House } from '../tools/server/capability.ts';
import { newToken } from '../tools/server/tokens.ts';
import { near } from './near.ts';
import { signLedger } from './server.ts';

/** What the simulator offers; it stands outside the house and comes in through the public API. */
interface Simulator {
  loadDemo(demo: { baseUrl: string; apiKey: string; workspace: string; password?: string; onProgress: (sentence: string) => void; signal: AbortSignal }): Promise<{ accounts: { email: string; name: string; role: string }[]; password: string }>;
}

const stateFile = (house: House) => join(house.config.dataFolder, 'demo.json');

/** On a new installation, and on one whose first load was interrupted: it goes on where it stopped. */
export const wantsDemo = (house: House, fresh: boolean): boolean => {
  if (!house.config.demo) return false;
  if (!existsSync(stateFile(house))) return fresh;
  return (JSON.parse(readFileSync(stateFile(house), 'utf8')) as { state: string }).state === 'loading';
};

const isLocal = (host: string) => ['127.0.0.1', '::1', 'localhost'].includes(host);

/** Loads the demo hospital with a key of its own that ends with the loading. */
export async function loadDemoHospital(house: House, baseUrl: string, tell: (sentence: string) => void, signal: AbortSignal) {
  const state = (value: string) => writeFileSync(stateFile(house), JSON.stringify({ state: value }));
  state('loading');
  const { loadDemo } = (await import(pathToFileURL(near('../../simulator/demo.js', '../../simulator/demo.ts')).href)) as Simulator;
  const { key, secret } = await createKey(house, theHouse, { name: 'Demo hospital, first start', roles: ['administrator'], scopes: [], expiresAt: shift(house.clock.now(), hours(2)) });
  // What a killed load left behind is half a workspace.
  for (const name of readdirSync(house.config.dataFolder)) if (name.startsWith('demo-export-')) rmSync(join(house.config.dataFolder, name), { recursive: true, force: true });
  const workspace = mkdtempSync(join(house.config.dataFolder, 'demo-export-'));
  try {
    // The well-known password is for this machine only; where others can reach us it is one of chance.
    const password = isLocal(house.config.host) ? {} : { password: newToken().slice(0, 20) };
    const loaded = await loadDemo({ baseUrl, apiKey: secret, workspace, ...password, onProgress: tell, signal });
    state('loaded');
    await signLedger(house);
    return loaded;
  } finally {
    rmSync(workspace, { recursive: true, force: true });
    await revokeKey(house, theHouse, key.id).catch(() => {});
  }
}
