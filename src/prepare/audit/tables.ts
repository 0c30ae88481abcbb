// How do the raw resources become the few narrow tables every check reads?
import type { Element } from '../../spine/deployments/charter-data.ts';
import { expressionSql, name, quote, type Database } from '../../tools/fhir/fhir.ts';
import { minutesOf } from './durations.ts';
import { placeholderDates, placeholderNumbers, placeholderTexts, absenceSystems } from './placeholders.ts';
import { list, rawOf, usesUsualCode } from './plan.ts';
import { fieldsOf, namesMedication, topOf } from './type-fields.ts';
import { conversions } from './unit-conversions.ts';

/** Which columns of `raw_<Type>` are there: what was asked of `openExport`. */
export type Wanted = Record<string, string[]>;

/** Small functions every statement here uses. Instants are kept in UTC without a zone. */
export const macros = [
  `SET TimeZone = 'UTC'`,
  // A FHIR dateTime of any precision as an instant; NULL where it is no such day (2026-02-30) or no date at all.
  `CREATE OR REPLACE TEMP MACRO at_(x) AS (CASE length(x) WHEN 4 THEN try_cast(x || '-01-01' AS TIMESTAMPTZ) WHEN 7 THEN try_cast(x || '-01' AS TIMESTAMPTZ) ELSE try_cast(x AS TIMESTAMPTZ) END AT TIME ZONE 'UTC')`,
  `CREATE OR REPLACE TEMP MACRO date_ok_(x) AS (at_(x) IS NOT NULL AND regexp_full_match(x, '\\d{4}(-\\d{2}(-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2}))?)?)?'))`,
  // "Patient/7", "https://server/fhir/Patient/7", "Patient/7/_history/2", "urn:uuid:7" all name 7.
  `CREATE OR REPLACE TEMP MACRO ref_id_(r) AS (CASE WHEN r LIKE '%/_history/%' THEN split_part(split_part(r, '/_history/', 1), '/', -1) WHEN r LIKE 'urn:uuid:%' THEN substr(r, 10) ELSE split_part(r, '/', -1) END)`,
  // A value that is an object as JSON, anything else as NULL: JSON functions refuse plain text even where a CASE would not ask them.
  `CREATE OR REPLACE TEMP MACRO object_(x) AS try_cast(CASE WHEN x LIKE '{%' THEN x END AS JSON)`,
  `CREATE OR REPLACE TEMP MACRO ref_text_(x) AS (CASE WHEN x LIKE '{%' THEN coalesce(json_extract_string(object_(x), '$.reference'), json_extract_string(object_(x), '$.display'), json_extract_string(object_(x), '$.identifier.value')) ELSE x END)`,
  `CREATE OR REPLACE TEMP MACRO keys_(j) AS (list_transform(CASE WHEN j IS NULL THEN [] WHEN substr(j::VARCHAR, 1, 1) = '[' THEN flatten(list_transform(from_json(j, '[{"coding":[{"system":"VARCHAR","code":"VARCHAR"}]}]'), lambda c: coalesce(c.coding, []))) ELSE coalesce(from_json(j, '{"coding":[{"system":"VARCHAR","code":"VARCHAR"}]}').coding, []) END, lambda c: coalesce(c.system, '') || '|' || coalesce(c.code, '')))`,
];

/** The text at a place such as `issued` or `period.start`; NULL when its field was not asked for. */
function textAt(place: string, columns: readonly string[]): string | null {
  const top = topOf(place);
  if (!columns.includes(top)) return null;
  return top === place ? `(${name(top)}->>'$')` : `json_extract_string(${name(top)}, ${quote(`$.${place.slice(top.length + 1)}`)})`;
}

const firstOf = (places: readonly string[], columns: readonly string[]): string => {
  const found = places.map((place) => textAt(place, columns)).filter((sql): sql is string => sql !== null);
  return found.length === 0 ? 'NULL::VARCHAR' : found.length === 1 ? found[0]! : `coalesce(${found.join(', ')})`;
};

