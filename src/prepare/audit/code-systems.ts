// Can this be a code of the system it claims?

export interface CodeSystem {
  name: string;
  systems: readonly string[];
  /** Null: it can be; else why it cannot. */
  refuse(code: string): string | null;
  source: string;
}

/** Systems whose codes carry their own proof or a fixed shape. */
export const codeSystems: readonly CodeSystem[] = [
  {
    name: 'LOINC',
    systems: ['http://loinc.org'],
    refuse: (code) => (/^(LP|LA|LL|LG)\d+-\d$/.test(code) ? null : !/^\d{1,7}-\d$/.test(code) ? 'not of the form 12345-6' : mod10(code.slice(0, -2)) !== Number(code.at(-1)) ? 'its check digit is wrong' : null),
    source: 'LOINC Users\' Guide, check digit: mod 10 (Luhn).',
  },
  {
    name: 'SNOMED CT',
    systems: ['http://snomed.info/sct'],
    refuse: (code) => (!/^\d{6,18}$/.test(code) ? 'not 6 to 18 digits' : !verhoeff(code) ? 'its check digit is wrong' : null),
    source: 'SNOMED International, Release File Specification: SCTID, Verhoeff check digit.',
  },
  {
    name: 'ICD-10-CM',
    systems: ['http://hl7.org/fhir/sid/icd-10-cm'],
    refuse: (code) => (/^[A-Z]\d[0-9AB](\.?[0-9A-Z]{1,4})?$/.test(code) ? null : 'not a letter, a digit, a digit or A/B, and up to four more'),
    source: 'CDC/NCHS, ICD-10-CM Official Guidelines, section I.A.2.',
  },
  { name: 'ICD-10', systems: ['http://hl7.org/fhir/sid/icd-10'], refuse: (code) => (/^[A-Z]\d\d(\.?[0-9]{1,2})?[*+†]?$/.test(code) ? null : 'not a letter and two to four digits'), source: 'WHO, ICD-10 Volume 2.' },
  { name: 'ICD-9-CM', systems: ['http://hl7.org/fhir/sid/icd-9-cm'], refuse: (code) => (/^(\d{3}(\.?\d{1,2})?|V\d\d(\.?\d{1,2})?|E\d{3}(\.?\d)?|\d\d\.?\d{1,2})$/.test(code) ? null : 'not of an ICD-9-CM form'), source: 'CDC/NCHS, ICD-9-CM.' },
  { name: 'RxNorm', systems: ['http://www.nlm.nih.gov/research/umls/rxnorm'], refuse: (code) => (/^\d{1,8}$/.test(code) ? null : 'not a number of up to 8 digits'), source: 'NLM, RxNorm Technical Documentation: RXCUI.' },
  { name: 'CVX', systems: ['http://hl7.org/fhir/sid/cvx'], refuse: (code) => (/^\d{1,3}$/.test(code) ? null : 'not a number of up to 3 digits'), source: 'CDC, CVX.' },
  { name: 'NDC', systems: ['http://hl7.org/fhir/sid/ndc'], refuse: (code) => (/^(\d{10,11}|\d{4,5}-\d{3,4}-\d{1,2})$/.test(code) ? null : 'not 10 or 11 digits, nor three groups'), source: 'FDA, National Drug Code Directory.' },
  { name: 'ATC', systems: ['http://www.whocc.no/atc'], refuse: (code) => (/^[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?$/.test(code) ? null : 'not of the form J01DD04'), source: 'WHO Collaborating Centre, ATC.' },
  { name: 'CPT', systems: ['http://www.ama-assn.org/go/cpt'], refuse: (code) => (/^\d{4}[0-9A-Z]$/.test(code) ? null : 'not five characters'), source: 'AMA, CPT.' },
];

const bySystem = new Map(codeSystems.flatMap((one) => one.systems.map((system) => [system, one] as const)));
export const codeSystemOf = (system: string): CodeSystem | undefined => bySystem.get(system);

/** The Luhn digit of a string of digits. */
export function mod10(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return (10 - (sum % 10)) % 10;
}

const turn = '0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210';
const mix = '01234567891576283094580379614289160435279453126870428657390127938064157046913258';

/** Whether the last digit is the Verhoeff check digit of the others: multiplication in D5 (Verhoeff, 1969). */
export function verhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    check = Number(turn[check * 10 + Number(mix[(i % 8) * 10 + digit])]);
  }
  return check === 0;
}
