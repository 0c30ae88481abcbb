// Which columns of a CSV file are the note, its patient, its time and its author?
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { Problem } from '../../../tools/base/problem.ts';
import { stopped } from '../../../tools/fhir/duckdb.ts';
import { isGzip } from '../../../tools/fhir/list-folder.ts';
import { csvRows } from '../../../tools/base/csv-rows.ts';
import { decodeText } from './decode.ts';
import { noSubject, type Gathering } from './gather.ts';
import type { NoteHead } from './heads.ts';
import { readTime, type ReadTime } from './times.ts';

/** Names a column may carry, without regard to case, blanks, dashes and underscores; the first that is there is taken. */
export const columnNames = {
  note: ['note_id', 'row_id', 'document_id', 'doc_id', 'id'],
  patient: ['subject_id', 'patient_id', 'person_id', 'patient', 'subject', 'pat_id', 'mrn', 'uniquepid', 'patientunitstayid'],
  time: ['charttime', 'note_datetime', 'note_time', 'datetime', 'timestamp', 'time', 'created_at', 'written_at', 'at'],
  date: ['chartdate', 'note_date', 'date'],
  offset: ['noteoffset', 'offset'],
  signed: ['storetime', 'signed_at', 'signed_time', 'filed_at', 'signed'],
  encounter: ['hadm_id', 'encounter_id', 'visit_occurrence_id', 'visit_id', 'encounter', 'visit', 'csn', 'stay_id'],
  author: ['author_id', 'author', 'provider_id', 'cgid', 'clinician', 'writer', 'signed_by'],
  department: ['department', 'dept', 'unit', 'ward', 'service', 'care_site_id'],
  facility: ['facility', 'hospital', 'site', 'organization', 'facility_id'],
  type: ['note_type', 'category', 'note_class', 'doc_type', 'type', 'note_title', 'title', 'note_type_concept_id', 'description'],
  text: ['note_text', 'text', 'note', 'body', 'content'],
  error: ['iserror', 'entered_in_error'],
} as const;
export type Column = keyof typeof columnNames;

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const delimiters = [0x2c, 0x3b, 0x09, 0x7c];

