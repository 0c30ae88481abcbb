// How does an export get from a FHIR server into a folder that an audit reads?
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../../base/clock.ts';
import { Problem, type ProblemDetail } from '../../../base/problem.ts';
import { download, Expired } from './download.ts';
import { patiently as patience, realWait } from './patience.ts';
import { ask, outcomeOf, requireSafe, retryAfter, textOf, type Answer, type Ask } from './request.ts';
import { backendServices, readClientKey } from './sign-in.ts';
import { reportOf, type BulkReport } from './report.ts';
import { readState, stateFolder, writeManifest, writeState, type Manifest, type ManifestEntry, type State } from './state.ts';

export interface BulkRequest {
  /** Base of the FHIR server, e.g. https://ehr.example.org/fhir. */
  server: string;
  out: string;
  /** Client id; without one no token is asked for. */
  client?: string | undefined;
  /** File of the private key, JWK or PEM. */
  key?: string | undefined;
  kid?: string | undefined;
  scope?: string | undefined;
  /** Only the members of this Group; `patients` asks for Patient/$export; else the whole system. */
  group?: string | undefined;
  patients?: boolean | undefined;
  types?: readonly string[] | undefined;
  since?: string | undefined;
  typeFilters?: readonly string[] | undefined;
}

export interface BulkOptions {
  clock?: Clock;
  wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** How long a server may refuse without a break, in milliseconds. Default half an hour. */
  patience?: number;
  onSays?: (sentence: string) => void;
  signal?: AbortSignal | undefined;
}

const mostAnew = 3;

/**
 * FHIR Bulk Data Access 2.0 (https://hl7.org/fhir/uv/bulkdata/STU2/): kick-off, polling, download, deletion of the job at the end.
 * What is done is remembered in `out/.bulk`; the same request goes on there after a break or a kill. The token goes to the server's own origin only.
 * @throws Problem when the server refuses, will not come to itself within `patience`, or a file does not come whole.
 */
