// How is a line of a known form turned into the record that waits for its chart, without parsing it? The routine of its machine.
import { assemble, instantiate } from '../provenance/assemble.ts';
import { compile } from '../provenance/compile.ts';

/** Longer lines are parsed. */
export const longestKnown = 1 << 18;
const mostForms = 16;
const mostParts = 512;
const mostPool = 1 << 17;
/** Texts of a record's head stand in front of the note's text, right before this place of `record`. */
const textAt = 1 << 14;

/** What may stand between two pieces of a form that are always the same. */
export const kindOf = { end: 0, text: 1, reference: 2, time: 3, number: 4, base64: 5 } as const;
export type KindOfValue = keyof typeof kindOf;

const sizes: Readonly<Record<string, readonly [length: number, bytes: 1 | 4]>> = {
  line: [longestKnown + 64, 1], record: [textAt + longestKnown, 1], pool: [mostPool, 1],
  // Of each letter: its six bits, moved to where they belong in four letters; the topmost eight bits say that it is none.
  first: [256, 4], second: [256, 4], third: [256, 4], fourth: [256, 4],
  // Of each form: its first part and its first field. A part is a piece that never changes and the value behind it.
  formPart: [mostForms, 4], formField: [mostForms, 4], formFields: [mostForms, 4], formRest: [mostForms, 4],
  partFrom: [mostForms * mostParts, 4], partSize: [mostForms * mostParts, 4], partKind: [mostForms * mostParts, 4], partMore: [mostForms * mostParts, 4],
  valueFrom: [mostParts, 4], valueTo: [mostParts, 4],
  // Of each text of the record: the piece before it, the value (-1: none, -2: no text at all), and the piece behind it.
  fieldFrom: [mostForms * mostParts, 4], fieldSize: [mostForms * mostParts, 4], fieldValue: [mostForms * mostParts, 4], fieldBehind: [mostForms * mostParts, 4], fieldBehindSize: [mostForms * mostParts, 4],
};

const arrays: Record<string, { at: number; bytes: 1 | 4 }> = {};
let end = 64;
for (const [name, [length, bytes]] of Object.entries(sizes)) {
  arrays[name] = { at: end, bytes };
  end = (end + length * bytes + 63) & ~63;
}
const cells = { recordFrom: 0, keyHash: 4, textSize: 8 };
const quote = 0x22;

/**
 * `readLine` answers how long the record is and leaves where it begins in `recordFrom`; -1: the line is built otherwise, or holds
 * something that has to be looked at: an escape or letters beyond ASCII in anything but the content, a time that is none, content that is not
 * plain text in UTF-8 from its first letter on. The record is what `store.ts` and `heads.ts` write: three lengths, key, head, text.
 */
