// Do the data say where they come from?
import { name, type ExportHandle } from '../../tools/fhir/fhir.ts';
import { jsonAt, textAt } from './cells.ts';
import type { ExportTime } from './check.ts';
import { count, percent, tidy } from './judging.ts';
import { notProduction, type Provenance } from './model.ts';
import type { Wanted } from './cells.ts';
import { labelPlaces } from './type-fields.ts';

type Signal = Provenance['signals'][number];

/** Words by which synthetic data name themselves: Synthea, the HL7 test-data label, simulators. */
const synthetic = 'synthea|synthetic|simulat|\\bHTEST\\b|test health data|\\bSYN-';

/** So many signs of a picked or cleaned set are needed: one alone is often chance. */
const fewestCurated = 2;
/** So many signs of daily work are needed, among them every one of `indispensable` and one of `corrected`. */
const fewestLive = 5;
const indispensable = ['identified', 'hours-of-work'] as const;
const corrected = ['corrections', 'late-entries'] as const;
const fewestPatients = 100;

/**
 * Weighs every sign of where the data come from. One sign of synthetic data or of a de-identified copy decides; two of a
 * picked or cleaned set do. *Production-like* needs positive evidence, see `fewestLive`; the absence of bad signs is none.
 * Sources: HL7 v3 ActReason HTEST; Synthea; MIMIC-IV (dates shifted into 2100-2200); HIPAA Safe Harbor. What a copy that was
 * cleaned or picked lacks (missing values, corrections, nights, weekends, several sites): Kahn et al., EGEMS 2016;4(1):1244,
 * read the other way round; docs/decisions/0004-best-case-data.md.
 */
export async function provenanceOf(handle: ExportHandle, types: readonly string[], wanted: Wanted, time: ExportTime): Promise<Provenance> {
  const { database } = handle;
  const signals: Signal[] = [];
  const patients = handle.resources['Patient'] ?? 0;
  const has = (field: string) => wanted['Patient']?.includes(field) ?? false;
  if (patients > 0 && has('identifier') && has('name')) {
    const said = ['identifier', 'extension', 'meta', 'name'].filter(has).map((field) => `coalesce("${field}"::VARCHAR, '')`).join(` || ' ' || `);
    const [row] = await database.rows<{ self: number; digits: number; placeholder: number; ages: number; january: number; births: number; safeHarbor: number }>(`SELECT
        avg(regexp_matches(${said}, '${synthetic}', 'i')::INTEGER) AS self,
        avg(coalesce(regexp_matches(json_extract_string("name", '$[0].family'), '[A-Za-z]\\d{2,}$') AND regexp_matches(json_extract_string("name", '$[0].given[0]'), '[A-Za-z]\\d{2,}$'), false)::INTEGER) AS digits,
        avg(coalesce(regexp_matches(json_extract_string("name", '$[0].family'), '^(Patient|Subject|Anon|Pt)[ _-]?\\d+$', 'i'), false)::INTEGER) AS placeholder,
        avg((right("birthDate"->>'$', 6) = '-01-01')::INTEGER) AS january, count("birthDate") AS births,
        avg((length("birthDate"->>'$') = 4)::INTEGER) AS safeHarbor, 0 AS ages FROM "raw_Patient"`);
    if (row) {
      signals.push({ id: 'calls-itself-synthetic', says: `${percent(row.self)} of ${count(patients)} patients carry a mark of synthetic data (Synthea, HTEST, a simulator's tag).`, value: tidy(row.self), points: row.self > 0.05 ? 'synthetic' : 'nothing' });
      signals.push({ id: 'numbered-names', says: `${percent(row.digits)} of the patients have numbers in both names, as generators write them.`, value: tidy(row.digits), points: row.digits > 0.2 ? 'synthetic' : 'nothing' });
      signals.push({ id: 'placeholder-names', says: `${percent(row.placeholder)} of the patients are called by a number instead of a name.`, value: tidy(row.placeholder), points: row.placeholder > 0.5 ? 'de-identified-copy' : 'nothing' });
      if (row.births >= 30) signals.push({ id: 'born-on-new-year', says: `${percent(row.january)} of the birth dates are 1 January (by chance 0.3 %).`, value: tidy(row.january), points: row.january > 0.3 ? 'de-identified-copy' : 'nothing' });
      signals.push({ id: 'birth-years-only', says: `${percent(row.safeHarbor ?? 0)} of the birth dates name only the year, as HIPAA's Safe Harbor asks.`, value: tidy(row.safeHarbor ?? 0), points: (row.safeHarbor ?? 0) > 0.5 ? 'de-identified-copy' : 'nothing' });
    }
  }
  const labelled = await labels(handle, types, wanted);
  signals.push({ id: 'test-labels', says: `${percent(labelled.share)} of ${count(labelled.n)} resources are labelled as test data (meta.security HTEST or a simulator's tag).`, value: tidy(labelled.share), points: labelled.share > 0.01 ? 'synthetic' : 'nothing' });
  const years = time.lastDay ? Number(time.lastDay.slice(0, 4)) - Number(time.exportedAt.slice(0, 4)) : null;
  if (time.undated) signals.push({ id: 'no-days', says: 'No day is known, only how long after an admission: whoever gave the data away took the dates out of them.', value: null, points: 'de-identified-copy' });
  else signals.push({ id: 'dates-in-the-future', says: years === null ? 'There is no date to look at.' : `The last dates lie ${years > 0 ? `${years} years after` : 'before or in the year of'} the export${time.shifted ? ': dates were shifted to hide who the patients are' : ''}.`, value: years, points: time.shifted ? 'de-identified-copy' : 'nothing' });
  signals.push(...(await workSigns(handle, types, time)), ...(await feedSigns(handle, types, wanted, time)));
  const speaking = (points: Signal['points']) => signals.filter((signal) => signal.points === points);
  const live = speaking('production-like').map(({ id }) => id);
  const lacking = indispensable.filter((id) => !live.includes(id));
  const verdict: Provenance['verdict'] =
    speaking('synthetic').length > 0 ? 'synthetic'
    : speaking('de-identified-copy').length > 0 ? 'de-identified-copy'
    : speaking('curated').length >= fewestCurated ? 'curated'
    : patients >= fewestPatients && live.length >= fewestLive && lacking.length === 0 && corrected.some((id) => live.includes(id)) ? 'production-like'
    : 'not-established';
  const why = speaking(verdict === 'not-established' ? 'nothing' : verdict).map((signal) => signal.says).join(' ');
  const tail = { synthetic: 'What is found here says nothing about the production data.', 'de-identified-copy': 'Real care stands behind them, but names, dates and what was removed differ from the live feed the model will see.', curated: 'What is found here is the best case; the live feed is worse.' };
  const says =
    verdict === 'not-established'
      ? `No sign of synthetic or de-identified data was found, and too few of daily work: ${live.length} of at least ${fewestLive}${live.length > 0 ? ` (${live.join(', ')})` : ''}. That does not show they are production data: who drew the export, from where and when must be stated and checked.`
      : verdict === 'production-like'
        ? `${why} That is how live records look; who drew the export, from where and when still belongs in the record.`
        : `${why} ${tail[verdict]} ${notProduction}`;
  return { verdict, says, signals };
}

