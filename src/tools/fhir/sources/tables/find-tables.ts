// Which files of a folder are tables (CSV, TSV, Parquet), how are they written, and which columns do they have?
import { open, stat } from 'node:fs/promises';
import { basename, relative, resolve, sep } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import type { IgnoredFile } from '../../model.ts';
import { splitRecord } from './split-record.ts';
import { filesBelow } from '../../files-below.ts';
import { plainly, writingOf, type Writing } from './writing.ts';

/** One file that holds records. */
export interface TableFile {
  /** Relative to the folder, with `/`. */
  name: string;
  path: string;
  bytes: number;
  modified: number;
  kind: 'csv' | 'parquet';
  /** The file's name in lower case, without folder and endings. */
  stem: string;
  gzip: boolean;
  /** One of `, ; | tab`; a Parquet file has none. */
  delimiter: string;
  /** False where a quotation mark is a letter like any other, as in the tab-separated vocabulary files of OHDSI Athena. */
  quoted: boolean;
  bom: boolean;
  /** The habits of the program that wrote it. */
  writing: Writing;
  /** The header as written; of a Parquet file empty until it is asked. */
  header: string[];
  /** Why it cannot be read at all. */
  trouble?: string;
}

export const delimiters = [',', '\t', ';', '|'] as const;
export const delimiterWord: Record<string, string> = { ',': 'commas', '\t': 'tabs', ';': 'semicolons', '|': 'vertical bars' };

const ending = /\.(csv|tsv|txt|psv|tab|parquet|pq)(\.gz)?$/i;
const look = 256 * 1024;

/** Whether a file's name says that it is a table. */
export const isTableName = (name: string): boolean => ending.test(name);

/** Every table of the folder and its subfolders; hidden files and `except` are left out. @throws Problem when the folder cannot be read. */
export async function findTables(folder: string, except?: string): Promise<{ tables: TableFile[]; ignored: IgnoredFile[] }> {
  const tables: TableFile[] = [];
  const ignored: IgnoredFile[] = [];
  for (const path of await filesBelow(folder, except === undefined ? undefined : resolve(except))) {
    const name = relative(folder, path).split(sep).join('/');
    const { size, mtimeMs } = await stat(path);
    if (!ending.test(name)) ignored.push({ name, bytes: size, why: 'no table' });
    else tables.push(await lookAt({ name, path, bytes: size, modified: mtimeMs }));
  }
  return { tables, ignored };
}

async function lookAt(file: Pick<TableFile, 'name' | 'path' | 'bytes' | 'modified'>): Promise<TableFile> {
  const stem = basename(file.name).replace(ending, '').toLowerCase();
  const blank = { ...file, stem, gzip: false, delimiter: ',', quoted: true, bom: false, writing: plainly, header: [] };
  const raw = await firstBytes(file.path);
  if (raw.subarray(0, 4).toString('latin1') === 'PAR1') return { ...blank, kind: 'parquet' };
  if (/\.(parquet|pq)(\.gz)?$/i.test(file.name)) return { ...blank, kind: 'parquet', trouble: 'The file is called Parquet and does not begin like one.' };
  const gzip = raw[0] === 0x1f && raw[1] === 0x8b;
  const csv = { ...blank, kind: 'csv' as const, gzip };
  let head = raw;
  if (gzip)
    try {
      head = gunzipSync(raw, { finishFlush: constants.Z_SYNC_FLUSH });
    } catch {
      return { ...csv, trouble: 'The gzip file is damaged in its first bytes.' };
    }
  if (head.length === 0) return { ...csv, trouble: 'The file is empty.' };
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff) || head.subarray(0, 200).includes(0)) return { ...csv, trouble: 'The file is UTF-16 or no text; save it as UTF-8.' };
  const bom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  const text = head.subarray(bom ? 3 : 0).toString('utf8');
  const delimiter = delimiterOf(text);
  const header = splitRecord(firstLine(text), delimiter).map((one) => one.trim());
  // Athena writes tabs and no quotation marks; whoever quotes in a tab-separated file quotes the header or a whole field.
  const quoted = delimiter !== '\t' || text.split('\n').some((line) => line.split('\t').some((field) => /^".*"\r?$/.test(field)));
  return { ...csv, bom, delimiter, quoted, header, writing: writingOf(text, delimiter) };
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(look), 0, look, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const firstLine = (text: string): string => text.slice(0, text.search(/\r?\n|$/));

/** The delimiter that cuts the header into most columns, and the lines below into as many. */
function delimiterOf(text: string): string {
  const lines = text.split(/\r?\n/).slice(0, 20).filter((line) => line !== '');
  let best = ',';
  let most = 0;
  for (const delimiter of delimiters) {
    const columns = splitRecord(lines[0] ?? '', delimiter).length;
    const same = lines.slice(1, -1).filter((line) => splitRecord(line, delimiter).length === columns).length;
    const weight = columns <= 1 ? 0 : columns + columns * (lines.length > 2 ? same / (lines.length - 2) : 1);
    if (weight > most) [best, most] = [delimiter, weight];
  }
  return best;
}
