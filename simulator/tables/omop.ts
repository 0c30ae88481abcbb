// How would the synthetic hospital's export look as tables of the OMOP Common Data Model?
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dig, readBack, type Read } from '../export/read-back.ts';
import { writeCsv, type Cell, type CsvHow } from './csv.ts';

type Row = Record<string, Cell>;

export interface OmopHow extends CsvHow {
  /** Before every file name, as in `2b_concept.csv`. */
  prefix?: string;
  /** File names in capitals. */
  capitals?: boolean;
  /** False: no vocabulary, so every concept is a bare number. */
  concepts?: boolean;
}

/** Vocabulary by FHIR system, and where the numbers of its concepts begin here. These are not OHDSI's numbers. */
const vocabularies: Record<string, string> = {
  'http://loinc.org': 'LOINC', 'http://snomed.info/sct': 'SNOMED', 'http://www.nlm.nih.gov/research/umls/rxnorm': 'RxNorm', 'http://hl7.org/fhir/sid/icd-10-cm': 'ICD10CM', 'http://unitsofmeasure.org': 'UCUM',
};

const one = (value: unknown, ...path: string[]): string | undefined => {
  const [found] = dig(value, ...path);
  return found === undefined || found === null ? undefined : String(found);
};
/** OMOP keeps times without a zone; these are UTC. */
const utc = (text: string | undefined): string | undefined => (text === undefined || Number.isNaN(Date.parse(text)) ? text : text.length <= 10 ? text : new Date(text).toISOString().slice(0, 19).replace('T', ' '));

