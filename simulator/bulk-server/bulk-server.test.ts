// Does an export arrive whole from a server that does everything wrong?
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { standingClock } from '../../src/tools/base/clock.ts';
import { fetchExport, type BulkOptions, type BulkRequest } from '../../src/tools/fhir/sources/bulk/fetch-export.ts';
import { listFolder } from '../../src/tools/fhir/list-folder.ts';
import { startBulkServer, type BulkServer, type Misbehaviour } from './bulk-server.ts';

let root: string;
let server: BulkServer;
let other: BulkServer;
let keyFile: string;
let number = 0;
const said: string[] = [];
const clock = standingClock('2026-05-01T00:00:00.000Z');
const lines = (type: string, n: number) => Array.from({ length: n }, (_, at) => `${JSON.stringify({ resourceType: type, id: `${type.toLowerCase()}-${at}`, text: 'x'.repeat(200) })}\n`).join('');
const files = [{ type: 'Patient', ndjson: lines('Patient', 300) }, { type: 'Encounter', ndjson: lines('Encounter', 500) }];
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-384' });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'attending-bulk-'));
  keyFile = join(root, 'key.pem');
  await writeFile(keyFile, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  server = await startBulkServer({ files, clock, client: { id: 'attending', publicKey: { ...pair.publicKey.export({ format: 'jwk' }), alg: 'RS384' } as never } });
  other = await startBulkServer({ files, clock });
});
afterAll(async () => {
  await server.close();
  await other.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(() => {
  server.asked.length = 0;
  other.asked.length = 0;
  other.misbehave({});
  said.length = 0;
});

/** Virtual time: a wait costs nothing and moves the clock of both sides. */
const virtual: BulkOptions = { clock, wait: async (milliseconds) => clock.pass(milliseconds), onSays: (sentence) => said.push(sentence) };
const request = (more: Partial<BulkRequest> = {}): BulkRequest => ({ server: server.url, out: join(root, `out-${++number}`), client: 'attending', key: keyFile, ...more });
const fetched = async (how: Misbehaviour, more: Partial<BulkRequest> = {}, options: BulkOptions = {}) => {
  server.misbehave(how);
  return fetchExport(request(more), { ...virtual, ...options });
};
const whole = { resources: { Patient: 300, Encounter: 500 }, files: 2, errors: [], twice: [], fresh: true };

test('signs in, waits, downloads, and removes the job', async () => {
  const report = await fetched({ polls: 3 }, { types: ['Patient', 'Encounter'], since: '2026-01-01T00:00:00Z', group: 'icu' });
  expect(report).toMatchObject(whole);
  expect(server.asked.find(({ path }) => path.includes('$export'))?.path).toBe('/fhir/Group/icu/$export?_outputFormat=application%2Ffhir%2Bndjson&_type=Patient%2CEncounter&_since=2026-01-01T00%3A00%3A00Z');
  expect(server.asked.at(-1)).toMatchObject({ method: 'DELETE' });
  expect(said).toContain('The server is working: 20 % of the patients; looking again in 20 s.');
  const listing = await listFolder(report.folder);
  expect(listing.candidates.map(({ name }) => name)).toEqual(['Encounter.001.ndjson', 'Patient.000.ndjson']);
  expect(listing.manifest).toMatchObject({ transactionTime: '2026-05-01T00:00:00Z', promised: { Patient: 300, Encounter: 500 } });
  expect(await readFile(join(report.folder, 'Patient.000.ndjson'), 'utf8')).toBe(files[0]!.ndjson);
});

test('an elliptic key in a JWK file', async () => {
  const strict = await startBulkServer({ files, clock, client: { id: 'attending', publicKey: { ...elliptic.publicKey.export({ format: 'jwk' }), alg: 'ES384' } as never } });
  const jwk = join(root, 'key.jwk');
  await writeFile(jwk, JSON.stringify({ keys: [{ ...elliptic.privateKey.export({ format: 'jwk' }), kid: 'one' }] }));
  expect(await fetchExport(request({ server: strict.url, key: jwk }), virtual)).toMatchObject(whole);
  await expect(fetchExport(request({ server: strict.url }), virtual)).rejects.toMatchObject({ kind: 'not-allowed', message: 'The server does not let attending in.' });
  await strict.close();
});

test.each(['seconds', 'date', 'nothing'] as const)('ten minutes of 429 are waited for (Retry-After: %s)', async (retryAfter) => {
  const before = Date.parse(clock.now());
  const busyUntil = new Date(before + 600_000).toISOString();
  expect(await fetched({ busyUntil, retryAfter })).toMatchObject(whole);
  expect(Date.parse(clock.now()) - before).toBeGreaterThanOrEqual(600_000);
  const refusals = said.filter((sentence) => sentence.includes('slow down')).length;
  expect(refusals).toBeGreaterThan(9);
  expect(refusals).toBeLessThan(25);
});

test('patience has an end, and a later run begins where it stopped', async () => {
  const wanted = request();
  server.misbehave({ busyUntil: new Date(Date.parse(clock.now()) + 3_600_000).toISOString(), retryAfter: 'nothing' });
  await expect(fetchExport(wanted, { ...virtual, patience: 5 * 60_000 })).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringContaining('429') });
});

