// Where in these bytes does each part of a JSON text lie, so that it can be edited without writing the rest anew?
import { isUtf8 } from 'node:buffer';

/** A value by its place: `start` inclusive, `end` exclusive, in bytes. */
export type Span =
  | { kind: 'object'; start: number; end: number; members: Member[] }
  | { kind: 'array'; start: number; end: number; items: Span[] }
  | { kind: 'string' | 'number' | 'true' | 'false' | 'null'; start: number; end: number };

export interface Member {
  key: string;
  /** Where its key begins, at the quotation mark. */
  start: number;
  value: Span;
}

/** The text is no JSON that this house forwards; `at` is the byte. */
export class JsonFault extends Error {
  readonly at: number;
  constructor(says: string, at: number) {
    super(`${says} at byte ${at}`);
    this.at = at;
  }
}

/** Deeper than any FHIR resource in practice; a text that nests further is meant to hurt. */
export const deepest = 100;

const quote = 0x22;
const backslash = 0x5c;
const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;
const isHex = (byte: number | undefined) => isDigit(byte) || (byte !== undefined && ((byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)));
/** Beyond so many keys an object's are looked up instead of compared one by one. */
const fewKeys = 24;
const noMembers: Member[] = [];
const noItems: Span[] = [];

/**
 * Reads one JSON text (RFC 8259) strictly: valid UTF-8 without a byte order mark, nothing after it, no key twice in an
 * object (readers disagree which one counts), no deeper than `depth`. Numbers are left as they are written, however long.
 * Everything is checked; what lies deeper than `keep` levels is given by its place only, without its own members.
 * @throws JsonFault
 */
export function spansOf(bytes: Uint8Array, depth = deepest, keep = Infinity): Span {
  if (!isUtf8(bytes)) throw new JsonFault('not UTF-8', 0);
  const { length } = bytes;
  let at = 0;
  // The places of the keys of every object that is open, one behind the other: comparing bytes needs no text of them.
  const keyStarts: number[] = [];
  const keyEnds: number[] = [];
  let escaped = false;
  const fail = (says: string, where = at): never => {
    throw new JsonFault(says, where);
  };
  const skip = () => {
    while (isSpace(bytes[at])) at++;
  };
  const expect = (text: string) => {
    for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) fail(at + i >= length ? 'the text ends too early' : 'an unknown word', at + i);
    at += text.length;
  };
  const string = (): void => {
    escaped = false;
    let here = at + 1;
    for (;;) {
      const byte = bytes[here];
      if (byte === undefined) return fail('a string without an end', here);
      if (byte === quote) {
        at = here + 1;
        return;
      }
      if (byte < 0x20) fail('a control character in a string', here);
      if (byte !== backslash) {
        here++;
        continue;
      }
      escaped = true;
      const next = bytes[here + 1];
      if (next === 0x75) {
        for (let i = 2; i < 6; i++) if (!isHex(bytes[here + i])) fail('a broken \\u escape', here + i);
        here += 6;
      } else if (next !== undefined && '"\\/bfnrt'.includes(String.fromCharCode(next))) here += 2;
      else fail('an unknown escape', here);
    }
  };
  const number = (): void => {
    if (bytes[at] === 0x2d) at++;
    if (bytes[at] === 0x30) at++;
    else if (isDigit(bytes[at])) while (isDigit(bytes[at])) at++;
    else fail('a value is expected');
    if (bytes[at] === 0x2e) {
      at++;
      if (!isDigit(bytes[at])) fail('a digit is expected');
      while (isDigit(bytes[at])) at++;
    }
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      at++;
      if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
      if (!isDigit(bytes[at])) fail('a digit is expected');
      while (isDigit(bytes[at])) at++;
    }
  };
  const twice = (from: number): never => fail(`the key ${JSON.stringify(textAt(bytes, from, at).slice(0, 40))} stands twice in one object`, from);
  /** Notes a key of the object whose first key is at `base`; `known` are its keys as texts, where they are looked up. */
  const note = (from: number, base: number, known: Set<string> | null): Set<string> | null => {
    const end = at;
    const size = end - from;
    const count = keyStarts.length;
    if (known === null && (escaped || count - base >= fewKeys)) {
      known = new Set();
      for (let i = base; i < count; i++) known.add(textAt(bytes, keyStarts[i]!, keyEnds[i]!));
    }
    if (known !== null) {
      const key = textAt(bytes, from, end);
      if (known.has(key)) twice(from);
      known.add(key);
    } else
      for (let i = base; i < count; i++) {
        const start = keyStarts[i]!;
        if (keyEnds[i]! - start !== size) continue;
        let same = 1;
        while (same < size && bytes[start + same] === bytes[from + same]) same++;
        if (same === size) twice(from);
      }
    keyStarts.push(from);
    keyEnds.push(end);
    return known;
  };
  const object = (level: number): Span => {
    const start = at++;
    const base = keyStarts.length;
    const members: Member[] = level < keep ? [] : noMembers;
    let known: Set<string> | null = null;
    skip();
    if (bytes[at] === 0x7d) return at++, { kind: 'object', start, end: at, members };
    for (;;) {
      skip();
      if (bytes[at] !== quote) fail('a key is expected');
      const from = at;
      string();
      const to = at;
      known = note(from, base, known);
      skip();
      if (bytes[at] !== 0x3a) fail('a colon is expected');
      at++;
      const one = value(level + 1);
      if (level < keep) members.push({ key: textAt(bytes, from, to), start: from, value: one });
      skip();
      if (bytes[at] === 0x2c) at++;
      else if (bytes[at] === 0x7d) {
        keyStarts.length = keyEnds.length = base;
        return at++, { kind: 'object', start, end: at, members };
      } else fail(at >= length ? 'the text ends too early' : 'a comma or } is expected');
    }
  };
  const array = (level: number): Span => {
    const start = at++;
    const items: Span[] = level < keep ? [] : noItems;
    skip();
    if (bytes[at] === 0x5d) return at++, { kind: 'array', start, end: at, items };
    for (;;) {
      const one = value(level + 1);
      if (level < keep) items.push(one);
      skip();
      if (bytes[at] === 0x2c) at++;
      else if (bytes[at] === 0x5d) return at++, { kind: 'array', start, end: at, items };
      else fail(at >= length ? 'the text ends too early' : 'a comma or ] is expected');
    }
  };
  const value = (level: number): Span => {
    if (level > depth) fail(`nested deeper than ${depth} levels`);
    skip();
    const start = at;
    switch (bytes[at]) {
      case 0x7b: return object(level);
      case 0x5b: return array(level);
      case quote:
        string();
        return { kind: 'string', start, end: at };
      case 0x74: return expect('true'), { kind: 'true', start, end: at };
      case 0x66: return expect('false'), { kind: 'false', start, end: at };
      case 0x6e: return expect('null'), { kind: 'null', start, end: at };
      case undefined: return fail('the text ends too early');
      default:
        number();
        return { kind: 'number', start, end: at };
    }
  };
  const whole = value(0);
  skip();
  if (at < length) fail('something follows the JSON text');
  return whole;
}

