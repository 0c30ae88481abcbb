// Which text recurs in the notes of different patients?
import type { NoteText, TemplateUse } from './model.ts';
import { readWords, type Fingerprints } from './tokens.ts';
import { gram } from './word-machine.ts';

/** So many different patients make a template of text that one author or one unit alone writes. */
export const patientsOfOneHand = 3;
/** And so many where several units share it. Less is looked at as a copy across patients. */
export const patientsOfAll = 5;
/** With fewer patients in the corpus nothing is called templated. */
export const patientsToLearn = 10;
/** Tokens remembered on each side of a template's fingerprint, to find the template's exact edges. */
export const reach = 10;

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
  /**
   * Writes for each fingerprint where it is filed, or -1: no second patient has it. Neighbours in a template are filed one
   * after another. Where `entries` has an entry of the chart, `rows` knows it already. All at once, so that the waits for memory overlap.
   */
  findAll(prints: Fingerprints, entries: Int32Array, rows: Int32Array, into: Int32Array): void;
  isTemplate(row: number): boolean;
  patientsAt(row: number): number;
  scopeAt(row: number): TemplateUse['scope'];
  /** Where in the corpus, in tokens, the use was that stands for it: neighbours in a template have neighbouring places. */
  rememberedAt(row: number): number;
  /**
   * The tokens around it in one of its uses: `reach` before, then `reach` behind its own; 0 where uses differ. They begin here in
   * `contexts`. */
  contextAt(row: number): number;
  contexts: Int32Array;
}

export interface TemplateLearner {
  /** Notes in any order; where a patient's notes come one after another, the number of patients is exact. */
  add(note: NoteText): void;
  finish(): Templates;
}

// A fingerprint seen in one patient so far: check and subject, author and unit, in 16 bits each.
const newcomer = 2;
// A fingerprint of several patients: key, check, first and second subject, third and latest, patients, author
// and unit (0: several), where in the corpus it was remembered, and nothing, so that two rows fill a cache line.
const known = 8;
/** A slot has so many bits for the row. */
const rowBits = (1 << 20) - 1;

/**
 * Learns templates in one pass and bounded memory. Text of a single patient is remembered in a table where the newer
 * pushes out the older (as the last 4 million fingerprints, about 70 MB of new text); text of several patients stays.
 * Lossy by age like the counting of Manku GS, Motwani R. VLDB 2002: what recurs survives.
 */