test('a broken download goes on where it broke, and begins anew where the server ignores Range', async () => {
  expect(await fetched({ breaks: 2 })).toMatchObject(whole);
  // Where a connection breaks before anything of the file has come, there is nothing to go on from.
  expect(server.asked.filter(({ range }) => range !== undefined).map(({ range }) => Number(/\d+/.exec(range!)![0])).filter((from) => from > 0).length).toBeGreaterThan(0);
  const report = await fetched({ breaks: 2, ignoresRange: true });
  expect(report).toMatchObject(whole);
  expect(await readFile(join(report.folder, 'Encounter.001.ndjson'), 'utf8')).toBe(files[1]!.ndjson);
  expect(await fetched({ breaks: 1, noTag: true })).toMatchObject(whole);
});

test('packed files stay packed, broken or not', async () => {
  const report = await fetched({ gzip: true, breaks: 1 });
  expect(report).toMatchObject(whole);
  expect(gunzipSync(await readFile(join(report.folder, 'Patient.000.ndjson'))).toString()).toBe(files[0]!.ndjson);
});

test('expired links are renewed; what was whole is not fetched again', async () => {
  expect(await fetched({ expires: { manifests: 1, downloads: 1 } })).toMatchObject(whole);
  expect(said).toContain('The link to a file has expired (410). Asking the server for new ones.');
  expect(server.asked.filter(({ path }) => path.startsWith('/files/0'))).toHaveLength(1);
  await expect(fetched({ expires: { manifests: 99, downloads: 0 } })).rejects.toMatchObject({ message: 'The links to the files expire faster than they can be used.' });
});

test.each(['link', 'content'] as const)('a file that comes twice counts once (same %s)', async (twice) => {
  const report = await fetched({ twice });
  expect(report).toMatchObject({ resources: { Patient: 300, Encounter: 500 }, twice: [expect.stringContaining('Patient')] });
  expect((await readdir(report.folder)).filter((name) => name.endsWith('.ndjson'))).toHaveLength(2);
});

test('errors and deletions are told, and are no part of the data', async () => {
  const report = await fetched({ errors: ['Observation 7 cannot be read', 'out of memory'], deleted: 3 });
  expect(report).toMatchObject({ errors: ['Observation 7 cannot be read', 'out of memory'], deleted: 3, resources: { Patient: 300, Encounter: 500 } });
  expect((await listFolder(report.folder)).candidates).toHaveLength(2);
});

test('hiccups are waited for; a refusal is told in the words of the server', async () => {
  expect(await fetched({ hiccups: 3 })).toMatchObject(whole);
  await expect(fetched({ refuses: 422 })).rejects.toMatchObject({ message: 'The server does not begin an export (422): exports are not offered on Mondays' });
  await expect(fetched({ promisesMore: 1 })).rejects.toMatchObject({ message: expect.stringContaining('300 lines where the manifest promises 301') });
});

test('a killed run goes on without a second kick-off', async () => {
  const wanted = request();
  server.misbehave({ polls: 2 });
  const stop = new AbortController();
  await expect(fetchExport(wanted, { ...virtual, signal: stop.signal, onSays: (sentence) => sentence.startsWith('Downloading Encounter') && stop.abort(new Error('killed')) })).rejects.toThrow();
  server.asked.length = 0;
  expect(await fetchExport(wanted, virtual)).toMatchObject({ ...whole, fresh: false });
  expect(server.asked.filter(({ path }) => path.includes('$export'))).toHaveLength(0);
  expect(server.asked.filter(({ path }) => path.startsWith('/files/')).map(({ path }) => path.split('?')[0])).toEqual(['/files/1']);
  server.asked.length = 0;
  expect(await fetchExport(wanted, virtual)).toMatchObject({ resources: whole.resources, fresh: false });
  expect(server.asked).toHaveLength(0);
  await expect(fetchExport({ ...wanted, group: 'another' }, virtual)).rejects.toMatchObject({ kind: 'conflict' });
});

test('the token is renewed, never leaves the origin, and never reaches the disk', async () => {
  expect(await fetched({ tokenLives: 61, polls: 5 })).toMatchObject(whole);
  expect(server.asked.filter(({ path }) => path === '/token').length).toBeGreaterThan(2);
  expect(await fetched({ elsewhere: other.origin, requiresAccessToken: true })).toMatchObject(whole);
  const redirected = await fetched({ redirects: other.origin });
  expect(redirected).toMatchObject(whole);
  expect(other.asked.length).toBeGreaterThan(2);
  expect(other.asked.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  const state = join(redirected.folder, '.bulk', 'state.json');
  expect(await readFile(state, 'utf8')).not.toContain('token-');
  expect((await stat(state)).mode & 0o077).toBe(0);
});

test('http is for this machine only, and a key that is none is told without its content', async () => {
  await expect(fetchExport(request({ server: 'http://ehr.example.org/fhir' }), virtual)).rejects.toMatchObject({ message: 'The server is not https: http://ehr.example.org' });
  const bad = join(root, 'bad.pem');
  await writeFile(bad, 'SECRET-WORDS');
  const problem = await fetchExport(request({ key: bad }), virtual).catch((error: unknown) => error as Error & { details: unknown });
  expect(problem).toMatchObject({ kind: 'bad-input', details: [{ file: bad, says: 'it holds no private key' }] });
  expect(JSON.stringify([(problem as Error).message, (problem as { details: unknown }).details])).not.toContain('SECRET');
});
