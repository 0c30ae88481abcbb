// Which resource types and which of their fields must be read to check this charter?
import type { DataSection, Element } from '../../spine/deployments/model.ts';
import { Problem } from '../../tools/base/problem.ts';
import { expressionFields, expressionPlace, name, quote } from '../../tools/fhir/fhir.ts';
import type { CharterInput } from './charter-input.ts';
import { feedFields, feedTypes, fieldsOf, namesMedication, ownFields } from './type-fields.ts';

/** Types that say who is who and where, read for every audit. */
const always = ['Patient', 'Encounter', 'Location', 'Organization', 'Practitioner', 'PractitionerRole'];

/** Types that hold the evidence for a diagnosis, read whether the charter names them or not: the checks of the problem list need them. */
export const evidenceTypes = ['Condition', 'MedicationRequest', 'MedicationStatement', 'Observation'];

/** The types whose rows are checked: the elements' own, with Patient, Encounter and those that hold evidence. */
export const usedTypes = (data: DataSection): string[] => [...new Set(['Patient', 'Encounter', ...evidenceTypes, ...data.elements.map((element) => element.resource)])].sort();

/** Everything `openExport` is asked for; what only checks read that do not run, by their ids, is left out. */
export function wantedFields(input: CharterInput, running?: ReadonlySet<string>): Record<string, string[]> {
  const { data } = input;
  const wanted = new Map<string, Set<string>>();
  const want = (type: string, fields: readonly string[]) => {
    const set = wanted.get(type) ?? new Set<string>();
    for (const field of fields) set.add(field);
    wanted.set(type, set);
  };
  for (const type of new Set([...always, ...usedTypes(data)])) want(type, ownFields(type, running));
  // Of the other types only whose they are: is a whole kind of record silent somewhere (C07)?
  for (const type of feedTypes) if (!wanted.has(type)) want(type, feedFields(type).map((place) => `text:${place}`));
  if ([...wanted.keys()].some((type) => namesMedication(type) && usedTypes(data).includes(type))) want('Medication', ownFields('Medication'));
  const { facility, department, clinician } = data.unitPaths;
  for (const [key, path] of Object.entries({ facility, department, clinician })) want('Encounter', checkedFields(input, ['unitPaths', key], path, 'Encounter'));
  want('Encounter', ['location', 'period', 'status', 'class']);
  for (const [at, element] of data.elements.entries())
    for (const { key, path } of pathsOf(element)) {
      const fields = checkedFields(input, ['elements', at, key], path, element.resource);
      want(element.resource, key === 'path' || key === 'datePath' ? columnsOf(path, element.resource, fields) : fields);
    }
  for (const note of data.noteTypes) if (note.codes.length > 0) want('DocumentReference', ['type']);
  return Object.fromEntries([...wanted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, set]) => [type, [...set].filter((field) => field !== 'id' && field !== 'resourceType').sort()]));
}

/** What is read for a path: the texts at its place where it has one, nothing more than the code where it reads that, else its fields as JSON. */
function columnsOf(path: string, type: string, fields: string[]): string[] {
  const place = expressionPlace(path, type);
  if (place?.endsWith('.value')) return ['value', 'code', 'unit'].map((member) => `text:${place.slice(0, -'value'.length)}${member}`);
  if (place) return [`text:${place}`];
  const [code] = fieldsOf(type).code;
  return code !== undefined && ownFields(type).includes(`text:${code}`) && fields.every((field) => field === code) ? [] : fields;
}

export function pathsOf(element: Element): { key: string; path: string }[] {
  return [
    { key: 'path', path: element.path },
    ...(element.codes.length > 0 && !usesUsualCode(element) ? [{ key: 'codePath', path: element.codePath }] : []),
    ...(element.where ? [{ key: 'where', path: element.where }] : []),
    ...(element.datePath ? [{ key: 'datePath', path: element.datePath }] : []),
  ];
}

/** `code` is the charter's default and means the type's usual code, wherever R4 keeps it. */
export const usesUsualCode = (element: Element): boolean =>
  element.codePath === 'code' || fieldsOf(element.resource).code.includes(element.codePath) || (namesMedication(element.resource) && /^medication(\.ofType\(CodeableConcept\)| as CodeableConcept)?$/.test(element.codePath));

function checkedFields(input: CharterInput, at: (string | number)[], path: string, resource: string): string[] {
  try {
    return expressionFields(path, resource);
  } catch (error) {
    const says = error instanceof Problem ? (error.details[0]?.says ?? error.message) : (error as Error).message;
    throw new Problem('bad-input', `The charter has a FHIRPath that cannot be used: \`${path}\`.`, 'Write it in the FHIRPath subset of SQL on FHIR, e.g. `value.ofType(Quantity).value`.', [
      { file: input.file ?? undefined, line: input.lineOf(at) ?? undefined, path: ['data', ...at].join('.'), says },
    ]);
  }
}

/** The relation `openExport` made of a type. */
export const rawOf = (type: string): string => name(`raw_${type}`);
export const list = (texts: readonly string[]): string => `[${texts.map(quote).join(', ')}]::VARCHAR[]`;
