// Which rows are shown, in which order, and how do they read as CSV?

/** A value of a cell as it is sorted, searched and copied. */
export type CellValue = string | number | boolean | null | undefined;

/** Empty cells go last, whichever way it is sorted; texts compare as people count (`G2` before `G10`). */
export function compareCells(a: CellValue, b: CellValue): number {
  const noA = a === null || a === undefined || a === '';
  const noB = b === null || b === undefined || b === '';
  if (noA || noB) return noA === noB ? 0 : noA ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true, sensitivity: 'base' });
}

const quoted = (value: CellValue): string => {
  const text = value === null || value === undefined ? '' : String(value);
  // A cell that begins like a formula is run by spreadsheets; the apostrophe makes it text.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** RFC 4180, with the header line first. */
export const toCsv = (headers: readonly string[], rows: readonly (readonly CellValue[])[]): string =>
  [headers, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n') + '\r\n';
