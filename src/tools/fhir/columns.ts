// Which columns can be asked of a resource type, and what is each made of?
import { name, quote } from './duckdb.ts';

/**
 * What may stand in `fields` of `openExport`, and is then the name of a column of `raw_<Type>`:
 * - `code`: the top-level field as JSON.
 * - `text:period.start`: the text at a place, VARCHAR: what `->>` gives of it, an object or array as its JSON.
 * - `has:subject`: BOOLEAN, whether the field is there and not empty.
 * - `hash:valueString,valueQuantity.value`: UBIGINT, one hash of the texts at several places.
 * Text is read many times faster than JSON. A number below 0.0001 or from 1e16 on may be written with another exponent as text. Whoever makes `raw_<Type>` from something else than NDJSON takes the SQL of a column
 * from `columnFromJson` and its type from `columnType`.
 */
export interface Asked {
  kind: 'json' | 'text' | 'has' | 'hash';
  /** Where it is read: top-level fields and members of objects in them. */
  places: string[];
}

export function readAsked(column: string): Asked {
  const [, kind, rest] = /^(text|has|hash):(.+)$/.exec(column) ?? [];
  if (kind === undefined || rest === undefined) return { kind: 'json', places: [column] };
  return { kind: kind as Asked['kind'], places: kind === 'hash' ? rest.split(',') : [rest] };
}

/** The top-level field a place begins with. */
export const fieldOfPlace = (place: string): string => place.split(/[.[]/)[0]!;

const types = { json: 'JSON', text: 'VARCHAR', has: 'BOOLEAN', hash: 'UBIGINT' } as const;

/** The SQL type of a column. */
export const columnType = (column: string): string => types[readAsked(column).kind];

/** The SQL of a column, from a relation that has the top-level fields as columns of type JSON (NULL where a resource lacks them). */
export function columnFromJson(column: string): string {
  const { kind, places } = readAsked(column);
  return made(kind, places, (place) => {
    const field = fieldOfPlace(place);
    return field === place ? `(${name(field)}->>'$')` : `json_extract_string(${name(field)}, ${quote(`$${place.slice(field.length)}`)})`;
  }, (field) => `(${name(field)} IS NOT NULL AND CAST(${name(field)} AS VARCHAR) NOT IN ('null', '{}', '[]', '""'))`);
}

function made(kind: Asked['kind'], places: string[], textAt: (place: string) => string, hasField: (field: string) => string): string {
  const [first = ''] = places;
  switch (kind) {
    case 'json': return name(first);
    case 'text': return textAt(first);
    case 'has': return hasField(first);
    case 'hash': return `hash(${places.map(textAt).join(', ')})`;
  }
}

/** The top-level fields the columns are made of. */
export const jsonFieldsOf = (columns: readonly string[]): string[] => [...new Set(columns.flatMap((column) => readAsked(column).places.map(fieldOfPlace)))].sort();

/** How `read_json` is to read the top-level fields so that nothing is taken apart that nobody asked for. */
export interface Shape {
  /** SQL types by top-level field. A resource that does not fit one is refused by `read_json`; nothing is lost in silence. */
  types: Record<string, string>;
  /** The SQL of each column. */
  columns: Record<string, string>;
}

/** Any shape: every field as JSON. */
export const jsonShape = (asked: readonly string[]): Shape => ({
  types: Object.fromEntries(jsonFieldsOf(asked).map((field) => [field, 'JSON'])),
  columns: Object.fromEntries(asked.map((column) => [column, columnFromJson(column)])),
});

/** Members that show that an object of this kind is there though the one that was asked for is not. */
const beside: Readonly<Record<string, string[]>> = {
  reference: ['identifier', 'display', 'type', 'extension'],
  start: ['end', 'extension'],
  end: ['start', 'extension'],
};

type Members = Map<string, Members>;

/** The usual shape of FHIR: what is asked by member is an object. Without a cast that could fail: every leaf is text. */
export function usualShape(asked: readonly string[]): Shape {
  const parsed = asked.map((column) => ({ column, ...readAsked(column) }));
  const whole = new Map<string, 'JSON' | 'VARCHAR'>();
  const inside = new Map<string, Members>();
  for (const { kind, places } of parsed)
    for (const place of places) {
      const field = fieldOfPlace(place);
      if (kind === 'json') whole.set(field, 'JSON');
      else if (place === field ? kind !== 'has' : place.includes('[')) { if (!whole.has(field)) whole.set(field, 'VARCHAR'); }
      else addPlace(inside, place);
    }
  for (const { kind, places: [field = ''] } of parsed) {
    if (kind !== 'has' || whole.has(field)) continue;
    const members = inside.get(field);
    const more = [...(members?.keys() ?? [])].flatMap((one) => beside[one] ?? []);
    // Without members we know of, only the whole tells whether it is empty.
    if (!members || members.size === 0 || more.length === 0) whole.set(field, 'VARCHAR');
    else for (const one of more) if (!members.has(one)) members.set(one, new Map());
  }
  const kinds: Record<string, string> = {};
  for (const [field, kind] of whole) kinds[field] = kind;
  for (const [field, members] of inside) kinds[field] ??= structOf(members);
  const textAt = (place: string): string => {
    const field = fieldOfPlace(place);
    const rest = place.slice(field.length);
    const kind = whole.get(field);
    if (kind === undefined) return [name(field), ...rest.slice(1).split('.').map(name)].join('.');
    if (rest === '') return kind === 'JSON' ? `(${name(field)}->>'$')` : name(field);
    if (kind === 'JSON') return `json_extract_string(${name(field)}, ${quote(`$${rest}`)})`;
    // Most have no such member, and to look for its name is quicker than to take the object apart.
    return `CASE WHEN contains(${name(field)}, ${quote(`"${rest.split(/[.[\]]+/).filter((one) => one !== '' && !/^\d/.test(one)).at(-1)}"`)}) AND ${name(field)}[1] IN ('{', '[') THEN json_extract_string(${name(field)}, ${quote(`$${rest}`)}) END`;
  };
  const hasField = (field: string): string => {
    const kind = whole.get(field);
    if (kind === 'VARCHAR') return `(${name(field)} IS NOT NULL AND ${name(field)} NOT IN ('', '{}', '[]'))`;
    if (kind === 'JSON') return `(${name(field)} IS NOT NULL AND CAST(${name(field)} AS VARCHAR) NOT IN ('null', '{}', '[]', '""'))`;
    return `(${[...(inside.get(field)?.keys() ?? [])].map((member) => `${name(field)}.${name(member)} IS NOT NULL`).join(' OR ')})`;
  };
  return { types: kinds, columns: Object.fromEntries(parsed.map(({ column, kind, places }) => [column, made(kind, places, textAt, hasField)])) };
}

function addPlace(inside: Map<string, Members>, place: string): void {
  let level: Members = inside;
  for (const part of place.split('.')) {
    const next: Members = level.get(part) ?? new Map<string, Members>();
    level.set(part, next);
    level = next;
  }
}

function structOf(members: Members): string {
  return members.size === 0 ? 'VARCHAR' : `STRUCT(${[...members].map(([member, below]) => `${name(member)} ${structOf(below)}`).join(', ')})`;
}
