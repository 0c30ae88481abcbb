// Which codes does a record of OMOP mean: the standard concept, the source concept, and what the source wrote?
import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { name, quote, type Database } from '../../duckdb.ts';
import type { TableFile } from '../tables/find-tables.ts';
import { csvOf, uniqueNames } from '../tables/stage-tables.ts';
import { asHeld } from '../tables/writing.ts';
import type { CdmName } from './cdm.ts';
import { conceptSystem, sourceSystem, systems, vitalSigns, vocabularyPrefix } from './vocabularies.ts';

/** Where a table keeps a code: standard concept, source concept, source value. */
export const codeColumns: Partial<Record<CdmName, readonly [string, string, string]>> = {
  visit_occurrence: ['visit_concept_id', 'visit_source_concept_id', 'visit_source_value'],
  condition_occurrence: ['condition_concept_id', 'condition_source_concept_id', 'condition_source_value'],
  drug_exposure: ['drug_concept_id', 'drug_source_concept_id', 'drug_source_value'],
  procedure_occurrence: ['procedure_concept_id', 'procedure_source_concept_id', 'procedure_source_value'],
  measurement: ['measurement_concept_id', 'measurement_source_concept_id', 'measurement_source_value'],
  observation: ['observation_concept_id', 'observation_source_concept_id', 'observation_source_value'],
  device_exposure: ['device_concept_id', 'device_source_concept_id', 'device_source_value'],
  note: ['note_class_concept_id', 'note_type_concept_id', 'note_source_value'],
};

/** Further concept columns whose concepts are looked up. */
const others: Partial<Record<CdmName, readonly string[]>> = { person: ['race_concept_id', 'ethnicity_concept_id'], measurement: ['value_as_concept_id', 'unit_concept_id'], observation: ['value_as_concept_id', 'unit_concept_id'] };

/**
 * `concept(id, system, code, display, class)`: the concepts the data use; where no vocabulary has them, the number itself under
 * `https://athena.ohdsi.org/concept`. `codes_<table>(s, c, v, concept, vital, laboratory,
 * pressure)`: every distinct code of a table as a CodeableConcept, and what kind it is.
 * The vocabulary is filtered once per reading and the few concepts are kept beside the tables.
 */
