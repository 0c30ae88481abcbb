// How does a time in a table become a FHIR dateTime?
import { quote } from '../../duckdb.ts';
import type { Text } from './columns.ts';

/**
 * Macros for times. `table_when(x, z)`: `2026-01-02 03:04:05` and its usual kin as FHIR writes it; a time without zone gets `z`, a day
 * stays a day, and what is no time stays as it is, so that a check can say so. The usual lengths need no pattern.
 */
export const timeMacros = [
  `CREATE OR REPLACE MACRO table_when(x, z) AS CASE
     WHEN x IS NULL THEN NULL
     WHEN strlen(x) = 19 AND (strpos(x, ' ') = 11 OR strpos(x, 'T') = 11) THEN replace(x, ' ', 'T') || z
     WHEN strlen(x) = 10 THEN x
     WHEN strlen(x) = 16 AND (strpos(x, ' ') = 11 OR strpos(x, 'T') = 11) THEN replace(x, ' ', 'T') || ':00' || z
     WHEN regexp_full_match(x, '\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?') THEN left(x, 10) || 'T' || substr(x, 12) || z
     WHEN regexp_full_match(x, '\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)? ?(Z|UTC)') THEN left(x, 10) || 'T' || regexp_extract(x, '\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?') || 'Z'
     WHEN regexp_full_match(x, '\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)? ?[+-]\\d{2}(:?\\d{2})?') THEN left(x, 10) || 'T' || regexp_extract(x, '\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?') || regexp_extract(x, '([+-]\\d{2}):?(\\d{2})?$', 1) || ':' || coalesce(nullif(regexp_extract(x, '[+-]\\d{2}:?(\\d{2})$', 1), ''), '00')
     ELSE x END`,
  // Text of an instant in UTC.
  `CREATE OR REPLACE MACRO table_utc(t) AS strftime(t, '%Y-%m-%dT%H:%M:%SZ')`,
];

/** Whether DuckDB knows a zone by this name is asked of DuckDB; `Z` and offsets need no asking. */
export const isOffset = (zone: string): boolean => /^(Z|UTC|[+-]\d{2}:\d{2})$/.test(zone);

/**
 * A time column as a FHIR dateTime. `zone` is `UTC`, an offset such as `-07:00` or a name such as `America/Phoenix`; `format` is strptime's
 * (`%m/%d/%Y %H:%M`), without it ISO 8601 is expected. What cannot be understood stays the text it is.
 */
export function timeText(value: Text, zone: string, format?: string): Text {
  const mark = isOffset(zone) ? (zone === 'UTC' ? 'Z' : zone) : '?';
  const text = format === undefined ? `table_when(${value}, ${quote(mark)})` : `coalesce(strftime(TRY_STRPTIME(${value}, ${quote(format)}), ${quote(/%[HIkT]/.test(format) ? `%Y-%m-%dT%H:%M:%S${mark}` : '%Y-%m-%d')}), ${value})`;
  if (mark !== '?') return text;
  return `CASE WHEN ends_with(${text}, '?') THEN coalesce(table_utc(timezone('UTC', timezone(${quote(zone)}, TRY_CAST(rtrim(${text}, '?') AS TIMESTAMP)))), rtrim(${text}, '?')) ELSE ${text} END`;
}
