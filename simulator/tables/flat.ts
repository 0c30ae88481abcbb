// How would the synthetic hospital's export look as a hospital's own tables, with a mapping beside them?
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dig, readBack, type Read } from '../export/read-back.ts';
import { writeCsv, type Cell } from './csv.ts';

type Row = Record<string, Cell>;
const one = (value: unknown, ...path: string[]): string | undefined => {
  const [found] = dig(value, ...path);
  return found === undefined || found === null ? undefined : String(found);
};
const idIn = (reference: string | undefined): string | undefined => reference?.split('/').at(-1);

/** Columns of the wide table of vital signs, by LOINC code. */
const vitals: Record<string, { column: string; unit: string; display: string }> = {
  '8867-4': { column: 'hr', unit: '/min', display: 'Heart rate' },
  '9279-1': { column: 'rr', unit: '/min', display: 'Respiratory rate' },
  '59408-5': { column: 'spo2', unit: '%', display: 'Oxygen saturation' },
  '8310-5': { column: 'temp_c', unit: 'Cel', display: 'Body temperature' },
  '8480-6': { column: 'sbp', unit: 'mm[Hg]', display: 'Systolic blood pressure' },
  '8462-4': { column: 'dbp', unit: 'mm[Hg]', display: 'Diastolic blood pressure' },
};

/** Reads a FHIR export of the simulator and writes six tables: vital signs wide and with offsets from admission, the rest tall. For small exports. */
export async function writeFlat(fhir: string, out: string): Promise<void> {
  const all = await readBack(fhir);
  await mkdir(out, { recursive: true });
  const of = (type: string): Read[] => all.get(type) ?? [];
  const write = async (file: string, columns: string, rows: Iterable<Row>) => writeCsv(join(out, `${file}.csv`), columns.split(' '), rows, { delimiter: ';' });
  const named = new Map([...of('Organization'), ...of('Location')].map((place) => [`${place.resourceType}/${place.id}`, one(place, 'name')]));
  const starts = new Map(of('Encounter').map((encounter) => [encounter.id, Date.parse(one(encounter, 'period', 'start') ?? '')]));

  await write('patients', 'mrn dob sex died', of('Patient').map((patient) => ({ mrn: patient.id, dob: one(patient, 'birthDate'), sex: one(patient, 'gender'), died: one(patient, 'deceasedDateTime') })));
  await write('stays', 'stay mrn kind admitted discharged hospital hospital_name attending', of('Encounter').map((encounter) => ({
    stay: encounter.id, mrn: idIn(one(encounter, 'subject', 'reference')), kind: one(encounter, 'class', 'code'), admitted: one(encounter, 'period', 'start'), discharged: one(encounter, 'period', 'end'),
    hospital: idIn(one(encounter, 'serviceProvider', 'reference')), hospital_name: named.get(one(encounter, 'serviceProvider', 'reference') ?? ''), attending: idIn(one(encounter, 'participant', 'individual', 'reference')),
  })));
  await write('transfers', 'stay ward ward_name since until', of('Encounter').flatMap((encounter) => dig(encounter, 'location').map((move) => ({
    stay: encounter.id, ward: idIn(one(move, 'location', 'reference')), ward_name: named.get(one(move, 'location', 'reference') ?? ''), since: one(move, 'period', 'start'), until: one(move, 'period', 'end'),
  }))));
  const sets = new Map<string, Row>();
  const tall: Row[] = [];
  for (const observation of of('Observation')) {
    const stay = idIn(one(observation, 'encounter', 'reference'));
    const [at, start] = [Date.parse(one(observation, 'effectiveDateTime') ?? ''), starts.get(stay ?? '')];
    for (const value of observation['component'] ? (dig(observation, 'component') as Read[]) : [observation]) {
      const code = dig(value, 'code', 'coding').map((coding) => (one(coding, 'system') === 'http://loinc.org' ? one(coding, 'code') : undefined)).find(Boolean);
      const vital = vitals[code ?? ''];
      if (vital && start !== undefined && one(value, 'valueQuantity', 'code') === vital.unit) {
        let number = 0;
        let key = `${stay}|${at}|${number}`;
        while (sets.get(key)?.[vital.column] !== undefined) key = `${stay}|${at}|${++number}`;
        sets.set(key, { ...(sets.get(key) ?? { stay, minutes: (at - start) / 60_000 }), [vital.column]: one(value, 'valueQuantity', 'value') });
      } else
        tall.push({ mrn: idIn(one(observation, 'subject', 'reference')), stay, taken: one(observation, 'effectiveDateTime'), released: one(observation, 'issued'), test: code ?? one(value, 'code', 'coding', 'display') ?? one(value, 'code', 'text'), result: one(value, 'valueQuantity', 'value'), unit: one(value, 'valueQuantity', 'unit') });
    }
  }
  await write('vitals', `stay minutes ${Object.values(vitals).map(({ column }) => column).join(' ')}`, sets.values());
  await write('results', 'mrn stay taken released test result unit', tall);
  const drugs = (type: string, context: string, time: string) => of(type).map((drug) => ({ stay: idIn(one(drug, context, 'reference')), mrn: idIn(one(drug, 'subject', 'reference')), at: one(drug, time) ?? one(drug, 'effectivePeriod', 'start'), drug: one(drug, 'medicationCodeableConcept', 'coding', 'code'), name: one(drug, 'medicationCodeableConcept', 'text'), kind: type === 'MedicationRequest' ? 'ordered' : 'given' }));
  await write('medicines', 'stay mrn at drug name kind', [...drugs('MedicationRequest', 'encounter', 'authoredOn'), ...drugs('MedicationAdministration', 'context', 'effectiveDateTime')]);
  await write('problems', 'mrn stay since icd words kind', of('Condition').map((condition) => ({ mrn: idIn(one(condition, 'subject', 'reference')), stay: idIn(one(condition, 'encounter', 'reference')), since: one(condition, 'onsetDateTime') ?? one(condition, 'recordedDate'), icd: one(condition, 'code', 'coding', 'code'), words: one(condition, 'code', 'text'), kind: one(condition, 'category', 'coding', 'code') })));
  await writeFile(join(out, 'mapping.yaml'), mappingOf());
}

