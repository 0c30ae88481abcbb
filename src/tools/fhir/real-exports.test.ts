// Do the real exports in ../shared read completely, by counts made another way?
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { openExport, readEvidence, runView, sampleFields } from './fhir.ts';

const data = resolve(process.env['ATTENDING_SHARED'] ?? '../shared', 'data');
const mimic = join(data, 'mimic-iv-fhir-demo-2.1.0');
const synthea = join(data, 'synthea-10-bulk');
const workspace = mkdtempSync(join(tmpdir(), 'attending-real-'));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

/** Lines and types of every gzipped file, the plain way. */
function countPlainly(folder: string) {
  return readdirSync(folder).filter((name) => name.endsWith('.ndjson.gz')).sort().map((name) => {
    const lines = gunzipSync(readFileSync(join(folder, name))).toString('utf8').split('\n').filter((line) => line !== '');
    const resources: Record<string, number> = {};
    for (const line of lines) {
      const { resourceType } = JSON.parse(line) as { resourceType?: string };
      if (resourceType) resources[resourceType] = (resources[resourceType] ?? 0) + 1;
    }
    return { name, lines: lines.length, resources };
  });
}

test.skipIf(!existsSync(mimic))('MIMIC-IV on FHIR demo: every line of every file (needs ../shared/data)', async () => {
  const fields = { Patient: ['gender', 'birthDate'], Observation: ['subject', 'valueQuantity', 'code'] };
  const handle = await openExport(mimic, { workspace, fields });
  try {
    expect(handle.files.map(({ name, lines, resources }) => ({ name, lines, resources }))).toEqual(countPlainly(mimic));
    expect(Object.values(handle.resources).reduce((sum, one) => sum + one, 0)).toBe(152_346);
    expect(handle.resources['Patient']).toBe(100);
    expect(handle.files.flatMap(({ badLines }) => badLines)).toEqual([]);
    expect(handle.ignored.map(({ name }) => name).sort()).toEqual(['LICENSE.txt', 'README_DEMO.md', 'SHA256SUMS.txt']);
    const view = { resource: 'Patient', select: [{ column: [{ name: 'id', path: 'getResourceKey()' }, { name: 'gender', path: 'gender' }] }] };
    const rows = await runView(handle.database, view, { relation: 'raw_Patient', fields: ['gender'], extra: ['_file', '_line'] });
    const plain = gunzipSync(readFileSync(join(mimic, 'MimicPatient.ndjson.gz'))).toString('utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { id: string; gender: string });
    expect(rows.map(({ id, gender }) => ({ id, gender }))).toEqual(plain.map(({ id, gender }) => ({ id, gender })));
    const last = rows.at(-1);
    const evidence = await readEvidence(handle, Number(last?.['_file']), [Number(last?.['_line'])]);
    expect(JSON.parse(evidence.get(Number(last?.['_line'])) ?? '{}')).toMatchObject({ id: last?.['id'] });
  } finally {
    await handle.close();
  }
}, 60_000);

test.skipIf(!existsSync(synthea))('Synthea bulk export: its log is no resource file (needs ../shared/data)', async () => {
  const handle = await openExport(synthea, { workspace, fields: { DocumentReference: ['content'] } });
  try {
    expect(handle.files.map(({ name, lines, resources }) => ({ name, lines, resources }))).toEqual(countPlainly(synthea).filter(({ name }) => name !== 'log.ndjson.gz'));
    expect(handle.ignored).toContainEqual(expect.objectContaining({ name: 'log.ndjson.gz', why: 'bulk-export log' }));
  } finally {
    await handle.close();
  }
  expect((await sampleFields(synthea))['Patient']?.fields['birthDate']).toBeGreaterThan(0);
}, 60_000);
