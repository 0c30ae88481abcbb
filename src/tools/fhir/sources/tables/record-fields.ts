// Which FHIR R4 fields does a record of a table fill, when it is known what its columns mean?
import { periodColumn, quantityColumn, referenceColumn, referencesColumn, textColumn, type Text } from './columns.ts';

/** What a record says, each as SQL over its table. Ids are bare: `7`, not `Patient/7`. Times are FHIR dateTimes as text. */
export interface Meanings {
  id: Text;
  subject?: Text | undefined;
  encounter?: Text | undefined;
  /** When it happened; of an encounter, when it began. */
  time?: Text | undefined;
  end?: Text | undefined;
  /** When it came on record. */
  recorded?: Text | undefined;
  /** A CodeableConcept, as a column. */
  code?: string | undefined;
  value?: Text | undefined;
  unit?: Text | undefined;
  /** The unit's UCUM code. */
  unitCode?: Text | undefined;
  comparator?: Text | undefined;
  low?: Text | undefined;
  high?: Text | undefined;
  /** A value that is a CodeableConcept, as a column. */
  valueConcept?: string | undefined;
  valueText?: Text | undefined;
  /** Observation.component, as the text of its JSON. */
  component?: Text | undefined;
  status?: Text | undefined;
  /** The code of its category, such as `laboratory`. */
  category?: Text | undefined;
  /** Of an encounter: `IMP`, `EMER`, `AMB`. */
  class?: Text | undefined;
  /** Id of the Organization. */
  facility?: Text | undefined;
  /** Id of the Location, where an encounter has only one. */
  department?: Text | undefined;
  /** Encounter.location as a column, where it has several. */
  moves?: string | undefined;
  /** Id of the Practitioner. */
  clinician?: Text | undefined;
  identifier?: Text | undefined;
  name?: Text | undefined;
  gender?: Text | undefined;
  birthDate?: Text | undefined;
  deceased?: Text | undefined;
  /** Of a patient, in words. */
  race?: Text | undefined;
  ethnicity?: Text | undefined;
  title?: Text | undefined;
  /** The text of a note. */
  note?: Text | undefined;
  dose?: Text | undefined;
  route?: Text | undefined;
}

/** The types a table can be read as. */
export const tableTypes = [
  'Patient', 'Encounter', 'Observation', 'Condition', 'Procedure', 'MedicationRequest', 'MedicationAdministration', 'MedicationDispense', 'MedicationStatement',
  'AllergyIntolerance', 'Immunization', 'DiagnosticReport', 'DocumentReference', 'ServiceRequest', 'Coverage', 'Device', 'Practitioner', 'Organization', 'Location',
] as const;
export type TableType = (typeof tableTypes)[number];

/** What FHIR demands and a table hardly ever has. */
const usualStatus: Partial<Record<TableType, string>> = {
  Encounter: 'finished', Observation: 'final', Procedure: 'completed', MedicationRequest: 'active', MedicationAdministration: 'completed', MedicationDispense: 'completed',
  MedicationStatement: 'active', Immunization: 'completed', DiagnosticReport: 'final', DocumentReference: 'current', ServiceRequest: 'active', Coverage: 'active',
};

const categorySystem: Partial<Record<TableType, string>> = { Observation: 'http://terminology.hl7.org/CodeSystem/observation-category', Condition: 'http://terminology.hl7.org/CodeSystem/condition-category' };

/** What a record fills. */
export interface Filled {
  /** Each top-level field as the SQL of its JSON. */
  fields: Record<string, string>;
  /** Places whose text is at hand without making JSON and taking it apart again. */
  texts: Record<string, Text>;
}

