// Where does every word of a chart's notes come from: copied, templated, imported or authored?
import { beginNote, emptyChart, file, newest, restart, tokensAreIn, type Chart } from './chart.ts';
import { indexFacts, markImported, type FactIndex } from './imported.ts';
import { findMatches, type Match } from './matches.ts';
import type { ChartProvenance, Fact, NoteProvenance, NoteText, SharedSpan } from './model.ts';
import { sharesOf } from './shares.ts';
import { authored, copied, encounterRanks, imported, spansOf, templated, type ChartNotes } from './spans.ts';
import { isFirm, templateRuns, type Run, type SharedRun } from './template-runs.ts';
import type { Templates } from './templates.ts';
import { fingerprint, fingerprintStore, keepWords, readWords } from './tokens.ts';

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

/** A copy has at least so many tokens that match its source, outside templates. */
export const leastCopied = 18;
/** Or, where its sentences are each common, so many tokens, of which so many stand beside the longest common stretch. */
const leastOfSentences = 28;
const leastBeside = 14;
/** And at least this share of its tokens match. */
const leastSimilar = 0.7;
/** A template has at least so many tokens, and inside a copy so many before it is told apart from the copy. */
const leastTemplate = 16;
const leastTemplateInCopy = 30;
const leastFewInCopy = 40;
/** A template of so many tokens is known again in later notes even where edits hide it from the corpus. */
const leastHandedOn = 50;
/** Long enough to be told apart inside a copy; longer where only few patients have it. */
const standsAlone = (run: Run): boolean => run.to - run.from >= (isFirm(run) ? leastTemplateInCopy : leastFewInCopy);
/** Text shared with few other patients is told from so many tokens on. */
const leastShared = 30;
/** Of text that is the same throughout, a fingerprint is kept about every fifth token; edits take some. */
const expectedGap = 8;

// One analysis at a time, and its room is used again by the next.
const chart = emptyChart();
const prints = fingerprintStore();
let kind = new Uint8Array(1 << 12);
let skip = new Uint8Array(1 << 12);
let map = new Int32Array(1 << 12);
// Of each fingerprint: the chart's newest entry, and where it is filed among the templates.
let entries = new Int32Array(1 << 12);
let places = new Int32Array(1 << 12);
/** Whether any token of the chart is marked as one of a long template. */
let hasTemplates = false;

/**
 * Tells for every note of one subject, in the order given (time order, undated last), where its text comes from. The
 * spans of a note cover its whole text. Where several answers fit a word, imported goes before templated before copied;
 * a template of fewer than 30 words (40 where few patients have it) inside a copy stays part of the copy. Linear in the text; remembers the last 4
 * million words of the chart. Notes with equal ids are told apart by their index.
 */
export function analyseChart(notes: readonly NoteText[], context: Context = {}): ChartProvenance {
  restart(chart);
  hasTemplates = false;
  const templates = context.templates?.known ? context.templates : null;
  const facts = new Map<string, FactIndex>();
  const chartNotes: ChartNotes = { notes, times: notes.map(({ at }) => (at === null ? Number.NaN : Date.parse(at))), ranks: encounterRanks(notes) };
  const shared: SharedSpan[] = [];
  const result: NoteProvenance[] = [];

  for (const [index, note] of notes.entries()) {
    const from = beginNote(chart);
    const words = readWords(note.utf8 ?? note.text);
    const { length } = words;
    const letters = words.isAscii && note.utf8 ? note.utf8 : note.text;
    const to = keepWords(words, chart.tokens, from);
    tokensAreIn(chart, to);
    const { hash, start, end } = chart.tokens;
    fingerprint(words, from, prints);
    roomFor(to - from);
    kind.fill(authored, 0, to - from);
    skip.fill(0, 0, to - from);
    newest(chart, prints, entries);
    if (templates) templates.findAll(prints, entries, chart.entryRow, places);
    const found = templates ? templateRuns(hash, from, to, prints, places, templates) : { runs: [] as Run[], shared: [] as SharedRun[] };
    for (const run of found.runs) if (standsAlone(run)) skip.fill(1, run.from - from, run.to - from);
    map.fill(-1, 0, to - from);
    const all = index === 0 ? [] : findMatches(chart, prints, entries, from, to, skip, map);
    // All of them before the first is judged: what is template counts for none.
    let taken = 0;
    if (hasTemplates) for (const match of all) taken += takeOverTemplates(match, from);
    const matches = all.filter((match) => isCopy(match, found.runs, from, taken > 0));
    for (const match of matches) {
      if (taken === 0) kind.fill(copied, match.from - from, match.to - from);
      else for (let i = match.from - from; i < match.to - from; i++) if (kind[i] === authored) kind[i] = copied;
      traceOrigins(chart, match, from);
    }
    const runs = found.runs.filter((run) => markTemplate(run, from));
    if (context.facts) markImported(letters, hash, start, end, from, to, factsOf(note, context.facts, facts), kind, imported);
    for (const run of found.shared) {
      if (isUnexplained(run, from)) shared.push({ note: note.id, index, subject: note.subject, at: note.at, author: note.author, start: start[run.from]!, end: end[run.to - 1]!, tokens: run.to - run.from, fingerprints: [...run.fingerprints], words: hash.slice(run.from, run.to) });
    }
    const characters = { copied: 0, templated: 0, imported: 0, authored: 0 };
    const tokens = { copied: 0, templated: 0, imported: 0, authored: 0 };
    const spans = spansOf({ letters, length, index, from, to, kind, map, matches, runs, chart, chartNotes }, tokens);
    for (const span of spans) characters[span.kind] += span.end - span.start;
    result.push({ id: note.id, index, spans, characters, tokens, shares: sharesOf(characters) });
    file(chart, prints, places);
  }
  return { subject: notes[0]?.subject ?? null, notes: result, shared, templatesKnown: templates !== null, factsKnown: context.facts !== undefined };
}

