// Does a CSV file become records, tried first, named by its own lines, and once?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { capability as deployments } from '../../../spine/deployments/deployments.ts';
import { addProduct, createDeployment } from '../../../spine/deployments/model.ts';
import { entries, ledger, remember } from '../../../spine/ledger/ledger.ts';
import { catalogue, measures } from '../../../spine/measures/measures.ts';
import { testHouse } from '../../../tools/server/test-database.ts';
import { capability as decisions, decisionMeasures } from '../decisions.ts';
import { keepCsvMapping, listDecisions, readCsvMapping, type BatchAnswer } from '../model.ts';
import { importFile } from './import-file.ts';
import { guessMapping, parseMapping, writeMapping } from './mapping.ts';
import { rowsOf } from './rows.ts';

const house = await testHouse([ledger, deployments, measures(catalogue(decisionMeasures)), decisions], { remember, now: '2027-03-10T12:00:00.000Z' });
beforeAll(async () => {
  await house.call(addProduct, { body: { slug: 'sepsis', name: 'Sepsis', vendor: 'acme', kind: 'alert', class: 'clinical', version: '4.2' } });
  await house.call(createDeployment, { body: { slug: 'sepsis', title: 'Sepsis', product: 'sepsis', version: '4.2' } });
});
const post = async (path: string, body: BodyInit, headers: Record<string, string> = {}) => house.request(path, { method: 'POST', body, headers }, 'data-engineer');
const take = async (query: string, body: BodyInit, headers = {}) => (await (await post(`/api/v1/decisions/csv?deployment=sepsis&${query}`, body, headers)).json()) as BatchAnswer & { errors?: { says: string }[] };

const file = `Alert ID;MRN;scored_at;Risk;Ward;Note
A-1;77;2027-03-01 08:00;0,81;ICU 3;ok
A-2;78;2027-03-01 08:05:00;0.4;ICU 3;"two
lines; and a ""quote"""

A-3;79;2027-03-01 08:10:00+02:00;0.9;ICU 3;
A-4;;2027-03-01 08:10:00;0.9;ICU 3;
A-5;80;yesterday;0.9;ICU 3;
A-2;78;2027-03-01 08:05:00;0.4;ICU 3;again
`;
const query = `map=${encodeURIComponent('version:=4.2')}&zone=${encodeURIComponent('+01:00')}`;

it('is guessed, tried and taken in; lines are those of the file', async () => {
  const preview = (await (await post('/api/v1/decisions/csv/preview', file)).json()) as { columns: string[]; mapping: object; faults: string[]; rows: string[][] };
  expect(preview).toMatchObject({ columns: ['Alert ID', 'MRN', 'scored_at', 'Risk', 'Ward', 'Note'], mapping: { key: { column: 'Alert ID' }, subject: { column: 'MRN' }, at: { column: 'scored_at' }, 'output.score': { column: 'Risk' }, department: { column: 'Ward' } }, faults: ['nothing fills version, which is needed'] });
  expect(preview.rows[1]![5]).toBe('two\nlines; and a "quote"');
  const entries = async () => (await sql<{ n: number }>`select (select count(*) from ledger.entry)::int + (select count(*) from ledger.subject)::int as n`.execute(house.db)).rows[0]!.n;
  const before = await entries();
  const dry = await take(`${query}&dryRun=true`, file);
  expect([dry.recorded, dry.refused, dry.before, await entries()]).toEqual([2, 3, 1, before]);
  const taken = await take(query, gzipSync(file) as BodyInit, { 'content-encoding': 'gzip' });
  expect({ ...taken, problems: taken.problems.map(({ line, path }) => [line, path]) }).toMatchObject({ lines: 6, recorded: 2, refused: 3, before: 1, problems: [[2, 'output.score'], [7, 'subject'], [8, 'at']] });
  expect((await take(query, file)).recorded).toBe(0);
  const { items } = await house.call(listDecisions, { query: { deployment: 'sepsis' } }, 'clinical-owner');
  expect(items.map(({ at, score, department, via }) => [at, score, department, via])).toEqual([['2027-03-01T07:05:00.000Z', 0.4, 'icu-3', 'csv'], ['2027-03-01T06:10:00.000Z', 0.9, 'icu-3', 'csv']]);
});

