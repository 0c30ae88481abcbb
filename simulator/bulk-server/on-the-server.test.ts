// Does an audit on the server fetch its export from a FHIR server first?
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditMeasures, capability as audit } from '../../src/prepare/audit/audit.ts';
import { watchJob } from '../../src/prepare/audit/following/jobs.ts';
import * as following from '../../src/prepare/audit/following/model.ts';
import * as api from '../../src/prepare/audit/model.ts';
import { ndjson, smallCharter, smallExport } from '../../src/prepare/audit/test-export.ts';
import { charterExample, capability as deployments } from '../../src/spine/deployments/deployments.ts';
import * as dep from '../../src/spine/deployments/model.ts';
import { ledger, remember } from '../../src/spine/ledger/ledger.ts';
import { catalogue, measures } from '../../src/spine/measures/measures.ts';
import { systemClock } from '../../src/tools/base/clock.ts';
import { testHouse } from '../../src/tools/server/test-database.ts';
import { parse, stringify } from 'yaml';
import { startBulkServer, type BulkServer, type ServedFile } from './bulk-server.ts';

const house = await testHouse([ledger, deployments, measures(catalogue(auditMeasures)), audit], { remember, now: '2026-06-01T08:00:00.000Z' });
const as = 'data-engineer' as const;
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
let server: BulkServer;
const small = smallExport({ patients: 30 });
const changedAt = (lastUpdated: string) => (resource: object) => ({ ...resource, meta: { lastUpdated } });
const old = changedAt('2026-05-01T00:00:00Z');
/** The tests change what the server has. */
const served: ServedFile[] = [
  { type: 'Patient', ndjson: ndjson(small.patients.map(old)) }, { type: 'Encounter', ndjson: ndjson(small.encounters.map(old)) }, { type: 'Observation', ndjson: ndjson(small.observations.map(old)) },
  { type: 'Organization', ndjson: ndjson(small.places.filter(({ resourceType }) => resourceType === 'Organization').map(old)) }, { type: 'Location', ndjson: ndjson(small.places.filter(({ resourceType }) => resourceType === 'Location').map(old)) },
];
const place = join(house.config.dataFolder, 'bulk', 'ehr');

beforeAll(async () => {
  server = await startBulkServer({ clock: systemClock, client: { id: 'attending', publicKey: { ...pair.publicKey.export({ format: 'jwk' }), alg: 'RS384' } as never }, files: served });
  server.misbehave({ polls: 0, errors: ['one chart is locked'] });
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'server.yaml'), `server: ${server.url}\nclient: attending\nkey: key.pem\ntypes: [Patient, Encounter, Observation]\n`);
  writeFileSync(join(place, 'key.pem'), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  for (const [slug, name] of [['north', 'North Hospital'], ['south', 'South Hospital']] as const) await house.call(dep.addFacility, { body: { slug, name, aliases: [] } });
  for (const unit of ['med-1', 'med-2', 'icu']) await house.call(dep.addUnit, { params: { facility: 'north' }, body: { slug: unit, name: unit } });
  await house.call(dep.addProduct, { body: { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'Example Analytics', kind: 'alert', class: 'clinical', version: '2.3.0' } });
  await house.call(dep.createDeployment, { body: { slug: 'sepsis-alert', title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0', programmeStart: '2026-05-25' } });
  const whole = { ...(parse(charterExample) as object), data: (parse(smallCharter()) as { data: unknown }).data };
  await house.call(dep.saveCharter, { params: { deployment: 'sepsis-alert' }, body: { basedOn: 0, yaml: stringify(whole) } as never }, 'governance');
});
afterAll(async () => server.close());

test('the server is offered, asked, and its export audited', async () => {
  expect((await house.call(api.listExports, {}, as)).folders).toEqual([{ folder: 'fhir:ehr', files: 0, bytes: 0 }]);
  await expect(house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'fhir:../ehr' } }, as)).rejects.toThrow(/No FHIR server/);
  const run = await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'fhir:ehr' } }, as);
  await house.idle();
  expect(await house.call(api.readRun, { params: { run: run.id } }, as)).toMatchObject({ state: 'done', problem: null, summary: { patients: 60, facilities: 2 } });
  expect((await house.call(api.readRest, { params: { run: run.id } }, as)).export).toMatchObject({ kind: 'fhir', notices: ['The server could not export something: one chart is locked'] });
  expect(readdirSync(join(place, 'exports'))).toHaveLength(1);
  expect(server.asked.some(({ method }) => method === 'DELETE')).toBe(true);
}, 120_000);

test('a server that refuses ends the audit with its own words', async () => {
  server.misbehave({ refuses: 403 });
  const run = await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'fhir:ehr' } }, as);
  await house.idle().catch(() => {});
  expect(await house.call(api.readRun, { params: { run: run.id } }, as)).toMatchObject({ state: 'failed', problem: expect.stringContaining('exports are not offered on Mondays') });
}, 120_000);

const nightly = async () => {
  await house.jobs.start(watchJob, {});
  await house.idle().catch(() => {});
  const [watch] = (await house.call(following.listWatches, {}, 'clinician')).items;
  return { watch: watch!, run: await house.call(api.readRun, { params: { run: watch!.lastRun! } }, as) };
};
const foundIn = async (run: string) => (await house.call(api.readRest, { params: { run } }, as)).export;
const kickOffs = () => server.asked.filter(({ path }) => path.includes('$export')).map(({ path }) => new URL(path, 'http://x').searchParams.get('_since'));
const day = 86_400_000;