/** The mapping that fits these tables. */
export const mappingOf = (): string => `attending: mapping/1
zone: UTC
anchors:
  admission: { file: stays, key: stay, at: admitted }
records:
  - { file: patients, resource: Patient, id: mrn, birthDate: dob, gender: sex, deceased: died, identifier: mrn }
  - file: stays
    resource: Encounter
    id: stay
    subject: mrn
    class: kind
    time: admitted
    end: discharged
    facility: hospital
    facilityName: hospital_name
    clinician: attending
    moves: { file: transfers, encounter: stay, department: ward, departmentName: ward_name, time: since, end: until }
  - file: vitals
    resource: Observation
    encounter: stay
    time: { offset: minutes, unit: minutes, from: admission }
    category: { constant: vital-signs }
    columns:
${Object.entries(vitals).map(([code, { column, unit, display }]) => `      - { column: ${column}, unit: "${unit}", code: { system: "http://loinc.org", code: ${code}, display: ${display} } }`).join('\n')}
  - file: results
    resource: Observation
    subject: mrn
    encounter: stay
    time: taken
    recorded: released
    code: { column: test, systems: [{ like: '^\\d+-\\d$', system: "http://loinc.org" }] }
    value: result
    unit: unit
  - file: medicines
    resource: MedicationRequest
    where: { column: kind, in: [ordered] }
    subject: mrn
    encounter: stay
    time: at
    code: { column: drug, system: "http://www.nlm.nih.gov/research/umls/rxnorm", display: name }
  - file: medicines
    resource: MedicationAdministration
    where: { column: kind, in: [given] }
    subject: mrn
    encounter: stay
    time: at
    code: { column: drug, system: "http://www.nlm.nih.gov/research/umls/rxnorm", display: name }
  - file: problems
    resource: Condition
    subject: mrn
    encounter: stay
    time: since
    category: kind
    code: { column: icd, system: "http://hl7.org/fhir/sid/icd-10-cm", display: words }
`;
