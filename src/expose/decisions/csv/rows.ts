// Which rows does a CSV file have that comes as a stream, gzipped or not?
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { csvRows } from '../../../tools/base/csv-rows.ts';
import { separatorOf } from '../../../tools/base/csv.ts';

export interface Row {
  /** 1-based line of the file on which the row begins. */
  line: number;
  /** Null: a quote on this line is never closed, or the row is too long. */
  cells: string[] | null;
}

/** A header is shorter. */
const longestHeader = 1_000_000;

/** Rows of RFC 4180 text in UTF-8, blank lines left out; the separator is the one most frequent in the first line. */
export async function* rowsOf(body: ReadableStream<Uint8Array> | Readable, gzip: boolean): AsyncGenerator<Row> {
  const raw = body instanceof Readable ? body : Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  const source: Readable = gzip ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => source.destroy(error));
  const chunks = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (!head.includes(10) && head.length < longestHeader) {
    const { value, done } = await chunks.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const whole = async function* () {
    yield head;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  const bad: Row[] = [];
  for await (const { line, fields } of csvRows(whole(), separatorOf(head.toString('utf8')).charCodeAt(0), (row) => void bad.push({ line: row.line, cells: null }))) {
    yield* bad.splice(0);
    const cells = fields.map((field) => field.toString('utf8').trim());
    if (cells.length > 1 || cells[0] !== '') yield { line, cells };
  }
  yield* bad;
}
