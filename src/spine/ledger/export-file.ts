// How is a ledger written down in a file that outlives the product, and read again?
import { z } from 'zod';
import { canonical } from '../../tools/base/canonical.ts';
import { base64Of, bytesOf } from './base64.ts';
import type { Verification } from './model.ts';
import { verifierKeyFrom, type VerifierKey } from './note.ts';
import type { TreeHash } from './tree.ts';
import { walkLedger, type Expectation, type Walk } from './verify.ts';

/**
 * An export is NDJSON in UTF-8, every line ended by a line feed:
 * 1. a header, canonical JSON: `{"format":"attending-ledger/1","keys":[…],"origin":"…","size":n}`;
 * 2. one line per entry, in order: `{"hash":"<base64 of the leaf hash>","leaf":<the leaf, its exact bytes>}`;
 * 3. among them, each after the entries it covers: `{"checkpoint":"<C2SP signed note>"}`; the last line is one.
 * Anybody can check a line with `sha256sum` over a zero byte and the leaf.
 */
export const format = 'attending-ledger/1';

export const header = z.strictObject({
  format: z.literal(format),
  keys: z.array(z.string()).describe('C2SP verifier keys, the newest last.'),
  origin: z.string(),
  size: z.int().min(0),
});
export type Header = z.infer<typeof header>;

const utf8 = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lineEnd = 0x0a;
/** No line is longer: a leaf has at most 65,535 bytes, a note less. */
const longestLine = 200_000;

export const headerLine = (head: Header): Uint8Array => utf8.encode(`${canonical(head)}\n`);
export const checkpointLine = (note: string): Uint8Array => utf8.encode(`${canonical({ checkpoint: note })}\n`);

const beforeHash = utf8.encode('{"hash":"');
const beforeLeaf = utf8.encode('","leaf":');
const hashAt = beforeHash.length;
const leafAt = hashAt + 44 + beforeLeaf.length;

export function entryLine(leaf: Uint8Array, leafHash: Uint8Array): Uint8Array {
  const line = new Uint8Array(leafAt + leaf.length + 2);
  line.set(beforeHash);
  line.set(utf8.encode(base64Of(leafHash)), hashAt);
  line.set(beforeLeaf, hashAt + 44);
  line.set(leaf, leafAt);
  line[leafAt + leaf.length] = 0x7d;
  line[leafAt + leaf.length + 1] = lineEnd;
  return line;
}

export interface Asked {
  /** Trust only these keys. Without them the keys in the file are taken, which proves less. */
  keys?: readonly VerifierKey[] | undefined;
  /** Checkpoints kept from earlier. */
  kept?: readonly string[] | undefined;
  tree?: TreeHash | undefined;
}

/**
 * Verifies an export as it streams by. Never throws on what the file holds: everything wrong is a fault with its
 * line and, where there is one, its position. Works on bytes, because a repaired character is an altered byte.
 */
export async function verifyExport(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, asked: Asked = {}): Promise<Verification> {
  let walk: Walk | null = null;
  let size: number | null = null;
  let line = 0;
  let ended = true;
  let lastWasCheckpoint = false;
  reading: for await (const lines of linesOf(chunks)) {
    for (const { bytes, complete } of lines) {
      line += 1;
      ended = complete;
      if (walk === null) {
        const head = readHeader(bytes);
        walk = await walkLedger(expectationOf(head, asked));
        size = head?.size ?? null;
        if (head) continue;
        walk.fault('bad-line', `the first line is not the header of an ${format} export`, null, line);
        break reading;
      }
      lastWasCheckpoint = false;
      if (isEntryLine(bytes)) {
        walk.entry(bytes.subarray(leafAt, -1), (hash) => (isBase64At(bytes, hashAt, hash) ? null : base64At(bytes, hashAt)), line);
        continue;
      }
      const note = noteIn(bytes);
      lastWasCheckpoint = note !== null;
      if (note !== null) await walk.checkpoint(note, line);
      else walk.fault('bad-line', 'this line is neither an entry nor a checkpoint', walk.frontier().size, line);
    }
  }
  if (walk === null) {
    walk = await walkLedger(expectationOf(null, asked));
    walk.fault('bad-line', 'the file is empty');
  }
  const found = walk.frontier().size;
  if (size !== null && size !== found) walk.fault('wrong-size', `the header promises ${size} entries, the file holds ${found}`);
  if (!ended) walk.fault('cut-off', 'the file ends in the middle of a line', null, line);
  if (size !== null && !lastWasCheckpoint) walk.fault('cut-off', 'the file does not end with a checkpoint', null, line);
  return walk.end();
}

