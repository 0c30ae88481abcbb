// Which files stand in a tar archive, one after the other?
import { damaged, type Entry } from './entry.ts';

const block = 512;
/** A name of GNU or pax is short; what is longer is no name. */
const longestHeader = 1 << 20;

/** Does this block look like the beginning of a tar (POSIX.1-1988 ustar, pax, GNU, or the older form by its checksum alone)? */
export const looksLikeTar = (head: Buffer): boolean => head.length >= block && head.subarray(0, block).some((byte) => byte !== 0) && checksumHolds(head.subarray(0, block));

/**
 * The entries of a tar in order, from its unpacked bytes: ustar with prefix, pax (`path`, `size`, `mtime`), GNU long names and
 * base-256 sizes. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 * @throws Problem for a wrong checksum and for an end in the middle of a file.
 */
export async function* tarEntries(archive: string, from: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
  const source = reader(from);
  let global: Record<string, string> = {};
  let next: Record<string, string> = {};
  for (;;) {
    const head = await source.take(block);
    // Two empty blocks end it; some writers leave them out.
    if (head.length === 0) return;
    if (head.length < block) throw damaged(archive, 'it ends in the middle of a header');
    if (head.every((byte) => byte === 0)) return;
    if (!checksumHolds(head)) throw damaged(archive, 'the checksum of a header is wrong');
    const type = String.fromCharCode(head[156] ?? 0);
    const written = number(head, 124, 12);
    if (written === null || written < 0) throw damaged(archive, 'a header has no size');
    if ('xgLK'.includes(type)) {
      if (written > longestHeader) throw damaged(archive, 'a header is longer than any name');
      const body = await source.take(written);
      if (body.length < written) throw damaged(archive, 'it ends in the middle of a header');
      await source.skip(padding(written));
      if (type === 'g') global = { ...global, ...paxOf(body) };
      else if (type === 'x') next = { ...next, ...paxOf(body) };
      else if (type === 'L') next['path'] ??= text(body);
      continue;
    }
    const told = { ...global, ...next };
    next = {};
    const size = told['size'] === undefined ? written : Number(told['size']);
    if (!Number.isSafeInteger(size) || size < 0) throw damaged(archive, 'a header has no size');
    const prefix = text(head.subarray(257, 262)) === 'ustar' && head[262] === 0 ? text(head.subarray(345, 500)) : '';
    const name = told['path'] ?? (prefix ? `${prefix}/` : '') + text(head.subarray(0, 100));
    const seconds = told['mtime'] === undefined ? number(head, 136, 12) : Number(told['mtime']);
    let read = 0;
    async function* bytes(): AsyncGenerator<Uint8Array> {
      while (read < size) {
        const part = await source.some(size - read);
        if (part.length === 0) throw damaged(archive, `it ends in the middle of ${JSON.stringify(name.slice(0, 200))}`);
        read += part.length;
        yield part;
      }
    }
    const holds = type === '0' || type === '\0' || type === '7';
    // A file of the oldest form whose name ends with / is a folder.
    yield { name, modified: seconds !== null && Number.isFinite(seconds) ? seconds * 1000 : null, kind: type === '5' || (holds && name.endsWith('/')) ? 'folder' : holds ? 'file' : '12'.includes(type) ? 'link' : 'other', bytes };
    for await (const _ of bytes());
    await source.skip(padding(size));
  }
}

const padding = (size: number) => (block - (size % block)) % block;
const text = (bytes: Uint8Array) => {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end === -1 ? bytes.length : end)).toString('utf8');
};

/** Octal digits, or GNU's base-256 where the first bit is set; null where it is neither. */
function number(head: Uint8Array, at: number, length: number): number | null {
  const field = head.subarray(at, at + length);
  if ((field[0]! & 0x80) !== 0) {
    let value = field[0]! & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return Number.isSafeInteger(value) ? value : null;
  }
  const digits = Buffer.from(field).toString('latin1').replace(/[\0 ]/g, '');
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null;
}

function checksumHolds(head: Uint8Array): boolean {
  const told = number(head, 148, 8);
  let sum = 0;
  for (let at = 0; at < block; at++) sum += at >= 148 && at < 156 ? 32 : head[at]!;
  return told === sum;
}

/** Records of the form `length key=value\n`, the length in bytes and of itself too. */
function paxOf(body: Buffer): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(32, at);
    const length = blank === -1 ? 0 : Number(body.toString('latin1', at, blank));
    if (!Number.isInteger(length) || length <= 0) break;
    const record = body.toString('utf8', blank + 1, at + length - 1);
    const equals = record.indexOf('=');
    const key = record.slice(0, equals);
    if (key === 'path' || key === 'size' || key === 'mtime') found[key] = record.slice(equals + 1);
    at += length;
  }
  return found;
}

/** Takes bytes off a stream in the amounts that are asked for; less only at its end. */
function reader(from: AsyncIterable<Uint8Array>) {
  const pieces = from[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const { done, value } = await pieces.next();
    if (done) return false;
    rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return true;
  };
  /** At most so many bytes, whatever is there first. */
  const some = async (most: number): Promise<Buffer> => {
    while (rest.length === 0) if (!(await more())) return rest;
    const part = rest.subarray(0, most);
    rest = rest.subarray(part.length);
    return part;
  };
  const take = async (length: number): Promise<Buffer> => {
    const parts: Buffer[] = [];
    let have = 0;
    while (have < length) {
      const part = await some(length - have);
      if (part.length === 0) break;
      parts.push(Buffer.from(part));
      have += part.length;
    }
    return Buffer.concat(parts);
  };
  const skip = async (length: number): Promise<void> => {
    for (let left = length; left > 0; ) {
      const part = await some(left);
      if (part.length === 0) return;
      left -= part.length;
    }
  };
  return { some, take, skip };
}
