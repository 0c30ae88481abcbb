// What does a FHIR resource tell of a note, an encounter or a value?
import { contentOf, type Json, type Resource } from './cutting.ts';
import { decodeText, fromBase64, longestText, type DecodedText } from './decode.ts';
import type { EncounterHead, NoteHead, OrderHead, ValueHead } from './heads.ts';
import { htmlText } from './html.ts';
import { readTime } from './times.ts';
import { unitPath } from './unit-path.ts';

/** Every value a chain of names leads to, arrays flattened. */
export function dig(value: Json | undefined, ...path: string[]): Json[] {
  let found: Json[] = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  for (const name of path)
    found = found.flatMap((one) => {
      const next = one !== null && typeof one === 'object' && !Array.isArray(one) ? one[name] : undefined;
      return next === undefined || next === null ? [] : Array.isArray(next) ? next : [next];
    });
  return found;
}
/** The first text a chain of names leads to; of an array the first element that has one. */
function textAt(value: Json | undefined, ...path: string[]): string | null {
  return textFrom(value, path, 0);
}
/** The same for one name, without the chain. */
function textIn(value: Json | undefined, name: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'object' && !Array.isArray(value)) {
    const next = value[name];
    if (next === undefined || next === null) return null;
    if (typeof next === 'string') return next === '' ? null : next;
  }
  return textFrom(value, [name], 0);
}
/** What stands under a name; of an array with one element, in that. */
const inside = (value: Json | undefined, name: string): Json | undefined => {
  const one = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return one === null || typeof one !== 'object' ? undefined : Array.isArray(one) ? dig(one, name) : one[name];
};
/** The first, where there are several. */
const first = (value: Json | undefined): Json | undefined => (Array.isArray(value) ? dig(value)[0] : (value ?? undefined));
function textFrom(value: Json | undefined, path: readonly string[], step: number): string | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) {
    for (const one of value) {
      const found = textFrom(one, path, step);
      if (found !== null) return found;
    }
    return null;
  }
  if (step === path.length) return typeof value === 'string' && value !== '' ? value : null;
  return typeof value === 'object' ? textFrom(value[path[step]!], path, step + 1) : null;
}