/** `med(id, keys)`: what each Medication resource is, so that a prescription that only points at it has a code too. */
export const medicationTable = (wanted: Wanted): string =>
  wanted['Medication']?.includes('code')
    ? `CREATE OR REPLACE TEMP TABLE med AS SELECT id, any_value(keys_("code")) AS keys FROM ${rawOf('Medication')} WHERE id IS NOT NULL GROUP BY id`
    : `CREATE OR REPLACE TEMP TABLE med (id VARCHAR, keys VARCHAR[])`;

/**
 * One narrow row per resource. For element number i of this type: `m_i` it is meant, `v_i` its value,
 * `w_i` its unit, `d_i` its time where the charter names another than the usual.
 */
function baseSelect(type: string, elements: readonly { element: Element; at: number }[], wanted: Wanted): string {
  const fields = fieldsOf(type);
  const columns = wanted[type] ?? [];
  const has = (field: string) => columns.includes(field);
  const source = { fields: ['id', ...columns] };
  const own = fields.code.filter(has).map((field) => `keys_(${name(field)})`);
  const keys = own.length === 0 ? '[]::VARCHAR[]' : own.length === 1 ? own[0]! : `list_concat(${own.join(', ')})`;
  const viaMedication = namesMedication(type) && has('medicationReference');
  const date = firstOf(fields.date, columns);
  const recorded = firstOf([...fields.recorded], columns);
  const updated = textAt('meta.lastUpdated', columns) ?? 'NULL::VARCHAR';
  const dates = [...new Set([...fields.date, ...fields.end, ...fields.recorded, ...(type === 'Patient' ? ['birthDate', 'deceasedDateTime'] : [])])].map((place) => textAt(place, columns)).filter((sql): sql is string => sql !== null);
  const missing = fields.required.map((required) => {
    const parts = required.split('|').filter(has);
    return parts.length === 0 ? null : `CASE WHEN ${parts.map((part) => `(${name(part)} IS NULL OR ${name(part)}::VARCHAR IN ('null', '{}', '[]', '""'))`).join(' AND ')} THEN ${quote(required)} END`;
  });
  const content = [...new Set([...(fields.subject ? [fields.subject] : []), ...fields.code, ...fields.date.map(topOf), ...fields.content])].filter(has);
  const references = fields.references.filter(has);
  const subject = type === 'Patient' ? 'id' : fields.subject && has(fields.subject) ? `ref_id_(json_extract_string(${name(fields.subject)}, '$.reference'))` : 'NULL::VARCHAR';
  const encounter = type === 'Encounter' ? 'id' : fields.encounter && has(fields.encounter) ? `ref_id_(json_extract_string(${name(fields.encounter)}, '$.reference'))` : type === 'DocumentReference' && has('context') ? `ref_id_(json_extract_string("context", '$.encounter[0].reference'))` : 'NULL::VARCHAR';
  const perElement = elements.flatMap(({ element, at }) => {
    const value = expressionSql(element.path, type, source, 'first');
    const unit = unitPathOf(element).map((path) => expressionSql(path, type, source, 'first'));
    return [
      `${meant(element, source)} AS m_${at}`,
      `CASE WHEN m_${at} THEN ${value} END AS v_${at}`,
      `CASE WHEN m_${at} THEN ${unit.length > 0 ? `coalesce(${unit.join(', ')})` : 'NULL'} END::VARCHAR AS w_${at}`,
      ...(element.datePath ? [`CASE WHEN m_${at} THEN ref_text_(${expressionSql(element.datePath, type, source, 'first')}) END AS d_${at}`] : []),
    ];
  });
  return `SELECT id, _file AS file, _line AS line, ${subject} AS subject, ${encounter} AS encounter,
      ${date} AS t_text, at_(t_text) AS t, ${firstOf(fields.end, columns)} AS end_text, ${recorded} AS rec_text, ${updated} AS upd_text,
      ${has('status') ? `("status"->>'$')` : 'NULL::VARCHAR'} AS status,
      key_list AS keys,
      ${content.length > 0 ? `hash(${content.map(name).join(', ')})` : 'NULL::UBIGINT'} AS content,
      ${dates.length > 0 ? `list_filter([${dates.join(', ')}], lambda x: x IS NOT NULL)` : '[]::VARCHAR[]'} AS dates,
      list_filter(dates, lambda x: NOT coalesce(date_ok_(x), false) OR length(x) < 10) AS bad_dates,
      list_filter([CASE WHEN id IS NULL THEN 'id' END, ${missing.filter((sql) => sql !== null).join(', ') || 'NULL'}]::VARCHAR[], lambda x: x IS NOT NULL) AS missing,
      ${references.length > 0 ? `list_filter(flatten([${references.map((field) => `coalesce(regexp_extract_all(${name(field)}::VARCHAR, '"reference"\\s*:\\s*"([^"]+)"', 1), [])`).join(', ')}]), lambda x: x IS NOT NULL)` : '[]::VARCHAR[]'} AS refs,
      ${fields.subject && has(fields.subject) ? `json_extract_string(${name(fields.subject)}, '$.reference')` : 'NULL::VARCHAR'} AS subject_ref,
      ${fields.encounter && has(fields.encounter) ? `json_extract_string(${name(fields.encounter)}, '$.reference')` : 'NULL::VARCHAR'} AS encounter_ref${perElement.map((sql) => `,\n      ${sql}`).join('')}
    FROM (SELECT *, ${keys} AS own_keys, ${viaMedication ? `CASE WHEN len(own_keys) = 0 THEN coalesce(med_keys, []) ELSE own_keys END` : 'own_keys'} AS key_list
      FROM ${viaMedication ? `(SELECT q.*, med.keys AS med_keys FROM ${rawOf(type)} q LEFT JOIN med ON med.id = ref_id_(json_extract_string(q."medicationReference", '$.reference')))` : rawOf(type)}) AS r`;
}

