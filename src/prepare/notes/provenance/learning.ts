// Which fingerprints of the corpus do several patients have? The routines of the machine; `templates.ts` calls them.

/** Spreads keys over slots and the sieve (Knuth's multiplicative hashing). */
export const learningNumbers = { spread: 0x9e3779b1, rowBits: (1 << 20) - 1 };

/**
 * A fingerprint seen in one patient waits in `singles`, where the newer pushes out the older: check and subject, author and unit, in 16
 * bits each. One of several patients has a row of eight numbers: key, check, first and second subject, third and latest, patients, author
 * and unit (0: several), where in the corpus it was remembered, and nothing, so that two rows fill a cache line. A slot holds one more
 * than the row, and 12 bits of the key that tell most others apart; 0 where it is empty. Rows and contexts lie in the order they were met,
 * so that what stands together in a text lies together in memory.
 */
export const learning = `
// The same hand, or several (unknown hands count as several).
inline function same(one, other) { return one == other ? one : 0; }
inline function isTemplateRow(row) {
  let patients = rows[row * 8 + 4];
  return patients >= patientsOfAll || (patients >= patientsOfOneHand && rows[row * 8 + 5] != 0);
}
inline function isSieved(bit) { return (sieve[(bit >>> 5) & sieveMask] >>> (bit & 31)) & 1; }

function find(one, other) {
  let slot = (one * spread >>> 7) & slotMask;
  while (1) {
    let filed = slots[slot];
    if (filed == 0) return -1;
    let row = (filed & rowBits) - 1;
    if ((filed ^ (one << 20)) >>> 20 == 0) if (rows[row * 8] == one && rows[row * 8 + 1] == other) return row;
    slot = (slot + 1) & slotMask;
  }
  return -1;
}

// Looked for first behind the one before: a template lies in its own order, and then nothing else needs looking at.
inline function nextRow(before, one, other) {
  let row = before + 1;
  if (row > 0 && row < used) if (rows[row * 8] == one && rows[row * 8 + 1] == other) return row;
  if (isSieved(one * spread)) return find(one, other);
  return -1;
}

function enter(one, row) {
  let bit = one * spread;
  sieve[(bit >>> 5) & sieveMask] |= 1 << (bit & 31);
  let slot = (bit >>> 7) & slotMask;
  while (slots[slot] != 0) slot = (slot + 1) & slotMask;
  slots[slot] = (one << 20) | (row + 1);
}

function enterAll() {
  sieveMask = ((slotMask + 1) >> 2) - 1;
  fill(slots, 0, slotMask + 1, 0);
  fill(sieve, 0, sieveMask + 1, 0);
  for (let row = 0; row < used; row++) enter(rows[row * 8], row);
}

// More slots, or, at the bound, fewer rows: those that only two patients have are left out.
function makeRoom() {
  if (slotMask + 1 < slotsAtMost) slotMask = slotMask * 4 + 3;
  else {
    let least = 2;
    let left = used;
    while (left * 3 > slotMask) {
      least++;
      left = 0;
      for (let row = 0; row < used; row++) left += rows[row * 8 + 4] >= least;
    }
    let kept = 0;
    for (let row = 0; row < used; row++) if (rows[row * 8 + 4] >= least) {
      copy(rows, kept * 8, rows, row * 8, 8);
      copy(contexts, kept * 2 * reach, contexts, row * 2 * reach, 2 * reach);
      kept++;
    }
    used = kept;
  }
  enterAll();
}

// A second patient has it. Files the tokens around this use, too; 0 stands for the note's edge.
function promote(i, one, two, author, unit, tokens) {
  if (used * 2 > slotMask) makeRoom();
  let row = used;
  used++;
  let to = row * 8;
  let here = at[i];
  rows[to] = key[i];
  rows[to + 1] = check[i];
  rows[to + 2] = one | (two << 16);
  rows[to + 3] = two << 16;
  rows[to + 4] = 2;
  rows[to + 5] = (author << 16) | unit;
  rows[to + 6] = read + here;
  let context = row * 2 * reach;
  for (let n = 0; n < reach; n++) {
    contexts[context + n] = here - reach + n >= 0 ? hash[here - reach + n] : 0;
    contexts[context + reach + n] = here + gram + n < tokens ? hash[here + gram + n] : 0;
  }
  enter(key[i], row);
}

// Keeps of the tokens around it what stands around this use, too: one use alone does not show where a template ends.
function agree(context, here, tokens) {
  let agrees = 1;
  for (let n = 1; n <= reach; n++) {
    if (agrees) agrees = here - n >= 0 ? contexts[context + reach - n] == hash[here - n] : 0;
    if (!agrees) contexts[context + reach - n] = 0;
  }
  agrees = 1;
  for (let n = 0; n < reach; n++) {
    if (agrees) agrees = here + gram + n < tokens ? contexts[context + reach + n] == hash[here + gram + n] : 0;
    if (!agrees) contexts[context + reach + n] = 0;
  }
}

inline function again(row, who, author, unit, here, tokens) {
  let to = row * 8;
  let hands = rows[to + 5];
  if (hands != 0) rows[to + 5] = (same(hands >>> 16, author) << 16) | same(hands & 0xffff, unit);
  let third = rows[to + 3];
  if (third >>> 16 == who) return 0;
  rows[to + 3] = (third & 0xffff) | (who << 16);
  let pair = rows[to + 2];
  if ((pair & 0xffff) == who || pair >>> 16 == who || (third & 0xffff) == who) return 0;
  if ((third & 0xffff) == 0) rows[to + 3] = who | (who << 16);
  rows[to + 4] += 1;
  if (rows[to + 4] == 3) agree(row * 2 * reach, here, tokens);
  return 0;
}

inline function first(i, who, author, unit, tokens) {
  let to = (key[i] & newcomersMask) * 2;
  let tag = check[i] & ~0xffff;
  let before = singles[to];
  if (before != 0 && (before & ~0xffff) == tag) {
    if ((before & 0xffff) == who) return 0;
    let hands = singles[to + 1];
    promote(i, before & 0xffff, who, same(hands >>> 16, author), same(hands & 0xffff, unit), tokens);
    singles[to] = 0;
    return 0;
  }
  singles[to] = tag | who;
  singles[to + 1] = (author << 16) | unit;
  return 0;
}

function learn(tokens, prints, who, author, unit) {
  // Left out is what stood in this chart just before: it has no other patient, and who copies a text has not written it.
  let fresh = 0;
  for (let i = 0; i < prints; i++) {
    let one = key[i];
    let slot = one * spread >>> 20;
    near[fresh] = i;
    fresh += seen[slot] != one;
    seen[slot] = one;
  }
  // Every place where something new will be filed is read at once: the waits for memory overlap instead of following each other.
  let looked = 0;
  for (let n = 0; n < fresh; n++) {
    let one = key[near[n]];
    looked ^= isSieved(one * spread) ? slots[(one * spread >>> 7) & slotMask] : singles[(one & newcomersMask) * 2];
  }
  touched = looked;
  let row = -1;
  for (let n = 0; n < fresh; n++) {
    let i = near[n];
    row = nextRow(row, key[i], check[i]);
    if (row >= 0) again(row, who, author, unit, at[i], tokens);
    else first(i, who, author, unit, tokens);
  }
  read += tokens;
}

// From here on nothing comes in: as few slots as will do, as these fit into the processor's cache. Answers how many are templates.
function finish() {
  while (slotMask > 1023 && used * 4 < slotMask) slotMask = slotMask >> 1;
  enterAll();
  let size = 0;
  for (let row = 0; row < used; row++) size += isTemplateRow(row);
  return size;
}
`;
