// Where does every word of a chart's notes come from: copied, templated, imported or authored?
import { indexFacts, markImported, type FactIndex } from './imported.ts';
import { fields, mostNotes, mostPieces } from './layout.ts';
import { openMachine, type Machine } from './machine.ts';
import type { ChartProvenance, Fact, Kind, NoteProvenance, NoteText, SharedSpan, Span } from './model.ts';
import { field } from './pieces.ts';
import { sharesOf } from './shares.ts';
import { encounterRanks, kindOf, spansOf, type ChartNotes } from './spans.ts';
import type { Templates } from './templates.ts';
import { tracingNumbers } from './tracing.ts';

export { crossPatientFindings } from './cross-patient.ts';
export { templateLearner, learnTemplates, patientsToLearn, type TemplateLearner, type Templates } from './templates.ts';
export { kinds } from './model.ts';
export type * from './model.ts';

export interface Context {
  /** What `learnTemplates` or a `templateLearner` found in the corpus; without it nothing is called templated. */
  templates?: Templates;
  /** The structured data of the note's encounter; without it nothing is called imported. Asked once per encounter. */
  facts?: (note: NoteText) => readonly Fact[];
}

/** Numbers that may wait in the machine's memory: there is room for those of one more note behind them. */
const roomOfPiece = mostPieces * fields;

/** Traces charts without templates. */
let bare: Machine | undefined;

/**
 * Tells for every note of one subject, in the order given (time order, undated last), where its text comes from. The
 * spans of a note cover its whole text. Where several answers fit a word, imported goes before templated before copied;
 * a template of fewer than 30 words (40 where few patients have it) inside a copy stays part of the copy. Linear in the text; remembers the last 4
 * million words of the chart. Notes with equal ids are told apart by their index.
 */
export function analyseChart(notes: readonly NoteText[], context: Context = {}): ChartProvenance {
  if (notes.length >= mostNotes) throw new RangeError(`A chart of ${notes.length} notes cannot be traced; ${mostNotes} can.`);
  const templates = context.templates?.known ? context.templates : null;
  const machine = templates?.machine ?? (bare ??= openMachine());
  const facts = new Map<string, FactIndex>();
  const chart: ChartNotes = { notes, times: notes.map(({ at }) => (at === null ? Number.NaN : Date.parse(at))), ranks: encounterRanks(notes) };
  const shared: SharedSpan[] = [];
  const result: NoteProvenance[] = [];
  const traced: TracedChart = { piece: { chart, out: new Int32Array(0) }, used: 0 };
  machine.run.restart();
  for (const [index, note] of notes.entries()) {
    const { tokens, prints, length, isAscii } = machine.read(note.utf8 ?? note.text);
    machine.run.trace(tokens, prints, templates === null ? 0 : 1);
    if (context.facts) markFacts(machine, note, tokens, isAscii, factsOf(note, context.facts, facts));
    if (templates && machine.run.unexplained() > 0) takeShared(machine, note, index, shared);
    result.push(tracedNote(machine, note, index, tokens, length, isAscii, traced));
    machine.run.file(prints);
    if (traced.used > roomOfPiece) keep(machine, traced);
  }
  keep(machine, traced);
  return { subject: notes[0]?.subject ?? null, notes: result, shared, templatesKnown: templates !== null, factsKnown: context.facts !== undefined };
}

/** Takes the numbers of the notes traced so far out of the machine's memory. */
function keep({ of }: Machine, traced: TracedChart): void {
  traced.piece.out = of.out.slice(0, traced.used);
  traced.piece = { chart: traced.piece.chart, out: new Int32Array(0) };
  traced.used = 0;
}

function markFacts({ of, kind }: Machine, note: NoteText, tokens: number, isAscii: boolean, index: FactIndex): void {
  markImported(isAscii && note.utf8 ? note.utf8 : note.text, of.hash, of.start, of.end, 0, tokens, index, kind, tracingNumbers.imported);
}

