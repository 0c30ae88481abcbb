// Do the quick columns say what the JSON says, also where a resource does not have the usual shape?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { columnFromJson, columnType, jsonFieldsOf, name, openExport, quote } from './fhir.ts';

const place = mkdtempSync(join(tmpdir(), 'attending-columns-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const asked = ['has:code', 'has:status', 'has:subject', 'hash:status,subject.reference,effectivePeriod.start,component', 'component', 'text:category[0].coding[0].code', 'text:code', 'text:context.encounter[0].reference', 'text:effectivePeriod.start', 'text:meta.lastUpdated', 'text:status', 'text:subject.reference', 'text:valueQuantity.value'];

const usual = [
  { id: '1', status: 'final', subject: { reference: 'Patient/1' }, code: { text: 'a "b" é' }, valueQuantity: { value: 1.5, code: 'mg' }, effectivePeriod: { start: '2026-01-01' } },
  { id: '2', subject: { display: 'somebody' }, code: {}, component: [{ code: { text: 'x' } }], meta: { lastUpdated: '2026-01-02T00:00:00Z', tag: [{ code: 'y' }] } },
  { id: '3', subject: {}, category: [{ coding: [{ code: 'laboratory' }] }], context: { encounter: [{ reference: 'Encounter/1' }] }, valueQuantity: { value: 0.0001 }, status: '' },
  { id: '4' },
];
const unusual = [
  { id: '5', subject: 'Patient/5', status: true },
  { id: '6', subject: [{ reference: 'Patient/6' }], valueQuantity: 7, effectivePeriod: '2026', code: 'text only' },
  { id: '7', subject: null, meta: 'x', category: { coding: [] }, context: 'Encounter/1', component: {} },
];

async function read(resources: object[]): Promise<Record<string, unknown>[]> {
  const folder = mkdtempSync(join(place, 'export-'));
  writeFileSync(join(folder, 'Observation.ndjson'), resources.map((one) => `${JSON.stringify({ resourceType: 'Observation', ...one })}\n`).join(''));
  const handle = await openExport(folder, { workspace: join(place, 'workspace'), fields: { Observation: asked } });
  try {
    expect(handle.files[0]).toMatchObject({ lines: resources.length, badLineCount: 0 });
    return await handle.database.rows('SELECT * FROM "raw_Observation" ORDER BY _line');
  } finally {
    await handle.close();
  }
}

/** The same columns from whole fields as JSON, as other sources make them. */
async function fromJson(resources: object[]): Promise<Record<string, unknown>[]> {
  const folder = mkdtempSync(join(place, 'export-'));
  writeFileSync(join(folder, 'Observation.ndjson'), resources.map((one) => `${JSON.stringify({ resourceType: 'Observation', ...one })}\n`).join(''));
  const handle = await openExport(folder, { workspace: join(place, 'workspace'), fields: { Observation: jsonFieldsOf(asked) } });
  try {
    return await handle.database.rows(`SELECT id, ${asked.map((column) => `${columnFromJson(column)} AS ${name(column)}`).join(', ')}, _file, _line FROM "raw_Observation" ORDER BY _line`);
  } finally {
    await handle.close();
  }
}

test('resources of the usual shape', async () => {
  const rows = await read(usual);
  expect(rows[0]).toMatchObject({ 'text:status': 'final', 'text:subject.reference': 'Patient/1', 'text:valueQuantity.value': '1.5', 'text:effectivePeriod.start': '2026-01-01', 'has:subject': true, 'has:code': true, 'text:code': '{"text":"a \\"b\\" é"}' });
  expect(rows.map((row) => row['has:subject'])).toEqual([true, true, false, false]);
  expect(rows.map((row) => row['has:code'])).toEqual([true, false, false, false]);
  expect(rows.map((row) => row['has:status'])).toEqual([true, false, false, false]);
  expect(rows[2]).toMatchObject({ 'text:category[0].coding[0].code': 'laboratory', 'text:context.encounter[0].reference': 'Encounter/1' });
  expect(rows[1]).toMatchObject({ 'text:meta.lastUpdated': '2026-01-02T00:00:00Z' });
  expect(rows).toEqual(await fromJson(usual));
});

test('one unusual resource: nothing of it is lost, and its neighbours read as before', async () => {
  const rows = await read([...usual, ...unusual]);
  expect(rows.slice(0, usual.length)).toEqual(await read(usual));
  expect(rows).toEqual(await fromJson([...usual, ...unusual]));
  expect(rows[4]).toMatchObject({ 'has:subject': true, 'text:subject.reference': null, 'text:status': 'true' });
  expect(rows[5]).toMatchObject({ 'has:subject': true, 'text:code': 'text only' });
});

test('each kind has its type', () => {
  expect(['code', 'text:a.b', 'has:a', 'hash:a,b'].map(columnType)).toEqual(['JSON', 'VARCHAR', 'BOOLEAN', 'UBIGINT']);
  expect(jsonFieldsOf(['text:a.b', 'hash:c,d[0].e', 'a'])).toEqual(['a', 'c', 'd']);
  expect(columnFromJson('text:a.b')).toContain(quote('$.b'));
});
