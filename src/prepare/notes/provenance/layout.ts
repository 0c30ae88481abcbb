// Where does everything that learning and tracing know lie in the machine's memory?
import type { Names } from './compile.ts';
import { atAt, checkAt, endAt, gram, hashAt, keyAt, mostWords, size, startAt, textAt } from './word-machine.ts';

/** Tokens of a chart that are remembered (about 25 MB of text); older text is forgotten, its origins are not. */
export const horizon = 1 << 22;
/** Fingerprints of a single patient that wait for a second one, at most. */
export const mostNewcomers = 1 << 22;
/** Slots for the fingerprints of several patients, at most; half as many are kept. */
export const mostSlots = 1 << 20;
/** Notes of one chart. */
export const mostNotes = 1 << 23;
/** Stretches of one note that become spans; what would be more belongs to the last. */
export const mostPieces = 1 << 20;
/** Tokens remembered on each side of a template's fingerprint, to find the template's exact edges. */
export const reach = 10;
/** Numbers that say what a span is; see `pieces.ts`. */
export const fields = 16;

const chartWords = horizon + mostWords;
const rows = mostSlots >> 1;
/** Of one note. Two fingerprints never make three stretches. */
const runs = mostWords >> 1;
const chartSlots = 1 << 24;

/**
 * Every array has the room it can ever need at an address that never changes, so that nothing moves while charts grow. The system gives
 * memory only to what is touched: a small export stays small. Places count from 1 to 4 bytes.
 */
const sizes: Readonly<Record<string, readonly [length: number, bytes: 1 | 2 | 4]>> = {
  // Learning: what the chart had, a bit per known fingerprint, slots to rows, rows of eight numbers, the words around them.
  seen: [4096, 4], near: [mostWords, 4], sieve: [mostSlots >> 2, 4], slots: [mostSlots, 4], rows: [8 * (rows + 1), 4], contexts: [2 * reach * (rows + 1), 4],
  // The chart: its tokens one behind the other, with origins; the notes; fingerprints, and slots to the newest of each.
  word: [chartWords, 4], opens: [chartWords, 4], closes: [chartWords, 4], originNote: [chartWords, 4], originStart: [chartWords, 4], depth: [chartWords, 2], isTemplate: [chartWords, 1],
  firstToken: [mostNotes, 4], slotKey: [chartSlots, 4], slotEntry: [chartSlots, 4],
  entryKey: [chartWords, 4], entryAt: [chartWords, 4], entryBefore: [chartWords, 4], entryRow: [chartWords, 4], entryNote: [chartWords, 4],
  // The note that is read: of each token, then of each fingerprint.
  kind: [mostWords, 1], skip: [mostWords, 1], map: [mostWords, 4], entries: [mostWords, 4], places: [mostWords, 4],
  // Its stretches of template, those of two patients, those of earlier notes, and what becomes a span.
  runFrom: [runs, 4], runTo: [runs, 4], runFirm: [runs, 4], runScope: [runs, 4], runKey: [runs, 4], runUses: [runs, 4], runCount: [runs, 4], runPatients: [runs, 4], uses: [mostWords, 4], shifts: [16, 4],
  pairFrom: [runs, 4], pairTo: [runs, 4], pairKeys: [runs, 4], pairCount: [runs, 4], pairKept: [runs, 4], keys: [mostWords, 4],
  matchFrom: [runs, 4], matchTo: [runs, 4], matchNote: [runs, 4], sourceFrom: [runs, 4], sourceTo: [runs, 4], matched: [runs, 4],
  pieceKind: [mostPieces, 1], pieceFrom: [mostPieces, 4], pieceTo: [mostPieces, 4], pieceOf: [mostPieces, 4], out: [2 * mostPieces * fields, 4],
  mine: [8, 4], theirs: [8, 4],
};

const cellNames = [
  'sieveMask', 'slotMask', 'newcomersMask', 'slotsAtMost', 'used', 'read', 'touched',
  'count', 'notes', 'chartMask', 'slotsUsed', 'entryCount', 'hasTemplates',
  'from', 'to', 'runsFound', 'usesFound', 'shiftsFound', 'pairsFound', 'keysFound', 'openPair', 'pairEnds', 'matchesFound', 'taken', 'piecesFound',
  'foundHere', 'foundThere', 'foundMatched', 'foundScore',
  // Side by side, in the order of the kinds.
  'wordsAuthored', 'wordsCopied', 'wordsTemplated', 'wordsImported', 'lettersAuthored', 'lettersCopied', 'lettersTemplated', 'lettersImported',
] as const;
export type Cell = (typeof cellNames)[number];

let end = (size + 63) & ~63;
const cells = {} as Record<Cell, number>;
for (const name of cellNames) {
  cells[name] = end;
  end += 4;
}
const arrays: Record<string, { at: number; bytes: 1 | 2 | 4 }> = {
  text: { at: textAt, bytes: 1 }, hash: { at: hashAt, bytes: 4 }, start: { at: startAt, bytes: 4 }, end: { at: endAt, bytes: 4 },
  at: { at: atAt, bytes: 4 }, key: { at: keyAt, bytes: 4 }, check: { at: checkAt, bytes: 4 },
};
for (const [name, [length, bytes]] of Object.entries(sizes)) {
  // A cache line of nothing lies between them.
  end = (end + 127) & ~63;
  arrays[name] = { at: end, bytes };
  end += length * bytes;
}
// What waits for a second patient is forgotten when learning ends, and no chart is traced before: both use the same room.
arrays['singles'] = { at: arrays['word']!.at, bytes: 4 };

export const memoryBytes = end + 64;
export const names: Names = { arrays, cells, numbers: { gram, reach, horizon, fields, mostPieces, mostChartSlots: chartSlots } };
