// How far do two texts run alongside each other, through the edits somebody made in one of them?

/** Edits are looked through where so few tokens were changed, put in or taken out at one place. */
const widest = 5;
/** How far the score may fall below its best before the alignment ends there. */
const fall = 7;

/** What `extend` found: the ends (exclusive, in its direction), the tokens that match. */
export const found = { here: 0, there: 0, matched: 0, score: 0 };

/**
 * Walks from (`here`, `there`) in steps of `step` (1 or -1) until `hereEnd` or `thereEnd` while the tokens agree, and
 * steps over substitutions, insertions, deletions and swaps of a few tokens when enough agrees behind them. Ends at the
 * best-scoring place: a token that agrees counts 1, an edit of d tokens costs 1.5 + d/2 (X-drop extension as in Altschul SF
 * et al. Nucleic Acids Res 1997;25:3389, over tokens). Where `map` is given, map[token - mapFrom] becomes its
 * counterpart, and -1 where a token has none. Linear in what it walks over.
 */
export function extend(hash: Int32Array, here: number, there: number, hereEnd: number, thereEnd: number, step: 1 | -1, map: Int32Array | null, mapFrom: number): void {
  const begun = here;
  let score = 0;
  let matched = 0;
  let best = 0;
  let bestHere = here;
  let bestThere = there;
  let bestMatched = 0;
  for (;;) {
    const runFrom = here;
    if (map) {
      while (here !== hereEnd && there !== thereEnd && hash[here]! === hash[there]!) {
        map[here - mapFrom] = there;
        here += step;
        there += step;
      }
    } else {
      while (here !== hereEnd && there !== thereEnd && hash[here]! === hash[there]!) {
        here += step;
        there += step;
      }
    }
    const run = (here - runFrom) * step;
    score += run;
    matched += run;
    if (score > best) {
      best = score;
      bestHere = here;
      bestThere = there;
      bestMatched = matched;
    }
    const roomHere = (hereEnd - here) * step;
    const roomThere = (thereEnd - there) * step;
    if (roomHere <= 0 || roomThere <= 0) break;
    const jump = resume(hash, here, there, roomHere, roomThere, step);
    if (jump < 0) break;
    const skipHere = jump >> 4;
    const skipThere = jump & 15;
    score -= 1.5 + Math.max(skipHere, skipThere) / 2;
    if (score < best - fall) break;
    if (map) for (let i = 0; i < skipHere; i++) map[here + i * step - mapFrom] = -1;
    here += skipHere * step;
    there += skipThere * step;
  }
  if (map) for (let at = bestHere; (here - at) * step > 0; at += step) map[at - mapFrom] = -1;
  found.here = bestHere;
  found.there = bestThere;
  found.matched = bestHere === begun ? 0 : bestMatched;
  found.score = best;
}

const mine = new Int32Array(widest + 1);
const theirs = new Int32Array(widest + 1);

/**
 * The smallest edit behind which the texts agree again, as 16 * tokens here + tokens there; -1 where there is none. At the end of a
 * copy nothing agrees, so all first tokens are laid side by side before anything else is looked at.
 */
function resume(hash: Int32Array, here: number, there: number, roomHere: number, roomThere: number, step: number): number {
  for (let i = 0; i <= widest; i++) {
    mine[i] = hash[here + i * step]!;
    theirs[i] = hash[there + i * step]!;
  }
  for (let size = 1; size <= widest; size++) {
    const needed = size === 1 ? 2 : size <= 3 ? 3 : 4;
    const last = mine[size]!;
    const end = theirs[size]!;
    if (last === end && agrees(hash, here, there, size, size, needed, roomHere, roomThere, step)) return size * 16 + size;
    for (let other = 0; other < size; other++) {
      if (mine[other]! === end && agrees(hash, here, there, other, size, needed, roomHere, roomThere, step)) return other * 16 + size;
      if (last === theirs[other]! && agrees(hash, here, there, size, other, needed, roomHere, roomThere, step)) return size * 16 + other;
    }
  }
  return -1;
}

function agrees(hash: Int32Array, here: number, there: number, skipHere: number, skipThere: number, needed: number, roomHere: number, roomThere: number, step: number): boolean {
  if (skipHere + needed > roomHere || skipThere + needed > roomThere) return false;
  let one = here + skipHere * step;
  let other = there + skipThere * step;
  for (let i = 1; i < needed; i++) {
    one += step;
    other += step;
    if (hash[one]! !== hash[other]!) return false;
  }
  return true;
}