export interface CsvReading {
  /** `patient=mrn` chosen by a person; before the known names. */
  columns: Partial<Record<Column, string>>;
  onProgress?: ((bytes: number, file: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Reads a CSV file of notes, gzipped or not, with any of `,` `;` tab `|`. @throws Problem where patient or text has no column. */
export async function readCsv(path: string, into: Gathering, reading: CsvReading): Promise<void> {
  const name = basename(path);
  const { size } = await stat(path);
  const file = into.tally.files.push({ name, bytes: size, lines: 0, badLineCount: 0, trouble: null }) - 1;
  const about = into.tally.files[file]!;
  const gzip = await isGzip(path);
  const source = createReadStream(path, { highWaterMark: 1 << 20 });
  let read = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    source.on('data', (chunk) => void (read += chunk.length));
    let first = true;
    try {
      for await (const chunk of (gzip ? source.pipe(createGunzip({ chunkSize: 1 << 18 })) : source) as AsyncIterable<Buffer>) {
        if (reading.signal?.aborted) throw stopped();
        // A byte order mark is no part of the first column's name.
        yield first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
        first = false;
        reading.onProgress?.(read, name);
      }
    } catch (error) {
      if (!String((error as NodeJS.ErrnoException).code ?? '').startsWith('Z_')) throw error;
      about.trouble = 'The gzip file is truncated or damaged; the part that could be unpacked was read.';
    }
  }
  const delimiter = await findDelimiter(path, gzip);
  const bad = (line: number, reason: string) => {
    about.badLineCount++;
    into.bad(name, line, reason);
  };
  let columns: Partial<Record<Column, number>> | null = null;
  let width = 0;
  for await (const { line, fields } of csvRows(bytes(), delimiter, (row) => bad(row.line, row.reason))) {
    about.lines = line;
    if (columns === null) {
      columns = mapColumns(fields.map((field) => field.toString('utf8')), reading.columns, name);
      width = fields.length;
      continue;
    }
    if (fields.length !== width) {
      bad(line, `The row has ${fields.length} fields, the heading ${width}.`);
      continue;
    }
    takeRow(fields, columns, line);
  }
  if (columns === null) throw new Problem('bad-input', `${name} is empty.`, 'Give a CSV file whose first line names its columns.', [{ file: name, says: 'no heading' }]);

  function takeRow(fields: Buffer[], at: Partial<Record<Column, number>>, line: number): void {
    const value = (column: Column): string | null => {
      const place = at[column];
      const text = place === undefined ? '' : fields[place]!.toString('utf8').trim();
      return text === '' || text === 'NULL' || text === '\\N' ? null : text;
    };
    into.tally.resources['row'] = (into.tally.resources['row'] ?? 0) + 1;
    if (/^(1|true|yes|y)$/i.test(value('error') ?? '')) {
      into.tally.resources['row entered in error'] = (into.tally.resources['row entered in error'] ?? 0) + 1;
      return;
    }
    const exact = readTime(value('time'));
    const minutes = at.time === undefined && at.date === undefined ? value('offset') : null;
    const time = minutes !== null ? afterAdmission(minutes) : exact.at !== null ? exact : { ...readTime(value('date')), bad: exact.bad };
    const { bytes: text, ...found } = decodeText(fields[at.text!]!, null);
    const head: NoteHead = {
      is: 'note', id: value('note') ?? `line-${line}`, resource: 'row', at: time.at, badTime: time.bad, signed: readTime(value('signed')).at,
      encounter: value('encounter'), author: value('author'), facility: value('facility'), department: value('department'), type: value('type'), codes: [], replaces: [], ...found, file, line,
    };
    into.note(value('patient') ?? noSubject, head, { text: { bytes: text, ...found }, binary: null }, () => null);
  }
}

/** Data without dates count minutes from an admission nobody dates: the order and the hours between notes are right, the day is not. */
function afterAdmission(minutes: string): ReadTime {
  const after = Number(minutes);
  return Number.isFinite(after) && Math.abs(after) < 1e8 ? { at: new Date(Date.UTC(2000, 0, 1) + after * 60_000).toISOString(), bad: false } : { at: null, bad: true };
}

async function findDelimiter(path: string, gzip: boolean): Promise<number> {
  const source = createReadStream(path, { end: gzip ? 65_535 : 16_383 });
  let head = '';
  try {
    for await (const chunk of (gzip ? source.pipe(createGunzip()) : source) as AsyncIterable<Buffer>) {
      head += chunk.toString('latin1');
      if (head.includes('\n')) break;
    }
  } catch {
    // The beginning of a gzip file ends early by nature.
  }
  const heading = head.split('\n')[0]!;
  const counts = delimiters.map((delimiter) => heading.split(String.fromCharCode(delimiter)).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}

function mapColumns(heading: string[], chosen: Partial<Record<Column, string>>, file: string): Partial<Record<Column, number>> {
  const there = heading.map(plain);
  const columns: Partial<Record<Column, number>> = {};
  for (const [column, wanted] of Object.entries(chosen) as [Column, string][]) {
    const at = there.indexOf(plain(wanted));
    if (at === -1) throw new Problem('bad-input', `${file} has no column ${wanted}.`, 'Name one of its columns.', [{ file, line: 1, says: `columns: ${heading.join(', ').slice(0, 300)}` }]);
    columns[column] = at;
  }
  const taken = new Set(Object.values(columns));
  for (const [column, names] of Object.entries(columnNames) as [Column, readonly string[]][]) {
    if (columns[column] !== undefined) continue;
    const at = names.map((name) => there.indexOf(plain(name))).find((place) => place !== -1 && !taken.has(place));
    if (at === undefined) continue;
    columns[column] = at;
    taken.add(at);
  }
  for (const [column, what] of [['text', 'the text'], ['patient', 'the patient']] as const)
    if (columns[column] === undefined)
      throw new Problem('bad-input', `No column of ${file} is ${what} of a note.`, `Name it with --columns ${column}=COLUMN, or call it ${columnNames[column].slice(0, 3).join(', ')}.`, [{ file, line: 1, says: `columns: ${heading.join(', ').slice(0, 300)}` }]);
  return columns;
}
