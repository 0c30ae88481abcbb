// How does an export folder and a charter become an audit?
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../tools/base/clock.ts';
import { Problem } from '../../tools/base/problem.ts';
import { name, quote, type Database, type ExportHandle } from '../../tools/fhir/fhir.ts';
import { emptyPopulation, whatIsAbsent } from './absent.ts';
import { jsonAt, textAt } from './cells.ts';
import type { CharterInput } from './charter-input.ts';
import type { Check, Desk } from './check.ts';
import { chooseChecks, type Chosen } from './choose-checks.ts';
import { checks } from './checks.ts';
import { countRows } from './count-rows.ts';
import { timeOfExport } from './export-time.ts';
import { fixesOf } from './fixes.ts';
import { count } from './judging.ts';
import { runInLanes, type Running } from './lanes.ts';
import { published, type AuditDocument, type Finding, type Progress, type Verdict } from './model.ts';
import { inWorkspace, openForAudit } from './open-for-audit.ts';
import { usedTypes, wantedFields } from './plan.ts';
import { provenanceOf } from './provenance.ts';
import { rateTables } from './rate-tables.ts';
import { rememberAnswers } from './remember-answers.ts';
import { auditSample } from './sampling/audit-sample.ts';
import type { SampleRequest } from './sampling/sample-words.ts';
import { pressuresApart } from './pressures.ts';
import { runTogether, sharing } from './side-by-side.ts';
import { codeTable, factView, fillFact, hitTable, macros, medicationTable, openRooms, pack, patientTable, placedTable, rooms } from './tables.ts';
import { memberTable, unitTables, unknownUnit } from './units.ts';
import { sayWindow } from './window.ts';

export interface AuditOptions {
  clock: Clock;
  /** Folder for the Parquet cache and spill files; without it a temporary one that is removed. */
  workspace?: string | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
  threads?: number | undefined;
  memoryLimit?: string | undefined;
  /** What the columns of tables mean, where no file beside them says so. */
  mapping?: string | undefined;
  /** Check only a sample of the records, drawn by this; see sampling/draw.ts. */
  sample?: SampleRequest | undefined;
  /** Run only these checks, by id, e.g. `['C02', 'C07']`; without it the whole catalogue. See choose-checks.ts. */
  checks?: readonly string[] | undefined;
}

/**
 * Audits a folder of FHIR NDJSON, OMOP tables or mapped tables against a charter's data section.
 * The same input gives the same document, but for `startedAt`, `finishedAt` and, where nothing better tells the export's time, what follows from it.
 * @throws Problem when the folder is unusable, a path of the charter cannot be used, the disk is full or `signal` aborts.
 */
export function runAudit(folder: string, input: CharterInput, options: AuditOptions): Promise<AuditDocument> {
  return inWorkspace(options.workspace, (workspace) => auditIn(workspace, folder, input, options));
}

