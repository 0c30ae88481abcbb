// Which files of a folder hold FHIR resources, and what are the others?
import { open, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { constants, createGunzip } from 'node:zlib';
import type { IgnoredFile, ManifestNote } from './model.ts';
import { resourceTypes } from './resource-types.ts';
import { filesBelow } from './files-below.ts';

/** A file worth reading line by line. */
export interface Candidate {
  /** Relative to the folder, with `/`. */
  name: string;
  path: string;
  bytes: number;
  modified: number;
  gzip: boolean;
  /** Types met in the first lines: a hint for grouping, never a promise. */
  seen: string[];
  /** Set when it could not even be opened. */
  trouble?: string;
}

export interface Listing {
  candidates: Candidate[];
  ignored: IgnoredFile[];
  manifest?: ManifestNote;
}

const lookAhead = 64 * 1024;
const namedAsNdjson = /\.(ndjson|jsonl|ldjson)(\.gz)?$/i;

/** Lists the folder and its subfolders (hidden ones and `except` left out), by content, not by name. @throws Problem when the folder cannot be read. */
export async function listFolder(folder: string, except?: string): Promise<Listing> {
  const listing: Listing = { candidates: [], ignored: [] };
  for (const path of await filesBelow(folder, except === undefined ? undefined : resolve(except))) {
    const name = relative(folder, path).split(sep).join('/');
    try {
      const { size, mtimeMs } = await stat(path);
      const head = await firstBytes(path);
      sort(listing, { name, path, bytes: size, modified: mtimeMs, gzip: head.gzip, seen: [] }, head.bytes, head.whole);
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      listing.candidates.push({ name, path, bytes: 0, modified: 0, gzip: false, seen: [], trouble: `The file cannot be read (${why}).` });
    }
  }
  return listing;
}

/** The first 64 KB, unpacked where the content is gzip (whatever the name says). */
async function firstBytes(path: string): Promise<{ gzip: boolean; bytes: Buffer; whole: boolean }> {
  const file = await open(path);
  try {
    const raw = Buffer.alloc(lookAhead);
    const { bytesRead } = await file.read(raw, 0, lookAhead, 0);
    const bytes = raw.subarray(0, bytesRead);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
      const unpacked = await unpackBeginning(bytes);
      const whole = bytesRead < lookAhead && unpacked.length < 4 * lookAhead;
      return { gzip: true, bytes: unpacked, whole };
    }
    return { gzip: false, bytes, whole: bytesRead < lookAhead };
  } finally {
    await file.close();
  }
}

function unpackBeginning(compressed: Buffer): Promise<Buffer> {
  return new Promise((done) => {
    const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
    const pieces: Buffer[] = [];
    let length = 0;
    const end = () => done(Buffer.concat(pieces).subarray(0, 4 * lookAhead));
    gunzip.on('data', (piece: Buffer) => {
      pieces.push(piece);
      length += piece.length;
      if (length >= 4 * lookAhead) gunzip.destroy();
    });
    gunzip.on('close', end);
    gunzip.on('error', end);
    gunzip.on('end', end);
    gunzip.end(compressed);
  });
}

function sort(listing: Listing, candidate: Candidate, head: Buffer, whole: boolean): void {
  const ignore = (why: string) => listing.ignored.push({ name: candidate.name, bytes: candidate.bytes, why });
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  const lines = text.split('\n');
  if (!whole && lines.length > 1) lines.pop();
  let foreign: string | undefined;
  for (const line of lines.slice(0, 50)) {
    const value = parseObject(line);
    if (!value) continue;
    if (typeof value['resourceType'] === 'string') candidate.seen.push(value['resourceType']);
    else foreign ??= foreignKind(value);
  }
  candidate.seen = [...new Set(candidate.seen)].filter((type) => resourceTypes.has(type));
  if (candidate.seen.length > 0) {
    listing.candidates.push(candidate);
    return;
  }
  const document = whole ? parseObject(text) : undefined;
  const manifest = document && asManifest(candidate.name, document);
  if (manifest) {
    listing.manifest ??= manifest;
    ignore('bulk-export manifest');
  } else if (foreign === 'log') ignore('bulk-export log');
  else if (document && typeof document['resourceType'] === 'string' && lines.length > 1)
    ignore(`one ${document['resourceType']} written over several lines, not NDJSON`);
  else if (namedAsNdjson.test(candidate.name) || startsLikeResource(text)) listing.candidates.push(candidate);
  else ignore(candidate.bytes === 0 ? 'empty' : 'no FHIR resource in its first lines');
}

function startsLikeResource(text: string): boolean {
  return /^\s*\{[^\n]{0,2000}"resourceType"\s*:/.test(text);
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The log of a bulk export, https://github.com/smart-on-fhir/bulk-data-client/wiki/Bulk-Data-Export-Log-Items. */
function foreignKind(value: Record<string, unknown>): string {
  return 'eventId' in value && ('exportId' in value || 'eventDetail' in value) ? 'log' : 'other';
}

/** The manifest of a bulk export, https://hl7.org/fhir/uv/bulkdata/export.html#response---output-manifest. */
function asManifest(name: string, document: Record<string, unknown>): ManifestNote | undefined {
  if (!Array.isArray(document['output']) || !('transactionTime' in document)) return undefined;
  const promised: Record<string, number> = {};
  for (const entry of document['output'] as { type?: unknown; count?: unknown }[])
    if (typeof entry?.type === 'string' && typeof entry.count === 'number')
      promised[entry.type] = (promised[entry.type] ?? 0) + entry.count;
  return {
    name,
    ...(typeof document['transactionTime'] === 'string' && { transactionTime: document['transactionTime'] }),
    ...(Object.keys(promised).length > 0 && { promised }),
  };
}

/** Does the content begin like gzip (RFC 1952)? */
export async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
