// Which rows does a CSV file have, read as a stream?
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

export interface Row {
  /** 1-based line of the file on which the row begins. */
  line: number;
  /** How many lines of the file it takes. */
  lines: number;
  /** Null: longer than a row may be, which an unclosed quote looks like. */
  cells: string[] | null;
}

const longest = 1_000_000;

/** Rows of RFC 4180 text in UTF-8, gzipped or not; the separator is the one most frequent in the first line. Blank lines are rows without cells. */
export async function* rowsOf(body: ReadableStream<Uint8Array> | Readable, gzip: boolean): AsyncGenerator<Row> {
  const raw = body instanceof Readable ? body : Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  const source: Readable = gzip ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => source.destroy(error));
  const decoder = new TextDecoder('utf-8');
  let separator = '';
  let rest = '';
  let line = 1;
  // How far `rest` was looked at, and whether that is inside quotes.
  let at = 0;
  let quoted = false;
  const cut = (end: number): Row => {
    const text = rest.slice(0, end).replace(/\r$/, '');
    rest = rest.slice(end + 1);
    at = 0;
    quoted = false;
    separator ||= [',', ';', '\t'].reduce((best, one) => (text.split(one).length > text.split(best).length ? one : best));
    const lines = text.split('\n').length;
    const row: Row = { line, lines, cells: text.length > longest ? null : text.trim() === '' ? [] : cellsOf(text, separator) };
    line += lines;
    return row;
  };
  const find = (): number => {
    for (; at < rest.length; at++) {
      const code = rest.charCodeAt(at);
      if (code === 34) quoted = !quoted;
      else if (code === 10 && (!quoted || at > longest)) return at;
    }
    return -1;
  };
  for await (const chunk of source as AsyncIterable<Buffer>) {
    rest += decoder.decode(chunk, { stream: true });
    const parts: Row[] = [];
    for (let end = find(); end >= 0; end = find()) parts.push(cut(end));
    yield* parts;
  }
  rest += decoder.decode();
  for (let end = find(); end >= 0; end = find()) yield cut(end);
  if (rest !== '') yield cut(rest.length);
}

function cellsOf(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '"') {
      if (quoted && text[i + 1] === '"') cell += text[++i];
      else quoted = !quoted;
    } else if (char === separator && !quoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += char;
  }
  cells.push(cell.trim());
  return cells;
}
