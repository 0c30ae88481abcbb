// How do the raw resources become the few narrow tables every check reads?
import type { Element } from '../../spine/deployments/model.ts';
import { expressionFields, expressionPlace, expressionSql, name, quote, readAsked } from '../../tools/fhir/fhir.ts';
import { hasAt, jsonAt, textAt, type Wanted } from './cells.ts';
import { minutesOf } from '../../tools/base/durations.ts';
import { placeholderDates, placeholderNumbers, placeholderTexts, absenceSystems } from './placeholders.ts';
import { list, rawOf, usesUsualCode } from './plan.ts';
import { contentPlaces, encounterPlace, fieldsOf, namesMedication, subjectPlace } from './type-fields.ts';
import { unitAt } from './units.ts';
import { conversions } from './unit-conversions.ts';

/** Where the tables of a type lie: each type has room of its own, so that one can be packed while others are written. */
const roomOf = (type: string): string => name(`packed_${type}`);
const tableOf = (type: string, kind: 'placed' | 'fact'): string => `${roomOf(type)}.main.${name(`${kind}_${type}`)}`;

/** Packs what was written of a type, which takes a quarter of the room then; waits for statements that look into this room. */
export const pack = (type: string): string => `FORCE CHECKPOINT ${roomOf(type)}`;

/** Room for the tables; instants are kept in UTC without a zone. */
export const rooms = (types: readonly string[]): string[] => [...types.map((type) => `ATTACH ':memory:' AS ${roomOf(type)} (COMPRESS)`), `SET TimeZone = 'UTC'`];

/** Tables are found by their names alone, once all are made: until then nobody must look into the room of another type. */
export const openRooms = (types: readonly string[]): string => `SET search_path = '${['memory', ...types.map(roomOf)].map((room) => `${room}.main`).join(',')}'`;

/** Small functions every statement here uses. */
export const macros = [
  // A FHIR dateTime of any precision as an instant; NULL where it is no such day (2026-02-30) or no date at all.
  `CREATE OR REPLACE MACRO at_(x) AS make_timestamp(epoch_us(CASE strlen(x) WHEN 4 THEN try_cast(x || '-01-01' AS TIMESTAMPTZ) WHEN 7 THEN try_cast(x || '-01' AS TIMESTAMPTZ) ELSE try_cast(x AS TIMESTAMPTZ) END))`,
  // Is the text (already turned into the instant a) in FHIR's form and precise to the day? The usual lengths need no pattern.
  `CREATE OR REPLACE MACRO day_ok_(x, a) AS (CASE WHEN x IS NULL THEN true WHEN a IS NULL THEN false WHEN strlen(x) IN (20, 25) AND x LIKE '____-__-__T%' THEN true WHEN strlen(x) = 10 AND x LIKE '____-__-__' THEN true ELSE regexp_full_match(x, '\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2}))?') END)`,
  // "Patient/7", "https://server/fhir/Patient/7", "Patient/7/_history/2", "urn:uuid:7" all name 7.
  `CREATE OR REPLACE MACRO ref_id_(r) AS (CASE WHEN contains(r, '/_history/') THEN split_part(split_part(r, '/_history/', 1), '/', -1) WHEN starts_with(r, 'urn:uuid:') THEN substr(r, 10) ELSE parse_filename(r, false, 'forward_slash') END)`,
  // A value that is an object as JSON, anything else as NULL: JSON functions refuse plain text even where a CASE would not ask them.
  `CREATE OR REPLACE MACRO object_(x) AS try_cast(CASE WHEN x LIKE '{%' THEN x END AS JSON)`,
  // A text read from a field as the JSON it was: what looks like an object or an array is one.
  `CREATE OR REPLACE MACRO json_(x) AS coalesce(try_cast(CASE WHEN x[1] IN ('{', '[') THEN x END AS JSON), to_json(x))`,
  // Of several values the first.
  `CREATE OR REPLACE MACRO first_(x) AS (CASE WHEN x[1] = '[' THEN coalesce(json_extract_string(try_cast(CASE WHEN x[1] = '[' THEN x END AS JSON), '$[0]'), x) ELSE x END)`,
  `CREATE OR REPLACE MACRO ref_text_(x) AS (CASE WHEN x LIKE '{%' THEN coalesce(json_extract_string(object_(x), '$.reference'), json_extract_string(object_(x), '$.display'), json_extract_string(object_(x), '$.identifier.value')) ELSE x END)`,
  `CREATE OR REPLACE MACRO keys_(j) AS (list_transform(CASE WHEN j IS NULL THEN [] WHEN substr(j::VARCHAR, 1, 1) = '[' THEN flatten(list_transform(from_json(j, '[{"coding":[{"system":"VARCHAR","code":"VARCHAR"}]}]'), lambda c: coalesce(c.coding, []))) ELSE coalesce(from_json(j, '{"coding":[{"system":"VARCHAR","code":"VARCHAR"}]}').coding, []) END, lambda c: coalesce(c.system, '') || '|' || coalesce(c.code, '')))`,
];

