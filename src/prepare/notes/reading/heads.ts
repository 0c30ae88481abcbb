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

/**
 * A head as text. A note's begins with a blank, how many texts it has and how long each is, plus one, or 0 for none; behind them
 * stand the texts. That is written and read in a third of the time of JSON. Other heads are few and go as JSON.
 */
export function packed(head: Head): string {
  if (head.is !== 'note') return JSON.stringify(head);
  let lengths = '';
  let all = '';
  let most = texts.length + 1 + head.codes.length + head.replaces.length;
  const count = String.fromCharCode(most);
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
  put(`${head.file} ${head.line} ${head.badTime ? 1 : 0} ${head.codes.length}`);
  head.codes.forEach(put);
  head.replaces.forEach(put);
  return most < longest ? ` ${count}${lengths}${all}` : JSON.stringify(head);
}

export function unpacked(from: string): Head {
  if (from.charCodeAt(0) !== 32) return JSON.parse(from) as Head;
  const count = from.charCodeAt(1);
  let length = 2;
  let at = 2 + count;
  const next = (): string | null => {
    const long = from.charCodeAt(length++) - 1;
    return long < 0 ? null : from.slice(at, (at += long));
  };
  const head: NoteHead = {
    is: 'note', id: next()!, resource: next()!, at: next(), signed: next(), encounter: next(), author: next(), facility: next(), department: next(), type: next(),
    why: next() as Unreadable | null, format: next() as NoteHead['format'], charset: next(), trouble: next(), codes: [], replaces: [], badTime: false, file: 0, line: 0,
  };
  const [file, line, bad, codes] = next()!.split(' ').map(Number);
  head.file = file!;
  head.line = line!;
  head.badTime = bad === 1;
  for (let n = texts.length + 1; n < count; n++) (head.codes.length < codes! ? head.codes : head.replaces).push(next()!);
  return head;
}

/** A document that waits for its Binary, or the Binary it waits for. */
export type BinaryHead = { is: 'waits'; subject: string; note: NoteHead; contentType: string | null } | { is: 'binary'; contentType: string | null; why: Unreadable | null; file: number; line: number };
