// Is an OMOP export of a hospital the same hospital as its FHIR export?
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openSource } from '../sources.ts';

const root = mkdtempSync(join(tmpdir(), 'attending-omop-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let number = 0;

function folderOf(files: Record<string, string>): string {
  const folder = join(root, `f${++number}`);
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const small = (): Record<string, string> => ({
  'PERSON.csv': 'person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,person_source_value\n1,8507,1960,2,3,MRN1\n2,8532,1970,,,MRN2\n',
  'visit_occurrence.csv': 'visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_start_datetime,visit_end_date,care_site_id,provider_id\n10,1,9201,2026-01-01,2026-01-01 08:00:00,2026-01-03,5,7\n11,2,9203,2026-01-02,,2026-01-02,6,0\n',
  'visit_detail.csv': 'visit_detail_id,visit_occurrence_id,visit_detail_start_date,visit_detail_start_datetime,care_site_id\n1,10,2026-01-01,2026-01-01 08:00:00,50\n2,10,2026-01-02,2026-01-02 08:00:00,51\n',
  'care_site.csv': 'care_site_id,care_site_name,location_id\n5,North,1\n6,South,2\n50,North ED,1\n51,North ICU,1\n',
  '2b_concept.csv': 'concept_id,concept_name,vocabulary_id,concept_code\n3027018,Heart rate,LOINC,8867-4\n8541,per minute,UCUM,/min\n',
  'measurement.csv': 'measurement_id,person_id,measurement_concept_id,measurement_date,measurement_datetime,value_as_number,unit_concept_id,visit_occurrence_id,measurement_source_value\n100,1,3027018,2026-01-01,2026-01-01 09:00:00,80,8541,10,"HR,7"\n101,2,999,2026-01-02,,oops,0,11,LOCAL\n',
});
const fields = { Patient: ['birthDate', 'gender'], Encounter: ['period', 'class', 'location', 'serviceProvider', 'participant', 'status'], Observation: ['code', 'subject', 'encounter', 'effectiveDateTime', 'valueQuantity'], Location: ['name'], Organization: ['name'] };
const open = (folder: string) => openSource(folder, { workspace: join(root, 'work'), fields });

test('tables become resources with their lines', async () => {
  const handle = await open(folderOf(small()));
  expect(handle).toMatchObject({ kind: 'omop', resources: { Patient: 2, Encounter: 2, Observation: 2, Location: 4 } });
  expect(await handle.database.rows('SELECT id, "birthDate"->>\'$\' AS b, "gender"->>\'$\' AS g, _line FROM "raw_Patient" ORDER BY id')).toEqual([{ id: '1', b: '1960-02-03', g: 'male', _line: 2 }, { id: '2', b: '1970', g: 'female', _line: 3 }]);
  const [visit] = await handle.database.rows<Record<string, string>>('SELECT * FROM "raw_Encounter" WHERE id = \'10\'');
  expect(JSON.parse(visit!['location']!)).toMatchObject([{ location: { reference: 'Location/50' }, period: { start: '2026-01-01T08:00:00Z' } }, { location: { reference: 'Location/51' } }]);
  expect(JSON.parse(visit!['serviceProvider']!)).toEqual({ reference: 'Organization/site-5' });
  expect(JSON.parse(visit!['class']!)).toMatchObject({ code: 'IMP' });
  const [rate, odd] = await handle.database.rows<Record<string, string>>('SELECT * FROM "raw_Observation" ORDER BY id');
  expect(JSON.parse(rate!['code']!)).toEqual({ coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' }, { system: 'urn:omop:source-value', code: 'HR,7', display: null }], text: 'Heart rate' });
  expect(JSON.parse(rate!['valueQuantity']!)).toMatchObject({ value: 80, unit: '/min', code: '/min' });
  expect(JSON.parse(odd!['code']!).coding[0]).toEqual({ system: 'https://athena.ohdsi.org/concept', code: '999', display: null });
  expect(JSON.parse(odd!['valueQuantity']!)).toMatchObject({ value: 'oops' });
  expect(odd!['effectiveDateTime']).toBe('"2026-01-02"');
  await handle.close();
});

test('a second opening takes what was kept', async () => {
  const folder = folderOf(small());
  await (await open(folder)).close();
  const again = await open(folder);
  expect(again.fromCache).toBe(true);
  await again.close();
});

test('semicolons, quoted line ends, bad records and blank lines: every record keeps its line, every bad one is named', async () => {
  const files = small();
  files['measurement.csv'] = 'measurement_id;person_id;measurement_concept_id;measurement_date;measurement_source_value\n1;1;3027018;2026-01-01;"two\nlines"\n\n2;1;3027018;2026-01-01\n3;1;3027018;2026-01-01;"never closed\n4;1;3027018;2026-01-01;x\n';
  const handle = await open(folderOf(files));
  const file = handle.files.find(({ name }) => name === 'measurement.csv')!;
  expect(file).toMatchObject({ lines: 7, blankLines: 1, badLineCount: 2, badLines: [{ line: 5 }, { line: 6, reason: 'A quotation mark is opened and never closed.' }] });
  expect(await handle.database.rows('SELECT id, _line FROM "raw_Observation" ORDER BY _line')).toEqual([{ id: 'measurement-1', _line: 2 }, { id: 'measurement-4', _line: 7 }]);
  await handle.close();
});

test('a wrong delimiter and a missing column are told with file and what was found', async () => {
  const files = small();
  files['person.csv'] = files['PERSON.csv']!.replaceAll(',', '^');
  delete files['PERSON.csv'];
  files['measurement.csv'] = 'measurement_id,person_id,measurement_concept_id,value_as_number\n1,1,1,1\n';
  await expect(open(folderOf(files))).rejects.toMatchObject({
    kind: 'bad-input',
    details: [{ file: 'person.csv', line: 1, path: expect.stringContaining('person_id'), says: expect.stringContaining('one column') }, { file: 'measurement.csv', path: 'measurement_date' }],
  });
});

/** The same hospital, as other programs write it. */
const dialects: Record<string, (files: Record<string, string>) => Record<string, string>> = {
  'whole numbers as fractions, as pandas writes a column with gaps': (files) => ({
    ...files,
    'measurement.csv': files['measurement.csv']!.replaceAll(',8541,10,', ',8541.0,10.0,').replaceAll(',0,11,', ',0.0,11.0,').replaceAll('\n100,1,3027018,', '\n100,1,3027018.0,'),
    'PERSON.csv': files['PERSON.csv']!.replace('1960,2,3,', '1960,2.0,3.0,'),
    '2b_concept.csv': files['2b_concept.csv']!.replace('3027018,', '3027018.0,'),
  }),
  'NA where there is nothing, as R writes': (files) => ({ ...files, 'PERSON.csv': files['PERSON.csv']!.replace('1970,,,', '1970,NA,NA,'), 'visit_occurrence.csv': files['visit_occurrence.csv']!.replace('2026-01-02,,2026', '2026-01-02,NA,2026'), 'measurement.csv': files['measurement.csv']!.replace('2026-01-02,,oops', '2026-01-02,NA,oops') }),
  'None where there is nothing, as Python writes': (files) => ({ ...files, 'PERSON.csv': files['PERSON.csv']!.replace('1970,,,', '1970,None,None,'), 'measurement.csv': files['measurement.csv']!.replace('2026-01-02,,oops', '2026-01-02,None,oops') }),
  'days as their first second': (files) => Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replaceAll(/(2026-01-0\d)(?=,)/g, '$1 00:00:00')])),
  'parts that count themselves': ({ 'measurement.csv': text = '', ...files }) => {
    const [header, first, second] = text.split('\n');
    return { ...files, 'measurement_part1.csv': `${header}\n${first}\n`, 'measurement.2of2.csv': `${header}\n${second}\n` };
  },
  'a folder for each table, as Spark writes': (files) => Object.fromEntries(Object.entries(files).map(([name, text]) => [`${name.replace('2b_', '').replace('.csv', name === 'measurement.csv' ? '.csv/year=2026' : '')}/part-00000-3f2a-c000.csv`, text])),
};

test.each(Object.keys(dialects))('%s: the same records', async (dialect) => {
  const all = async (folder: string) => {
    const handle = await open(folder);
    const rows = await Promise.all(['Patient', 'Encounter', 'Observation'].map((type) => handle.database.rows<Record<string, unknown>>(`SELECT * EXCLUDE (_file, _line) FROM "raw_${type}" ORDER BY id`)));
    await handle.close();
    return rows;
  };
  expect(await all(folderOf(dialects[dialect]!(small())))).toEqual(await all(folderOf(small())));
});

test('what a source wrote stays: NA may be sodium', async () => {
  const files = small();
  files['measurement.csv'] = files['measurement.csv']!.replace('LOCAL', 'NA').replace('2026-01-02,,oops', '2026-01-02,NA,oops');
  const handle = await open(folderOf(files));
  const [odd] = await handle.database.rows<{ text: string }>(`SELECT "code"->>'$.text' AS text FROM "raw_Observation" WHERE id = 'measurement-101'`);
  expect(odd?.text).toBe('NA');
  await handle.close();
});

test('race, ethnicity and insurance are read; a vocabulary that is missing is told', async () => {
  const files = small();
  files['PERSON.csv'] = 'person_id,gender_concept_id,year_of_birth,race_concept_id,ethnicity_concept_id,race_source_value\n1,8507,1960,8527,38003564,w\n2,8532,1970,0,,Klingon\n';
  files['payer_plan_period.csv'] = 'payer_plan_period_id,person_id,payer_plan_period_start_date,payer_source_value\n1,2,2026-01-01,Aetna\n';
  delete files['2b_concept.csv'];
  const handle = await openSource(folderOf(files), { workspace: join(root, 'work'), fields: { ...fields, Patient: ['extension'], Coverage: ['beneficiary', 'period', 'payor'] } });
  expect(handle.resources['Coverage']).toBe(1);
  const people = await handle.database.rows<{ extension: string }>('SELECT extension FROM "raw_Patient" ORDER BY id');
  expect(people.map(({ extension }) => (JSON.parse(extension) as { extension: { valueCoding: { display: string } }[] }[]).map((one) => one.extension[0]!.valueCoding.display))).toEqual([['White', 'Not Hispanic or Latino'], ['Klingon']]);
  expect(handle.notices).toContainEqual(expect.stringContaining('no concept table'));
  await handle.close();
});