const idAt = (place: string | null, columns: readonly string[]): string => {
  const text = place === null ? null : textAt(place, columns);
  return text === null ? 'NULL::VARCHAR' : `ref_id_(${text})`;
};
const textsAt = (places: readonly string[], columns: readonly string[]): string[] => [...new Set(places.map((place) => textAt(place, columns)).filter((sql): sql is string => sql !== null))];
const firstOf = (texts: readonly string[], otherwise = 'NULL::VARCHAR'): string => (texts.length === 0 ? otherwise : texts.length === 1 ? texts[0]! : `coalesce(${texts.join(', ')})`);

/** `med(id, keys)`: what each Medication resource is, so that a prescription that only points at it has a code too. */
export const medicationTable = (wanted: Wanted): string =>
  wanted['Medication']?.includes('code')
    ? `CREATE OR REPLACE TABLE med AS SELECT id, any_value(keys_(${jsonAt('code', wanted['Medication'])})) AS keys FROM ${rawOf('Medication')} WHERE id IS NOT NULL GROUP BY id`
    : `CREATE OR REPLACE TABLE med (id VARCHAR, keys VARCHAR[])`;

interface Placed {
  element: Element;
  /** Its number in the charter. */
  at: number;
}

/** The text that stands for a resource's code: what is the same text is the same code, and is taken apart once. */
function codeText(type: string, columns: readonly string[]): string | null {
  const texts = textsAt(fieldsOf(type).code, columns);
  const medication = namesMedication(type) ? textAt('medicationReference.reference', columns) : null;
  if (medication !== null) texts.push(`'{"reference":' || to_json(${medication}) || '}'`);
  return texts.length === 0 ? null : firstOf(texts);
}

/** The field of the code a path reads and nothing else, if it is so: such a value is taken from the code, once for all its rows. */
function readsCodeOnly(type: string, { element }: Placed, columns: readonly string[]): string | null {
  const field = fieldsOf(type).code.filter((one) => textAt(one, columns) !== null)[0];
  return field !== undefined && expressionFields(element.path, type).every((one) => one === field) ? field : null;
}

/** Elements of a type that differ in nothing but the codes they mean: what they find in a resource is looked up once. */
interface Alike {
  /** Its number in the type. */
  g: number;
  elements: Placed[];
  /** The field of the code the path reads, where it reads nothing else. */
  inCode: string | null;
  /** The type's usual code says whether a resource is meant. */
  coded: boolean;
}

