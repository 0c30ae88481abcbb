// Where in the earlier notes of this chart does a text stand already?
import { tokenStore, type Fingerprints, type TokenStore } from './tokens.ts';

/** Tokens of a chart that are remembered (about 25 MB of text); older text is forgotten, its origins are not. */
export const horizon = 1 << 22;

/** Room for more tokens than this is given back after the chart that needed it. */
const keptRoom = 1 << 20;

/** The tokens of a chart's notes one behind the other, and an index from fingerprint to the places that hold it. */
export interface Chart {
  tokens: TokenStore;
  count: number;
  /** Of each token: the note it was written in first and where there, or -1 for the note it stands in. */
  originNote: Int32Array;
  originStart: Int32Array;
  depth: Uint16Array;
  /** 1 for a token of a long template. */
  isTemplate: Uint8Array;
  notes: number;
  /** Of each note: its first token. Below zero where it was forgotten. */
  firstToken: Int32Array;
  slotKey: Int32Array;
  /** One more than the newest entry; 0 where the slot is empty. */
  slotEntry: Int32Array;
  mask: number;
  slotsUsed: number;
  entries: number;
  entryKey: Int32Array;
  entryAt: Int32Array;
  /** The next older entry of the same fingerprint, or -1. */
  entryBefore: Int32Array;
  /** Where its fingerprint is filed among the templates, or -1. */
  entryRow: Int32Array;
}

export const emptyChart = (): Chart => ({
  tokens: tokenStore(),
  count: 0,
  originNote: new Int32Array(1 << 14),
  originStart: new Int32Array(1 << 14),
  depth: new Uint16Array(1 << 14),
  isTemplate: new Uint8Array(1 << 14),
  notes: 0,
  firstToken: new Int32Array(256),
  slotKey: new Int32Array(1 << 12),
  slotEntry: new Int32Array(1 << 12),
  mask: (1 << 12) - 1,
  slotsUsed: 0,
  entries: 0,
  entryKey: new Int32Array(1 << 12),
  entryAt: new Int32Array(1 << 12),
  entryBefore: new Int32Array(1 << 12),
  entryRow: new Int32Array(1 << 12),
});

/** Forgets the chart before; its room is used again. The table begins small, so that a small chart is cheap to begin. */
export function restart(chart: Chart): void {
  if (chart.tokens.capacity > keptRoom) Object.assign(chart, emptyChart());
  chart.count = chart.notes = chart.entries = chart.slotsUsed = 0;
  chart.mask = (1 << 10) - 1;
  chart.slotEntry.fill(0, 0, chart.mask + 1);
}

/** Begins a note: its tokens will stand behind the answered place. */
export function beginNote(chart: Chart): number {
  if (chart.count > horizon) forgetOlderHalf(chart);
  if (chart.notes === chart.firstToken.length) chart.firstToken = widened(chart.firstToken, chart.notes * 2);
  chart.firstToken[chart.notes++] = chart.count;
  return chart.count;
}

/** The note's tokens are in: room for their origins, and none of them is copied yet. */
export function tokensAreIn(chart: Chart, to: number): void {
  const from = chart.count;
  chart.count = to;
  if (chart.originNote.length < to) {
    const wanted = Math.max(to, chart.tokens.capacity);
    chart.originNote = widened(chart.originNote, wanted);
    chart.originStart = widened(chart.originStart, wanted);
    const deeper = new Uint16Array(wanted);
    deeper.set(chart.depth);
    chart.depth = deeper;
    const marked = new Uint8Array(wanted);
    marked.set(chart.isTemplate);
    chart.isTemplate = marked;
  }
  chart.originNote.fill(-1, from, to);
  chart.isTemplate.fill(0, from, to);
}

/** The index in the chart of the note that a token stands in. */
export function noteOf(chart: Chart, token: number): number {
  let low = 0;
  let high = chart.notes - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (chart.firstToken[middle]! <= token) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Writes for each fingerprint its newest entry, or -1, and makes room for them all, so that the places stay good until they are filed. */
export function newest(chart: Chart, { key, count }: Fingerprints, into: Int32Array): void {
  while ((chart.slotsUsed + count) * 2 > chart.mask) rehash(chart, chart.mask * 4 + 3);
  const { slotKey, slotEntry, mask } = chart;
  for (let i = 0; i < count; i++) {
    const one = key[i]!;
    let slot = (one ^ (one >>> 15)) & mask;
    while (slotEntry[slot]! !== 0 && slotKey[slot]! !== one) slot = (slot + 1) & mask;
    into[i] = slotEntry[slot]! - 1;
  }
}

/** Files the fingerprints of a note, once its own places were looked for, and where each is among the templates. */
export function file(chart: Chart, prints: Fingerprints, rows: Int32Array): void {
  const wanted = chart.entries + prints.count;
  if (wanted > chart.entryKey.length) {
    const room = Math.max(wanted, chart.entryKey.length * 2);
    chart.entryKey = widened(chart.entryKey, room);
    chart.entryAt = widened(chart.entryAt, room);
    chart.entryBefore = widened(chart.entryBefore, room);
    chart.entryRow = widened(chart.entryRow, room);
  }
  for (let i = 0; i < prints.count; i++) {
    chart.entryRow[chart.entries] = rows[i]!;
    enter(chart, prints.key[i]!, prints.at[i]!);
  }
}

function enter(chart: Chart, key: number, at: number): void {
  const { slotKey, slotEntry, mask } = chart;
  const entry = chart.entries++;
  chart.entryKey[entry] = key;
  chart.entryAt[entry] = at;
  let slot = (key ^ (key >>> 15)) & mask;
  while (slotEntry[slot]! !== 0 && slotKey[slot]! !== key) slot = (slot + 1) & mask;
  if (slotEntry[slot]! === 0) {
    slotKey[slot] = key;
    chart.slotsUsed++;
    chart.entryBefore[entry] = -1;
  } else chart.entryBefore[entry] = slotEntry[slot]! - 1;
  slotEntry[slot] = entry + 1;
}

function rehash(chart: Chart, mask: number): void {
  if (chart.slotKey.length <= mask) {
    chart.slotKey = new Int32Array(mask + 1);
    chart.slotEntry = new Int32Array(mask + 1);
  } else chart.slotEntry.fill(0, 0, mask + 1);
  chart.mask = mask;
  chart.slotsUsed = 0;
  const entries = chart.entries;
  chart.entries = 0;
  for (let entry = 0; entry < entries; entry++) enter(chart, chart.entryKey[entry]!, chart.entryAt[entry]!);
}

/** Keeps the newer half of the tokens. Each is moved once per half horizon: linear over the chart. */
function forgetOlderHalf(chart: Chart): void {
  const gone = chart.count - (horizon >> 1);
  const { tokens } = chart;
  for (const array of [tokens.hash, tokens.start, tokens.end, chart.originNote, chart.originStart, chart.depth, chart.isTemplate]) array.copyWithin(0, gone, chart.count);
  chart.count -= gone;
  for (let note = 0; note < chart.notes; note++) chart.firstToken[note] = chart.firstToken[note]! - gone;
  let kept = 0;
  for (let entry = 0; entry < chart.entries; entry++) {
    if (chart.entryAt[entry]! < gone) continue;
    chart.entryKey[kept] = chart.entryKey[entry]!;
    chart.entryRow[kept] = chart.entryRow[entry]!;
    chart.entryAt[kept++] = chart.entryAt[entry]! - gone;
  }
  chart.entries = kept;
  rehash(chart, chart.mask);
}

function widened(array: Int32Array, length: number): Int32Array {
  const wider = new Int32Array(length);
  wider.set(array);
  return wider;
}
