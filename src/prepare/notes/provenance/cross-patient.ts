// Which long, rare text stands in the charts of two patients: did somebody write in the wrong chart?
import type { CrossPatientFinding, SharedSpan } from './model.ts';

/** Share of the shorter one's fingerprints that both must hold to be looked at. */
const alike = 0.4;
/**
 * Share of the shorter piece's words that must stand in the other in the same order; how many words all pieces of two notes must
 * share so, because edits, templates and stock sentences cut a copy into pieces; and how many must stand one after the other in one
 * of them. Two people who write in the same turns of phrase about other numbers share half of the words too, but never so many in a
 * row (measured on planted copies, edited in up to every tenth word, see planted/).
 */
const sameWords = 0.5;
const inAll = 30;
const verbatim = 12;
/** With more patients than this it is no slip. */
const few = 4;
/** Longer texts are held against each other in their beginning. */
const mostWords = 2_000;

/** Two pieces of text in notes of different patients that hold the same fingerprints, in the order they were met. */
interface Likeness {
  earlier: SharedSpan;
  later: SharedSpan;
  met: number;
}

/**
 * Pairs the shared spans of all charts with those of earlier notes of other patients. A span may hold text of several; what two notes
 * share in pieces counts together, and the longest piece stands for it. A span that was copied on inside its own chart is not here
 * again (`analyseChart` tells it as copied). Linear in the spans: each is held against few others.
 */
export function crossPatientFindings(spans: Iterable<SharedSpan>): CrossPatientFinding[] {
  const found: { finding: CrossPatientFinding; met: number }[] = [];
  // Most pieces are so short that they need not be laid side by side.
  for (const likenesses of likePieces([...spans]).values()) if (likenesses.reduce((sum, { earlier, later }) => sum + Math.min(earlier.tokens, later.tokens), 0) >= inAll) found.push(...judged(likenesses));
  return found.sort((a, b) => a.met - b.met).map(({ finding }) => finding);
}

/** Of each two notes the pieces that hold the same fingerprints. Spans are known by their number: there are many, and most are alone. */
function likePieces(spans: SharedSpan[]): Map<string, Likeness[]> {
  spans.sort((a, b) => inTime(a.at ?? '9', b.at ?? '9'));
  const places = new Map<number, number>();
  const size = spans.reduce((sum, { fingerprints }) => sum + fingerprints.length, 0);
  /** Of each fingerprint: the first spans that hold it, how many, and the last one that was looked at. */
  const holders = new Int32Array(size * few);
  const held = new Uint8Array(size);
  const lastSeen = new Int32Array(size).fill(-1);
  /** Of each span: its different fingerprints, and how many of them the one that is looked at has, too. */
  const own = new Int32Array(spans.length);
  const common = new Int32Array(spans.length);
  const pairs = new Map<string, Likeness[]>();
  let met = 0;
  for (const [number, later] of spans.entries()) {
    const others: number[] = [];
    for (const fingerprint of later.fingerprints) {
      let place = places.get(fingerprint);
      if (place === undefined) places.set(fingerprint, (place = places.size));
      if (lastSeen[place] === number) continue;
      lastSeen[place] = number;
      own[number]!++;
      for (let holder = place * few; holder < place * few + held[place]!; holder++) {
        const other = holders[holder]!;
        if (spans[other]!.subject !== later.subject && common[other]!++ === 0) others.push(other);
      }
      if (held[place]! < few) holders[place * few + held[place]!++] = number;
    }
    for (const other of others) {
      const earlier = spans[other]!;
      if (common[other]! / Math.min(own[number]!, own[other]!) >= alike) {
        const key = `${later.index} ${earlier.index} ${later.subject.length} ${later.subject}${earlier.subject}`;
        const likeness = { earlier, later, met: met++ };
        const pair = pairs.get(key);
        if (pair) pair.push(likeness);
        else pairs.set(key, [likeness]);
      }
      common[other] = 0;
    }
  }
  return pairs;
}

/** What two notes share, if that is enough; it counts from the first piece that is. */
function judged(likenesses: readonly Likeness[]): { finding: CrossPatientFinding; met: number }[] {
  const best: { finding: CrossPatientFinding; met: number }[] = [];
  let chief = 0;
  let all = 0;
  let longestOfAll = 0;
  for (const { earlier, later, met } of likenesses) {
    const { similarity, longest } = agreement(earlier.words, later.words);
    if (similarity < sameWords) continue;
    const words = Math.round(similarity * Math.min(earlier.words.length, later.words.length, mostWords));
    if (best.length === 0 || words > chief) best[0] = { finding: { earlier: without(earlier), later: without(later), similarity }, met: best[0]?.met ?? met };
    chief = Math.max(chief, words);
    all += words;
    longestOfAll = Math.max(longestOfAll, longest);
  }
  return all >= inAll && longestOfAll >= verbatim ? best : [];
}

/** ISO instants in order; anything else comes in some order, too. */
const inTime = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** The longest common subsequence of two texts as a share of the shorter, and the longest stretch without a change. */
export function agreement(one: Int32Array, other: Int32Array): { similarity: number; longest: number } {
  const [a, b] = [one.subarray(0, mostWords), other.subarray(0, mostWords)];
  if (a.length === 0 || b.length === 0) return { similarity: 0, longest: 0 };
  let row = new Uint16Array(b.length + 1);
  let next = new Uint16Array(b.length + 1);
  let runs = new Uint16Array(b.length + 1);
  let nextRuns = new Uint16Array(b.length + 1);
  let longest = 0;
  for (const word of a) {
    for (let at = 0; at < b.length; at++) {
      const same = word === b[at];
      next[at + 1] = same ? row[at]! + 1 : Math.max(row[at + 1]!, next[at]!);
      const run = same ? runs[at]! + 1 : 0;
      nextRuns[at + 1] = run;
      if (run > longest) longest = run;
    }
    [row, next] = [next, row];
    [runs, nextRuns] = [nextRuns, runs];
  }
  return { similarity: row[b.length]! / Math.min(a.length, b.length), longest };
}

const without = ({ note, index, start, end, subject, at, author, tokens }: SharedSpan) => ({ note, index, start, end, subject, at, author, tokens });
