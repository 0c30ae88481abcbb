// Which files stand in a zip archive, by its central directory?
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { damaged, type Entry } from './entry.ts';

const marks = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, central: 0x02014b50, local: 0x04034b50 };
/** The end record and the longest comment there can be. */
const longestEnd = 22 + 0xffff;
/** A directory is small beside what it lists; this is a million names. */
const longestDirectory = 256 * 1024 * 1024;

/**
 * The entries of a zip (PKWARE APPNOTE 6.3): stored or deflated, ZIP64 too. Size and CRC-32 of every file are held against
 * what was promised; more bytes than promised are not unpacked.
 * @throws Problem when it has no directory, is encrypted, packed in another way, or a file is not what it says.
 */
export async function* zipEntries(archive: string, path: string): AsyncGenerator<Entry> {
  const directory = await directoryOf(archive, path);
  for (let at = 0; at < directory.bytes.length; ) {
    const head = directory.bytes.subarray(at);
    if (head.length < 46 || head.readUInt32LE(0) !== marks.central) throw damaged(archive, 'its list of files is damaged');
    const [flags, method, crc] = [head.readUInt16LE(8), head.readUInt16LE(10), head.readUInt32LE(16)];
    const [nameLength, extraLength, commentLength] = [head.readUInt16LE(28), head.readUInt16LE(30), head.readUInt16LE(32)];
    const name = head.toString(flags & 0x800 ? 'utf8' : 'latin1', 46, 46 + nameLength);
    const { packed, size, offset } = sizesOf(head, head.subarray(46 + nameLength, 46 + nameLength + extraLength));
    const attributes = head.readUInt32LE(38);
    // Made on Unix: the upper half holds the mode, where 0xa000 is a symbolic link.
    const mode = head[5] === 3 || head[5] === 19 ? (attributes >>> 16) & 0xf000 : 0;
    async function* bytes(): AsyncGenerator<Uint8Array> {
      if (flags & 1) throw damaged(archive, `${JSON.stringify(name.slice(0, 200))} is encrypted`);
      if (method !== 0 && method !== 8) throw damaged(archive, `${JSON.stringify(name.slice(0, 200))} is packed in a way (${method}) that is not read here: only stored and deflated files are`);
      let read = 0;
      let sum = 0;
      for await (const part of unpack(await dataAt(archive, path, offset), path, packed, method)) {
        read += part.length;
        if (read > size) break;
        sum = crc32(part, sum);
        yield part;
      }
      if (read !== size) throw damaged(archive, `${JSON.stringify(name.slice(0, 200))} is ${read > size ? 'longer' : 'shorter'} than it says`);
      if (sum !== crc) throw damaged(archive, `${JSON.stringify(name.slice(0, 200))} is damaged (its CRC-32 is another)`);
    }
    yield { name, modified: dosTime(head.readUInt16LE(14), head.readUInt16LE(12)), kind: name.endsWith('/') ? 'folder' : mode === 0xa000 ? 'link' : mode !== 0 && mode !== 0x8000 ? 'other' : 'file', bytes: () => named(archive, name, bytes()) };
    at += 46 + nameLength + extraLength + commentLength;
  }
}

/** What zlib says of a file is said with the file's name. */
async function* named(archive: string, name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) throw damaged(archive, `${JSON.stringify(name.slice(0, 200))} is damaged or cut off`);
    throw error;
  }
}

function unpack(from: number, path: string, packed: number, method: number): AsyncIterable<Buffer> {
  if (packed === 0) return Readable.from([]);
  const raw = createReadStream(path, { start: from, end: from + packed - 1, highWaterMark: 1 << 18 });
  if (method === 0) return raw;
  const inflate = createInflateRaw({ chunkSize: 1 << 18 });
  raw.on('error', (error) => inflate.destroy(error));
  inflate.on('close', () => raw.destroy());
  return raw.pipe(inflate);
}

/** Where the packed bytes begin: behind the local header, whose extra field may be another than the directory's. */
async function dataAt(archive: string, path: string, offset: number): Promise<number> {
  const head = await bytesAt(path, offset, 30);
  if (head.length < 30 || head.readUInt32LE(0) !== marks.local) throw damaged(archive, 'its list of files points at nothing');
  return offset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
}

/** The central directory. What stands in the way before the archive (a self-extractor) is not allowed for. */
async function directoryOf(archive: string, path: string): Promise<{ bytes: Buffer }> {
  const file = await open(path);
  const { size } = await file.stat();
  await file.close();
  const tail = await bytesAt(path, Math.max(0, size - longestEnd), Math.min(size, longestEnd));
  let at = tail.length - 22;
  while (at >= 0 && !(tail.readUInt32LE(at) === marks.end && at + 22 + tail.readUInt16LE(at + 20) <= tail.length)) at--;
  if (at < 0) throw damaged(archive, 'it has no list of files, so it is cut off or no zip');
  let [length, from] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
  if (tail.readUInt16LE(at + 4) !== 0 && tail.readUInt16LE(at + 4) !== 0xffff) throw damaged(archive, 'it is one part of several');
  if (length === 0xffffffff || from === 0xffffffff || tail.readUInt16LE(at + 10) === 0xffff) {
    const locator = at >= 20 ? tail.subarray(at - 20, at) : Buffer.alloc(0);
    if (locator.length === 20 && locator.readUInt32LE(0) === marks.locator64) {
      const end = await bytesAt(path, Number(locator.readBigUInt64LE(8)), 56);
      if (end.length < 56 || end.readUInt32LE(0) !== marks.end64) throw damaged(archive, 'its list of files is damaged');
      length = Number(end.readBigUInt64LE(40));
      from = Number(end.readBigUInt64LE(48));
    }
  }
  if (length > longestDirectory || from + length > size) throw damaged(archive, 'its list of files is damaged');
  return { bytes: await bytesAt(path, from, length) };
}

/** Sizes of 4 GB and more stand in the ZIP64 extra field, in this order and only where the short field is full. */
function sizesOf(head: Buffer, extra: Buffer): { packed: number; size: number; offset: number } {
  const found = { packed: head.readUInt32LE(20), size: head.readUInt32LE(24), offset: head.readUInt32LE(42) };
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let where = at + 4;
    for (const key of ['size', 'packed', 'offset'] as const)
      if (found[key] === 0xffffffff && where + 8 <= extra.length) {
        found[key] = Number(extra.readBigUInt64LE(where));
        where += 8;
      }
  }
  return found;
}

async function bytesAt(path: string, at: number, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await file.read(bytes, 0, length, at);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** DOS knows neither zone nor odd seconds; it is taken as UTC. */
function dosTime(day: number, time: number): number | null {
  const at = Date.UTC(1980 + (day >> 9), ((day >> 5) & 15) - 1, day & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2);
  return Number.isNaN(at) ? null : at;
}
