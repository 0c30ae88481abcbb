// What is kept of each record until its patient's chart is put together?
import type { Unreadable } from './decode.ts';

/** A document that may be a note; its text lies beside it. */
export interface NoteHead {
  is: 'note';
  id: string;
  /** DocumentReference, DiagnosticReport, Composition, or CSV. */
  resource: string;
  /** When it was written; null: not dated, or not readably. */
  at: string | null;
  /** When it was finished or filed; null: not said. */
  signed: string | null;
  encounter: string | null;
  author: string | null;
  facility: string | null;
  department: string | null;
  type: string | null;
  /** `system|code`, in the order they stand there. */
  codes: string[];
  /** Ids of the documents it replaces. */
  replaces: string[];
  /** Why there is no text; null: there is. */
  why: Unreadable | null;
  format: 'text' | 'html' | 'rtf' | null;
  charset: string | null;
  trouble: string | null;
  /** A time that is there and cannot be read. */
  badTime: boolean;
  file: number;
  line: number;
}

export interface EncounterHead {
  is: 'encounter';
  id: string;
  class: string | null;
  status: string | null;
  start: string | null;
  end: string | null;
  facility: string | null;
  /** Departments in time: reference and from when. */
  places: { ref: string; from: string | null }[];
  clinician: string | null;
  partOf: string | null;
}

/** One value of structured data. */
export interface ValueHead {
  is: 'value';
  /** The resource type it comes from. */
  from: string;
  /** LOINC, RxNorm, ... codes without their systems. */
  codes: string[];
  label: string | null;
  value: string | number | null;
  unit: string | null;
  at: string | null;
  encounter: string | null;
}

export interface PatientHead {
  is: 'patient';
}

/** An order for a consultation or a study: somebody was asked to write. */
export interface OrderHead {
  is: 'order';
  label: string | null;
  codes: string[];
  encounter: string | null;
  at: string | null;
}

export type Head = NoteHead | EncounterHead | PatientHead | OrderHead;

/** Longer texts go as JSON. */
const longest = 0xd000;
const texts = ['id', 'resource', 'at', 'signed', 'encounter', 'author', 'facility', 'department', 'type', 'why', 'format', 'charset', 'trouble'] as const satisfies readonly (keyof NoteHead)[];

/** Numbers are written in letters of seven bits, so that a head of ASCII stays ASCII: of the file, of the line, and one for all the rest. */
const [ofFile, ofLine, most7] = [4, 5, 127];
const codesAtMost = 60;

/** Everything in a note's head that is text, in the order it is written, and what stands beside the lengths. */
export const textsOf = (head: NoteHead): (string | null)[] => [...texts.map((name) => head[name]), ...head.codes, ...head.replaces];
export const restOf = ({ codes, badTime }: Pick<NoteHead, 'codes' | 'badTime'>): number => codes.length * 2 + (badTime ? 1 : 0);

const written = (number: number, letters: number): string => {
  let text = '';
  for (let rest = number, n = 0; n < letters; n++, rest = Math.floor(rest / 128)) text += String.fromCharCode(rest % 128);
  return text;
};

/**
 * A head as text. A note's begins with a blank, how many texts it has, file, line and how many codes, and how long each text is, plus one,
 * or 0 for none; behind them stand the texts. That is written and read in a fraction of the time of JSON. Other heads are few and go as JSON.
 */
export function packed(head: Head): string {
  if (head.is !== 'note') return JSON.stringify(head);
  let lengths = '';
  let all = '';
  let most = texts.length + head.codes.length + head.replaces.length;
  if (most > most7 || head.codes.length > codesAtMost || head.file < 0 || head.file >= 2 ** 28) return JSON.stringify(head);
  const begin = ` ${String.fromCharCode(most)}${written(head.file, ofFile)}${written(head.line, ofLine)}${String.fromCharCode(restOf(head))}`;
  const put = (text: string) => {
    lengths += String.fromCharCode(text.length + 1);
    all += text;
    if (text.length > most) most = text.length;
  };
  for (const name of texts) {
    const text = head[name];
    if (text === null) lengths += '\u0000';
    else put(text);
  }
  for (const code of head.codes) put(code);
  for (const id of head.replaces) put(id);
  return most < longest ? begin + lengths + all : JSON.stringify(head);
}

/** The text that is read, the next length and the next text in it. */
let source = '';
let length = 0;
let at = 0;

function next(): string | null {
  const long = source.charCodeAt(length++) - 1;
  if (long < 0) return null;
  at += long;
  return source.slice(at - long, at);
}

function numberAt(from: number, letters: number): number {
  let number = 0;
  for (let n = letters - 1; n >= 0; n--) number = number * 128 + source.charCodeAt(from + n);
  return number;
}

export function unpacked(from: string): Head {
  if (from.charCodeAt(0) !== 32) return JSON.parse(from) as Head;
  source = from;
  const count = from.charCodeAt(1);
  const rest = from.charCodeAt(2 + ofFile + ofLine);
  length = 3 + ofFile + ofLine;
  at = length + count;
  const head: NoteHead = {
    is: 'note', id: next()!, resource: next()!, at: next(), signed: next(), encounter: next(), author: next(), facility: next(), department: next(), type: next(),
    why: next() as Unreadable | null, format: next() as NoteHead['format'], charset: next(), trouble: next(), codes: [], replaces: [], badTime: (rest & 1) === 1, file: numberAt(2, ofFile), line: numberAt(2 + ofFile, ofLine),
  };
  for (let n = texts.length, codes = rest >> 1; n < count; n++, codes--) (codes > 0 ? head.codes : head.replaces).push(next()!);
  return head;
}

/** A document that waits for its Binary, or the Binary it waits for. */
export type BinaryHead = { is: 'waits'; subject: string; note: NoteHead; contentType: string | null } | { is: 'binary'; contentType: string | null; why: Unreadable | null; file: number; line: number };