/** `Patient/7`, an absolute URL, or a version of it: the id. A reference by identifier or a urn keeps its text. */
export function idOf(reference: string | null): string | null {
  if (reference === null) return null;
  // Nearly all are `Type/id`.
  const slash = reference.indexOf('/');
  if (slash > 0 && reference.indexOf('/', slash + 1) === -1 && reference.indexOf(':') === -1 && reference.indexOf('?') === -1) return reference.slice(slash + 1);
  const plain = /^(?:.*\/)?[A-Z][A-Za-z]+\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference);
  return plain ? plain[1]! : reference;
}
/** `Organization/7` whatever stood before or after it; else the display. */
const placeRef = (value: Json | undefined): string | null => {
  if (value === undefined) return null;
  const reference = textIn(value, 'reference');
  if (reference === null) return textIn(value, 'display');
  const slash = reference.indexOf('/');
  if (slash > 0 && reference.indexOf('/', slash + 1) === -1 && reference.indexOf('?') === -1) return reference;
  const plain = /([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference);
  return plain ? plain[1]! : (textAt(value, 'display') ?? reference);
};
const whoRef = (value: Json | undefined): string | null => (value === undefined ? null : (textIn(value, 'reference') ?? textIn(value, 'display') ?? textAt(value, 'identifier', 'value')));

const codesOf = (concept: Json | undefined): string[] => {
  const codes: string[] = [];
  for (const coding of dig(inside(concept, 'coding')).slice(0, 6)) {
    const code = textIn(coding, 'code');
    if (code !== null) codes.push(`${textIn(coding, 'system') ?? ''}|${code}`);
  }
  return codes;
};
/** A type with several codings is known by its first display: the most specific by convention, and one word for all its notes. */
const nameOf = (concept: Json | undefined): string | null => {
  if (concept === undefined || concept === null) return null;
  const text = textIn(concept, 'text');
  if (text !== null) return text;
  const codings = inside(concept, 'coding');
  return textIn(codings, 'display') ?? textIn(codings, 'code');
};

/** Where a document's text is: read, still to be fetched from a Binary, or nowhere. */
export type Found = { text: DecodedText; binary: null } | { text: null; binary: string; contentType: string | null };

const none = (why: DecodedText['why']): Found => ({ text: { bytes: null, why, format: null, charset: null, trouble: null }, binary: null });
const preference = ['text/plain', 'text/html', 'application/xhtml+xml', 'text/rtf', 'application/rtf', 'text/xml', 'application/xml'];
const rank = (attachment: Json): number => {
  const type = (textAt(attachment, 'contentType') ?? '').split(';')[0]!.trim().toLowerCase();
  const at = preference.indexOf(type);
  return (textAt(attachment, 'data') === null && textAt(attachment, 'url') === null ? 100 : 0) + (at === -1 ? (type === '' || type.startsWith('text/') ? 50 : 60) : at);
};

/** Several attachments are the same document in several formats (FHIR R4, DocumentReference.content): the plainest is read. */
export function textOf(attachments: Json[], contents: readonly string[]): Found {
  if (attachments.length === 0) return none('no-content');
  let worst: Found | null = null;
  for (const attachment of attachments.length === 1 ? attachments : [...attachments].sort((a, b) => rank(a) - rank(b))) {
    const found = attachmentText(attachment, contents);
    if (found.text === null || found.text.bytes !== null) return found;
    worst ??= found;
  }
  return worst!;
}

function attachmentText(attachment: Json, contents: readonly string[]): Found {
  const contentType = textIn(attachment, 'contentType');
  const said = textIn(attachment, 'data');
  if (said !== null) {
    const data = contentOf(said, contents);
    if (data.length > (longestText * 4) / 3) return none('too-large');
    const { bytes, broken } = fromBase64(data);
    const text = decodeText(bytes, contentType);
    if (!broken) return { text, binary: null };
    return { text: text.bytes === null ? { ...text, why: text.why === 'empty' ? 'base64' : text.why } : { ...text, trouble: 'Its base64 is cut off or broken; read as far as it goes.' }, binary: null };
  }
  const url = textAt(attachment, 'url');
  if (url === null) return none('no-content');
  return { text: null, binary: url, contentType };
}

type Place = { file: number; line: number };
type Document = { subject: string | null; head: NoteHead; found: Found };

/** The time of writing first: it is what orders a chart. A context's period is the encounter's in many systems, so it comes last. */
const written = (...candidates: (string | null)[]): { at: string | null; badTime: boolean } => {
  let bad = false;
  for (const candidate of candidates) {
    const read = readTime(candidate);
    if (read.at !== null) return { at: read.at, badTime: bad };
    bad ||= read.bad;
  }
  return { at: null, badTime: bad };
};

function headOf(resource: Resource, place: Place, found: Found, more: Pick<NoteHead, 'at' | 'badTime' | 'signed' | 'encounter' | 'author' | 'facility' | 'type' | 'codes' | 'replaces'>): NoteHead {
  const text = found.text;
  // Field by field: spreading objects into each other costs more here than everything else that is done with a document's head.
  return {
    is: 'note', id: typeof resource['id'] === 'string' ? resource['id'] : '', resource: String(resource['resourceType']),
    at: more.at, badTime: more.badTime, signed: more.signed, encounter: more.encounter, author: more.author, facility: more.facility, type: more.type, codes: more.codes, replaces: more.replaces, department: null,
    why: text?.why ?? null, format: text?.format ?? null, charset: text?.charset ?? null, trouble: text?.trouble ?? null, file: place.file, line: place.line,
  };
}

/** What a DocumentReference, DiagnosticReport or Composition tells; null: it is no note. */
export const documentOf = (resource: Resource, type: string, place: Place, contents: readonly string[]): Document | null =>
  type === 'DocumentReference' ? documentReference(resource, place, contents) : type === 'Composition' ? composition(resource, place) : diagnosticReport(resource, place, contents);

function documentReference(resource: Resource, place: Place, contents: readonly string[]): Document {
  const attachments = dig(inside(resource['content'], 'attachment'));
  const found = textOf(attachments, contents);
  const date = textIn(resource, 'date') ?? textIn(resource, 'indexed');
  const creation = attachments.length === 1 ? textIn(attachments[0], 'creation') : (attachments.map((one) => textIn(one, 'creation')).find((one) => one !== null) ?? null);
  const context = resource['context'];
  const { at, badTime } = written(creation, date, textIn(inside(context, 'period'), 'start'));
  return {
    subject: idOf(textIn(resource['subject'], 'reference')),
    found,
    head: headOf(resource, place, found, {
      at, badTime,
      signed: readTime(date).at,
      encounter: idOf(textIn(inside(context, 'encounter'), 'reference')),
      author: whoRef(first(resource['author'])) ?? whoRef(first(resource['authenticator'])),
      facility: placeRef(resource['custodian']),
      type: nameOf(resource['type']) ?? nameOf(first(resource['category'])), codes: codesOf(resource['type']),
      replaces: resource['relatesTo'] === undefined ? [] : dig(resource['relatesTo']).filter((one) => textAt(one, 'code') === 'replaces').flatMap((one) => idOf(textAt(one, 'target', 'reference')) ?? []),
    }),
  };
}

function diagnosticReport(resource: Resource, place: Place, contents: readonly string[]): Document | null {
  const forms = dig(resource['presentedForm']);
  if (forms.length === 0) return null;
  const found = textOf(forms, contents);
  const creation = forms.map((one) => textAt(one, 'creation')).find((one) => one !== null) ?? null;
  return {
    subject: idOf(textIn(resource['subject'], 'reference')),
    found,
    head: headOf(resource, place, found, {
      ...written(creation, textAt(resource, 'issued'), textAt(resource, 'effectiveDateTime'), textAt(resource, 'effectivePeriod', 'start')),
      signed: readTime(textAt(resource, 'issued')).at,
      encounter: idOf(textAt(resource['encounter'], 'reference')),
      author: whoRef(dig(resource['resultsInterpreter'])[0]) ?? whoRef(dig(resource['performer'])[0]),
      facility: dig(resource['performer']).map(placeRef).find((ref) => ref?.startsWith('Organization/')) ?? null,
      type: nameOf(resource['code']), codes: codesOf(resource['code']), replaces: [],
    }),
  };
}

function composition(resource: Resource, place: Place): Document {
  const parts: string[] = [];
  const walk = (section: Json, depth: number): void => {
    const title = textAt(section, 'title');
    const div = textAt(section, 'text', 'div');
    if (title !== null && div !== null) parts.push(title);
    if (div !== null) parts.push(htmlText(div).trim());
    // FHIR sets no bound to nesting; nobody reads deeper.
    if (depth < 50) for (const inner of dig(section, 'section')) walk(inner, depth + 1);
  };
  for (const section of dig(resource['section'])) walk(section, 0);
  const whole = parts.length > 0 ? parts.join('\n') : htmlText(textAt(resource, 'text', 'div') ?? '');
  const text: Found = whole.trim() === '' ? none('no-content') : { text: { bytes: Buffer.from(whole, 'utf8'), why: null, format: 'html', charset: null, trouble: null }, binary: null };
  return {
    subject: idOf(textIn(resource['subject'], 'reference')),
    found: text,
    head: headOf(resource, place, text, {
      ...written(textAt(resource, 'date')),
      signed: readTime(textAt(resource, 'attester', 'time')).at,
      encounter: idOf(textAt(resource['encounter'], 'reference')),
      author: whoRef(dig(resource['author'])[0]), facility: placeRef(resource['custodian']),
      type: nameOf(resource['type']) ?? textAt(resource, 'title'), codes: codesOf(resource['type']),
      replaces: dig(resource['relatesTo']).filter((one) => textAt(one, 'code') === 'replaces').flatMap((one) => idOf(textAt(one, 'targetReference', 'reference')) ?? []),
    }),
  };
}

/** Which FHIRPaths lead from an Encounter to its units; the charter's `unitPaths`. */
export interface UnitPaths {
  facility: string;
  department: string;
  clinician: string;
}

export function encounter(resource: Resource, paths: UnitPaths): { subject: string | null; head: EncounterHead } {
  const along = (path: string): Json[] => unitPath(path)(resource);
  const places = paths.department === 'location.location'
    ? dig(resource['location']).flatMap((one) => {
        const ref = placeRef(dig(one, 'location')[0]);
        return ref === null ? [] : [{ ref, from: readTime(textAt(one, 'period', 'start')).at }];
      })
    : along(paths.department).flatMap((one) => {
        const ref = typeof one === 'string' ? one : placeRef(one);
        return ref === null ? [] : [{ ref, from: null }];
      });
  const facility = along(paths.facility)[0];
  const clinician = along(paths.clinician)[0];
  return {
    subject: idOf(textIn(resource['subject'], 'reference')),
    head: {
      is: 'encounter', id: typeof resource['id'] === 'string' ? resource['id'] : '',
      class: textAt(resource['class'], 'code') ?? textAt(resource['class'], 'coding', 'code'), status: textAt(resource, 'status'),
      start: readTime(textAt(resource, 'period', 'start')).at, end: readTime(textAt(resource, 'period', 'end')).at,
      facility: facility === undefined ? null : typeof facility === 'string' ? facility : placeRef(facility),
      places, clinician: clinician === undefined ? null : typeof clinician === 'string' ? clinician : whoRef(clinician),
      partOf: idOf(textAt(resource['partOf'], 'reference')),
    },
  };
}

const plainCodes = (concept: Json | undefined): string[] => codesOf(concept).map((code) => code.slice(code.indexOf('|') + 1));

function firstAt(resource: Resource, paths: readonly string[][]): string | null {
  for (const path of paths) {
    const found = textAt(resource, ...path);
    if (found !== null) return found;
  }
  return null;
}
const observed = [['effectiveDateTime'], ['effectivePeriod', 'start'], ['effectiveInstant']];
const listed = [['authoredOn'], ['effectiveDateTime'], ['effectivePeriod', 'start'], ['onsetDateTime'], ['recordedDate']];

/** The values a record system could paste into a note: results, vital signs, medication, problems, allergies. */
export function* values(resource: Resource): Generator<ValueHead> {
  const from = String(resource['resourceType']);
  const at = readTime(firstAt(resource, from === 'Observation' ? observed : listed)).at;
  const visit = idOf(textAt(resource['encounter'], 'reference') ?? textAt(resource['context'], 'reference'));
  const concept = from === 'Observation' || from === 'Condition' || from === 'AllergyIntolerance' || from === 'Procedure' ? resource['code'] : resource['medicationCodeableConcept'];
  const shared = { is: 'value', from, at, encounter: visit } as const;
  if (from !== 'Observation') {
    const label = nameOf(concept) ?? textAt(resource, 'medicationReference', 'display');
    if (label !== null) yield { ...shared, codes: plainCodes(concept), label, value: null, unit: null };
    return;
  }
  if (textAt(resource, 'status') === 'entered-in-error') return;
  for (const part of [resource, ...dig(resource['component'])] as Resource[]) {
    const number = dig(part['valueQuantity'], 'value')[0];
    const value = typeof number === 'number' ? number : (textAt(part, 'valueString') ?? nameOf(part['valueCodeableConcept']));
    if (value === null) continue;
    yield { ...shared, codes: plainCodes(part['code']), label: nameOf(part['code']), value: typeof value === 'string' ? value.slice(0, 200) : value, unit: textAt(part, 'valueQuantity', 'unit') ?? textAt(part, 'valueQuantity', 'code') };
  }
}

export function order(resource: Resource): OrderHead {
  return { is: 'order', label: nameOf(resource['code']) ?? nameOf(dig(resource['category'])[0]), codes: [...codesOf(resource['code']), ...dig(resource['category']).flatMap(codesOf)], encounter: idOf(textAt(resource['encounter'], 'reference')), at: readTime(textAt(resource, 'authoredOn')).at };
}

export const subjectOf = (resource: Resource): string | null => idOf(textAt(resource['subject'], 'reference') ?? textAt(resource['patient'], 'reference'));
