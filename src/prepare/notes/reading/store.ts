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
  /** Number of the part it lies in: stores of one size deal the same key to the same part. */
  part: number;
  key: string;
  records: Kept<Head>[];
}

export interface Store<Head> {
  put(key: string, head: Head, body?: Buffer): void;
  /** Every pile, part by part and by key in a part. Can be walked again and again, always in the same order. */
  piles(): Generator<Pile<Head>>;
  /** Bytes that lie on disk. */
  spilled(): number;
  close(): Promise<void>;
}

/** Bytes that stay in memory, over all parts; what is smaller never touches the disk. */
const waiting = 64 * 1024 * 1024;
/** What one part should hold: it is read whole. */
const partSize = 32 * 1024 * 1024;
const nothing = Buffer.alloc(0);

interface Part {
  /** Filled from the front. */
  slab: Buffer | null;
  used: number;
  /** Full slabs, while everything still fits into memory. */
  full: Buffer[];
  file: number | null;
  written: number;
}

/**
 * Records are dealt to parts by a hash of their key (a grace hash partition, as databases join what does not fit into memory);
 * a part is read whole, grouped and given out. Memory: what waits, plus the largest part, so a patient with very many records
 * is held, the export is not.
 * @param expected about how many bytes will come; decides the number of parts.
 * @param pack makes of a head the text that is written; `unpack` undoes it.
 */
export function openStore<Head>(folder: string, expected: number, pack: (head: Head) => string, unpack: (packed: string) => Head): Store<Head> {
  const count = Math.min(512, Math.max(1, Math.ceil(expected / partSize)));
  const slabSize = Math.min(4 * 1024 * 1024, Math.max(64 * 1024, Math.floor(waiting / 4 / count)));
  const parts: Part[] = Array.from({ length: count }, () => ({ slab: null, used: 0, full: [], file: null, written: 0 }));
  let held = 0;
  let onDisk = false;
  const path = (at: number) => join(folder, `part-${at}`);

  function write(at: number, bytes: Buffer): void {
    const part = parts[at]!;
    try {
      part.file ??= openSync(path(at), 'w', 0o600);
      for (let from = 0; from < bytes.length; ) from += writeSync(part.file, bytes, from);
    } catch (error) {
      throw asProblem(error);
    }
    part.written += bytes.length;
  }

  /** The slab is full: it waits in memory or goes to the disk, where everything goes once memory was not enough. */
  function turn(at: number, room: number): void {
    const part = parts[at]!;
    const filled = part.slab?.subarray(0, part.used) ?? nothing;
    part.used = 0;
    if (onDisk) {
      write(at, filled);
      if (part.slab === null || part.slab.length < room) part.slab = Buffer.allocUnsafeSlow(Math.max(slabSize, room));
      return;
    }
    if (filled.length > 0) part.full.push(filled);
    part.slab = Buffer.allocUnsafeSlow(Math.max(slabSize, room));
    held += part.slab.length;
    if (held <= waiting) return;
    onDisk = true;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw asProblem(error);
    }
    for (const [one, { full }] of parts.entries()) {
      for (const slab of full) write(one, slab);
      parts[one]!.full = [];
    }
  }

  return {
    put(key, head, body = nothing) {
      const words = pack(head);
      const at = count === 1 ? 0 : hashOf(key) % count;
      const part = parts[at]!;
      const most = 12 + key.length * 3 + words.length * 3 + body.length;
      if (part.slab === null || part.used + most > part.slab.length) turn(at, most);
      const slab = part.slab!;
      const { used } = part;
      const keyLength = slab.write(key, used + 12, 'utf8');
      const length = slab.write(words, used + 12 + keyLength, 'utf8');
      slab.writeUInt32LE(keyLength, used);
      slab.writeUInt32LE(length, used + 4);
      slab.writeUInt32LE(body.length, used + 8);
      body.copy(slab, used + 12 + keyLength + length);
      part.used += 12 + keyLength + length + body.length;
    },
    *piles() {
      for (const [at, part] of parts.entries()) {
        const pieces = [...(part.file === null ? [] : [readFileSync(path(at))]), ...part.full, part.slab?.subarray(0, part.used) ?? nothing].filter(({ length }) => length > 0);
        yield* pilesOf(at, pieces, unpack);
      }
    },
    spilled: () => parts.reduce((sum, { written }) => sum + written, 0),
    async close() {
      for (const part of parts) {
        if (part.file !== null) closeSync(part.file);
        Object.assign(part, { file: null, full: [], slab: null, used: 0 });
      }
      if (onDisk) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** First only the keys are read; a head is made when its pile is given out, so that a part never stands in memory as objects. */
function* pilesOf<Head>(part: number, pieces: readonly Buffer[], unpack: (packed: string) => Head): Generator<Pile<Head>> {
  const piles = new Map<string, Beginning[]>();
  for (const bytes of pieces) {
    for (let at = 0; at < bytes.length; ) {
      const keyEnd = at + 12 + bytes.readUInt32LE(at);
      const key = bytes.toString('utf8', at + 12, keyEnd);
      const pile = piles.get(key);
      if (pile) pile.push({ bytes, at });
      else piles.set(key, [{ bytes, at }]);
      at = keyEnd + bytes.readUInt32LE(at + 4) + bytes.readUInt32LE(at + 8);
    }
  }
  for (const key of [...piles.keys()].sort()) {
    const records = piles.get(key)!.map(({ bytes, at }): Kept<Head> => {
      const words = at + 12 + bytes.readUInt32LE(at);
      const text = words + bytes.readUInt32LE(at + 4);
      return { head: unpack(bytes.toString('utf8', words, text)), body: bytes.subarray(text, text + bytes.readUInt32LE(at + 8)) };
    });
    yield { part, key, records };
  }
}

/** Where a record begins. */
interface Beginning {
  bytes: Buffer;
  at: number;
}

/** FNV-1a, 32 bit (Fowler, Noll, Vo). */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