describe('a server that is watched is fetched from anew, audited, and compared with itself', { timeout: 300_000 }, () => {
  test('it wants a rhythm, and a server that is set up', async () => {
    const asked = (body: object) => house.call(following.addWatch, { body: { deployment: 'sepsis-alert', ...body } as never }, as);
    await expect(asked({ folder: 'fhir:ehr' })).rejects.toThrow(/does not say when it has something new/);
    await expect(asked({ folder: 'fhir:nobody', cadence: 'daily' })).rejects.toThrow(/No FHIR server/);
    expect(await asked({ folder: 'fhir:ehr', cadence: 'daily' })).toMatchObject({ folder: 'fhir:ehr', cadence: 'daily', active: true });
  });

  test('the first look fetches; until it is due again nobody is asked', async () => {
    server.misbehave({ polls: 0, transactionTime: house.clock.now() });
    server.asked.length = 0;
    const { watch, run } = await nightly();
    expect(run).toMatchObject({ state: 'done', summary: { patients: 60 } });
    expect(watch).toMatchObject({ nextAt: '2026-06-02T08:00:00.000Z' });
    // The export before is of the same day, with a transaction time: changes would do, and nothing had changed.
    const asked = server.asked.length;
    house.clock.pass(day / 2);
    expect((await nightly()).watch).toMatchObject({ lastRun: run.id, says: expect.stringContaining('due again 2026-06-02') });
    expect(server.asked).toHaveLength(asked);
  });

  test('the next night only what changed comes, and what was deleted goes; a fall opens a review', async () => {
    const before = (await house.call(following.listWatches, {}, 'clinician')).items[0]!.lastRun!;
    const since = house.clock.now();
    house.clock.pass(day);
    // South lost half of its heart rates, one patient of North changed.
    const gone = small.observations.filter(({ id }) => id!.startsWith('o-south')).slice(0, 20).map(({ id }) => `Observation/${id}`);
    served[2] = { type: 'Observation', ndjson: ndjson(small.observations.filter(({ id }) => !gone.includes(`Observation/${id}`)).map(old)) };
    served[0] = { type: 'Patient', ndjson: ndjson(small.patients.map((one, at) => (at === 0 ? { ...changedAt(house.clock.now())(one), gender: 'other' } : old(one)))) };
    server.misbehave({ polls: 0, transactionTime: house.clock.now(), gone });
    server.asked.length = 0;
    const { run } = await nightly();
    expect(run).toMatchObject({ state: 'done', problem: null, summary: { patients: 60 } });
    expect(kickOffs()).toEqual([expect.stringMatching(/^2026-06-01T/)]);
    expect(since >= kickOffs()[0]!).toBe(true);
    expect(await foundIn(run.id)).toMatchObject({ resources: { Patient: 60, Observation: 40 }, notices: [expect.stringContaining('1 resources that are new or came again, and 20 that were deleted')] });
    const [review] = (await house.call(following.listReviews, { query: { state: 'open' } }, 'clinician')).items;
    expect(review).toMatchObject({ run: run.id });
    expect(review!.causes.map(({ element, facility }) => [element, facility])).toContainEqual(['heart-rate', 'south']);
    const compared = await house.call(following.readComparison, { params: { run: run.id, before } }, as);
    expect(compared.resources.find(({ type }) => type === 'Observation')).toEqual({ type: 'Observation', before: 60, after: 40 });
  });

  test('what was begun is gone on with after a break; a server that does not know `_since`, and a week, get everything', async () => {
    house.clock.pass(day);
    server.misbehave({ polls: 0, transactionTime: house.clock.now(), since: 'ignores', expires: { manifests: 99, downloads: 1 } });
    expect((await nightly()).run).toMatchObject({ state: 'failed', problem: expect.stringContaining('expire faster') });
    server.misbehave({ polls: 0, transactionTime: house.clock.now(), since: 'ignores' });
    house.clock.pass(30 * 60_000);
    expect((await nightly()).watch.says).toContain('within the hour; the last time failed');
    house.clock.pass(day / 12);
    server.asked.length = 0;
    expect((await nightly()).run).toMatchObject({ state: 'done', problem: null });
    // The export on the server was gone on with: it was not kicked off a second time.
    expect(kickOffs()).toEqual([]);
    expect(server.asked.filter(({ path }) => path.startsWith('/files/0'))).toEqual([]);
    house.clock.pass(day);
    server.misbehave({ polls: 0, since: 'refuses', transactionTime: house.clock.now() });
    const whole = await nightly();
    expect(whole.run).toMatchObject({ state: 'done' });
    expect(kickOffs()).toEqual([expect.stringMatching(/^2026/), null]);
    expect((await foundIn(whole.run.id)).notices).toEqual([]);
    expect((await foundIn(whole.run.id)).resources).toMatchObject({ Observation: 40 });
    house.clock.pass(8 * day);
    server.asked.length = 0;
    server.misbehave({ polls: 0, transactionTime: house.clock.now() });
    expect((await nightly()).run).toMatchObject({ state: 'done' });
    expect(kickOffs()).toEqual([null]);
    expect(readdirSync(join(place, 'exports'))).toHaveLength(2);
  });
});
