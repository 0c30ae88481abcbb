// Do the data say where they come from?
import { name, type ExportHandle } from '../../tools/fhir/fhir.ts';
import type { ExportTime } from './check.ts';
import { count, percent, tidy } from './judging.ts';
import { notProduction, type Provenance } from './model.ts';
import type { Wanted } from './tables.ts';

type Signal = Provenance['signals'][number];

/** Words by which synthetic data name themselves: Synthea, the HL7 test-data label, simulators. */
const synthetic = 'synthea|synthetic|simulat|\\bHTEST\\b|test health data|\\bSYN-';

/**
 * Weighs every sign of synthetic or de-identified data. Production is never concluded: an export cannot prove it.
 * Sources: HL7 v3 ActReason HTEST; Synthea; MIMIC-IV (dates shifted into 2100-2200); HIPAA Safe Harbor.
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
  signals.push({ id: 'dates-in-the-future', says: years === null ? 'There is no date to look at.' : `The last dates lie ${years > 0 ? `${years} years after` : 'before or in the year of'} the export${time.shifted ? ': dates were shifted to hide who the patients are' : ''}.`, value: years, points: time.shifted ? 'de-identified-copy' : 'nothing' });
  const even = await uniformity(handle, types);
  if (even) signals.push(even);
  const speaking = (points: Signal['points']) => signals.filter((signal) => signal.points === points);
  const verdict = speaking('synthetic').length > 0 ? 'synthetic' : speaking('de-identified-copy').length > 0 ? 'de-identified-copy' : 'not-established';
  const why = speaking(verdict === 'not-established' ? 'nothing' : verdict);
  const says =
    verdict === 'not-established'
      ? 'No sign of synthetic or de-identified data was found. That does not show they are production data: who drew the export, from where and when must be stated and checked.'
      : `${why.map((signal) => signal.says).join(' ')} ${verdict === 'synthetic' ? 'What is found here says nothing about the production data.' : 'Real care stands behind them, but names, dates and what was removed differ from the live feed the model will see.'} ${notProduction}`;
  return { verdict, says, signals };
}

async function labels(handle: ExportHandle, types: readonly string[], wanted: Wanted): Promise<{ share: number; n: number }> {
  const parts = types.filter((type) => wanted[type]?.includes('meta')).map((type) => `SELECT regexp_matches(coalesce("meta"::VARCHAR, ''), '"HTEST"|${synthetic}', 'i') AS l FROM ${name(`raw_${type}`)} USING SAMPLE reservoir(20000 ROWS) REPEATABLE (7)`);
  if (parts.length === 0) return { share: 0, n: 0 };
  const [row] = await handle.database.rows<{ share: number | null; n: number }>(`SELECT avg(l::INTEGER) AS share, count(*) AS n FROM (${parts.map((sql) => `(${sql})`).join(' UNION ALL ')})`);
  return { share: row?.share ?? 0, n: row?.n ?? 0 };
}

/** People work in shifts and by day; generators often do not. */
async function uniformity(handle: ExportHandle, types: readonly string[]): Promise<Signal | null> {
  const acts = types.filter((type) => type !== 'Patient');
  if (acts.length === 0) return null;
  const [row] = await handle.database.rows<{ n: number; chi: number | null }>(`WITH h AS (SELECT date_part('hour', t) AS hour, count(*) AS n FROM (${acts.map((type) => `SELECT t FROM ${name(`placed_${type}`)} WHERE timed AND t IS NOT NULL`).join(' UNION ALL ')}) GROUP BY 1), s AS (SELECT sum(n) AS total FROM h)
    SELECT any_value(total)::BIGINT AS n, sum((n - total / 24.0) ^ 2 / (total / 24.0)) / any_value(total) + (24 - count(*)) / 24.0 AS chi FROM h, s`);
  if (!row || row.n < 2000 || row.chi === null) return null;
  // Cramér's V-like effect size of the hour of day against an even spread; clinical work lies far above 0.002.
  return { id: 'even-hours', says: `Events are spread over the hours of the day ${row.chi < 0.002 ? 'more evenly than people work' : 'unevenly, as work is'} (φ² ${row.chi.toFixed(4)} against an even spread).`, value: tidy(row.chi), points: row.chi < 0.002 ? 'synthetic' : 'nothing' };
}
