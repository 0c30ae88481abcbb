// Which fields does a schema ask for, so that one form can be drawn for any of them?
import { z } from 'zod';

interface Common {
  /** What the schema says about it. */
  says: string;
  /** Whether leaving it out is allowed, and how that is written. */
  empty: 'refused' | 'left-out' | 'null';
  fallback: unknown;
}
export type Field = Common &
  (
    | { kind: 'text'; long: boolean; format: string | null }
    | { kind: 'number'; whole: boolean; low: number | null; high: number | null }
    | { kind: 'yes' }
    | { kind: 'choice'; options: string[] }
    | { kind: 'fixed'; value: unknown }
    | { kind: 'money' }
    | { kind: 'list'; item: Field }
    | { kind: 'map'; item: Field }
    | { kind: 'group'; members: { name: string; field: Field }[] }
    | { kind: 'other' }
  );

interface JsonSchema {
  type?: string;
  description?: string;
  format?: string;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  default?: unknown;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

/** The fields of a Zod schema, by way of its JSON Schema as input is read. */
export function fieldsOf(schema: z.ZodType): Field {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;
  return read(json, json.$defs ?? {}, true);
}

function read(given: JsonSchema, defs: Record<string, JsonSchema>, required: boolean): Field {
  let json = given.$ref ? { ...defs[given.$ref.split('/').at(-1) ?? ''], ...given } : given;
  let nullable = false;
  if (json.anyOf) {
    const rest = json.anyOf.filter((one) => one.type !== 'null');
    nullable = rest.length < json.anyOf.length;
    if (rest.length === 1) json = { ...rest[0], ...(json.description && { description: json.description }), ...('default' in json && { default: json.default }) };
  }
  const common: Common = {
    // The schema speaks of null; who fills in a form leaves a field empty.
    says: (json.description ?? '').replace(/\bNull:/g, 'Empty:').replace(/\bnull:/g, 'empty:'),
    empty: nullable ? 'null' : required && !('default' in json) ? 'refused' : 'left-out',
    fallback: json.default,
  };
  if (json.const !== undefined) return { ...common, kind: 'fixed', value: json.const };
  if (json.enum) return { ...common, kind: 'choice', options: json.enum.map(String) };
  if (json.type === 'boolean') return { ...common, kind: 'yes' };
  if (json.type === 'number' || json.type === 'integer') {
    const bound = (value: number | undefined) => (value === undefined || !Number.isSafeInteger(value) && Number.isInteger(value) || Math.abs(value) === Number.MAX_SAFE_INTEGER ? null : value);
    return { ...common, kind: 'number', whole: json.type === 'integer', low: bound(json.minimum), high: bound(json.maximum) };
  }
  if (json.type === 'string') return { ...common, kind: 'text', long: (json.maxLength ?? 0) >= 1_000, format: json.format ?? null };
  if (json.type === 'array') return { ...common, kind: 'list', item: read(json.items ?? {}, defs, true) };
  if (json.type === 'object' && json.properties) {
    const names = Object.keys(json.properties);
    if (names.length === 2 && names.includes('minor') && names.includes('currency')) return { ...common, kind: 'money', says: '' };
    return { ...common, kind: 'group', members: names.map((name) => ({ name, field: read(json.properties![name]!, defs, json.required?.includes(name) ?? false) })) };
  }
  if (json.type === 'object' && typeof json.additionalProperties === 'object') return { ...common, kind: 'map', item: read(json.additionalProperties, defs, true) };
  return { ...common, kind: 'other' };
}

/** What a new, unfilled field holds. */
export function blankOf(field: Field): unknown {
  if (field.fallback !== undefined) return structuredClone(field.fallback);
  if (field.empty === 'null') return null;
  if (field.empty === 'left-out') return undefined;
  return startOf(field);
}

/** What a field holds when a person begins to fill it. */
export function startOf(field: Field): unknown {
  switch (field.kind) {
    case 'text':
      return '';
    case 'number':
      return undefined;
    case 'yes':
      return false;
    case 'choice':
      return field.options[0];
    case 'fixed':
      return field.value;
    case 'money':
      return { minor: 0, currency: 'USD' };
    case 'list':
      return [];
    case 'map':
      return {};
    case 'group':
      return Object.fromEntries(field.members.map(({ name, field: member }) => [name, blankOf(member)] as const).filter(([, value]) => value !== undefined));
    default:
      return undefined;
  }
}

export type Step = string | number;
export const pathKey = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** Problems by the field they belong to: of a failed parse, or of the server (`data.elements[3].path`). */
export function problemsByField(found: readonly { path: readonly PropertyKey[] | string; says: string }[]): Map<string, string> {
  const byField = new Map<string, string>();
  for (const { path, says } of found) {
    const key = typeof path === 'string' ? path.replace(/\[(\d+)\]/g, '.$1').replace(/^\./, '') : pathKey(path);
    const before = byField.get(key);
    byField.set(key, before && before !== says ? `${before}; ${says}` : says);
  }
  return byField;
}

/** Checks a value; null when it fits. */
export function checkAgainst(schema: z.ZodType, value: unknown): Map<string, string> | null {
  const parsed = schema.safeParse(value);
  if (parsed.success) return null;
  return problemsByField(parsed.error.issues.map((issue) => ({ path: issue.path, says: sayIssue(issue, at(value, issue.path)) })));
}

const at = (value: unknown, path: readonly PropertyKey[]): unknown => path.reduce<unknown>((inside, step) => (inside as Record<PropertyKey, unknown> | undefined | null)?.[step], value);

/** A complaint in words for people; the schema's own words where it has some. */
function sayIssue(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined || value === null || value === '') return 'Needed.';
  if (issue.code === 'unrecognized_keys') return `unknown: ${issue.keys.join(', ')}`;
  if (!/^(Too (small|big)|Invalid (input|option|string|number))/.test(issue.message)) return issue.message;
  if (issue.code === 'too_small') return issue.origin === 'string' ? `At least ${issue.minimum} characters.` : issue.origin === 'array' ? `At least ${issue.minimum} of them.` : `${issue.inclusive === false ? 'More than' : 'At least'} ${issue.minimum}.`;
  if (issue.code === 'too_big') return issue.origin === 'string' ? `At most ${issue.maximum} characters.` : issue.origin === 'array' ? `At most ${issue.maximum} of them.` : `${issue.inclusive === false ? 'Less than' : 'At most'} ${issue.maximum}.`;
  return issue.message.replace(/^Invalid (input|option|string|number): /, '').replace(/^./, (letter) => letter.toUpperCase());
}

/** `hoursPerWeek` → `Hours per week`. */
export function wordsOf(name: string): string {
  const words = name.replace(/[-_]/g, ' ').replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  if (/^(sla|url|csv|id)$/.test(words)) return words.toUpperCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A copy of `value` in which `path` holds `next`; `undefined` removes it. */
export function put(value: unknown, path: readonly Step[], next: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return next;
  if (typeof step === 'number') {
    const list = Array.isArray(value) ? [...(value as unknown[])] : [];
    list[step] = put(list[step], rest, next);
    return list;
  }
  const group = { ...((value as Record<string, unknown> | undefined) ?? {}) };
  const member = put(group[step], rest, next);
  if (member === undefined) delete group[step];
  else group[step] = member;
  return group;
}
