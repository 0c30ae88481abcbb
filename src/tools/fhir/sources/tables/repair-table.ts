// How does a CSV file that DuckDB cannot vouch for become one that it can, with every bad record named?
import { isUtf8 } from 'node:buffer';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { badLineLimit, type ExportFile } from '../../model.ts';
import type { TableFile } from './find-tables.ts';
import { readRecords, type Seen } from './read-records.ts';
import { splitRecord } from './split-record.ts';

export type Repaired = Pick<ExportFile, 'lines' | 'badLines' | 'badLineCount' | 'blankLines'> & { trouble?: string; records: number; longest: number };

const windows1252 = new TextDecoder('windows-1252');

/** Writes the wanted columns of every readable record, quoted, behind the line it began on. */
export async function repairTable(file: TableFile, columns: readonly string[], to: string, signal?: AbortSignal): Promise<Repaired> {
  const seen: Seen = { lines: 0, blank: 0 };
  const out = createWriteStream(to);
  const names = file.header.map((one) => one.toLowerCase());
  const at = columns.map((column) => names.indexOf(column));
  const found: Repaired = { lines: 0, badLines: [], badLineCount: 0, blankLines: 0, records: 0, longest: 0 };
  const bad = (line: number, reason: string) => {
    found.badLineCount++;
    if (found.badLines.length < badLineLimit) found.badLines.push({ line, reason });
  };
  let header = true;
  let foreign = 0;
  let lines: string[] = [`${['_line', ...columns].map(quoted).join(',')}\n`];
  let pending = 0;
  const flush = async () => {
    if (!out.write(lines.join(''))) await once(out, 'drain');
    lines = [];
    pending = 0;
  };
  for await (const record of readRecords(file.path, file, seen, signal)) {
    if (header) {
      header = false;
      continue;
    }
    if (record.bad) {
      bad(record.line, record.bad);
      continue;
    }
    const utf8 = isUtf8(record.bytes);
    if (!utf8) foreign++;
    const fields = splitRecord(utf8 ? record.bytes.toString('utf8') : windows1252.decode(record.bytes), file.delimiter, file.quoted);
    while (fields.length > names.length && fields.at(-1) === '') fields.pop();
    if (fields.length !== names.length) {
      bad(record.line, `The record has ${fields.length} ${fields.length === 1 ? 'column' : 'columns'} where the header has ${names.length}.`);
      continue;
    }
    const line = `${record.line},${at.map((one) => quoted(fields[one] ?? '')).join(',')}\n`;
    found.records++;
    found.longest = Math.max(found.longest, line.length * 3);
    lines.push(line);
    pending += line.length;
    if (pending > 1 << 20) await flush();
  }
  await flush();
  out.end();
  await once(out, 'finish');
  found.lines = seen.lines;
  found.blankLines = seen.blank;
  const trouble = [seen.trouble, foreign > 0 && `${foreign} records are not UTF-8 and were read as Windows-1252.`].filter(Boolean).join(' ');
  return { ...found, ...(trouble && { trouble }) };
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""').replaceAll('\0', '')}"`;
