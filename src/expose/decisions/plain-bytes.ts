// Is a line plainly as the schema wants it, and where in its bytes does each field stand?
import { dispositions } from './intake.ts';

/** The four sorts of line, in the order of their numbers from 1 on. */
export const sorts = ['decision', 'feedback', 'outcome', 'use'] as const;
const names = [
  'what', 'key', 'at', 'askedAt', 'shownAt', 'subject', 'encounter', 'user', 'facility', 'department', 'version', 'output', 'disposition', 'rule', 'arm', 'momentAt', 'act', 'reason', 'suggestion',
  'edited', 'dwellMs', 'name', 'positive', 'acted', 'value', 'touch', 'ms', 'class', 'score', 'label', 'critical', 'code', 'system',
] as const;
type Name = (typeof names)[number];
/** Each field by its number. */
export const field = Object.fromEntries(names.map((name, nth) => [name, nth])) as Readonly<Record<Name, number>>;
/** Numbers a line takes in `slots`: where each field begins and ends. */
export const width = 2 * names.length;
/** A truth value stands as one of these instead. */
export const [no, yes, unknown] = [1, 2, 3] as const;

/** Lines that were read one after the other. */
export interface Slots {
  /** Of line n, from n × `width` on: begin and end of each field in the line's bytes; both 0 where it is missing. */
  places: Int32Array;
  /** Numbers that are written in another way than canonical JSON does: their end is −1, and their begin the place in this list. */
  spelled: string[];
}

type Sort = 'words' | 'slug' | 'time' | 'number' | 'share' | 'whole' | 'truth' | 'maybe' | 'inside' | readonly Uint8Array[];
const oneOf = (...words: string[]): readonly Uint8Array[] => words.map((word) => Buffer.from(word));
const kinds = oneOf(...sorts);
const sortOf: Readonly<Record<Name, Sort>> = {
  what: kinds, key: 'words', at: 'time', askedAt: 'time', shownAt: 'time', subject: 'words', encounter: 'words', user: 'words', facility: 'slug', department: 'slug', version: 'words', output: 'inside',
  disposition: oneOf(...Object.keys(dispositions)), rule: 'slug', arm: 'slug', momentAt: 'time', act: oneOf('accepted', 'overridden'), reason: 'inside', suggestion: 'words', edited: 'share', dwellMs: 'whole',
  name: 'slug', positive: 'maybe', acted: 'truth', value: 'number', touch: oneOf('displayed', 'opened', 'closed', 'edited', 'signed', 'discarded'), ms: 'whole',
  class: 'slug', score: 'number', label: 'words', critical: 'truth', code: 'words', system: 'words',
};
const valueSorts = names.map((name) => sortOf[name]);
/** In what each field stands: the line, its output, its reason. */
const [line, output, reason] = [0, 1, 2] as const;
const parents = Uint8Array.from(names, (name) => (['class', 'score', 'label', 'critical'].includes(name) ? output : ['code', 'system'].includes(name) ? reason : line));
const inner = field.class;

const bits = (...some: Name[]): number => some.reduce((sum, name) => sum | (1 << field[name]), 0);
const allowed = [
  0, bits('what', 'key', 'at', 'askedAt', 'shownAt', 'subject', 'encounter', 'user', 'facility', 'department', 'version', 'output', 'disposition', 'rule', 'arm', 'momentAt'),
  bits('what', 'key', 'at', 'act', 'user', 'reason', 'suggestion', 'edited', 'dwellMs'), bits('what', 'key', 'at', 'name', 'positive', 'acted', 'value'), bits('what', 'key', 'at', 'touch', 'user', 'ms'),
] as const;
const needed = [0, bits('what', 'key', 'at', 'subject', 'version'), bits('what', 'key', 'at', 'act'), bits('what', 'key', 'at', 'name', 'positive'), bits('what', 'key', 'at', 'touch')] as const;

// A name is found by its length and three of its letters, multiplied until all of them part, and then compared.
const spelled = names.map((name) => Buffer.from(name));
const marks = (bytes: Uint8Array, from: number, length: number): number => (length << 24) ^ (bytes[from]! << 16) ^ (bytes[from + (length >> 1)]! << 8) ^ bytes[from + length - 1]!;
const [factor, byMarks] = (() => {
  for (let tried = 0x9e3779b1; ; tried = Math.imul(tried, 5) | 1) {
    const table = new Int8Array(256).fill(-1);
    const places = spelled.map((name) => Math.imul(marks(name, 0, name.length), tried) >>> 24);
    if (new Set(places).size < places.length) continue;
    places.forEach((place, nth) => (table[place] = nth));
    return [tried, table] as const;
  }
})();