/**
 * `placed_<Type>`: the narrow rows with the unit `u` they belong to: of the stay that covers their time in the encounter
 * they name, else of the patient's encounter that covers their time, else none.
 */
export const placedTable = (type: string, elements: readonly { element: Element; at: number }[], wanted: Wanted): string =>
  `CREATE OR REPLACE TEMP TABLE ${name(`placed_${type}`)} AS
    WITH base AS (${baseSelect(type, elements, wanted)}),
    named AS (SELECT base.*, CASE WHEN base.encounter IS NULL AND base.t IS NOT NULL THEN base.subject END AS seeker, enc.id AS known_enc, enc.u AS enc_u FROM base LEFT JOIN enc ON enc.id = base.encounter),
    covered AS (SELECT named.* EXCLUDE (encounter, known_enc, enc_u, seeker),
        CASE WHEN seeker IS NULL THEN coalesce(known_enc, encounter) WHEN named.t <= coalesce(x.end_, x.start_ + INTERVAL 30 DAY) THEN x.id END AS encounter,
        CASE WHEN seeker IS NULL THEN enc_u WHEN named.t <= coalesce(x.end_, x.start_ + INTERVAL 30 DAY) THEN x.u END AS enc_u
      FROM named ASOF LEFT JOIN started x ON named.seeker = x.subject AND named.t >= x.start_)
    SELECT covered.* EXCLUDE (enc_u), coalesce(${type === 'Encounter' ? 'NULL' : 'stay.u'}, enc_u) AS u FROM covered ${type === 'Encounter' ? '' : 'ASOF LEFT JOIN stay ON covered.encounter = stay.encounter AND covered.t >= stay.from_'}`;

