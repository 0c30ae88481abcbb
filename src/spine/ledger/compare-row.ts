// Do the columns beside a leaf say what the leaf says, byte for byte, without parsing it?
import { digitsOf } from './prepare.ts';

/** Where the fields of one row stand in its bytes, two numbers each: from and to; from is -1 where the database has null. */
export type Places = Int32Array;

/** The order in which rows are copied out for verification. */
export const copiedColumns = ['position', 'leaf', 'leaf_hash', 'at', 'kind', 'actor_kind', 'actor_ref', 'deployment', 'subject'] as const;

export const newPlaces = (): Places => new Int32Array(2 * copiedColumns.length);

/** Finds the fields of a row of binary COPY. Places and not buffers: nine views of a row cost as much as its hash. */
export function findFields(row: Buffer, places: Places): void {
  let at = 2;
  for (let i = 0; i < places.length; i += 2) {
    const length = (row[at]! << 24) | (row[at + 1]! << 16) | (row[at + 2]! << 8) | row[at + 3]!;
    at += 4;
    places[i] = length < 0 ? -1 : at;
    if (length > 0) at += length;
    places[i + 1] = at;
  }
}

/** A whole number of 64 bits that JavaScript counts exactly. */
export const wholeAt = (row: Buffer, at: number): number =>
  ((row[at]! << 24) | (row[at + 1]! << 16) | (row[at + 2]! << 8) | row[at + 3]!) * 0x1_0000_0000 + row[at + 4]! * 0x100_0000 + ((row[at + 5]! << 16) | (row[at + 6]! << 8) | row[at + 7]!);

/** The payload an entry commits to, read without parsing the leaf. */
export function payloadAt(row: Buffer, places: Places): { digest: string; bytes: number } | null {
  const end = places[3]! - 2 - (places[17]! - places[16]!) - openSubject.length - digitsOf(wholeAt(row, places[0]!)) - openPosition.length;
  if (row[end - 1] !== 0x7d) return null;
  const from = beforePayload(row, end);
  // {"bytes":n,"digest":"<64>"}
  return from < 0 ? null : { digest: row.toString('latin1', end - 66, end - 2), bytes: numberAt(row, from + openBytes.length, end - 66 - openDigest.length) };
}

/** Asks about the kind of a row, and only anew where it is another than that of the row before: entries of one kind come in long runs. */
export function aboutKind(asks: (kind: string) => boolean): (row: Buffer, places: Places) => boolean {
  let last = Buffer.alloc(0);
  let answer = false;
  return (row, places) => {
    const from = places[8]!;
    const length = places[9]! - from;
    let same = length === last.length && length > 0;
    for (let i = 0; same && i < length; i++) same = row[from + i] === last[i];
    if (same) return answer;
    last = Buffer.from(row.subarray(from, from + length));
    answer = asks(last.toString('utf8'));
    return answer;
  };
}

/**
 * True when every column is plainly what the leaf says. False means: look again with a parser; a name that needs an
 * escape in JSON is not plain. Parsing each leaf would take twice the time of hashing it.
 */
