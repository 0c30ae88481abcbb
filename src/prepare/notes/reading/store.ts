// How are the records of a large export brought together by patient without holding them all in memory?
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asProblem } from '../../../tools/fhir/duckdb.ts';

/** A record as it went in: what is known of it, and its text as UTF-8 where it has one. */
export interface Kept<Head> {
  head: Head;
  body: Buffer;
}

/** The records of one key (a patient, a Binary), in the order they came. */
export interface Pile<Head> {
  key: string;
  records: Kept<Head>[];
}

export interface Store<Head> {
  put(key: string, head: Head, body?: Buffer): void;
  /** Every pile, in an order that depends on the keys alone. Can be walked again and again. */
  piles(): Generator<Pile<Head>>;
  /** Bytes that lie on disk. */
  spilled(): number;
  close(): Promise<void>;
}

/** Bytes that wait in memory before they are written, over all parts. */
const waiting = 64 * 1024 * 1024;
/** What one part should hold: it is read whole. */
const partSize = 32 * 1024 * 1024;
const nothing = Buffer.alloc(0);

interface Part {
  pieces: Buffer[];
  bytes: number;
  file: number | null;
  written: number;
}

/**
 * Records are dealt to parts by a hash of their key (a grace hash partition, as databases join what does not fit into memory);
 * a part is read whole, grouped and given out. Memory: what waits, plus the largest part, so a patient with very many records
 * is held, the export is not. What is small never touches the disk.
 * @param expected about how many bytes will come; decides the number of parts, not the result.
 */
export function openStore<Head>(folder: string, expected: number): Store<Head> {
  const count = Math.min(512, Math.max(1, Math.ceil(expected / partSize)));
  const parts: Part[] = Array.from({ length: count }, () => ({ pieces: [], bytes: 0, file: null, written: 0 }));
  let held = 0;
  let made = false;
  const path = (at: number) => join(folder, `part-${at}`);
  const spill = () => {
    try {
      if (!made) mkdirSync(folder, { recursive: true, mode: 0o700 });
      made = true;
      for (const [at, part] of parts.entries()) {
        if (part.bytes === 0) continue;
        part.file ??= openSync(path(at), 'w', 0o600);
        const all = Buffer.concat(part.pieces, part.bytes);
        for (let from = 0; from < all.length; ) from += writeSync(part.file, all, from);
        part.written += all.length;
        part.pieces = [];
        part.bytes = 0;
      }
    } catch (error) {
      throw asProblem(error);
    }
    held = 0;
  };
  return {
    put(key, head, body = nothing) {
      const words = Buffer.from(JSON.stringify([key, head]), 'utf8');
      const sizes = Buffer.allocUnsafe(8);
      sizes.writeUInt32LE(words.length, 0);
      sizes.writeUInt32LE(body.length, 4);
      const part = parts[count === 1 ? 0 : hashOf(key) % count]!;
      part.pieces.push(sizes, words);
      // A slice of a large read buffer would keep the whole of it.
      if (body.length > 0) part.pieces.push(body.buffer.byteLength > 2 * body.length + 4096 ? Buffer.from(body) : body);
      const size = 8 + words.length + body.length;
      part.bytes += size;
      held += size;
      if (held > waiting) spill();
    },
    *piles() {
      for (const [at, part] of parts.entries()) {
        if (part.written + part.bytes === 0) continue;
        const before = part.file === null ? [] : [readFileSync(path(at))];
        yield* pilesOf<Head>(Buffer.concat([...before, ...part.pieces]));
      }
    },
    spilled: () => parts.reduce((sum, { written }) => sum + written, 0),
    async close() {
      for (const part of parts) {
        if (part.file !== null) closeSync(part.file);
        part.file = null;
        part.pieces = [];
      }
      if (made) await rm(folder, { recursive: true, force: true });
    },
  };
}

function* pilesOf<Head>(bytes: Buffer): Generator<Pile<Head>> {
  const piles = new Map<string, Kept<Head>[]>();
  for (let at = 0; at < bytes.length; ) {
    const words = bytes.readUInt32LE(at);
    const body = bytes.readUInt32LE(at + 4);
    const text = at + 8 + words;
    const [key, head] = JSON.parse(bytes.utf8Slice(at + 8, text)) as [string, Head];
    const kept = { head, body: bytes.subarray(text, text + body) };
    const pile = piles.get(key);
    if (pile) pile.push(kept);
    else piles.set(key, [kept]);
    at = text + body;
  }
  for (const key of [...piles.keys()].sort()) yield { key, records: piles.get(key)! };
}

/** FNV-1a, 32 bit (Fowler, Noll, Vo). */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
