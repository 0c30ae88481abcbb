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

type PackedNote = [NoteHead['id'], NoteHead['resource'], string | null, string | null, string | null, string | null, string | null, string | null, string | null, string[], string[], Unreadable | null, NoteHead['format'], string | null, string | null, boolean, number, number];

/** A note's head without its field names, half as long and read in half the time; other heads are few and stay as they are. */
export const packed = (head: Head): PackedNote | Head =>
  head.is !== 'note' ? head : [head.id, head.resource, head.at, head.signed, head.encounter, head.author, head.facility, head.department, head.type, head.codes, head.replaces, head.why, head.format, head.charset, head.trouble, head.badTime, head.file, head.line];

export function unpacked(from: PackedNote | Head): Head {
  if (!Array.isArray(from)) return from;
  return {
    is: 'note', id: from[0], resource: from[1], at: from[2], signed: from[3], encounter: from[4], author: from[5], facility: from[6], department: from[7], type: from[8],
    codes: from[9], replaces: from[10], why: from[11], format: from[12], charset: from[13], trouble: from[14], badTime: from[15], file: from[16], line: from[17],
  };
}

/** A document that waits for its Binary, or the Binary it waits for. */
export type BinaryHead = { is: 'waits'; subject: string; note: NoteHead; contentType: string | null } | { is: 'binary'; contentType: string | null; why: Unreadable | null; file: number; line: number };
