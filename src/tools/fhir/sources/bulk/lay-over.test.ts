// Are an export and the changes since then what a whole export would have been?
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { layOver } from './lay-over.ts';
import type { State } from './state.ts';

const root = mkdtempSync(join(tmpdir(), 'attending-lay-over-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let number = 0;

/** A folder as `fetchExport` leaves one. */
function fetched(lines: readonly string[], { gzip = false, deleted = [] as string[] } = {}): string {
  const folder = join(root, `export-${++number}`);
  mkdirSync(join(folder, '.bulk'), { recursive: true });
  const text = lines.map((line) => `${line}\n`).join('');
  writeFileSync(join(folder, 'Patient.000.ndjson'), gzip ? gzipSync(text) : text);
  writeFileSync(join(folder, '.bulk', 'deleted-Bundle.000.ndjson'), `${JSON.stringify({ resourceType: 'Bundle', entry: deleted.map((url) => ({ request: { method: 'DELETE', url } })) })}\nno bundle\n`);
  const state: State = {
    layout: 1, request: 'https://ehr.example.org/$export', status: '', startedAt: '2026-01-01T00:00:00Z', twice: [], finished: true,
    manifest: { transactionTime: `2026-01-0${Math.min(9, number)}T00:00:00Z`, request: '', requiresAccessToken: false, output: [{ type: 'Patient', url: 'x' }], deleted: [{ type: 'Bundle', url: 'y' }], error: [] },
    fetched: [{ list: 'output', at: 0, file: 'Patient.000.ndjson', bytes: 1, sha256: '', lines: lines.length }, { list: 'deleted', at: 0, file: join('.bulk', 'deleted-Bundle.000.ndjson'), bytes: 1, sha256: '', lines: 2 }],
  };
  writeFileSync(join(folder, '.bulk', 'state.json'), JSON.stringify(state));
  return folder;
}
const linesIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.ndjson')).sort().flatMap((name) => {
    const bytes = readFileSync(join(folder, name));
    return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8').split('\n').filter(Boolean);
  });
/** Servers write the id first, last, or with blanks. */
const written = (id: string, version: number, style: number) => [`{"resourceType":"Patient","id":"${id}","v":${version}}`, `{"v":${version},"id":"${id}","resourceType":"Patient"}`, `{ "resourceType" : "Patient" , "id" : "${id}", "v":${version}}`][style % 3]!;

test('what came again replaces what was, what was deleted goes, the rest stays, packed or not', async () => {
  const id = fc.integer({ min: 0, max: 12 }).map((n) => `p-${n}`);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(id, { minLength: 1 }), fc.uniqueArray(id), fc.uniqueArray(id), fc.boolean(), fc.nat(), async (before, came, deleted, gzip, style) => {
      const out = join(root, `whole-${++number}`);
      const gone = deleted.filter((one) => !came.includes(one));
      const state = await layOver(fetched(before.map((one, at) => written(one, 1, style + at)), { gzip }), fetched(came.map((one, at) => written(one, 2, style + at)), { deleted: gone.map((one) => `Patient/${one}`) }), out);
      const expected = [...before.filter((one) => !came.includes(one) && !gone.includes(one)).map((one) => `${one}:1`), ...came.map((one) => `${one}:2`)];
      const got = linesIn(out).map((line) => JSON.parse(line) as { id: string; v: number }).map(({ id, v }) => `${id}:${v}`);
      expect(got.sort()).toEqual(expected.sort());
      expect(state.laidOver).toMatchObject({ times: 1, changed: came.length, deleted: before.filter((one) => gone.includes(one)).length });
      const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { output: { count: number }[] };
      expect(manifest.output.reduce((sum, { count }) => sum + count, 0)).toBe(expected.length);
    }),
    { numRuns: 40 },
  );
});

test('a bad line is kept for the audit to name, and changes are laid over changes', async () => {
  const [first, second, third] = [fetched(['{"resourceType":"Patient","id":"a","v":1}', 'no json', '{"resourceType":"Patient","id":"b","v":1}']), fetched([written('a', 2, 0)]), fetched([written('c', 3, 1)], { deleted: ['https://ehr.example.org/fhir/Patient/b'] })];
  await layOver(first, second, join(root, 'once'));
  const state = await layOver(join(root, 'once'), third, join(root, 'twice'));
  expect(linesIn(join(root, 'twice')).sort()).toEqual(['no json', written('a', 2, 0), written('c', 3, 1)].sort());
  const { manifest } = JSON.parse(readFileSync(join(first, '.bulk', 'state.json'), 'utf8')) as State;
  expect(state.laidOver).toEqual({ wholeAt: manifest!.transactionTime, times: 2, changed: 1, deleted: 1 });
});
