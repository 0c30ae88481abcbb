// Which stretches of this note stand in an earlier note of the chart?
import { extend, found } from './align.ts';
import { noteOf, type Chart } from './chart.ts';
import type { Fingerprints } from './tokens.ts';
import { gram } from './word-machine.ts';

/** Tokens [from, to) of this note run alongside [sourceFrom, sourceTo) of an earlier one. */
export interface Match {
  from: number;
  to: number;
  sourceNote: number;
  sourceFrom: number;
  sourceTo: number;
  matched: number;
}

/** Shorter ones are natural language, not even a piece of a copy. */
const shortest = 8;
/** A match of so many tokens keeps its place; a shorter one gives way to a longer one that begins inside it. */
const firm = 20;
/** So many earlier places of one fingerprint are tried, the newest first. */
const places = 6;
/** Pieces of one copy with at most so many tokens between them, in both texts, are one copy. */
const bridge = 12;

/**
 * Seeds are fingerprints that an earlier note holds too; each is extended to both sides through edits, in its newest
 * places, and the best place wins, the newest among equals (seed and extend; Altschul SF et al. J Mol Biol
 * 1990;215:403). What is covered is not looked up again, so the work is linear in the text. `map` becomes, per token of
 * the note, its counterpart or -1.
 */
export function findMatches(chart: Chart, prints: Fingerprints, newest: Int32Array, from: number, to: number, isSkipped: Uint8Array, map: Int32Array): Match[] {
  const { hash } = chart.tokens;
  const matches: Match[] = [];
  let covered = from;
  let firmEnd = from;
  for (let p = 0; p < prints.count; p++) {
    const at = prints.at[p]!;
    if (at < covered || isSkipped[at - from]!) continue;
    let entry = newest[p]!;
    if (entry < 0) continue;
    let bestScore = 0;
    let bestAt = -1;
    let bestNote = -1;
    for (let tried = 0; entry >= 0 && tried < places; tried++, entry = chart.entryBefore[entry]!) {
      const there = chart.entryAt[entry]!;
      if (hash[there]! !== hash[at]!) continue;
      const note = noteOf(chart, there);
      const opens = Math.max(0, chart.firstToken[note]!);
      const closes = chart.firstToken[note + 1]!;
      extend(hash, at, there, to, closes, 1, null, 0);
      if (found.matched < gram) continue;
      let score = found.score;
      const isWhole = found.here === to && found.matched === to - at;
      extend(hash, at - 1, there - 1, firmEnd - 1, opens - 1, -1, null, 0);
      score += found.score;
      // The newest of equals stays.
      if (score > bestScore) {
        bestScore = score;
        bestAt = there;
        bestNote = note;
      }
      if (isWhole && found.matched === at - firmEnd) break;
    }
    if (bestAt < 0 || bestScore < shortest) continue;
    const opens = Math.max(0, chart.firstToken[bestNote]!);
    extend(hash, at, bestAt, to, chart.firstToken[bestNote + 1]!, 1, map, from);
    const match: Match = { from: at, to: found.here, sourceNote: bestNote, sourceFrom: bestAt, sourceTo: found.there, matched: found.matched };
    extend(hash, at - 1, bestAt - 1, firmEnd - 1, opens - 1, -1, map, from);
    match.from = found.here + 1;
    match.sourceFrom = found.there + 1;
    match.matched += found.matched;
    giveWay(matches, match);
    matches.push(match);
    covered = match.to;
    if (match.matched >= firm) firmEnd = match.to;
  }
  return joined(matches);
}

/** Takes from the weak matches before what the new one covers. */
function giveWay(matches: Match[], match: Match): void {
  for (let last = matches.at(-1); last && last.to > match.from; last = matches.at(-1)) {
    const lost = last.to - match.from;
    if (last.matched - lost >= shortest) {
      last.to = match.from;
      last.sourceTo = Math.max(last.sourceFrom + 1, last.sourceTo - lost);
      last.matched -= lost;
      return;
    }
    matches.pop();
  }
}

function joined(matches: Match[]): Match[] {
  const result: Match[] = [];
  for (const match of matches) {
    const last = result.at(-1);
    const here = last ? match.from - last.to : -1;
    const there = last ? match.sourceFrom - last.sourceTo : -1;
    if (last && last.sourceNote === match.sourceNote && here <= bridge && there >= 0 && there <= bridge) {
      last.to = match.to;
      last.sourceTo = match.sourceTo;
      last.matched += match.matched;
    } else result.push(match);
  }
  return result;
}