const expectationOf = (head: ReturnType<typeof readHeader>, { keys, kept, tree }: Asked): Expectation => ({
  origin: head?.origin ?? '',
  trust: keys ? { keys, from: 'given' } : { keys: head?.trusted ?? [], from: 'own' },
  kept: kept ?? [],
  ...(tree && { tree }),
});

interface Line {
  bytes: Uint8Array;
  /** False for a last line that lacks its line feed. */
  complete: boolean;
}

/** The lines of a stream of bytes, as many at a time as a chunk holds: a promise per line would cost more than hashing it. */
async function* linesOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Line[]> {
  let rest = new Uint8Array(0);
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
    }
    const lines: Line[] = [];
    let from = 0;
    for (let to = bytes.indexOf(lineEnd); to >= 0; to = bytes.indexOf(lineEnd, from)) {
      lines.push({ bytes: bytes.subarray(from, to), complete: true });
      from = to + 1;
    }
    yield lines;
    // What is longer than any line can be is already a fault; its beginning is enough to say so.
    rest = bytes.slice(from, Math.min(bytes.length, from + longestLine));
  }
  if (rest.length > 0) yield [{ bytes: rest, complete: false }];
}

function readHeader(bytes: Uint8Array): (Header & { trusted: VerifierKey[] }) | null {
  try {
    const text = strict.decode(bytes);
    const read = header.parse(JSON.parse(text));
    return canonical(read) === text ? { ...read, trusted: read.keys.map(verifierKeyFrom) } : null;
  } catch {
    return null;
  }
}

function noteIn(bytes: Uint8Array): string | null {
  try {
    const text = strict.decode(bytes);
    const note = (JSON.parse(text) as { checkpoint?: unknown }).checkpoint;
    return typeof note === 'string' && canonical({ checkpoint: note }) === text ? note : null;
  } catch {
    return null;
  }
}

function isEntryLine(line: Uint8Array): boolean {
  if (line.length <= leafAt + 1 || line[line.length - 1] !== 0x7d) return false;
  for (let i = 0; i < hashAt; i++) if (line[i] !== beforeHash[i]) return false;
  for (let i = 0; i < beforeLeaf.length; i++) if (line[hashAt + 44 + i] !== beforeLeaf[i]) return false;
  return true;
}

/** The hash that stands there; empty when it is no base64 of 32 bytes. */
const base64At = (line: Uint8Array, at: number): Uint8Array =>
  bytesOf(String.fromCharCode(...line.subarray(at, at + 44))) ?? new Uint8Array(0);

const letters = utf8.encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

/** Do the 44 characters at this place spell this hash, exactly? Without making a string of it: it is asked per entry. */
function isBase64At(line: Uint8Array, at: number, hash: Uint8Array): boolean {
  let out = at;
  for (let i = 0; i < 33; i += 3) {
    const three = (hash[i]! << 16) | ((hash[i + 1] ?? 0) << 8) | (hash[i + 2] ?? 0);
    if (line[out] !== letters[three >> 18] || line[out + 1] !== letters[(three >> 12) & 63]) return false;
    if (line[out + 2] !== letters[(three >> 6) & 63]) return false;
    if (line[out + 3] !== (i === 30 ? 0x3d : letters[three & 63])) return false;
    out += 4;
  }
  return true;
}
