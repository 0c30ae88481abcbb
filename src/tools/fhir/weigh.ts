// What do the bytes of a file say that DuckDB's reader forgives or passes over in silence?
import { open } from 'node:fs/promises';
import { stopped } from './duckdb.ts';
import { openBytes } from './read-lines.ts';

/** What the bytes of one source say. */
export interface Weighed {
  /** Lines, blank ones included; the last one counts without a line end too. */
  lines: number;
  /** Places that make the file doubtful: a blank line, a comma before a closing bracket, NaN or Infinity where a value stands. */
  doubts: number;
}

const back = 64;
const ahead = 16;
const chunk = 1024 * 1024;

/**
 * Weighs a whole file, to prove that the parsing neither dropped nor forgave a line. A comma and a bracket inside a text count
 * as a doubt too: a doubt costs a slow second look and no correctness.
 * @throws what reading or unpacking throws.
 */
export async function weighFile(path: string, gzip: boolean, signal?: AbortSignal): Promise<Weighed> {
  const scale = newScale();
  if (gzip) {
    for await (const piece of openBytes(path, true)) {
      if (signal?.aborted) throw stopped();
      for (let from = 0; from < piece.length; from += chunk) {
        const part = piece.subarray(from, from + chunk);
        scale.room.set(part);
        scale.add(part.length);
      }
    }
    return scale.end();
  }
  const file = await open(path);
  try {
    for (;;) {
      if (signal?.aborted) throw stopped();
      const { bytesRead } = await file.read(scale.room, 0, chunk, null);
      if (bytesRead === 0) return scale.end();
      scale.add(bytesRead);
    }
  } finally {
    await file.close();
  }
}

export interface Scale {
  /** Where the next bytes go, at most a megabyte; look here anew after each `add`. */
  readonly room: Uint8Array;
  /** Weighs the first `length` bytes of `room`. */
  add(length: number): void;
  end(): Weighed;
}

/** Weighs bytes as they come. `by` is how candidates are found; WebAssembly reads some gigabytes in a second. */
export function newScale(by: Finder = finder()): Scale {
  const { bytes } = by;
  let lines = 0;
  let doubts = 0;
  let held = 0;
  let last = newline;
  // Before the first line stands a line end, so that an empty first line looks like any other.
  bytes.fill(newline, 0, back);
  const scan = (until: number) => {
    lines += by.find(back, until, (at) => {
      if (isDoubt(bytes, at)) doubts++;
    });
  };
  return {
    get room() {
      return bytes.subarray(back + held, back + held + chunk);
    },
    add(length) {
      const filled = held + length;
      if (length > 0) last = bytes[back + filled - 1]!;
      // What follows a candidate must be there to look at.
      const until = Math.max(0, Math.floor((filled - ahead) / 16) * 16);
      scan(back + until);
      held = filled - until;
      bytes.copyWithin(0, until, until + back + held);
    },
    end() {
      bytes.fill(0, back + held, back + held + 2 * ahead);
      scan(back + held);
      const unended = last === newline ? 0 : 1;
      // A last line of blanks only: the bytes after it are no line end, so nobody looked.
      if (unended === 1 && isBlankBefore(bytes, back + held)) doubts++;
      return { lines: lines + unended, doubts };
    },
  };
}

const newline = 0x0a;
const isBlank = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0d;

/** Is the candidate at `at` what it looks like? */
function isDoubt(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at]!;
  if (byte === newline) return isBlankBefore(bytes, at);
  if (byte === 0x7d || byte === 0x5d) return beforeBlanks(bytes, at) === 0x2c;
  // Most of them stand in a text ("infusion"), which is seen without making one of them.
  const before = beforeBlanks(bytes, at - 2);
  // `-NaN` and `-Infinity` too; a letter or a quotation mark before makes it part of a text.
  if (before !== undefined && before !== 0x3a && before !== 0x2c && before !== 0x5b && before !== 0x2d) return false;
  const word = String.fromCharCode(...bytes.subarray(at - 2, at + 1)).toLowerCase();
  if (word !== 'nan' && word !== 'inf') return false;
  const after = String.fromCharCode(...bytes.subarray(at + 1, at + 7)).toLowerCase();
  return !/^[a-z]/.test(word === 'inf' && after.startsWith('inity') ? after.slice(5) : after);
}

/** The last byte before `at` that is not blank; undefined when that cannot be seen from here. */
function beforeBlanks(bytes: Uint8Array, at: number): number | undefined {
  for (let one = at - 1; one >= 0; one--) if (!isBlank(bytes[one]!)) return bytes[one];
  return undefined;
}

function isBlankBefore(bytes: Uint8Array, at: number): boolean {
  const before = beforeBlanks(bytes, at);
  return before === undefined || before === newline;
}

/** Finds candidates in `bytes`, which has room for everything a `Scale` holds at a time. */
export interface Finder {
  bytes: Uint8Array;
  /** Counts the line ends from `from` to before `until` and calls `look` with each place that may be a doubt. */
  find(from: number, until: number, look: (at: number) => void): number;
}

const size = back + chunk + 256;

function finder(): Finder {
  return vectors() ?? plainFinder();
}

