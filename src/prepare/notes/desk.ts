// What does the whole notes audit know, before the first check speaks?
import type { DataSection } from '../../spine/deployments/model.ts';
import { emptyCell, joinPatient, type Cell } from './cells.ts';
import { decisionOf, type Decision } from './decision.ts';
import { maxRows, type EvidenceRow, type TypeRow, type Unit } from './model.ts';
import type { CrossPatientFinding } from './provenance/provenance.ts';
import type { Unreadable } from './reading/decode.ts';
import type { Tally } from './reading/gather.ts';
import type { NoteHead } from './reading/heads.ts';

/** Everything, a facility, a department of it, a note type, or a type at a facility; keys of the cells. */
export const keyOf = ({ facility, department, type }: Unit): string => JSON.stringify([facility, department, type]);
export const unitOf = (key: string): Unit => {
  const [facility, department, type] = JSON.parse(key) as [string | null, string | null, string | null];
  return { facility, department, type };
};
export const everything: Unit = { facility: null, department: null, type: null };

/** The units one document counts in. */
export const unitsOf = (facility: string, department: string, type: string): Unit[] => [
  everything, { facility, department: null, type: null }, { facility, department, type: null }, { facility: null, department: null, type }, { facility, department: null, type },
];

/** The keys of `unitsOf`; there are few of them and very many notes. */
export function keysOf(facility: string, department: string, type: string): readonly string[] {
  const name = `${facility}\n${department}\n${type}`;
  let keys = keysByName.get(name);
  if (!keys) {
    keys = unitsOf(facility, department, type).map(keyOf);
    if (keysByName.size < 100_000) keysByName.set(name, keys);
  }
  return keys;
}
const keysByName = new Map<string, readonly string[]>();

/** Documents of a unit, by what became of them. */
export interface Documents {
  all: number;
  readable: number;
  replaced: number;
  repeated: number;
  unreadable: Partial<Record<Unreadable, number>>;
  charset: number;
  troubled: number;
  withoutDate: number;
  unreadableDate: number;
  withoutAuthor: number;
  patientUnknown: number;
  encounterUnknown: number;
  withEncounter: number;
  /** Hours from writing to signing, for the quantiles; at most a million are kept. */
  delays: number[];
  finished: number;
  /** Finished after the end of their encounter. */
  afterEncounter: number;
  /** Readable notes of an encounter whose moment of decision and whose own time are known, and those finished by then. */
  decided: number;
  inTime: number;
  /** Encounters with such notes; those with one finished by the decision; hours from the newest of these to the decision, at most a million. */
  encounters: number;
  informed: number;
  hoursOld: number[];
}
const emptyDocuments = (): Documents => ({ all: 0, readable: 0, replaced: 0, repeated: 0, unreadable: {}, charset: 0, troubled: 0, withoutDate: 0, unreadableDate: 0, withoutAuthor: 0, patientUnknown: 0, encounterUnknown: 0, withEncounter: 0, delays: [], finished: 0, afterEncounter: 0, decided: 0, inTime: 0, encounters: 0, informed: 0, hoursOld: [] });

/** A writer's own text, to show how writers differ. */
export interface Writer {
  facility: string;
  department: string;
  cell: Cell;
}

/** The first examples of something wrong. */
export type Evidence = Map<string, EvidenceRow[]>;

export interface Desk {
  data: DataSection | null;
  /** When the model decides; null: nobody says. */
  decision: Decision | null;
  tally: Tally;
  cells: Map<string, Cell>;
  documents: Map<string, Documents>;
  writers: Map<string, Writer>;
  depths: Map<number, number>;
  /** Ages of copied spans in whole days. */
  days: Map<number, number>;
  /** Stale copies to point at, the oldest first. */
  stalest: { encounters: number; row: EvidenceRow }[];
  crossPatient: { finding: CrossPatientFinding; facility: string; row: EvidenceRow }[];
  /** Contradicted statements in copied text, by unit and by rule. */
  contradicted: Map<string, number>;
  contradictedRules: Map<string, number>;
  /** Statements in copied text that could be held against data. */
  comparable: Map<string, number>;
  noteTypes: TypeRow[];
  evidence: Evidence;
  templatesKnown: boolean;
  structuredKnown: boolean;
  patientsKnown: boolean;
  encountersKnown: boolean;
  first: string | null;
  last: string | null;
}

export const emptyDesk = (data: DataSection | null, tally: Tally): Desk => ({
  data, decision: decisionOf(data), tally, cells: new Map(), documents: new Map(), writers: new Map(), depths: new Map(), days: new Map(), stalest: [], crossPatient: [], contradicted: new Map(), contradictedRules: new Map(), comparable: new Map(),
  noteTypes: [], evidence: new Map(), templatesKnown: false, structuredKnown: false, patientsKnown: false, encountersKnown: false, first: null, last: null,
});

export function documentsAt(desk: Desk, key: string): Documents {
  let found = desk.documents.get(key);
  if (!found) desk.documents.set(key, (found = emptyDocuments()));
  return found;
}

export function joinCells(desk: Desk, patient: ReadonlyMap<string, Cell>): void {
  for (const [key, cell] of patient) {
    let whole = desk.cells.get(key);
    if (!whole) desk.cells.set(key, (whole = emptyCell()));
    joinPatient(whole, cell);
  }
}

export const bump = <Key>(map: Map<Key, number>, key: Key, by = 1): void => void map.set(key, (map.get(key) ?? 0) + by);

export const rowOf = (desk: Pick<Desk, 'tally'>, head: Pick<NoteHead, 'file' | 'line' | 'resource' | 'id'>, says: string): EvidenceRow => ({ file: desk.tally.files[head.file]?.name ?? '(unknown file)', line: head.line, id: head.resource === 'row' ? head.id : `${head.resource}/${head.id}`, says });

export function note(desk: Desk, about: string, row: EvidenceRow): void {
  const rows = desk.evidence.get(about);
  if (!rows) desk.evidence.set(about, [row]);
  else if (rows.length < maxRows) rows.push(row);
}

export const evidence = (desk: Desk, about: string): EvidenceRow[] => desk.evidence.get(about) ?? [];
