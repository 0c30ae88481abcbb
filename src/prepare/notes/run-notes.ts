// How do the documents of an export become a notes audit?
import { mkdtemp, rm } from 'node:fs/promises';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSection } from '../../spine/deployments/model.ts';
import type { Clock } from '../../tools/base/clock.ts';
import { sayMinutes } from '../../tools/base/durations.ts';
import { Problem } from '../../tools/base/problem.ts';
import { archiveKind } from '../../tools/fhir/sources/archives/unpack.ts';
import { unpacked } from '../../tools/fhir/sources/archives/unpacked.ts';
import { emptyCell, type Cell } from './cells.ts';
import { checks } from './checks.ts';
import { contradictionsIn, prepareFinder } from './contradictions.ts';
import { bump, documentsAt, emptyDesk, everything, joinCells, keyOf, keysOf, note as remember, rowOf, type Desk } from './desk.ts';
import { documentOf } from './document.ts';
import { besideOf } from './facts.ts';
import { readKnowledge } from './knowledge.ts';
import { shareNames, type NotesDocument, type Progress } from './model.ts';
import { countTypes } from './note-types.ts';
import { analyseChart, crossPatientFindings, templateLearner, type ChartProvenance, type SharedSpan } from './provenance/provenance.ts';
import { chartsOf, namer, unknownUnit, type Chart, type ChartNote } from './reading/charts.ts';
import { unreadable } from './reading/decode.ts';
import { openGathering, type Gathering } from './reading/gather.ts';
import type { EncounterHead, NoteHead } from './reading/heads.ts';
import { readCsv, type Column } from './reading/read-csv.ts';
import { listExport, readFolder } from './reading/read-folder.ts';
import { unitPath } from './reading/unit-path.ts';

export interface NotesOptions {
  clock: Clock;
  /** What the model depends on; without it everything is looked at. */
  charter?: { data: DataSection; digest: string; deployment: string | null } | undefined;
  /** A folder of FHIR whose structured data stand beside notes that come from elsewhere. */
  structured?: string | undefined;
  /** Columns of a CSV file, where their names do not say. */
  columns?: Partial<Record<Column, string>> | undefined;
  /** Folder for spill files; without it a temporary one. What is put there is removed. */
  workspace?: string | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Every chart as it was traced; waits for the answer. */
  onChart?: ((chart: Chart, traced: ChartProvenance) => Promise<void> | void) | undefined;
}

/**
 * Audits the notes of a folder of FHIR NDJSON, or of a CSV file. Reads every line once; memory does not grow with the export but with
 * its largest chart. The same input gives the same document, except the times.
 * @throws Problem when the input is unusable, the disk is full or `signal` aborts.
 */
export async function runNotes(source: string, options: NotesOptions): Promise<NotesDocument> {
  const startedAt = options.clock.now();
  const workspace = await mkdtemp(join(options.workspace ?? tmpdir(), 'attending-notes-'));
  let gathering: Gathering | null = null;
  try {
    // An export may come as an archive; one CSV file is read as it is.
    const isPlainFile = (await stat(source).catch(() => null))?.isFile() && (await archiveKind(source)) === undefined;
    const place = isPlainFile ? source : (await unpacked(source, workspace, { signal: options.signal })).folder;
    gathering = await gather(place, workspace, options);
    const desk = await trace(gathering, options);
    options.onProgress?.({ stage: 'writing', says: 'Putting the findings together', done: 0.98 });
    const findings = checks.flatMap((check) => check.find(desk));
    return documentOf(desk, findings, { startedAt, finishedAt: options.clock.now(), version: await toolVersion(), charter: options.charter ?? null });
  } finally {
    await gathering?.close();
    await rm(workspace, { recursive: true, force: true });
  }
}

const stopIf = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw new Problem('conflict', 'The notes audit was stopped.', 'Start it again when it suits.');
};

async function gather(source: string, workspace: string, { charter, structured, columns, onProgress, signal }: NotesOptions): Promise<Gathering> {
  const about = await stat(source).catch(() => {
    throw new Problem('bad-input', `There is nothing at ${source}.`, 'Name a folder of FHIR NDJSON, or a CSV file of notes.', [{ file: source, says: 'does not exist' }]);
  });
  const isCsv = about.isFile();
  const folder = isCsv ? structured : source;
  const listed = folder === undefined ? null : await listExport(folder, workspace);
  const expected = (listed?.expected ?? 0) + (isCsv ? about.size * 2 : 0);
  const total = Math.max(1, (listed?.bytes ?? 0) + (isCsv ? about.size : 0));
  const paths = charter?.data.unitPaths ?? { facility: 'serviceProvider', department: 'location.location', clinician: 'participant.individual' };
  // A path that cannot be used is told before anything is read.
  for (const path of Object.values(paths)) unitPath(path);
  const gathering = openGathering(workspace, expected);
  let before = 0;
  const tell = (bytes: number, file: string) => onProgress?.({ stage: 'reading', says: `Reading ${file}`, done: 0.45 * Math.min(1, (before + bytes) / total) });
  try {
    if (isCsv) {
      await readCsv(source, gathering, { columns: columns ?? {}, onProgress: tell, signal });
      before = about.size;
    }
    if (folder !== undefined && listed) await readFolder(folder, listed.candidates, gathering, { paths, onlyStructured: isCsv, onProgress: tell, signal });
    if (!isCsv && structured !== undefined) {
      const more = await listExport(structured, workspace);
      await readFolder(structured, more.candidates, gathering, { paths, onlyStructured: true, signal });
    }
    await gathering.join();
    return gathering;
  } catch (error) {
    await gathering.close();
    throw error;
  }
}

