// Is this text a charter, and if not, what is wrong at which line, and what is to be done?
import { z } from 'zod';
import { charter, type Charter } from './charter.ts';
import type { CharterProblem } from './charter-contract.ts';
import { breaches, dataBreaches, type Breach, type FhirWords } from './charter-rules.ts';
import { readText, type Spot } from './charter-text.ts';
import { isUsable } from './plain-text.ts';
import { dataSection } from './charter-data.ts';

export interface CharterCheck {
  /** The charter with its defaults filled in; null where the shape is wrong. */
  charter: Charter | null;
  /** Errors refuse the charter, warnings do not. In the order of the text. */
  problems: CharterProblem[];
  /** The text is a data section only: enough for `attending audit`, not to be saved as a charter. */
  dataOnly: boolean;
}

/** Whether a check found nothing that refuses the charter. */
export const passes = (check: CharterCheck): check is CharterCheck & { charter: Charter } =>
  check.charter !== null && check.problems.every((problem) => problem.severity !== 'error');

/** Checks YAML or JSON text, with lines and columns. */
export function checkText(text: string, fhir: FhirWords): CharterCheck {
  if (!isUsable(text)) return { charter: null, dataOnly: false, problems: [{ severity: 'error', line: lineOfBroken(text), column: 1, path: '', says: 'This line holds a NUL or half of a character: the file is binary, or was cut.', next: 'Save it again as UTF-8 text.' }] };
  const read = readText(text);
  if (read.troubles.length > 0)
    return { charter: null, dataOnly: false, problems: read.troubles.map(({ says, ...spot }) => ({ severity: 'error', ...spot, path: '', says, next: 'Correct the YAML at this place; an indentation or a quote is the usual cause.' })) };
  return check(read.value, fhir, (path, onKey) => read.spot(path, onKey));
}

/** Checks a charter that came as JSON; places are paths only. */
export const checkValue = (value: unknown, fhir: FhirWords): CharterCheck => check(value, fhir, () => null);

const lineOfBroken = (text: string) => text.split('\n').findIndex((line) => !isUsable(line)) + 1;

type FindSpot = (path: readonly PropertyKey[], onKey: boolean) => Spot | null;

function check(value: unknown, fhir: FhirWords, spot: FindSpot): CharterCheck {
  const place = (path: readonly PropertyKey[], onKey = false) => {
    const found = spot(path, onKey);
    return { line: found?.line ?? null, column: found?.column ?? null, path: z.core.toDotPath(path) };
  };
  const broken = unusable(value, []);
  if (broken) return { charter: null, dataOnly: false, problems: [{ severity: 'error', ...place(broken), says: 'This text holds a NUL or half of a character, which nothing can store.', next: 'Delete the character; it is invisible in most editors.' }] };
  const dataOnly = isDataOnly(value);
  const parsed = (dataOnly ? dataAlone : charter).safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.flatMap((issue) => sentences(issue, value));
    return { charter: null, dataOnly, problems: inOrder(issues.map(({ path, onKey, says, next }) => ({ severity: 'error', ...place(path, onKey), says, next }))) };
  }
  const whole = dataOnly ? null : (parsed.data as Charter);
  const found: Breach[] = whole ? breaches(whole, fhir) : dataBreaches(parsed.data.data, fhir);
  return { charter: whole, dataOnly, problems: inOrder(found.map(({ severity, path, says, next }) => ({ severity, ...place(path), says, next }))) };
}

/** Where a string stands that neither PostgreSQL nor canonical JSON can hold; null where none does. */
function unusable(value: unknown, path: PropertyKey[]): PropertyKey[] | null {
  if (typeof value === 'string') return isUsable(value) ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const step = Array.isArray(value) ? Number(key) : key;
    const found = isUsable(key) ? unusable(member, [...path, step]) : path;
    if (found) return found;
  }
  return null;
}

/** What `attending audit` can work with: the format and the data section, before anything else is promised. */
const dataAlone = z.strictObject({ attending: charter.shape.attending, deployment: charter.shape.deployment.optional(), title: charter.shape.title.optional(), data: dataSection });

