// How does a number that moved read, in a sign, a word and points?
import type { Movement } from './model.ts';

/** A difference of two shares in percentage points, with its sign: `+3.2 points`, `−0.4 points`. */
export const inPoints = (difference: number): string => `${difference > 0 ? '+' : difference < 0 ? '−' : ''}${Math.abs(difference * 100).toFixed(1)} points`;

export const movementMarks: Record<Movement, { mark: string; word: string; kind: string }> = {
  worse: { mark: '▼', word: 'worse', kind: 'not-met' },
  better: { mark: '▲', word: 'better', kind: 'met' },
  moved: { mark: '◆', word: 'moved', kind: 'undecided' },
  new: { mark: '＋', word: 'new', kind: 'undecided' },
  gone: { mark: '−', word: 'gone', kind: 'undecided' },
  'not-comparable': { mark: '?', word: 'not comparable', kind: 'not-measurable' },
  'no-clear-change': { mark: '≈', word: 'no clear change', kind: 'not-measurable' },
  withheld: { mark: '·', word: 'withheld', kind: 'not-measurable' },
};
