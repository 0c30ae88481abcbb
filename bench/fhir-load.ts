// How long does reading an export take, beside DuckDB merely scanning and parsing the same files?
import { rm } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase, openExport, quote } from '../src/tools/fhir/fhir.ts';

const [folder, workspace, mode = 'all'] = process.argv.slice(2);
if (!folder || !workspace) throw new Error('FOLDER WORKSPACE [all|load|scan]');

/** What a sepsis audit asks for. */
const fields = {
  Patient: ['birthDate', 'gender', 'name', 'deceasedDateTime', 'identifier'],
  Encounter: ['status', 'class', 'period', 'subject', 'location', 'serviceProvider'],
  Observation: ['status', 'code', 'subject', 'encounter', 'effectiveDateTime', 'valueQuantity', 'valueString', 'valueDateTime', 'valueCodeableConcept', 'component', 'category'],
  Condition: ['code', 'subject', 'encounter', 'category', 'clinicalStatus', 'recordedDate', 'onsetDateTime'],
  MedicationAdministration: ['status', 'subject', 'context', 'effectiveDateTime', 'effectivePeriod', 'medicationCodeableConcept', 'medicationReference', 'dosage'],
  MedicationRequest: ['status', 'subject', 'encounter', 'authoredOn', 'medicationCodeableConcept', 'medicationReference', 'intent'],
  Procedure: ['status', 'code', 'subject', 'encounter', 'performedDateTime', 'performedPeriod'],
};

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  const result = await work();
  const used = process.cpuUsage(cpu);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(`${what.padEnd(44)} ${seconds.toFixed(2)} s wall  ${((used.user + used.system) / 1e6).toFixed(2)} s cpu`);
  return result;
}

const files = `[${readdirSync(folder).filter((one) => /ndjson/.test(one)).map((one) => quote(join(folder, one)))}]`;
if (mode !== 'load') {
  const database = await openDatabase({ workspace });
  await timed('scan: lines parsed as JSON, touched', () => database.rows(`SELECT sum(strlen(json)) FROM read_ndjson_objects(${files})`));
  await timed('scan: one field extracted', () => database.rows(`SELECT count(json->>'resourceType') FROM read_ndjson_objects(${files})`));
  await timed('scan: read_json with its own schema', () => database.rows(`SELECT count(COLUMNS(*)) FROM read_json(${files}, format = 'newline_delimited', union_by_name = true)`));
  await database.close();
}
if (mode !== 'scan') {
  for (const strict of [false, true]) {
    await rm(join(workspace, 'fhir-cache'), { recursive: true, force: true });
    const handle = await timed(`load${strict ? ', strict' : ''}`, () => openExport(folder, { workspace, fields, strict }));
    console.log('  resources', Object.values(handle.resources).reduce((sum, one) => sum + one, 0), 'bad', handle.files.reduce((sum, one) => sum + one.badLineCount, 0));
    await handle.close();
  }
  const again = await timed('load from cache', () => openExport(folder, { workspace, fields }));
  await timed('count a raw table', () => again.database.rows(`SELECT count(*), count(DISTINCT id), max(_line) FROM raw_Observation`));
  await again.close();
}
console.log('peak RSS', Math.round(process.resourceUsage().maxRSS / 1024), 'MB');
