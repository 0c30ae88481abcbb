// Does the context of a call hold what the hook library asks for, and may a prefetch template use it?
import { memberOf, stringAt, type Span } from './json-spans.ts';

/** As every fault that is found by lint; of no card. */
interface ContextFault {
  card: null;
  path: string;
  says: string;
  severity: 'warning';
}

type Kind = 'string' | 'object' | 'array';
interface Field {
  kind: Kind;
  required: boolean;
  /** Whether a prefetch template may name it (`{{context.…}}`). */
  token: boolean;
  /** What the text of it looks like. */
  like?: { pattern: RegExp; says: string };
}

const practitioner = { pattern: /^(?:Practitioner|PractitionerRole)\/[A-Za-z0-9\-.]{1,64}$/, says: 'is no reference to a Practitioner or PractitionerRole' };
const anybody = { pattern: /^(?:Practitioner|PractitionerRole|Patient|RelatedPerson)\/[A-Za-z0-9\-.]{1,64}$/, says: 'is no reference to a person' };
const local = { pattern: /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/, says: 'is no local reference' };
const id = { pattern: /^[A-Za-z0-9\-.]{1,64}$/, says: 'is no id of FHIR' };

const user = (like: Field['like'] = practitioner): Field => ({ kind: 'string', required: true, token: true, like: like! });
const patientId: Field = { kind: 'string', required: true, token: true, like: id };
const encounterId = (required: boolean): Field => ({ kind: 'string', required, token: true, like: id });
const bundle: Field = { kind: 'object', required: true, token: false };

/** HL7 CDS Hooks, hook library 1.0.1 (STU 1): what the context of each published hook holds. Hooks of others are not judged. */
export const hookLibrary: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  'patient-view': { userId: user(anybody), patientId, encounterId: encounterId(false) },
  'order-select': { userId: user(), patientId, encounterId: encounterId(false), selections: { kind: 'array', required: false, token: false }, draftOrders: bundle },
  'order-sign': { userId: user(), patientId, encounterId: encounterId(false), draftOrders: bundle },
  'order-dispatch': {
    patientId, dispatchedOrders: { kind: 'array', required: true, token: true }, performer: { kind: 'string', required: true, token: true, like: local }, fulfillmentTasks: { kind: 'array', required: false, token: false },
  },
  'encounter-start': { userId: user(), patientId, encounterId: encounterId(true) },
  'encounter-discharge': { userId: user(), patientId, encounterId: encounterId(true) },
  'appointment-book': { userId: user(anybody), patientId, encounterId: encounterId(false), appointments: bundle },
};

/** The same, listed once and not for each call. */
const fieldsOf = new Map(Object.entries(hookLibrary).map(([hook, fields]) => [hook, Object.entries(fields)]));

const article = (kind: Kind) => (kind === 'string' ? 'a string' : kind === 'object' ? 'an object' : 'an array');

/**
 * What the context of a call lacks. Warnings only: the call is passed on as it came, because no specification asks a
 * service to refuse it, and a gateway must not silence an EHR for a field the vendor may not even read. What is said
 * never repeats a value.
 */
export function lintContext(bytes: Uint8Array, hook: string, context: Span): ContextFault[] {
  const fields = fieldsOf.get(hook);
  if (!fields) return [];
  const faults: ContextFault[] = [];
  for (const [name, { kind, required, like }] of fields) {
    const found = memberOf(context, name)?.value;
    const tell = (says: string) => void faults.push({ card: null, path: `request.context.${name}`, says, severity: 'warning' });
    if (!found || found.kind === 'null') {
      if (required) tell(`is missing; ${hook} asks for it`);
    } else if (found.kind !== kind) tell(`is not ${article(kind)}`);
    else if (kind === 'string') {
      const text = stringAt(bytes, found)!;
      if (text === '') tell('is empty');
      else if (like && !like.pattern.test(text)) tell(like.says);
    }
  }
  return faults;
}

/** Fields that a prefetch template of this hook names although it may not; what comes after the first dot is a path into them. */
export const misusedTokens = (hook: string, template: string): string[] =>
  [...new Set([...template.matchAll(/\{\{\s*context\.([A-Za-z]\w*)/g)].map(([, name]) => name!))].filter((name) => hookLibrary[hook]?.[name]?.token === false);
