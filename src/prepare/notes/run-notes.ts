// How do the documents of an export become a notes audit?
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../tools/base/clock.ts';
import { Problem } from '../../tools/base/problem.ts';
import { archiveKind } from '../../tools/fhir/sources/archives/unpack.ts';
import { unpacked } from '../../tools/fhir/sources/archives/unpacked.ts';
import { checks } from './checks.ts';
import { prepareFinder } from './contradictions.ts';
import { countContradictions, countDocuments, countText, openCount } from './count-chart.ts';
import { rowOf, type Desk } from './desk.ts';
import { documentOf } from './document.ts';
import { besideOf } from './facts.ts';
import { readKnowledge } from './knowledge.ts';
import type { NotesDocument, Progress } from './model.ts';
import { analyseChart, crossPatientFindings, templateLearner, type ChartProvenance, type SharedSpan } from './provenance/provenance.ts';
import { unitPathsOf, type Charter } from './read-charter.ts';
import { chartsOf, namer, unknownUnit, type Chart, type ChartNote } from './reading/charts.ts';
import { openGathering, type Gathering } from './reading/gather.ts';
import type { EncounterHead } from './reading/heads.ts';
import { readCsv, type Column } from './reading/read-csv.ts';
import { listExport, readFolder } from './reading/read-folder.ts';
import { unitPath } from './reading/unit-path.ts';

export interface NotesOptions {
  clock: Clock;
  /** What the model depends on; without it everything is looked at. */
  charter?: Charter | undefined;
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
export async function runNotes(source: string, { charter, ...options }: NotesOptions): Promise<NotesDocument> {
  return (await runNotesFor(source, [charter ?? null], options))[0]!;
}

/**
 * As `runNotes`, for several charters at once: the text is read and traced once and counted for each. They must look for units along
 * the same paths (`unitPathsOf`). Gives a document per charter, each as it would be alone.
 */
export async function runNotesFor(source: string, charters: readonly (Charter | null)[], options: Omit<NotesOptions, 'charter'>): Promise<NotesDocument[]> {
  const startedAt = options.clock.now();
  const workspace = await mkdtemp(join(options.workspace ?? tmpdir(), 'attending-notes-'));
  let gathering: Gathering | null = null;
  try {
    // An export may come as an archive; one CSV file is read as it is.
    const isPlainFile = (await stat(source).catch(() => null))?.isFile() && (await archiveKind(source)) === undefined;
    const place = isPlainFile ? source : (await unpacked(source, workspace, { signal: options.signal })).folder;
    gathering = await gather(place, workspace, unitPathsOf(charters[0]?.data), options);
    const desks = await trace(gathering, charters, options);
    options.onProgress?.({ stage: 'writing', says: 'Putting the findings together', done: 0.98 });
    const about = { startedAt, finishedAt: options.clock.now(), version: await toolVersion() };
    return desks.map((desk, at) => documentOf(desk, checks.flatMap((check) => check.find(desk)), { ...about, charter: charters[at] ?? null }));
  } finally {
    await gathering?.close();
    await rm(workspace, { recursive: true, force: true });
  }
}

const stopIf = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw new Problem('conflict', 'The notes audit was stopped.', 'Start it again when it suits.');
};

async function gather(source: string, workspace: string, paths: ReturnType<typeof unitPathsOf>, { structured, columns, onProgress, signal }: NotesOptions): Promise<Gathering> {
  const about = await stat(source).catch(() => {
    throw new Problem('bad-input', `There is nothing at ${source}.`, 'Name a folder of FHIR NDJSON, or a CSV file of notes.', [{ file: source, says: 'does not exist' }]);
  });
  const isCsv = about.isFile();
  const folder = isCsv ? structured : source;
  const listed = folder === undefined ? null : await listExport(folder, workspace);
  const expected = (listed?.expected ?? 0) + (isCsv ? about.size * 2 : 0);
  const total = Math.max(1, (listed?.bytes ?? 0) + (isCsv ? about.size : 0));
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

/** Learns the templates, then traces every chart and counts it for each charter. */
async function trace(gathering: Gathering, charters: readonly (Charter | null)[], { onProgress, signal, onChart }: NotesOptions): Promise<Desk[]> {
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
  const counts = charters.map((charter) => openCount(charter?.data ?? null, gathering, templates.known));
  const structuredKnown = counts.some(({ desk }) => desk.structuredKnown);
  const finder = prepareFinder(readKnowledge());
  const name = namer(gathering.places);
  const facilityOf = (encounter: EncounterHead): string => {
    const facility = encounter.facility ?? (encounter.places[0] ? (gathering.owners.get(encounter.places[0].ref) ?? null) : null);
    return facility === null ? unknownUnit : name(facility);
  };
  const shared: SharedSpan[] = [];
  /** Where a note stands in the export, by its subject and place in the chart, for those that are shared. */
  const placed = new Map<string, Pick<ChartNote, 'facility' | 'head' | 'encounter'>>();
  let done = 0;
  for (const chart of chartsOf(gathering)) {
    done++;
    if (done % 20 === 0) {
      stopIf(signal);
      onProgress?.({ stage: 'tracing', says: `Tracing chart ${done.toLocaleString('en-US')} of ${charts.toLocaleString('en-US')}`, done: 0.55 + 0.42 * (done / Math.max(1, charts)) });
      await breath();
    }
    for (const count of counts) {
      count.types.chart(chart, facilityOf, (id) => count.isCounted(chart.encounters.get(id) ?? null));
      countDocuments(count, chart);
    }
    if (chart.subject === null || chart.notes.length === 0) continue;
    const beside = besideOf(chart);
    const traced = analyseChart(chart.notes.map(({ note }) => note), { templates, ...(structuredKnown && { facts: beside.facts }) });
    for (const count of counts) countText(count, chart, traced);
    for (const span of traced.shared) {
      shared.push(span);
      const { facility, head, encounter } = chart.notes[span.index]!;
      placed.set(`${span.subject} ${span.index}`, { facility, head, encounter });
    }
    if (chart.values.length > 0) countContradictions(counts, chart, traced, beside, finder);
    await onChart?.(chart, traced);
  }
  for (const finding of crossPatientFindings(shared)) {
    const at = placed.get(`${finding.later.subject} ${finding.later.index}`)!;
    const from = placed.get(`${finding.earlier.subject} ${finding.earlier.index}`)!;
    for (const { desk, isCounted } of counts)
      if (isCounted(at.encounter)) desk.crossPatient.push({ finding, facility: at.facility, row: rowOf(desk, at.head, `${finding.later.tokens} words from character ${finding.later.start} on also stand in ${rowOf(desk, from.head, '').id}, of another patient.`) });
  }
  return counts.map(({ desk, types }) => ({ ...desk, noteTypes: types.finish() }));
}

const breath = () => new Promise<void>((resume) => setImmediate(resume));

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
