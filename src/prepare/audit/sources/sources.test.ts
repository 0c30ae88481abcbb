// Are silent feeds seen among 150 hospitals, and are tables that cannot be used refused at the terminal?
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { standingClock } from '../../../tools/base/clock.ts';
import { readCharterText } from '../charter-input.ts';
import { runAudit } from '../run-audit.ts';
import { attending } from '../test-command.ts';
import { testFolder } from '../test-export.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);

const charter = `attending: charter/1
data:
  elements:
    - { id: ordered, name: Medicines ordered, resource: MedicationRequest, path: authoredOn, per: encounter, tier: critical }
`;
const mapping = `attending: mapping/1
records:
  - { file: stays, resource: Encounter, id: stay, subject: patient, time: admitted, end: discharged, facility: hospital, department: ward, class: { constant: IMP } }
  - { file: medication, resource: MedicationRequest, encounter: stay, time: ordered, code: drug }
`;
const silent = new Set([7, 80, 149]);

function folderOf(name: string, files: Record<string, string>): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

describe('many hospitals', () => {
  test('a hospital that has stays and no row in the medication file is named', async () => {
    const stays = ['stay,patient,admitted,discharged,hospital,ward'];
    const medication = ['stay,ordered,drug'];
    for (let hospital = 0; hospital < 150; hospital++)
      for (let stay = 0; stay < 20; stay++) {
        const id = hospital * 100 + stay;
        stays.push(`${id},p${id},2026-01-${String(1 + (stay % 28)).padStart(2, '0')}T08:00:00Z,2026-02-02T08:00:00Z,H${hospital},MICU`);
        if (!silent.has(hospital) && stay % 10 > 0) medication.push(`${id},2026-01-${String(1 + (stay % 28)).padStart(2, '0')}T10:00:00Z,heparin`);
      }
    const folder = folderOf('many', { 'stays.csv': stays.join('\n'), 'medication.csv': medication.join('\n'), 'mapping.yaml': mapping });
    const audit = await runAudit(folder, await readCharterText(charter, 'charter.yaml'), { clock: standingClock('2026-06-01T00:00:00.000Z'), workspace: join(root, 'work') });
    expect(audit.summary).toMatchObject({ facilities: 150, departments: 150, encounters: 3000 });
    const named = audit.findings.filter(({ check, verdict, element, unit }) => check === 'C07' && verdict === 'not-met' && element === 'ordered' && unit.facility !== null && unit.department === null).map(({ unit }) => unit.facility);
    expect(named.sort()).toEqual(['H149', 'H7', 'H80']);
    expect(audit.export).toMatchObject({ kind: 'mapping', resources: { Encounter: 3000, MedicationRequest: 147 * 18, Organization: 150, Location: 150, Patient: 3000 } });
    const [row] = audit.findings.find(({ check, unit, rows }) => check === 'C02' && unit.facility === 'H7' && rows.length > 0)!.rows;
    expect([row?.file, row?.line, row?.id]).toEqual(['stays.csv', 142, 'Encounter/700']);
  }, 120_000);
});