/** Text that few other patients have and nothing explains. */
function takeShared({ cell, of }: Machine, note: NoteText, index: number, into: SharedSpan[]): void {
  for (let pair = 0; pair < cell('pairsFound'); pair++) {
    if (of.pairKept[pair] === 0) continue;
    const [first, last, keys] = [of.pairFrom[pair]!, of.pairTo[pair]!, of.pairKeys[pair]!];
    into.push({
      note: note.id, index, subject: note.subject, at: note.at, author: note.author, start: of.opens[first]!, end: of.closes[last - 1]!, tokens: last - first,
      fingerprints: numbersOf(of.keys, keys, of.pairCount[pair]!), words: of.word.slice(first, last),
    });
  }
}

/** Spread typed arrays are slow, and there are many. */
function numbersOf(from: Int32Array, at: number, count: number): number[] {
  const numbers: number[] = [];
  for (let n = 0; n < count; n++) numbers.push(from[at + n]!);
  return numbers;
}

/** What the machine says of the note that was traced last. */
function tracedNote({ run, of, sums, cell }: Machine, note: NoteText, index: number, words: number, length: number, isAscii: boolean, chart: TracedChart): NoteProvenance {
  const from = chart.used;
  const to = from + run.span(isAscii ? 1 : 0, length, from) * fields;
  const tokens = { copied: sums[1]!, templated: sums[2]!, imported: sums[3]!, authored: sums[0]! };
  const characters = { copied: sums[5]!, templated: sums[6]!, imported: sums[7]!, authored: sums[4]! };
  if (words === 0) characters.authored = length;
  else if (!isAscii) moveBorders(note.text, of.out.subarray(from, to), characters, of, cell('from'));
  chart.used = to;
  return new TracedNote(note.id, index, characters, tokens, chart.piece, from, to, length);
}

/** A part of the chart whose numbers are kept together; `out` once the part is full or the chart ends. */
interface Piece {
  chart: ChartNotes;
  out: Int32Array;
}

interface TracedChart {
  piece: Piece;
  /** Numbers of it that stand in the machine's memory. */
  used: number;
}

/** The numbers of a note's spans stay numbers until somebody asks for the spans. */
class TracedNote implements NoteProvenance {
  id: string;
  index: number;
  characters: Record<Kind, number>;
  tokens: Record<Kind, number>;
  #piece: Piece;
  #from: number;
  #to: number;
  #length: number;
  #spans: Span[] | null = null;
  #shares: Record<Kind, number> | null | undefined = undefined;
  constructor(id: string, index: number, characters: Record<Kind, number>, tokens: Record<Kind, number>, piece: Piece, from: number, to: number, length: number) {
    this.id = id;
    this.index = index;
    this.characters = characters;
    this.tokens = tokens;
    this.#piece = piece;
    this.#from = from;
    this.#to = to;
    this.#length = length;
  }
  get spans(): Span[] {
    return (this.#spans ??= this.#to > this.#from ? spansOf(this.#piece.out.subarray(this.#from, this.#to), this.index, this.#piece.chart) : this.#length > 0 ? [{ kind: 'authored', start: 0, end: this.#length }] : []);
  }
  get shares(): Record<Kind, number> | null {
    return this.#shares === undefined ? (this.#shares = sharesOf(this.characters)) : this.#shares;
  }
}

/** Punctuation belongs to the word before it, white space and what follows to the next. Letters are counted again. */
function moveBorders(text: string, out: Int32Array, characters: Record<Kind, number>, { opens }: Machine['of'], from: number): void {
  let next = from;
  for (const kind of kindOf) characters[kind] = 0;
  for (let at = 0; at < out.length; at += fields) {
    next += out[at + field.tokens]!;
    if (at + fields < out.length) {
      let end = out[at + field.end]!;
      while (end < opens[next]! && text.charCodeAt(end) > 32) end++;
      out[at + field.end] = out[at + fields + field.start] = end;
    }
    characters[kindOf[out[at]!]!] += out[at + field.end]! - out[at + field.start]!;
  }
}

function factsOf(note: NoteText, facts: NonNullable<Context['facts']>, known: Map<string, FactIndex>): FactIndex {
  const encounter = note.encounter ?? `note ${note.id}`;
  let index = known.get(encounter);
  if (!index) known.set(encounter, (index = indexFacts(facts(note))));
  return index;
}
