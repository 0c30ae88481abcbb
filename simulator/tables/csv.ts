// How is a list of records written as a CSV file?
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createGzip } from 'node:zlib';

export type Cell = string | number | null | undefined;

export interface CsvHow {
  delimiter?: ',' | '\t' | ';';
  gzip?: boolean;
}

/** Writes records by RFC 4180; what is null or undefined is an empty field. */
export async function writeCsv(path: string, columns: readonly string[], rows: Iterable<Record<string, Cell>>, { delimiter = ',', gzip = false }: CsvHow = {}): Promise<number> {
  const file = createWriteStream(path);
  const out = gzip ? createGzip({ level: 3 }) : file;
  if (gzip) out.pipe(file);
  const cell = (value: Cell): string => {
    const text = value === null || value === undefined ? '' : String(value);
    return text.includes(delimiter) || text.includes('"') || text.includes('\n') || text.includes('\r') ? `"${text.replaceAll('"', '""')}"` : text;
  };
  let count = 0;
  let pending = `${columns.join(delimiter)}\n`;
  for (const row of rows) {
    pending += `${columns.map((column) => cell(row[column])).join(delimiter)}\n`;
    count++;
    if (pending.length < 1 << 20) continue;
    if (!out.write(pending)) await once(out, 'drain');
    pending = '';
  }
  out.end(pending);
  await once(file, 'finish');
  return count;
}