// Where the reader stands. A line is read in one go, without waiting, and an object for that would be made for each.
let at = 0;
let seen = 0;
let seenInside = 0;
let from = 0;
let end = 0;

/**
 * The sort of a line (1 to 4) whose fields are then in `slots` at `nth`; 0 where only the schema can tell: an escape,
 * a letter beyond ASCII, another way to write a time, a payload, free text, a fault. Nearly every line of a batch is
 * plain, and to make objects of all would take most of its time. A property test holds that both read the same.
 */
export function readPlain(bytes: Buffer, begin: number, stop: number, { places, spelled: otherwise }: Slots, nth: number): number {
  at = begin;
  seen = seenInside = 0;
  const base = nth * width;
  skip(bytes, stop);
  if (at >= stop || bytes[at] !== 0x7b || !members(bytes, stop, places, otherwise, base, line)) return 0;
  skip(bytes, stop);
  if (at !== stop || (seen & 1) === 0) return 0;
  const kind = indexOf(bytes, places[base]!, places[base + 1]!, kinds) + 1;
  if ((seen & ~allowed[kind]!) !== 0 || (needed[kind]! & ~seen) !== 0) return 0;
  if ((seen & (1 << field.reason)) !== 0 && (seenInside & (1 << (field.code - inner))) === 0) return 0;
  return kind;
}

function skip(bytes: Uint8Array, stop: number): void {
  let i = at;
  while (i < stop && (bytes[i] === 0x20 || bytes[i] === 0x09 || bytes[i] === 0x0d)) i++;
  at = i;
}

/** The members of an object, from behind its brace to behind the other. */
function members(bytes: Buffer, stop: number, places: Int32Array, otherwise: string[], base: number, parent: number): boolean {
  at++;
  skip(bytes, stop);
  if (bytes[at] === 0x7d && at < stop) return ++at > 0;
  for (;;) {
    if (!words(bytes, stop)) return false;
    const length = end - from;
    const nth = length === 0 ? -1 : byMarks[Math.imul(marks(bytes, from, length), factor) >>> 24]!;
    if (nth < 0 || parents[nth] !== parent || !isWord(bytes, from, end, spelled[nth]!)) return false;
    // Of two members with one name the last would count.
    if (nth < inner) {
      if ((seen & (1 << nth)) !== 0) return false;
      seen |= 1 << nth;
    } else {
      if ((seenInside & (1 << (nth - inner))) !== 0) return false;
      seenInside |= 1 << (nth - inner);
    }
    skip(bytes, stop);
    if (bytes[at] !== 0x3a || at >= stop) return false;
    at++;
    skip(bytes, stop);
    if (!value(bytes, stop, places, otherwise, base, nth)) return false;
    skip(bytes, stop);
    if (at >= stop) return false;
    const next = bytes[at++];
    if (next === 0x7d) return true;
    if (next !== 0x2c) return false;
    skip(bytes, stop);
  }
}

function value(bytes: Buffer, stop: number, places: Int32Array, otherwise: string[], base: number, nth: number): boolean {
  const sort = valueSorts[nth]!;
  switch (sort) {
    case 'inside':
      return bytes[at] === 0x7b && at < stop && members(bytes, stop, places, otherwise, base, nth === field.output ? output : reason);
    case 'number': case 'share': case 'whole':
      if (!figure(bytes, stop, otherwise, sort)) return false;
      break;
    case 'truth': case 'maybe':
      if (!truth(bytes, stop, sort === 'maybe')) return false;
      break;
    default:
      if (!words(bytes, stop)) return false;
      if (sort === 'words' ? end === from || end - from > 200 : sort === 'slug' ? !isSlug(bytes) : sort === 'time' ? !isTime(bytes) : indexOf(bytes, from, end, sort) < 0) return false;
  }
  places[base + 2 * nth] = from;
  places[base + 2 * nth + 1] = end;
  return true;
}

/** Text in quotes that needs no escape. */
function words(bytes: Uint8Array, stop: number): boolean {
  if (at >= stop || bytes[at] !== 0x22) return false;
  from = at + 1;
  for (let i = from; i < stop; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22) {
      end = i;
      at = i + 1;
      return true;
    }
    if (byte < 0x20 || byte > 0x7e || byte === 0x5c) return false;
  }
  return false;
}