export function templateLearner({ newcomers = 1 << 22, entries = 1 << 20 } = {}): TemplateLearner {
  let singles = new Int32Array(newcomer * newcomers);
  let near = new Int32Array(1024);
  let touched = 0;
  // What the chart that is read had so far; the newer pushes out the older.
  const seen = new Int32Array(4096);
  // One bit per fingerprint of several patients: nearly all others are told from them without a look into the table.
  let sieve = new Int32Array(1 << 10);
  // By fingerprint: one more than its row, and 12 bits of its key that tell most others apart; 0 where the slot is empty.
  let slots = new Int32Array(1 << 12);
  let slotMask = (1 << 12) - 1;
  // Rows and contexts lie in the order they were met, so that what stands together in a text lies together in memory.
  let rows = new Int32Array(known << 11);
  let used = 0;
  let contexts = new Int32Array(2 * reach * 256);
  const subjects = new Set<number>();
  let manySubjects = 0;
  let lastSubject: string | null = null;
  let notes = 0;
  let read = 0;
  const ofAuthor = new Map<string, Set<number>>();
  const ofUnit = new Map<string, Set<number>>();

  function add(note: NoteText): void {
    notes++;
    const subject = hashOf(note.subject);
    if (note.subject !== lastSubject) {
      lastSubject = note.subject;
      seen.fill(0);
      if (subjects.size < 100_000) subjects.add(subject);
      else manySubjects++;
    }
    countFor(ofAuthor, note.author, subject);
    countFor(ofUnit, note.unit, subject);
    const { machine, count: end } = readWords(note.utf8 ?? note.text);
    const prints = machine.print(end);
    const { hash, at, key, check } = machine;
    const who = (subject & 0xffff) || 1;
    const author = note.author === null ? 0 : (hashOf(note.author) & 0xffff) || 1;
    const unit = note.unit === null ? 0 : (hashOf(note.unit) & 0xffff) || 1;
    const fresh = freshOf(key, prints);
    touch(key, fresh);
    let row = -1;
    for (let n = 0; n < fresh; n++) {
      const i = near[n]!;
      row = next(row, key[i]!, check[i]!);
      if (row >= 0) again(row, who, author, unit, hash, at[i]!, end);
      else first(key[i]!, check[i]!, who, author, unit, hash, at[i]!, end);
    }
    read += end;
  }

  /** Leaves out what stood in this chart just before: it has no other patient, and who copies a text has not written it. */
  function freshOf(key: Int32Array, count: number): number {
    if (near.length < count) near = new Int32Array(count * 2);
    let fresh = 0;
    for (let i = 0; i < count; i++) {
      const slot = Math.imul(key[i]!, spread) >>> 20;
      near[fresh] = i;
      fresh += seen[slot] === key[i]! ? 0 : 1;
      seen[slot] = key[i]!;
    }
    return fresh;
  }

  /** Reads every place where something new will be filed, all at once: the waits for memory overlap instead of following each other. */
  function touch(key: Int32Array, count: number): void {
    const mask = newcomers - 1;
    const sieveMask = sieve.length - 1;
    for (let n = 0; n < count; n++) {
      const one = key[near[n]!]!;
      const bit = Math.imul(one, spread);
      if ((sieve[(bit >>> 5) & sieveMask]! & (1 << (bit & 31))) === 0) touched ^= singles[(one & mask) * newcomer]!;
    }
  }

  function first(key: number, check: number, who: number, author: number, unit: number, hash: Int32Array, token: number, end: number): void {
    const at = (key & (newcomers - 1)) * newcomer;
    const tag = check & ~0xffff;
    const before = singles[at]!;
    if (before !== 0 && (before & ~0xffff) === tag) {
      if ((before & 0xffff) === who) return;
      const hands = singles[at + 1]!;
      promote(key, check, before & 0xffff, who, same(hands >>> 16, author), same(hands & 0xffff, unit), hash, token, end);
      singles[at] = 0;
      return;
    }
    singles[at] = tag | who;
    singles[at + 1] = (author << 16) | unit;
  }

  function promote(key: number, check: number, one: number, two: number, author: number, unit: number, hash: Int32Array, token: number, end: number): void {
    if (used * 2 > slotMask) makeRoom();
    const row = used++;
    const at = row * known;
    if (at + known > rows.length) rows = widened(rows);
    rows[at] = key;
    rows[at + 1] = check;
    rows[at + 2] = one | (two << 16);
    rows[at + 3] = two << 16;
    rows[at + 4] = 2;
    rows[at + 5] = (author << 16) | unit;
    rows[at + 6] = read + token | 0;
    remember(row, hash, token, end);
    enter(key, row);
  }

  function enter(key: number, row: number): void {
    const bit = Math.imul(key, spread);
    sieve[(bit >>> 5) & (sieve.length - 1)]! |= 1 << (bit & 31);
    let slot = bit >>> 7 & slotMask;
    while (slots[slot]! !== 0) slot = (slot + 1) & slotMask;
    slots[slot] = (key << 20) | (row + 1);
  }

  function again(row: number, who: number, author: number, unit: number, hash: Int32Array, at: number, end: number): void {
    const to = row * known;
    const hands = rows[to + 5]!;
    if (hands !== 0) rows[to + 5] = (same(hands >>> 16, author) << 16) | same(hands & 0xffff, unit);
    const third = rows[to + 3]!;
    if (third >>> 16 === who) return;
    rows[to + 3] = (third & 0xffff) | (who << 16);
    const pair = rows[to + 2]!;
    if ((pair & 0xffff) === who || pair >>> 16 === who || (third & 0xffff) === who) return;
    if ((third & 0xffff) === 0) rows[to + 3] = who | (who << 16);
    const patients = ++rows[to + 4]!;
    if (patients === 3) agree(row * 2 * reach, hash, at, end);
  }

  /** Files the tokens around this use; 0 stands for the note's edge. */
  function remember(row: number, hash: Int32Array, at: number, end: number): void {
    const to = row * 2 * reach;
    if (to + 2 * reach > contexts.length) contexts = widened(contexts);
    for (let i = 0; i < reach; i++) {
      contexts[to + i] = at - reach + i >= 0 ? hash[at - reach + i]! : 0;
      contexts[to + reach + i] = at + gram + i < end ? hash[at + gram + i]! : 0;
    }
  }

  /** Keeps of the tokens around it what stands around this use, too: one use alone does not show where a template ends. */
  function agree(context: number, hash: Int32Array, at: number, end: number): void {
    let agrees = true;
    for (let i = 1; i <= reach; i++) {
      agrees &&= at - i >= 0 && contexts[context + reach - i]! === hash[at - i]!;
      if (!agrees) contexts[context + reach - i] = 0;
    }
    agrees = true;
    for (let i = 0; i < reach; i++) {
      agrees &&= at + gram + i < end && contexts[context + reach + i]! === hash[at + gram + i]!;
      if (!agrees) contexts[context + reach + i] = 0;
    }
  }

  /** More slots, or, at the bound, fewer rows: those that only two patients have are left out. */
  function makeRoom(): void {
    if (slotMask + 1 < entries) slotMask = slotMask * 4 + 3;
    else {
      let keepFrom = 3;
      while (countFrom(keepFrom) * 3 > slotMask) keepFrom++;
      keepOnly(keepFrom);
    }
    enterAll();
  }

  function enterAll(): void {
    slots = new Int32Array(slotMask + 1);
    sieve = new Int32Array((slotMask + 1) >> 2);
    for (let row = 0; row < used; row++) enter(rows[row * known]!, row);
  }

  function countFrom(patients: number): number {
    let count = 0;
    for (let row = 0; row < used; row++) if (rows[row * known + 4]! >= patients) count++;
    return count;
  }

  function keepOnly(patients: number): void {
    let kept = 0;
    for (let row = 0; row < used; row++) {
      if (rows[row * known + 4]! < patients) continue;
      rows.copyWithin(kept * known, row * known, (row + 1) * known);
      contexts.copyWithin(kept * 2 * reach, row * 2 * reach, (row + 1) * 2 * reach);
      kept++;
    }
    used = kept;
  }

  /** Looked for first behind the one before: a template lies in its own order, and then nothing else needs looking at. */
  function next(before: number, key: number, check: number): number {
    const row = before + 1;
    return row > 0 && row < used && rows[row * known]! === key && rows[row * known + 1]! === check ? row : find(key, check);
  }

  function find(key: number, check: number): number {
    const bit = Math.imul(key, spread);
    if ((sieve[(bit >>> 5) & (sieve.length - 1)]! & (1 << (bit & 31))) === 0) return -1;
    let slot = bit >>> 7 & slotMask;
    for (;;) {
      const filed = slots[slot]!;
      if (filed === 0) return -1;
      const row = (filed & rowBits) - 1;
      if ((filed ^ (key << 20)) >>> 20 === 0 && rows[row * known]! === key && rows[row * known + 1]! === check) return row;
      slot = (slot + 1) & slotMask;
    }
  }

  function findAll({ key, check, count }: Fingerprints, entries: Int32Array, known: Int32Array, into: Int32Array): void {
    const sieveMask = sieve.length - 1;
    if (near.length < count) near = new Int32Array(count * 2);
    let likely = 0;
    for (let i = 0; i < count; i++) {
      const entry = entries[i]!;
      if (entry >= 0) {
        into[i] = known[entry]!;
        continue;
      }
      const bit = Math.imul(key[i]!, spread);
      into[i] = -1;
      near[likely] = i;
      likely += (sieve[(bit >>> 5) & sieveMask]! >>> (bit & 31)) & 1;
    }
    let row = -1;
    for (let n = 0; n < likely; n++) {
      const i = near[n]!;
      into[i] = row = next(row, key[i]!, check[i]!);
    }
  }

  const isTemplate = (row: number): boolean => {
    const patients = rows[row * known + 4]!;
    return patients >= patientsOfAll || (patients >= patientsOfOneHand && rows[row * known + 5]! !== 0);
  };

  function finish(): Templates {
    singles = new Int32Array(0);
    // From here on nothing comes in: as few slots as will do, as these fit into the processor's cache.
    while (slotMask > 1023 && used * 4 < slotMask) slotMask >>= 1;
    enterAll();
    let size = 0;
    for (let row = 0; row < used; row++) if (isTemplate(row)) size++;
    const patients = subjects.size + manySubjects;
    return {
      patients,
      notes,
      known: patients >= patientsToLearn,
      size,
      patientsOfAuthor: (author) => (author === null ? 0 : (ofAuthor.get(author)?.size ?? 0)),
      patientsOfUnit: (unit) => (unit === null ? 0 : (ofUnit.get(unit)?.size ?? 0)),
      findAll,
      isTemplate,
      patientsAt: (row) => rows[row * known + 4]!,
      scopeAt: (row) => (rows[row * known + 5]! >>> 16 !== 0 ? 'author' : rows[row * known + 5]! !== 0 ? 'unit' : 'everywhere'),
      rememberedAt: (row) => rows[row * known + 6]!,
      contextAt: (row) => row * 2 * reach,
      contexts,
    };
  }

  return { add, finish };
}

/** Reads a corpus of any length once and answers what recurs in it across patients. */
export async function learnTemplates(corpus: Iterable<NoteText> | AsyncIterable<NoteText>): Promise<Templates> {
  const learner = templateLearner();
  for await (const note of corpus) learner.add(note);
  return learner.finish();
}

/** Spreads keys over slots and the sieve (Knuth's multiplicative hashing). */
const spread = 0x9e3779b1;

/** The same hand, or several (unknown hands count as several). */
const same = (one: number, other: number): number => (one === other ? one : 0);

function countFor(patients: Map<string, Set<number>>, name: string | null, subject: number): void {
  if (name === null) return;
  const seen = patients.get(name);
  if (!seen) patients.set(name, new Set([subject]));
  else if (seen.size < 50) seen.add(subject);
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

function widened(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(array.length * 2);
  wider.set(array);
  return wider;
}