const source = `
inline function isDigit(code) { return code >= 48 && code <= 57; }
inline function two(at) { return (line[at] - 48) * 10 + line[at + 1] - 48; }

// 2026-11-21T08:30:00 on a day that exists.
function isMoment(at) {
  for (let i = 0; i < 19; i++) {
    let code = line[at + i];
    if (i == 4 || i == 7) { if (code != 45) return 0; }
    else if (i == 10) { if (code != 84) return 0; }
    else if (i == 13 || i == 16) { if (code != 58) return 0; }
    else if (!isDigit(code)) return 0;
  }
  let month = two(at + 5);
  let day = two(at + 8);
  if (month < 1 || month > 12 || day < 1 || two(at + 11) > 23 || two(at + 14) > 59 || two(at + 17) > 59) return 0;
  return day <= 28 || (month != 2 && (day <= 30 || (day == 31 && month != 4 && month != 6 && month != 9 && month != 11)));
}

// Where a value of JSON text ends; -1: it needs more than copying.
inline function textEnd(at, isReference) {
  while (line[at] != quote) {
    let code = line[at];
    if (code < 32 || code > 126 || code == 92) return -1;
    if (isReference) if (code == 47 || code == 58 || code == 63) return -1;
    at++;
  }
  return at;
}

function timeEnd(at, digits) {
  if (!isMoment(at)) return -1;
  if (digits == 23) if (line[at + 19] != 46 || !isDigit(line[at + 20]) || !isDigit(line[at + 21]) || !isDigit(line[at + 22])) return -1;
  return at + digits;
}

function numberEnd(at) {
  let from = at;
  while (isDigit(line[at])) at++;
  if (at == from || at - from > 15 || (line[from] == 48 && at - from > 1)) return -1;
  return at;
}

inline function isTail(code) { return code >= 0x80 && code < 0xc0; }

// Valid UTF-8 (RFC 3629) without the marks of letters that were lost or encoded twice, of which \`charset.ts\` tells.
function isPlainUtf8(at, to) {
  record[to] = 0;
  while (at < to) {
    let code = record[at];
    if (code < 0x80) {
      at++;
      continue;
    }
    let next = record[at + 1];
    if (!isTail(next)) return 0;
    if (code >= 0xc2 && code < 0xe0) {
      if (code == 0xc3) {
        if (next == 0x83 && record[at + 2] == 0xc2) return 0;
        if (next == 0xa2 && record[at + 2] == 0xe2) if (record[at + 3] == 0x82 && record[at + 4] == 0xac) return 0;
      }
      at += 2;
      continue;
    }
    if (!isTail(record[at + 2])) return 0;
    if (code >= 0xe0 && code < 0xf0) {
      if ((code == 0xe0 && next < 0xa0) || (code == 0xed && next > 0x9f) || (code == 0xef && next == 0xbf && record[at + 2] == 0xbd)) return 0;
      at += 3;
      continue;
    }
    if (!isTail(record[at + 3]) || code < 0xf0 || code > 0xf4 || (code == 0xf0 && next < 0x90) || (code == 0xf4 && next > 0x8f)) return 0;
    at += 4;
  }
  return 1;
}

// Writes the note's text. Broken base64, zeros, other charsets, and what could be markup or binary, are left to those who know them.
function decode(at, isUtf8) {
  let to = textAt;
  let all = 0;
  let zeros = 0;
  let bits = first[line[at]] | second[line[at + 1]] | third[line[at + 2]] | fourth[line[at + 3]];
  while ((bits & 0xff000000) == 0) {
    all |= bits;
    zeros |= (bits - 0x010101) & ~bits;
    record[to] = bits;
    record[to + 1] = bits >>> 8;
    record[to + 2] = bits >>> 16;
    to += 3;
    at += 4;
    bits = first[line[at]] | second[line[at + 1]] | third[line[at + 2]] | fourth[line[at + 3]];
  }
  if ((zeros & 0x808080) != 0) return -1;
  if (line[at] != quote) {
    if (line[at + 3] != 61 || line[at + 4] != quote) return -1;
    let one = first[line[at]] | second[line[at + 1]];
    let size = 1;
    if (line[at + 2] != 61) {
      one |= third[line[at + 2]];
      size = 2;
    }
    if ((one & 0xff000000) != 0) return -1;
    for (let i = 0; i < size; i++) {
      let byte = (one >>> (8 * i)) & 255;
      if (byte == 0) return -1;
      all |= byte;
      record[to] = byte;
      to++;
    }
    at += 4;
  }
  textSize = to - textAt;
  if (textSize < 2) return -1;
  if ((all & 0x808080) != 0) if (!isUtf8 || !isPlainUtf8(textAt, to)) return -1;
  let begins = record[textAt];
  let next = record[textAt + 1];
  if (begins <= 32 || begins > 126 || begins == 123 || begins == 60 || begins == 37) return -1;
  // GIF, PK, II and MM begin files that are no text.
  if ((begins == 71 && next == 73) || (begins == 80 && next == 75) || (begins == 73 && next == 73) || (begins == 77 && next == 77)) return -1;
  return at;
}

inline function fieldLong(field) {
  let value = fieldValue[field];
  return fieldSize[field] + fieldBehindSize[field] + (value < 0 ? 0 : valueTo[value] - valueFrom[value]);
}

// Writes a text of the head and answers where it ends.
function put(field, to) {
  for (let i = 0; i < fieldSize[field]; i++) record[to + i] = pool[fieldFrom[field] + i];
  to += fieldSize[field];
  let value = fieldValue[field];
  if (value >= 0) {
    for (let at = valueFrom[value]; at < valueTo[value]; at++) {
      record[to] = line[at];
      to++;
    }
  }
  for (let i = 0; i < fieldBehindSize[field]; i++) record[to + i] = pool[fieldBehind[field] + i];
  return to + fieldBehindSize[field];
}

function putNumber(to, number) {
  record[to] = number;
  record[to + 1] = number >>> 8;
  record[to + 2] = number >>> 16;
  record[to + 3] = number >>> 24;
}

function readLine(form, length, file, row) {
  let at = 0;
  let part = formPart[form];
  let value = 0;
  line[length] = 0;
  while (1) {
    let from = partFrom[part];
    let size = partSize[part];
    if (at + size > length) return -1;
    for (let i = 0; i < size; i++) if (line[at + i] != pool[from + i]) return -1;
    at += size;
    let kind = partKind[part];
    if (kind == end) break;
    valueFrom[value] = at;
    if (kind == base64) at = decode(at, partMore[part]);
    else if (kind == time) at = timeEnd(at, partMore[part]);
    else if (kind == number) at = numberEnd(at);
    else at = textEnd(at, kind == reference);
    if (at <= valueFrom[value]) return -1;
    valueTo[value] = at;
    value++;
    part++;
  }
  if (at != length) return -1;
  let key = formField[form];
  let fields = formFields[form];
  let keySize = fieldLong(key);
  let headSize = 12 + fields;
  for (let field = key + 1; field <= key + fields; field++) {
    let long = fieldValue[field] == none ? 0 : fieldLong(field);
    if (long > 126) return -1;
    headSize += long;
  }
  let to = textAt - headSize - keySize - 12;
  if (to < 0) return -1;
  recordFrom = to;
  putNumber(to, keySize | isAscii);
  putNumber(to + 4, headSize | isAscii);
  putNumber(to + 8, textSize);
  to += 12;
  put(key, to);
  let hash = 0x811c9dc5;
  for (let i = 0; i < keySize; i++) hash = (hash ^ record[to + i]) * 0x01000193;
  keyHash = hash;
  to += keySize;
  record[to] = 32;
  record[to + 1] = fields;
  for (let n = 0; n < 4; n++) record[to + 2 + n] = (file >>> (7 * n)) & 127;
  for (let n = 0; n < 5; n++) record[to + 6 + n] = (row >>> (7 * n)) & 127;
  record[to + 11] = formRest[form];
  let lengths = to + 12;
  to = lengths + fields;
  for (let field = key + 1; field <= key + fields; field++) {
    let isNone = fieldValue[field] == none;
    record[lengths] = isNone ? 0 : fieldLong(field) + 1;
    lengths++;
    if (!isNone) to = put(field, to);
  }
  return textSize + headSize + keySize + 12;
}
`;

