// Is no record of a table lost, moved to another line or read otherwise, whatever stands in it?
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openDatabase } from '../../duckdb.ts';
import { findTables } from './find-tables.ts';
import { stageTables, viewTables } from './stage-tables.ts';

const root = mkdtempSync(join(tmpdir(), 'attending-tables-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let number = 0;

async function read(file: string, content: string | Buffer, columns: string[]) {
  const folder = join(root, `f${++number}`);
  mkdirSync(folder);
  writeFileSync(join(folder, file), content);
  const { tables: files } = await findTables(folder);
  const tables = [{ table: 't', files, columns }];
  const staged = await stageTables({ workspace: join(root, 'work'), tables, files, threads: 2, memoryLimit: '500MB', cache: false });
  const database = await openDatabase({ workspace: join(root, 'work') });
  await viewTables(database, staged, tables, files);
  const rows = await database.rows<Record<string, unknown>>(`SELECT ${columns.map((column) => `"${column}"`).join(', ')}, _line FROM table_t ORDER BY _line`);
  await database.close();
  return { rows, report: staged.kept.files[0]!, file: files[0]! };
}

const cell = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('a"b', 'two\nlines', 'crlf\r\ninside', '"', '""', ',', ';', ' x ', "it's", 'NaN', '5" needle', 'ä€𝄞'))
  .map((text) => text.replaceAll('\0', '')).filter((text) => text !== 'NULL' && text !== '\\N' && text !== '\uFEFF');

test('what is written by RFC 4180 is read again, on the line where it begins', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 12 }), fc.constantFrom(',', ';', '\t', '|'), fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.boolean(), async (records, delimiter, end, last, gzip) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const text = `"key"${delimiter}"first"${delimiter}"second"${end}${records.map(([a, b], at) => `k${at}${delimiter}${quoted(a)}${delimiter}${quoted(b)}`).join(end)}${last ? end : ''}`;
      const { rows, report } = await read(gzip ? 't.csv.gz' : 't.csv', gzip ? gzipSync(text) : text, ['key', 'first', 'second']);
      let line = 2;
      const expected = records.map(([a, b], at) => {
        const here = line;
        line += 1 + (`${a}${b}`.match(/\n/g)?.length ?? 0);
        return { key: `k${at}`, first: a === '' ? null : a, second: b === '' ? null : b, _line: here };
      });
      expect(rows).toEqual(expected);
      expect(report).toMatchObject({ badLineCount: 0, lines: line - 1 });
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('records with too few or too many columns are named, and those after them keep their lines', async () => {
  const { rows, report } = await read('t.csv', 'a,b\n1,2\n3\n4,5,6\n\n7,8,\n9,10', ['a', 'b']);
  expect(rows).toEqual([{ a: '1', b: '2', _line: 2 }, { a: '7', b: '8', _line: 6 }, { a: '9', b: '10', _line: 7 }]);
  expect(report).toMatchObject({ lines: 7, blankLines: 1, badLineCount: 2, badLines: [{ line: 3, reason: 'The record has 1 column where the header has 2.' }, { line: 4, reason: 'The record has 3 columns where the header has 2.' }] });
});

test('Windows-1252 is read and said; a truncated gzip is read as far as it goes; UTF-16 is refused', async () => {
  const latin = await read('t.csv', Buffer.from('a,b\n1,M\xfcller\n', 'latin1'), ['a', 'b']);
  expect(latin.rows).toEqual([{ a: '1', b: 'Müller', _line: 2 }]);
  expect(latin.report.trouble).toBe('1 records are not UTF-8 and were read as Windows-1252.');
  const packed = gzipSync(`a,b\n${Array.from({ length: 20_000 }, (_, at) => `${at},${Math.sin(at)}\n`).join('')}`);
  const cut = await read('t.csv.gz', packed.subarray(0, packed.length / 2), ['a', 'b']);
  expect(cut.report.trouble).toBe('The gzip file is truncated; the part that could be unpacked was read.');
  expect(cut.rows.length).toBeGreaterThan(5_000);
  expect((await read('t.csv', Buffer.from('a,b\n1,2\n', 'utf16le'), ['a'])).file.trouble).toContain('UTF-16');
});

test('a header in other letters, a column that comes twice, and NULL as databases write it', async () => {
  const { rows } = await read('T.TSV', '\uFEFFKey\tName\tname\tx\n1\tNULL\tb\t\\N\n', ['key', 'name', 'x']);
  expect(rows).toEqual([{ key: '1', name: null, x: null, _line: 2 }]);
});

test('a field of several megabytes', async () => {
  const note = 'word '.repeat(1_000_000);
  const { rows, report } = await read('t.csv', `a,b\n1,"${note}\n"\n2,x\n`, ['a', 'b']);
  expect(rows.map(({ a, b, _line }) => [a, String(b).length, _line])).toEqual([['1', note.length + 1, 2], ['2', 1, 4]]);
  expect(report.badLineCount).toBe(0);
});