async function auditIn(workspace: string, folder: string, given: CharterInput, { clock, onProgress, signal, threads = 2, memoryLimit, mapping, sample: asked, checks: ids }: AuditOptions): Promise<AuditDocument> {
  const startedAt = clock.now();
  const chosen = chooseChecks(ids);
  const wanted = wantedFields(given, new Set(chosen.run.map(({ id }) => id)));
  const { opened, tell } = await openForAudit(folder, { workspace, fields: wanted, onProgress, signal, threads, memoryLimit, mapping });
  const input = pressuresApart(given, opened.kind);
  try {
    const { atOnce, setting } = sharing(threads);
    await opened.database.run(setting);
    const database = await rememberAnswers(opened, wanted, input.digest.replace(/\W/g, '').slice(-24) + (asked ? '-sample' : '') + (ids === undefined ? '' : `-${chosen.told.map(({ id }) => id).join('-')}`).slice(0, 120), atOnce);
    const handle = { ...opened, database };
    const lines = handle.files.reduce((sum, file) => sum + file.lines, 0);
    const step = async (says: string, done: number, work: () => Promise<void>) => {
      if (signal?.aborted) throw new Problem('conflict', 'The audit was stopped.', 'Start it again when it suits.');
      tell(says.startsWith('Preparing') ? 'preparing' : 'checking', says, done, lines);
      await work();
    };
    const types = usedTypes(input.data).filter((type) => (handle.resources[type] ?? 0) > 0);
    await prepare(handle, input, wanted, step, database.together);
    const time = await timeOfExport(handle, types, wanted, startedAt);
    // A sample is drawn before anything is counted and says where the records come from; without one both are done at once.
    const drawn = asked ? await provenanceOf(handle, types, wanted, time) : undefined;
    if (asked && opened.undated) await database.run('UPDATE enc SET month = NULL');
    const sample = asked ? await auditSample(database, input, asked, types, { at: startedAt, provenance: drawn!.verdict, version: await toolVersion() }) : null;
    const facilities = (await database.rows<{ facility: string }>('SELECT DISTINCT facility FROM unit ORDER BY 1')).map((row) => row.facility);
    const desk: Desk = { database, input, data: input.data, elements: input.data.elements, files: handle.files, resources: handle.resources, types, wanted, facilities, startedAt, time, provenance: drawn ?? { verdict: 'not-established', says: '', signals: [] }, completeness: [], tallied: [], checks: chosen.run, departments: [], signal };
    const weigh = drawn ? undefined : async (other: Database) => void (desk.provenance = await provenanceOf({ ...handle, database: other }, types, wanted, time));
    const { found, told } = await check(desk, chosen, step, { connection: opened.database, remembering: database, atOnce, weigh });
    const { provenance } = desk;
    tell('writing', 'Putting the findings together', 0.98, lines);
    const noteTypes = await noteTypesIn(handle, input, wanted);
    const summary = await summaryOf(desk, told, chosen);
    const nobody = emptyPopulation(input.data, summary, handle.resources['Encounter'] ?? 0);
    const absent = [...nobody, ...(await whatIsAbsent(handle, given, found, noteTypes))];
    const rates = await rateTables(desk, desk.departments, new Set(chosen.told.map(({ id }) => id)));
    await database.remember();
    return {
      attending: 'audit/1',
      tool: { name: 'attending', version: await toolVersion() },
      startedAt,
      finishedAt: clock.now(),
      charter: { digest: input.digest, deployment: input.deployment },
      summary: nobody.length > 0 ? { ...summary, says: `${nobody[0]!.what}.` } : ids === undefined ? summary : { ...summary, says: `${summary.says} ${sayPartial(chosen)}` },
      provenance,
      ...(sample && { sample }),
      ...(ids !== undefined && { checks: chosen.told.map(({ id }) => id) }),
      absent,
      fixes: fixesOf(told, input.data.elements, absent),
      export: {
        resources: Object.fromEntries(Object.entries(handle.resources).sort(([a], [b]) => (a < b ? -1 : 1))),
        kind: opened.kind,
        notices: opened.notices,
        files: handle.files.map(({ name, bytes, lines, blankLines, badLines, badLineCount, trouble }) => ({ name, bytes, lines, blankLines, badLines: badLines.map(({ line, reason }) => ({ line, reason })), badLineCount, trouble: trouble ?? null })),
      },
      elements: input.data.elements.map((element) => ({ id: element.id, name: element.name, resource: element.resource, path: element.path, per: element.per, window: sayWindow(element), tier: element.tier, threshold: element.threshold, maxSpread: element.maxSpread })),
      findings: told.map(published),
      rates,
    };
  } finally {
    await opened.close();
  }
}

/** Fewer rows of a type are left as they are. */
const worthPacking = 20_000;

type Step = (says: string, done: number, work: () => Promise<void>) => Promise<void>;

/** Makes every table the checks read; see tables.ts and units.ts. `together` runs lists of statements that know nothing of one another. */
export async function prepare({ database, resources }: ExportHandle, { data }: CharterInput, wanted: Record<string, string[]>, step: Step, together = (lists: readonly (readonly string[])[]) => runTogether(database, lists, 2)): Promise<void> {
  const types = usedTypes(data);
  const large = types.filter((type) => (resources[type] ?? 0) >= worthPacking);
  const elementsOf = (type: string) => data.elements.flatMap((element, at) => (element.resource === type ? [{ element, at }] : []));
  await step('Preparing facilities, departments and encounters', 0.6, async () => {
    for (const statement of [...rooms(types), ...macros, medicationTable(wanted)]) await database.run(statement);
    await together([unitTables(data, wanted), ...types.map((type) => [codeTable(type, elementsOf(type), wanted)])]);
  });
  // The largest first, so that nothing long is left at the end.
  const inOrder = types.toSorted((one, other) => (resources[other] ?? 0) - (resources[one] ?? 0));
  await step(`Preparing ${inOrder.slice(0, 4).join(', ')}${inOrder.length > 4 ? ' …' : ''}`, 0.65, () =>
    together(inOrder.map((type) => [placedTable(type, elementsOf(type), wanted), ...fillFact(type, elementsOf(type), wanted), ...(large.includes(type) ? [pack(type)] : [])])),
  );
  await step('Preparing the values of the charter', 0.82, async () => {
    for (const statement of [openRooms(types), factView(types)]) await database.run(statement);
    await together([
      [hitTable(data.elements)],
      [patientTable, ...memberTable(data)],
    ]);
  });
}

