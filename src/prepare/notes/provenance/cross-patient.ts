// Which long, rare text stands in the charts of two patients: did somebody write in the wrong chart?
import type { CrossPatientFinding, SharedSpan } from './model.ts';

/** Share of the shorter one's fingerprints that both must hold to be looked at. */
const alike = 0.5;
/**
 * Share of the shorter one's words that must stand in the other in the same order, and how many one after the other. Two people
 * who write in the same turns of phrase about other numbers share half of the words too, but never so many in a row: of the
 * planted copies into a wrong chart, edited in up to every tenth word, none that is found has fewer (see planted/).
 */
const sameWords = 0.5;
const verbatim = 15;
/** With more patients than this it is no slip. */
const few = 4;
/** Longer texts are held against each other in their beginning. */
const mostWords = 2_000;

/**
 * Pairs the shared spans of all charts, each with its earliest other side in time. A span that was copied on inside its
 * own chart is not here again (`analyseChart` tells it as copied). Linear in the spans.
 */
export function crossPatientFindings(spans: Iterable<SharedSpan>): CrossPatientFinding[] {
  const inOrder = [...spans].sort((a, b) => (a.at ?? '9').localeCompare(b.at ?? '9'));
  const holders = new Map<number, SharedSpan[]>();
  const findings: CrossPatientFinding[] = [];
  for (const span of inOrder) {
    const common = new Map<SharedSpan, number>();
    for (const fingerprint of new Set(span.fingerprints)) {
      const others = holders.get(fingerprint) ?? [];
      for (const other of others) if (other.subject !== span.subject) common.set(other, (common.get(other) ?? 0) + 1);
      if (others.length < few) holders.set(fingerprint, [...others, span]);
    }
    let best: SharedSpan | null = null;
    for (const [other, count] of common) if (!best || count > common.get(best)!) best = other;
    if (!best) continue;
    if (common.get(best)! / Math.min(new Set(span.fingerprints).size, new Set(best.fingerprints).size) < alike) continue;
    const { similarity, longest } = agreement(best.words, span.words);
    if (similarity >= sameWords && longest >= verbatim) findings.push({ earlier: without(best), later: without(span), similarity });
  }
  return findings;
}

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