/** Byte by byte: slow, and what the vectors must equal. */
export function plainFinder(): Finder {
  const bytes = new Uint8Array(size);
  return {
    bytes,
    find(from, until, look) {
      let lines = 0;
      for (let at = from; at < until; at++) {
        const byte = bytes[at]!;
        const before = bytes[at - 1]!;
        const low = byte | 0x20;
        if (byte === newline) lines++;
        if (((byte === newline || low === 0x7d) && before <= 0x20) || (low === 0x7d && before === 0x2c)) look(at);
        else if ((low === 0x6e && (before | 0x20) === 0x61 && (bytes[at - 2]! | 0x20) === 0x6e) || (low === 0x66 && (before | 0x20) === 0x6e && (bytes[at - 2]! | 0x20) === 0x69)) look(at);
      }
      return lines;
    },
  };
}

let compiled: WebAssembly.Module | null | undefined;

/** Sixteen bytes at a time, or undefined where the processor cannot. */
export function vectors(): Finder | undefined {
  if (compiled === undefined) {
    const code = assemble();
    compiled = WebAssembly.validate(code) ? new WebAssembly.Module(code) : null;
  }
  if (compiled === null) return undefined;
  let look: (at: number) => void = () => {};
  const { exports } = new WebAssembly.Instance(compiled, { js: { look: (at: number) => look(at) } });
  const { memory, find } = exports as unknown as { memory: WebAssembly.Memory; find(from: number, until: number): number };
  const bytes = new Uint8Array(memory.buffer, 0, size);
  return {
    bytes,
    find(from, until, wanted) {
      look = wanted;
      return find(from, until);
    },
  };
}

/**
 * `find(from, until)` in WebAssembly (core specification 2.0, binary format and SIMD). Sixteen bytes at `from` are compared with
 * those one and two places before, each case-folded by setting 0x20, under which `]` becomes `}`.
 */
function assemble(): Uint8Array<ArrayBuffer> {
  const leb = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]);
  const constant = (value: number): number[] => {
    const low = value & 0x7f;
    const rest = value >> 7;
    return (rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40) ? [low] : [low | 0x80, ...constant(rest)];
  };
  const vector = (items: number[][]): number[] => [...leb(items.length), ...items.flat()];
  const section = (id: number, body: number[]): number[] => [id, ...leb(body.length), ...body];
  const text = (word: string): number[] => [word.length, ...Buffer.from(word)];
  const [i32, v128, empty] = [0x7f, 0x7b, 0x40];
  const simd = (code: number): number[] => [0xfd, ...leb(code)];
  const get = (local: number): number[] => [0x20, local];
  const set = (local: number): number[] => [0x21, local];
  const int = (value: number): number[] => [0x41, ...constant(value)];
  const [from, until, lines, mask, now, one, two, ends, closing, before] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const all = (byte: number): number[] => [...int(byte), ...simd(0x0f)];
  const equals = simd(0x23);
  const atMost = simd(0x2a);
  const and = simd(0x4e);
  const or = simd(0x50);
  const bits = simd(0x64);
  const load = (behind: number): number[] => [...get(from), ...int(behind), 0x6b, ...simd(0x00), 0, 0];
  const fold = (local: number): number[] => [...get(local), ...all(0x20), ...or, ...set(local)];
  const word = (letters: string): number[] => [two, one, now].flatMap((local, at) => [...get(local), ...all(letters.charCodeAt(at)), ...equals, ...(at > 0 ? and : [])]);
  const body = [
    0x02, empty, 0x03, empty,
    ...get(from), ...get(until), 0x4e, 0x0d, 1,
    ...load(0), ...set(now), ...load(1), ...set(one), ...load(2), ...set(two), ...get(one), ...set(before),
    ...get(now), ...all(newline), ...equals, ...set(ends),
    ...fold(now), ...fold(one), ...fold(two),
    ...get(now), ...all(0x7d), ...equals, ...set(closing),
    ...get(lines), ...get(ends), ...bits, 0x69, 0x6a, ...set(lines),
    ...get(ends), ...get(closing), ...or, ...get(before), ...all(0x20), ...atMost, ...and,
    ...get(closing), ...get(before), ...all(0x2c), ...equals, ...and, ...or,
    ...word('nan'), ...or, ...word('inf'), ...or, ...bits, ...set(mask),
    0x02, empty, 0x03, empty,
    ...get(mask), 0x45, 0x0d, 1,
    ...get(from), ...get(mask), 0x68, 0x6a, 0x10, 0,
    ...get(mask), ...get(mask), ...int(1), 0x6b, 0x71, ...set(mask),
    0x0c, 0, 0x0b, 0x0b,
    ...get(from), ...int(16), 0x6a, ...set(from),
    0x0c, 0, 0x0b, 0x0b,
    ...get(lines), 0x0b,
  ];
  const code = [...vector([[2, i32], [6, v128]]), ...body];
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, vector([[0x60, 1, i32, 0], [0x60, 2, i32, i32, 1, i32]])),
    ...section(2, vector([[...text('js'), ...text('look'), 0, 0]])),
    ...section(3, vector([[1]])),
    ...section(5, vector([[0, ...leb(Math.ceil(size / 65536))]])),
    ...section(7, vector([[...text('memory'), 2, 0], [...text('find'), 0, 1]])),
    ...section(10, vector([[...leb(code.length), ...code]])),
  ]);
}
