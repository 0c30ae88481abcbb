// How do the methods that others use find copied text, on the same notes?
import type { NoteText } from '../model.ts';
import type { Said } from './score.ts';

/** A method reads the notes of one chart in order and says what is copied. */
export type Rival = (notes: readonly NoteText[]) => Said[][];

/**
 * Every window of ten words that stood in an earlier note of the patient is a duplicate, as in Steinkamp J, Kantrowitz JJ,
 * Airan-Javia S. JAMA Netw Open 2022;5:e2233348. Source: the latest note with the window; origin: the first.
 */
export const tenWords: Rival = (notes) => {
  const first = new Map<string, number>();
  const latest = new Map<string, number>();
  return notes.map(({ text }, note) => {
    const words = [...text.matchAll(/[\p{L}\p{N}]+/gu)];
    const grams: string[] = [];
    const plain = words.map(([word]) => word.toLowerCase());
    for (let i = 0; i + 10 <= plain.length; i++) grams.push(plain.slice(i, i + 10).join(' '));
    const said: Said[] = [];
    for (let i = 0; i < grams.length; i++) {
      const origin = first.get(grams[i]!);
      if (origin === undefined) continue;
      const start = words[i]!.index;
      const end = words[i + 9]!.index + words[i + 9]![0].length;
      const last = said.at(-1);
      if (last && last.origin === origin && start <= last.end) last.end = end;
      else if (!last || end > last.end) said.push({ kind: 'copied', start: Math.max(start, last?.end ?? 0), end, origin, source: latest.get(grams[i]!)! });
    }
    for (const gram of grams) {
      if (!first.has(gram)) first.set(gram, note);
      latest.set(gram, note);
    }
    return said;
  });
};

const sentences = /[^.!?\n]+[.!?]*/g;
const normal = (sentence: string) => sentence.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** A sentence of at least five words that stood in an earlier note, case and punctuation apart. */
export const sameSentence: Rival = (notes) => {
  const first = new Map<string, number>();
  const latest = new Map<string, number>();
  return notes.map(({ text }, note) => {
    const said: Said[] = [];
    const here: string[] = [];
    for (const { 0: sentence, index } of text.matchAll(sentences)) {
      const key = normal(sentence);
      if (key.split(' ').length < 5) continue;
      here.push(key);
      const origin = first.get(key);
      if (origin !== undefined) said.push({ kind: 'copied', start: index, end: index + sentence.length, origin, source: latest.get(key)! });
    }
    for (const key of here) {
      if (!first.has(key)) first.set(key, note);
      latest.set(key, note);
    }
    return said;
  });
};

const permutations = 128;
const rows = 4;
const multipliers = Int32Array.from({ length: permutations }, (_, i) => Math.imul(2 * i + 1, 0x9e3779b1) | 1);
const addends = Int32Array.from({ length: permutations }, (_, i) => Math.imul(i + 7, 0x85ebca6b));

/**
 * MinHash with locality-sensitive hashing (Broder AZ 1997; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, ch. 3): 128
 * permutations, 32 bands of 4 rows, over shingles of three words of every piece of two sentences; a piece is copied from the
 * earlier piece of the highest estimated Jaccard similarity of at least 0.5. What datasketch's MinHashLSH does, in TypeScript.
 */
export const minHash: Rival = (notes) => {
  const buckets = new Map<string, number[]>();
  const pieces: { note: number; signature: Int32Array; origin: number }[] = [];
  return notes.map(({ text }, note) => {
    const said: Said[] = [];
    const here: { note: number; signature: Int32Array; origin: number }[] = [];
    const found = [...text.matchAll(sentences)].filter(([sentence]) => sentence.trim().length > 0);
    for (let i = 0; i < found.length; i += 2) {
      const start = found[i]!.index;
      const last = found[Math.min(i + 1, found.length - 1)]!;
      const end = last.index + last[0].length;
      const words = normal(text.slice(start, end)).split(' ');
      if (words.length < 8) continue;
      const signature = signatureOf(words);
      let best = 0.5;
      let match = -1;
      for (const other of new Set(bandsOf(signature).flatMap((band) => buckets.get(band) ?? []))) {
        let same = 0;
        for (let p = 0; p < permutations; p++) if (pieces[other]!.signature[p] === signature[p]) same++;
        if (same / permutations >= best) {
          best = same / permutations;
          match = other;
        }
      }
      const origin = match < 0 ? note : pieces[match]!.origin;
      if (match >= 0) said.push({ kind: 'copied', start, end, origin, source: pieces[match]!.note });
      here.push({ note, signature, origin });
    }
    for (const piece of here) {
      for (const band of bandsOf(piece.signature)) {
        const bucket = buckets.get(band);
        if (bucket) bucket.push(pieces.length);
        else buckets.set(band, [pieces.length]);
      }
      pieces.push(piece);
    }
    return said;
  });
};

function signatureOf(words: readonly string[]): Int32Array {
  const signature = new Int32Array(permutations).fill(0x7fffffff);
  for (let i = 0; i + 3 <= words.length; i++) {
    let hash = 0x811c9dc5;
    for (const letter of `${words[i]} ${words[i + 1]} ${words[i + 2]}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    for (let p = 0; p < permutations; p++) {
      let value = Math.imul(hash, multipliers[p]!) + addends[p]! | 0;
      value ^= value >>> 15;
      if (value < signature[p]!) signature[p] = value;
    }
  }
  return signature;
}

function bandsOf(signature: Int32Array): string[] {
  const bands: string[] = [];
  for (let p = 0; p < permutations; p += rows) bands.push(`${p}:${signature.subarray(p, p + rows).join(',')}`);
  return bands;
}
