// Does an audit on the server fetch its export from a FHIR server first?
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditMeasures, capability as audit } from '../../src/prepare/audit/audit.ts';
import * as api from '../../src/prepare/audit/model.ts';
import { ndjson, smallCharter, smallExport } from '../../src/prepare/audit/test-export.ts';
import { charterExample, capability as deployments } from '../../src/spine/deployments/deployments.ts';
import * as dep from '../../src/spine/deployments/model.ts';
import { ledger, remember } from '../../src/spine/ledger/ledger.ts';
import { catalogue, measures } from '../../src/spine/measures/measures.ts';
import { systemClock } from '../../src/tools/base/clock.ts';
import { testHouse } from '../../src/tools/server/test-database.ts';
import { parse, stringify } from 'yaml';
import { startBulkServer, type BulkServer } from './bulk-server.ts';

const house = await testHouse([ledger, deployments, measures(catalogue(auditMeasures)), audit], { remember, now: '2026-06-01T08:00:00.000Z' });
const as = 'data-engineer' as const;
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
let server: BulkServer;
const small = smallExport({ patients: 30 });
const place = join(house.config.dataFolder, 'bulk', 'ehr');

beforeAll(async () => {
  server = await startBulkServer({ clock: systemClock, client: { id: 'attending', publicKey: { ...pair.publicKey.export({ format: 'jwk' }), alg: 'RS384' } as never }, files: [
    { type: 'Patient', ndjson: ndjson(small.patients) }, { type: 'Encounter', ndjson: ndjson(small.encounters) }, { type: 'Observation', ndjson: ndjson(small.observations) },
    { type: 'Organization', ndjson: ndjson(small.places.filter(({ resourceType }) => resourceType === 'Organization')) }, { type: 'Location', ndjson: ndjson(small.places.filter(({ resourceType }) => resourceType === 'Location')) },
  ] });
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
