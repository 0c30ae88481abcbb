// Is every row of a CSV file found, whatever its chunks, quotes and line ends?
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { chartsOf } from './charts.ts';
import { csvRows, type BadRow } from '../../../tools/base/csv-rows.ts';
import { openGathering } from './gather.ts';
import { readCsv } from './read-csv.ts';
import { testFolder } from '../test-notes.ts';

const { folder, remove } = testFolder();
afterAll(remove);

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function rowsOf(text: string, size = 7): Promise<{ rows: string[][]; bad: BadRow[]; lines: number[] }> {
  const rows: string[][] = [];
  const lines: number[] = [];
  const bad: BadRow[] = [];
  for await (const { line, fields } of csvRows(pieces(Buffer.from(text), size), 0x2c, (row) => bad.push(row))) {
    rows.push(fields.map((field) => field.toString('utf8')));
    lines.push(line);
  }
  return { rows, bad, lines };
}

describe('rows', () => {
  it('come back as they were written, in chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.string({ maxLength: 12, unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', 'é', ' ') }), { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 40 }), async (table, size) => {
        const text = table.map((row) => `${row.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}\r\n`).join('');
        expect((await rowsOf(text, size)).rows).toEqual(table);
      }),
    );
  });
  it('say on which line they begin, and one open quote costs one line', async () => {
    const { rows, lines, bad } = await rowsOf('id,text\n1,"two\nlines"\n2,"never closed\n3,fine\n4,too\n', 5);
    expect(rows).toEqual([['id', 'text'], ['1', 'two\nlines'], ['3', 'fine'], ['4', 'too']]);
    expect(lines).toEqual([1, 2, 5, 6]);
    expect(bad).toMatchObject([{ line: 4 }]);
  });
});

async function read(name: string, content: string | Buffer, columns = {}) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const gathered = openGathering(join(folder, 'work'), 1e6);
  await readCsv(path, gathered, { columns });
  const charts = [...chartsOf(gathered)];
  await gathered.close();
  return { charts, tally: gathered.tally, notes: charts.flatMap((chart) => chart.notes) };
}

describe('a file of notes', () => {
  it('of MIMIC’s NOTEEVENTS is understood', async () => {
    const { notes, charts } = await read('NOTEEVENTS.csv', '"ROW_ID","SUBJECT_ID","HADM_ID","CHARTDATE","CHARTTIME","STORETIME","CATEGORY","DESCRIPTION","CGID","ISERROR","TEXT"\n174,22532,167853,2151-08-04,,,"Discharge summary","Report",,,"Admission Date:  [**2151-7-16**]\n\n""quoted"", and more"\n175,22532,167853,2151-08-05,2151-08-05 10:00:00,,"Nursing","Report",19,,"Slept well"\n176,22532,167853,2151-08-06,,,"Nursing","Report",19,1,"In error"\n');
    expect(charts).toHaveLength(1);
    expect(notes.map(({ note }) => [note.id, note.subject, note.encounter, note.at, note.author, note.type])).toEqual([
      ['174', '22532', '167853', '2151-08-04T00:00:00.000Z', null, 'Discharge summary'], ['175', '22532', '167853', '2151-08-05T10:00:00.000Z', '19', 'Nursing'],
    ]);
    expect(notes[0]!.note.text).toBe('Admission Date:  [**2151-7-16**]\n\n"quoted", and more');
  });
  it('with another delimiter, a byte order mark, gzip and plain names is understood', async () => {
    const { notes } = await read('notes.tsv.gz', gzipSync('\ufeffNote ID\tPatient\tTime\tWard\tHospital\tText\nn1\tp1\t2026-01-02\tMedicine\tNorth\tFirst\nn2\tp1\t2026-01-01\tMedicine\tNorth\tEarlier\n'));
    expect(notes.map(({ note, facility, department }) => [note.id, note.text, facility, department])).toEqual([['n2', 'Earlier', 'North', 'Medicine'], ['n1', 'First', 'North', 'Medicine']]);
    expect((await read('semicolon.csv', 'patient;text\np1;a, b\n')).notes[0]!.note.text).toBe('a, b');
  });
  it('counts minutes from an admission where no date is known, as numbers and not as years', async () => {
    const { notes } = await read('note.csv', 'noteid,patientunitstayid,noteoffset,notetype,notetext\n1,141,2014,Progress,third\n2,141,-30,Admission,first\n3,141,1440,Progress,second\n4,141,soon,Progress,whenever\n');
    expect(notes.map(({ note }) => [note.subject, note.text, note.at]).sort()).toEqual([['141', 'first', '1999-12-31T23:30:00.000Z'], ['141', 'second', '2000-01-02T00:00:00.000Z'], ['141', 'third', '2000-01-02T09:34:00.000Z'], ['141', 'whenever', null]]);
    expect((await read('note.csv', 'patient,time,offset,text\np,2024-05-01T08:00:00Z,90,dated\n')).notes[0]!.note.at).toBe('2024-05-01T08:00:00.000Z');
  });
  it('without a column for patient or text is refused with its columns, unless a person names them', async () => {
    await expect(read('strange.csv', 'who,what\np,hello\n')).rejects.toThrow(/No column of strange.csv is the text/);
    expect((await read('strange.csv', 'who,what\np,hello\n', { patient: 'who', text: 'what' })).notes).toHaveLength(1);
    await expect(read('strange.csv', 'who,what\np,hello\n', { patient: 'mrn' })).rejects.toThrow(/has no column mrn/);
    await expect(read('empty.csv', '')).rejects.toThrow(/empty/);
  });
  it('counts rows of another width and goes on', async () => {
    const { notes, tally } = await read('ragged.csv', 'patient,text\np1,a,b\np1,fine\np1\n');
    expect(notes).toHaveLength(1);
    expect(tally.files[0]).toMatchObject({ badLineCount: 2 });
    expect(tally.badLines.map(({ line }) => line)).toEqual([2, 4]);
  });
});