/** The fields of the type that these meanings fill. */
export function fieldsOfRecord(type: TableType, given: Meanings): Filled {
  const fields: Record<string, string | undefined> = {};
  const texts: Record<string, Text> = {};
  /** A field that is one text: its JSON, and the text itself. */
  const plain = (field: string, value: Text | undefined) => {
    if (!value) return;
    fields[field] = textColumn(value);
    texts[field] = value;
  };
  /** A field that is made as JSON here, and so need not be taken apart to be text. */
  const made = (field: string, json: string | undefined) => {
    if (!json) return;
    fields[field] = json;
    texts[field] = `CAST(${json} AS VARCHAR)`;
  };
  const refer = (field: string, to: string, id: Text | undefined) => {
    if (!id) return;
    fields[field] = referenceColumn(to, id);
    texts[`${field}.reference`] = `'${to}/' || ${id}`;
  };
  const lasts = (field: string, from: Text, until: Text, condition?: string) => {
    const when = (sql: string) => (condition ? `CASE WHEN ${condition} THEN ${sql} END` : sql);
    fields[field] = when(periodColumn(from, until));
    texts[`${field}.start`] = when(from);
    texts[`${field}.end`] = when(until);
  };
  const coded = (field: string) => {
    if (!code) return;
    fields[field] = code;
    texts[field] = `CAST(${code} AS VARCHAR)`;
  };
  const { time, end, recorded, code, subject, encounter, clinician } = given;
  const point = (column: string, period: string) => {
    if (time && end) {
      plain(column, `CASE WHEN ${end} IS NULL THEN ${time} END`);
      lasts(period, time, end, `${end} IS NOT NULL`);
    } else plain(column, time);
  };
  const about = (column = 'subject') => refer(column, 'Patient', subject);
  const during = (column = 'encounter') => refer(column, 'Encounter', encounter);
  const since = (column: string, value: Text | undefined = recorded) => plain(column, value);
  const usual = usualStatus[type];
  if (usual) plain('status', given.status ? `coalesce(${given.status}, '${usual}')` : `'${usual}'`);
  switch (type) {
    case 'Patient':
      fields['identifier'] = given.identifier && `CASE WHEN ${given.identifier} IS NOT NULL THEN to_json([{'value': ${given.identifier}}]) END`;
      fields['name'] = nameColumn(given.name);
      plain('birthDate', given.birthDate);
      plain('gender', given.gender);
      plain('deceasedDateTime', given.deceased);
      fields['extension'] = peopleColumn(given);
      break;
    case 'Encounter':
      about();
      fields['class'] = given.class && `CASE WHEN ${given.class} IS NOT NULL THEN json_object('system', 'http://terminology.hl7.org/CodeSystem/v3-ActCode', 'code', ${given.class}) END`;
      fields['type'] = code && `CASE WHEN ${code} IS NOT NULL THEN json_array(${code}) END`;
      if (time) lasts('period', time, end ?? 'NULL::VARCHAR');
      refer('serviceProvider', 'Organization', given.facility);
      fields['location'] = given.moves ?? (given.department && `CASE WHEN ${given.department} IS NOT NULL THEN to_json([{'location': {'reference': 'Location/' || ${given.department}}}]) END`);
      fields['participant'] = clinician && `CASE WHEN ${clinician} IS NOT NULL THEN to_json([{'individual': {'reference': 'Practitioner/' || ${clinician}}}]) END`;
      fields['identifier'] = given.identifier && `CASE WHEN ${given.identifier} IS NOT NULL THEN to_json([{'value': ${given.identifier}}]) END`;
      break;
    case 'Observation':
      about(), during(), point('effectiveDateTime', 'effectivePeriod'), since('issued');
      coded('code');
      if (given.value) {
        texts['valueQuantity.value'] = given.value;
        const there = (sql: Text | undefined) => (sql ? `CASE WHEN ${given.value} IS NOT NULL THEN ${sql} END` : 'NULL::VARCHAR');
        texts['valueQuantity.unit'] = there(given.unit);
        texts['valueQuantity.code'] = there(given.unitCode);
        texts['valueQuantity.comparator'] = there(given.comparator);
        texts['valueQuantity.system'] = there(given.unitCode && `CASE WHEN ${given.unitCode} IS NOT NULL THEN 'http://unitsofmeasure.org' END`);
      }
      fields['valueQuantity'] = given.value && quantityColumn(given.value, given.unit ?? 'NULL', given.unitCode ?? 'NULL', given.comparator);
      if (given.component) {
        fields['component'] = `CAST(${given.component} AS JSON)`;
        texts['component'] = given.component;
      }
      fields['valueCodeableConcept'] = given.valueConcept;
      plain('valueString', given.valueText);
      made('performer', clinician && referencesColumn('Practitioner', clinician));
      if (given.low && given.high) fields['referenceRange'] = `CASE WHEN coalesce(${given.low}, ${given.high}) IS NOT NULL THEN to_json([{'low': {'value': TRY_CAST(${given.low} AS DOUBLE)}, 'high': {'value': TRY_CAST(${given.high} AS DOUBLE)}}]) END`;
      break;
    case 'Condition':
      about(), during(), since('onsetDateTime', time), since('abatementDateTime', end), since('recordedDate');
      coded('code');
      fields['clinicalStatus'] = given.status && `CASE WHEN ${given.status} IS NOT NULL THEN to_json({'coding': [{'system': 'http://terminology.hl7.org/CodeSystem/condition-clinical', 'code': ${given.status}}]}) END`;
      break;
    case 'Procedure':
      about(), during(), point('performedDateTime', 'performedPeriod');
      coded('code');
      fields['performer'] = clinician && `CASE WHEN ${clinician} IS NOT NULL THEN to_json([{'actor': {'reference': 'Practitioner/' || ${clinician}}}]) END`;
      break;
    case 'MedicationRequest':
      about(), during(), since('authoredOn', time ?? recorded);
      plain('intent', `'order'`);
      coded('medicationCodeableConcept');
      refer('requester', 'Practitioner', clinician);
      made('dosageInstruction', dosageColumn(given, true));
      break;
    case 'MedicationAdministration':
    case 'MedicationStatement':
      about(), during('context'), point('effectiveDateTime', 'effectivePeriod');
      if (type === 'MedicationStatement') since('dateAsserted');
      coded('medicationCodeableConcept');
      made('dosage', dosageColumn(given, false));
      break;
    case 'MedicationDispense':
      about(), during('context'), since('whenHandedOver', time);
      coded('medicationCodeableConcept');
      made('dosageInstruction', dosageColumn(given, true));
      break;
    case 'AllergyIntolerance':
      about('patient'), during(), since('onsetDateTime', time), since('recordedDate');
      coded('code');
      break;
    case 'Immunization':
      about('patient'), during(), since('occurrenceDateTime', time), since('recorded');
      coded('vaccineCode');
      break;
    case 'DiagnosticReport':
      about(), during(), point('effectiveDateTime', 'effectivePeriod'), since('issued');
      coded('code');
      plain('conclusion', given.valueText);
      fields['presentedForm'] = given.note && `CASE WHEN ${given.note} IS NOT NULL THEN to_json([${attachment(given)}]) END`;
      break;
    case 'DocumentReference':
      about(), since('date', time);
      coded('type');
      fields['author'] = clinician && referencesColumn('Practitioner', clinician);
      fields['context'] = encounter && `CASE WHEN ${encounter} IS NOT NULL THEN to_json({'encounter': [{'reference': 'Encounter/' || ${encounter}}]}) END`;
      fields['content'] = given.note && `CASE WHEN ${given.note} IS NOT NULL THEN to_json([{'attachment': ${attachment(given)}}]) END`;
      break;
    case 'ServiceRequest':
      about(), during(), since('authoredOn', time ?? recorded);
      plain('intent', `'order'`);
      coded('code');
      refer('requester', 'Practitioner', clinician);
      break;
    case 'Coverage':
      about('beneficiary');
      if (time) lasts('period', time, end ?? 'NULL::VARCHAR');
      fields['payor'] = given.name && `CASE WHEN ${given.name} IS NOT NULL THEN to_json([{'display': ${given.name}}]) END`;
      break;
    case 'Device':
      about('patient');
      coded('type');
      break;
    case 'Practitioner':
      fields['name'] = nameColumn(given.name);
      break;
    case 'Organization':
      plain('name', given.name);
      break;
    case 'Location':
      plain('name', given.name);
      refer('managingOrganization', 'Organization', given.facility);
      break;
  }
  if (given.category && categorySystem[type]) {
    const category = `'[{"coding":[{"system":"${categorySystem[type]}","code":"' || replace(${given.category}, '"', '') || '"}]}]'`;
    fields['category'] = `CAST(${category} AS JSON)`;
    texts['category'] = category;
    texts['category[0].coding[0].code'] = given.category;
  }
  if (recorded && !ownRecorded.has(type)) texts['meta.lastUpdated'] = recorded;
  if (recorded && !ownRecorded.has(type)) fields['meta'] = `CASE WHEN ${recorded} IS NOT NULL THEN json_object('lastUpdated', ${recorded}) END`;
  return { fields: Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined && field[1] !== '')), texts };
}

