// How do the files of an archive get into a folder, and nowhere else?
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Problem } from '../../../base/problem.ts';
import { asProblem, stopped } from '../../duckdb.ts';
import { damaged, leftBehind, safePath, type Entry } from './entry.ts';
import { looksLikeTar, tarEntries } from './tar.ts';
import { zipEntries } from './zip.ts';

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz';

/** Which archive a file is by its content, whatever its name; undefined: none. A packed single file (.ndjson.gz) is none. */
export async function archiveKind(path: string): Promise<ArchiveKind | undefined> {
  const head = await firstBytes(path);
  if (head.length >= 4 && [0x04034b50, 0x06054b50, 0x08074b50].includes(head.readUInt32LE(0))) return 'zip';
  if (looksLikeTar(head)) return 'tar';
  if (head[0] !== 0x1f || head[1] !== 0x8b) return undefined;
  return looksLikeTar(await firstUnpacked(head)) ? 'tar.gz' : undefined;
}

export interface Limits {
  /** Bytes of all files together, unpacked. Default: 200 times the archive and at least 1 GB; clinical JSON packs about tenfold. */
  most?: number;
  /** How many files. Default 50,000. */
  files?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Unpacks what are files into the folder, and says what it left out. Names that lead elsewhere, links and devices are never made.
 * @throws Problem when it is damaged, encrypted, or larger than the limits: then what was unpacked is for the caller to remove.
 */
export async function unpackArchive(path: string, into: string, { most, files: mostFiles = 50_000, signal }: Limits = {}): Promise<{ files: number; bytes: number; notices: string[] }> {
  const archive = basename(path);
  const kind = await archiveKind(path);
  if (!kind) throw damaged(archive, 'it is neither a zip nor a tar');
  const { size } = await stat(path);
  const limit = most ?? Math.max(1_000_000_000, size * 200);
  const left: string[] = [];
  const made = new Set<string>();
  let bytes = 0;
  const leave = (name: string, why: string) => left.push(`${JSON.stringify(name.slice(0, 200))}: ${why}`);
  const limited = async function* (from: AsyncIterable<Uint8Array>) {
    for await (const part of from) {
      bytes += part.length;
      if (bytes > limit) throw new Problem('too-large', `The archive ${archive} unpacks to more than ${Math.round(limit / 1e6).toLocaleString('en-US')} MB.`, 'Unpack it yourself and look at it: what grows so far is mostly no export. Then give the folder.', [{ file: archive, says: `${size.toLocaleString('en-US')} bytes packed` }]);
      if (signal?.aborted) throw stopped();
      yield part;
    }
  };
  try {
    for await (const entry of entriesOf(kind, archive, path)) {
      if (signal?.aborted) throw stopped();
      if (entry.kind === 'folder') continue;
      const safe = safePath(entry.name);
      if ('why' in safe) leave(entry.name, safe.why);
      else if (entry.kind !== 'file') leave(entry.name, entry.kind === 'link' ? 'it is a link' : 'it is no file');
      else if (leftBehind(safe.path)) continue;
      // Two names may be one on this disk; the first is kept.
      else if (made.has(safe.path.toLowerCase())) leave(entry.name, 'its name comes twice');
      else {
        if (made.size >= mostFiles) throw new Problem('too-large', `The archive ${archive} holds more than ${mostFiles.toLocaleString('en-US')} files.`, 'Unpack it yourself and give the folder.', [{ file: archive, says: 'too many files' }]);
        made.add(safe.path.toLowerCase());
        const to = join(into, safe.path);
        await mkdir(dirname(to), { recursive: true, mode: 0o700 });
        await pipeline(limited(entry.bytes()), createWriteStream(to, { flags: 'wx', mode: 0o600 }));
        // The time says whether it is the same export as before; see cache.ts.
        if (entry.modified !== null) await utimes(to, entry.modified / 1000, entry.modified / 1000).catch(() => {});
      }
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_')) throw damaged(archive, code === 'Z_BUF_ERROR' ? 'it is cut off' : 'its packing is damaged');
    // A file where another entry needs a folder, or the reverse.
    if (['EEXIST', 'ENOTDIR', 'EISDIR'].includes(code)) throw damaged(archive, 'a name in it is both a file and a folder');
    throw asProblem(error);
  }
  if (made.size === 0) throw damaged(archive, left.length > 0 ? `none of what it holds may be unpacked (${left[0]})` : 'it holds no file');
  return { files: made.size, bytes, notices: [...left.slice(0, 10).map((one) => `Of the archive ${archive} was left out ${one}.`), ...(left.length > 10 ? [`Of the archive ${archive} ${left.length - 10} more were left out.`] : [])] };
}

function entriesOf(kind: ArchiveKind, archive: string, path: string): AsyncIterable<Entry> {
  if (kind === 'zip') return zipEntries(archive, path);
  const raw = createReadStream(path, { highWaterMark: 1 << 20 });
  if (kind === 'tar') return tarEntries(archive, raw);
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  raw.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => raw.destroy());
  return tarEntries(archive, raw.pipe(gunzip));
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16_384), 0, 16_384, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The first 512 bytes a gzip holds, from its beginning alone. */
function firstUnpacked(packed: Buffer): Promise<Buffer> {
  return new Promise((done) => {
    const gunzip = createGunzip();
    const pieces: Buffer[] = [];
    const end = () => done(Buffer.concat(pieces));
    gunzip.on('data', (piece: Buffer) => {
      pieces.push(piece);
      gunzip.destroy();
    });
    gunzip.on('close', end);
    gunzip.on('error', end);
    gunzip.end(packed);
  });
}
