// How are the records of a large export brought together by patient without holding them all in memory?
import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
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
  /** A record that somebody wrote as `put` would: \`hash\` is that of its key. */
  putWritten(hash: number, record: Buffer): void;
  /**
   * Every pile, part by part and by key in a part. Can be walked again and again, always in the same order. What a pile holds is good
   * until the next is asked for.
   */
  piles(): Generator<Pile<Head>>;
  /** Bytes that lie on disk. */
  spilled(): number;
  close(): Promise<void>;
}

/** Bytes that stay in memory, over all parts: only what is more touches the disk (a hybrid hash partition; DeWitt DJ et al. SIGMOD 1984). */
const waiting = 64 * 1024 * 1024;
/** What one part should hold: it is read whole. */
const partSize = 32 * 1024 * 1024;
const nothing = Buffer.alloc(0);

interface Part {
  /** Filled from the front. */
  slab: Buffer | null;
  used: number;
  /** Full slabs of the time when there was room in memory. */
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
  /** Where a part is read to, again and again: fresh memory for each costs more than the reading. */
  let room: Buffer = nothing;
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

  /** The slab is full: it waits in memory or goes to the disk, where everything goes from when memory was not enough. */
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
      slab.writeUInt32LE(keyLength === key.length ? keyLength + ascii : keyLength, used);
      slab.writeUInt32LE(length === words.length ? length + ascii : length, used + 4);
      slab.writeUInt32LE(body.length, used + 8);
      body.copy(slab, used + 12 + keyLength + length);
      part.used += 12 + keyLength + length + body.length;
    },
    putWritten(hash, record) {
      const at = (hash >>> 0) % count;
      const part = parts[at]!;
      if (part.slab === null || part.used + record.length > part.slab.length) turn(at, record.length);
      part.slab!.set(record, part.used);
      part.used += record.length;
    },
    *piles() {
      // Whoever walks beside another gets room of his own.
      let mine = room;
      room = nothing;
      try {
        for (const [at, part] of parts.entries()) {
          const stored = part.file === null ? nothing : (mine = readBack(path(at), part.written, mine)).subarray(0, part.written);
          yield* pilesOf(at, [...part.full, stored, part.slab?.subarray(0, part.used) ?? nothing].filter(({ length }) => length > 0), unpack);
        }
      } finally {
        if (mine.length > room.length) room = mine;
      }
    },
    spilled: () => parts.reduce((sum, { written }) => sum + written, 0),
    async close() {
      for (const part of parts) {
        if (part.file !== null) closeSync(part.file);
        Object.assign(part, { file: null, full: [], slab: null, used: 0 });
      }
      room = nothing;
      if (onDisk) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Reads a part whole, into the room where it is enough. */
function readBack(path: string, bytes: number, room: Buffer): Buffer {
  const into = room.length < bytes ? Buffer.allocUnsafeSlow(bytes + (bytes >> 3)) : room;
  const file = openSync(path, 'r');
  try {
    for (let from = 0; from < bytes; ) {
      const read = readSync(file, into, from, bytes - from, null);
      if (read === 0) throw new Error(`${path} is shorter than what was written to it.`);
      from += read;
    }
  } finally {
    closeSync(file);
  }
  return into;
}

/** Set beside the length of a text that is ASCII, which is read in less time. */
const ascii = 2 ** 31;
/** There are six for each record, and `readInt32LE` is no part of the loop around it. */
const numberAt = (bytes: Buffer, at: number): number => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
const lengthAt = (bytes: Buffer, at: number): number => numberAt(bytes, at) & 0x7fffffff;
const textAt = (bytes: Buffer, length: number, from: number, to: number): string => bytes.toString(bytes[length + 3]! > 127 ? 'latin1' : 'utf8', from, to);

/** First only the keys are read; a head is made when its pile is given out, so that a part never stands in memory as objects. */
function* pilesOf<Head>(part: number, pieces: readonly Buffer[], unpack: (packed: string) => Head): Generator<Pile<Head>> {
  const piles = new Map<string, Beginning[]>();
  for (const bytes of pieces) group(bytes, piles);
  for (const key of [...piles.keys()].sort()) yield { part, key, records: piles.get(key)!.map((one) => recordAt(one, unpack)) };
}

function group(bytes: Buffer, piles: Map<string, Beginning[]>): void {
  let pile: Beginning[] = [];
  let before = -1;
  for (let at = 0; at < bytes.length; ) {
    const keyEnd = at + 12 + lengthAt(bytes, at);
    // Exports often write a patient's documents one after the other.
    if (before < 0 || !isSame(bytes, before, at, keyEnd)) {
      const key = textAt(bytes, at, at + 12, keyEnd);
      pile = piles.get(key) ?? [];
      if (pile.length === 0) piles.set(key, pile);
    }
    pile.push({ bytes, at });
    before = at;
    at = keyEnd + lengthAt(bytes, at + 4) + numberAt(bytes, at + 8);
  }
}

/** Whether two records have one key. */
function isSame(bytes: Buffer, one: number, other: number, otherEnd: number): boolean {
  for (let a = one, b = other; b < otherEnd; a++, b++) {
    // The lengths of what follows the key may differ.
    if (b === other + 4) {
      a += 8;
      b += 8;
      if (b >= otherEnd) break;
    }
    if (bytes[a] !== bytes[b]) return false;
  }
  return true;
}

function recordAt<Head>({ bytes, at }: Beginning, unpack: (packed: string) => Head): Kept<Head> {
  const words = at + 12 + lengthAt(bytes, at);
  const text = words + lengthAt(bytes, at + 4);
  return { head: unpack(textAt(bytes, at + 4, words, text)), body: bytes.subarray(text, text + numberAt(bytes, at + 8)) };
}

/** Where a record begins. */
interface Beginning {
  bytes: Buffer;
  at: number;
}

/** FNV-1a, 32 bit (Fowler, Noll, Vo), as in `line-machine.ts`. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