/** Is this resource one the element means? */
function meant(element: Element, source: { fields: string[] }): string {
  const conditions: string[] = [];
  if (element.codes.length > 0) {
    const wantedKeys = list(element.codes.map(({ system, code }) => `${system}|${code}`));
    if (usesUsualCode(element)) conditions.push(`list_has_any(key_list, ${wantedKeys})`);
    else
      conditions.push(
        `list_has_any(list_transform(${expressionSql(`${element.codePath}.coding`, element.resource, source, 'all')}, lambda c: coalesce(json_extract_string(c, '$.system'), '') || '|' || coalesce(json_extract_string(c, '$.code'), '')), ${wantedKeys})`,
      );
  }
  if (element.where) conditions.push(expressionSql(element.where, element.resource, source, 'boolean'));
  return conditions.length > 0 ? `coalesce(${conditions.join(' AND ')}, false)` : 'true';
}

/** A Quantity's `.value` stands beside its `.code` and `.unit`. */
function unitPathOf(element: Element): string[] {
  if (!element.path.endsWith('.value') || !isNumeric(element)) return [];
  const quantity = element.path.slice(0, -'.value'.length);
  return [`${quantity}.code`, `${quantity}.unit`];
}

/** Does the element promise a number? */
export const isNumeric = (element: Element): boolean =>
  element.units.length > 0 || element.range !== undefined || /Quantity\)\.value$/.test(element.path) || /ofType\((decimal|integer)\)$/.test(element.path);

/**
 * `fact`: one row per resource an element means. `usable` = there, not a placeholder, a number where one is promised,
 * in a unit and among the values the model understands, and not entered in error.
 */
export function factTable(elements: readonly Element[], present: (type: string) => boolean): string {
  const parts = elements.map((element, at) => (present(element.resource) ? `SELECT * FROM (${factsOf(element, at)})` : '')).filter(Boolean);
  const empty = `SELECT 0 AS e, NULL::VARCHAR AS subject, NULL::VARCHAR AS enc, NULL::VARCHAR AS id, 0 AS file, 0 AS line, NULL::TIMESTAMP AS t, NULL::VARCHAR AS t_text, NULL::TIMESTAMP AS rec, false AS rec_by_meta, NULL::VARCHAR AS v, NULL::DOUBLE AS num, NULL::VARCHAR AS w, false AS present, false AS placeholder, false AS readable, false AS unit_ok, false AS in_range, false AS valid_status, NULL::INTEGER AS u, NULL::VARCHAR AS month, false AS usable LIMIT 0`;
  return `CREATE OR REPLACE TEMP TABLE fact AS ${[`SELECT * FROM (${empty})`, ...parts].join('\nUNION ALL\n')}`;
}

