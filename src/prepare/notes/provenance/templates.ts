// Which text recurs in the notes of different patients?
import { checkOf, fingerprint, fingerprintStore, gram } from './fingerprints.ts';
import type { NoteText, TemplateUse } from './model.ts';
import { tokenise, tokenStore } from './tokens.ts';

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
  /** Where the fingerprint is filed, or -1: no second patient has it. */
  find(key: number, hash: Int32Array, at: number): number;
  isTemplate(slot: number): boolean;
  patientsAt(slot: number): number;
  scopeAt(slot: number): TemplateUse['scope'];
  /** Where in the corpus, in tokens, the use was that stands for it: neighbours in a template have neighbouring places. */
  rememberedAt(slot: number): number;
  /**
   * The tokens around it in one of its uses: `reach` before, then `reach` behind its own; 0 where uses differ. They begin here in
   * `contexts`. */
  contextAt(slot: number): number;
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
// and unit (0: several), where in the corpus it was remembered, context.
const known = 8;

/**
 * Learns templates in one pass and bounded memory. Text of a single patient is remembered in a table where the newer
 * pushes out the older (as the last 4 million fingerprints, about 70 MB of new text); text of several patients stays.
 * Lossy by age like the counting of Manku GS, Motwani R. VLDB 2002: what recurs survives.
 */