/** What the shared pass over the rows finds, by check. */
async function countAll(desk: Desk, run: readonly Check[], step: Step): Promise<Map<string, Finding[]>> {
  const counted = new Map<string, Finding[]>(run.map(({ id }) => [id, []]));
  await step('Checking every value', 0.86, async () => {
    for (const finding of await countRows(run, desk)) counted.get(finding.check)?.push(finding);
  });
  return counted;
}

/** All findings, and those of the checks that were asked for. */
async function check(desk: Desk, { run, told }: Chosen, step: Step, running: Omit<Running, 'begin' | 'count'>): Promise<{ found: Finding[]; told: Finding[] }> {
  let begun = 0;
  const outcomes = await runInLanes(desk, run, { ...running, count: () => countAll(desk, run, step), begin: (one) => step(`Checking: ${one.name.toLowerCase()}`, 0.88 + 0.1 * (begun++ / run.length), async () => {}) });
  // In the order of the catalogue, whichever check came to its end first.
  const inOrder = run.flatMap(({ id }) => outcomes.get(id) ?? []);
  desk.departments.push(...inOrder.flatMap(({ departments }) => departments));
  const found = await withIds(desk, inOrder.flatMap(({ findings }) => findings));
  const asked = new Set(told.map(({ id }) => id));
  return { found, told: found.filter((finding) => asked.has(finding.check)) };
}

/** A part must not be taken for the whole. */
const sayPartial = ({ told }: Chosen): string => `Only ${told.length === 1 ? `the check ${told[0]!.id}` : `${count(told.length)} checks`} of ${count(checks.length)} ${told.length === 1 ? 'was' : 'were'} run${told.length > 1 && told.length <= 12 ? `: ${told.map(({ id }) => id).join(', ')}` : ''}.`;

/** Checks find rows by file and line; what stands there is looked up once, at the end. */
async function withIds({ database, files }: Desk, findings: Finding[]): Promise<Finding[]> {
  const fileOf = new Map(files.map((file, at) => [file.name, at]));
  const places = new Map(findings.flatMap(({ rows }) => rows.flatMap((row) => (row.id === null && row.line !== null && fileOf.has(row.file) ? [[`${row.file}:${row.line}`, [fileOf.get(row.file)!, row.line]] as const] : []))));
  if (places.size === 0) return findings;
  const [at, lines] = [0, 1].map((part) => quote(JSON.stringify([...places.values()].map((place) => place[part]))));
  await database.run(`CREATE OR REPLACE TEMP TABLE place_of AS SELECT unnest(${at}::INTEGER[]) AS file, unnest(${lines}::INTEGER[]) AS line`);
  const found = await database.rows<{ file: number; line: number; id: string }>(`SELECT r._file AS file, r._line AS line, r.resourceType || coalesce('/' || r.id, '') AS id FROM resources r JOIN place_of ON place_of.file = r._file AND place_of.line = r._line`);
  const ids = new Map<string, string[]>();
  for (const { file, line, id } of found) ids.set(`${files[file]?.name}:${line}`, [...(ids.get(`${files[file]?.name}:${line}`) ?? []), id]);
  // One line of a table may be several resources: the one the finding is about, else the stay, else the first by name.
  const idAt = (place: string, resource: string | null): string | null => {
    const there = (ids.get(place) ?? []).sort();
    return there.find((id) => id.startsWith(`${resource}/`)) ?? there.find((id) => id.startsWith('Encounter/')) ?? there[0] ?? null;
  };
  return findings.map((finding) => ({ ...finding, rows: finding.rows.map((row) => ({ ...row, id: row.id ?? idAt(`${row.file}:${row.line}`, finding.resource) })) }));
}