describe('blood pressure in tables', () => {
  test('each pressure is a row of its own: a systolic one that reads the panel is whole where every systolic row is', async () => {
    const folder = folderOf('pressures', {
      'person.csv': `person_id,gender_concept_id,year_of_birth\n${Array.from({ length: 30 }, (_, at) => `${at + 1},8507,1960\n`).join('')}`,
      'visit_occurrence.csv': `visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_start_datetime,visit_end_date,visit_end_datetime\n${Array.from({ length: 30 }, (_, at) => `${at + 1},${at + 1},9203,2026-01-05,2026-01-05 08:00:00,2026-01-05,2026-01-05 18:00:00\n`).join('')}`,
      'concept.csv': 'concept_id,concept_name,vocabulary_id,concept_code\n1,Systolic,LOINC,8480-6\n2,Diastolic,LOINC,8462-4\n3,mmHg,UCUM,mm[Hg]\n',
      'measurement.csv': `measurement_id,person_id,measurement_concept_id,measurement_date,measurement_datetime,value_as_number,unit_concept_id,visit_occurrence_id\n${Array.from({ length: 30 }, (_, at) => `${at * 2},${at + 1},1,2026-01-05,2026-01-05 09:00:00,120,3,${at + 1}\n${at * 2 + 1},${at + 1},2,2026-01-05,2026-01-05 09:00:00,80,3,${at + 1}\n`).join('')}`,
    });
    const panel = `attending: charter/1
data:
  elements:
    - id: systolic
      name: Systolic blood pressure
      resource: Observation
      path: component.where(code.coding.where(code = '8480-6').exists()).value.ofType(Quantity).value
      codes: [{ system: "http://loinc.org", code: 85354-9 }]
      per: encounter
      tier: critical
      units: ["mm[Hg]"]
`;
    const audit = await runAudit(folder, await readCharterText(panel, 'charter.yaml'), { clock: standingClock('2026-06-01T00:00:00.000Z'), workspace: join(root, 'work'), checks: ['C01', 'C02', 'F08'] });
    const of = (check: string) => audit.findings.find((one) => one.check === check && one.unit.facility === null && one.unit.month === null);
    expect(of('C01')).toMatchObject({ n: 30, k: 30, verdict: 'met' });
    expect(of('C02')).toMatchObject({ n: 30, k: 30 });
    expect(of('F08')).toMatchObject({ n: 30, k: 30 });
  }, 60_000);
});

describe('at the terminal', () => {
  const omop = { 'person.csv': 'person_id;gender_concept_id\n1;8507\n', 'measurement.csv': 'measurement_id|person_id\n1|1\n' };
  const charterFile = () => join(folderOf('charter', { 'charter.yaml': charter }), 'charter.yaml');

  test('OMOP tables without their columns, and a delimiter that is none, end with exit 2, file and column', async () => {
    const ran = await attending('audit', folderOf('omop', omop), '--charter', charterFile(), '--json');
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('person.csv:1 year_of_birth: the OMOP table person needs this column; found 2 columns divided by semicolons: person_id, gender_concept_id');
    expect(ran.err).toContain('measurement.csv:1 measurement_concept_id, measurement_date');
  });

  test('tables nobody explains are told how to explain them; a mapping is proposed and works', async () => {
    const folder = folderOf('plain', { 'stays.csv': 'stay_id,patient_id,admitted,discharged,hospital,ward\n1,2,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,North,ED\n', 'labs.csv': 'patient_id,stay_id,taken_at,test,result,unit\n2,1,2026-01-01T01:00:00Z,lactate,2,mmol/L\n' });
    const without = await attending('audit', folder, '--charter', charterFile(), '--json');
    expect([without.code, without.err]).toEqual([2, expect.stringContaining('attending audit map FOLDER')]);
    const out = join(root, 'mapping-proposed.yaml');
    expect((await attending('audit', 'map', folder, '--out', out)).code).toBe(0);
    const ran = await attending('audit', folder, '--mapping', out, '--charter', charterFile(), '--json');
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toMatchObject({ export: { kind: 'mapping', resources: { Encounter: 1, Observation: 1, Patient: 1 } } });
    const sampled = await attending('audit', 'sample', folder, '--mapping', out, '--charter', charterFile(), '--seed', 'words of the meeting', '--size', '2', '--out', join(root, 'sampled'));
    expect([sampled.code, sampled.out]).toEqual([0, expect.stringContaining('Drawn: 1 encounter')]);
    expect((await attending('audit', 'sample', 'verify', join(root, 'sampled', 'sample.json'), folder, '--mapping', out)).code).toBe(0);
    const proposed = await attending('audit', 'init', folder, '--mapping', out);
    expect(proposed.err + proposed.out).toContain('elements:');
  }, 60_000);

  test('a fetch says what it needs', async () => {
    expect(await attending('audit', 'fetch', 'https://ehr.example.org/fhir')).toMatchObject({ code: 2, err: expect.stringContaining('Where shall the export go?') });
    expect(await attending('audit', 'fetch', 'http://ehr.example.org/fhir', '--out', join(root, 'x'))).toMatchObject({ code: 2, err: expect.stringContaining('not https') });
    expect(await attending('audit', 'fetch', 'https://ehr.example.org/fhir', '--out', join(root, 'x'), '--client', 'me')).toMatchObject({ code: 2, err: expect.stringContaining('a client id and a key') });
  });
});