export function templateLearner({ newcomers = 1 << 22, entries = 1 << 20 } = {}): TemplateLearner {
  const tokens = tokenStore();
  const prints = fingerprintStore();
  let singles = new Int32Array(newcomer * newcomers);
  let near = new Int32Array(1024);
  // One bit per fingerprint of several patients: nearly all others are told from them without a look into the table.
  let sieve = new Int32Array(1 << 10);
  // The keys lie apart, 0 for an empty slot: most looks end there, and they fit into the processor's cache.
  let keys = new Int32Array(1 << 12);
  let table = new Int32Array(known << 12);
  let tableMask = (1 << 12) - 1;
  let used = 0;
  let contexts = new Int32Array(2 * reach * 256);
  let contextCount = 0;
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
      if (subjects.size < 100_000) subjects.add(subject);
      else manySubjects++;
    }
    countFor(ofAuthor, note.author, subject);
    countFor(ofUnit, note.unit, subject);
    const end = tokenise(note.text, tokens, 0);
    fingerprint(tokens.hash, 0, end, prints);
    const who = (subject & 0xffff) || 1;
    const author = note.author === null ? 0 : (hashOf(note.author) & 0xffff) || 1;
    const unit = note.unit === null ? 0 : (hashOf(note.unit) & 0xffff) || 1;
    const { hash } = tokens;
    touch();
    for (let i = 0; i < prints.count; i++) {
      const key = prints.key[i]!;
      const at = prints.at[i]!;
      const slot = find(key, hash, at);
      if (slot >= 0) again(slot, who, author, unit, at, end);
      else first(key, checkOf(hash, at), who, author, unit, at, end);
    }
    read += end;
  }

  /** Reads every place that will be looked at, all at once: the waits for memory overlap instead of following each other. */
  function touch(): void {
    const { key, count } = prints;
    const mask = newcomers - 1;
    if (near.length < count) near = new Int32Array(count * 2);
    for (let i = 0; i < count; i++) near[i] = singles[(key[i]! & mask) * newcomer]!;
  }

  function first(key: number, check: number, who: number, author: number, unit: number, token: number, end: number): void {
    const at = (key & (newcomers - 1)) * newcomer;
    const tag = check & ~0xffff;
    const before = singles[at]!;
    if (before !== 0 && (before & ~0xffff) === tag) {
      if ((before & 0xffff) === who) return;
      const hands = singles[at + 1]!;
      promote(key, check, before & 0xffff, who, same(hands >>> 16, author), same(hands & 0xffff, unit), token, end);
      singles[at] = 0;
      return;
    }
    singles[at] = tag | who;
    singles[at + 1] = (author << 16) | unit;
  }

  function promote(key: number, check: number, one: number, two: number, author: number, unit: number, token: number, end: number): void {
    if (used * 2 > tableMask) makeRoom();
    let slot = Math.imul(key, 0x9e3779b1) >>> 7 & tableMask;
    while (keys[slot]! !== 0) slot = (slot + 1) & tableMask;
    keys[slot] = key || 1;
    addToSieve(key);
    const at = slot * known;
    table[at] = key;
    table[at + 1] = check;
    table[at + 2] = one | (two << 16);
    table[at + 3] = two << 16;
    table[at + 4] = 2;
    table[at + 5] = (author << 16) | unit;
    table[at + 6] = read + token | 0;
    table[at + 7] = remember(token, end);
    used++;
  }

  function again(slot: number, who: number, author: number, unit: number, at: number, end: number): void {
    const to = slot * known;
    const hands = table[to + 5]!;
    if (hands !== 0) table[to + 5] = (same(hands >>> 16, author) << 16) | same(hands & 0xffff, unit);
    const third = table[to + 3]!;
    if (third >>> 16 === who) return;
    table[to + 3] = (third & 0xffff) | (who << 16);
    const pair = table[to + 2]!;
    if ((pair & 0xffff) === who || pair >>> 16 === who || (third & 0xffff) === who) return;
    if ((third & 0xffff) === 0) table[to + 3] = who | (who << 16);
    const patients = ++table[to + 4]!;
    if (patients === 3) agree(table[to + 7]!, at, end);
  }

  /** Files the tokens around this use; 0 stands for the note's edge. */
  function remember(at: number, end: number): number {
    const to = contextCount++ * 2 * reach;
    if (to + 2 * reach > contexts.length) contexts = widened(contexts);
    for (let i = 0; i < reach; i++) {
      contexts[to + i] = at - reach + i >= 0 ? tokens.hash[at - reach + i]! : 0;
      contexts[to + reach + i] = at + gram + i < end ? tokens.hash[at + gram + i]! : 0;
    }
    return to;
  }

  /** Keeps of the tokens around it what stands around this use, too: one use alone does not show where a template ends. */
  function agree(context: number, at: number, end: number): void {
    let agrees = true;
    for (let i = 1; i <= reach; i++) {
      agrees &&= at - i >= 0 && contexts[context + reach - i]! === tokens.hash[at - i]!;
      if (!agrees) contexts[context + reach - i] = 0;
    }
    agrees = true;
    for (let i = 0; i < reach; i++) {
      agrees &&= at + gram + i < end && contexts[context + reach + i]! === tokens.hash[at + gram + i]!;
      if (!agrees) contexts[context + reach + i] = 0;
    }
  }

  /** A wider table, or, at the bound, one without those that only two patients have. */
  function makeRoom(): void {
    const isFull = tableMask + 1 >= entries;
    const old = table;
    if (!isFull) tableMask = tableMask * 4 + 3;
    keys = new Int32Array(tableMask + 1);
    table = new Int32Array(known * (tableMask + 1));
    sieve = new Int32Array((tableMask + 1) >> 2);
    used = 0;
    const oldContexts = contexts;
    contexts = new Int32Array(contexts.length);
    contextCount = 0;
    for (let keepFrom = isFull ? 3 : 2; ; keepFrom++) {
      let keeps = 0;
      for (let at = 0; at < old.length; at += known) if (old[at + 4]! >= keepFrom) keeps++;
      if (keeps * 3 > tableMask && isFull) continue;
      for (let at = 0; at < old.length; at += known) {
        if (old[at + 4]! < keepFrom) continue;
        let slot = Math.imul(old[at]!, 0x9e3779b1) >>> 7 & tableMask;
        while (keys[slot]! !== 0) slot = (slot + 1) & tableMask;
        keys[slot] = old[at]! || 1;
        table.set(old.subarray(at, at + known), slot * known);
        addToSieve(old[at]!);
        const context = contextCount++ * 2 * reach;
        contexts.set(oldContexts.subarray(old[at + 7]!, old[at + 7]! + 2 * reach), context);
        table[slot * known + 7] = context;
        used++;
      }
      return;
    }
  }

  function addToSieve(key: number): void {
    const bit = Math.imul(key, 0x9e3779b1);
    sieve[(bit >>> 5) & (sieve.length - 1)]! |= 1 << (bit & 31);
  }

  function find(key: number, hash: Int32Array, tokenAt: number): number {
    const bit = Math.imul(key, 0x9e3779b1);
    if ((sieve[(bit >>> 5) & (sieve.length - 1)]! & (1 << (bit & 31))) === 0) return -1;
    let slot = Math.imul(key, 0x9e3779b1) >>> 7 & tableMask;
    for (;;) {
      const held = keys[slot]!;
      if (held === 0) return -1;
      if (held === (key || 1) && table[slot * known + 1]! === checkOf(hash, tokenAt)) return slot;
      slot = (slot + 1) & tableMask;
    }
  }

  const isTemplate = (slot: number): boolean => {
    const patients = table[slot * known + 4]!;
    if (patients >= patientsOfAll) return true;
    if (table[slot * known + 5]! === 0) return false;
    return patients >= patientsOfOneHand;
  };

  function finish(): Templates {
    singles = new Int32Array(0);
    let size = 0;
    for (let slot = 0; slot <= tableMask; slot++) if (table[slot * known + 4]! !== 0 && isTemplate(slot)) size++;
    const patients = subjects.size + manySubjects;
    return {
      patients,
      notes,
      known: patients >= patientsToLearn,
      size,
      patientsOfAuthor: (author) => (author === null ? 0 : (ofAuthor.get(author)?.size ?? 0)),
      patientsOfUnit: (unit) => (unit === null ? 0 : (ofUnit.get(unit)?.size ?? 0)),
      find,
      isTemplate,
      patientsAt: (slot) => table[slot * known + 4]!,
      scopeAt: (slot) => (table[slot * known + 5]! >>> 16 !== 0 ? 'author' : table[slot * known + 5]! !== 0 ? 'unit' : 'everywhere'),
      rememberedAt: (slot) => table[slot * known + 6]!,
      contextAt: (slot) => table[slot * known + 7]!,
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
