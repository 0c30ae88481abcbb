// Under which URI does FHIR know a vocabulary of OMOP?

/** `vocabulary_id` to FHIR code system, https://terminology.hl7.org (external code systems). */
export const systems: Readonly<Record<string, string>> = {
  LOINC: 'http://loinc.org',
  SNOMED: 'http://snomed.info/sct',
  RxNorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  ICD10CM: 'http://hl7.org/fhir/sid/icd-10-cm',
  ICD10: 'http://hl7.org/fhir/sid/icd-10',
  ICD10PCS: 'http://www.cms.gov/Medicare/Coding/ICD10',
  ICD9CM: 'http://hl7.org/fhir/sid/icd-9-cm',
  ICD9Proc: 'http://hl7.org/fhir/sid/icd-9-cm',
  ICD10GM: 'http://fhir.de/CodeSystem/bfarm/icd-10-gm',
  OPS: 'http://fhir.de/CodeSystem/bfarm/ops',
  UCUM: 'http://unitsofmeasure.org',
  CPT4: 'http://www.ama-assn.org/go/cpt',
  HCPCS: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
  NDC: 'http://hl7.org/fhir/sid/ndc',
  ATC: 'http://www.whocc.no/atc',
  CVX: 'http://hl7.org/fhir/sid/cvx',
  DRG: 'http://terminology.hl7.org/CodeSystem/MSDRG',
  Gender: 'urn:ohdsi:vocabulary:Gender',
  Race: 'urn:ohdsi:vocabulary:Race',
};

/** Where a vocabulary is unknown to FHIR: `urn:ohdsi:vocabulary:<vocabulary_id>`. */
export const vocabularyPrefix = 'urn:ohdsi:vocabulary:';

/** Where a concept is in no vocabulary table at hand: its number is the code. */
export const conceptSystem = 'https://athena.ohdsi.org/concept';

/** What the source itself wrote; nobody says of which vocabulary it is. */
export const sourceSystem = 'urn:omop:source-value';

/** `visit_concept_id` to the encounter class of HL7 v3 ActCode. 262: emergency room and inpatient. Any other visit keeps the code OMOP. */
export const visitClasses: Readonly<Record<string, string>> = { '9201': 'IMP', '262': 'IMP', '8717': 'IMP', '32037': 'IMP', '9203': 'EMER', '8870': 'EMER', '9202': 'AMB', '8756': 'AMB', '38004207': 'AMB', '581477': 'AMB', '581476': 'HH', '5083': 'VR', '581385': 'OBSENC' };

/** `operator_concept_id` to Quantity.comparator; `=` is none. */
export const operators: Readonly<Record<string, string>> = { '4171756': '<', '4171754': '<=', '4171755': '>=', '4172704': '>' };

export const genders: Readonly<Record<string, string>> = { '8507': 'male', '8532': 'female', '8521': 'other', '8551': 'unknown', '8570': 'other' };

/** Which `drug_type_concept_id` is an order, a dispensation or a list; every other exposure counts as given. EHR types, and those they replaced in 2020. */
export const drugTypes = {
  MedicationRequest: ['32838', '32839', '32833', '38000177'],
  MedicationDispense: ['32825', '32869', '38000175', '38000176'],
  MedicationStatement: ['32830', '32865', '38000178', '44787730'],
} as const;

/** Vital signs of the FHIR R4 profile (http://hl7.org/fhir/R4/observation-vitalsigns.html), as LOINC codes. */
export const vitalSigns = ['85353-1', '9279-1', '8867-4', '2708-6', '59408-5', '8310-5', '8302-2', '9843-4', '29463-7', '39156-5', '85354-9', '8480-6', '8462-4', '8478-0'] as const;

/** Races and ethnicities of OMB, by the concepts every CDM uses for them. */
export const peoples: Readonly<Record<string, string>> = {
  '8657': 'American Indian or Alaska Native', '8515': 'Asian', '8516': 'Black or African American', '8557': 'Native Hawaiian or Other Pacific Islander', '8527': 'White',
  '38003563': 'Hispanic or Latino', '38003564': 'Not Hispanic or Latino',
};

/** `measurement_type_concept_id` of a laboratory result, and `condition_type_concept_id` of a problem-list entry: today's concept, and the one it replaced in 2020. */
export const laboratoryTypes = ['32856', '44818702'] as const;
export const problemTypes = ['32840', '38000245'] as const;
