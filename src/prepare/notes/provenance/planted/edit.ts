// How does a copied text change under somebody's hands?
import type { Random } from '../../../../tools/statistics/seeded-random.ts';
import { editWords } from './prose.ts';

/** A word of a note with what is true about it. */
export interface Word {
  text: string;
  /** White space before it. */
  gap: string;
  kind: 'authored' | 'natural' | 'copied' | 'templated' | 'imported';
  /** Template text that came along in a copied stretch: both templated and copied are right. */
  taken?: boolean;
  /** For copied words: the note it was taken from, where it was written first, and how many hops ago. */
  source?: number;
  origin?: number;
  depth?: number;
}

export interface Editing {
  /** Share of the words that are changed, put in, taken out or swapped. */
  rate: number;
  /** Case, punctuation, spaces and line breaks change as well; that is no edit. */
  cosmetic: boolean;
  /** Lines are broken anew after so many characters; 0 leaves them. */
  wrapAt: number;
}

export function edited(words: readonly Word[], { rate, cosmetic, wrapAt }: Editing, random: Random): Word[] {
  const result: Word[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!random.chance(rate)) {
      result.push({ ...word });
      continue;
    }
    const kind = random.pick(['substitute', 'substitute', 'insert', 'delete', 'swap', 'number'] as const);
    if (kind === 'number' && /\d/.test(word.text)) result.push({ ...word, text: word.text.replace(/\d+/, (n) => String(Number(n.slice(-6)) + random.integer(1, 30))) });
    else if (kind === 'substitute' || kind === 'number') result.push({ ...word, text: random.pick(editWords) });
    else if (kind === 'insert') result.push({ ...word }, { ...word, gap: ' ', text: random.pick(editWords) });
    else if (kind === 'swap' && i + 1 < words.length) result.push({ ...words[++i]!, gap: word.gap }, { ...word, gap: ' ' });
    else if (kind === 'swap') result.push({ ...word });
  }
  if (cosmetic) for (const word of result) {
    const chance = random.uniform();
    if (chance < 0.04) word.text = word.text.toUpperCase();
    else if (chance < 0.07) word.text = word.text.toLowerCase();
    else if (chance < 0.1) word.text = word.text.replace(/[.,;:]$/, '') + random.pick(['', '.', ',', ';', ' -']);
    else if (chance < 0.13) word.gap += ' ';
    else if (chance < 0.15) word.gap = '\n';
  }
  if (wrapAt > 0) {
    let column = 0;
    for (const word of result) {
      column += word.text.length + 1;
      word.gap = column > wrapAt ? '\n' : ' ';
      if (column > wrapAt) column = word.text.length;
    }
  }
  return result;
}
