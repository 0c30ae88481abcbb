// Where does each FHIR R4 resource type keep its subject, its time, its codes and its references?

/** A JSON field, or a member of an object in one: `effectiveDateTime`, `period.start`. */
type Place = string;

/** What the audit reads of a resource type besides the charter's own paths. */
export interface TypeFields {
  /** The reference to the patient. */
  subject: string | null;
  encounter: Place | null;
  /** The clinically relevant time: the first that is filled. */
  date: readonly Place[];
  /** Where the end of a period stands. */
  end: readonly Place[];
  /** When it came on record; `meta.lastUpdated` is tried last everywhere. */
  recorded: readonly Place[];
  /** Elements R4 demands (minimum cardinality 1); a choice is written `a|b`. */
  required: readonly string[];
  /** CodeableConcept(s) that say what it is. */
  code: readonly string[];
  /** Where stands what, beside subject, code and time, makes the content what it is. */
  content: readonly Place[];
  /** Further references that should resolve. */
  references: readonly string[];
}

const nothing: TypeFields = { subject: 'subject', encounter: 'encounter', date: [], end: [], recorded: [], required: [], code: ['code'], content: [], references: [] };
const effective = { date: ['effectiveDateTime', 'effectivePeriod.start', 'effectiveInstant'], end: ['effectivePeriod.end'] };

const quantity = (field: string): Place[] => ['value', 'comparator', 'unit', 'system', 'code'].map((member) => `${field}.${member}`);

const known: Record<string, Partial<TypeFields>> = {
  Patient: { subject: null, encounter: null, code: [] },
  Encounter: { encounter: null, date: ['period.start'], end: ['period.end'], required: ['status', 'class'], code: ['type'], references: ['serviceProvider', 'partOf'] },
  Observation: { ...effective, recorded: ['issued'], required: ['status', 'code'], content: [...quantity('valueQuantity'), 'valueCodeableConcept', 'valueString', 'valueBoolean', 'valueInteger', 'valueRange', 'valueRatio', 'valueSampledData', 'valueTime', 'valueDateTime', 'valuePeriod', 'component', 'dataAbsentReason', 'bodySite', 'method', 'specimen'], references: ['specimen', 'performer', 'hasMember', 'derivedFrom'] },
  Condition: { date: ['onsetDateTime', 'onsetPeriod.start', 'recordedDate'], end: ['abatementDateTime', 'onsetPeriod.end'], recorded: ['recordedDate'], required: ['subject'], content: ['clinicalStatus', 'verificationStatus', 'category', 'encounter.reference'] },
  Procedure: { date: ['performedDateTime', 'performedPeriod.start'], end: ['performedPeriod.end'], required: ['status', 'subject'], content: ['bodySite'] },
  MedicationRequest: { date: ['authoredOn'], recorded: ['authoredOn'], required: ['status', 'intent', 'subject', 'medicationCodeableConcept|medicationReference'], code: ['medicationCodeableConcept'], content: ['medicationReference.reference', 'dosageInstruction', 'intent', 'dispenseRequest'], references: ['medicationReference', 'requester'] },
  MedicationAdministration: { ...effective, encounter: 'context', required: ['status', 'subject', 'medicationCodeableConcept|medicationReference', 'effectiveDateTime|effectivePeriod'], code: ['medicationCodeableConcept'], content: ['medicationReference.reference', 'dosage', 'request.reference', 'effectivePeriod.start', 'effectivePeriod.end'], references: ['medicationReference', 'request'] },
  MedicationDispense: { date: ['whenHandedOver', 'whenPrepared'], encounter: 'context', required: ['status', 'medicationCodeableConcept|medicationReference'], code: ['medicationCodeableConcept'], content: ['medicationReference.reference', ...quantity('quantity'), 'authorizingPrescription', 'dosageInstruction'], references: ['medicationReference', 'authorizingPrescription'] },
  MedicationStatement: { ...effective, date: [...effective.date, 'dateAsserted'], encounter: 'context', recorded: ['dateAsserted'], required: ['status', 'subject', 'medicationCodeableConcept|medicationReference'], code: ['medicationCodeableConcept'], content: ['medicationReference.reference', 'dosage'], references: ['medicationReference'] },
  AllergyIntolerance: { subject: 'patient', date: ['onsetDateTime', 'recordedDate'], recorded: ['recordedDate'], required: ['patient'], content: ['clinicalStatus', 'reaction'] },
  DiagnosticReport: { ...effective, recorded: ['issued'], required: ['status', 'code'], content: ['result', 'conclusion', 'presentedForm', 'specimen'], references: ['result', 'specimen'] },
  DocumentReference: { encounter: null, date: ['date'], recorded: ['date'], required: ['status', 'content'], code: ['type'], content: ['content'], references: ['author'] },
  Composition: { date: ['date'], recorded: ['date'], required: ['status', 'type', 'date', 'author', 'title'], code: ['type'], content: ['section'], references: ['author'] },
  Immunization: { subject: 'patient', date: ['occurrenceDateTime'], recorded: ['recorded'], required: ['status', 'vaccineCode', 'patient', 'occurrenceDateTime|occurrenceString'], code: ['vaccineCode'], content: ['lotNumber'] },
  ServiceRequest: { date: ['authoredOn', 'occurrenceDateTime', 'occurrencePeriod.start'], recorded: ['authoredOn'], required: ['status', 'intent', 'subject'], content: ['occurrenceDateTime'], references: ['requester'] },
  Specimen: { encounter: null, date: ['collection.collectedDateTime', 'collection.collectedPeriod.start', 'receivedTime'], code: ['type'], content: ['collection', 'identifier'] },
  CarePlan: { date: ['period.start', 'created'], end: ['period.end'], required: ['status', 'intent', 'subject'], code: ['category'] },
  Flag: { date: ['period.start'], end: ['period.end'], required: ['status', 'code', 'subject'] },
  Goal: { encounter: null, date: ['startDate'], required: ['lifecycleStatus', 'description', 'subject'], code: ['description'] },
  Coverage: { subject: 'beneficiary', encounter: null, date: ['period.start'], end: ['period.end'], required: ['status', 'beneficiary', 'payor'], code: ['type'] },
  Claim: { subject: 'patient', encounter: null, date: ['billablePeriod.start', 'created'], recorded: ['created'], required: ['status', 'type', 'use', 'patient', 'created', 'provider', 'priority', 'insurance'], code: ['type'] },
  ExplanationOfBenefit: { subject: 'patient', encounter: null, date: ['billablePeriod.start', 'created'], recorded: ['created'], required: ['status', 'type', 'use', 'patient', 'created', 'insurer', 'provider', 'outcome', 'insurance'], code: ['type'] },
  ImagingStudy: { date: ['started'], required: ['status', 'subject'], code: ['procedureCode'], content: ['series'] },
  QuestionnaireResponse: { date: ['authored'], recorded: ['authored'], required: ['status'], code: [], content: ['questionnaire', 'item'] },
  FamilyMemberHistory: { subject: 'patient', encounter: null, date: ['date'], required: ['status', 'patient', 'relationship'], code: ['relationship'], content: ['condition'] },
  Device: { subject: 'patient', encounter: null, code: ['type'] },
  Location: { subject: null, encounter: null, code: [] },
  Organization: { subject: null, encounter: null, code: [] },
  Practitioner: { subject: null, encounter: null, code: [] },
  PractitionerRole: { subject: null, encounter: null, code: [] },
  Medication: { subject: null, encounter: null },
};

