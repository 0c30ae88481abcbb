// Do a hospital's own tables become resources, and is a wrong mapping told with line and nearest name?
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { openSource } from '../sources.ts';
import { mappingJsonSchema } from './model.ts';
import { proposeMapping } from './propose-mapping.ts';
import { readMappingText } from './read-mapping.ts';
import { undatedOf } from './undated.ts';

const root = mkdtempSync(join(tmpdir(), 'attending-mapping-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const repository = fileURLToPath(new URL('../../../../../', import.meta.url));
const example = (name: string) => join(repository, 'examples', 'mappings', name);
let number = 0;

function folderOf(files: Record<string, string>, mapping?: string): string {
  const folder = join(root, `f${++number}`);
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  if (mapping) copyFileSync(mapping, join(folder, 'mapping.yaml'));
  return folder;
}
const fields = { Patient: ['birthDate', 'gender'], Encounter: ['period', 'serviceProvider', 'location', 'subject', 'status'], Observation: ['code', 'subject', 'encounter', 'effectiveDateTime', 'issued', 'valueQuantity', 'valueString', 'component'], MedicationRequest: ['status', 'medicationCodeableConcept', 'authoredOn', 'subject'], Condition: ['code', 'subject', 'onsetDateTime'], DocumentReference: ['content', 'date', 'context'], Location: ['name', 'managingOrganization'], Organization: ['name'] };
const open = (folder: string) => openSource(folder, { workspace: join(root, 'work'), fields });
const json = (row: Record<string, unknown> | undefined, field: string) => JSON.parse(String(row?.[field])) as unknown;

const eicu = {
  'patient.csv': 'patientunitstayid,uniquepid,gender,age,hospitalid,wardid,unittype,hospitaldischargeyear,hospitaladmittime24,hospitaladmitoffset,hospitaldischargeoffset\n1,p-1,Male,87,59,91,MICU,2014,14:54:00,-60,3596\n2,p-1,Male,> 89,59,92,CCU,2014,00:55:00,-5,100\n3,p-2,Female,50,60,91,MICU,2015,8:00:00,0,\n',
  'vitalPeriodic.csv': 'vitalperiodicid,patientunitstayid,observationoffset,temperature,sao2,heartrate,respiration,systemicsystolic,systemicdiastolic,systemicmean\n10,1,5,,97,80,12,120,70,\n11,9,5,37,,,,,,\n',
  'lab.csv': 'labid,patientunitstayid,labresultoffset,labname,labresult,labresulttext,labmeasurenamesystem,labresultrevisedoffset\n20,1,30,lactate,2.5,2.5,mmol/L,45\n21,1,30,FiO2,,no sample,%,45\n22,1,soon,WBC x 1000,7,7,K/mcL,\n',
  'medication.csv': 'medicationid,patientunitstayid,drugorderoffset,drugordercancelled,drugname,routeadmin\n30,1,10,No,"HEPARIN, porcine",IV\n31,3,10,Yes,,IV\n',
  'diagnosis.csv': 'diagnosisid,patientunitstayid,diagnosisoffset,diagnosisstring,icd9code\n40,1,20,cardiovascular|shock,"785.52, R65.21"\n41,1,20,unspecified,\n',
  'note.csv': 'noteid,patientunitstayid,noteoffset,notetype,notetext\n50,1,60,Progress,"line one\nline ""two"""\n',
};

test('multi-hospital intensive care data that know only offsets', async () => {
  const handle = await open(folderOf(eicu, example('eicu.yaml')));
  expect(handle).toMatchObject({ kind: 'mapping', resources: { Patient: 2, Encounter: 3, Observation: 9, MedicationRequest: 2, Condition: 2, DocumentReference: 1, Organization: 2, Location: 3 } });
  const rows = <T = Record<string, string>>(sql: string) => handle.database.rows<T>(sql);
  expect((await rows('SELECT * FROM "raw_Patient" ORDER BY id')).map((row) => [json(row, 'birthDate'), json(row, 'gender')])).toEqual([['1927', 'male'], ['1965', 'female']]);
  const [stay] = await rows('SELECT * FROM "raw_Encounter" WHERE id = \'1\'');
  expect(json(stay, 'period')).toEqual({ start: '2014-01-01T14:54:00Z', end: '2014-01-04T03:50:00Z' });
  expect(json(stay, 'serviceProvider')).toEqual({ reference: 'Organization/59' });
  expect(json(stay, 'location')).toEqual([{ location: { reference: expect.stringMatching(/^Location\/59\.MICU-ward-91/) } }]);
  const [pulse] = await rows('SELECT * FROM "raw_Observation" WHERE id = \'10-heartrate\'');
  expect([json(pulse, 'subject'), json(pulse, 'encounter'), json(pulse, 'effectiveDateTime'), json(pulse, 'valueQuantity'), pulse?.['_line']]).toEqual([{ reference: 'Patient/p-1' }, { reference: 'Encounter/1' }, '2014-01-01T15:59:00Z', expect.objectContaining({ value: 80, code: '/min' }), 2]);
  const [lactate, gas, late] = await rows('SELECT * FROM "raw_Observation" WHERE id IN (\'20\', \'21\', \'22\') ORDER BY id');
  expect(json(lactate, 'code')).toMatchObject({ coding: [{ system: 'http://loinc.org', code: '2524-7' }] });
  expect(json(lactate, 'issued')).toBe('2014-01-01T16:39:00Z');
  expect([json(gas, 'code'), json(gas, 'valueString')]).toEqual([{ coding: [], text: 'FiO2' }, 'no sample']);
  // What is no offset is kept as it is, so that the check of dates names it.
  expect([json(late, 'effectiveDateTime'), json(late, 'valueQuantity')]).toEqual(['soon', expect.objectContaining({ unit: '10*3/uL' })]);
  const [shock] = await rows('SELECT * FROM "raw_Condition" WHERE id = \'40\'');
  expect(json(shock, 'code')).toMatchObject({ coding: [{ system: 'http://hl7.org/fhir/sid/icd-9-cm', code: '785.52' }, { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'R65.21' }] });
  expect((await rows('SELECT "status"->>\'$\' AS s FROM "raw_MedicationRequest" ORDER BY id')).map(({ s }) => s)).toEqual(['active', 'cancelled']);
  const [note] = await rows('SELECT * FROM "raw_DocumentReference"');
  expect(Buffer.from((json(note, 'content') as { attachment: { data: string } }[])[0]!.attachment.data, 'base64').toString()).toBe('line one\nline "two"');
  await handle.close();
});

test('files that may be missing are told, and so is that no day is known; stays of one admission keep their order', async () => {
  const { 'patient.csv': patients, 'lab.csv': labs } = eicu;
  const second = '4,p-1,Male,87,59,92,CCU,2014,14:54:00,-2000,1656\n';
  const handle = await open(folderOf({ 'patient.csv': `${patients}${second}`, 'LAB.CSV': labs }, example('eicu.yaml')));
  expect(handle.undated).toBe('day');
  expect(handle.resources).toMatchObject({ Encounter: 4, Observation: 3 });
  expect(handle.resources['MedicationRequest']).toBeUndefined();
  expect(handle.notices.filter((one) => one.startsWith('There is no file')).map((one) => one.split('`')[1])).toEqual(['vitalPeriodic', 'medication', 'diagnosis', 'note']);
  expect(handle.notices.at(-1)).toMatch(/^No day is known, only how long after an admission and at what time of day/);
  // Two units of one admission: both count from 14:54, the second unit was reached 2,000 minutes later.
  const of = await handle.database.rows<{ id: string; start: string; end: string }>(`SELECT id, json_extract_string("period", '$.start') AS start, json_extract_string("period", '$.end') AS "end" FROM "raw_Encounter" WHERE id IN ('1', '4') ORDER BY id`);
  expect(of).toEqual([{ id: '1', start: '2014-01-01T14:54:00Z', end: '2014-01-04T03:50:00Z' }, { id: '4', start: '2014-01-01T14:54:00Z', end: '2014-01-04T03:50:00Z' }]);
  await handle.close();
  await expect(open(folderOf({ 'lab.csv': labs }, example('eicu.yaml')))).rejects.toMatchObject({ details: expect.arrayContaining([expect.objectContaining({ says: expect.stringContaining('there is no file `patient`') })]) });
});

test('a mapping with days is not called undated; one whose anchor is a constant knows not even the hour', () => {
  const mapping = (at: string) => readMappingText(`attending: mapping/1\nanchors:\n  a: { file: s, key: k, at: ${at} }\nrecords:\n  - { file: s, resource: Encounter, id: k, time: { offset: o, from: a } }\n`, 'm').mapping;
  expect(undatedOf(mapping('admitted'))).toBeUndefined();
  expect(undatedOf(mapping('{ constant: "2000-01-01T00:00:00Z" }'))).toBe('hour');
  expect(undatedOf(mapping('{ year: y }'))).toBe('hour');
  expect(undatedOf(mapping('{ year: y, clock: c }'))).toBe('day');
});

test('one flat wide file: patients and stays are found in it, local times get their zone', async () => {
  const handle = await open(folderOf({ 'flowsheet.csv': 'patient_id,encounter_id,hospital,ward,charted,sex,birth_year,hr,resp,temp_f,sbp,dbp\na,e 1,North,ED,07/04/2025 13:00,F,1950,80,12,98.6,120,70\na,e 1,North,ED,07/04/2025 15:00,F,1950,,13,,,\nb,e 2,South,ED,13/45/2025 15:00,M,1960,70,,,,\n' }, example('flat-wide.yaml')));
  expect(handle.resources).toEqual({ Patient: 2, Encounter: 2, Observation: 7, Organization: 2, Location: 2 });
  const [stay, odd] = await handle.database.rows<Record<string, string>>('SELECT * FROM "raw_Encounter" ORDER BY id');
  expect([json(stay, 'period'), stay!['_line']]).toEqual([{ start: '2025-07-04T17:00:00Z', end: '2025-07-04T19:00:00Z' }, 2]);
  expect(stay!['id']).toMatch(/^e-1-[0-9a-f]{8}$/);
  expect(json(odd, 'period')).toMatchObject({ start: '13/45/2025 15:00' });
  expect((await handle.database.rows<{ l: string }>('SELECT json_extract_string("managingOrganization", \'$.reference\') AS l FROM "raw_Location" ORDER BY 1')).map(({ l }) => l)).toEqual(['Organization/North', 'Organization/South']);
  await handle.close();
});

test('a mapping that does not fit says where, and what is meant', async () => {
  const text = readFileSync(example('eicu.yaml'), 'utf8').replace('value: labresult', 'value: labresul').replace('file: vitalPeriodic', 'file: vitalPeriodik').replace('from: unit-admission } }\n  - file: patient', 'from: admission } }\n  - file: patient');
  const folder = folderOf({ ...eicu, 'mapping.yaml': text });
  const line = (part: string) => text.split('\n').findIndex((one) => one.includes(part)) + 1;
  await expect(open(folder)).rejects.toMatchObject({
    message: 'mapping.yaml does not fit these files.',
    details: expect.arrayContaining([
      { file: 'mapping.yaml', line: line('value: labresul'), path: 'records[3].value', says: 'lab.csv has no column `labresul`; did you mean `labresult`?' },
      { file: 'mapping.yaml', line: line('vitalPeriodik'), path: 'records[2].file', says: 'there is no file `vitalPeriodik`; did you mean `vitalperiodic`?' },
      expect.objectContaining({ says: 'there is no anchor `admission`; did you mean `unit-admission`?' }),
    ]),
  });
  await expect(open(folderOf({ ...eicu, 'mapping.yaml': 'attending: mapping/1\nrecords:\n  - file: lab\n    resource: Observatoin\n    cod: x\n' }))).rejects.toMatchObject({ details: expect.arrayContaining([expect.objectContaining({ line: 4, path: 'records[0].resource' }), expect.objectContaining({ line: 5, says: 'unknown field `cod`' })]) });
  await expect(open(folderOf({ 'lab.csv': eicu['lab.csv'] }))).rejects.toMatchObject({ message: 'The folder holds tables, and nobody says what they mean.' });
});

test('a proposal is a mapping that opens', async () => {
  const folder = folderOf(eicu);
  const proposed = await proposeMapping(folder, join(root, 'work'));
  expect(proposed).toContain('column: heartrate');
  writeFileSync(join(folder, 'mapping.yaml'), proposed);
  const handle = await open(folder);
  expect(handle.resources).toMatchObject({ Encounter: 3, Patient: 2, Condition: 2, Observation: expect.any(Number) });
  await handle.close();
});

test('mapping.schema.json is the schema of a mapping', () => {
  expect(JSON.parse(readFileSync(join(repository, 'mapping.schema.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(mappingJsonSchema())));
});
