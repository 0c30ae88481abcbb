// How do marked words become spans that cover the text and know where they come from?
import type { Chart } from './chart.ts';
import type { Match } from './matches.ts';
import type { Kind, NoteText, Span } from './model.ts';
import { useOf, type Run } from './template-runs.ts';
import { letterAt, type Letters } from './tokens.ts';

export const authored = 0;
export const copied = 1;
export const templated = 2;
export const imported = 3;
export const kindOf: readonly Kind[] = ['authored', 'copied', 'templated', 'imported'];

/** Inside a copy, a change of origin of fewer tokens than this belongs to its neighbours. */
const leastOrigin = 4;

export interface ChartNotes {
  notes: readonly NoteText[];
  /** Milliseconds; NaN for no date. */
  times: number[];
  /** Of each note: how many encounters of the chart began before its own; -1 for no encounter. */
  ranks: number[];
}

export interface Marked {
  /** The note's text and how long it is. */
  letters: Letters;
  length: number;
  index: number;
  /** The note's tokens in the chart. */
  from: number;
  to: number;
  kind: Uint8Array;
  map: Int32Array;
  matches: Match[];
  runs: Run[];
  chart: Chart;
  chartNotes: ChartNotes;
}

/** Encounters count in the order of their first note. */
export function encounterRanks(notes: readonly NoteText[]): number[] {
  const ranks = new Map<string, number>();
  return notes.map(({ encounter }) => {
    if (encounter === null) return -1;
    const rank = ranks.get(encounter) ?? ranks.size;
    ranks.set(encounter, rank);
    return rank;
  });
}

/** A stretch of tokens that becomes one span. */
interface Piece {
  kind: number;
  from: number;
  to: number;
  match?: Match;
  run?: Run;
}

/** The spans of a note, and in `words` how many tokens of each kind they hold. */
export function spansOf(marked: Marked, words: Record<Kind, number>): Span[] {
  const { length } = marked;
  if (length === 0) return [];
  const pieces = piecesOf(marked);
  if (pieces.length === 0) return [{ kind: 'authored', start: 0, end: length }];
  const spans: Span[] = [];
  let begins = 0;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i]!;
    const ends = i + 1 < pieces.length ? borderAfter(marked, piece.to - 1) : length;
    const span: Span = { kind: kindOf[piece.kind]!, start: begins, end: ends };
    words[span.kind] += piece.to - piece.from;
    if (piece.match) fillCopied(span, piece, piece.match, marked);
    if (piece.run) span.template = useOf(piece.run);
    spans.push(span);
    begins = ends;
  }
  return spans;
}

/** Punctuation belongs to the word before it, white space and what follows to the next. */
function borderAfter({ letters, chart: { tokens } }: Marked, token: number): number {
  const next = tokens.start[token + 1]!;
  let at = tokens.end[token]!;
  while (at < next && letterAt(letters, at) > 32) at++;
  return at;
}

function piecesOf(marked: Marked): Piece[] {
  const { kind, from, to, matches, runs } = marked;
  const pieces: Piece[] = [];
  let m = 0;
  let r = 0;
  for (let token = from; token < to; ) {
    const is = kind[token - from]!;
    let end = token + 1;
    if (is === copied) {
      while (matches[m]!.to <= token) m++;
      const match = matches[m]!;
      while (end < match.to && kind[end - from] === is) end++;
      originPieces(pieces, token, end, match, marked);
    } else if (is === templated) {
      while (r < runs.length && runs[r]!.to <= token) r++;
      const run = runs[r];
      const isInside = run && run.from <= token;
      const ends = isInside ? run.to : Math.min(to, run?.from ?? to);
      while (end < ends && kind[end - from] === is) end++;
      // An edited template that only an earlier note explains belongs to the one beside it.
      const last = pieces.at(-1);
      if (!isInside && last?.kind === is) last.to = end;
      else if (isInside) pieces.push({ kind: is, from: token, to: end, run });
      else pieces.push({ kind: is, from: token, to: end });
    } else {
      while (end < to && kind[end - from] === is) end++;
      pieces.push({ kind: is, from: token, to: end });
    }
    token = end;
  }
  return pieces;
}

/** One piece per origin note; a few words of another origin in between belong to their neighbours. */
function originPieces(pieces: Piece[], from: number, to: number, match: Match, { chart: { originNote } }: Marked): void {
  let opens = from;
  for (let token = from; token < to; ) {
    let end = token + 1;
    while (end < to && originNote[end] === originNote[token]) end++;
    if (end < to && end - token >= leastOrigin && changesFor(originNote, end, to)) {
      pieces.push({ kind: copied, from: opens, to: end, match });
      opens = end;
    }
    token = end;
  }
  pieces.push({ kind: copied, from: opens, to, match });
}

/** Whether another origin begins here and stays. */
function changesFor(originNote: Int32Array, at: number, to: number): boolean {
  let end = at + 1;
  while (end < to && originNote[end] === originNote[at]) end++;
  return end - at >= leastOrigin;
}

function fillCopied(span: Span, piece: Piece, match: Match, { index, from, map, chart, chartNotes }: Marked): void {
  const { originNote, originStart, depth, tokens } = chart;
  const origin = majority(originNote, piece.from, piece.to);
  let first = Infinity;
  let last = -1;
  let originFrom = Infinity;
  let originTo = -1;
  let matched = 0;
  for (let token = piece.from; token < piece.to; token++) {
    const there = map[token - from]!;
    if (there < match.sourceFrom || there >= match.sourceTo) continue;
    matched++;
    if (there < first) first = there;
    if (there > last) last = there;
    if (originNote[token] !== origin) continue;
    const begins = originStart[token]!;
    if (begins < originFrom) originFrom = begins;
    if (begins + tokens.end[token]! - tokens.start[token]! > originTo) originTo = begins + tokens.end[token]! - tokens.start[token]!;
  }
  if (matched === 0) {
    // Only changed words stand here, between a template and the rest of the copy.
    first = match.sourceFrom;
    last = match.sourceTo - 1;
    originFrom = tokens.start[first]!;
    originTo = tokens.end[last]!;
  }
  const { notes } = chartNotes;
  span.source = { note: notes[match.sourceNote]!.id, index: match.sourceNote, start: tokens.start[first]!, end: tokens.end[last]! };
  span.origin = { note: notes[origin]!.id, index: origin, start: originFrom, end: originTo, author: notes[origin]!.author };
  span.depth = majority(depth, piece.from, piece.to);
  const days = (chartNotes.times[index]! - chartNotes.times[origin]!) / 86_400_000;
  span.stalenessDays = Number.isNaN(days) ? null : days;
  const begun = chartNotes.ranks[index]!;
  const before = chartNotes.ranks[origin]!;
  span.stalenessEncounters = begun < 0 || before < 0 ? null : begun - before;
  span.similarity = Math.max(matched, 1) / Math.max(piece.to - piece.from, last - first + 1, 1);
}

/** The value most tokens have, by the count of Boyer and Moore: where none has more than half, one that many have. */
function majority(values: Int32Array | Uint16Array, from: number, to: number): number {
  let leading = values[from]!;
  let lead = 0;
  for (let at = from; at < to; at++) {
    if (values[at] === leading) lead++;
    else if (--lead < 0) {
      leading = values[at]!;
      lead = 1;
    }
  }
  return leading;
}
