// Which records stand in a CSV file, on which line does each begin, and which cannot be read?
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { stopped } from '../../duckdb.ts';
import { longestLine } from '../../model.ts';

/** A record as it stands in the file, without its line end. */
export interface RawRecord {
  /** 1-based line on which it begins. */
  line: number;
  bytes: Buffer;
  /** Why it is none. */
  bad?: string;
}

export interface ReadHow {
  gzip: boolean;
  delimiter: string;
  quoted: boolean;
}

/** What the reader found out beside the records. */
export interface Seen {
  /** Lines begun so far: at the end, those of the whole file. */
  lines: number;
  blank: number;
  trouble?: string;
}

const [newline, carriage, mark] = [0x0a, 0x0d, 0x22];

/**
 * Records in order, blank lines left out. A quotation mark that opens a field and is never closed makes its own line bad and
 * nothing else: the reading goes on with the next line. A damaged gzip ends the reading after its readable part, and `seen.trouble` says so.
 */
export async function* readRecords(path: string, how: ReadHow, seen: Seen, signal?: AbortSignal): AsyncGenerator<RawRecord> {
  const delimiter = how.delimiter.charCodeAt(0);
  let rest: Buffer = Buffer.alloc(0);
  let over = false;
  const chunks = bytesOf(path, how.gzip, seen)[Symbol.asyncIterator]();
  while (!over || rest.length > 0) {
    if (signal?.aborted) throw stopped();
    let at = 0;
    for (;;) {
      const found = endOfRecord(rest, at, delimiter, how.quoted, over);
      if (found === null) break;
      const { end, next, lines, open } = found;
      if (open) {
        const stop = rest.indexOf(newline, at);
        yield { line: ++seen.lines, bytes: rest.subarray(at, stop === -1 ? rest.length : stop), bad: 'A quotation mark is opened and never closed.' };
        at = stop === -1 ? rest.length : stop + 1;
        continue;
      }
      const line = seen.lines + 1;
      seen.lines += lines;
      if (end === at) seen.blank++;
      else yield { line, bytes: rest.subarray(at, end), ...(end - at > longestLine && { bad: `The record is longer than ${longestLine / 1024 / 1024} MB.` }) };
      at = next;
    }
    rest = rest.subarray(at);
    if (over) break;
    const { value, done } = await chunks.next();
    if (done) over = true;
    else rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
  }
}

/** Where the record that begins at `at` ends; null when more bytes are needed. `open`: its quotation never ends. */
function endOfRecord(bytes: Buffer, at: number, delimiter: number, quoted: boolean, over: boolean): { end: number; next: number; lines: number; open: boolean } | null {
  let i = at;
  let lines = 1;
  if (at >= bytes.length) return null;
  for (;;) {
    if (quoted && bytes[i] === mark) {
      i++;
      for (;;) {
        const close = bytes.indexOf(mark, i);
        if (close === -1 || (close === bytes.length - 1 && !over)) {
          if (over || bytes.length - at > longestLine) return { end: 0, next: 0, lines: 0, open: true };
          return null;
        }
        for (let n = bytes.indexOf(newline, i); n !== -1 && n < close; n = bytes.indexOf(newline, n + 1)) lines++;
        i = close + 1;
        if (bytes[i] === mark) {
          i++;
          continue;
        }
        if (i >= bytes.length || bytes[i] === delimiter || bytes[i] === newline || (bytes[i] === carriage && (i + 1 >= bytes.length || bytes[i + 1] === newline))) break;
        // a mark inside a quoted field that nobody doubled: it is a letter
      }
    }
    const comma = bytes.indexOf(delimiter, i);
    const stop = bytes.indexOf(newline, i);
    if (comma !== -1 && (stop === -1 || comma < stop)) {
      i = comma + 1;
      if (i >= bytes.length && !over) return null;
      continue;
    }
    if (stop === -1) return over ? { end: bytes[bytes.length - 1] === carriage ? bytes.length - 1 : bytes.length, next: bytes.length, lines, open: false } : null;
    return { end: stop > at && bytes[stop - 1] === carriage ? stop - 1 : stop, next: stop + 1, lines, open: false };
  }
}

/** The unpacked bytes of a file; a damaged gzip ends early and is told in `seen`. */
async function* bytesOf(path: string, gzip: boolean, seen: Pick<Seen, 'trouble'>): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  if (!gzip) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  file.on('error', (error) => gunzip.destroy(error));
  file.pipe(gunzip);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'Z_BUF_ERROR') seen.trouble = 'The gzip file is truncated; the part that could be unpacked was read.';
    else if (code.startsWith('Z_')) seen.trouble = 'The gzip file is damaged; the part before the damage was read.';
    else throw error;
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}

/** Lines of a file as `wc -l` counts them, one more where the last has no line end. */
export async function countLines(path: string, gzip: boolean, signal?: AbortSignal): Promise<{ lines: number; trouble?: string }> {
  const seen: { trouble?: string } = {};
  let lines = 0;
  let last = newline;
  for await (const chunk of bytesOf(path, gzip, seen)) {
    if (signal?.aborted) throw stopped();
    for (let i = 0; i < chunk.length; i++) if (chunk[i] === newline) lines++;
    last = chunk[chunk.length - 1] ?? last;
  }
  return { lines: last === newline ? lines : lines + 1, ...seen };
}
