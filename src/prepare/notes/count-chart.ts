// What does one chart add to what is known for a charter?
import type { DataSection } from '../../spine/deployments/model.ts';
import { sayMinutes } from '../../tools/base/durations.ts';
import { emptyCell, type Cell } from './cells.ts';
import { contradictionsIn, type prepareFinder } from './contradictions.ts';
import { bump, documentsAt, emptyDesk, everything, joinCells, keyOf, keysOf, note as remember, rowOf, type Desk } from './desk.ts';
import type { Beside } from './facts.ts';
import { shareNames } from './model.ts';
import { countTypes } from './note-types.ts';
import type { ChartProvenance } from './provenance/provenance.ts';
import type { Chart, ChartNote } from './reading/charts.ts';
import { unreadable } from './reading/decode.ts';
import type { Gathering } from './reading/gather.ts';
import type { EncounterHead, NoteHead } from './reading/heads.ts';

/** What is known for one charter, and which encounters it speaks of. */
export interface Count {
  desk: Desk;
  types: ReturnType<typeof countTypes>;
  isCounted(encounter: EncounterHead | null): boolean;
}

const structured = ['Observation', 'MedicationRequest', 'MedicationAdministration', 'MedicationStatement', 'Condition', 'AllergyIntolerance'];

/** Without a charter everything is counted. */
export function openCount(data: DataSection | null, { tally }: Gathering, templatesKnown: boolean): Count {
  const has = (type: string) => (tally.resources[type] ?? 0) > 0;
  const desk = { ...emptyDesk(data, tally), patientsKnown: has('Patient'), encountersKnown: has('Encounter'), structuredKnown: structured.some(has), templatesKnown };
  return { desk, types: countTypes(data), isCounted: populationOf(data, desk.encountersKnown) };
}

/** Is an encounter of the charter's population? Without a charter, or without encounters in the export, everything is. */
function populationOf(data: DataSection | null, encountersKnown: boolean): (encounter: EncounterHead | null) => boolean {
  if (data === null || !encountersKnown) return () => true;
  const { encounterClasses, from, to } = data.population;
  if (encounterClasses.length === 0 && from === undefined && to === undefined) return () => true;
  return (encounter) =>
    encounter !== null &&
    (encounterClasses.length === 0 || (encounter.class !== null && encounterClasses.includes(encounter.class))) &&
    (from === undefined || (encounter.start !== null && encounter.start.slice(0, 10) >= from)) &&
    (to === undefined || (encounter.start !== null && encounter.start.slice(0, 10) <= to));
}

