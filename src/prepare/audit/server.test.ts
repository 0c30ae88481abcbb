// Does an audit run on the server from upload to published measure, and is every look at rows remembered?
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { charterExample, capability as deployments } from '../../spine/deployments/deployments.ts';
import * as dep from '../../spine/deployments/model.ts';
import { entries, ledger, remember } from '../../spine/ledger/ledger.ts';
import { catalogue, latest, measures } from '../../spine/measures/measures.ts';
import { Problem } from '../../tools/base/problem.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { auditMeasures, capability as audit } from './audit.ts';
import * as api from './model.ts';
import { ndjson, smallCharter, smallExport, testFolder, writeSmall } from './test-export.ts';
import { parse, stringify } from 'yaml';

const { folder: root, remove } = testFolder();
const all = catalogue(auditMeasures);
const house = await testHouse([ledger, deployments, measures(all), audit], { remember, now: '2026-06-01T08:00:00.000Z', settings: { ATTENDING_EXPORTS: root, ATTENDING_MAX_UPLOAD_MB: '2' } });
afterAll(remove);

const as = 'data-engineer' as const;
const small = smallExport({ patients: 40 });
small.observations.splice(70, 3);

beforeAll(async () => {
  for (const [slug, name] of [['north', 'North Hospital'], ['south', 'South Hospital']] as const) await house.call(dep.addFacility, { body: { slug, name, aliases: [] } });
  for (const unit of ['med-1', 'med-2', 'icu']) await house.call(dep.addUnit, { params: { facility: 'north' }, body: { slug: unit, name: unit } });
  await house.call(dep.addProduct, { body: { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'Example Analytics', kind: 'alert', class: 'clinical', version: '2.3.0' } });
  await house.call(dep.createDeployment, { body: { slug: 'sepsis-alert', title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0', programmeStart: '2026-05-25' } });
  writeSmall(`${root}/week-1`, small);
});

const withCharter = async () => {
  const whole = { ...(parse(charterExample) as object), data: (parse(smallCharter()) as { data: unknown }).data };
  await house.call(dep.saveCharter, { params: { deployment: 'sepsis-alert' }, body: { basedOn: 0, yaml: stringify(whole) } as never }, 'governance');
};

describe('an audit on the server', { timeout: 120_000 }, () => {
  it('is refused without a charter, and without a source', async () => {
    await expect(house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1' } }, as)).rejects.toThrow(/no charter yet/);
    await withCharter();
    await expect(house.call(api.startRun, { body: { deployment: 'sepsis-alert' } }, as)).rejects.toThrow(/either an upload or a folder/);
  });

  it.each(['..', '../..', '/etc', 'week-1/../..', 'out'])('reads no folder outside the exports: %s', async (folder) => {
    mkdirSync(root, { recursive: true });
    try {
      symlinkSync('/etc', `${root}/out`);
    } catch {}
    await expect(house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder } }, as)).rejects.toThrow(/no folder/);
  });

  it('takes an upload in pieces, goes on where it broke off, and refuses what does not follow', async () => {
    const opened = await house.call(api.openExport, { body: { name: 'June' } }, as);
    const bytes = gzipSync(ndjson(small.observations));
    const put = (file: string, offset: number, part: Uint8Array) => house.request(`/api/v1/audit/exports/${opened.id}/files/${file}?offset=${offset}`, { method: 'PUT', body: Buffer.from(part) }, as);
    expect((await put('Observation.ndjson.gz', 0, bytes.subarray(0, 500))).status).toBe(200);
    expect(await house.call(api.readExport, { params: { export: opened.id } }, as)).toMatchObject({ state: 'open', files: [{ name: 'Observation.ndjson.gz', bytes: 500 }] });
    const wrong = await put('Observation.ndjson.gz', 0, bytes);
    expect(wrong.status).toBe(409);
    expect(await wrong.text()).toContain('offset=500');
    expect((await put('Observation.ndjson.gz', 500, bytes.subarray(500))).status).toBe(200);
    expect((await put('..%2Fescape.ndjson', 0, bytes)).status).toBe(400);
    expect((await put('big.ndjson', 0, new Uint8Array(2_500_000))).status).toBe(413);
    for (const [name, list] of [['Patient.ndjson', small.patients], ['Encounter.ndjson', small.encounters], ['places.ndjson', small.places]] as const) expect((await put(name, 0, Buffer.from(ndjson(list)))).status).toBe(200);
    const run = await house.call(api.startRun, { body: { deployment: 'sepsis-alert', export: opened.id } }, as);
    await house.idle();
    expect(await house.call(api.readRun, { params: { run: run.id } }, as)).toMatchObject({ state: 'done', summary: { encounters: 80, facilities: 2 } });
    expect((await put('late.ndjson', 0, bytes)).status).toBe(409);
  });

  it('publishes its measures and a ledger entry with the digest of audit.json, once', async () => {
    const run = await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1' } }, as);
    await house.idle();
    const done = await house.call(api.readRun, { params: { run: run.id } }, as);
    expect(done).toMatchObject({ state: 'done', problem: null, summary: { verdict: 'not-met' }, provenance: { verdict: 'not-established' } });
    const text = await (await house.send(api.downloadJson, { params: { run: run.id } }, as)).text();
    expect(createHash('sha256').update(text).digest('hex')).toBe(done.auditDigest);
    const { items } = await entries(house.db, { kind: 'audit.published' });
    expect(items[0]).toMatchObject({ subject: `audit/${run.id}`, payload: { digest: done.auditDigest } });
    const rows = await latest(house.db, all, items[0]!.deployment!, house.clock.now());
    const value = (measure: string, facility: string | null) => rows.find((row) => row.measure === measure && row.scope.facility === facility && row.scope.element === undefined)?.value;
    expect(value('audit.field-completeness', null)).toBeCloseTo(77 / 80, 6);
    expect(value('audit.field-completeness', 'north')).toBe(1);
    expect(value('audit.field-completeness', 'south')).toBeCloseTo(37 / 40, 6);
    expect(value('audit.completeness-spread', null)).toBeCloseTo(3 / 40, 6);
    // A full export is no random sample: that is drawn by itself, see sampling/.
    expect(value('audit.sample-size', 'south')).toBeUndefined();
    // Nothing shows where these data come from, and the gate refuses what is not production-like.
    expect(value('audit.provenance', null)).toBe(0);
    expect(value('audit.week-done', null)).toBe(2);
  });

  it('shows findings by what is asked, a matrix, the rest, and rows only to those who may, remembering it', async () => {
    const [run] = (await house.call(api.listRuns, { query: { deployment: 'sepsis-alert' } }, 'clinician')).items;
    const params = { run: run!.id };
    const south = await house.call(api.listFindings, { params, query: { check: 'C02', facility: 'South Hospital', level: 'facility' } }, 'clinician');
    expect(south.items).toMatchObject([{ n: 40, k: 37, threshold: 0.95, bound: 'at-least', thresholdFrom: 'charter', verdict: 'not-met', rowCount: 3 }]);
    const first = await house.call(api.listFindings, { params, query: { limit: 5 } }, as);
    const second = await house.call(api.listFindings, { params, query: { limit: 5, after: first.next! } }, as);
    expect(second.items[0]!.number).toBe(first.items.at(-1)!.number + 1);
    const shown = await house.call(api.readMatrix, { params }, 'clinician');
    expect(shown.facilities).toEqual(['North Hospital', 'South Hospital']);
    expect(shown.rows.find((row) => row.check === 'C02')?.cells).toHaveLength(3);
    expect((await house.call(api.readRest, { params }, 'clinician')).elements).toHaveLength(1);
    const finding = south.items[0]!.number;
    await expect(house.call(api.readRows, { params: { ...params, finding } }, 'clinician')).rejects.toBeInstanceOf(Problem);
    const before = (await entries(house.db, { kind: 'audit.rows-seen' })).items.length;
    expect((await house.call(api.readRows, { params: { ...params, finding } }, 'safety-officer')).rows).toHaveLength(3);
    expect((await entries(house.db, { kind: 'audit.rows-seen' })).items).toHaveLength(before + 1);
    expect(await (await house.send(api.downloadHtml, { params }, as)).text()).toContain('<!doctype html>');
  });

  it('withholds cells under five people from those who may not see rows', async () => {
    const [run] = (await house.call(api.listRuns, {}, 'clinician')).items;
    const months = async (role: 'clinician' | 'data-engineer') => (await house.call(api.listFindings, { params: { run: run!.id }, query: { level: 'department' } }, role)).items;
    const [shared, own] = [await months('clinician'), await months('data-engineer')];
    expect(shared.map(({ number }) => number)).toEqual(own.map(({ number }) => number));
    for (const [i, one] of own.entries()) expect(shared[i]!.suppressed).toBe((one.figures['patients'] ?? one.n) < 5);
  });

  it('fails with a sentence, can be cancelled, and publishes nothing then', async () => {
    mkdirSync(`${root}/nothing`, { recursive: true });
    const published = async () => (await entries(house.db, { kind: 'audit.published', })).items.length;
    const before = await published();
    const run = await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'nothing' } }, as);
    await house.idle().catch(() => {});
    expect(await house.call(api.readRun, { params: { run: run.id } }, as)).toMatchObject({ state: 'failed', problem: expect.stringMatching(/FHIR|empty|holds/) });
    const second = await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1' } }, as);
    expect(await house.call(api.cancelRun, { params: { run: second.id } }, as)).toMatchObject({ state: 'cancelled' });
    await house.idle().catch(() => {});
    expect(await house.call(api.readRun, { params: { run: second.id } }, as)).toMatchObject({ state: 'cancelled' });
    expect(await published()).toBe(before);
  });
});