it('takes outcomes, where an empty cell means not to be known', async () => {
  const taken = await take(`what=outcome&map=${encodeURIComponent('name:=sepsis,at:=2027-03-02T00:00:00Z,positive=happened')}`, 'id,happened\nA-2,yes\nA-3,\nnobody,no\n');
  expect([taken.recorded, taken.problems]).toEqual([2, [{ line: 4, path: 'key', says: 'no decision with this key has been recorded' }]]);
});

it('is refused whole where the mapping cannot work', async () => {
  expect((await take('map=subject%3Dnowhere', file)).errors?.map(({ says }) => says)).toEqual(['there is no column `nowhere` for subject', 'nothing fills version, which is needed']);
  expect(await take('map=colour%3Dred', file)).toMatchObject({ status: 400 });
  expect(await take('', 'alone\n1\n')).toMatchObject({ status: 400 });
  expect(() => parseMapping('use', 'ms')).toThrow(RangeError);
  expect(guessMapping('feedback', ['decision-id', 'TIME', 'Action'])).toMatchObject({ key: { column: 'decision-id' }, at: { column: 'TIME' }, act: { column: 'Action' } });
});

it('a mapping is kept for the next file, and is written as it is read', async () => {
  const columns = ['id, of the alert', 'MRN', 'time', 'model', 'score'];
  const mapping = { key: { column: 'id, of the alert' }, subject: { column: 'MRN' }, at: { column: 'time' }, version: { always: '4.2' } };
  const written = writeMapping('decision', mapping, columns);
  expect(parseMapping('decision', written)).toEqual({ ...mapping, 'output.score': { always: '' } });
  const asked = { query: { deployment: 'sepsis', what: 'decision' as const } };
  expect(await house.call(readCsvMapping, asked, 'data-engineer')).toEqual({ kept: null });
  const body = { deployment: 'sepsis', what: 'decision' as const, map: written, zone: '-07:00' };
  await house.call(keepCsvMapping, { body }, 'data-engineer');
  await house.call(keepCsvMapping, { body }, 'data-engineer');
  expect(await house.call(readCsvMapping, asked, 'data-engineer')).toEqual({ kept: { map: written, zone: '-07:00' } });
  expect((await entries(house.db, { kind: 'csv.mapping-kept' })).items).toHaveLength(1);
  await expect(house.call(keepCsvMapping, { body: { ...body, map: 'colour=red' } }, 'data-engineer')).rejects.toMatchObject({ kind: 'bad-input' });
  // A field that is left open on purpose stays open, although a column has its name.
  const taken = await take(`map=${encodeURIComponent(written)}&zone=Z`, 'time;id, of the alert;MRN;score\n2027-03-01 09:00;K-1;77;0.5\n');
  expect(taken).toMatchObject({ recorded: 1, refused: 0 });
  expect((await house.call(listDecisions, { query: { deployment: 'sepsis' } }, 'clinical-owner')).items.find(({ at }) => at === '2027-03-01T09:00:00.000Z')).toMatchObject({ score: null });
});

it('comes from a file at a terminal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attending-csv-'));
  try {
    writeFileSync(join(folder, 'scores.csv.gz'), gzipSync('key,at,subject,version\nF-1,2027-03-01T08:00:00Z,MRN-9,4.2\nF-2,bad,MRN-9,4.2\n'));
    const said: string[] = [];
    const asked = { deployment: 'sepsis', what: 'decision', map: '' };
    await importFile(house, join(folder, 'scores.csv.gz'), { ...asked, dryRun: true }, (text) => void said.push(text));
    expect(await importFile(house, join(folder, 'scores.csv.gz'), { ...asked, dryRun: false }, (text) => void said.push(text))).toMatchObject({ recorded: 1, refused: 1 });
    expect(said).toEqual([expect.stringContaining('1 would be recorded'), expect.stringMatching(/line 3, at:/), expect.stringContaining('1 recorded'), expect.stringMatching(/line 3, at:/)]);
    await expect(importFile(house, join(folder, 'none.csv'), { ...asked, dryRun: false }, () => {})).rejects.toMatchObject({ kind: 'bad-input' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('has the same rows wherever its bytes are cut', async () => {
  const cell = fc.constantFrom('a', '', 'x,y', 'say "hi"', 'two\nlines', 'é€😀');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 9 }), async (rows, size) => {
      const bytes = Buffer.from(`h1,h2\n${rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join('\n')}\n`);
      const found: (string[] | null)[] = [];
      for await (const { cells } of rowsOf(Readable.from(Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))), false)) found.push(cells);
      expect(found.slice(1)).toEqual(rows);
    }),
    { numRuns: 60 },
  );
});