/** Every document of the chart, readable or not. */
export function countDocuments({ desk, types, isCounted }: Count, chart: Chart): void {
  const take = (head: NoteHead, facility: string, department: string, type: string, encounter: EncounterHead | null, because: Chart['rest'][number]['because'] | null) => {
    // Without a patient a document has no encounter either, and is counted all the same: it is lost to the model.
    if (chart.subject !== null && !isCounted(encounter)) return;
    const counted = keysOf(facility, department, type).map((key) => documentsAt(desk, key));
    for (const one of counted) one.all++;
    if (because === 'same-text') return;
    const each = (change: (one: (typeof counted)[number]) => void) => counted.forEach(change);
    if (because === 'same-id') {
      each((one) => one.repeated++);
      remember(desk, 'U11 id', rowOf(desk, head, 'The same document stands in the export a second time.'));
      return;
    }
    if (because === 'replaced') return each((one) => one.replaced++);
    if (because === null) each((one) => one.readable++);
    else {
      const why = head.why!;
      each((one) => (one.unreadable[why] = (one.unreadable[why] ?? 0) + 1));
      remember(desk, why === 'unreachable' || why === 'no-binary' || why === 'no-content' ? (why === 'no-binary' ? 'U11 binary' : 'U10') : 'U01', rowOf(desk, head, unreadable[why]));
    }
    types.document(facility, type, head.codes, head.why, { id: head.encounter ?? encounter?.id ?? null, class: encounter?.class ?? null });
    if (head.charset !== null) {
      each((one) => one.charset++);
      remember(desk, 'U01 charset', rowOf(desk, head, head.charset));
    }
    if (head.trouble !== null) {
      each((one) => one.troubled++);
      remember(desk, 'U01 charset', rowOf(desk, head, head.trouble));
    }
    if (head.at === null) {
      each((one) => {
        one.withoutDate++;
        if (head.badTime) one.unreadableDate++;
      });
      remember(desk, 'U13 date', rowOf(desk, head, head.badTime ? 'Its time cannot be read.' : 'It has no time.'));
    } else {
      const day = head.at.slice(0, 10);
      if (desk.first === null || day < desk.first) desk.first = day;
      if (desk.last === null || day > desk.last) desk.last = day;
    }
    if (head.author === null) {
      each((one) => one.withoutAuthor++);
      remember(desk, 'U13 author', rowOf(desk, head, 'It has no author.'));
    }
    if (desk.patientsKnown && !chart.known) {
      each((one) => one.patientUnknown++);
      remember(desk, 'U11 patient', rowOf(desk, head, chart.subject === null ? 'It names no patient.' : 'Its patient is not in the export.'));
    } else if (chart.subject === null) {
      each((one) => one.patientUnknown++);
      remember(desk, 'U11 patient', rowOf(desk, head, 'It names no patient.'));
    }
    if (head.encounter !== null) {
      each((one) => one.withEncounter++);
      if (desk.encountersKnown && !chart.encounters.has(head.encounter)) {
        each((one) => one.encounterUnknown++);
        remember(desk, 'U11 encounter', rowOf(desk, head, 'Its encounter is not in the export.'));
      }
    }
    if (head.signed !== null && head.at !== null) {
      const delay = (Date.parse(head.signed) - Date.parse(head.at)) / 3_600_000;
      const late = encounter?.end != null && head.signed > encounter.end;
      each((one) => {
        one.finished++;
        if (one.delays.length < 1_000_000) one.delays.push(Math.max(0, delay));
        if (late) one.afterEncounter++;
      });
    }
  };
  for (const { head, facility, department, type, encounter } of chart.notes) take(head, facility, department, type, encounter, null);
  countInTime({ desk, isCounted }, chart);
  for (const { head, facility, department, type, encounter, because } of chart.rest) take(head, facility, department, type, encounter, because);
}

/** Which notes are finished when the model decides, and how fresh is the newest of them then? */
function countInTime({ desk, isCounted }: Pick<Count, 'desk' | 'isCounted'>, chart: Chart): void {
  const { decision } = desk;
  if (decision === null || chart.subject === null) return;
  const encounters = new Map<string, { keys: readonly string[]; moment: number; newest: number | null }>();
  for (const { head, facility, department, type, encounter } of chart.notes) {
    const written = head.signed !== null && (head.at === null || head.signed > head.at) ? head.signed : head.at;
    const moment = encounter === null ? null : decision.of(encounter);
    if (encounter === null || moment === null || written === null || !isCounted(encounter)) continue;
    const finished = Date.parse(written);
    const isInTime = finished <= moment;
    for (const one of keysOf(facility, department, type).map((key) => documentsAt(desk, key))) {
      one.decided++;
      if (isInTime) one.inTime++;
    }
    if (!isInTime) remember(desk, 'U13 late', rowOf(desk, head, `Finished ${sayMinutes((finished - moment) / 60_000)} after the decision.`));
    const mine = encounters.get(encounter.id) ?? { keys: [everything, { facility, department: null, type: null }, { facility, department, type: null }].map(keyOf), moment, newest: null };
    if (isInTime) mine.newest = Math.max(mine.newest ?? finished, finished);
    encounters.set(encounter.id, mine);
  }
  for (const { keys, moment, newest } of encounters.values())
    for (const one of keys.map((key) => documentsAt(desk, key))) {
      one.encounters++;
      if (newest === null) continue;
      one.informed++;
      if (one.hoursOld.length < 1_000_000) one.hoursOld.push((moment - newest) / 3_600_000);
    }
}