/** How many notes of each named type there are, and under `laboratory` whether there is any numeric laboratory result. */
async function noteTypesIn(handle: ExportHandle, { data }: CharterInput, wanted: Record<string, string[]>): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  if (jsonAt('type', wanted['DocumentReference'] ?? []) !== null)
    for (const note of data.noteTypes) {
      const keys = note.codes.map(({ system, code }) => quote(`${system}|${code}`)).join(', ');
      const [row] = await handle.database.rows<{ n: number }>(`SELECT count(*) AS n FROM ${name('raw_DocumentReference')} WHERE ${keys ? `list_has_any(keys_(${jsonAt('type', wanted['DocumentReference'] ?? [])}), [${keys}])` : 'true'}`);
      found.set(note.name, row?.n ?? 0);
    }
  const category = textAt('category', wanted['Observation'] ?? []);
  const number = textAt('valueQuantity.value', wanted['Observation'] ?? []);
  if (category !== null && number !== null) {
    const [row] = await handle.database.rows<{ n: number }>(`SELECT count(*) AS n FROM (SELECT 1 FROM "raw_Observation" WHERE ${category} LIKE '%"laboratory"%' AND ${number} IS NOT NULL LIMIT 1)`);
    found.set('laboratory', row?.n ?? 0);
  } else found.set('laboratory', 1);
  return found;
}

async function summaryOf(desk: Desk, findings: readonly Finding[], { told }: Chosen): Promise<AuditDocument['summary']> {
  const [numbers] = await desk.database.rows<{ patients: number; encounters: number; facilities: number; departments: number; clinicians: number }>(`SELECT
    (SELECT count(DISTINCT key) FROM member WHERE kind = 'patient') AS patients, (SELECT count(DISTINCT key) FROM member WHERE kind = 'encounter') AS encounters,
    (SELECT count(DISTINCT facility) FROM unit WHERE facility <> ${quote(unknownUnit)}) AS facilities, (SELECT count(DISTINCT (facility, department)) FROM unit WHERE department <> ${quote(unknownUnit)}) AS departments, (SELECT count(DISTINCT clinician) FROM unit) AS clinicians`);
  const tally = (tier: Finding['tier']) => {
    const counts: Record<Verdict, number> = { met: 0, 'not-met': 0, undecided: 0, 'not-measurable': 0 };
    for (const finding of findings) if (finding.tier === tier) counts[finding.verdict]++;
    return counts;
  };
  const critical = tally('critical');
  const verdict = overallVerdict(findings);
  const badLines = desk.files.reduce((sum, file) => sum + file.badLineCount, 0);
  const names = [...new Set(findings.filter((finding) => finding.tier === 'critical' && counts(finding) && finding.verdict !== 'met').map((finding) => desk.elements.find(({ id }) => id === finding.element)?.name ?? finding.resource ?? 'the export'))];
  return {
    verdict,
    says:
      verdict === 'met'
        ? `Every critical finding is met (${count(critical.met)}).`
        : Object.values(critical).every((n) => n === 0)
          ? told.length < checks.length && desk.elements.some(({ tier }) => tier === 'critical') ? 'None of the checks that were run judges a critical element.' : 'The charter names no critical element, so nothing critical was measured.'
          : `Not every critical finding is met: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}.`,
    patients: numbers?.patients ?? 0,
    patientsInExport: desk.resources['Patient'] ?? 0,
    encounters: numbers?.encounters ?? 0,
    resources: Object.values(desk.resources).reduce((sum, n) => sum + n, 0),
    badLines,
    facilities: numbers?.facilities ?? 0,
    departments: numbers?.departments ?? 0,
    clinicians: numbers?.clinicians ?? 0,
    from: desk.time.firstDay,
    to: desk.time.lastDay,
    exportedAt: desk.time.from === 'audit' ? null : desk.time.exportedAt,
    critical,
    important: tally('important'),
  };
}

/** A unit too small to judge does not hold the gate; the whole export must be measurable. */
const counts = (finding: Finding) => finding.verdict !== 'not-measurable' || (finding.unit.facility === null && finding.unit.department === null);

/** Of the critical findings: one not met, not met; else one undecided or not measurable, that; else met. */
export function overallVerdict(findings: readonly Finding[]): Verdict {
  const critical = findings.filter((finding) => finding.tier === 'critical' && counts(finding)).map((finding) => finding.verdict);
  if (critical.length === 0) return 'not-measurable';
  for (const verdict of ['not-met', 'undecided', 'not-measurable'] as const) if (critical.includes(verdict)) return verdict;
  return 'met';
}

export async function toolVersion(): Promise<string> {
  for (const up of ['../../../package.json', '../../../../package.json']) {
    const text = await readFile(new URL(up, import.meta.url), 'utf8').catch(() => null);
    const found = text === null ? null : (JSON.parse(text) as { name?: string; version?: string });
    if (found?.name === 'attending' && found.version) return found.version;
  }
  return 'unknown';
}
