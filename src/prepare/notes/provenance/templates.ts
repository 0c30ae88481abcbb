// Which text recurs in the notes of different patients?
import { mostNewcomers, mostSlots } from './layout.ts';
import { openMachine, type Machine } from './machine.ts';
import type { NoteText } from './model.ts';

/** With fewer patients in the corpus nothing is called templated. */
export const patientsToLearn = 10;

/** Knows every fingerprint seen in two or more patients. Made by `templateLearner`. */
export interface Templates {
  /** Different patients read (exact below 100,000). */
  patients: number;
  notes: number;
  /** False where the corpus has too few patients to tell a template from a copy. */
  known: boolean;
  /** Fingerprints that are templates. */
  size: number;
  /** Different patients of an author or of a unit, counted up to 50: with very few their templates cannot be known. */
  patientsOfAuthor(author: string | null): number;
  patientsOfUnit(unit: string | null): number;
  /** Where they lie. Charts are traced there. */
  machine: Machine;
}

export interface TemplateLearner {
  /** Notes in any order; where a patient's notes come one after another, the number of patients is exact. */
  add(note: NoteText): void;
  /** No note can be added any more. */
  finish(): Templates;
}

/**
 * Learns templates in one pass and bounded memory. Text of a single patient is remembered in a table where the newer
 * pushes out the older (as the last 4 million fingerprints, about 70 MB of new text); text of several patients stays.
 * Lossy by age like the counting of Manku GS, Motwani R. VLDB 2002: what recurs survives.
 * @param room newcomers and entries: powers of two, at most 2^22 and 2^20.
 */
export function templateLearner({ newcomers = mostNewcomers, entries = mostSlots } = {}): TemplateLearner {
  const machine = openMachine();
  machine.cell('newcomersMask', newcomers - 1);
  machine.cell('slotsAtMost', entries);
  machine.cell('slotMask', (1 << 12) - 1);
  machine.run.enterAll();
  const seen = machine.of.seen.subarray(0, 4096);
  const subjects = new Set<number>();
  let manySubjects = 0;
  let lastSubject: string | null = null;
  let subject = 0;
  let notes = 0;
  const ofAuthor = handsOf();
  const ofUnit = handsOf();

  return {
    add(note) {
      notes++;
      if (note.subject !== lastSubject) {
        lastSubject = note.subject;
        subject = hashOf(note.subject);
        seen.fill(0);
        if (subjects.size < 100_000) subjects.add(subject);
        else manySubjects++;
      }
      const author = ofAuthor.met(note.author, subject);
      const unit = ofUnit.met(note.unit, subject);
      const { tokens, prints } = machine.read(note.utf8 ?? note.text);
      machine.run.learn(tokens, prints, (subject & 0xffff) || 1, author, unit);
    },
    finish() {
      const size = machine.run.finish();
      const patients = subjects.size + manySubjects;
      return { patients, notes, known: patients >= patientsToLearn, size, patientsOfAuthor: ofAuthor.patients, patientsOfUnit: ofUnit.patients, machine };
    },
  };
}

/** Reads a corpus of any length once and answers what recurs in it across patients. */
export async function learnTemplates(corpus: Iterable<NoteText> | AsyncIterable<NoteText>): Promise<Templates> {
  const learner = templateLearner();
  for await (const note of corpus) learner.add(note);
  return learner.finish();
}

/** The patients of each author, or of each unit. */
function handsOf() {
  const all = new Map<string, { hash: number; last: number; patients: Set<number> }>();
  return {
    /** Counts the patient, and answers 16 bits that stand for the name; 0 for none. */
    met(name: string | null, subject: number): number {
      if (name === null) return 0;
      let hand = all.get(name);
      if (!hand) all.set(name, (hand = { hash: (hashOf(name) & 0xffff) || 1, last: subject, patients: new Set([subject]) }));
      // One note of a patient follows another, so most need no look into the set.
      else if (hand.last !== subject) {
        hand.last = subject;
        if (hand.patients.size < 50) hand.patients.add(subject);
      }
      return hand.hash;
    },
    patients: (name: string | null): number => (name === null ? 0 : (all.get(name)?.patients.size ?? 0)),
  };
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
