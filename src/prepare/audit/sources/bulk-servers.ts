// Which FHIR servers may this server fetch exports from, and how does one of their exports come before an audit?
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { systemClock } from '../../../tools/base/clock.ts';
import { Problem } from '../../../tools/base/problem.ts';
import { asProblem } from '../../../tools/fhir/duckdb.ts';
import { doesNotUnderstand, fetchExport, kickOffUrl, type BulkRequest } from '../../../tools/fhir/sources/bulk/fetch-export.ts';
import { layOver } from '../../../tools/fhir/sources/bulk/lay-over.ts';
import { readState, type State } from '../../../tools/fhir/sources/bulk/state.ts';
import type { House } from '../../../tools/server/capability.ts';
import { bulkPrefix } from '../model.ts';

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
  wholeEveryDays: z.number().min(0).max(366).optional().describe('Between two whole exports only what changed (`_since`) is fetched and laid over the last; 0: always whole. Default 7, and 0 for a group: a server may leave out what is older of people who joined it.'),
});

const rootOf = (house: House) => join(house.config.dataFolder, 'bulk');
const exportsKept = 2;
/** What was begun so long ago is no export of today. */
const stale = 24 * 3_600_000;

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

const exportsIn = async (place: string) => (await readdir(join(place, 'exports')).catch(() => [] as string[])).filter((name) => !name.startsWith('.')).sort();

/** The folder of the newest export that was fetched from there. @throws Problem when none is set up or none was fetched. */
export async function newestFetched(house: House, folder: string): Promise<string> {
  const { place } = await settingsOf(house, folder);
  const newest = (await exportsIn(place)).at(-1);
  if (newest === undefined) throw new Problem('unprocessable', `Nothing was fetched from ${folder.slice(bulkPrefix.length)} yet.`, 'An audit of it fetches an export first.');
  return join(place, 'exports', newest);
}

/** @throws Problem unless a server of this name is set up. */
export async function requireBulkServer(house: House, folder: string): Promise<void> {
  await settingsOf(house, folder);
}

interface Fetching { signal: AbortSignal; onSays(sentence: string): void }

/** A server has one export under way; who asks for another meanwhile gets the same. */
const underWay = new Map<string, Promise<string>>();

/**
 * Fetches an export and returns its folder: only what changed where the last one allows it, laid over that, else the whole.
 * One that was interrupted is gone on with; of the earlier ones the newest is kept beside it.
 */
export async function fetchFirst(house: House, folder: string, fetching: Fetching): Promise<string> {
  const { place } = await settingsOf(house, folder);
  for (;;) {
    const other = underWay.get(place);
    if (other === undefined) break;
    fetching.onSays('Another audit is fetching from this server; waiting for what it gets.');
    const got = await Promise.race([other.catch(() => null), aborted(fetching.signal)]);
    if (fetching.signal.aborted) throw new Problem('conflict', 'The audit was stopped.');
    if (got !== null) return got;
    // What stopped the other need not stop this one.
  }
  const mine = fetchAndKeep(house, folder, fetching).finally(() => underWay.delete(place));
  underWay.set(place, mine);
  return mine;
}

const aborted = (signal: AbortSignal) => new Promise<null>((done) => (signal.aborted ? done(null) : signal.addEventListener('abort', () => done(null), { once: true })));

async function fetchAndKeep(house: House, folder: string, { signal, onSays }: Fetching): Promise<string> {
  const { place, settings: { key, patienceMinutes, wholeEveryDays, ...server } } = await settingsOf(house, folder);
  const fetching = join(place, 'fetching');
  const last = (await exportsIn(place)).at(-1);
  const whole: BulkRequest = { ...server, out: fetching, key: key === undefined ? undefined : join(place, key) };
  const before = last === undefined ? undefined : join(place, 'exports', last);
  const since = before && sinceOf(await readState(before), whole, wholeEveryDays ?? (server.group === undefined ? 7 : 0), house.clock.now());
  const fetch = async (request: BulkRequest): Promise<void> => {
    const begun = await leftOver(request);
    const options = { patience: patienceMinutes * 60_000, onSays, signal };
    try {
      await fetchExport(request, options);
    } catch (error) {
      if (!begun || !(error instanceof Problem) || signal.aborted) throw error;
      // The job of an interrupted fetch may be gone on the server; and what fails a second time must not fail for ever.
      if (error.kind !== 'not-found') {
        await rm(fetching, { recursive: true, force: true });
        throw error;
      }
      onSays('The server no longer knows the export that was begun; asking for a new one.');
      await rm(fetching, { recursive: true, force: true });
      await fetchExport(request, options);
    }
  };
  let over = since === undefined ? undefined : before;
  try {
    await fetch({ ...whole, since });
  } catch (error) {
    if (over === undefined || !doesNotUnderstand(error)) throw error;
    onSays('The server does not give changes alone; asking for everything.');
    over = undefined;
    await rm(fetching, { recursive: true, force: true });
    await fetch(whole);
  }
  await mkdir(join(place, 'exports'), { recursive: true, mode: 0o700 });
  const done = join(place, 'exports', house.clock.now().replace(/[^0-9TZ]/g, ''));
  if (over === undefined) await replace(fetching, done);
  else {
    onSays('Laying the changes over the export before.');
    const half = join(place, 'exports', '.laying');
    await layOver(over, fetching, half, signal).catch((error: unknown) => {
      throw asProblem(error);
    });
    await replace(half, done);
    await rm(fetching, { recursive: true, force: true });
  }
  const all = await exportsIn(place);
  for (const old of all.slice(0, Math.max(0, all.length - exportsKept))) if (old !== basename(done)) await rm(join(place, 'exports', old), { recursive: true, force: true });
  return done;
}

async function replace(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
}

/** What an interrupted fetch left is gone on with when it is the same request of today; else it is removed. Gives whether there is something. */
async function leftOver(request: BulkRequest): Promise<boolean> {
  const state = await readState(request.out);
  const usable = state !== undefined && state.request === kickOffUrl(baseOf(request), request) && Date.parse(systemClock.now()) - Date.parse(state.startedAt) < stale;
  if (!usable) await rm(request.out, { recursive: true, force: true });
  return usable;
}

/** As `fetchExport` asks it; what is no address it refuses itself. */
const baseOf = ({ server }: BulkRequest) => (URL.canParse(server) ? new URL(server).href : server).replace(/\/+$/, '');

/** Since when changes are enough; undefined: the whole is needed. */
function sinceOf(last: State | undefined, request: BulkRequest, wholeEveryDays: number, now: string): string | undefined {
  const at = last?.manifest?.transactionTime ?? '';
  const wholeAt = last?.laidOver?.wholeAt ?? at;
  if (!last || wholeEveryDays === 0 || Number.isNaN(Date.parse(at)) || !/T.*(Z|[+-]\d{2}:\d{2})$/.test(at)) return undefined;
  // Something else was asked for then: other types, another group, another server.
  if (withoutSince(last.request) !== withoutSince(kickOffUrl(baseOf(request), request))) return undefined;
  return Date.parse(now) - Date.parse(wholeAt) < wholeEveryDays * 86_400_000 ? at : undefined;
}

function withoutSince(request: string): string {
  const url = new URL(request);
  url.searchParams.delete('_since');
  return url.href;
}
