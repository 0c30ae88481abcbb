// How does a stream become lines, many at a time, and none of them too long for memory?
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { Problem } from '../../tools/base/problem.ts';

export const longestLine = 1_000_000;

/** A line with its number, as bytes from `from` up to, not including, `to`; null where it was too long, and none of it is kept. */
export interface LineOf {
  line: number;
  bytes: Buffer | null;
  from: number;
  to: number;
}

export const textOf = ({ bytes, from, to }: LineOf): string | null => bytes && bytes.toString('utf8', from, to);

/**
 * Lines of a stream, blank ones left out, in the portions the stream itself comes in: to wait for each line by itself
 * takes longer than to read it.
 * @throws Problem where a gzip breaks off or is none.
 */
export async function* linesOf(body: ReadableStream<Uint8Array>, gzip: boolean): AsyncGenerator<LineOf[]> {
  const raw = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  const source: Readable = gzip ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => source.destroy(error));
  const parts: Buffer[] = [];
  let held = 0;
  let tooLong = false;
  let line = 0;
  const hold = (part: Buffer) => {
    held += part.length;
    if (held > longestLine) {
      tooLong = true;
      parts.length = 0;
    } else parts.push(part);
  };
  const take = (into: LineOf[], chunk: Buffer, from: number, to: number): void => {
    line++;
    let one: LineOf = { line, bytes: to - from > longestLine ? null : chunk, from, to };
    if (held > 0) {
      hold(chunk.subarray(from, to));
      const bytes = tooLong ? null : Buffer.concat(parts);
      one = { line, bytes, from: 0, to: bytes?.length ?? 0 };
      parts.length = held = 0;
      tooLong = false;
    }
    if (one.bytes === null || one.bytes[one.from] === 0x7b || textOf(one)!.trim() !== '') into.push(one);
  };
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const found: LineOf[] = [];
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        take(found, chunk, from, at);
        from = at + 1;
      }
      if (from < chunk.length) hold(chunk.subarray(from));
      if (found.length > 0) yield found;
    }
  } catch (error) {
    if (/^Z_|ERR_.*ZLIB|incorrect header|unexpected end/.test(`${(error as NodeJS.ErrnoException).code} ${(error as Error).message}`))
      throw new Problem('bad-input', `The gzip of this batch breaks off or is none, after line ${line}.`, 'What came before it is recorded; send the whole batch again, nothing is recorded twice.', [{ line, says: (error as Error).message }]);
    throw error;
  }
  if (held > 0) {
    const last: LineOf[] = [];
    take(last, Buffer.alloc(0), 0, 0);
    if (last.length > 0) yield last;
  }
}
