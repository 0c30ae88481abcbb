// How does SQL read a field of a raw resource, whatever its column is made of?
import { fieldOfPlace, name, quote } from '../../tools/fhir/fhir.ts';

/** Which columns of `raw_<Type>` are there: what was asked of `openExport`. */
export type Wanted = Record<string, string[]>;

/** The text at a place such as `issued` or `period.start`; null when neither it nor its field was asked for. */
export function textAt(place: string, columns: readonly string[]): string | null {
  if (columns.includes(`text:${place}`)) return name(`text:${place}`);
  const top = fieldOfPlace(place);
  if (columns.includes(top)) return top === place ? `(${name(top)}->>'$')` : `json_extract_string(${name(top)}, ${quote(`$${place.slice(top.length)}`)})`;
  // The whole field as text holds it too; to be read as JSON where it is an object.
  return columns.includes(`text:${top}`) ? `json_extract_string(object_(${name(`text:${top}`)}), ${quote(`$${place.slice(top.length)}`)})` : null;
}

/** A whole field as JSON, e.g. `name` or `identifier`; null when it was not asked for. */
export const jsonAt = (field: string, columns: readonly string[]): string | null => (columns.includes(field) ? name(field) : columns.includes(`text:${field}`) ? `json_(${name(`text:${field}`)})` : null);

/** Whether a field is there and not empty; null when it was not asked for. */
export function hasAt(field: string, columns: readonly string[]): string | null {
  if (columns.includes(`has:${field}`)) return name(`has:${field}`);
  if (columns.includes(`text:${field}`)) return `(${name(`text:${field}`)} IS NOT NULL AND ${name(`text:${field}`)} NOT IN ('', '{}', '[]'))`;
  return columns.includes(field) ? `(${name(field)} IS NOT NULL AND ${name(field)}::VARCHAR NOT IN ('null', '{}', '[]', '""'))` : null;
}
