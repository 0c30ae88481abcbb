// How does a mapping become the records every check reads?
import { name, quote, type Database } from '../../duckdb.ts';
import { constantColumn, isPressure, pressureComponent, pressurePanel, type Text } from '../tables/columns.ts';
import type { Meanings } from '../tables/record-fields.ts';
import type { Plan } from '../tables/table-handle.ts';
import { timeText } from '../tables/times.ts';
import type { Bound } from './bind-mapping.ts';
import type { CodeFrom, MappedRecord, Mapping, TextFrom, TimeFrom } from './model.ts';

export const mappingMacros = [
  // An id FHIR allows: what does not fit keeps its beginning and gets a digest, so that two stay two.
  `CREATE OR REPLACE MACRO table_id(x) AS CASE WHEN x IS NULL OR regexp_full_match(x, '[A-Za-z0-9.-]{1,64}') THEN x ELSE left(regexp_replace(x, '[^A-Za-z0-9.-]+', '-', 'g'), 40) || '-' || left(md5(x), 8) END`,
];

const columnOf = (column: string): Text => `r.${name(column.toLowerCase())}`;

function textOf(from: TextFrom): Text {
  if (typeof from === 'string') return columnOf(from);
  if ('constant' in from) return quote(from.constant);
  if ('join' in from) return `(${from.join.map(columnOf).join(` || ${quote(from.with)} || `)})`;
  if (!from.values) return columnOf(from.column);
  const otherwise = from.otherwise === undefined ? columnOf(from.column) : `CASE WHEN ${columnOf(from.column)} IS NOT NULL THEN ${quote(from.otherwise)} END`;
  return `CASE ${Object.entries(from.values).map(([value, means]) => `WHEN trim(${columnOf(from.column)}) = ${quote(value)} THEN ${quote(means)}`).join(' ')} ELSE ${otherwise} END`;
}

const idOf = (from: TextFrom): Text => `table_id(${textOf(from)})`;
const seconds = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;

/** Compiles times; what they are joined to is gathered, so that each anchor is joined once per record. */
function timesOf(mapping: Mapping, joins: Map<string, string>) {
  return (from: TimeFrom | undefined): Text | undefined => {
    if (from === undefined) return undefined;
    if (typeof from === 'string') return timeText(columnOf(from), mapping.zone);
    if ('constant' in from) return quote(from.constant);
    if ('column' in from) return timeText(columnOf(from.column), from.zone ?? mapping.zone, from.format);
    const key = (from.key ?? mapping.anchors[from.from]?.key ?? '').toLowerCase();
    const alias = name(`anchor ${from.from} ${key}`);
    joins.set(alias, `LEFT JOIN ${name(`anchor_${from.from}`)} ${alias} ON ${alias}.key = ${columnOf(key)}`);
    const offset = columnOf(from.offset);
    return `CASE WHEN TRY_CAST(${offset} AS DOUBLE) IS NOT NULL THEN table_utc(${alias}.at + to_seconds(CAST(TRY_CAST(${offset} AS DOUBLE) * ${seconds[from.unit]} AS BIGINT))) ELSE ${offset} END`;
  };
}

/** Makes the small tables that records are joined with, and says which record means what. */
export async function compileMapping(database: Database, given: Mapping, { tableOf, missing }: Bound): Promise<Plan[]> {
  const mapping = { ...given, records: given.records.filter((record) => !missing.includes(record)) };
  for (const macro of mappingMacros) await database.run(macro);
  for (const [anchor, { file, key, at }] of Object.entries(mapping.anchors)) {
    const moment = typeof at === 'string' ? `TRY_CAST(${timeText(columnOf(at), mapping.zone)} AS TIMESTAMPTZ)` : 'constant' in at ? `CAST(${quote(at.constant)} AS TIMESTAMPTZ)` : 'year' in at
      ? `TRY_CAST(${columnOf(at.year)} || '-01-01T' || ${at.clock ? `coalesce(lpad(${columnOf(at.clock)}, 8, '0'), '00:00:00')` : `'00:00:00'`} || 'Z' AS TIMESTAMPTZ)${at.offset ? ` - to_seconds(CAST(coalesce(TRY_CAST(${columnOf(at.offset)} AS DOUBLE), 0) * 60 AS BIGINT))` : ''}`
      : `TRY_CAST(${timeText(columnOf(at.column), at.zone ?? mapping.zone, at.format)} AS TIMESTAMPTZ)`;
    await database.run(`CREATE OR REPLACE TEMP TABLE ${name(`anchor_${anchor}`)} AS SELECT ${columnOf(key)} AS key, timezone('UTC', min(${moment})) AS at FROM ${name(`table_${tableOf(file)}`)} r WHERE ${columnOf(key)} IS NOT NULL GROUP BY 1`);
  }
  const encounter = mapping.records.find(({ resource }) => resource === 'Encounter');
  const byEncounter = encounter?.id && encounter.subject ? `(SELECT ${idOf(encounter.id)} AS id, any_value(${idOf(encounter.subject)}) AS subject${encounter.facility ? `, any_value(${idOf(encounter.facility)}) AS facility` : ''} FROM ${name(`table_${tableOf(encounter.file)}`)} r GROUP BY 1)` : undefined;
  if (byEncounter) await database.run(`CREATE OR REPLACE TEMP TABLE "of_encounter" AS SELECT * FROM ${byEncounter}`);
  const plans: Plan[] = [];
  for (const [at, record] of mapping.records.entries()) plans.push(...(await compileRecord(database, mapping, record, at, tableOf, byEncounter !== undefined)));
  plans.push(...(await surroundings(database, mapping, tableOf)));
  return plans;
}