export const fieldsOf = (type: string): TypeFields => ({ ...nothing, ...known[type] });

/** The medication types, whose code may stand in a Medication of its own. */
export const namesMedication = (type: string): boolean => fieldsOf(type).content.includes('medicationReference.reference');

/** The top-level JSON field a place begins with. */
export const topOf = (place: string): string => place.split('.')[0]!;

/** Fields that hold lists of references. */
export const manyReferences: ReadonlySet<string> = new Set(['performer', 'hasMember', 'derivedFrom', 'result', 'specimen', 'author', 'authorizingPrescription']);

/** Where the text of a reference stands: of a list of them, the whole list. */
export const referencePlace = (field: string): Place => (manyReferences.has(field) ? field : `${field}.reference`);

export const subjectPlace = (type: string): Place | null => (fieldsOf(type).subject === null ? null : `${fieldsOf(type).subject}.reference`);

export const encounterPlace = (type: string): Place | null => (type === 'DocumentReference' ? 'context.encounter[0].reference' : fieldsOf(type).encounter === null ? null : `${fieldsOf(type).encounter}.reference`);

/** Where a resource says that it is test data. */
export const labelPlaces: readonly Place[] = ['meta.security', 'meta.tag', 'meta.source'];

/** Types whose declared profile is looked at; knowledge/must-support.yaml has them too. */
const profiledTypes = new Set(['AllergyIntolerance', 'Condition', 'DiagnosticReport', 'DocumentReference', 'Immunization', 'MedicationRequest', 'Observation', 'Procedure']);