export async function conceptTables(database: Database, kept: string, files: readonly TableFile[], has: ReadonlyMap<CdmName, boolean>): Promise<void> {
  const there = Object.entries(codeColumns).filter(([table]) => has.get(table as CdmName)) as [CdmName, readonly [string, string, string]][];
  for (const [table, [standard, source, value]] of there)
    await database.run(`CREATE OR REPLACE TEMP TABLE ${name(`coded_${table}`)} AS SELECT DISTINCT ${standard} AS s, ${source} AS c, ${value} AS v FROM ${name(`table_${table}`)}`);
  const used = [
    ...there.flatMap(([table]) => [`SELECT s AS id FROM ${name(`coded_${table}`)}`, `SELECT c FROM ${name(`coded_${table}`)}`]),
    ...Object.entries(others).flatMap(([table, columns]) => (has.get(table as CdmName) ? columns.map((column) => `SELECT DISTINCT ${column} FROM ${name(`table_${table}`)}`) : [])),
  ];
  await database.run(`CREATE OR REPLACE TEMP TABLE used AS SELECT DISTINCT id FROM (${used.join(' UNION ALL ') || 'SELECT NULL::VARCHAR AS id'}) WHERE id IS NOT NULL AND id <> '0'`);
  const vocabulary = await vocabularyOf(database, kept, files);
  const system = `CASE v.vocabulary ${Object.entries(systems).map(([one, uri]) => `WHEN ${quote(one)} THEN ${quote(uri)}`).join(' ')} ELSE ${quote(vocabularyPrefix)} || v.vocabulary END`;
  await database.run(`CREATE OR REPLACE TEMP TABLE concept AS SELECT used.id, coalesce(${system}, ${quote(conceptSystem)}) AS system, coalesce(v.code, used.id) AS code, v.display, v.class
    FROM used LEFT JOIN (${vocabulary ? `SELECT * FROM read_parquet(${quote(vocabulary)}) QUALIFY row_number() OVER (PARTITION BY id) = 1` : 'SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS vocabulary, NULL::VARCHAR AS code, NULL::VARCHAR AS display, NULL::VARCHAR AS class WHERE false'}) v ON v.id = used.id`);
  const coding = (of: string) => `CASE WHEN ${of}.id IS NOT NULL THEN {'system': ${of}.system, 'code': ${of}.code, 'display': ${of}.display} END`;
  for (const [table] of there)
    // What the source wrote is a code of its own only where it is not the source concept's code already, and is no free text: it has a digit and no blank.
    // OMOP has no components: systolic and diastolic pressure are also known as parts of the panel FHIR wants them in.
    await database.run(`CREATE OR REPLACE TEMP TABLE ${name(`codes_${table}`)} AS SELECT d.s, d.c, d.v, CASE WHEN a.id IS NULL AND b.id IS NULL AND d.v IS NULL THEN NULL ELSE to_json({
        'coding': list_filter([${coding('a')}, CASE WHEN b.id IS DISTINCT FROM a.id THEN ${coding('b')} END, CASE WHEN a.system = 'http://loinc.org' AND a.code IN ('8480-6', '8462-4') THEN {'system': a.system, 'code': '85354-9', 'display': 'Blood pressure panel'} END, CASE WHEN regexp_matches(d.v, '^[^ ]*[0-9][^ ]*$') AND replace(d.v, '.', '') IS DISTINCT FROM replace(b.code, '.', '') AND d.v IS DISTINCT FROM a.code THEN {'system': ${quote(sourceSystem)}, 'code': d.v, 'display': NULL::VARCHAR} END], lambda x: x IS NOT NULL),
        'text': coalesce(a.display, b.display, d.v)}) END AS concept, coalesce(a.system = 'http://loinc.org' AND a.code IN (${vitalSigns.map(quote).join(', ')}), false) AS vital, coalesce(a.class = 'Lab Test', false) AS laboratory,
        coalesce(a.system = 'http://loinc.org' AND a.code IN ('8480-6', '8462-4'), false) AS pressure
      FROM ${name(`coded_${table}`)} d LEFT JOIN concept a ON a.id = d.s LEFT JOIN concept b ON b.id = d.c`);
}

/** The used part of the concept table as Parquet; undefined without one. */
async function vocabularyOf(database: Database, kept: string, files: readonly TableFile[]): Promise<string | undefined> {
  const readable = files.filter((file) => !file.trouble && ['concept_id', 'concept_code', 'vocabulary_id'].every((column) => file.header.some((one) => one.toLowerCase() === column)));
  if (readable.length === 0) return undefined;
  const path = join(kept, 'concepts.parquet');
  if (await access(path).then(() => true, () => false)) return path;
  const writing = `${path}.${process.pid}`;
  const selects = readable.map((file) => {
    const names = uniqueNames(file.header);
    const at = (column: string) => {
      const found = names.find((one) => one.toLowerCase() === column);
      return found === undefined ? 'NULL::VARCHAR' : `CAST(${name(found)} AS VARCHAR)`;
    };
    const from = file.kind === 'parquet' ? `read_parquet(${quote(file.path)})` : csvOf(file, names, true);
    const key = (column: string) => (file.kind === 'parquet' ? at(column) : asHeld(at(column), 'whole', file.writing));
    return `SELECT ${key('concept_id')} AS id, ${at('vocabulary_id')} AS vocabulary, ${at('concept_code')} AS code, ${at('concept_name')} AS display, ${at('concept_class_id')} AS class FROM ${from}`;
  });
  await database.run(`COPY (SELECT * FROM (${selects.join(' UNION ALL ')}) WHERE id IN (SELECT id FROM used)) TO ${quote(writing)} (FORMAT parquet)`);
  await rename(writing, path);
  return path;
}