/** The string between two places, both quotation marks included. */
function textAt(bytes: Uint8Array, start: number, end: number): string {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

/** The member of an object, or undefined. */
export const memberOf = (of: Span | undefined, key: string): Member | undefined => (of?.kind === 'object' ? of.members.find((one) => one.key === key) : undefined);
/** The value at a path of keys and indexes, or undefined. */
export const spanAt = (of: Span | undefined, path: readonly (string | number)[]): Span | undefined =>
  path.reduce<Span | undefined>((here, step) => (typeof step === 'number' ? (here?.kind === 'array' ? here.items[step] : undefined) : memberOf(here, step)?.value), of);
/** The text of a string; null where it is none. */
export const stringAt = (bytes: Uint8Array, of: Span | undefined): string | null => (of?.kind === 'string' ? textAt(bytes, of.start, of.end) : null);
/** The value itself. Numbers beyond double precision lose digits: for reading, never for forwarding. */
export const valueAt = (bytes: Uint8Array, of: Span): unknown => JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + of.start, of.end - of.start).toString('utf8'));

/** Replaces the bytes from `start` to `end`; equal ends insert. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The same bytes with these edits made; everything else stays byte for byte. Throws RangeError where edits overlap. */
export function splice(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return bytes;
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, text } of sorted) {
    if (start < at || end < start || end > bytes.length) throw new RangeError(`an edit from ${start} to ${end} does not fit behind byte ${at}`);
    parts.push(bytes.subarray(at, start), Buffer.from(text, 'utf8'));
    at = end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}

/** Takes a member out of its object, with one of the commas beside it. */
export function withoutMember(of: Span & { kind: 'object' }, key: string): Edit | null {
  const nth = of.members.findIndex((one) => one.key === key);
  const member = of.members[nth];
  if (!member) return null;
  const next = of.members[nth + 1];
  const before = of.members[nth - 1];
  if (next) return { start: member.start, end: next.start, text: '' };
  return { start: before ? before.value.end : member.start, end: member.value.end, text: '' };
}

/** Takes items out of an array; those that stay keep their bytes. */
export function withoutItems(of: Span & { kind: 'array' }, out: (nth: number) => boolean): Edit[] {
  const stay = of.items.filter((_, nth) => !out(nth));
  if (stay.length === of.items.length) return [];
  if (stay.length === 0) return [{ start: of.items[0]!.start, end: of.items.at(-1)!.end, text: '' }];
  const edits: Edit[] = [];
  if (out(0)) edits.push({ start: of.items[0]!.start, end: stay[0]!.start, text: '' });
  let last: Span | null = null;
  for (const [nth, item] of of.items.entries()) {
    if (out(nth)) continue;
    const between = last && of.items.indexOf(last) < nth - 1 ? { start: last.end, end: item.start, text: ',' } : null;
    if (between) edits.push(between);
    last = item;
  }
  if (last && last !== of.items.at(-1)) edits.push({ start: last.end, end: of.items.at(-1)!.end, text: '' });
  return edits;
}
