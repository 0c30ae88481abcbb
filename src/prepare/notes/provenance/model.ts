// Which words do we use for where the text of a note comes from?

/**
 * `imported`: matches structured data of the encounter. `templated`: recurs in the notes of different patients.
 * `copied`: taken from an earlier note of the same patient. `authored`: none of these; new, as far as the notes tell.
 */
export type Kind = 'copied' | 'templated' | 'imported' | 'authored';
export const kinds = ['copied', 'templated', 'imported', 'authored'] as const satisfies readonly Kind[];

/** A note as the analysis reads it. The notes of a chart (one subject) come in time order, undated last. */
export interface NoteText {
  id: string;
  subject: string;
  /** ISO instant; null where the note is not dated. */
  at: string | null;
  encounter: string | null;
  author: string | null;
  /** Facility and department. */
  unit: string | null;
  type: string | null;
  text: string;
  /** The same text in UTF-8, where the reader has it: then `text`, which may be made when it is asked for, seldom is. */
  utf8?: Uint8Array | undefined;
}

/** A stretch of a note. Offsets are UTF-16 code units of its text. `index` is its place in the chart, as ids may repeat. */
export interface Place {
  note: string;
  index: number;
  start: number;
  end: number;
}

/** A stretch of one kind. The fields after `end` stand on copied spans only, `template` on templated ones only. */
export interface Span {
  kind: Kind;
  start: number;
  end: number;
  /** The latest earlier note that holds it best. */
  source?: Place;
  /** Where it was written first, as far as the chart tells. */
  origin?: Place & { author: string | null };
  /** Hops from the origin: 1 where the source is the origin. */
  depth?: number;
  /** From the origin's date to this note's, in days; null where one is not dated. */
  stalenessDays?: number | null;
  /** Encounters of the chart begun after the origin's, up to this note's; null where a note names none. */
  stalenessEncounters?: number | null;
  /** Share of the span's tokens that stand unchanged and in order in the source, in (0, 1]. */
  similarity?: number;
  template?: TemplateUse;
}

/** `patients` is how sure we are: the different patients whose notes hold this text (of its rarer half). */
export interface TemplateUse {
  /** The same for the same text, in every note of one run. */
  key: string;
  patients: number;
  /** Only one author writes it, only one unit, or several. */
  scope: 'author' | 'unit' | 'everywhere';
}

export interface NoteProvenance {
  id: string;
  index: number;
  /** They cover the whole text in order, without gaps. */
  spans: Span[];
  /** UTF-16 code units of each kind; their sum is the text's length. */
  characters: Record<Kind, number>;
  /** Words and numbers of each kind. */
  tokens: Record<Kind, number>;
  /** Per cent of the characters, in steps of 1/1024 so that they sum to exactly 100; null for a note without text. */
  shares: Record<Kind, number> | null;
}

/** Long text without a template that also stands in the notes of very few other patients: perhaps the wrong chart. */
export interface SharedSpan extends Place {
  subject: string;
  at: string | null;
  author: string | null;
  tokens: number;
  /** Fingerprints of the text, to find the other side. */
  fingerprints: number[];
  /** Its words as numbers, to hold the other side against it. */
  words: Int32Array;
}

export interface CrossPatientFinding {
  earlier: Omit<SharedSpan, 'fingerprints' | 'words'>;
  later: Omit<SharedSpan, 'fingerprints' | 'words'>;
  /** Share of the shorter one's words that stand in the other in the same order, in (0, 1]. */
  similarity: number;
}

/** One value of structured data of the encounter: a laboratory value, a medication, a problem. */
export interface Fact {
  label: string;
  aliases?: readonly string[];
  /** As it may be written; null for a list item (medication, problem). Numbers also match with other trailing zeros. */
  value: string | number | null;
  unit: string | null;
  at: string | null;
}

export interface ChartProvenance {
  subject: string | null;
  notes: NoteProvenance[];
  /** For `crossPatient`; empty where templates could not be learned. */
  shared: SharedSpan[];
  /** False: nothing can be called templated, and a template counts as copied from its second use in a chart on. */
  templatesKnown: boolean;
  /** False where the context brought no facts: nothing can be called imported. */
  factsKnown: boolean;
}
