// How do resources reach the disk as bulk-export files without filling the memory?
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PassThrough, type Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Resource } from './fhir.ts';

/** One file of the export, as its manifest names it. */
export interface WrittenFile {
  type: string;
  name: string;
  count: number;
  /** Bytes before compression. */
  bytes: number;
  /** SHA-256 of the lines before compression. */
  sha256: string;
}

interface OpenFile {
  file: WrittenFile;
  hash: Hash;
  lines: string[];
  pending: number;
  stream: Writable;
  done: Promise<void>;
}

const linesPerFile = 100_000;
const chunk = 256_000;

/** Writes `Type.000.ndjson.gz`, `Type.001.ndjson.gz` … and a FHIR Bulk Data manifest into `folder`. */
export async function openExport(folder: string, gzip: boolean) {
  await mkdir(folder, { recursive: true });
  const open = new Map<string, OpenFile>();
  const numbers = new Map<string, number>();
  const finished: OpenFile[] = [];

  function start(type: string): OpenFile {
    const number = numbers.get(type) ?? 0;
    numbers.set(type, number + 1);
    const name = `${type}.${String(number).padStart(3, '0')}.ndjson${gzip ? '.gz' : ''}`;
    // Level 3 halves the time of the default and costs a tenth more bytes.
    const stream: Writable = gzip ? createGzip({ level: 3 }) : new PassThrough();
    const done = pipeline(stream as PassThrough, createWriteStream(join(folder, name)));
    done.catch(() => {});
    const opened: OpenFile = { file: { type, name, count: 0, bytes: 0, sha256: '' }, hash: createHash('sha256'), lines: [], pending: 0, stream, done };
    open.set(type, opened);
    return opened;
  }

  async function flush(opened: OpenFile) {
    if (opened.lines.length === 0) return;
    const bytes = Buffer.from(`${opened.lines.join('\n')}\n`);
    opened.lines = [];
    opened.pending = 0;
    opened.file.bytes += bytes.length;
    opened.hash.update(bytes);
    if (!opened.stream.write(bytes)) await Promise.race([once(opened.stream, 'drain'), opened.done]);
  }

  async function finish(opened: OpenFile) {
    await flush(opened);
    opened.stream.end();
    await opened.done;
    opened.file.sha256 = opened.hash.digest('hex');
    finished.push(opened);
    open.delete(opened.file.type);
  }

  return {
    /** Takes a resource. A promise comes back when the caller should wait for the disk. */
    write(resource: Resource): Promise<void> | undefined {
      const opened = open.get(resource.resourceType) ?? start(resource.resourceType);
      const line = JSON.stringify(resource);
      opened.lines.push(line);
      opened.pending += line.length;
      opened.file.count++;
      if (opened.file.count === linesPerFile) return finish(opened);
      return opened.pending > chunk ? flush(opened) : undefined;
    },
    async close(transactionTime: string): Promise<WrittenFile[]> {
      for (const opened of open.values()) await finish(opened);
      const files = finished.map(({ file }) => file).sort((a, b) => (a.name < b.name ? -1 : 1));
      const manifest = {
        transactionTime,
        request: 'urn:attending:simulator/$export',
        requiresAccessToken: false,
        output: files.map(({ type, name, count }) => ({ type, url: name, count })),
        error: [],
      };
      await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
      return files;
    },
    /** After a failure: lets go of the files; what is half written stays for the caller to remove. */
    abandon() {
      for (const { stream } of open.values()) stream.destroy();
    },
  };
}
