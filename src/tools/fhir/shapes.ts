// Which FHIR elements repeat, which never do, and which may be of several types?
// From the data types of FHIR R4, http://hl7.org/fhir/R4/datatypes.html. Only used to write faster SQL and to find `value[x]`:
// an element that is not named here is read both ways.

/** Elements inside data types that are always arrays. */
export const repeating: ReadonlySet<string> = new Set(['coding', 'given', 'prefix', 'suffix', 'line', 'extension', 'modifierExtension', 'profile', 'security', 'tag', 'doseAndRate']);

/** Elements below a resource's first level that are never arrays. */
export const single: ReadonlySet<string> = new Set(
  `reference unit system code display start end text use family low high numerator denominator comparator version userSelected
city state postalCode country district url dose versionId lastUpdated individual birthDate contentType`.split(/\s+/),
);

const anyType = `Quantity CodeableConcept String Boolean Integer Range Ratio SampledData Time DateTime Period Code Coding Decimal Date Uri
Reference Identifier Attachment Instant Id PositiveInt UnsignedInt Markdown Base64Binary Canonical Url Uuid Oid Money Age Duration Count
Annotation HumanName Address ContactPoint Timing Signature Dosage Meta Expression UsageContext`.split(/\s+/);

/** `value[x]` and its like: the types each may take in R4. */
export const choices: Readonly<Record<string, string[]>> = {
  value: anyType,
  effective: ['DateTime', 'Period', 'Timing', 'Instant'],
  onset: ['DateTime', 'Age', 'Period', 'Range', 'String'],
  abatement: ['DateTime', 'Age', 'Period', 'Range', 'String'],
  deceased: ['Boolean', 'DateTime', 'Age', 'Range', 'Date', 'String'],
  multipleBirth: ['Boolean', 'Integer'],
  medication: ['CodeableConcept', 'Reference'],
  performed: ['DateTime', 'Period', 'String', 'Age', 'Range'],
  occurrence: ['DateTime', 'Period', 'Timing', 'String'],
  collected: ['DateTime', 'Period'],
  reported: ['Boolean', 'Reference'],
  serviced: ['Date', 'Period'],
  identified: ['DateTime', 'Period'],
  scheduled: ['Timing', 'Period', 'String'],
  rate: ['Ratio', 'Range', 'Quantity'],
  asNeeded: ['Boolean', 'CodeableConcept'],
  born: ['Period', 'Date', 'String'],
  age: ['Age', 'Range', 'String'],
};

const choiceElement = new RegExp(`^(${Object.keys(choices).join('|')})[A-Z]`);
const quantityLike = /(Quantity|Age|Duration|Count|Money)$|^(low|high|numerator|denominator|dose|quantity|identifier|telecom)$/;

/** Is `element`, standing below `parent`, surely not an array? */
export function isSingle(element: string, parent: string): boolean {
  return single.has(element) || choiceElement.test(element) || (element === 'value' && quantityLike.test(parent));
}

/** The JSON name of `element.ofType(type)`. */
export function typed(element: string, type: string): string {
  return element + type.charAt(0).toUpperCase() + type.slice(1);
}

/** The JSON names that a bare choice element may have. */
export function variants(element: string): string[] {
  return (choices[element] ?? []).map((type) => element + type);
}
