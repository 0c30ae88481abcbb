// How are the words of a text found letter by letter, whatever the script, the length and the processor?
import { alone, gram, mixing, printing, window, type WordMachine } from './word-machine.ts';

/** From here on every character is a token of its own: these scripts put no space between words. */
const wordless = 0x2e80;

const longOf = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : 3);

let letters: Uint16Array | undefined;

/** Of each UTF-16 code unit: 0 for everything that only separates, `alone`, or its letter made small where that is as long in UTF-8. Made once. */
export const letterTable = (): Uint16Array => (letters ??= newTable());

function newTable(): Uint16Array {
  const table = new Uint16Array(65_536);
  const belongs = /[\p{L}\p{M}\p{N}]/u;
  for (let code = 0; code < 65_536; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const letter = String.fromCharCode(code);
    if (!belongs.test(letter)) continue;
    const small = letter.toLowerCase();
    table[code] = code >= wordless ? alone : small.length === 1 && longOf(small.charCodeAt(0)) === longOf(code) ? small.charCodeAt(0) : code;
  }
  return table;
}

/** Reads any text byte by byte. The vectors must equal it; it also reads what they do not. */
export function plainMachine(letters: Uint16Array): WordMachine {
  const numbers = (length: number) => new Int32Array(length);
  let grams = numbers(64);
  let token = 0;
  let units = 0;
  // Of the token that is open: the bytes of the last eight, and the hash of those before.
  let low = 0;
  let high = 0;
  let filled = 0;
  let rounds = 0;
  let h = 0;
  let begun = -1;
  const machine: WordMachine = { hash: numbers(64), start: numbers(64), end: numbers(64), at: numbers(64), key: numbers(64), check: numbers(64), cut, print, units: () => units };

  function mix(): void {
    h = Math.imul(h ^ low, mixing[1]);
    h = Math.imul(h ^ (h >>> 15) ^ high, mixing[2]);
    h ^= h >>> 13;
    low = high = filled = 0;
    rounds++;
  }

  function put(byte: number): void {
    if (filled === 8) mix();
    if (filled < 4) low |= byte << (filled * 8);
    else high |= byte << (filled * 8 - 32);
    filled++;
  }

  function begin(at: number): void {
    if (begun >= 0) return;
    begun = at;
    h = mixing[0];
    low = high = filled = rounds = 0;
  }

  function close(at: number): void {
    if (begun < 0) return;
    mix();
    if (rounds === 1) mix();
    if (token === machine.hash.length) for (const trait of ['hash', 'start', 'end'] as const) machine[trait] = widened(machine[trait], token * 2);
    machine.hash[token] = h;
    machine.start[token] = begun;
    machine.end[token++] = at;
    begun = -1;
  }

  function cut(text: Uint8Array): number {
    if (machine.hash.length > 1 << 20) Object.assign(machine, { hash: numbers(64), start: numbers(64), end: numbers(64), at: numbers(64), key: numbers(64), check: numbers(64) });
    token = 0;
    units = 0;
    for (let at = 0; at < text.length; units++) {
      const first = text[at]!;
      if (first < 0x80) {
        at++;
        if (letters[first] === 0) close(units);
        else {
          begin(units);
          put(first | 0x20);
        }
        continue;
      }
      const long = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
      const letter = long === 4 ? alone : letters[long === 2 ? ((first & 0x1f) << 6) | (text[at + 1]! & 0x3f) : ((first & 0x0f) << 12) | ((text[at + 1]! & 0x3f) << 6) | (text[at + 2]! & 0x3f)]!;
      if (letter === 0) close(units);
      else if (letter === alone) {
        close(units);
        begin(units);
        for (let i = 0; i < long; i++) put(text[at + i]!);
        // Beyond the first plane a character takes two code units.
        if (long === 4) units++;
        close(units + 1);
      } else {
        begin(units);
        if (long === 3) put((letter >> 12) | 0xe0);
        put(long === 2 ? (letter >> 6) | 0xc0 : ((letter >> 6) & 0x3f) | 0x80);
        put((letter & 0x3f) | 0x80);
      }
      at += long;
    }
    close(units);
    return token;
  }

  function print(tokens: number): number {
    const { hash } = machine;
    const count = tokens - gram + 1;
    if (count <= 0) return 0;
    if (grams.length < count) grams = numbers(count * 2);
    if (machine.at.length < count) for (const trait of ['at', 'key', 'check'] as const) machine[trait] = numbers(count * 2);
    const { at, key, check } = machine;
    const [base, mixed, second] = printing;
    for (let g = 0; g < count; g++) {
      let sum = 0;
      for (let i = 0; i < gram; i++) sum = (Math.imul(sum, base) + hash[g + i]!) | 0;
      sum = Math.imul(sum ^ (sum >>> 16), mixed);
      grams[g] = sum ^ (sum >>> 13);
    }
    let kept = 0;
    let smallest = -1;
    for (let last = Math.min(window, count) - 1; last < count; last++) {
      const opens = Math.max(0, last - window + 1);
      if (smallest < opens) {
        smallest = last;
        for (let g = last - 1; g >= opens; g--) if (grams[g]! < grams[smallest]!) smallest = g;
      } else if (grams[last]! < grams[smallest]!) smallest = last;
      else continue;
      at[kept] = smallest;
      key[kept] = grams[smallest]!;
      let more = 0;
      for (let i = 0; i < gram; i++) {
        more = Math.imul(more ^ hash[smallest + i]!, second);
        more ^= more >>> 15;
      }
      check[kept++] = more;
    }
    return kept;
  }

  return machine;
}

function widened(array: Int32Array, length: number): Int32Array {
  const wider = new Int32Array(length);
  wider.set(array);
  return wider;
}