/** A piece that never changes and the kind of value behind it. `more`: digits of a time, or whether content may be UTF-8. */
export interface Part {
  before: string;
  kind: KindOfValue;
  more: number;
}

/** A text of the record: a piece, a value of the line (-1: none), and a piece; null: no text. */
export type Field = { before: string; value: number; behind: string } | null;

export interface LineMachine {
  /** Keeps a form in one of sixteen places: parts, the key, the head's texts, and what `heads.ts` writes beside the lengths. False: it is too large. */
  keep(place: number, parts: readonly Part[], key: Field, fields: readonly Field[], rest: number): boolean;
  /** Puts a line in and tries a form on it: bytes of the record, or -1. */
  read(place: number, length: number, file: number, row: number): number;
  line: Uint8Array;
  record: Buffer;
  /** Of the record that was made last. */
  from(): number;
  keyHash(): number;
  textSize(): number;
}

export const places = mostForms;

let module: WebAssembly.Module | undefined;

export function lineMachine(): LineMachine {
  module ??= assemble(end, compile(source, { arrays, cells, numbers: { ...kindOf, quote, textAt, none: -2, isAscii: 0x80000000 } }, 0))!;
  const { memory: { buffer }, routines } = instantiate(module);
  const numbers = (name: string) => new Int32Array(buffer, arrays[name]!.at, sizes[name]![0]);
  const bytes = (name: string) => Buffer.from(buffer, arrays[name]!.at, sizes[name]![0]);
  const [first, second, third, fourth] = ['first', 'second', 'third', 'fourth'].map((name) => numbers(name).fill(-0x01000000)) as [Int32Array, Int32Array, Int32Array, Int32Array];
  for (const [bits, letter] of [...Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')].entries()) {
    first[letter] = bits << 2;
    second[letter] = (bits >> 4) | ((bits & 15) << 12);
    third[letter] = ((bits >> 2) << 8) | ((bits & 3) << 22);
    fourth[letter] = bits << 16;
  }
  const of = Object.fromEntries(Object.keys(sizes).filter((name) => sizes[name]![1] === 4).map((name) => [name, numbers(name)])) as Record<string, Int32Array>;
  const pool = bytes('pool');
  const found = new Int32Array(buffer, 0, 3);
  const perForm = mostPool / mostForms;
  const read = routines['readLine'] as LineMachine['read'];
  return {
    keep(place, parts, key, fields, rest) {
      let used = place * perForm;
      const kept = (text: string): number => {
        const at = used;
        if (at + text.length <= (place + 1) * perForm) pool.write(text, at, 'latin1');
        used += text.length;
        return at;
      };
      if (parts.length > mostParts || fields.length >= 127) return false;
      const base = place * mostParts;
      of['formPart']![place] = base;
      of['formField']![place] = base;
      of['formFields']![place] = fields.length;
      of['formRest']![place] = rest;
      for (const [n, { before, kind, more }] of parts.entries()) {
        of['partFrom']![base + n] = kept(before);
        of['partSize']![base + n] = before.length;
        of['partKind']![base + n] = kindOf[kind];
        of['partMore']![base + n] = more;
      }
      for (const [n, field] of [key, ...fields].entries()) {
        of['fieldFrom']![base + n] = kept(field?.before ?? '');
        of['fieldSize']![base + n] = field?.before.length ?? 0;
        of['fieldValue']![base + n] = field?.value ?? -2;
        of['fieldBehind']![base + n] = kept(field?.behind ?? '');
        of['fieldBehindSize']![base + n] = field?.behind.length ?? 0;
      }
      return used <= (place + 1) * perForm;
    },
    read, line: bytes('line'), record: bytes('record'),
    from: () => found[0]!,
    keyHash: () => found[1]!,
    textSize: () => found[2]!,
  };
}