/** Reads a FHIR export of the simulator and writes it as OMOP CDM 5.4. For small exports: it holds them in memory. Returns rows by table. */
export async function writeOmop(fhir: string, out: string, how: OmopHow = {}): Promise<Record<string, number>> {
  const all = await readBack(fhir);
  await mkdir(out, { recursive: true });
  const numbers = new Map<string, number>();
  const numberOf = (key: string | undefined): number | undefined => {
    if (key === undefined) return undefined;
    const known = numbers.get(key) ?? numbers.size + 1;
    numbers.set(key, known);
    return known;
  };
  const concepts = new Map<string, Row>();
  const conceptOf = (coding: { system?: unknown; code?: unknown; display?: unknown } | undefined): number | undefined => {
    if (!coding || typeof coding.system !== 'string' || typeof coding.code !== 'string') return undefined;
    const key = `${coding.system}|${coding.code}`;
    const known = concepts.get(key);
    if (known) return known['concept_id'] as number;
    const vocabulary = vocabularies[coding.system] ?? coding.system;
    const id = 2_000_000_000 + concepts.size + 1;
    concepts.set(key, { concept_id: id, concept_name: String(coding.display ?? coding.code), domain_id: 'Metadata', vocabulary_id: vocabulary, concept_class_id: vocabulary, concept_code: coding.code, valid_start_date: '1970-01-01', valid_end_date: '2099-12-31' });
    return id;
  };
  const codingsIn = (concept: unknown) => dig(concept, 'coding') as { system?: unknown; code?: unknown; display?: unknown }[];
  /** The last coding is the standard one, an earlier one the source's. */
  const codes = (table: string, concept: unknown): Row => {
    const found = codingsIn(concept);
    const standard = found.at(-1);
    const source = found.length > 1 ? found[0] : undefined;
    return { [`${table}_concept_id`]: conceptOf(standard) ?? 0, [`${table}_source_concept_id`]: conceptOf(source) ?? 0, [`${table}_source_value`]: source ? String(source.code) : found.length === 0 ? one(concept, 'text') : undefined };
  };
  const day = (text: string | undefined) => utc(text)?.slice(0, 10);
  const written: Record<string, number> = {};
  const write = async (table: string, columns: string, rows: Iterable<Row>) => {
    const name = `${how.prefix ?? ''}${table}`;
    const file = `${how.capitals ? name.toUpperCase() : name}.${how.delimiter === '\t' ? 'tsv' : 'csv'}${how.gzip ? '.gz' : ''}`;
    written[table] = await writeCsv(join(out, file), columns.split(' '), rows, how);
  };
  const of = (type: string): Read[] => all.get(type) ?? [];
  const event = (resource: Read, encounter = 'encounter'): Row => ({
    person_id: numberOf(one(resource, 'subject', 'reference')),
    visit_occurrence_id: numberOf(one(resource, encounter, 'reference')),
  });

  const genders: Record<string, number> = { male: 8507, female: 8532 };
  await write('person', 'person_id gender_concept_id year_of_birth month_of_birth day_of_birth birth_datetime race_concept_id ethnicity_concept_id person_source_value', of('Patient').map((patient) => {
    const [year, month, date] = (one(patient, 'birthDate') ?? '').split('-');
    return { person_id: numberOf(`Patient/${patient.id}`), gender_concept_id: genders[one(patient, 'gender') ?? ''] ?? 0, year_of_birth: year, month_of_birth: month && Number(month), day_of_birth: date && Number(date), race_concept_id: 0, ethnicity_concept_id: 0, person_source_value: one(patient, 'identifier', 'value') };
  }));
  await write('death', 'person_id death_date death_datetime', of('Patient').flatMap((patient) => {
    const at = one(patient, 'deceasedDateTime');
    return at ? [{ person_id: numberOf(`Patient/${patient.id}`), death_date: day(at), death_datetime: utc(at) }] : [];
  }));
  const facilities = new Set(of('Encounter').map((encounter) => one(encounter, 'serviceProvider', 'reference')));
  await write('location', 'location_id city state location_source_value', of('Organization').filter(({ id }) => facilities.has(`Organization/${id}`)).map((place) => ({ location_id: numberOf(`Organization/${place.id}`), city: one(place, 'address', 'city'), state: 'AZ', location_source_value: one(place, 'name') })));
  await write('care_site', 'care_site_id care_site_name location_id care_site_source_value', [
    ...of('Organization').filter(({ id }) => facilities.has(`Organization/${id}`)).map((place) => ({ care_site_id: numberOf(`Organization/${place.id}`), care_site_name: one(place, 'name'), location_id: numberOf(`Organization/${place.id}`), care_site_source_value: place.id })),
    ...of('Location').map((place) => ({ care_site_id: numberOf(`Location/${place.id}`), care_site_name: one(place, 'name'), location_id: numberOf(one(place, 'managingOrganization', 'reference')), care_site_source_value: place.id })),
  ]);
  await write('provider', 'provider_id provider_name', of('Practitioner').map((person) => ({ provider_id: numberOf(`Practitioner/${person.id}`), provider_name: one(person, 'name', 'family') })));
  const visits: Record<string, number> = { IMP: 9201, EMER: 9203, AMB: 9202 };
  await write('visit_occurrence', 'visit_occurrence_id person_id visit_concept_id visit_start_date visit_start_datetime visit_end_date visit_end_datetime visit_type_concept_id provider_id care_site_id visit_source_value', of('Encounter').map((encounter) => {
    const [start, end] = [one(encounter, 'period', 'start'), one(encounter, 'period', 'end')];
    return { visit_occurrence_id: numberOf(`Encounter/${encounter.id}`), person_id: numberOf(one(encounter, 'subject', 'reference')), visit_concept_id: visits[one(encounter, 'class', 'code') ?? ''] ?? 0, visit_start_date: day(start), visit_start_datetime: utc(start), visit_end_date: day(end), visit_end_datetime: utc(end), visit_type_concept_id: 32817, provider_id: numberOf(one(encounter, 'participant', 'individual', 'reference')), care_site_id: numberOf(one(encounter, 'serviceProvider', 'reference')), visit_source_value: one(encounter, 'class', 'code') };
  }));
  let part = 0;
  await write('visit_detail', 'visit_detail_id visit_occurrence_id person_id visit_detail_concept_id visit_detail_start_date visit_detail_start_datetime visit_detail_end_date visit_detail_end_datetime care_site_id', of('Encounter').flatMap((encounter) =>
    dig(encounter, 'location').map((move) => {
      const [start, end] = [one(move, 'period', 'start'), one(move, 'period', 'end')];
      return { visit_detail_id: ++part, visit_occurrence_id: numberOf(`Encounter/${encounter.id}`), person_id: numberOf(one(encounter, 'subject', 'reference')), visit_detail_concept_id: 0, visit_detail_start_date: day(start), visit_detail_start_datetime: utc(start), visit_detail_end_date: day(end), visit_detail_end_datetime: utc(end), care_site_id: numberOf(one(move, 'location', 'reference')) };
    }),
  ));
  await write('condition_occurrence', 'condition_occurrence_id person_id condition_concept_id condition_start_date condition_start_datetime condition_end_date condition_type_concept_id visit_occurrence_id condition_source_value condition_source_concept_id', of('Condition').map((condition) => {
    const at = one(condition, 'onsetDateTime') ?? one(condition, 'recordedDate');
    return { condition_occurrence_id: numberOf(`Condition/${condition.id}`), ...event(condition), condition_start_date: day(at), condition_start_datetime: utc(at), condition_type_concept_id: one(condition, 'category', 'coding', 'code') === 'problem-list-item' ? 32840 : 32817, ...codes('condition', condition['code']) };
  }));
  await write('procedure_occurrence', 'procedure_occurrence_id person_id procedure_concept_id procedure_date procedure_datetime procedure_type_concept_id visit_occurrence_id procedure_source_value procedure_source_concept_id', of('Procedure').map((procedure) => {
    const at = one(procedure, 'performedDateTime') ?? one(procedure, 'performedPeriod', 'start');
    return { procedure_occurrence_id: numberOf(`Procedure/${procedure.id}`), ...event(procedure), procedure_date: day(at), procedure_datetime: utc(at), procedure_type_concept_id: 32817, ...codes('procedure', procedure['code']) };
  }));
  const drugs = (type: string, kind: number, encounter: string, ...times: string[][]) => of(type).map((drug) => {
    const at = times.map((path) => one(drug, ...path)).find(Boolean);
    return { drug_exposure_id: numberOf(`${type}/${drug.id}`), ...event(drug, encounter), drug_exposure_start_date: day(at), drug_exposure_start_datetime: utc(at), drug_type_concept_id: kind, provider_id: numberOf(one(drug, 'requester', 'reference')), ...codes('drug', drug['medicationCodeableConcept']) };
  });
  await write('drug_exposure', 'drug_exposure_id person_id drug_concept_id drug_exposure_start_date drug_exposure_start_datetime drug_type_concept_id provider_id visit_occurrence_id drug_source_value drug_source_concept_id', [
    ...drugs('MedicationRequest', 32838, 'encounter', ['authoredOn']),
    ...drugs('MedicationAdministration', 32818, 'context', ['effectiveDateTime'], ['effectivePeriod', 'start']),
  ]);
  await write('measurement', 'measurement_id person_id measurement_concept_id measurement_date measurement_datetime measurement_type_concept_id value_as_number unit_concept_id visit_occurrence_id measurement_source_value measurement_source_concept_id unit_source_value', (function* () {
    let number = 0;
    for (const observation of of('Observation')) {
      const at = one(observation, 'effectiveDateTime');
      const laboratory = one(observation, 'category', 'coding', 'code') === 'laboratory';
      // OMOP has no components: each becomes a measurement.
      for (const value of observation['component'] ? dig(observation, 'component') : [observation])
        yield { measurement_id: ++number, ...event(observation), measurement_date: day(at), measurement_datetime: utc(at), measurement_type_concept_id: laboratory ? 32856 : 32817, value_as_number: one(value, 'valueQuantity', 'value'), unit_concept_id: conceptOf({ system: 'http://unitsofmeasure.org', code: one(value, 'valueQuantity', 'code') }) ?? 0, unit_source_value: one(value, 'valueQuantity', 'unit'), ...codes('measurement', (value as Read)['code']) };
    }
  })());
  await write('note', 'note_id person_id note_date note_datetime note_type_concept_id note_class_concept_id note_title note_text visit_occurrence_id', of('DocumentReference').map((note) => {
    const at = one(note, 'date');
    const data = one(note, 'content', 'attachment', 'data');
    return { note_id: numberOf(`DocumentReference/${note.id}`), person_id: numberOf(one(note, 'subject', 'reference')), visit_occurrence_id: numberOf(one(note, 'context', 'encounter', 'reference')), note_date: day(at), note_datetime: utc(at), note_type_concept_id: 32831, note_class_concept_id: conceptOf(codingsIn(note['type'])[0]) ?? 0, note_title: one(note, 'type', 'text'), note_text: data ? Buffer.from(data, 'base64').toString('utf8') : undefined };
  }));
  if (how.concepts ?? true) await write('concept', 'concept_id concept_name domain_id vocabulary_id concept_class_id concept_code valid_start_date valid_end_date', concepts.values());
  return written;
}

