// How do entries, head and checkpoints lie in the database?
import { CompiledQuery, sql, type RawBuilder } from 'kysely';
import { Problem } from '../../tools/base/problem.ts';
import { poolOf, type Db, type Tx } from '../../tools/server/database.ts';
import { copyOut } from '../../tools/server/copy-out.ts';
import { bigintArray, byteaArray, smallintArray, textArray, timestamptzArray } from './binary-arrays.ts';
import { copiedColumns } from './compare-row.ts';
import type { Columns, Prepared } from './prepare.ts';
import { frontierBytes, frontierFrom, type Frontier } from './tree.ts';

export interface EntryRow extends Columns {
  position: number;
  leaf: Buffer;
  leaf_hash: Buffer;
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
  db.withTables<{ 'ledger.head': HeadRow; 'ledger.entry': EntryRow; 'ledger.checkpoint': CheckpointRow; 'ledger.cosignature': CosignatureRow }>();

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

/** What one append adds: entries that grew out of one right edge into another. */
export interface Grown {
  from: Frontier;
  to: Frontier;
  prepared: readonly Prepared[];
  /** The leaves, as an array of PostgreSQL in binary form. */
  leaves: Buffer;
  /** Their hashes, in the same form. */
  stored: Buffer;
  /** The same, one by one. */
  hashes: readonly Uint8Array[];
  /** Complete subtrees of 256, 65,536, … leaves that were closed by it. */
  nodes: { level: number; index: number; hash: Uint8Array }[];
}

/**
 * What a room writes in the statement of its entry: parts of a WITH that insert, such as `mine as (insert into … select
 * turn.position, … from turn where turn.grown)`. `turn` has one row: `grown` is false when nothing is to be written, and
 * `position` is that of the entry.
 */
export type Alongside = RawBuilder<unknown>;

/** A connection on which statements are sent without waiting for the answers before; they are carried out in this order. */
export interface Line {
  db: Db;
  ask(statement: { name?: string; text: string; values: unknown[] }): Promise<{ rows: { grown: boolean }[] }>;
  /** Gives the connection back; where something broke on it, to be thrown away. */
  close(broke: boolean): void;
}

/**
 * The driver sends ahead on a connection that says `pipeline`. It is one of the pool and says so only while it is held
 * here, because nothing else of the house is written for that.
 */
export async function openLine(db: Db): Promise<Line> {
  const pool = poolOf(db);
  if (!pool) return { db, ask: ({ text, values }) => db.executeQuery<{ grown: boolean }>(CompiledQuery.raw(text, values)), close() {} };
  const client = await pool.connect();
  const driver = client as unknown as { pipeline?: boolean };
  driver.pipeline = true;
  return {
    db,
    ask: (statement) => client.query<{ grown: boolean }>(statement),
    close(broke) {
      driver.pipeline = false;
      client.release(broke);
    },
  };
}

/** Adds entries and moves the head, in one statement. False, and nothing done, when the head is not `from` any more. */
export async function grow(on: Db | Line, { from, to, prepared, leaves, stored, nodes }: Grown, alongside: Alongside | null = null): Promise<boolean> {
  const sealed = prepared.flatMap((one, i) => (one.sealed ? [{ ...one.sealed, position: from.size + i }] : []));
  const values = [
    from.size, Buffer.from(frontierBytes(from)), Buffer.from(frontierBytes(to)),
    leaves, stored, timestamptzArray(prepared.map(({ columns }) => columns.at)),
    textArray(prepared.map(({ columns }) => columns.kind)), textArray(prepared.map(({ columns }) => columns.actor_kind)), textArray(prepared.map(({ columns }) => columns.actor_ref)),
    textArray(prepared.map(({ columns }) => columns.deployment)), textArray(prepared.map(({ columns }) => columns.subject)),
    smallintArray(nodes.map((one) => one.level)), bigintArray(nodes.map((one) => one.index)), byteaArray(nodes.map((one) => one.hash)),
    bigintArray(sealed.map((one) => one.position)), textArray(sealed.map((one) => one.key)), byteaArray(sealed.map((one) => one.bytes)),
  ];
  const together = alongside && sql<{ grown: boolean }>`with turn as materialized (select ledger.grow(${sql.join(values)}) as grown, ${from.size}::bigint as position), ${alongside} select grown from turn`;
  if (!('ask' in on)) {
    const { rows } = await (together ? together.execute(on) : on.executeQuery<{ grown: boolean }>(CompiledQuery.raw(growing, values)));
    return rows[0]!.grown;
  }
  const whole = together?.compile(on.db);
  // By name the statement is parsed once per connection: a quarter of the time of a commit of 64 entries.
  const { rows } = await on.ask(whole ? { text: whole.sql, values: [...whole.parameters] } : { name: 'ledger-grow', text: growing, values });
  return rows[0]!.grown;
}

const growing = 'select ledger.grow($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) as grown';

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

/** Stored hashes that stand next to each other: leaf hashes at level 0, roots of subtrees above. */
export interface HashRun {
  level: number;
  from: number;
  count: number;
}

/** The hashes of each run. Throws Problem when one is missing: nothing can be proven then. */
export async function hashesAt(db: Db, runs: readonly HashRun[]): Promise<Uint8Array[][]> {
  const leaves = await runsOf(runs.filter((run) => run.level === 0), (from, to) =>
    sql<StoredRun>`
      select run, h.hashes from unnest(${from}::bigint[], ${to}::bigint[]) with ordinality as asked(low, high, run),
      lateral (select string_agg(leaf_hash, ''::bytea order by position) as hashes from ledger.entry where position between low and high) h`.execute(db),
  );
  const levels = [...new Set(runs.map((run) => run.level))].filter((level) => level > 0);
  const above = new Map<HashRun, Uint8Array[]>();
  for (const level of levels) {
    const found = await runsOf(runs.filter((run) => run.level === level), (from, to) =>
      sql<StoredRun>`
        select run, h.hashes from unnest(${from}::bigint[], ${to}::bigint[]) with ordinality as asked(low, high, run),
        lateral (select string_agg(hash, ''::bytea order by index) as hashes from ledger.node where level = ${level} and index between low and high) h`.execute(db),
    );
    for (const [run, hashes] of found) above.set(run, hashes);
  }
  return runs.map((run) => leaves.get(run) ?? above.get(run)!);
}

interface StoredRun {
  run: number;
  hashes: Buffer | null;
}

async function runsOf(runs: readonly HashRun[], ask: (from: Buffer, to: Buffer) => Promise<{ rows: StoredRun[] }>): Promise<Map<HashRun, Uint8Array[]>> {
  if (runs.length === 0) return new Map();
  const { rows } = await ask(bigintArray(runs.map((run) => run.from)), bigintArray(runs.map((run) => run.from + run.count - 1)));
  return new Map(
    rows.map(({ run, hashes }) => {
      const asked = runs[run - 1]!;
      if (hashes?.length !== 32 * asked.count) throw new Problem('conflict', 'The ledger lacks hashes that a proof needs.', 'Run `attending ledger verify` to see where it was altered.');
      return [asked, Array.from({ length: asked.count }, (_, i) => new Uint8Array(hashes.subarray(32 * i, 32 * i + 32)))];
    }),
  );
}

/** How many roots of subtrees of 256 are stored. */
export async function countNodes(db: Db): Promise<number> {
  return (await sql<{ n: number }>`select count(*) as n from ledger.node where level = 8`.execute(db)).rows[0]!.n;
}

/** Stores roots of subtrees of a ledger that grew before they were kept. */
export async function addNodes(tx: Tx, nodes: Grown['nodes']): Promise<void> {
  await sql`
    insert into ledger.node (level, index, hash)
    select * from unnest(${smallintArray(nodes.map((one) => one.level))}::smallint[], ${bigintArray(nodes.map((one) => one.index))}::bigint[], ${byteaArray(nodes.map((one) => one.hash))}::bytea[])
    on conflict do nothing`.execute(tx);
}

/** Rows from one position up to, not including, another, in order, in the binary form of COPY. */
export async function copyEntries(db: Db, from: number, to: number, take: (row: Buffer) => void): Promise<void> {
  await copyOut(db, `copy (select ${copiedColumns.join(', ')} from ledger.entry where position >= ${Math.floor(from)} and position < ${Math.floor(to)} order by position) to stdout (format binary)`, take);
}

/** Stored roots of complete subtrees, level by level and in order, a batch at a time. */
export async function* storedNodes(db: Db, batch = 20_000): AsyncGenerator<{ level: number; index: number; hash: Buffer }[]> {
  let after = { level: 0, index: -1 };
  for (;;) {
    const { rows } = await sql<{ level: number; index: number; hash: Buffer }>`
      select level, index, hash from ledger.node where (level, index) > (${after.level}, ${after.index}) order by level, index limit ${batch}`.execute(db);
    if (rows.length === 0) return;
    yield rows;
    after = rows.at(-1)!;
  }
}

/** Checkpoints, nodes and payloads of entries that the head does not know of, at one moment. */
export async function rowsBeyond(db: Db): Promise<{ table: string; row: string }[]> {
  const { rows } = await sql<{ table: string; row: string }>`
    select 'checkpoint' as "table", c.size::text as row from ledger.checkpoint c, ledger.head h where c.size > h.size
    union all select 'node', n.level || '/' || n.index from ledger.node n, ledger.head h where (n.index + 1)::numeric * 2 ^ n.level::numeric > h.size
    union all select 'payload', p.position::text from ledger.payload p, ledger.head h where p.position >= h.size
    limit 20`.execute(db);
  return rows;
}

export async function entryAt(db: Db, position: number): Promise<EntryRow | null> {
  return (await on(db).selectFrom('ledger.entry').selectAll().where('position', '=', position).executeTakeFirst()) ?? null;
}

/** Checkpoints that cover less than `below` entries, the newest first, with the time of the last entry each covers. */
export async function checkpointsBelow(db: Db, below: number | null, limit: number): Promise<(CheckpointRow & { at: string | null })[]> {
  let query = on(db)
    .selectFrom('ledger.checkpoint as c')
    .leftJoin('ledger.entry as e', (join) => join.on(sql<boolean>`e.position = c.size - 1`))
    .select(['c.size', 'c.note', 'c.frontier', 'e.at'])
    .orderBy('c.size', 'desc')
    .limit(limit);
  if (below !== null) query = query.where('c.size', '<', below);
  return query.execute();
}

export interface CosignatureRow {
  size: number;
  witness: string;
  /** The signature line, with its line feed. */
  line: string;
}

export async function cosignaturesOf(db: Db, size: number): Promise<CosignatureRow[]> {
  return on(db).selectFrom('ledger.cosignature').selectAll().where('size', '=', size).orderBy('witness').execute();
}

export async function allCosignatures(db: Db): Promise<CosignatureRow[]> {
  return on(db).selectFrom('ledger.cosignature').selectAll().orderBy('size').orderBy('witness').execute();
}

/** The largest size a witness has cosigned, and how that checkpoint reads. */
export async function lastCosignature(db: Db, witness: string): Promise<CosignatureRow | null> {
  return (await on(db).selectFrom('ledger.cosignature').selectAll().where('witness', '=', witness).orderBy('size', 'desc').limit(1).executeTakeFirst()) ?? null;
}

export async function keepCosignature(db: Db, row: CosignatureRow): Promise<void> {
  await on(db).insertInto('ledger.cosignature').values(row).onConflict((same) => same.columns(['size', 'witness']).doUpdateSet({ line: row.line })).execute();
}

export async function checkpointOfSize(db: Db, size: number): Promise<CheckpointRow | null> {
  return (await on(db).selectFrom('ledger.checkpoint').selectAll().where('size', '=', size).limit(1).executeTakeFirst()) ?? null;
}