export function isPlainRow(row: Buffer, places: Places): boolean {
  const leaf = places[2]!;
  const leafEnd = places[3]!;
  let here = word(row, leaf, openActor);
  here = text(row, here, places, 10);
  here = word(row, here, openRef);
  here = text(row, here, places, 12);
  here = word(row, here, openRoles);
  if (here < 0) return false;
  while (row[here] !== 0x5d && here < leafEnd) here += 1;
  here = word(row, here, openAt);
  if (here < 0 || instantAt(row, here) !== wholeAt(row, places[6]!)) return false;
  if (word(row, here + 24, openBody) < 0) return false;
  // From the end, because nobody knows where the body ends.
  let end = leafEnd - 2 - (places[17]! - places[16]!);
  if (word(row, leafEnd - 2, close) < 0 || text(row, end, places, 16) < 0) return false;
  end -= openSubject.length;
  if (word(row, end, openSubject) < 0) return false;
  const digits = end;
  while (end > leaf && row[end - 1]! >= 0x30 && row[end - 1]! <= 0x39) end -= 1;
  if (digits === end || numberAt(row, end, digits) !== wholeAt(row, places[0]!)) return false;
  end -= openPosition.length;
  if (word(row, end, openPosition) < 0) return false;
  end = beforePayload(row, end) - openPayload.length;
  if (word(row, end, openPayload) < 0) return false;
  end -= places[9]! - places[8]!;
  if (text(row, end, places, 8) < 0) return false;
  end -= openKind.length;
  if (word(row, end, openKind) < 0) return false;
  if (places[14]! < 0) return word(row, end - nothing.length, nothing) >= 0;
  const length = places[15]! - places[14]!;
  end -= 1 + length;
  return row[end + length] === quote && text(row, end, places, 14) >= 0 && word(row, end - openDeployment.length, openDeployment) >= 0;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const quote = 0x22;
const openActor = bytes('{"actor":{"kind":"');
const openRef = bytes('","ref":"');
const openRoles = bytes('","roles":[');
const openAt = bytes(']},"at":"');
const openBody = bytes('","body":');
const openDeployment = bytes(',"deployment":"');
const nothing = bytes(',"deployment":null');
const openKind = bytes(',"kind":"');
const openPayload = bytes('","payload":');
const openPosition = bytes(',"position":');
const openSubject = bytes(',"subject":"');
const close = bytes('"}');
const none = bytes('null');
const openDigest = bytes(',"digest":"');

/** Where these bytes end, or -1 when they do not stand here; -1 stays -1. */
function word(row: Buffer, at: number, expected: Buffer): number {
  if (at < 0) return -1;
  for (let i = 0; i < expected.length; i++) if (row[at + i] !== expected[i]) return -1;
  return at + expected.length;
}

/** The same for the text of a column, which must need no escape in JSON. */
function text(row: Buffer, at: number, places: Places, field: number): number {
  const from = places[field]!;
  const length = places[field + 1]! - from;
  if (at < 0 || from < 0) return -1;
  for (let i = 0; i < length; i++) {
    const byte = row[from + i]!;
    if (row[at + i] !== byte || byte < 0x20 || byte === quote || byte === 0x5c) return -1;
  }
  return at + length;
}

/** Where the payload that ends here begins; -1 when it is none. */
function beforePayload(row: Buffer, end: number): number {
  if (word(row, end - none.length, none) >= 0) return end - none.length;
  // {"bytes":n,"digest":"<64>"}
  const digest = end - 66 - openDigest.length;
  if (word(row, end - 2, close) < 0 || word(row, digest, openDigest) < 0) return -1;
  let at = digest;
  while (at > 0 && row[at - 1]! >= 0x30 && row[at - 1]! <= 0x39) at -= 1;
  return word(row, at - openBytes.length, openBytes) >= 0 ? at - openBytes.length : -1;
}
const openBytes = bytes('{"bytes":');

function numberAt(row: Buffer, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) number = number * 10 + row[i]! - 0x30;
  return number;
}

/** `2026-11-21T12:00:00.000Z` as microseconds since 2000, PostgreSQL's own count; NaN when it is not written so. */
function instantAt(row: Buffer, at: number): number {
  for (let i = 0; i < 24; i++) {
    const byte = row[at + i]!;
    const mark = marks[i]!;
    if (mark === 0 ? byte < 0x30 || byte > 0x39 : byte !== mark) return Number.NaN;
  }
  const year = numberAt(row, at, at + 4);
  const month = numberAt(row, at + 5, at + 7);
  const day = numberAt(row, at + 8, at + 10);
  const minutes = numberAt(row, at + 11, at + 13) * 60 + numberAt(row, at + 14, at + 16);
  const milliseconds = numberAt(row, at + 17, at + 19) * 1000 + numberAt(row, at + 20, at + 23);
  return ((daysOf(year, month, day) * 1440 + minutes) * 60_000 + milliseconds) * 1000;
}
const marks = [...'0000-00-00T00:00:00.000Z'].map((mark) => (mark === '0' ? 0 : mark.charCodeAt(0)));

/** Days from 2000-01-01 in the proleptic Gregorian calendar: years begin in March, so that the leap day is the last. */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const yearOfEra = y % 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return Math.floor(y / 400) * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 730_425;
}