const ownRecorded: ReadonlySet<TableType> = new Set(['Observation', 'Condition', 'AllergyIntolerance', 'Immunization', 'DiagnosticReport', 'MedicationStatement']);

/** Race and ethnicity as US Core keeps them, where a record knows either. */
function peopleColumn({ race, ethnicity }: Meanings): string | undefined {
  if (!race && !ethnicity) return undefined;
  const one = (kind: string, value: Text | undefined) => (value ? `CASE WHEN ${value} IS NOT NULL THEN {'url': 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-${kind}', 'extension': [{'url': 'ombCategory', 'valueCoding': {'display': ${value}}}]} END` : 'NULL');
  return `CASE WHEN coalesce(${race ?? 'NULL'}, ${ethnicity ?? 'NULL'}) IS NOT NULL THEN to_json(list_filter([${one('race', race)}, ${one('ethnicity', ethnicity)}], lambda x: x IS NOT NULL)) END`;
}

const nameColumn = (value: Text | undefined): string | undefined => value && `CASE WHEN ${value} IS NOT NULL THEN to_json([{'text': ${value}}]) END`;

const attachment = ({ note, title, time }: Meanings): string => `{'contentType': 'text/plain; charset=utf-8', 'title': ${title ?? 'NULL'}, 'creation': ${time ?? 'NULL'}, 'data': to_base64(encode(${note}))}`;

function dosageColumn({ dose, unit, route }: Meanings, many: boolean): string | undefined {
  if (!dose && !route) return undefined;
  const quantity = `{'value': TRY_CAST(${dose ?? 'NULL'} AS DOUBLE), 'unit': ${unit ?? 'NULL'}}`;
  const made = many ? `[{'doseAndRate': [{'doseQuantity': ${quantity}}], 'route': {'text': ${route ?? 'NULL'}}}]` : `{'dose': ${quantity}, 'route': {'text': ${route ?? 'NULL'}}}`;
  return `CASE WHEN coalesce(${dose ?? 'NULL'}, ${route ?? 'NULL'}) IS NOT NULL THEN to_json(${made}) END`;
}