async function compileRecord(database: Database, mapping: Mapping, record: MappedRecord, at: number, tableOf: Bound['tableOf'], known: boolean): Promise<Plan[]> {
  const type = record.resource;
  const joins = new Map<string, string>();
  const time = timesOf(mapping, joins);
  const table = name(`table_${tableOf(record.file)}`);
  const where = whereOf(record);
  const id = record.id ? idOf(record.id) : `${quote(`${tableOf(record.file)}-`)} || r._file || '-' || r._line`;
  let means: Meanings = {
    id, time: time(record.time), end: time(record.end), recorded: time(record.recorded), deceased: time(record.deceased),
    birthDate: record.birthDate ? `left(${time(record.birthDate)}, 10)` : record.age ? `CAST(TRY_CAST(left(${time(record.age.at)}, 4) AS INTEGER) - ${ageOf(record.age.column)} AS VARCHAR)` : undefined,
  };
  const plain = { value: 'value', unit: 'unit', low: 'low', high: 'high', status: 'status', category: 'category', class: 'class', identifier: 'identifier', name: 'name', title: 'title', note: 'note', dose: 'dose', route: 'route', text: 'valueText' } as const;
  for (const [key, slot] of Object.entries(plain) as [keyof typeof plain, keyof Meanings][]) if (record[key] !== undefined) means[slot] = textOf(record[key]);
  if (record.gender !== undefined) means.gender = genderOf(textOf(record.gender));
  if (means.unit) means.unitCode = means.unit;
  if (record.clinician) means.clinician = idOf(record.clinician);
  if (record.encounter) means.encounter = idOf(record.encounter);
  if (record.subject) means.subject = idOf(record.subject);
  else if (record.encounter && known) {
    means.subject = '"of".subject';
    joins.set('of', `LEFT JOIN "of_encounter" "of" ON "of".id = ${idOf(record.encounter)}`);
  }
  if (record.facility) means.facility = idOf(record.facility);
  if (record.department) means.department = placeOf(record.facility, record.department);
  if (type === 'Observation' && means.value && means.valueText) means.valueText = `CASE WHEN ${means.value} IS NULL THEN ${means.valueText} END`;
  if (record.moves) {
    await movesTable(database, mapping, record.moves, at, tableOf, record.facility !== undefined);
    joins.set('moved', `LEFT JOIN ${name(`moves_${at}`)} moved ON moved.visit = ${id}`);
    means.moves = 'moved.moves';
  }
  if (record.code !== undefined) {
    const coded = await codeTable(database, record.code, at, table, where);
    means.code = coded.column;
    if (coded.join) joins.set('k', coded.join);
  }
  let from = `${table} r`;
  if (record.distinct) {
    // One record per id: the first row, with the earliest time and the latest end.
    const inner = [...joins.values()].join(' ');
    const last = means.end ? `max(${means.end})` : type === 'Encounter' && means.time ? `max(${means.time})` : 'NULL::VARCHAR';
    await database.run(`CREATE OR REPLACE TEMP TABLE ${name(`one_${at}`)} AS SELECT unnest(first_), _first, _last FROM (SELECT arg_min(r, r._file::BIGINT * 10000000000 + r._line) AS first_, ${means.time ? `min(${means.time})` : 'NULL::VARCHAR'} AS _first, ${last} AS _last FROM ${table} r ${inner} WHERE ${where ?? 'true'} AND ${id} IS NOT NULL GROUP BY ${id})`);
    from = `${name(`one_${at}`)} r`;
    means = { ...means, ...(means.time && { time: 'r._first', end: 'r._last' }) };
    if (type !== 'Encounter' && !record.end) delete means.end;
  }
  const plan: Omit<Plan, 'type' | 'means'> = { from, joins: [...joins.values()].join(' '), ...(where && !record.distinct && { where }) };
  if (!record.columns) return [{ ...plan, type, means }];
  return record.columns.map(({ column, code, unit, category }) => ({
    ...plan, type,
    where: [where && !record.distinct ? where : undefined, `${columnOf(column)} IS NOT NULL`].filter(Boolean).join(' AND '),
    means: {
      ...means, id: `${id} || ${quote(`-${column.toLowerCase().replace(/[^a-z0-9.-]+/g, '-')}`)}`, value: columnOf(column), code: constantColumn({ coding: isPressure(code) ? [code, pressurePanel] : [code], text: code.display ?? column }),
      ...(isPressure(code) && { component: pressureComponent('true', quote(JSON.stringify({ coding: [code] })), columnOf(column), quote(unit ?? ''), quote(unit ?? '')) }),
      ...(unit !== undefined && { unit: quote(unit), unitCode: quote(unit) }), ...(category !== undefined && { category: quote(category) }),
    },
  }));
}