export async function fetchExport(request: BulkRequest, options: BulkOptions = {}): Promise<BulkReport> {
  const { clock = systemClock, wait = realWait, onSays = () => {}, signal } = options;
  const server = requireSafe(request.server, 'The server').href.replace(/\/+$/, '');
  const { origin } = new URL(server);
  const says = onSays;
  const insist = patience({ clock, wait, patience: options.patience ?? 30 * 60_000, says, signal });
  if ((request.client === undefined) !== (request.key === undefined)) throw new Problem('bad-input', 'Signing in takes a client id and a key.', 'Give both --client and --key, or neither for a server that asks for none.');
  const tokens = request.client !== undefined && request.key !== undefined ? backendServices({ server, client: request.client, key: await readClientKey(request.key, request.kid), scope: request.scope, clock, signal, patiently: insist }) : undefined;
  /** Asks with the token; a token the server no longer knows is renewed once. */
  const signedIn = async (what: string, url: string, more: Ask, final?: (answer: Answer) => boolean): Promise<Answer> => {
    const once = () => insist(what, async () => ask(url, { ...more, token: await tokens?.get(), signal }), final);
    const answer = await once();
    if (answer.status !== 401 || !tokens) return answer;
    answer.body.resume();
    tokens.forget();
    return once();
  };
  const kickOff = kickOffUrl(server, request);
  await mkdir(request.out, { recursive: true, mode: 0o700 });
  let state = await readState(request.out);
  if (state && state.request !== kickOff)
    throw new Problem('conflict', 'Another export lies in this folder.', 'Choose another folder, or the request that was begun there.', [{ file: join(request.out, stateFolder), says: state.request }]);
  if (state?.finished) return reportOf(request.out, state, false);
  const fresh = !state;
  if (!state) {
    says(`Asking ${origin} for an export.`);
    const answer = await signedIn('kick-off', kickOff, { headers: { accept: 'application/fhir+json', prefer: 'respond-async' } });
    const text = await textOf(answer.body);
    const status = answer.headers['content-location'];
    if (answer.status !== 202 || status === undefined) throw refused('does not begin an export', answer.status, text, [{ path: kickOff.split('?')[0], says: notBegun(answer.status) }]);
    state = { layout: 1, request: kickOff, status: requireSafe(new URL(status, server).href, 'The status address').href, startedAt: clock.now(), manifest: null, fetched: [], twice: [], finished: false };
    await writeState(request.out, state);
  } else says('Going on with the export that was begun here.');

  const poll = async (): Promise<Manifest> => {
    for (let tries = 0; ; tries++) {
      const answer = await signedIn('export', state.status, { headers: { accept: 'application/json' } }, ({ headers }) => (headers['content-type'] ?? '').includes('json') && headers['retry-after'] === undefined);
      const text = await textOf(answer.body);
      if (answer.status === 200) return manifestOf(text);
      if (answer.status === 404 || answer.status === 410) throw new Problem('not-found', 'The server no longer knows this export.', `Remove ${join(request.out, stateFolder)} and start it anew.`, [{ path: state.status.split('?')[0], says: `status ${answer.status}` }]);
      const outcome = outcomeOf(text);
      if (answer.status !== 202 && !outcome.transient) throw refused('gave the export up', answer.status, text);
      const pause = retryAfter(answer.headers['retry-after'], Date.parse(clock.now())) ?? Math.min(60_000, 1000 * 2 ** tries);
      const progress = String(answer.headers['x-progress'] ?? '').slice(0, 100);
      says(`The server is working${progress ? `: ${progress}` : ''}; looking again in ${Math.ceil(Math.max(pause, 500) / 1000)} s.`);
      await wait(Math.max(pause, 500), signal);
    }
  };
  if (!state.manifest) {
    state.manifest = await poll();
    await writeState(request.out, state);
  }
  for (let anew = 0; ; anew++) {
    try {
      await fetchAll(state.manifest);
      break;
    } catch (error) {
      if (!(error instanceof Expired)) throw error;
      if (anew === mostAnew) throw new Problem('unavailable', 'The links to the files expire faster than they can be used.', 'Start the same command again; files that are whole are kept.', [{ says: error.message }]);
      says(`${error.message} Asking the server for new ones.`);
      tokens?.forget();
      const renewed = await poll();
      for (const list of ['output', 'deleted', 'error'] as const)
        if (state.fetched.some((one) => one.list === list && renewed[list][one.at]?.type !== state.manifest![list][one.at]?.type)) throw new Problem('unavailable', 'The server now lists other files than before.', `Remove ${join(request.out, stateFolder)} and the files, and start it anew.`);
      state.manifest = renewed;
      await writeState(request.out, state);
    }
  }

  async function fetchAll(manifest: Manifest): Promise<void> {
    const total = manifest.output.length + manifest.deleted.length + manifest.error.length;
    for (const list of ['output', 'deleted', 'error'] as const)
      for (const [at, entry] of manifest[list].entries()) {
        if (state!.fetched.some((one) => one.list === list && one.at === at)) continue;
        const before = manifest[list].findIndex(({ url }) => url === entry.url);
        if (before < at) {
          const as = state!.fetched.find((one) => one.list === list && one.at === before)?.file ?? '';
          await remember({ list, at, file: '', bytes: 0, sha256: '', lines: 0 }, { file: `${entry.type} (${list} ${at + 1})`, as });
          continue;
        }
        says(`Downloading ${entry.type}, file ${state!.fetched.length + 1} of ${total}.`);
        const file = fileName(list, entry.type, at);
        const to = join(request.out, file);
        const own = manifest.requiresAccessToken ? tokens : undefined;
        const got = await download({
          url: new URL(entry.url, server).href, to, count: entry.count, signal, patiently: insist,
          token: async () => own?.get(),
          broke: async (bytes) => {
            says(`The download broke after ${bytes} bytes; going on.`);
            await wait(1000, signal);
          },
        });
        // The same bytes under two links are one file.
        const same = state!.fetched.find((one) => one.list === list && one.sha256 === got.sha256 && one.file !== '' && manifest[list][one.at]?.type === entry.type && one.lines > 0);
        if (same) {
          await rm(to, { force: true });
          await remember({ list, at, file: '', ...got, lines: 0 }, { file, as: same.file });
        } else await remember({ list, at, file, ...got });
      }
  }

  async function remember(fetched: State['fetched'][number], twice?: State['twice'][number]): Promise<void> {
    state!.fetched.push(fetched);
    if (twice) {
      state!.twice.push(twice);
      says(`The server sent a file twice; it is counted once: ${twice.file} is ${twice.as}.`);
    }
    await writeState(request.out, state!);
  }

  await writeManifest(request.out, state);
  // The server may forget the job; that it does not answer changes nothing for us.
  const gone = await signedIn('tidy up', state.status, { method: 'DELETE' }, () => true).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    return undefined;
  });
  gone?.body.resume();
  state.finished = true;
  await writeState(request.out, state);
  return reportOf(request.out, state, fresh);
}

