// How do entries, head and checkpoints lie in the database?
import { sql } from 'kysely';
import type { Db, Tx } from '../../tools/server/database.ts';
import { frontierBytes, frontierFrom, type Frontier } from './tree.ts';

export interface EntryRow {
  position: number;
  leaf: Buffer;
  leaf_hash: Buffer;
  at: string;
  kind: string;
  actor_kind: string;
  actor_ref: string;
  deployment: string | null;
  subject: string;
}
interface HeadRow {
  origin: string | null;
  size: number;
  frontier: Buffer;
}
interface CheckpointRow {
  size: number;
  note: string;
  frontier: Buffer;
}

const on = <D extends Db>(db: D) =>
  db.withTables<{ 'ledger.head': HeadRow; 'ledger.entry': EntryRow; 'ledger.checkpoint': CheckpointRow }>();

export interface Head {
  origin: string | null;
  frontier: Frontier;
}

const headFrom = (row: HeadRow): Head => ({ origin: row.origin, frontier: frontierFrom(row.size, row.frontier) });

/** The head, held until the transaction ends: nobody else can append meanwhile. */
export async function lockHead(tx: Tx): Promise<Head> {
  return headFrom(await on(tx).selectFrom('ledger.head').selectAll().forUpdate().executeTakeFirstOrThrow());
}

export async function readHead(db: Db): Promise<Head> {
  return headFrom(await on(db).selectFrom('ledger.head').selectAll().executeTakeFirstOrThrow());
}

/** The head as it lies there, unchecked, with the position of the last entry at the same moment. */
export async function readHeadRow(db: Db): Promise<HeadRow & { last: number | null }> {
  const found = await sql<HeadRow & { last: number | null }>`
    select origin, size, frontier, (select max(position) from ledger.entry) as last from ledger.head`.execute(db);
  return found.rows[0] ?? { origin: null, size: 0, frontier: Buffer.alloc(0), last: null };
}

/** Adds entries and moves the head, in one statement. The head must have been locked by this transaction. */
export async function grow(tx: Tx, rows: readonly EntryRow[], frontier: Frontier): Promise<void> {
  const column = <K extends keyof EntryRow>(name: K) => rows.map((row) => row[name]);
  await sql`
    with grown as (
      update ledger.head set size = ${frontier.size}, frontier = ${Buffer.from(frontierBytes(frontier))}
    )
    insert into ledger.entry (position, leaf, leaf_hash, at, kind, actor_kind, actor_ref, deployment, subject)
    select * from unnest(
      ${column('position')}::bigint[], ${column('leaf')}::bytea[], ${column('leaf_hash')}::bytea[], ${column('at')}::timestamptz[],
      ${column('kind')}::text[], ${column('actor_kind')}::text[], ${column('actor_ref')}::text[],
      ${column('deployment')}::text[], ${column('subject')}::text[])`.execute(tx);
}

export async function nameLedger(tx: Tx, origin: string): Promise<void> {
  await on(tx).updateTable('ledger.head').set({ origin }).execute();
}

export interface EntryFilter {
  deployment?: string | undefined;
  /** `charter.locked`, or `charter.*`. */
  kind?: string | undefined;
  subject?: string | undefined;
}

/** Entries below a position, the newest first. */
export async function newestEntries(db: Db, filter: EntryFilter, below: number | null, limit: number): Promise<EntryRow[]> {
  let query = on(db).selectFrom('ledger.entry').selectAll().orderBy('position', 'desc').limit(limit);
  if (below !== null) query = query.where('position', '<', below);
  if (filter.deployment !== undefined) query = query.where('deployment', '=', filter.deployment);
  if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject);
  if (filter.kind?.endsWith('.*')) query = query.where('kind', 'like', `${filter.kind.slice(0, -1).replace(/[\\%_]/g, '\\$&')}%`);
  else if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
  return query.execute();
}

/**
 * Entries from one position up to, not including, another, in order, a batch at a time. Each batch asks for a window
 * of positions and not for "the next 2000": the planner then needs no statistics to take the index.
 */
export async function* entriesBetween(db: Db, from: number, to: number, batch = 2000): AsyncGenerator<EntryRow[]> {
  const { last } = await on(db).selectFrom('ledger.entry').select((of) => of.fn.max('position').as('last')).executeTakeFirstOrThrow();
  const end = Math.min(to, (last ?? -1) + 1);
  for (let at = from; at < end; at += batch) {
    const rows = await on(db)
      .selectFrom('ledger.entry')
      .selectAll()
      .where('position', '>=', at)
      .where('position', '<', Math.min(end, at + batch))
      .orderBy('position')
      .execute();
    if (rows.length > 0) yield rows;
  }
}

export async function entriesOfKind(db: Db, kind: string): Promise<EntryRow[]> {
  return on(db).selectFrom('ledger.entry').selectAll().where('kind', '=', kind).orderBy('position').execute();
}

export async function addCheckpoint(db: Db, note: string, frontier: Frontier): Promise<void> {
  await on(db)
    .insertInto('ledger.checkpoint')
    .values({ size: frontier.size, note, frontier: Buffer.from(frontierBytes(frontier)) })
    .onConflict((same) => same.doNothing())
    .execute();
}

export async function lastCheckpoint(db: Db): Promise<CheckpointRow | null> {
  return (await on(db).selectFrom('ledger.checkpoint').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst()) ?? null;
}

export async function checkpointWith(db: Db, size: number, note: string): Promise<CheckpointRow | null> {
  return (await on(db).selectFrom('ledger.checkpoint').selectAll().where('size', '=', size).where('note', '=', note).executeTakeFirst()) ?? null;
}

/** Checkpoints that cover no more than `size` entries, in order. */
export async function checkpointsUpTo(db: Db, size: number): Promise<CheckpointRow[]> {
  return on(db).selectFrom('ledger.checkpoint').selectAll().where('size', '<=', size).orderBy('size').orderBy('note').execute();
}
