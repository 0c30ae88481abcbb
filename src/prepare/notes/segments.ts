// Into which pieces is a note's text cut, so that each is of one span and one light?
import type { SpanLine } from './model.ts';

export interface Segment {
  start: number;
  end: number;
  span: SpanLine | null;
  /** The first piece of its span: there the thread begins. */
  first: boolean;
  lit: boolean;
}

/** A stretch that is pointed at. */
export interface Lit {
  index: number;
  start: number;
  end: number;
}

/** The pieces cover the text in order; a span that is partly lit becomes several pieces. */
export function segmentsOf(length: number, spans: readonly SpanLine[], lit: { start: number; end: number } | null): Segment[] {
  const pieces: Segment[] = [];
  const cut = (start: number, end: number, span: SpanLine | null) => {
    const edges = [start, ...(lit ? [lit.start, lit.end].filter((edge) => edge > start && edge < end) : []), end];
    for (let at = 0; at + 1 < edges.length; at++) pieces.push({ start: edges[at]!, end: edges[at + 1]!, span, first: at === 0, lit: lit !== null && edges[at]! >= lit.start && edges[at + 1]! <= lit.end });
  };
  let at = 0;
  for (const span of spans) {
    if (span.start > at) cut(at, span.start, null);
    if (span.end > span.start) cut(span.start, span.end, span);
    at = Math.max(at, span.end);
  }
  if (at < length) cut(at, length, null);
  return pieces;
}

/** “copied from note 2, 3 encounters and 45 days old, 2 hops”, for those who hear it and for the title. */
export function threadWords({ origin, depth, stalenessEncounters, stalenessDays }: SpanLine): string {
  const age = [stalenessEncounters === null ? null : `${stalenessEncounters} ${stalenessEncounters === 1 ? 'encounter' : 'encounters'}`, stalenessDays === null ? null : `${Math.floor(stalenessDays)} ${Math.floor(stalenessDays) === 1 ? 'day' : 'days'}`].filter((one) => one !== null);
  return `Copied; first written in note ${(origin?.index ?? 0) + 1}${origin?.author ? ` by ${origin.author}` : ''}${age.length > 0 ? `, ${age.join(' and ')} old` : ', of unknown age'}, ${depth} ${depth === 1 ? 'hop' : 'hops'} from there`;
}
