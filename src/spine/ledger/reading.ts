// What stands in the ledger?
import { Problem } from '../../tools/base/problem.ts';
import type { House } from '../../tools/server/capability.ts';
import type { Db } from '../../tools/server/database.ts';
import { base64Of } from './base64.ts';
import { entry as entrySchema, entryKinds, type Entry, type Recorded } from './model.ts';
import { lastCheckpoint, newestEntries, readHead, type EntryFilter, type EntryRow } from './records.ts';
import { serverTree } from './tree-on-server.ts';
import { rootOf } from './tree.ts';

/** Entries, the newest first; `after` is the `next` of the page before. */
export async function entries(
  db: Db,
  { after, limit = 100, ...filter }: EntryFilter & { after?: string | undefined; limit?: number },
): Promise<{ items: Recorded[]; next: string | null }> {
  if (after !== undefined && !/^\d{1,15}$/.test(after)) {
    throw new Problem('bad-input', 'This is not a cursor of the ledger.', 'Hand back the `next` of the page before.', [{ path: 'after', says: after }]);
  }
  const rows = await newestEntries(db, filter, after === undefined ? null : Number(after), limit + 1);
  const says = new Map(entryKinds().map((one) => [one.kind, one.says]));
  const items = rows.slice(0, limit).map((row) => {
    const one = entryFrom(row);
    return { ...one, leafHash: base64Of(row.leaf_hash), says: says.get(one.kind) ?? one.kind };
  });
  return { items, next: rows.length > limit ? String(items.at(-1)!.position) : null };
}

/** What is shown comes out of the leaf, never out of a column that could differ from it. */
function entryFrom(row: EntryRow): Entry {
  try {
    return entrySchema.parse(JSON.parse(row.leaf.toString('utf8')));
  } catch {
    throw new Problem('internal', `Entry ${row.position} of the ledger cannot be read.`, 'Run `attending ledger verify`.');
  }
}

/** The newest entry of this kind about this record, or null. */
export async function newest(db: Db, filter: EntryFilter): Promise<Recorded | null> {
  return (await entries(db, { ...filter, limit: 1 })).items[0] ?? null;
}

/** Size and root now, and the last checkpoint. */
export async function head(house: Pick<House, 'db'>): Promise<{ origin: string; entries: number; root: Uint8Array; note: string | null }> {
  const { origin, frontier } = await readHead(house.db);
  const last = await lastCheckpoint(house.db);
  return { origin: origin ?? '', entries: frontier.size, root: rootOf(frontier, serverTree), note: last?.note ?? null };
}
