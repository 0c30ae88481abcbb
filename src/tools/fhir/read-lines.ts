// Which lines of a file are usable, exactly where are the bad ones, and what was wrong with each?
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { stopped } from './duckdb.ts';
import { longestLine } from './model.ts';
import { resourceTypes } from './resource-types.ts';

/** A line as it stands in the file, without its end. `bytes` is undefined when the line is longer than `longestLine`. */
export interface RawLine {
  line: number;
  bytes: Buffer | undefined;
  length: number;
}

/** What ended the reading early, e.g. a truncated gzip; the lines before it were delivered. */
export interface Ending {
  trouble?: string;
}

const newline = 0x0a;

/**
 * The lines of a plain or gzipped file, in order, in bounded memory whatever the length of a line.
 * A broken gzip ends the stream after its readable part: the last, cut line is delivered too, and `ending.trouble` says so.
 */
export async function* readLines(path: string, gzip: boolean, ending: Ending, signal?: AbortSignal): AsyncGenerator<RawLine> {
  let line = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer) => {
    length += part.length;
    if (length <= longestLine) parts.push(part);
    else parts = [];
  };
  const finish = (): RawLine => {
    const bytes = length > longestLine ? undefined : parts.length === 1 ? parts[0] : Buffer.concat(parts);
    const done = { line: ++line, bytes, length };
    parts = [];
    length = 0;
    return done;
  };
  try {
    for await (const chunk of openBytes(path, gzip)) {
      if (signal?.aborted) throw stopped();
      let from = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
        take(chunk.subarray(from, end));
        from = end + 1;
        yield finish();
      }
      if (from < chunk.length) take(Buffer.from(chunk.subarray(from)));
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'Z_BUF_ERROR') ending.trouble = 'The gzip file is truncated; the part that could be unpacked was read.';
    else if (code.startsWith('Z_')) ending.trouble = 'The gzip file is damaged; the part before the damage was read.';
    else throw error;
  }
  if (length > 0) yield finish();
}

/** The unpacked bytes. Node's gunzip drops what it had unpacked when it meets an error, so pieces are handed over as they come. */
export async function* openBytes(path: string, gzip: boolean): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  if (!gzip) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  const ready: Buffer[] = [];
  let failure: Error | undefined;
  gunzip.on('error', (error) => (failure = error));
  gunzip.on('data', (piece: Buffer) => ready.push(piece));
  try {
    for await (const compressed of file as AsyncIterable<Buffer>) {
      await new Promise<void>((resolve) => {
        gunzip.once('error', () => resolve());
        gunzip.write(compressed, () => resolve());
      });
      gunzip.removeAllListeners('error');
      gunzip.on('error', (error) => (failure = error));
      yield* ready.splice(0);
      if (failure) break;
    }
    if (!failure)
      await new Promise<void>((resolve) => {
        gunzip.once('error', () => resolve());
        gunzip.once('end', () => resolve());
        gunzip.end();
      });
    yield* ready.splice(0);
    if (failure) throw failure;
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}


export type Judged =
  | { kind: 'resource'; type: string; text: Buffer }
  | { kind: 'blank' }
  | { kind: 'bad'; reason: string; path?: string };

/** Is this line a FHIR resource? `first` allows a byte order mark. */
export function judgeLine(raw: RawLine): Judged {
  if (!raw.bytes)
    return { kind: 'bad', reason: `The line is ${megabytes(raw.length)} long; lines over ${megabytes(longestLine)} are not read.` };
  let bytes = raw.bytes;
  if (raw.line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
  if (bytes.at(-1) === 0x0d) bytes = bytes.subarray(0, -1);
  if (bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)) return { kind: 'blank' };
  if (!isUtf8(bytes)) return { kind: 'bad', reason: `The line is not valid UTF-8 (${firstBadByte(bytes)}).` };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    return { kind: 'bad', reason: `The line is not valid JSON: ${withoutContent(error)}` };
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { kind: 'bad', reason: `The line is ${kindOf(value)}, not a JSON object.` };
  const type = 'resourceType' in value ? value.resourceType : undefined;
  if (type === undefined) return { kind: 'bad', reason: 'resourceType is missing.', path: 'resourceType' };
  if (typeof type !== 'string') return { kind: 'bad', reason: `resourceType is ${kindOf(type)}, not a string.`, path: 'resourceType' };
  if (!resourceTypes.has(type))
    return { kind: 'bad', reason: `resourceType ${JSON.stringify(type.slice(0, 60))} is not a FHIR R4 resource.`, path: 'resourceType' };
  return { kind: 'resource', type, text: bytes };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}

/** JSON.parse quotes the text around the error; a patient's data must not travel in an error. */
function withoutContent(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const position = /position (\d+)/.exec(message)?.[1];
  if (/end of JSON/i.test(message)) return 'it ends too early.';
  return position === undefined ? 'unexpected text.' : `unexpected character at position ${Number(position) + 1}.`;
}

function firstBadByte(bytes: Buffer): string {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    // a prefix that only ends inside a character counts as good: look up to three bytes further back
    const good = [0, 1, 2, 3].some((back) => middle + 1 - back >= 0 && isUtf8(bytes.subarray(0, middle + 1 - back)));
    if (good) low = middle + 1;
    else high = middle;
  }
  return `near byte ${Math.max(1, low - 2)}`;
}
