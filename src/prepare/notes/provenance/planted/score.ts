// How near does an answer come to what was planted?
import type { Kind } from '../model.ts';
import type { PlantedCorpus } from './plant.ts';

/** What a method says about a stretch of a note. `origin` and `source` are indexes of notes in the chart. */
export interface Said {
  start: number;
  end: number;
  kind: Kind;
  origin?: number;
  source?: number;
  depth?: number;
  stalenessDays?: number | null;
  stalenessEncounters?: number | null;
}

export interface Score {
  words: number;
  planted: number;
  precision: number;
  recall: number;
  /** Among the words rightly called copied. */
  origin: number;
  source: number;
  depthExact: number;
  depthError: number;
  stalenessDaysError: number;
  stalenessEncountersError: number;
  /** confusion[planted][said]: share of the planted kind's words. */
  confusion: Record<string, Record<Kind, number>>;
}

/** Scores every word (white space apart) by the span that holds its first character. */
export function score(corpus: PlantedCorpus, said: (chart: number, note: number) => readonly Said[]): Score {
  const counts: Record<string, Record<Kind, number>> = {};
  let hits = 0;
  let origins = 0;
  let sources = 0;
  let depths = 0;
  let depthError = 0;
  let days = 0;
  let encounters = 0;
  for (const [c, { notes }] of corpus.charts.entries()) {
    const ranks = new Map<string, number>();
    for (const { encounter } of notes) if (!ranks.has(encounter!)) ranks.set(encounter!, ranks.size);
    for (const [n, note] of notes.entries()) {
      const spans = said(c, n);
      let s = 0;
      for (const word of note.truth) {
        while (s < spans.length && spans[s]!.end <= word.start) s++;
        const span = spans[s];
        const kind = span && span.start <= word.start ? span.kind : 'authored';
        if (word.taken && kind === 'copied') continue;
        (counts[word.kind] ??= { copied: 0, templated: 0, imported: 0, authored: 0 })[kind]++;
        if (kind !== 'copied' || word.kind !== 'copied') continue;
        hits++;
        if (span!.source === word.source) sources++;
        if (span!.depth !== undefined) {
          depths += span!.depth === word.depth ? 1 : 0;
          depthError += Math.abs(span!.depth - word.depth!);
        }
        if (span!.origin === word.origin) origins++;
        if (span!.origin === undefined) continue;
        const real = (Date.parse(note.at!) - Date.parse(notes[word.origin!]!.at!)) / 86_400_000;
        days += Math.abs((span!.stalenessDays ?? 0) - real);
        encounters += Math.abs((span!.stalenessEncounters ?? 0) - (ranks.get(note.encounter!)! - ranks.get(notes[word.origin!]!.encounter!)!));
      }
    }
  }
  const sum = (kind: Kind) => Object.values(counts).reduce((total, row) => total + row[kind], 0);
  const planted = Object.values(counts['copied'] ?? {}).reduce((total, n) => total + n, 0);
  const words = Object.values(counts).reduce((total, row) => total + Object.values(row).reduce((a, b) => a + b, 0), 0);
  const confusion = Object.fromEntries(Object.entries(counts).map(([kind, row]) => {
    const all = Object.values(row).reduce((a, b) => a + b, 0);
    return [kind, Object.fromEntries(Object.entries(row).map(([said, n]) => [said, n / all])) as Record<Kind, number>];
  }));
  return { words, planted, precision: hits / sum('copied'), recall: hits / planted, origin: origins / hits, source: sources / hits, depthExact: depths / hits, depthError: depthError / hits, stalenessDaysError: days / hits, stalenessEncountersError: encounters / hits, confusion };
}
