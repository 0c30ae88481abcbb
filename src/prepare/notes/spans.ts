// How is where a note's text comes from written down, one line per note?
import type { SpanLine } from './model.ts';
import type { ChartProvenance, Span } from './provenance/provenance.ts';
import type { Chart } from './reading/charts.ts';

export const spanOf = ({ kind, start, end, source, origin, depth, stalenessDays, stalenessEncounters }: Span): SpanLine => ({
  kind, start, end,
  source: source ? { note: source.note, index: source.index, start: source.start, end: source.end } : null,
  origin: origin ? { note: origin.note, index: origin.index, start: origin.start, end: origin.end, author: origin.author } : null,
  depth: depth ?? null, stalenessDays: stalenessDays === undefined || stalenessDays === null ? null : Number(stalenessDays.toPrecision(9)), stalenessEncounters: stalenessEncounters ?? null,
});

/** The lines of one chart in `spans.ndjson`. */
export function spanLines(chart: Chart, traced: ChartProvenance): string {
  let lines = '';
  for (const [index, { spans }] of traced.notes.entries()) {
    const { note } = chart.notes[index]!;
    lines += `${JSON.stringify({ note: note.id, index, subject: note.subject, at: note.at, encounter: note.encounter, author: note.author, type: note.type, length: note.text.length, spans: spans.map(spanOf) })}\n`;
  }
  return lines;
}