function alike(type: string, elements: readonly Placed[], columns: readonly string[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const one of elements) {
    const { element } = one;
    const inCode = readsCodeOnly(type, one, columns);
    const coded = element.codes.length > 0 && usesUsualCode(element);
    const key = JSON.stringify([element.path, element.datePath, element.where, coded, coded || element.codes.length === 0 ? null : [element.codePath, element.codes], unitPathsOf(element)]);
    const group = groups.get(key) ?? { g: groups.size, elements: [], inCode, coded };
    group.elements.push(one);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** `code_<Type>(c, text, keys, els_g, v_g)`: every distinct code of the type, as `system|code` keys, the elements that mean it by group, and their value where it is in the code. */
export function codeTable(type: string, elements: readonly Placed[], wanted: Wanted): string {
  const columns = wanted[type] ?? [];
  const text = codeText(type, columns);
  const groups = alike(type, elements, columns);
  const meant = groups.map(({ g, coded, elements }) => (coded ? `, nullif(list_filter([${elements.map(({ element, at }) => `CASE WHEN list_has_any(keys, ${keysOf(element)}) THEN ${at} END`).join(', ')}], lambda el: el IS NOT NULL), []) AS els_${g}` : '')).join('');
  const values = groups.map(({ g, inCode, elements }) =>
    inCode === null ? '' : `, (SELECT ${expressionSql(elements[0]!.element.path, type, { fields: [inCode] }, 'first')}::VARCHAR FROM (SELECT CASE WHEN NOT json_exists(j, '$.reference') THEN j END AS ${name(inCode)})) AS v_${g}`,
  ).join('');
  const taken = text === null ? `SELECT NULL::VARCHAR AS text WHERE false` : `SELECT DISTINCT ${text} AS text FROM ${rawOf(type)} WHERE ${text} IS NOT NULL`;
  return `CREATE OR REPLACE TABLE ${name(`code_${type}`)} AS SELECT * EXCLUDE (j)${meant}${values} FROM (SELECT (row_number() OVER ())::INTEGER AS c, text, j,
    CASE WHEN json_exists(j, '$.reference') THEN coalesce(med.keys, []) ELSE keys_(j) END AS keys
    FROM (SELECT text, json_(text) AS j FROM (${taken})) LEFT JOIN med ON med.id = ref_id_(json_extract_string(j, '$.reference')))`;
}

const keysOf = ({ codes }: Element) => list(codes.map(({ system, code }) => `${system}|${code}`));

/**
 * `placed_<Type>`: one narrow row per resource: file, line, patient `p`, encounter `e`, unit `u` (of the stay that covers
 * its time in the encounter it names, else of the patient's encounter that covers its time, else none), time `t`, end
 * `end_`, code `c`, its status, of an observation its number `num` and
 * unit `w`, a hash of its content, how many dates it has and which are wrong, what it lacks; and
 * until `fact` is filled what the charter's elements find in it. Read from the raw columns in one pass; everything joined is small.
 */
export function placedTable(type: string, elements: readonly Placed[], wanted: Wanted): string {
  const fields = fieldsOf(type);
  const columns = wanted[type] ?? [];
  const dates = textsAt([...fields.date, ...fields.end, ...fields.recorded, ...(type === 'Patient' ? ['birthDate', 'deceasedDateTime'] : [])], columns);
  const dateOf = (places: readonly string[]) => firstOf(textsAt(places, columns).map((text) => `a_${dates.indexOf(text)}`), 'NULL::TIMESTAMP');
  const required = fields.required.flatMap((required) => {
    const parts = required.split('|').map((part) => hasAt(part, columns)).filter((part) => part !== null);
    return parts.length === 0 ? [] : [{ there: `(${parts.join(' OR ')})`, says: quote(required) }];
  });
  // Nearly every row is in order: only for the others is a text made.
  const orNull = (fine: readonly string[], words: readonly string[]) => (fine.length === 0 ? 'NULL::VARCHAR' : `CASE WHEN ${fine.join(' AND ')} THEN NULL ELSE nullif(concat_ws(', ', NULL, ${words.join(', ')}), '') END`);
  const wrongDates = dates.map((_, i) => `day_ok_(x_${i}, a_${i})`);
  const lacking = [{ there: 'id IS NOT NULL', says: `'id'` }, ...required];
  const hash = `hash:${contentPlaces(type).join(',')}`;
  const subject = type === 'Patient' ? 'id' : idAt(subjectPlace(type), columns);
  const encounter = type === 'Encounter' ? 'id' : idAt(encounterPlace(type), columns);
  const text = codeText(type, columns);
  const found = elements.length === 0 ? [] : foundColumns(type, elements, columns, dates);
  return `CREATE OR REPLACE TABLE ${tableOf(type, 'placed')} AS
    SELECT * EXCLUDE (enc_e, enc_u, move, seen), coalesce(enc_e, seen.e) AS e, coalesce(move, enc_u, seen.u) AS u FROM (
      SELECT r.* EXCLUDE (subject, encounter), who.p, enc.e AS enc_e, enc.u AS enc_u,
        ${type === 'Encounter' ? 'NULL::INTEGER' : unitAt('r.t')} AS move, CASE WHEN cover.visits IS NOT NULL THEN list_filter(cover.visits, lambda v: v.start_ <= r.t AND r.t <= v.until)[-1] END AS seen
      FROM (
        SELECT _file::INTEGER AS file, _line::INTEGER AS line, ${subject} AS subject, ${encounter} AS encounter,
          ${dateOf(fields.date)} AS t, ${dateOf(fields.end)} AS end_, coalesce(${firstOf(textsAt(fields.date, columns))} LIKE '%T%', false) AS timed, code.c,
          ${textAt(type === 'Condition' ? 'verificationStatus.coding[0].code' : 'status', columns) ?? 'NULL'}::VARCHAR AS status,${type === 'Observation' ? ` try_cast(${textAt('valueQuantity.value', columns) ?? 'NULL'} AS DOUBLE) AS num, coalesce(${textAt('valueQuantity.code', columns) ?? 'NULL'}, ${textAt('valueQuantity.unit', columns) ?? 'NULL'})::VARCHAR AS w, ${kindOfObservation(textAt('category', columns))} AS kind,` : ''}
          ${columns.includes(hash) ? name(hash) : 'NULL::UBIGINT'} AS content,
          (${dates.map((_, i) => `(x_${i} IS NOT NULL)::INTEGER`).join(' + ') || '0'})::UTINYINT AS dates,
          ${orNull(wrongDates, dates.map((_, i) => `CASE WHEN NOT ${wrongDates[i]} THEN x_${i} END`))} AS bad_dates,
          ${orNull(lacking.map(({ there }) => there), lacking.map(({ there, says }) => `CASE WHEN NOT ${there} THEN ${says} END`))} AS missing${found.map(({ column, sql }) => `,\n          ${sql} AS ${column}`).join('')}
        FROM (SELECT *${dates.map((_, i) => `, at_(x_${i}) AS a_${i}`).join('')} FROM (SELECT *${dates.map((sql, i) => `, ${sql} AS x_${i}`).join('')}, ${text ?? 'NULL::VARCHAR'} AS code_text FROM ${rawOf(type)}))
        LEFT JOIN ${name(`code_${type}`)} code ON code.text = code_text) r
      LEFT JOIN who ON who.id = r.subject LEFT JOIN enc ON enc.id = r.encounter LEFT JOIN (SELECT e, froms, units FROM enc WHERE roams) roaming ON roaming.e = CASE WHEN enc.roams THEN enc.e END
      LEFT JOIN cover ON cover.p = CASE WHEN r.encounter IS NULL AND r.t IS NOT NULL THEN who.p END)`;
}

/** Laboratory and vital signs come over feeds of their own; the category says which. */
export const observationKinds = ['laboratory', 'vital-signs'] as const;
const kindOfObservation = (category: string | null | undefined): string => (category === null ? 'NULL::VARCHAR' : `CASE ${observationKinds.map((kind) => `WHEN contains(${category}, '"${kind}"') THEN '${kind}'`).join(' ')} END`);

/** What the elements find in a resource: the time on record, whether it counts, and of each group the value, its unit and time; NULL where it is not meant. */
function foundColumns(type: string, elements: readonly Placed[], columns: readonly string[], dates: readonly string[]): { column: string; sql: string }[] {
  const source = { fields: ['id', ...columns.filter((column) => readAsked(column).kind === 'json')] };
  const valueAt = (path: string): string => {
    const place = expressionPlace(path, type);
    const text = place === null ? null : textAt(place, columns);
    return text === null ? expressionSql(path, type, source, 'first') : place!.includes('.') ? text : `first_(${text})`;
  };
  const groups = alike(type, elements, columns);
  const recorded = textsAt(fieldsOf(type).recorded, columns);
  const updated = textAt('meta.lastUpdated', columns);
  const status = textAt('status', columns) ?? 'NULL::VARCHAR';
  // Times on record stand among the dates, whose instants are known.
  const instants = [...recorded.map((text) => (dates.includes(text) ? `a_${dates.indexOf(text)}` : `at_(${text})`)), ...(updated === null ? [] : [`at_(${updated})`])];
  const anyone = groups.every(({ coded }) => coded) ? groups.map(({ g }) => `code.els_${g} IS NOT NULL`).join(' OR ') : 'true';
  return [
    { column: 'el_rec', sql: `CASE WHEN ${anyone} THEN ${firstOf(instants, 'NULL::TIMESTAMP')} END` },
    { column: 'el_meta', sql: `${firstOf(recorded)} IS NULL` },
    { column: 'el_ok', sql: `coalesce(${status} NOT IN ('entered-in-error', 'cancelled', 'not-done'), true)` },
    ...groups.flatMap(({ g, elements: members, coded, inCode }) => {
      const { element } = members[0]!;
      const conditions: string[] = [];
      if (element.codes.length > 0 && !coded)
        conditions.push(`list_has_any(list_transform(${expressionSql(`${element.codePath}.coding`, type, source, 'all')}, lambda c: coalesce(json_extract_string(c, '$.system'), '') || '|' || coalesce(json_extract_string(c, '$.code'), '')), ${keysOf(element)})`);
      if (element.where) conditions.push(expressionSql(element.where, type, source, 'boolean'));
      const meant = coded ? `code.els_${g} IS NOT NULL` : null;
      const where = (sql: string) => (meant === null ? sql : `CASE WHEN ${meant} THEN ${sql} END`);
      const unit = unitPathsOf(element).map(valueAt);
      return [
        ...(inCode === null ? [{ column: `el_v${g}`, sql: where(`${valueAt(element.path)}::VARCHAR`) }] : []),
        ...(unit.length > 0 ? [{ column: `el_w${g}`, sql: where(`${firstOf(unit)}::VARCHAR`) }] : []),
        ...(element.datePath ? [{ column: `el_t${g}`, sql: where(`at_(ref_text_(${valueAt(element.datePath)}))`) }] : []),
        ...(conditions.length > 0 ? [{ column: `el_s${g}`, sql: where(conditions.join(' AND ')) }] : []),
      ];
    }),
  ];
}

/** A Quantity's `.value` stands beside its `.code` and `.unit`. */
function unitPathsOf(element: Element): string[] {
  if (!element.path.endsWith('.value') || !isNumeric(element)) return [];
  const quantity = element.path.slice(0, -'.value'.length);
  return [`${quantity}.code`, `${quantity}.unit`];
}

/** Does the element promise a number? */
export const isNumeric = (element: Element): boolean =>
  element.units.length > 0 || element.range !== undefined || element.path.endsWith('Quantity).value') || /ofType\((decimal|integer)\)$/.test(element.path);

const factColumns: Readonly<Record<string, string>> = {
  el: 'INTEGER', p: 'INTEGER', e: 'INTEGER', u: 'INTEGER', file: 'INTEGER', line: 'INTEGER', t: 'TIMESTAMP', rec: 'TIMESTAMP', rec_by_meta: 'BOOLEAN', v: 'VARCHAR', num: 'DOUBLE', w: 'VARCHAR',
  present: 'BOOLEAN', placeholder: 'BOOLEAN', unit_ok: 'BOOLEAN', in_range: 'BOOLEAN', usable: 'BOOLEAN',
};

/**
 * `fact`: one row per resource an element means, from the `fact_<Type>` of every type, in this order. `usable` = there, not a placeholder, a number where one is promised,
 * in a unit and among the values the model understands, and not entered in error.
 */
export const factView = (types: readonly string[]): string => `CREATE OR REPLACE VIEW fact AS ${types.map((type) => `SELECT * FROM ${tableOf(type, 'fact')}`).join(' UNION ALL ')}`;

/** Moves the values of a type from its placed rows into `fact_<Type>`. In both places at once, for all types, they would be the largest thing in memory. */
export function fillFact(type: string, elements: readonly Placed[], wanted: Wanted): string[] {
  if (elements.length === 0) return [`CREATE OR REPLACE TABLE ${tableOf(type, 'fact')} (${Object.entries(factColumns).map(([column, kind]) => `${column} ${kind}`).join(', ')})`];
  const columns = wanted[type] ?? [];
  const placed = tableOf(type, 'placed');
  const found = foundColumns(type, elements, columns, []).map(({ column }) => column);
  const has = (column: string, otherwise: string) => (found.includes(column) ? column : otherwise);
  const groups = alike(type, elements, columns);
  // What stands in the code is judged once for all rows of that code.
  const byCode = groups.flatMap(({ g, coded, inCode, elements: members }) => (inCode === null || found.includes(`el_w${g}`) ? [] : members.map(({ element, at }) =>
    `SELECT ${at} AS el, r.p, r.e, r.u, r.file, r.line, ${has(`el_t${g}`, 'r.t')} AS t, r.el_rec AS rec, r.el_meta AS rec_by_meta, j.v, j.num, j.w, j.present, j.placeholder, j.unit_ok, j.in_range, j.usable AND r.el_ok AS usable
      FROM ${placed} r JOIN (${judged(element, `SELECT c, v_${g} AS v, NULL::VARCHAR AS w FROM ${name(`code_${type}`)}${coded ? ` WHERE list_contains(els_${g}, ${at})` : ' UNION ALL SELECT NULL, NULL, NULL'}`)}) j ON j.c IS NOT DISTINCT FROM r.c WHERE ${has(`el_s${g}`, 'true')}`)));
  const byRow = groups.filter(({ g, inCode }) => inCode === null || found.includes(`el_w${g}`));
  const values = byRow.map(({ g, coded, inCode, elements: members }) =>
    `SELECT p, e, u, file, line, ${coded ? `unnest(code.els_${g})` : members.length === 1 ? members[0]!.at : `unnest([${members.map(({ at }) => at).join(', ')}])`} AS of_, ${inCode === null ? `el_v${g}` : `code.v_${g}`} AS v, ${has(`el_w${g}`, 'NULL::VARCHAR')} AS w, ${has(`el_t${g}`, 't')} AS t, el_rec AS rec, el_meta AS rec_by_meta, el_ok AS ok
      FROM ${placed} r${coded || inCode !== null ? ` ${coded ? '' : 'LEFT '}JOIN ${name(`code_${type}`)} code ON code.c = r.c` : ''} WHERE ${coded ? `code.els_${g} IS NOT NULL` : 'true'} AND ${has(`el_s${g}`, 'true')}`);
  const ofRows = byRow.flatMap(({ elements }) => elements).map(({ element, at }) =>
    `SELECT ${at} AS el, p, e, u, file, line, t, rec, rec_by_meta, v, num, w, present, placeholder, unit_ok, in_range, usable AND ok AS usable FROM (${judged(element, `SELECT * EXCLUDE (of_) FROM val WHERE of_ = ${at}`)})`);
  return [
    `CREATE OR REPLACE TABLE ${tableOf(type, 'fact')} AS SELECT ${Object.entries(factColumns).map(([column, kind]) => `${column}::${kind} AS ${column}`).join(', ')} FROM (${values.length > 0 ? `WITH val AS MATERIALIZED (${values.join(' UNION ALL ')}) ` : ''}${[...ofRows, ...byCode].join('\nUNION ALL\n')})`,
    ...found.map((column) => `ALTER TABLE ${placed} DROP COLUMN ${column}`),
  ];
}

/** Rows with a value `v` in unit `w`, and what is to be said of it: the number it is in the charter's unit, whether it is there, a placeholder, understood, in range, usable. */
function judged(element: Element, rows: string): string {
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
  const words = numeric ? 'false' : `${coded} OR ${text} IN (${placeholderTexts.map(quote).join(', ')}) OR v IN (${placeholderDates.map(quote).join(', ')})`;
  const values = element.values.length > 0 ? `(v IN (${element.values.map(quote).join(', ')}) OR (o IS NOT NULL AND list_has_any(json_extract_string(o, '$.coding[*].code'), ${list(element.values)})))` : 'true';
  return `SELECT *, present AND NOT placeholder AND readable AND unit_ok AND values_ok AS usable
    FROM (SELECT *, coalesce(trim(v) NOT IN ('', '{}', '[]', 'null'), false) AS present, ${converted} AS num,
      present AND coalesce(${numeric ? `CASE WHEN raw_num IS NULL THEN ${text} IN (${placeholderTexts.map(quote).join(', ')}) ELSE ${filler} END` : words}, false) AS placeholder,
      ${numeric ? 'raw_num IS NOT NULL' : 'true'} AS readable, coalesce(${understood}, false) AS unit_ok, coalesce(${values}, false) AS values_ok, coalesce(${inRange}, true) AS in_range
    FROM (SELECT *, object_(v) AS o, ${numeric ? 'try_cast(v AS DOUBLE)' : 'NULL::DOUBLE'} AS raw_num FROM (${rows})))`;
}

/**
 * `pat(p, birth, death, unborn, gone, youngest, oldest)`: when each patient was born and died; and, so that it is worked out once
 * a patient and not once a row, the instants P03 and P05 hold every time against: a day before birth (as a day and to the minute), two days after death, and 120 years with a year of grace.
 */
export const patientTable = `CREATE OR REPLACE TABLE pat AS SELECT *, birth - INTERVAL 1 DAY AS unborn, death + INTERVAL 2 DAY AS gone, (birth::DATE - 1)::TIMESTAMP AS youngest, (birth::DATE + ceil(120 * 365.2425 + 366)::INTEGER)::TIMESTAMP AS oldest
  FROM (SELECT who.p, any_value(at_("birthDate"->>'$')) AS birth, any_value(at_("deceasedDateTime"->>'$')) AS death FROM "raw_Patient" r JOIN who ON who.id = r.id GROUP BY who.p)`;

/** `hit(el, key)`: the patients or encounters that have a usable value in the window. */
export function hitTable(elements: readonly Element[]): string {
  const parts = elements.map((element, at) => {
    const { anchor, before, after } = element.window;
    const counted = `FROM fact f JOIN enc ON enc.p = f.p AND enc.counted`;
    if (anchor === 'any-time') {
      if (element.per === 'patient') return `SELECT ${at} AS el, p AS key FROM fact WHERE el = ${at} AND usable`;
      if (element.resource === 'Patient') return `SELECT ${at} AS el, enc.e AS key ${counted} WHERE f.el = ${at} AND f.usable`;
      // What was recorded in a part of a stay (an ICU encounter) was recorded in the stay.
      return `SELECT ${at} AS el, unnest([enc.e, enc.parent]) AS key FROM fact f JOIN enc ON enc.e = f.e WHERE f.el = ${at} AND f.usable`;
    }
    const point = anchor === 'encounter-start' ? 'enc.start_' : 'enc.end_';
    const bounds = [before !== undefined && `f.t >= ${point} - INTERVAL ${minutesOf(before)} MINUTE`, after !== undefined && `f.t <= ${point} + INTERVAL ${minutesOf(after)} MINUTE`, before === undefined && after !== undefined && `f.t >= ${point}`, after === undefined && before !== undefined && `f.t <= ${point}`, `${point} IS NOT NULL AND f.t IS NOT NULL`].filter(Boolean);
    return `SELECT ${at} AS el, ${element.per === 'patient' ? 'enc.p' : 'enc.e'} AS key ${counted} WHERE f.el = ${at} AND f.usable AND ${bounds.join(' AND ')}`;
  });
  return `CREATE OR REPLACE TABLE hit AS SELECT DISTINCT el, key FROM (${['SELECT 0 AS el, 0 AS key LIMIT 0', ...parts].map((sql) => `(${sql})`).join(' UNION ALL ')}) WHERE key IS NOT NULL`;
}
