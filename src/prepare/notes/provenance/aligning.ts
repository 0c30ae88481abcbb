// How far do two texts run alongside each other, and which stretches of a note stand in an earlier one? The routines of the machine.

export const aligningNumbers = {
  /** Edits are looked through where so few tokens were changed, put in or taken out at one place. */
  widest: 5,
  /** How far the score may fall below its best before the alignment ends there. Scores count halves. */
  fall: 14,
  /** Shorter matches are natural language, not even a piece of a copy. */
  shortest: 8,
  /** A match of so many tokens keeps its place; a shorter one gives way to a longer one that begins inside it. */
  firm: 20,
  /** So many earlier places of one fingerprint are tried, the newest first. */
  tries: 6,
  /** Pieces of one copy with at most so many tokens between them, in both texts, are one copy. */
  bridge: 12,
};

/**
 * `extend` walks in steps of 1 or -1 while the tokens agree, and steps over substitutions, insertions, deletions and swaps of a few tokens
 * when enough agrees behind them. It ends at the best-scoring place: a token that agrees counts 1, an edit of d tokens costs 1.5 + d/2
 * (X-drop extension as in Altschul SF et al. Nucleic Acids Res 1997;25:3389, over tokens). Linear in what it walks over.
 *
 * `findMatches`: seeds are fingerprints that an earlier note holds too; each is extended to both sides through edits, in its newest places,
 * and the best place wins, the newest among equals (seed and extend; Altschul SF et al. J Mol Biol 1990;215:403). What is covered is not
 * looked up again, so the work is linear in the text. `map` becomes, per token of the note, its counterpart or -1.
 */