async function labels(handle: ExportHandle, types: readonly string[], wanted: Wanted): Promise<{ share: number; n: number }> {
  const parts = types.flatMap((type) => {
    const labels = labelPlaces.map((place) => textAt(place, wanted[type] ?? [])).filter((text) => text !== null);
    return labels.length === 0 ? [] : [`SELECT concat_ws(' ', ${labels.join(', ')}) AS label FROM ${name(`raw_${type}`)} USING SAMPLE reservoir(20000 ROWS) REPEATABLE (7)`];
  });
  if (parts.length === 0) return { share: 0, n: 0 };
  // Labels are few and come again and again: each is read once.
  const [row] = await handle.database.rows<{ share: number | null; n: number }>(`SELECT sum(n) FILTER (regexp_matches(label, '"HTEST"|${synthetic}', 'i'))::DOUBLE / sum(n) AS share, coalesce(sum(n), 0)::BIGINT AS n FROM (SELECT label, count(*) AS n FROM (${parts.map((sql) => `(${sql})`).join(' UNION ALL ')}) GROUP BY label)`);
  return { share: row?.share ?? 0, n: row?.n ?? 0 };
}

/** What daily work leaves behind: hours and days, states that change, several sites. People work in shifts and by day; generators and pilots often do not. */
async function workSigns({ database }: ExportHandle, types: readonly string[], time: ExportTime): Promise<Signal[]> {
  const acts = types.filter((type) => type !== 'Patient' && type !== 'Condition');
  if (acts.length === 0) return [];
  // One small table of hour, weekday and status: the rows are looked at once.
  const rows = await database.rows<{ hour: number | null; day: number | null; status: string | null; n: number }>(`SELECT hour, day, status, sum(n)::BIGINT AS n FROM (${acts.map((type) => `SELECT CASE WHEN timed THEN hour(t) END AS hour, CASE WHEN timed THEN isodow(t) END AS day, status, count(*) AS n FROM ${name(`placed_${type}`)} GROUP BY ALL`).join(' UNION ALL ')}) GROUP BY ALL ORDER BY ALL`);
  const sum = (which: (row: (typeof rows)[number]) => boolean) => rows.reduce((total, row) => total + (which(row) ? row.n : 0), 0);
  const signals: Signal[] = [];
  const timed = sum(({ hour }) => hour !== null);
  if (timed >= 2000 && time.undated !== 'hour') {
    const hours = Array.from({ length: 24 }, (_, at) => sum(({ hour }) => hour === at));
    // An effect size of the hour of day against an even spread; clinical work lies far above 0.002.
    const phi = hours.reduce((total, n) => total + (n - timed / 24) ** 2 / (timed / 24), 0) / timed;
    const awake = hours.filter((n) => n > 0).length;
    const live = phi >= 0.01 && awake === 24;
    signals.push({ id: phi < 0.002 ? 'even-hours' : 'hours-of-work', says: `Events are spread over the hours of the day ${phi < 0.002 ? 'more evenly than people work' : 'unevenly, as work is'} (φ² ${phi.toFixed(4)} against an even spread), in ${awake} of 24 hours: care does not stop at night.`, value: tidy(phi), points: phi < 0.002 ? 'synthetic' : live && !time.shifted ? 'production-like' : 'nothing' });
    const weekend = sum(({ day }) => day !== null && day >= 6) / timed;
    const [inpatient] = await database.rows<{ n: number }>(`SELECT count(*) AS n FROM enc WHERE class IN ('IMP', 'ACUTE', 'NONAC', 'EMER', 'OBSENC', 'SS')`);
    const around = (inpatient?.n ?? 0) >= 30;
    signals.push({ id: 'weekends', says: `${percent(weekend)} of the events fall on Saturday or Sunday (2 of 7 days are 28.6 %)${around ? '; hospitals work on weekends, a pilot does not' : '; the export holds hardly any stay in hospital, so that says little'}.`, value: tidy(weekend), points: !around || time.shifted ? 'nothing' : weekend < 0.02 ? 'curated' : weekend >= 0.1 && weekend <= 0.35 ? 'production-like' : 'nothing' });
  }
  const said = sum(({ status }) => status !== null);
  if (said >= 5000) {
    const changed = sum(({ status }) => ['entered-in-error', 'amended', 'corrected', 'cancelled', 'stopped', 'not-done', 'revoked', 'preliminary'].includes(status ?? '')) / said;
    const errors = sum(({ status }) => ['entered-in-error', 'amended', 'corrected'].includes(status ?? '')) / said;
    signals.push({ id: 'corrections', says: `${percent(errors)} of ${count(said)} records were entered in error or corrected, ${percent(changed)} are in any state but done: live records hold mistakes that were put right, cleaned ones none.`, value: tidy(errors), points: changed === 0 ? 'curated' : errors > 0 ? 'production-like' : 'nothing' });
  }
  const [sites] = await database.rows<{ facilities: number; departments: number; patients: number; dead: number; old: number }>(`SELECT (SELECT count(DISTINCT facility_ref) FROM unit) AS facilities, (SELECT count(DISTINCT (facility_ref, department_ref)) FROM unit) AS departments,
    (SELECT count(*) FROM pat) AS patients, (SELECT count(death) FROM pat) AS dead, (SELECT count(*) FROM pat WHERE date_diff('day', birth, (SELECT max(start_) FROM enc)) > 27393) AS old`);
  if (sites && sites.patients >= fewestPatients) {
    signals.push({ id: 'sites', says: `${count(sites.facilities)} ${sites.facilities === 1 ? 'facility' : 'facilities'} and ${count(sites.departments)} ${sites.departments === 1 ? 'department' : 'departments'} stand behind ${count(sites.patients)} patients: a pilot is drawn from one.`, value: sites.departments, points: sites.departments === 1 && sites.facilities <= 1 ? 'curated' : sites.departments >= 5 ? 'production-like' : 'nothing' });
    const round = sites.patients % 100 === 0 || (sites.patients < 1000 && sites.patients % 50 === 0);
    signals.push({ id: 'round-count', says: `There are ${count(sites.patients)} patients${round ? ', a round number, as samples have that somebody picked (by chance 1 to 2 %)' : ', not a round number'}.`, value: sites.patients, points: round ? 'curated' : 'nothing' });
    if (sites.patients >= 300) signals.push({ id: 'nobody-old-or-dead', says: `${count(sites.dead)} of the patients have died and ${count(sites.old)} are over 75: among volunteers nobody is, among patients some are.`, value: tidy((sites.dead + sites.old) / sites.patients), points: sites.dead + sites.old === 0 ? 'curated' : 'nothing' });
  }
  return signals;
}