const ageOf = (column: string): string => `CASE WHEN starts_with(trim(${columnOf(column)}), '>') THEN TRY_CAST(trim(replace(${columnOf(column)}, '>', '')) AS INTEGER) + 1 ELSE CAST(TRY_CAST(${columnOf(column)} AS DOUBLE) AS INTEGER) END`;
const genderOf = (text: Text): Text => `CASE lower(trim(${text})) WHEN 'm' THEN 'male' WHEN 'male' THEN 'male' WHEN 'f' THEN 'female' WHEN 'female' THEN 'female' WHEN 'unknown' THEN 'unknown' WHEN 'u' THEN 'unknown' WHEN 'other' THEN 'other' WHEN 'o' THEN 'other' ELSE ${text} END`;

/** Two hospitals may call a department the same. */
const placeOf = (facility: TextFrom | undefined, department: TextFrom): Text => (facility ? `table_id(coalesce(${textOf(facility)} || '.', '') || ${textOf(department)})` : idOf(department));

function whereOf({ where }: Pick<MappedRecord, 'where'>): string | undefined {
  if (!where) return undefined;
  const parts = [where.in && `${columnOf(where.column)} IN (${where.in.map(quote).join(', ') || 'NULL'})`, where.notIn && `coalesce(${columnOf(where.column)} NOT IN (${where.notIn.map(quote).join(', ')}), true)`].filter(Boolean);
  return parts.length > 0 ? parts.join(' AND ') : `${columnOf(where.column)} IS NOT NULL`;
}

/** Every distinct value of a code column as a CodeableConcept, made once. */
async function codeTable(database: Database, from: CodeFrom, at: number, table: string, where: string | undefined): Promise<{ column: string; join?: string }> {
  if (typeof from !== 'string' && 'constant' in from) return { column: `${quote(JSON.stringify({ coding: [from.constant], text: from.constant.display ?? from.constant.code }))}::JSON` };
  const given = typeof from === 'string' ? { column: from } : from;
  const value = columnOf(given.column);
  const words = given.display ? columnOf(given.display) : 'NULL::VARCHAR';
  const entries = Object.entries(given.map ?? {});
  await database.run(`CREATE OR REPLACE TEMP TABLE ${name(`map_${at}`)} (v VARCHAR, system VARCHAR, code VARCHAR, display VARCHAR)`);
  if (entries.length > 0) await database.run(`INSERT INTO ${name(`map_${at}`)} VALUES ${entries.map(([key, { system, code, display }]) => `(${quote(key.toLowerCase())}, ${quote(system)}, ${quote(code)}, ${display === undefined ? 'NULL' : quote(display)})`).join(', ')}`);
  const one = given.split === undefined ? `[trim(d.v)]` : `list_filter(list_transform(string_split(d.v, ${quote(given.split)}), lambda x: trim(x)), lambda x: x <> '')`;
  const systemOf = given.systems ? `CASE ${given.systems.map(({ like, system }) => `WHEN regexp_matches(x, ${quote(like)}) THEN ${quote(system)}`).join(' ')} ELSE ${given.system === undefined ? 'NULL' : quote(given.system)} END` : given.system === undefined ? 'NULL::VARCHAR' : quote(given.system);
  const own = `list_filter(list_transform(${one}, lambda x: {'system': ${systemOf}, 'code': x, 'display': d.w}), lambda c: c.system IS NOT NULL)`;
  await database.run(`CREATE OR REPLACE TEMP TABLE ${name(`codes_${at}`)} AS SELECT d.v, d.w, to_json({'coding': list_concat(CASE WHEN m.v IS NOT NULL THEN [{'system': m.system, 'code': m.code, 'display': m.display}] ELSE [] END, ${own}), 'text': coalesce(d.w, m.display, d.v)}) AS concept
    FROM (SELECT DISTINCT ${value} AS v, ${words} AS w FROM ${table} r WHERE ${value} IS NOT NULL${where ? ` AND ${where}` : ''}) d LEFT JOIN ${name(`map_${at}`)} m ON m.v = lower(trim(d.v))`);
  return { column: 'k.concept', join: `LEFT JOIN ${name(`codes_${at}`)} k ON k.v = ${value}${given.display ? ` AND k.w IS NOT DISTINCT FROM ${words}` : ''}` };
}