function factsOf(element: Element, at: number): string {
  const numeric = isNumeric(element);
  const unit = element.units[0];
  const understood = element.units.length > 0 ? `w IN (${element.units.map(quote).join(', ')})` : 'true';
  const converted = unit
    ? `CASE ${[`WHEN w = ${quote(unit)} THEN raw_num`, ...conversions.filter(({ from, to }) => to === unit && element.units.includes(from)).map(({ from, factor, offset }) => `WHEN w = ${quote(from)} THEN raw_num * ${factor} + ${offset}`)].join(' ')} END`
    : 'raw_num';
  const { low, high } = element.range ?? {};
  const inRange = [low !== undefined && `num >= ${low}`, high !== undefined && `num <= ${high}`].filter(Boolean).join(' AND ') || 'true';
  const filler = `(raw_num IN (${placeholderNumbers.join(', ')}) AND ${element.range ? `NOT coalesce(${inRange}, false)` : `abs(raw_num) >= 999`})`;
  const coded = `(o IS NOT NULL AND (len(list_filter(json_extract_string(o, '$.coding[*].system'), lambda s: list_contains(${list(absenceSystems)}, s))) > 0 OR coalesce(list_contains(${list(absenceSystems)}, json_extract_string(o, '$.system')), false)))`;
  const text = `lower(trim(CASE WHEN o IS NOT NULL THEN coalesce(json_extract_string(o, '$.coding[0].display'), json_extract_string(o, '$.text'), json_extract_string(o, '$.coding[0].code'), '') ELSE v END))`;
  const values = element.values.length > 0 ? `(v IN (${element.values.map(quote).join(', ')}) OR (o IS NOT NULL AND list_has_any(json_extract_string(o, '$.coding[*].code'), ${list(element.values)})))` : 'true';
  const time = element.datePath ? `d_${at}` : 't_text';
  return `SELECT ${at} AS e, subject, encounter AS enc, id, file, line, t_here AS t, t_here_text AS t_text, rec, rec_by_meta, v, num, w, present, placeholder, readable, unit_ok, in_range, valid_status, u, month,
      present AND NOT placeholder AND readable AND unit_ok AND values_ok AND valid_status AS usable
    FROM (SELECT *, v_${at} AS v, object_(v_${at}) AS o, w_${at} AS w, ${time} AS t_here_text, ${element.datePath ? 'at_(t_here_text)' : 't'} AS t_here, left(t_here_text, 7) AS month,
      coalesce(at_(rec_text), at_(upd_text)) AS rec, rec_text IS NULL AS rec_by_meta,
      coalesce(trim(v) NOT IN ('', '{}', '[]', 'null'), false) AS present,
      ${numeric ? 'try_cast(v AS DOUBLE)' : 'NULL::DOUBLE'} AS raw_num, ${converted} AS num,
      present AND coalesce(${numeric ? filler : 'false'} OR ${coded} OR list_contains(${list(placeholderTexts)}, ${text}) OR v IN (${placeholderDates.map(quote).join(', ')}), false) AS placeholder,
      ${numeric ? 'raw_num IS NOT NULL' : 'true'} AS readable, coalesce(${understood}, false) AS unit_ok, coalesce(${values}, false) AS values_ok,
      coalesce(${inRange}, true) AS in_range, coalesce(status NOT IN ('entered-in-error', 'cancelled', 'not-done'), true) AS valid_status
    FROM ${name(`placed_${element.resource}`)} WHERE m_${at})`;
}

/** `hit(e, key)`: the patients or encounters that have a usable value in the window. */
export function hitTable(elements: readonly Element[]): string {
  const parts = elements.map((element, at) => {
    const { anchor, before, after } = element.window;
    const counted = `FROM fact f JOIN enc ON enc.subject = f.subject AND enc.counted`;
    if (anchor === 'any-time') {
      if (element.per === 'patient') return `SELECT ${at} AS e, subject AS key FROM fact WHERE e = ${at} AND usable`;
      if (element.resource === 'Patient') return `SELECT ${at} AS e, enc.id AS key ${counted} WHERE f.e = ${at} AND f.usable`;
      // What was recorded in a part of a stay (an ICU encounter) was recorded in the stay.
      return `SELECT ${at} AS e, unnest([enc.id, enc.parent]) AS key FROM fact f JOIN enc ON enc.id = f.enc WHERE f.e = ${at} AND f.usable`;
    }
    const point = anchor === 'encounter-start' ? 'enc.start_' : 'enc.end_';
    const bounds = [before !== undefined && `f.t >= ${point} - INTERVAL ${minutesOf(before)} MINUTE`, after !== undefined && `f.t <= ${point} + INTERVAL ${minutesOf(after)} MINUTE`, before === undefined && after !== undefined && `f.t >= ${point}`, after === undefined && before !== undefined && `f.t <= ${point}`, `${point} IS NOT NULL AND f.t IS NOT NULL`].filter(Boolean);
    return `SELECT ${at} AS e, ${element.per === 'patient' ? 'enc.subject' : 'enc.id'} AS key ${counted} WHERE f.e = ${at} AND f.usable AND ${bounds.join(' AND ')}`;
  });
  return `CREATE OR REPLACE TEMP TABLE hit AS SELECT DISTINCT e, key FROM (${['SELECT 0 AS e, NULL::VARCHAR AS key LIMIT 0', ...parts].map((sql) => `(${sql})`).join(' UNION ALL ')}) WHERE key IS NOT NULL`;
}

/** Runs the statements one after the other. */
export async function runAll(database: Database, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await database.run(statement);
}