/** Learns the templates, then traces every chart and counts. */
async function trace(gathering: Gathering, { charter, onProgress, signal, onChart }: NotesOptions): Promise<Desk> {
  const data = charter?.data ?? null;
  const desk = emptyDesk(data, gathering.tally);
  const { resources } = gathering.tally;
  desk.patientsKnown = (resources['Patient'] ?? 0) > 0;
  desk.encountersKnown = (resources['Encounter'] ?? 0) > 0;
  desk.structuredKnown = ['Observation', 'MedicationRequest', 'MedicationAdministration', 'MedicationStatement', 'Condition', 'AllergyIntolerance'].some((type) => (resources[type] ?? 0) > 0);
  const learner = templateLearner();
  let charts = 0;
  for (const chart of chartsOf(gathering, false)) {
    for (const { note } of chart.notes) learner.add(note);
    if (++charts % 50 === 0) {
      stopIf(signal);
      onProgress?.({ stage: 'learning', says: 'Learning the templates', done: 0.45 });
      await breath();
    }
  }
  const templates = learner.finish();
  desk.templatesKnown = templates.known;
  const finder = prepareFinder(readKnowledge());
  const types = countTypes(data);
  const name = namer(gathering.places);
  const facilityOf = (encounter: EncounterHead): string => {
    const facility = encounter.facility ?? (encounter.places[0] ? (gathering.owners.get(encounter.places[0].ref) ?? null) : null);
    return facility === null ? unknownUnit : name(facility);
  };
  const isCounted = populationOf(data, desk.encountersKnown);
  const shared: SharedSpan[] = [];
  /** Where a note stands in the export, by its subject and place in the chart, for those that are shared. */
  const placed = new Map<string, { facility: string; head: NoteHead; counted: boolean }>();
  let done = 0;
  for (const chart of chartsOf(gathering)) {
    done++;
    if (done % 20 === 0) {
      stopIf(signal);
      onProgress?.({ stage: 'tracing', says: `Tracing chart ${done.toLocaleString('en-US')} of ${charts.toLocaleString('en-US')}`, done: 0.55 + 0.42 * (done / Math.max(1, charts)) });
      await breath();
    }
    const beside = besideOf(chart);
    types.chart(chart, facilityOf, (id) => isCounted(chart.encounters.get(id) ?? null));
    countDocuments(desk, chart, types, isCounted);
    if (chart.subject === null || chart.notes.length === 0) continue;
    const traced = analyseChart(chart.notes.map(({ note }) => note), { templates, ...(desk.structuredKnown && { facts: beside.facts }) });
    countText(desk, chart, traced, isCounted);
    for (const span of traced.shared) {
      shared.push(span);
      const { facility, head, encounter } = chart.notes[span.index]!;
      placed.set(`${span.subject} ${span.index}`, { facility, head, counted: isCounted(encounter) });
    }
    if (chart.values.length > 0) findContradictions(desk, chart, traced, beside, finder, isCounted);
    await onChart?.(chart, traced);
  }
  for (const finding of crossPatientFindings(shared)) {
    const at = placed.get(`${finding.later.subject} ${finding.later.index}`)!;
    const from = placed.get(`${finding.earlier.subject} ${finding.earlier.index}`)!;
    if (at.counted) desk.crossPatient.push({ finding, facility: at.facility, row: rowOf(desk, at.head, `${finding.later.tokens} words from character ${finding.later.start} on also stand in ${rowOf(desk, from.head, '').id}, of another patient.`) });
  }
  desk.noteTypes = types.finish();
  return desk;
}

const breath = () => new Promise<void>((resume) => setImmediate(resume));

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

type Types = ReturnType<typeof countTypes>;

function countDocuments(desk: Desk, chart: Chart, types: Types, isCounted: (encounter: EncounterHead | null) => boolean): void {
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
  countInTime(desk, chart, isCounted);
  for (const { head, facility, department, type, encounter, because } of chart.rest) take(head, facility, department, type, encounter, because);
}

/** Which notes are finished when the model decides, and how fresh is the newest of them then? */
function countInTime(desk: Desk, chart: Chart, isCounted: (encounter: EncounterHead | null) => boolean): void {
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

function countText(desk: Desk, chart: Chart, traced: ChartProvenance, isCounted: (encounter: EncounterHead | null) => boolean): void {
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

/** Copied text is where a statement outlives its truth; a note's own words are left to their author. */
function findContradictions(desk: Desk, chart: Chart, traced: ChartProvenance, beside: ReturnType<typeof besideOf>, finder: ReturnType<typeof prepareFinder>, isCounted: (encounter: EncounterHead | null) => boolean): void {
  for (const [at, { spans }] of traced.notes.entries()) {
    const about = chart.notes[at]!;
    if (about.note.at === null || !isCounted(about.encounter)) continue;
    const data = { at: Date.parse(about.note.at), values: beside.values(about.note.encounter), ofPatient: chart.values };
    for (const span of spans) {
      if (span.kind !== 'copied') continue;
      const { comparable, contradictions } = contradictionsIn(about.note.text, span.start, span.end, data, finder);
      if (comparable === 0) continue;
      const units = [everything, { facility: about.facility, department: null, type: null }, { facility: about.facility, department: about.department, type: null }].map(keyOf);
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

/** The sources and the build lie at different depths. */
async function toolVersion(): Promise<string> {
  for (const up of ['../../../', '../../../../'])
    try {
      return (JSON.parse(await readFile(new URL(`${up}package.json`, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      // One floor further up.
    }
  return 'unknown';
}
