// What stands in a patient's chart: which notes in which order, from which unit, beside which structured data?
import type { Gathered } from './gather.ts';
import { noSubject } from './gather.ts';
import type { EncounterHead, Head, NoteHead, OrderHead, ValueHead } from './heads.ts';
import type { Kept } from './store.ts';
import type { NoteText } from '../provenance/model.ts';

/** What no document and no encounter tells. */
export const unknownUnit = 'unknown unit';

export interface ChartNote {
  note: NoteText;
  head: NoteHead;
  facility: string;
  department: string;
  type: string;
  encounter: EncounterHead | null;
}

export interface Chart {
  /** Null: the documents name no patient. */
  subject: string | null;
  /** The export has this Patient. */
  known: boolean;
  /** Readable notes in time order, undated last. */
  notes: ChartNote[];
  /** Documents without readable text, and those replaced or sent twice. */
  rest: { head: NoteHead; facility: string; department: string; type: string; encounter: EncounterHead | null; because: 'unreadable' | 'replaced' | 'same-id' | 'same-text' }[];
  encounters: Map<string, EncounterHead>;
  values: ValueHead[];
  orders: OrderHead[];
  /** How many documents carry an id that an earlier one of this chart has. */
  repeatedIds: number;
}

export const unknownType = 'unknown type';

/** Every chart of the export, one after the other; its structured data only where they are asked for. A chart is good until the next is asked for. */
export function* chartsOf(gathered: Pick<Gathered, 'charts' | 'values' | 'places' | 'owners'>, withValues = true): Generator<Chart> {
  const name = namer(gathered.places);
  const valuesOf = withValues ? merging(gathered) : () => [];
  for (const { part, key, records } of gathered.charts.piles()) {
    const chart: Chart = { subject: key === noSubject ? null : key, known: false, notes: [], rest: [], encounters: new Map(), values: [], orders: [], repeatedIds: 0 };
    const found = sorted(records, chart);
    if (found.length === 0 && chart.encounters.size === 0 && chart.orders.length === 0) continue;
    chart.values = valuesOf(part, key);
    putTogether(chart, found, key, gathered.owners, name);
    yield chart;
  }
}

type FoundNote = Kept<NoteHead>;

/** Deals the records of a patient out, and answers the documents. */
function sorted(records: readonly Kept<Head>[], chart: Chart): FoundNote[] {
  const found: FoundNote[] = [];
  for (const record of records) {
    const { head } = record;
    if (head.is === 'note') found.push(record as FoundNote);
    else if (head.is === 'encounter') {
      if (!chart.encounters.has(head.id)) chart.encounters.set(head.id, head);
    } else if (head.is === 'order') chart.orders.push(head);
    else chart.known = true;
  }
  return found;
}

function putTogether(chart: Chart, found: readonly FoundNote[], subject: string, owners: ReadonlyMap<string, string>, name: (ref: string) => string): void {
  const visits = [...chart.encounters.values()].filter(({ start }) => start !== null).sort((a, b) => (a.start! < b.start! ? -1 : a.start! > b.start! ? 1 : 0));
  const replaced = new Set<string>();
  for (const { head } of found) for (const id of head.replaces) replaced.add(id);
  const ids = new Map<string, FoundNote>();
  for (const one of found) {
    const { head, body } = one;
    const encounter = (head.encounter === null ? undefined : chart.encounters.get(head.encounter)) ?? (head.encounter === null && head.at !== null ? coverOf(visits, head.at) : null) ?? null;
    const { facility, department } = unitOf(head, encounter, chart.encounters, owners, name);
    const type = head.type ?? unknownType;
    const because = fate(one, ids, chart, replaced);
    if (because !== null) chart.rest.push({ head, facility, department, type, encounter, because });
    else chart.notes.push({ note: new ReadNote(head, body, subject, encounter, facility === unknownUnit && department === unknownUnit ? nowhere : `${facility} · ${department}`), head, facility, department, type, encounter });
  }
  chart.notes.sort((a, b) => (a.note.at === b.note.at ? 0 : a.note.at === null ? 1 : b.note.at === null ? -1 : a.note.at < b.note.at ? -1 : 1));
  dropTwins(chart);
}

const nowhere = `${unknownUnit} · ${unknownUnit}`;