/** What a live feed leaves behind: holes, late entries, changes day by day, identifiers, and units that are not alike. */
async function feedSigns({ database }: ExportHandle, types: readonly string[], wanted: Wanted, time: ExportTime): Promise<Signal[]> {
  const signals: Signal[] = [];
  const [cells] = await database.rows<{ n: number; missing: number; late: number | null; timed: number }>(`SELECT count(*) AS n, count(*) FILTER (NOT present) AS missing, count(*) FILTER (present AND NOT rec_by_meta AND rec - t > INTERVAL 1 DAY) AS late, count(*) FILTER (present AND NOT rec_by_meta AND rec IS NOT NULL AND t IS NOT NULL) AS timed FROM fact`);
  if (cells && cells.n >= 2000) {
    signals.push({ id: 'nothing-missing', says: `${count(cells.missing)} of ${count(cells.n)} cells of the charter's elements are empty${cells.missing === 0 ? ': a live feed always lacks some, a cleaned table none' : ''}.`, value: tidy(cells.missing / cells.n), points: cells.missing === 0 ? 'curated' : 'nothing' });
    if (cells.timed >= 1000) signals.push({ id: 'late-entries', says: `${percent((cells.late ?? 0) / cells.timed)} of ${count(cells.timed)} values came on record more than a day after the event: some always do where people work.`, value: tidy((cells.late ?? 0) / cells.timed), points: (cells.late ?? 0) > 0 && (cells.late ?? 0) < cells.timed / 2 ? 'production-like' : 'nothing' });
  }
  const unlike = await database.rows<{ spread: number; units: number }>(`WITH s AS (SELECT h.el, unit.facility, count(DISTINCT m.key) FILTER (h.key IS NOT NULL AND hit.key IS NOT NULL) / count(DISTINCT m.key) AS rate FROM (SELECT DISTINCT el, 1 AS key FROM hit) h JOIN member m ON m.kind = 'encounter' JOIN unit ON unit.u = m.u LEFT JOIN hit ON hit.el = h.el AND hit.key = m.key GROUP BY h.el, unit.facility HAVING count(DISTINCT m.key) >= 30)
    SELECT max(rate) - min(rate) AS spread, count(*) AS units FROM s GROUP BY el HAVING count(*) > 1 ORDER BY spread DESC LIMIT 1`);
  if (unlike[0]) signals.push({ id: 'unequal-sites', says: `The facilities differ by up to ${percent(unlike[0].spread)} in how often a value is there: sites record differently, one generator does not.`, value: tidy(unlike[0].spread), points: unlike[0].spread >= 0.01 ? 'production-like' : 'nothing' });
  const columns = wanted['Patient'] ?? [];
  if (types.includes('Patient') && columns.includes('identifier') && columns.includes('name')) {
    const [who] = await database.rows<{ n: number; k: number }>(`SELECT count(*) AS n, count(*) FILTER (coalesce(len(list_filter(json_extract_string(${jsonAt('identifier', columns)}, '$[*].value'), lambda x: length(x) >= 4)) > 0, false) AND coalesce(regexp_full_match(json_extract_string(${jsonAt('name', columns)}, '$[0].family'), '[\\p{L}][\\p{L}''’ .-]+'), false)) AS k FROM "raw_Patient"`);
    if (who && who.n >= fewestPatients) signals.push({ id: 'identified', says: `${percent(who.k / who.n)} of ${count(who.n)} patients have an identifier and a name as people have them: without both the data are no live copy.`, value: tidy(who.k / who.n), points: who.k / who.n >= 0.9 && !time.shifted ? 'production-like' : 'nothing' });
  }
  const parts = types.flatMap((type) => {
    const text = textAt('meta.lastUpdated', wanted[type] ?? []);
    return text === null ? [] : [`SELECT left(${text}, 10) AS day FROM ${name(`raw_${type}`)} USING SAMPLE reservoir(20000 ROWS) REPEATABLE (7)`];
  });
  const [days] = parts.length === 0 ? [] : await database.rows<{ n: number; days: number; newest: string | null }>(`SELECT count(day) AS n, count(DISTINCT day) AS days, max(day) AS newest FROM (${parts.map((sql) => `(${sql})`).join(' UNION ALL ')})`);
  if (days && days.n >= 1000) signals.push({ id: 'changed-day-by-day', says: `The records were last changed on ${count(days.days)} different days: a live store changes every day, a copy was loaded on one.`, value: days.days, points: days.days >= 30 ? 'production-like' : 'nothing' });
  if (time.firstDay && time.lastDay && !time.shifted && time.from !== 'audit') {
    const span = (Date.parse(time.lastDay) - Date.parse(time.firstDay)) / 86_400_000;
    const old = (Date.parse(time.exportedAt.slice(0, 10)) - Date.parse(time.lastDay)) / 86_400_000;
    signals.push({ id: 'recent', says: `The newest events are ${count(Math.max(0, Math.round(old)))} days older than the export, and it reaches over ${count(Math.round(span))} days: what the model will see is recent.`, value: tidy(old), points: old >= 0 && old <= 60 && span >= 60 ? 'production-like' : span < 14 ? 'curated' : 'nothing' });
  }
  return signals;
}
