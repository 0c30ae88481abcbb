// Which FHIR servers may this server fetch exports from, and how does one of their exports come before an audit?
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Problem } from '../../../tools/base/problem.ts';
import { fetchExport } from '../../../tools/fhir/sources/bulk/fetch-export.ts';
import type { House } from '../../../tools/server/capability.ts';

/** `bulk/NAME/server.yaml` in the data folder, put there by whoever administers this server; the private key lies beside it. */
const bulkServer = z.strictObject({
  server: z.string().describe('Base of the FHIR server.'),
  client: z.string().optional(),
  key: z.string().regex(/^[\w.-]+$/, 'a plain file name beside server.yaml').optional(),
  kid: z.string().optional(),
  scope: z.string().optional(),
  group: z.string().optional(),
  patients: z.boolean().default(false),
  types: z.array(z.string()).default([]),
  patienceMinutes: z.int().min(1).max(1440).default(60),
});

/** How a server is named where a folder of exports could stand. */
export const bulkPrefix = 'fhir:';
const rootOf = (house: House) => join(house.config.dataFolder, 'bulk');
const exportsKept = 2;

/** The servers that are set up, as folders one can choose. */
export async function bulkFolders(house: House): Promise<{ folder: string; files: number; bytes: number }[]> {
  const names = await readdir(rootOf(house)).catch(() => [] as string[]);
  const there = await Promise.all(names.sort().map(async (name) => ((await stat(join(rootOf(house), name, 'server.yaml')).catch(() => null))?.isFile() ? [{ folder: `${bulkPrefix}${name}`, files: 0, bytes: 0 }] : [])));
  return there.flat();
}

async function settingsOf(house: House, folder: string) {
  const name = folder.slice(bulkPrefix.length);
  const place = join(rootOf(house), name);
  const text = /^[A-Za-z0-9][\w.-]{0,99}$/.test(name) ? await readFile(join(place, 'server.yaml'), 'utf8').catch(() => null) : null;
  if (text === null) throw new Problem('not-found', `No FHIR server \`${name.slice(0, 100)}\` is set up here.`, 'Put bulk/NAME/server.yaml into the data folder; docs/audit.md tells what it says.');
  let given: unknown;
  try {
    given = parse(text);
  } catch {
    given = null;
  }
  const settings = bulkServer.safeParse(given);
  if (!settings.success) throw new Problem('unprocessable', `bulk/${name}/server.yaml cannot be used.`, 'Correct it on the server.', settings.error.issues.map(({ path, message }) => ({ file: `bulk/${name}/server.yaml`, path: path.join('.'), says: message })));
  return { place, settings: settings.data };
}

/** The folder of the newest export that was fetched from there. @throws Problem when none is set up or none was fetched. */
export async function newestFetched(house: House, folder: string): Promise<string> {
  const { place } = await settingsOf(house, folder);
  const newest = (await readdir(join(place, 'exports')).catch(() => [] as string[])).sort().at(-1);
  if (newest === undefined) throw new Problem('unprocessable', `Nothing was fetched from ${folder.slice(bulkPrefix.length)} yet.`, 'An audit of it fetches an export first.');
  return join(place, 'exports', newest);
}

/** @throws Problem unless a server of this name is set up. */
export async function requireBulkServer(house: House, folder: string): Promise<void> {
  await settingsOf(house, folder);
}

/** Fetches an export and returns its folder. One that was interrupted is gone on with; of the earlier ones the newest is kept beside it. */
export async function fetchFirst(house: House, folder: string, { signal, onSays }: { signal: AbortSignal; onSays(sentence: string): void }): Promise<string> {
  const { place, settings: { server, client, key, kid, scope, group, patients, types, patienceMinutes } } = await settingsOf(house, folder);
  const fetching = join(place, 'fetching');
  await fetchExport({ server, out: fetching, client, key: key === undefined ? undefined : join(place, key), kid, scope, group, patients, types }, { patience: patienceMinutes * 60_000, onSays, signal });
  const done = join(place, 'exports', house.clock.now().replace(/[^0-9TZ]/g, ''));
  await mkdir(join(place, 'exports'), { recursive: true, mode: 0o700 });
  await rename(fetching, done);
  const all = (await readdir(join(place, 'exports'))).sort();
  for (const old of all.slice(0, Math.max(0, all.length - exportsKept))) if (old !== basename(done)) await rm(join(place, 'exports', old), { recursive: true, force: true });
  return done;
}
