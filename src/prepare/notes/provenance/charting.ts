// Where in the earlier notes of this chart does a fingerprint stand already? The routines of the machine; `provenance.ts` calls them.

/**
 * The tokens of a chart's notes lie one behind the other: `word`, `opens` and `closes`, with the note each was written in first and where
 * there (`originNote` is -1 for the note it stands in), its `depth`, and whether it belongs to a long template. An entry is a fingerprint
 * of an earlier note: key, place, note, the next older entry of the same key or -1, and its row among the templates or -1. A slot holds
 * one more than the newest entry of its key, or 0. The first token of a note is below zero where it was forgotten.
 */
export const charting = `
// Forgets the chart before. The table begins small, so that a small chart is cheap to begin.
function restart() {
  count = 0;
  notes = 0;
  entryCount = 0;
  slotsUsed = 0;
  hasTemplates = 0;
  chartMask = 1023;
  fill(slotEntry, 0, 1024, 0);
}

function beginNote() {
  if (count > horizon) forgetOlderHalf();
  firstToken[notes] = count;
  notes++;
}

function enterChart(one, place, note) {
  let entry = entryCount;
  entryCount++;
  entryKey[entry] = one;
  entryAt[entry] = place;
  entryNote[entry] = note;
  let slot = (one ^ (one >>> 15)) & chartMask;
  while (slotEntry[slot] != 0 && slotKey[slot] != one) slot = (slot + 1) & chartMask;
  if (slotEntry[slot] == 0) {
    slotKey[slot] = one;
    slotsUsed++;
  }
  entryBefore[entry] = slotEntry[slot] - 1;
  slotEntry[slot] = entry + 1;
}

function rehash(mask) {
  fill(slotEntry, 0, mask + 1, 0);
  chartMask = mask;
  slotsUsed = 0;
  let all = entryCount;
  entryCount = 0;
  for (let entry = 0; entry < all; entry++) enterChart(entryKey[entry], entryAt[entry], entryNote[entry]);
}

// Writes for each fingerprint its newest entry, or -1, and makes room for them all, so that the slots stay good until they are filed.
function newest(prints) {
  while ((slotsUsed + prints) * 2 > chartMask && chartMask + 1 < mostChartSlots) rehash(chartMask * 4 + 3);
  let mask = chartMask;
  for (let i = 0; i < prints; i++) {
    let one = key[i];
    let slot = (one ^ (one >>> 15)) & mask;
    let entry = slotEntry[slot];
    while (entry != 0 && slotKey[slot] != one) {
      slot = (slot + 1) & mask;
      entry = slotEntry[slot];
    }
    entries[i] = entry - 1;
  }
}

// Files the fingerprints of the note, once its own places were looked for, and where each is among the templates.
function file(prints) {
  let note = notes - 1;
  let begin = from;
  for (let i = 0; i < prints; i++) {
    entryRow[entryCount] = places[i];
    enterChart(key[i], begin + at[i], note);
  }
}

// Keeps the newer half of the tokens. Each is moved once per half horizon: linear over the chart.
function forgetOlderHalf() {
  let gone = count - (horizon >> 1);
  let left = count - gone;
  copy(word, 0, word, gone, left);
  copy(opens, 0, opens, gone, left);
  copy(closes, 0, closes, gone, left);
  copy(originNote, 0, originNote, gone, left);
  copy(originStart, 0, originStart, gone, left);
  copy(depth, 0, depth, gone, left);
  copy(isTemplate, 0, isTemplate, gone, left);
  count = left;
  for (let note = 0; note < notes; note++) firstToken[note] -= gone;
  let kept = 0;
  for (let entry = 0; entry < entryCount; entry++) if (entryAt[entry] >= gone) {
    entryKey[kept] = entryKey[entry];
    entryRow[kept] = entryRow[entry];
    entryNote[kept] = entryNote[entry];
    entryAt[kept] = entryAt[entry] - gone;
    kept++;
  }
  entryCount = kept;
  rehash(chartMask);
}
`;