export const aligning = `
function agreesFor(needed, here, there, skipHere, skipThere, roomHere, roomThere, step) {
  if (skipHere + needed > roomHere || skipThere + needed > roomThere) return 0;
  let one = here + skipHere * step;
  let other = there + skipThere * step;
  for (let i = 1; i < needed; i++) {
    one += step;
    other += step;
    if (word[one] != word[other]) return 0;
  }
  return 1;
}

// The smallest edit behind which the texts agree again, as 16 * tokens here + tokens there; -1 where there is none. At the end of a copy
// nothing agrees, so all first tokens are laid side by side before anything else is looked at.
function resume(here, there, roomHere, roomThere, step) {
  for (let i = 0; i <= widest; i++) {
    mine[i] = i < roomHere ? word[here + i * step] : 0;
    theirs[i] = i < roomThere ? word[there + i * step] : 0;
  }
  for (let size = 1; size <= widest; size++) {
    let needed = size == 1 ? 2 : size <= 3 ? 3 : 4;
    let last = mine[size];
    let end = theirs[size];
    if (last == end) if (agreesFor(needed, here, there, size, size, roomHere, roomThere, step)) return size * 17;
    for (let other = 0; other < size; other++) {
      if (mine[other] == end) if (agreesFor(needed, here, there, other, size, roomHere, roomThere, step)) return other * 16 + size;
      if (last == theirs[other]) if (agreesFor(needed, here, there, size, other, roomHere, roomThere, step)) return size * 16 + other;
    }
  }
  return -1;
}

// What it found stands in the cells: the ends (exclusive, in its direction), the tokens that match, the score.
function extend(here, there, hereEnd, thereEnd, step, maps) {
  let begun = here;
  let mapFrom = from;
  let score = 0;
  let same = 0;
  let best = 0;
  let bestHere = here;
  let bestThere = there;
  let bestSame = 0;
  while (1) {
    let runFrom = here;
    if (maps) {
      while (here != hereEnd && there != thereEnd) {
        if (word[here] != word[there]) break;
        map[here - mapFrom] = there;
        here += step;
        there += step;
      }
    } else {
      while (here != hereEnd && there != thereEnd) {
        if (word[here] != word[there]) break;
        here += step;
        there += step;
      }
    }
    let run = (here - runFrom) * step;
    score += run * 2;
    same += run;
    if (score > best) {
      best = score;
      bestHere = here;
      bestThere = there;
      bestSame = same;
    }
    let roomHere = (hereEnd - here) * step;
    let roomThere = (thereEnd - there) * step;
    if (roomHere <= 0 || roomThere <= 0) break;
    let jump = resume(here, there, roomHere, roomThere, step);
    if (jump < 0) break;
    let skipHere = jump >> 4;
    let skipThere = jump & 15;
    score -= 3 + (skipHere > skipThere ? skipHere : skipThere);
    if (score < best - fall) break;
    if (maps) for (let i = 0; i < skipHere; i++) map[here + i * step - mapFrom] = -1;
    here += skipHere * step;
    there += skipThere * step;
  }
  if (maps) for (let at = bestHere; (here - at) * step > 0; at += step) map[at - mapFrom] = -1;
  foundHere = bestHere;
  foundThere = bestThere;
  foundMatched = bestHere == begun ? 0 : bestSame;
  foundScore = best;
}

inline function beginOf(note) { return firstToken[note] > 0 ? firstToken[note] : 0; }

function findMatches(prints) {
  let begin = from;
  let end = to;
  let covered = begin;
  let firmEnd = begin;
  matchesFound = 0;
  for (let p = 0; p < prints; p++) {
    let entry = entries[p];
    if (entry < 0) continue;
    let here = begin + at[p];
    if (here < covered || skip[here - begin]) continue;
    let bestScore = 0;
    let bestAt = -1;
    let bestNote = -1;
    for (let tried = 0; entry >= 0 && tried < tries; tried++) {
      let there = entryAt[entry];
      let note = entryNote[entry];
      entry = entryBefore[entry];
      if (word[there] != word[here]) continue;
      extend(here, there, end, firstToken[note + 1], 1, 0);
      if (foundMatched < gram) continue;
      let score = foundScore;
      let isWhole = foundHere == end && foundMatched == end - here;
      extend(here - 1, there - 1, firmEnd - 1, beginOf(note) - 1, -1, 0);
      score += foundScore;
      // The newest of equals stays.
      if (score > bestScore) {
        bestScore = score;
        bestAt = there;
        bestNote = note;
      }
      if (isWhole && foundMatched == here - firmEnd) break;
    }
    if (bestAt < 0 || bestScore < shortest * 2) continue;
    extend(here, bestAt, end, firstToken[bestNote + 1], 1, 1);
    let matchEnd = foundHere;
    let thereEnd = foundThere;
    let same = foundMatched;
    extend(here - 1, bestAt - 1, firmEnd - 1, beginOf(bestNote) - 1, -1, 1);
    same += foundMatched;
    giveWay(foundHere + 1);
    let m = matchesFound;
    matchFrom[m] = foundHere + 1;
    matchTo[m] = matchEnd;
    matchNote[m] = bestNote;
    sourceFrom[m] = foundThere + 1;
    sourceTo[m] = thereEnd;
    matched[m] = same;
    matchesFound = m + 1;
    covered = matchEnd;
    if (same >= firm) firmEnd = matchEnd;
  }
  join();
}

// Takes from the weak matches before what the new one covers.
function giveWay(begins) {
  while (matchesFound > 0) {
    let last = matchesFound - 1;
    let lost = matchTo[last] - begins;
    if (lost <= 0) return;
    if (matched[last] - lost >= shortest) {
      matchTo[last] = begins;
      let ends = sourceTo[last] - lost;
      sourceTo[last] = ends > sourceFrom[last] ? ends : sourceFrom[last] + 1;
      matched[last] -= lost;
      return;
    }
    matchesFound = last;
  }
}

inline function moveMatch(m, into) {
  matchFrom[into] = matchFrom[m];
  matchTo[into] = matchTo[m];
  matchNote[into] = matchNote[m];
  sourceFrom[into] = sourceFrom[m];
  sourceTo[into] = sourceTo[m];
  matched[into] = matched[m];
}

function join() {
  let last = -1;
  for (let m = 0; m < matchesFound; m++) {
    if (last >= 0) if (matchNote[last] == matchNote[m] && matchFrom[m] - matchTo[last] <= bridge) {
      let gap = sourceFrom[m] - sourceTo[last];
      if (gap >= 0 && gap <= bridge) {
        matchTo[last] = matchTo[m];
        sourceTo[last] = sourceTo[m];
        matched[last] += matched[m];
        continue;
      }
    }
    last++;
    moveMatch(m, last);
  }
  matchesFound = last + 1;
}
`;