function isSlug(bytes: Uint8Array): boolean {
  if (end - from < 2 || end - from > 64) return false;
  // A dash may not stand first, last, or beside another.
  let dash = true;
  for (let i = from, stop = end; i < stop; i++) {
    const byte = bytes[i]!;
    if (byte === 0x2d) {
      if (dash) return false;
      dash = true;
    } else if ((byte >= 0x61 && byte <= 0x7a) || isDigit(byte)) dash = false;
    else return false;
  }
  return !dash;
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
/** Two digits, or more than any two can say. */
const two = (bytes: Uint8Array, i: number): number => (isDigit(bytes[i]!) && isDigit(bytes[i + 1]!) ? 10 * bytes[i]! + bytes[i + 1]! - 11 * 0x30 : 100);
const mostDays = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** An instant of this century in UTC, to the second or millisecond; a leap day is left to the schema. */
function isTime(bytes: Uint8Array): boolean {
  const i = from;
  const length = end - i;
  if ((length !== 20 && length !== 24) || bytes[end - 1] !== 0x5a || bytes[i] !== 0x32 || bytes[i + 1] !== 0x30) return false;
  if (bytes[i + 4] !== 0x2d || bytes[i + 7] !== 0x2d || bytes[i + 10] !== 0x54 || bytes[i + 13] !== 0x3a || bytes[i + 16] !== 0x3a) return false;
  if (length === 24 && !(bytes[i + 19] === 0x2e && isDigit(bytes[i + 20]!) && two(bytes, i + 21) < 100)) return false;
  const month = two(bytes, i + 5);
  const day = two(bytes, i + 8);
  return two(bytes, i + 2) < 100 && month >= 1 && month <= 12 && day >= 1 && day <= mostDays[month]! && two(bytes, i + 11) <= 23 && two(bytes, i + 14) <= 59 && two(bytes, i + 17) <= 59;
}

/** A time that was read, as a number that is larger where it is later. */
export function order(bytes: Uint8Array, begin: number, stop: number): number {
  let digits = 0;
  for (let i = begin + 2; i < stop; i++) if (isDigit(bytes[i]!)) digits = 10 * digits + bytes[i]! - 0x30;
  return stop - begin === 20 ? 1000 * digits : digits;
}

/** A number of JSON (RFC 8259 §6), and where it has fifteen digits at most and no exponent, already as canonical JSON writes it. */
function figure(bytes: Buffer, stop: number, otherwise: string[], sort: 'number' | 'share' | 'whole'): boolean {
  from = at;
  if (bytes[at] === 0x2d) at++;
  const whole = at;
  while (at < stop && isDigit(bytes[at]!)) at++;
  if (at === whole || (bytes[whole] === 0x30 && at > whole + 1)) return false;
  let digits = at - whole;
  let isCanonical = bytes[from] !== 0x2d || bytes[whole] !== 0x30;
  if (at < stop && bytes[at] === 0x2e) {
    const part = ++at;
    while (at < stop && isDigit(bytes[at]!)) at++;
    if (at === part) return false;
    digits += at - part;
    // Below a millionth it would be written with an exponent.
    isCanonical &&= bytes[at - 1] !== 0x30 && (bytes[whole] !== 0x30 || (bytes[part] !== 0x30 || bytes[part + 1] !== 0x30));
  }
  if (at < stop && (bytes[at]! | 0x20) === 0x65) {
    at++;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
    const power = at;
    while (at < stop && isDigit(bytes[at]!)) at++;
    if (at === power || at > stop) return false;
    isCanonical = false;
  }
  end = at;
  if (isCanonical && digits <= 15 && (sort === 'number' || (sort === 'whole' && end === from + digits))) return true;
  const text = bytes.toString('latin1', from, end);
  const number = Number(text);
  if (!Number.isFinite(number) || (sort === 'whole' && !(Number.isSafeInteger(number) && number >= 0)) || (sort === 'share' && !(number >= 0 && number <= 1))) return false;
  const canonical = JSON.stringify(number);
  if (canonical === text) return true;
  from = otherwise.push(canonical) - 1;
  end = -1;
  return true;
}

function truth(bytes: Uint8Array, stop: number, mayBeNull: boolean): boolean {
  const found = isWord(bytes, at, Math.min(stop, at + 4), spelledTrue) ? yes : isWord(bytes, at, Math.min(stop, at + 5), spelledFalse) ? no : mayBeNull && isWord(bytes, at, Math.min(stop, at + 4), spelledNull) ? unknown : 0;
  if (found === 0) return false;
  at += found === no ? 5 : 4;
  from = end = found;
  return true;
}
const [spelledTrue, spelledFalse, spelledNull] = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')] as const;

function isWord(bytes: Uint8Array, begin: number, stop: number, word: Uint8Array): boolean {
  if (stop - begin !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[begin + i] !== word[i]) return false;
  return true;
}

function indexOf(bytes: Uint8Array, begin: number, stop: number, list: readonly Uint8Array[]): number {
  for (let nth = 0; nth < list.length; nth++) if (isWord(bytes, begin, stop, list[nth]!)) return nth;
  return -1;
}