/** What makes the content of a resource, all of it text: subject and time apart, two resources that agree in it say the same. */
export function contentPlaces(type: string): Place[] {
  const { code, date, end, content } = fieldsOf(type);
  const tops = new Set(date.map(topOf));
  return [...new Set([...code, ...date, ...end.filter((place) => tops.has(topOf(place))), ...content])];
}

/** Types that say who and where, of which there are few: they are read as JSON. */
const administrative = new Set(['Patient', 'Encounter', 'Location', 'Organization', 'Practitioner', 'PractitionerRole', 'Medication']);

/** What the audit itself reads of this type, as columns of `openExport`. */
export function ownFields(type: string, running?: ReadonlySet<string>): string[] {
  return (administrative.has(type) ? wholeFields(type) : textFields(type).filter((column) => running === undefined || isRead(type, column, running))).sort();
}

/** Is a column read by a check that runs? Most are read by all; these are not. */
function isRead(type: string, column: string, running: ReadonlySet<string>): boolean {
  const oneOf = (...ids: string[]) => ids.some((id) => running.has(id));
  if (column.startsWith('hash:')) return oneOf('D02');
  if (column === 'text:meta.profile') return oneOf('F02');
  if (column === 'text:basedOn') return oneOf('L05');
  if (column === 'text:component') return oneOf('L01', 'L02', 'L03', 'L04', 'P06');
  const { required, references } = fieldsOf(type);
  const followed = references.filter((field) => field !== 'medicationReference' && !required.some((one) => one.split('|').includes(field)));
  return !followed.some((field) => column === `text:${referencePlace(field)}`) || oneOf('F10');
}

function wholeFields(type: string): string[] {
  const fields = fieldsOf(type);
  const required = fields.required.flatMap((name) => name.split('|'));
  const places = [fields.subject, fields.encounter, ...fields.date, ...fields.end, ...fields.recorded, ...required, ...fields.code, ...fields.content, ...fields.references];
  const tops = new Set(places.filter((place): place is string => place !== null).map(topOf));
  tops.add('meta');
  if (type === 'Patient') for (const field of ['identifier', 'name', 'birthDate', 'gender', 'deceasedDateTime', 'deceasedBoolean', 'link', 'extension', 'communication']) tops.add(field);
  if (type === 'Encounter') tops.add('hospitalization');
  if (type === 'Location') for (const field of ['name', 'managingOrganization']) tops.add(field);
  if (type === 'Organization' || type === 'Practitioner') tops.add('name');
  if (type === 'PractitionerRole') tops.add('practitioner');
  return [...tops];
}

/** Of what there are millions only texts are read: they need not be taken apart again. */
function textFields(type: string): string[] {
  const { date, end, recorded, required, code, references, content } = fieldsOf(type);
  const parts = required.flatMap((name) => name.split('|'));
  const places = [subjectPlace(type), encounterPlace(type), ...date, ...end, ...recorded, ...code, ...references.map(referencePlace), 'meta.lastUpdated', ...labelPlaces, ...(parts.includes('status') ? ['status'] : []), ...(namesMedication(type) ? ['medicationReference.reference'] : [])];
  if (type === 'Condition') places.push('verificationStatus.coding[0].code', 'clinicalStatus.coding[0].code', 'category');
  if (profiledTypes.has(type)) places.push('meta.profile');
  if (type === 'Observation') places.push('category', 'basedOn', 'component', 'valueQuantity.value', 'valueQuantity.code', 'valueQuantity.unit');
  const texts = new Set(places.filter((place): place is string => place !== null));
  const whole = contentPlaces(type);
  return [...[...texts].map((place) => `text:${place}`), ...parts.filter((part) => !texts.has(part)).map((part) => `has:${part}`), ...(code.length > 0 && (content.length > 0 || date.length > 0) ? [`hash:${whole.join(',')}`] : [])];
}

/** The kinds of record a facility feeds; whether one of them is silent somewhere is asked even where the charter does not name it. */
export const feedTypes = ['AllergyIntolerance', 'CarePlan', 'Claim', 'ClinicalImpression', 'Condition', 'Coverage', 'DiagnosticReport', 'DocumentReference', 'Flag', 'ImagingStudy', 'Immunization', 'MedicationAdministration', 'MedicationDispense', 'MedicationRequest', 'MedicationStatement', 'Observation', 'Procedure', 'ServiceRequest', 'Specimen'];

/** Where stands whose a record is. */
export const feedFields = (type: string): Place[] => [subjectPlace(type), encounterPlace(type)].filter((place): place is string => place !== null);