/** Where the text of its notes comes from. */
export function countText({ desk, isCounted }: Count, chart: Chart, traced: ChartProvenance): void {
  const mine = new Map<string, Cell>();
  const ofWriter = new Map<string, { about: ChartNote; cell: Cell }>();
  const cellOf = (key: string): Cell => {
    let cell = mine.get(key);
    if (!cell) mine.set(key, (cell = emptyCell()));
    return cell;
  };
  for (const [at, provenance] of traced.notes.entries()) {
    const about = chart.notes[at]!;
    if (!isCounted(about.encounter)) continue;
    const { characters, tokens, spans } = provenance;
    const words = tokens.copied + tokens.templated + tokens.imported + tokens.authored;
    const length = characters.copied + characters.templated + characters.imported + characters.authored;
    const cells = keysOf(about.facility, about.department, about.type).map(cellOf);
    if (about.note.author !== null) {
      const key = JSON.stringify([about.note.author, about.facility, about.department]);
      let writer = ofWriter.get(key);
      if (!writer) ofWriter.set(key, (writer = { about, cell: emptyCell() }));
      cells.push(writer.cell);
    }
    for (const cell of cells) {
      cell.notes++;
      cell.characters += length;
      cell.words += words;
      cell.authoredWords += tokens.authored;
      for (let kind = 0; kind < 4; kind++) cell.kinds[kind]! += characters[shareNames[kind]!];
    }
    for (const span of spans) {
      if (span.kind !== 'copied') continue;
      bump(desk.depths, span.depth ?? 1);
      if (span.stalenessDays != null) bump(desk.days, Math.max(0, Math.floor(span.stalenessDays)));
      const age = span.stalenessEncounters;
      if (age == null) continue;
      for (const cell of cells) bump(cell.ages, age);
      const oldest = desk.stalest;
      if (age > 0 && (oldest.length < 20 || oldest[oldest.length - 1]!.encounters < age)) {
        const origin = chart.notes[span.origin!.index]!.head;
        oldest.push({ encounters: age, row: rowOf(desk, about.head, `Characters ${span.start} to ${span.end} were first written in ${rowOf(desk, origin, '').id}, ${age} ${age === 1 ? 'encounter' : 'encounters'} and ${Math.floor(span.stalenessDays ?? 0)} days before, and copied ${span.depth} times.`) });
        oldest.sort((a, b) => b.encounters - a.encounters);
        oldest.splice(20);
      }
    }
  }
  joinCells(desk, mine);
  for (const [key, { about, cell }] of ofWriter) {
    let writer = desk.writers.get(key);
    if (!writer) desk.writers.set(key, (writer = { facility: about.facility, department: about.department, cell: emptyCell() }));
    writer.cell.patients++;
    writer.cell.notes += cell.notes;
    writer.cell.characters += cell.characters;
    writer.cell.words += cell.words;
    writer.cell.authoredWords += cell.authoredWords;
    for (let kind = 0; kind < 4; kind++) writer.cell.kinds[kind]! += cell.kinds[kind]!;
  }
}

/** Copied text is where a statement outlives its truth; a note's own words are left to their author. Each span is read once, whoever counts it. */
export function countContradictions(counts: readonly Count[], chart: Chart, traced: ChartProvenance, beside: Beside, finder: ReturnType<typeof prepareFinder>): void {
  for (const [at, { spans }] of traced.notes.entries()) {
    const about = chart.notes[at]!;
    const desks = counts.filter(({ isCounted }) => isCounted(about.encounter)).map(({ desk }) => desk);
    if (about.note.at === null || desks.length === 0) continue;
    const data = { at: Date.parse(about.note.at), values: beside.values(about.note.encounter), ofPatient: chart.values };
    const units = [everything, { facility: about.facility, department: null, type: null }, { facility: about.facility, department: about.department, type: null }].map(keyOf);
    for (const span of spans) {
      if (span.kind !== 'copied') continue;
      const { comparable, contradictions } = contradictionsIn(about.note.text, span.start, span.end, data, finder);
      if (comparable === 0) continue;
      for (const desk of desks) {
        for (const key of units) {
          bump(desk.comparable, key, comparable);
          bump(desk.contradicted, key, contradictions.length);
        }
        for (const { rule, start, end, says } of contradictions) {
          bump(desk.contradictedRules, rule);
          remember(desk, 'U09', rowOf(desk, about.head, `Copied text, characters ${start} to ${end} (${rule}): ${says}`));
        }
      }
    }
  }
}
