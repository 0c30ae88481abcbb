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

/** What two notes of different patients share so far. */
interface Pair {
  finding: CrossPatientFinding;
  /** Words of the longest piece, of all pieces, and one after the other. */
  chief: number;
  words: number;
  longest: number;
}

/**
 * Pairs the shared spans of all charts with those of earlier notes of other patients. A span may hold text of several; what two notes
 * share in pieces counts together, and the longest piece stands for it. A span that was copied on inside its own chart is not here
 * again (`analyseChart` tells it as copied). Linear in the spans: each is held against few others.
 */
export function crossPatientFindings(spans: Iterable<SharedSpan>): CrossPatientFinding[] {
  const inOrder = [...spans].sort((a, b) => inTime(a.at ?? '9', b.at ?? '9'));
  const holders = new Map<number, SharedSpan[]>();
  /** Different fingerprints of each span. */
  const sizes = new Map<SharedSpan, number>();
  const pairs = new Map<string, Pair>();
  for (const span of inOrder) {
    const own = new Set(span.fingerprints);
    sizes.set(span, own.size);
    const common = new Map<SharedSpan, number>();
    for (const fingerprint of own) {
      const others = holders.get(fingerprint);
      if (!others) {
        holders.set(fingerprint, [span]);
        continue;
      }
      for (const other of others) if (other.subject !== span.subject) common.set(other, (common.get(other) ?? 0) + 1);
      if (others.length < few) others.push(span);
    }
    for (const [other, count] of common) {
      if (count / Math.min(own.size, sizes.get(other)!) < alike) continue;
      const { similarity, longest } = agreement(other.words, span.words);
      if (similarity < sameWords) continue;
      const words = Math.round(similarity * Math.min(other.words.length, span.words.length, mostWords));
      const key = JSON.stringify([span.subject, span.index, other.subject, other.index]);
      const pair = pairs.get(key);
      const finding = pair && pair.chief >= words ? pair.finding : { earlier: without(other), later: without(span), similarity };
      pairs.set(key, { finding, chief: Math.max(words, pair?.chief ?? 0), words: words + (pair?.words ?? 0), longest: Math.max(longest, pair?.longest ?? 0) });
    }
  }
  return [...pairs.values()].filter(({ words, longest }) => words >= inAll && longest >= verbatim).map(({ finding }) => finding);
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
