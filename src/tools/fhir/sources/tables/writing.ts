// How did the program that wrote a table write nothing, whole numbers and days?
import { quote } from '../../duckdb.ts';

/** What a column holds, where that is known: a key or a year; a day; a moment or a number. Other columns are free text and stay as they are. */
export type Holds = 'whole' | 'day' | 'plain';

/** Habits of a writer, seen in the first lines of a file. */
export interface Writing {
  /** R writes NA, Python None or NaN where there is nothing. */
  nothing: readonly string[];
  /** pandas makes fractions of a column of whole numbers in which one is missing: 10 becomes 10.0. */
  fractions: boolean;
  /** A day as its first second. */
  midnights: boolean;
}

export const plainly: Writing = { nothing: [], fractions: false, midnights: false };

const nothings = ['NA', 'N/A', '<NA>', 'NaN', 'nan', 'NaT', 'None', 'null', '(null)', '#N/A'];
const escaped = (text: string): string => text.replace(/[/()|.]/g, '\\$&');

/** The delimiter inside a regular expression's class. */
const delimiterClass = (delimiter: string): string => (delimiter === '\t' ? '\\t' : delimiter);

/** The habits that the beginning of a file shows. */
export function writingOf(head: string, delimiter: string): Writing {
  const field = (inside: string) => new RegExp(`(?:^|["${delimiterClass(delimiter)}])(${inside})(?=["${delimiterClass(delimiter)}\\r]|$)`, 'gm');
  const seen = new Set([...head.matchAll(field(nothings.map(escaped).join('|')))].map((match) => match[1]));
  return { nothing: nothings.filter((one) => seen.has(one)), fractions: field('-?\\d+\\.0+').test(head), midnights: field('\\d{4}-\\d{2}-\\d{2}[ T]00:00:00[.0]*Z?').test(head) };
}

/** A column of a CSV file as what it holds; the column itself where the writer has no such habits. */
export function asHeld(column: string, holds: Holds | undefined, { nothing, fractions, midnights }: Writing): string {
  if (holds === undefined) return column;
  const there = nothing.length > 0 ? `CASE WHEN ${column} IN (${nothing.map(quote).join(', ')}) THEN NULL ELSE ${column} END` : column;
  if (holds === 'whole' && fractions) return `regexp_replace(${there}, '^(-?\\d+)\\.0+$', '\\1')`;
  if (holds === 'day' && midnights) return `regexp_replace(${there}, '^(\\d{4}-\\d{2}-\\d{2})[ T]00:00:00[.0]*Z?$', '\\1')`;
  return there;
}

/** A column of a Parquet file as the text of what it holds. */
export function typedAsHeld(column: string, type: string, holds: Holds | undefined): string {
  if (/^(DOUBLE|FLOAT)$/.test(type)) {
    const real = `CASE WHEN isnan(${column}) THEN NULL ELSE ${column} END`;
    return holds === 'whole' ? `CAST(TRY_CAST(${real} AS HUGEINT) AS VARCHAR)` : `CAST(${real} AS VARCHAR)`;
  }
  if (holds === 'whole' && type.startsWith('DECIMAL')) return `CAST(CAST(${column} AS HUGEINT) AS VARCHAR)`;
  if (type === 'VARCHAR') return column;
  if (holds === 'day' && type.startsWith('TIMESTAMP')) return `CAST(CAST(${type.endsWith('ZONE') ? `timezone('UTC', ${column})` : column} AS DATE) AS VARCHAR)`;
  if (type === 'TIMESTAMP WITH TIME ZONE') return `strftime(timezone('UTC', ${column}), '%Y-%m-%dT%H:%M:%SZ')`;
  if (type === 'BLOB') return `decode(${column})`;
  return `CAST(${column} AS VARCHAR)`;
}