function roomFor(tokens: number): void {
  if (kind.length >= tokens) return;
  kind = new Uint8Array(tokens * 2);
  skip = new Uint8Array(tokens * 2);
  map = new Int32Array(tokens * 2);
  entries = new Int32Array(tokens * 2);
  places = new Int32Array(tokens * 2);
}

/**
 * Long and alike enough, not counting what is template anyway. Sentences that everybody writes, in the same order as in an
 * earlier note, are a copy too once there are several of them.
 */
function isCopy(match: Match, runs: readonly Run[], from: number, isMarked: boolean): boolean {
  const length = match.to - match.from;
  if (match.matched < leastCopied || match.matched < leastSimilar * length) return false;
  let own = isMarked ? notTemplated(match.from, match.to, from) : length;
  let common = 0;
  let longest = 0;
  for (const run of runs) {
    if (run.from >= match.to) break;
    const begins = Math.max(run.from, match.from);
    const ends = Math.min(run.to, match.to);
    if (ends <= begins) continue;
    const overlap = isMarked ? notTemplated(begins, ends, from) : ends - begins;
    if (standsAlone(run)) own -= overlap;
    else {
      common += overlap;
      longest = Math.max(longest, overlap);
    }
  }
  return own - common >= leastCopied || (own >= leastOfSentences && own - longest >= leastBeside);
}

function notTemplated(begins: number, ends: number, from: number): number {
  let count = 0;
  for (let i = begins - from; i < ends - from; i++) if (kind[i] !== templated) count++;
  return count;
}

/** What runs alongside a template of an earlier note is that template, edited until the corpus does not know it any more. */
function takeOverTemplates(match: Match, from: number): number {
  const { isTemplate } = chart;
  let taken = 0;
  for (let token = match.from; token < match.to; token++) {
    const there = map[token - from]!;
    const isTaken = there >= match.sourceFrom && there < match.sourceTo ? isTemplate[there] === 1 : token > match.from && isTemplate[token - 1] === 1;
    if (!isTaken) continue;
    isTemplate[token] = 1;
    kind[token - from] = templated;
    taken++;
  }
  return taken;
}

/** Every copied token takes over the origin of its source; a token changed on the way belongs to the copy around it. */
function traceOrigins(chart: Chart, match: Match, from: number): void {
  const { originNote, originStart, depth } = chart;
  const { start } = chart.tokens;
  for (let token = match.from; token < match.to; token++) {
    const there = map[token - from]!;
    if (there >= match.sourceFrom && there < match.sourceTo) {
      const isFirst = originNote[there]! < 0;
      originNote[token] = isFirst ? match.sourceNote : originNote[there]!;
      originStart[token] = isFirst ? start[there]! : originStart[there]!;
      depth[token] = isFirst ? 1 : Math.min(65_535, depth[there]! + 1);
    } else if (token > match.from) {
      originNote[token] = originNote[token - 1]!;
      originStart[token] = originStart[token - 1]!;
      depth[token] = depth[token - 1]!;
    }
  }
}

/** Marks what of a run is template, and answers whether anything is. */
function markTemplate(run: Run, from: number): boolean {
  if (standsAlone(run)) {
    kind.fill(templated, run.from - from, run.to - from);
    if (isFirm(run) && run.to - run.from >= leastHandedOn) {
      chart.isTemplate.fill(1, run.from, run.to);
      hasTemplates = true;
    }
    return true;
  }
  let free = 0;
  for (let i = run.from - from; i < run.to - from; i++) if (kind[i] === authored) free++;
  if (free < leastTemplate) return false;
  for (let i = run.from - from; i < run.to - from; i++) if (kind[i] === authored) kind[i] = templated;
  return true;
}

/** Whether a stretch shared with other patients is long and nothing else explains it. */
function isUnexplained(run: SharedRun, from: number): boolean {
  let left = 0;
  for (let i = run.from - from; i < run.to - from; i++) if (kind[i] === authored) left++;
  return left >= leastShared && left * 2 >= run.to - run.from && run.fingerprints.length * expectedGap >= run.to - run.from;
}

function factsOf(note: NoteText, facts: NonNullable<Context['facts']>, known: Map<string, FactIndex>): FactIndex {
  const encounter = note.encounter ?? `note ${note.id}`;
  let index = known.get(encounter);
  if (!index) known.set(encounter, (index = indexFacts(facts(note))));
  return index;
}