/** Why a document is no note of the chart; null: it is one. */
function fate(one: FoundNote, ids: Map<string, FoundNote>, chart: Chart, replaced: ReadonlySet<string>): 'unreadable' | 'replaced' | 'same-id' | null {
  const { head, body } = one;
  // Ids are told apart by resource type; in nearly every export all notes are of one.
  const id = head.resource === 'DocumentReference' ? head.id : `${head.resource}/${head.id}`;
  const earlier = head.id === '' ? undefined : ids.get(id);
  if (earlier) {
    chart.repeatedIds++;
    // Sent twice: the same bytes under the same id are one document. Another text under it is a document of its own.
    if (earlier.body.equals(body)) return 'same-id';
  } else ids.set(id, one);
  return head.why !== null ? 'unreadable' : replaced.has(head.id) ? 'replaced' : null;
}

/** The note as it is traced. Most texts are never made a string; an accessor on each object would cost more than the rest of it. */
class ReadNote implements NoteText {
  id: string;
  subject: string;
  at: string | null;
  encounter: string | null;
  author: string | null;
  unit: string | null;
  type: string | null;
  utf8: Buffer;
  #text: string | undefined;
  constructor(head: NoteHead, body: Buffer, subject: string, encounter: EncounterHead | null, unit: string) {
    this.id = head.id;
    this.subject = subject;
    this.at = head.at;
    this.encounter = head.encounter ?? encounter?.id ?? null;
    this.author = head.author;
    this.unit = unit;
    this.type = head.type ?? unknownType;
    this.utf8 = body;
  }
  get text(): string {
    return (this.#text ??= this.utf8.toString('utf8'));
  }
}

/** Walks the values beside the charts: both come part by part and by key. */
function merging({ values }: Pick<Gathered, 'values'>): (part: number, key: string) => ValueHead[] {
  const piles = values.piles();
  let next = piles.next();
  return (part, key) => {
    while (!next.done && (next.value.part < part || (next.value.part === part && next.value.key < key))) next = piles.next();
    return !next.done && next.value.part === part && next.value.key === key ? next.value.records.map(({ head }) => head) : [];
  };
}

/**
 * US Core shows one note as DocumentReference and as DiagnosticReport (US Core, Clinical Notes guidance): the same text, the same day,
 * another resource type. That is no copying.
 */
function dropTwins(chart: Chart): void {
  const first = chart.notes[0]?.head.resource;
  if (chart.notes.every(({ head }) => head.resource === first)) return;
  const seen = new Map<string, string>();
  chart.notes = chart.notes.filter((one) => {
    const key = `${one.note.at?.slice(0, 10) ?? ''} ${one.note.text}`;
    const resource = seen.get(key);
    if (resource === undefined) seen.set(key, one.head.resource);
    if (resource === undefined || resource === one.head.resource) return true;
    const { head, facility, department, type, encounter } = one;
    chart.rest.push({ head, facility, department, type, encounter, because: 'same-text' });
    return false;
  });
}

/** The encounter a time falls into; the latest begun where several do. */
function coverOf(visits: readonly EncounterHead[], at: string): EncounterHead | null {
  let best: EncounterHead | null = null;
  for (const visit of visits) {
    if (visit.start! > at) break;
    if ((visit.end ?? '9999') >= at) best = visit;
  }
  return best;
}

function unitOf(head: NoteHead, encounter: EncounterHead | null, all: ReadonlyMap<string, EncounterHead>, owners: ReadonlyMap<string, string>, name: (ref: string) => string): { facility: string; department: string } {
  const parent = encounter?.partOf ? (all.get(encounter.partOf) ?? null) : null;
  const place = placeAt(encounter, head.at) ?? placeAt(parent, head.at);
  const facility = encounter?.facility ?? parent?.facility ?? head.facility ?? (place === null ? null : (owners.get(place) ?? null));
  const department = head.department ?? place;
  return { facility: facility === null ? unknownUnit : name(facility), department: department === null ? unknownUnit : name(department) };
}

function placeAt(encounter: EncounterHead | null, at: string | null): string | null {
  if (!encounter || encounter.places.length === 0) return null;
  let found = encounter.places[0]!;
  if (at !== null) for (const place of encounter.places) if (place.from !== null && place.from <= at && (found.from === null || place.from >= found.from)) found = place;
  return found.ref;
}

/** Two places of one name stay two, as in the data audit. */
export function namer(places: ReadonlyMap<string, string>): (ref: string) => string {
  const uses = new Map<string, number>();
  for (const [ref, name] of places) {
    const key = `${ref.split('/')[0]} ${name}`;
    uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  return (ref) => {
    const name = places.get(ref);
    return name === undefined || name.trim() === '' ? ref : uses.get(`${ref.split('/')[0]} ${name}`)! > 1 ? `${name} (${ref})` : name;
  };
}

