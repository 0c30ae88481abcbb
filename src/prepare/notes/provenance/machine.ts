// Where do the routines run that learn templates and trace notes, and what do they hand out?
import { isUtf8 } from 'node:buffer';
import { aligning, aligningNumbers } from './aligning.ts';
import { assemble, instantiate } from './assemble.ts';
import { charting } from './charting.ts';
import { compile } from './compile.ts';
import { memoryBytes, names, type Cell } from './layout.ts';
import { learning, learningNumbers } from './learning.ts';
import { pieceNumbers, pieces } from './pieces.ts';
import { letterTable, plainMachine } from './plain-words.ts';
import { runNumbers, templateRuns } from './template-runs.ts';
import { tracing, tracingNumbers } from './tracing.ts';
import { mostWords, textRoutines, wordsOver, type WordMachine } from './word-machine.ts';

/** So many different patients make a template of text that one author or one unit alone writes. */
export const patientsOfOneHand = 3;
/** And so many where several units share it. Less is looked at as a copy across patients. */
export const patientsOfAll = 5;

type Routines = Record<'learn' | 'enterAll' | 'finish' | 'restart' | 'trace' | 'unexplained' | 'span' | 'file', (...numbers: number[]) => number>;

/** One memory with the routines over it: what was learned, and the chart that is traced. */
export interface Machine {
  run: Routines;
  /** The arrays of the memory from their first number on, as far as they reach or somebody looks: a number that is no place in them is one of the next. */
  of: Readonly<Record<Shown, Int32Array>>;
  kind: Uint8Array;
  cell(name: Cell, value?: number): number;
  /** How many tokens, then how many letters of each kind, in the order of the machine's numbers. */
  sums: Int32Array;
  /** Reads a text, or its UTF-8, for the routines. */
  read(text: string | Uint8Array): TextRead;
}

/** Arrays that are looked at from outside. */
const shown = ['hash', 'start', 'end', 'at', 'key', 'check', 'seen', 'word', 'opens', 'closes', 'keys', 'pairFrom', 'pairTo', 'pairKeys', 'pairCount', 'pairKept', 'out'] as const;
type Shown = (typeof shown)[number];

export interface TextRead {
  tokens: number;
  prints: number;
  /** UTF-16 code units. */
  length: number;
  /** Every letter is one byte, and the text lies in the memory. */
  isAscii: boolean;
}

const source = [learning, charting, aligning, templateRuns, tracing, pieces].join('\n');
const numbers = { ...names.numbers, ...learningNumbers, ...aligningNumbers, ...runNumbers, ...tracingNumbers, ...pieceNumbers, patientsOfAll, patientsOfOneHand };

let plain: WordMachine | undefined;
let module: { code: WebAssembly.Module; hasVectors: boolean } | undefined;

/** Compiled once. Without vectors in the processor the text routines are left out, and words are read letter by letter. */
function compiled(vectors: boolean): NonNullable<typeof module> {
  const text = textRoutines();
  const whole = vectors ? assemble(memoryBytes, [...text, ...compile(source, { ...names, numbers }, text.length)]) : null;
  return whole ? { code: whole, hasVectors: true } : { code: assemble(memoryBytes, compile(source, { ...names, numbers }, 0))!, hasVectors: false };
}

/** Makes a machine with a memory of its own. @param vectors false: as on a processor that has none. */
export function openMachine(vectors = true): Machine {
  const { code, hasVectors } = vectors ? (module ??= compiled(true)) : compiled(false);
  const made = instantiate(code);
  const { buffer } = made.memory;
  const words = hasVectors ? wordsOver(made, letterTable()) : null;
  const cells = new Int32Array(buffer);
  const from = (array: string) => new Int32Array(buffer, names.arrays[array]!.at);
  const of = Object.fromEntries(shown.map((array) => [array, from(array)])) as Record<Shown, Int32Array>;
  const read: TextRead = { tokens: 0, prints: 0, length: 0, isAscii: true };

  /** Puts in what the plain machine found. Words beyond the room for one text are left to the span that ends it. */
  function readPlain(bytes: Uint8Array): void {
    plain ??= plainMachine(letterTable());
    read.tokens = Math.min(mostWords - 64, plain.cut(bytes));
    read.prints = plain.print(read.tokens);
    read.length = plain.units();
    read.isAscii = false;
    for (const array of ['hash', 'start', 'end'] as const) of[array].set(plain[array].subarray(0, read.tokens));
    for (const array of ['at', 'key', 'check'] as const) of[array].set(plain[array].subarray(0, read.prints));
  }

  return {
    run: made.routines as Routines,
    of,
    kind: new Uint8Array(buffer, names.arrays['kind']!.at),
    sums: new Int32Array(buffer, names.cells['wordsAuthored']!, 8),
    cell: (name, value) => {
      const at = names.cells[name]! >> 2;
      return value === undefined ? cells[at]! : (cells[at] = value);
    },
    read(text) {
      // What is no UTF-8 is read as everybody shows it, with replacement characters.
      const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : isUtf8(text) ? text : Buffer.from(Buffer.from(text).toString('utf8'), 'utf8');
      const tokens = words ? words.cut(bytes) : -1;
      if (tokens < 0) readPlain(bytes);
      else {
        read.tokens = tokens;
        read.prints = words!.print(tokens);
        read.length = words!.units();
        read.isAscii = read.length === bytes.length;
      }
      return read;
    },
  };
}
