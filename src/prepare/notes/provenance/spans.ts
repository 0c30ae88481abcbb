// How do the stretches that the machine found become spans that know where they come from?
import { fields } from './layout.ts';
import type { Kind, NoteText, Span, TemplateUse } from './model.ts';
import { field } from './pieces.ts';

/** In the order of the machine's numbers. */
export const kindOf: readonly Kind[] = ['authored', 'copied', 'templated', 'imported'];
const scopeOf: readonly TemplateUse['scope'][] = ['author', 'unit', 'everywhere'];

export interface ChartNotes {
  notes: readonly NoteText[];
  /** Milliseconds; NaN for no date. */
  times: number[];
  /** Of each note: how many encounters of the chart began before its own; -1 for no encounter. */
  ranks: number[];
}

/** Encounters count in the order of their first note. */
export function encounterRanks(notes: readonly NoteText[]): number[] {
  const ranks = new Map<string, number>();
  return notes.map(({ encounter }) => {
    if (encounter === null) return -1;
    const rank = ranks.get(encounter) ?? ranks.size;
    ranks.set(encounter, rank);
    return rank;
  });
}

/** The spans of a note from the numbers the machine wrote of each. */
export function spansOf(out: Int32Array, index: number, chart: ChartNotes): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at < out.length; at += fields) {
    const kind = kindOf[out[at + field.kind]!]!;
    const span: Span = { kind, start: out[at + field.start]!, end: out[at + field.end]! };
    if (kind === 'copied') fillCopied(span, out, at, index, chart);
    else if (kind === 'templated' && out[at + field.patients]! > 0) span.template = { key: hex(out[at + field.key]!), patients: out[at + field.patients]!, scope: scopeOf[out[at + field.scope]!]! };
    spans.push(span);
  }
  return spans;
}

function fillCopied(span: Span, out: Int32Array, at: number, index: number, { notes, times, ranks }: ChartNotes): void {
  const source = out[at + field.source]!;
  const origin = out[at + field.origin]!;
  span.source = { note: notes[source]!.id, index: source, start: out[at + field.sourceStart]!, end: out[at + field.sourceEnd]! };
  span.origin = { note: notes[origin]!.id, index: origin, start: out[at + field.originStart]!, end: out[at + field.originEnd]!, author: notes[origin]!.author };
  span.depth = out[at + field.depth]!;
  const days = (times[index]! - times[origin]!) / 86_400_000;
  span.stalenessDays = Number.isNaN(days) ? null : days;
  const begun = ranks[index]!;
  const before = ranks[origin]!;
  span.stalenessEncounters = begun < 0 || before < 0 ? null : begun - before;
  span.similarity = out[at + field.matched]! / out[at + field.of]!;
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex = (key: number): string => pairs[key >>> 24]! + pairs[(key >>> 16) & 255]! + pairs[(key >>> 8) & 255]! + pairs[key & 255]!;
