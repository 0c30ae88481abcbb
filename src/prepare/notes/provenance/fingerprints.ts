// Which few places of a text are enough to find it again?

/** Tokens of one fingerprint. */
export const gram = 6;
/** Of so many neighbouring fingerprints one is kept: equal text of gram + window - 1 tokens always shares one. */
export const window = 8;

export interface Fingerprints {
  count: number;
  /** Of each kept fingerprint: the first of its tokens. */
  at: Int32Array;
  key: Int32Array;
  /** Working space: every fingerprint. */
  all: Int32Array;
}

export const fingerprintStore = (): Fingerprints => ({ count: 0, at: new Int32Array(1024), key: new Int32Array(1024), all: new Int32Array(4096) });

const base = 0x5bd1e995;
/** What the oldest token of a rolling hash was multiplied with by the time it leaves. */
const oldest = power(base, gram - 1);

function power(of: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, of);
  return result;
}

/**
 * Keeps the smallest fingerprint of every window of neighbouring ones: robust winnowing (Schleimer S, Wilkerson DS,
 * Aiken A. SIGMOD 2003), over rolling hashes of `gram` tokens (Karp RM, Rabin MO. IBM J Res Dev 1987;31:249). Among
 * equals the one kept before stays, so that repeated text does not keep every place.
 */
export function fingerprint(hash: Int32Array, from: number, to: number, into: Fingerprints): void {
  const grams = to - from - gram + 1;
  into.count = 0;
  if (grams <= 0) return;
  if (into.all.length < grams) into.all = new Int32Array(grams * 2);
  if (into.at.length < grams) {
    into.at = new Int32Array(grams * 2);
    into.key = new Int32Array(grams * 2);
  }
  const { all, at, key } = into;
  let rolling = 0;
  for (let i = from; i < from + gram - 1; i++) rolling = Math.imul(rolling, base) + hash[i]! | 0;
  for (let g = 0; g < grams; g++) {
    rolling = Math.imul(rolling, base) + hash[from + g + gram - 1]! | 0;
    const mixed = Math.imul(rolling ^ (rolling >>> 16), 0x85ebca6b);
    all[g] = mixed ^ (mixed >>> 13);
    rolling = rolling - Math.imul(hash[from + g]!, oldest) | 0;
  }
  let kept = 0;
  let smallest = -1;
  let value = 0;
  const first = Math.min(window, grams);
  for (let last = first - 1; last < grams; last++) {
    const opens = last - window + 1;
    if (smallest < opens || smallest < 0) {
      smallest = last;
      value = all[last]!;
      for (let g = last - 1; g >= opens && g >= 0; g--) {
        if (all[g]! < value) {
          smallest = g;
          value = all[g]!;
        }
      }
    } else if (all[last]! < value) {
      smallest = last;
      value = all[last]!;
    } else continue;
    at[kept] = from + smallest;
    key[kept++] = value;
  }
  into.count = kept;
}

/** A second, independent 32 bits of the fingerprint that begins here: both together do not collide by chance. */
export function checkOf(hash: Int32Array, at: number): number {
  let check = 0;
  for (let i = at; i < at + gram; i++) {
    check = Math.imul(check ^ hash[i]!, 0xcc9e2d51);
    check ^= check >>> 15;
  }
  return check;
}