function isDataOnly(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.includes('data') && keys.every((key) => Object.hasOwn(dataAlone.shape, key));
}

const inOrder = (problems: CharterProblem[]) => problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));

interface Said {
  path: readonly PropertyKey[];
  onKey: boolean;
  says: string;
  next: string;
}

function sentences(issue: z.core.$ZodIssue, whole: unknown): Said[] {
  const { path } = issue;
  const at = (says: string, next: string, onKey = false, where = path): Said => ({ path: where, onKey, says, next });
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => at(`A charter has no field \`${key}\` here.`, `${suggestion(path, key)}\`attending charter schema\` prints what may stand here.`, true, [...path, key]));
  const found = path.reduce<unknown>((here, step) => (here as Record<PropertyKey, unknown> | null | undefined)?.[step], whole);
  const name = path.length === 0 ? 'The charter' : `\`${String(path.at(-1))}\``;
  if (found === undefined && path.length > 0)
    return [at(`${typeof path.at(-1) === 'number' ? 'An entry' : name} is missing${path.length > 1 ? ` in \`${z.core.toDotPath(path.slice(0, -1))}\`` : ''}.`, 'Add it; `attending charter example` shows one.')];
  if (issue.code === 'invalid_type') return [at(`${name} should be ${withArticle(issue.expected)}, and is ${kindOf(found)}.`, 'Correct the value.')];
  if (issue.code === 'invalid_value') return [at(`${name} is ${shown(found)}, which is not one of its values.`, `It may be: ${issue.values.map(String).join(', ')}.`)];
  if (issue.code === 'too_small' && issue.origin === 'string') return [at(`${name} is empty.`, 'Write a sentence, or leave the field out where it may be.')];
  if (issue.code === 'too_small') return [at(`${name} is ${shown(found)}; the least is ${String(issue.minimum)}.`, 'Correct the value.')];
  if (issue.code === 'too_big') return [at(`${name} is ${issue.origin === 'string' ? 'too long' : shown(found)}; the most is ${String(issue.maximum)}.`, 'Correct the value.')];
  return [at(`${name} is ${shown(found)}; it should be ${expectation(issue)}.`, 'Correct the value.')];
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_format') {
    if (issue.format === 'date') return 'a calendar day that exists, written YYYY-MM-DD';
    if (issue.format === 'email') return 'an e-mail address';
  }
  return issue.message;
}

const shapes: Record<string, string> = { array: 'a list', object: 'a group of fields', record: 'a group of fields', int: 'a whole number', boolean: 'true or false', number: 'a number', string: 'text' };
const withArticle = (expected: string) => shapes[expected] ?? expected;
const kindOf = (value: unknown) =>
  value === null ? 'empty' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a group of fields' : typeof value === 'string' ? `the text ${shown(value)}` : shown(value);
const shown = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

/** A field of this place that is spelled alike. */
function suggestion(path: readonly PropertyKey[], key: string): string {
  const here = fieldsAt(path);
  const like = here.find((field) => field.toLowerCase().startsWith(key.toLowerCase().slice(0, 4)) || key.toLowerCase().startsWith(field.toLowerCase()));
  return like ? `Perhaps \`${like}\` is meant. ` : '';
}

function fieldsAt(path: readonly PropertyKey[]): string[] {
  let here: z.ZodType | undefined = charter;
  for (const step of path) {
    here = unwrapped(here);
    if (here instanceof z.ZodObject) here = here.shape[String(step)] as z.ZodType | undefined;
    else if (here instanceof z.ZodArray) here = here.element as z.ZodType;
    else return [];
  }
  here = unwrapped(here);
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

function unwrapped(schema: z.ZodType | undefined): z.ZodType | undefined {
  let here = schema;
  while (here instanceof z.ZodDefault || here instanceof z.ZodPrefault || here instanceof z.ZodOptional || here instanceof z.ZodNullable) here = here.unwrap() as z.ZodType;
  return here;
}
