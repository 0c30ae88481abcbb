// Which long, rare text stands in the charts of two patients: did somebody write in the wrong chart?
import type { CrossPatientFinding, SharedSpan } from './model.ts';

/** Share of the shorter one's fingerprints that both must hold. */
const alike = 0.5;
/** With more patients than this it is no slip. */
const few = 4;

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
    const similarity = common.get(best)! / Math.min(new Set(span.fingerprints).size, new Set(best.fingerprints).size);
    if (similarity >= alike) findings.push({ earlier: without(best), later: without(span), similarity });
  }
  return findings;
}

const without = ({ note, index, start, end, subject, at, author, tokens }: SharedSpan) => ({ note, index, start, end, subject, at, author, tokens });
