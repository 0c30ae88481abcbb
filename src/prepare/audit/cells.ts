// How does SQL read a field of a raw resource, whatever its column is made of?
import { name, quote } from '../../tools/fhir/fhir.ts';
import { topOf } from './type-fields.ts';

/** The text at a place such as `issued` or `period.start`; NULL when its field was not asked for. */
export function textAt(place: string, columns: readonly string[]): string | null {
  const top = topOf(place);
  if (!columns.includes(top)) return null;
  return top === place ? `(${name(top)}->>'$')` : `json_extract_string(${name(top)}, ${quote(`$.${place.slice(top.length + 1)}`)})`;
}

/** A whole field as JSON, e.g. `name` or `identifier`; null when it was not asked for. */
export const jsonAt = (field: string, columns: readonly string[]): string | null => (columns.includes(field) ? name(field) : null);