async function movesTable(database: Database, mapping: Mapping, moves: NonNullable<MappedRecord['moves']>, at: number, tableOf: Bound['tableOf'], facility: boolean): Promise<void> {
  const joins = new Map<string, string>();
  const time = timesOf(mapping, joins);
  const [start, end] = [time(moves.time) ?? 'NULL::VARCHAR', time(moves.end) ?? 'NULL::VARCHAR'];
  await database.run(`CREATE OR REPLACE TEMP TABLE ${name(`moves_${at}`)} AS SELECT visit, to_json(list({'location': {'reference': 'Location/' || place}, 'period': {'start': start_, 'end': end_}} ORDER BY start_, _file, _line)) AS moves
    FROM (SELECT ${idOf(moves.encounter)} AS visit, ${facility ? `table_id(coalesce("of".facility || '.', '') || ${textOf(moves.department)})` : idOf(moves.department)} AS place, ${start} AS start_, ${end} AS end_, r._file, r._line FROM ${name(`table_${tableOf(moves.file)}`)} r ${facility ? `LEFT JOIN "of_encounter" "of" ON "of".id = ${idOf(moves.encounter)}` : ''} ${[...joins.values()].join(' ')}) WHERE place IS NOT NULL GROUP BY 1`);
}

/** Hospitals, departments, clinicians and patients that records name and no record of their own describes. */
async function surroundings(database: Database, mapping: Mapping, tableOf: Bound['tableOf']): Promise<Plan[]> {
  const has = new Set(mapping.records.map(({ resource }) => resource));
  const found: Record<'Organization' | 'Location' | 'Practitioner' | 'Patient', string[]> = { Organization: [], Location: [], Practitioner: [], Patient: [] };
  const select = (record: { file: string }, id: Text, label: Text, facility: Text, join = '') => `SELECT ${id} AS id, ${label} AS label, ${facility} AS facility, r._file, r._line FROM ${name(`table_${tableOf(record.file)}`)} r ${join} WHERE ${id} IS NOT NULL`;
  for (const record of mapping.records) {
    if (record.resource === 'Encounter') {
      if (record.facility) found.Organization.push(select(record, idOf(record.facility), textOf(record.facilityName ?? record.facility), 'NULL::VARCHAR'));
      const facility = record.facility ? idOf(record.facility) : 'NULL::VARCHAR';
      if (record.department) found.Location.push(select(record, placeOf(record.facility, record.department), textOf(record.departmentName ?? record.department), facility));
      if (record.moves) {
        const { department, departmentName, encounter } = record.moves;
        const of = record.facility ? `LEFT JOIN "of_encounter" "of" ON "of".id = ${idOf(encounter)}` : '';
        found.Location.push(select(record.moves, record.facility ? `table_id(coalesce("of".facility || '.', '') || ${textOf(department)})` : idOf(department), textOf(departmentName ?? department), record.facility ? '"of".facility' : 'NULL::VARCHAR', of));
      }
    }
    if (record.clinician) found.Practitioner.push(select(record, idOf(record.clinician), 'NULL::VARCHAR', 'NULL::VARCHAR'));
    if (record.subject && (record.resource === 'Encounter' || !has.has('Encounter'))) found.Patient.push(select(record, idOf(record.subject), 'NULL::VARCHAR', 'NULL::VARCHAR'));
  }
  const plans: Plan[] = [];
  for (const [type, selects] of Object.entries(found) as [keyof typeof found, string[]][]) {
    if (selects.length === 0 || has.has(type)) continue;
    await database.run(`CREATE OR REPLACE TEMP TABLE ${name(`named_${type}`)} AS SELECT id, any_value(label) AS label, any_value(facility) AS facility, arg_min(_file, _file::BIGINT * 10000000000 + _line) AS _file, arg_min(_line, _file::BIGINT * 10000000000 + _line) AS _line FROM (${selects.join(' UNION ALL ')}) GROUP BY id`);
    plans.push({ type, from: `${name(`named_${type}`)} r`, means: { id: 'r.id', ...(type === 'Organization' || type === 'Location' ? { name: 'r.label' } : {}), ...(type === 'Location' && { facility: 'r.facility' }) } });
  }
  return plans;
}