/** The address that asks for the export: another one is another export. @throws Problem where the request cannot be asked. */
export function kickOffUrl(server: string, { group, patients, types, since, typeFilters }: BulkRequest): string {
  if (group !== undefined && !/^[A-Za-z0-9.-]{1,64}$/.test(group)) throw new Problem('bad-input', `${group.slice(0, 80)} is no id of a Group.`, 'Give the id alone, as in Group/ID.');
  for (const type of types ?? []) if (!/^[A-Z][A-Za-z]+$/.test(type)) throw new Problem('bad-input', `${type.slice(0, 80)} is no FHIR resource type.`, 'Write them like Patient,Encounter,Observation.');
  if (since !== undefined && (Number.isNaN(Date.parse(since)) || !/T.*(Z|[+-]\d{2}:\d{2})$/.test(since))) throw new Problem('bad-input', `${since.slice(0, 80)} is no instant.`, 'Write it like 2026-01-31T00:00:00Z.');
  const url = new URL(`${server}/${group !== undefined ? `Group/${group}/` : patients ? 'Patient/' : ''}$export`);
  url.searchParams.set('_outputFormat', 'application/fhir+ndjson');
  if (types && types.length > 0) url.searchParams.set('_type', types.join(','));
  if (since !== undefined) url.searchParams.set('_since', since);
  for (const filter of typeFilters ?? []) url.searchParams.append('_typeFilter', filter);
  return url.href;
}

/** A server that does not know what it was asked, and not one that is ill or lets nobody in. */
export const doesNotUnderstand = (error: unknown): boolean => error instanceof Problem && [400, 404, 405, 406, 412, 415, 422, 501].some((status) => error.details.some(({ says }) => says === notBegun(status)));
const notBegun = (status: number) => `the kick-off was answered with ${status}`;

function refused(what: string, status: number, text: string, where: ProblemDetail[] = []): Problem {
  const { says } = outcomeOf(text);
  return new Problem(status === 401 || status === 403 ? 'not-allowed' : 'unavailable', `The server ${what} (${status})${says ? `: ${says}` : '.'}`, status === 401 || status === 403 ? 'Check the client id, its scopes and the key.' : 'Ask its administrator; what it said stands above.', where);
}

function manifestOf(text: string): Manifest {
  let given: Partial<Manifest> = {};
  try {
    given = JSON.parse(text) as Partial<Manifest>;
  } catch {
    // said below
  }
  const entries = (list: unknown): ManifestEntry[] => (Array.isArray(list) ? (list as Partial<ManifestEntry>[]) : []).flatMap((one) => (typeof one?.url === 'string' ? [{ type: typeof one.type === 'string' ? one.type.replace(/[^A-Za-z]/g, '') || 'Resource' : 'Resource', url: one.url, ...(typeof one.count === 'number' && { count: one.count }) }] : []));
  if (!Array.isArray(given.output)) throw new Problem('unavailable', 'The server says that the export is done and lists no files.', 'Tell its administrator.', [{ path: 'output', says: 'is missing' }]);
  return { transactionTime: typeof given.transactionTime === 'string' ? given.transactionTime : '', request: typeof given.request === 'string' ? given.request : '', requiresAccessToken: given.requiresAccessToken !== false, output: entries(given.output), deleted: entries(given.deleted), error: entries(given.error) };
}

/** `Observation.003.ndjson`; what is no part of the data lies hidden. Content tells whether it is packed, not the name. */
const fileName = (list: 'output' | 'deleted' | 'error', type: string, at: number): string => {
  const name = `${type}.${String(at).padStart(3, '0')}.ndjson`;
  return list === 'output' ? name : join(stateFolder, `${list}-${name}`);
};
