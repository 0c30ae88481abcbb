// Which words and numbers does a text hold, where do they stand, and which few places are enough to find it again?
import { isUtf8 } from 'node:buffer';
import { letterTable, plainMachine } from './plain-words.ts';
import { vectorMachine, type WordMachine } from './word-machine.ts';

/** Room for tokens, one array per trait; grows as needed. */
export interface TokenStore {
  capacity: number;
  /** Of the folded letters and digits. */
  hash: Int32Array;
  start: Int32Array;
  end: Int32Array;
}

export const tokenStore = (capacity = 1 << 14): TokenStore => ({ capacity, hash: new Int32Array(capacity), start: new Int32Array(capacity), end: new Int32Array(capacity) });

let machines: { plain: WordMachine; vectors: WordMachine | null } | undefined;

function ready(): { plain: WordMachine; vectors: WordMachine | null } {
  const letters = letterTable();
  return (machines = { plain: plainMachine(letters), vectors: vectorMachine(letters) });
}

/** The words of the text that was read last, good until the next. */
export interface Words {
  machine: WordMachine;
  count: number;
  /** UTF-16 code units of the text. */
  length: number;
  /** Every letter is one byte: places in UTF-8 and in UTF-16 are the same. */
  isAscii: boolean;
}

const words: Words = { machine: null as unknown as WordMachine, count: 0, length: 0, isAscii: true };

/**
 * Reads a text, or its UTF-8. Case, punctuation, white space and line breaks do not matter; numbers are kept, their decimal point
 * separates two tokens. Linear in the text.
 */
export function readWords(text: string | Uint8Array): Words {
  const { plain, vectors } = machines ?? ready();
  // What is no UTF-8 is read as everybody shows it, with replacement characters.
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : isUtf8(text) ? text : Buffer.from(Buffer.from(text).toString('utf8'), 'utf8');
  words.machine = vectors ?? plain;
  words.count = words.machine.cut(bytes);
  if (words.count < 0) {
    words.machine = plain;
    words.count = plain.cut(bytes);
  }
  words.length = words.machine.units();
  words.isAscii = words.length === bytes.length;
  return words;
}

/** A text, or its bytes where they are ASCII. */
export type Letters = string | Uint8Array;

export const letterAt = (text: Letters, at: number): number => (typeof text === 'string' ? text.charCodeAt(at) : text[at]!);

/** Files the tokens that were read behind `from` and answers where they end. */
export function keepWords({ machine, count }: Words, store: TokenStore, from: number): number {
  grow(store, from + count);
  store.hash.set(machine.hash.subarray(0, count), from);
  store.start.set(machine.start.subarray(0, count), from);
  store.end.set(machine.end.subarray(0, count), from);
  return from + count;
}

export const tokenise = (text: string | Uint8Array, store: TokenStore, from: number): number => keepWords(readWords(text), store, from);

/** Makes room for at least so many tokens. */
function grow(store: TokenStore, wanted: number): void {
  if (wanted <= store.capacity) return;
  const capacity = Math.max(wanted, store.capacity * 2);
  for (const trait of ['hash', 'start', 'end'] as const) {
    const wider = new Int32Array(capacity);
    wider.set(store[trait]);
    store[trait] = wider;
  }
  store.capacity = capacity;
}

/** The fingerprints of a text. */
export interface Fingerprints {
  count: number;
  /** Of each kept fingerprint: the first of its tokens, 32 bits, and 32 independent bits: both together do not collide by chance. */
  at: Int32Array;
  key: Int32Array;
  check: Int32Array;
}

export const fingerprintStore = (): Fingerprints => ({ count: 0, at: new Int32Array(1024), key: new Int32Array(1024), check: new Int32Array(1024) });

/** Fingerprints of the words that were read, which lie behind `from`. */
export function fingerprint({ machine, count }: Words, from: number, into: Fingerprints): void {
  const kept = (into.count = machine.print(count));
  if (into.at.length < kept) for (const trait of ['at', 'key', 'check'] as const) into[trait] = new Int32Array(kept * 2);
  const { at, key, check } = into;
  const { at: ats, key: keys, check: checks } = machine;
  for (let i = 0; i < kept; i++) {
    at[i] = from + ats[i]!;
    key[i] = keys[i]!;
    check[i] = checks[i]!;
  }
}
