// Where does the next page of a list begin?
import { Problem } from '../../tools/base/problem.ts';

/** The sort keys of the last row, as text that is safe in a URL. */
export const cursorOf = (...keys: string[]): string => Buffer.from(JSON.stringify(keys)).toString('base64url');

/** The sort keys of a cursor; a cursor from elsewhere is refused. */
export function readCursor(after: string | undefined, keys: number): string[] | null {
  if (after === undefined) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (Array.isArray(read) && read.length === keys && read.every((key) => typeof key === 'string')) return read as string[];
  } catch {
    // Said below, in words.
  }
  throw new Problem('bad-input', 'This is no place in the list.', 'Hand back the `next` of the page before, or begin without `after`.', [{ path: 'after', says: 'not a cursor of this list' }]);
}

/** A page of `limit` items from one more than that many rows. */
export function pageOf<Row, Item>(rows: Row[], limit: number, item: (row: Row) => Item, cursor: (row: Row) => string): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(item), next: rows.length > limit && last ? cursor(last) : null };
}
