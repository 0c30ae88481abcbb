// What can be done for an entry before it is known which number it gets?
import { canonical, type Json } from '../../tools/base/canonical.ts';
import './kinds.ts';
import { entry as entrySchema, isDeclared, largestLeaf, type Entry, type NewEntry } from './model.ts';

/** A payload as it is kept: compressed and sealed. What `seal` of the payloads makes. */
export interface Sealed {
  /** The data key it is sealed with. */
  key: string;
  bytes: Uint8Array;
  /** SHA-256 of the bytes in hexadecimal: what the leaf commits to. */
  digest: string;
}

/** An entry that may bring its sealed payload along. */
export interface Appending extends NewEntry {
  sealed?: Sealed;
  /** The canonical text of the body (RFC 8785), where its room writes it quicker than it can be found out here. A room that gives it has a test that holds it. */
  bodyText?: string;
}

/** What the columns beside the leaf repeat of it; verification compares them. */
export interface Columns {
  at: string;
  kind: string;
  actor_kind: string;
  actor_ref: string;
  deployment: string | null;
  subject: string;
}

/** An entry checked and written out but for its position, the one member that is known last. */
export interface Prepared {
  before: string;
  after: string;
  /** How many bytes both have. */
  length: number;
  columns: Columns;
  sealed: Sealed | null;
}

/**
 * Checks an entry and writes its canonical JSON around the position. Throws on an undeclared kind, on a malformed
 * entry and on one too long for a leaf: errors of the program.
 */
export function prepare(one: Appending): Prepared {
  if (!isDeclared(one.kind)) throw new Error(`the entry kind ${one.kind} is declared nowhere; declare it with entryKind('${one.kind}', 'What has happened.')`);
  const { sealed = null } = one;
  const payload = sealed ? { digest: sealed.digest, bytes: sealed.bytes.length } : (one.payload ?? null);
  const whole = { at: one.at, kind: one.kind, actor: one.actor, deployment: one.deployment ?? null, subject: one.subject, body: one.body, payload };
  const { bodyText } = one;
  if (!isPlainly(whole, bodyText !== undefined)) entrySchema.parse({ ...whole, position: 0 });
  const { actor, at, body, deployment, kind, subject } = whole;
  const before = `{"actor":${canonical({ kind: actor.kind, ref: actor.ref, roles: actor.roles })},"at":"${at}","body":${bodyText ?? canonical(body)},"deployment":${canonical(deployment)},"kind":"${kind}","payload":${canonical(payload)},"position":`;
  const after = `,"subject":${canonical(subject)}}`;
  const length = Buffer.byteLength(before) + Buffer.byteLength(after);
  if (length + longestPosition > largestLeaf) throw new RangeError(`an entry of ${one.kind} has ${length + longestPosition} bytes; more than ${largestLeaf} belong in a payload`);
  return { before, after, length, columns: columnsOf(whole), sealed };
}

/** Room for the digits of any position JavaScript counts exactly. */
const longestPosition = 16;

/** The leaf, with its number; byte for byte what `leafOf` makes (a test holds it). */
export function leafAt(one: Prepared, position: number): Buffer {
  const leaf = Buffer.allocUnsafe(one.length + digitsOf(position));
  writeLeaf(leaf, 0, one, position);
  return leaf;
}

/** How many digits a position has. */
export function digitsOf(position: number): number {
  let digits = 1;
  for (let left = position; left >= 10; left = Math.floor(left / 10)) digits += 1;
  return digits;
}

/** Writes the leaf, with its number, and gives where it ends. */
export function writeLeaf(into: Buffer, from: number, { before, after }: Prepared, position: number): number {
  let at = from + into.write(before, from, 'utf8');
  at += into.write(String(position), at, 'latin1');
  return at + into.write(after, at, 'utf8');
}

export const columnsOf = (one: Pick<Entry, 'at' | 'kind' | 'actor' | 'deployment' | 'subject'>): Columns => ({
  at: one.at,
  kind: one.kind,
  actor_kind: one.actor.kind,
  actor_ref: one.actor.ref,
  deployment: one.deployment,
  subject: one.subject,
});

/**
 * True when an entry is plainly as the schema wants it. The schema takes longer than hashing and sending the entry
 * (measured 7 to 10 µs), so it is asked only about what is not plain, and then says what is wrong.
 */
function isPlainly({ at, actor, deployment, subject, body, payload }: Omit<Entry, 'position'>, bodyIsWritten: boolean): boolean {
  return (
    instant.test(at) &&
    (actor.kind === 'person' || actor.kind === 'key' || actor.kind === 'system') &&
    isText(actor.ref, 200) &&
    Object.keys(actor).length === 3 &&
    Array.isArray(actor.roles) &&
    actor.roles.every((role) => typeof role === 'string') &&
    (deployment === null || typeof deployment === 'string') &&
    isText(subject, 400) &&
    (payload === null || (hex.test(payload.digest) && Number.isSafeInteger(payload.bytes) && payload.bytes >= 0 && Object.keys(payload).length === 2)) &&
    (bodyIsWritten || isJson(body))
  );
}

/** Any such day that a month may have; the schema decides about the rest. */
const instant = /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const hex = /^[0-9a-f]{64}$/;
const isText = (text: unknown, most: number): boolean => typeof text === 'string' && text.length > 0 && text.length <= most;

function isJson(value: Json): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) if (!isJson(value[key]!)) return false;
  return true;
}
