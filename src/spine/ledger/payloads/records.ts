// How do data keys, subjects and sealed payloads lie in the database?
import { sql } from 'kysely';
import type { Db, Tx } from '../../../tools/server/database.ts';
import { copyOut } from '../../../tools/server/copy-out.ts';
import { byteaArray, textArray } from '../binary-arrays.ts';

export interface DataKeyRow {
  id: string;
  /** The reference of the subject. */
  subject: string;
  year: number;
  /** The KEK that wraps it; null, with `wrapped`, once it was shredded. */
  kek: string | null;
  wrapped: Buffer | null;
}
export interface SubjectRow {
  reference: string;
  /** HMAC of the identifier. */
  lookup: Buffer;
  kek: string;
  /** The identifier, sealed. */
  sealed: Buffer;
}
export interface PayloadRow {
  position: number;
  key: string;
  sealed: Buffer;
}

const on = <D extends Db>(db: D) => db.withTables<{ 'ledger.data_key': DataKeyRow; 'ledger.subject': SubjectRow; 'ledger.payload': PayloadRow }>();

export async function liveKey(db: Db, subject: string, year: number): Promise<DataKeyRow | null> {
  return (await on(db).selectFrom('ledger.data_key').selectAll().where('subject', '=', subject).where('year', '=', year).where('wrapped', 'is not', null).executeTakeFirst()) ?? null;
}

export async function keyById(db: Db, id: string): Promise<DataKeyRow | null> {
  return (await on(db).selectFrom('ledger.data_key').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Adds a key unless the subject has one for that year by now. */
export async function addKey(db: Db, row: DataKeyRow): Promise<void> {
  await sql`
    insert into ledger.data_key (id, subject, year, kek, wrapped) values (${row.id}, ${row.subject}, ${row.year}, ${row.kek}, ${row.wrapped})
    on conflict (subject, year) where wrapped is not null do nothing`.execute(db);
}

/** The keys of a subject that are not shredded, held against others until the transaction ends. */
export async function lockKeysOf(tx: Tx, subject: string): Promise<DataKeyRow[]> {
  return on(tx).selectFrom('ledger.data_key').selectAll().where('subject', '=', subject).where('wrapped', 'is not', null).orderBy('id').forUpdate().execute();
}

/** Some keys of a year or before that are not shredded, of subjects not among these. */
export async function lockKeysUntil(tx: Tx, year: number, except: readonly string[], most: number): Promise<DataKeyRow[]> {
  let query = on(tx).selectFrom('ledger.data_key').selectAll().where('year', '<=', year).where('wrapped', 'is not', null);
  if (except.length > 0) query = query.where('subject', 'not in', except);
  return query.orderBy('id').limit(most).forUpdate().execute();
}

export async function shredKeys(tx: Tx, ids: readonly string[]): Promise<void> {
  await on(tx).updateTable('ledger.data_key').set({ kek: null, wrapped: null }).where('id', 'in', ids).execute();
}

/** Some keys and subjects that another KEK than this one wraps. */
export async function wrappedByOthers(tx: Tx, kek: string, most: number): Promise<{ keys: DataKeyRow[]; subjects: SubjectRow[] }> {
  const keys = await on(tx).selectFrom('ledger.data_key').selectAll().where('kek', '!=', kek).limit(most).forUpdate().execute();
  const subjects = await on(tx).selectFrom('ledger.subject').selectAll().where('kek', '!=', kek).limit(most).forUpdate().execute();
  return { keys, subjects };
}

export async function rewrapKey(tx: Tx, { id, kek, wrapped }: DataKeyRow): Promise<void> {
  await on(tx).updateTable('ledger.data_key').set({ kek, wrapped }).where('id', '=', id).execute();
}

export async function rewrapSubject(tx: Tx, { reference, kek, sealed }: SubjectRow): Promise<void> {
  await on(tx).updateTable('ledger.subject').set({ kek, sealed }).where('reference', '=', reference).execute();
}

export async function subjectsByLookup(db: Db, lookups: readonly Buffer[]): Promise<SubjectRow[]> {
  if (lookups.length === 0) return [];
  return on(db).selectFrom('ledger.subject').selectAll().where(sql<boolean>`lookup = any(${byteaArray(lookups)}::bytea[])`).execute();
}

export async function subjectByReference(db: Db, reference: string): Promise<SubjectRow | null> {
  return (await on(db).selectFrom('ledger.subject').selectAll().where('reference', '=', reference).executeTakeFirst()) ?? null;
}

export async function addSubjects(db: Db, rows: readonly SubjectRow[]): Promise<void> {
  // Arrays and not one parameter per value: a statement takes 65,535 parameters, and a batch may bring more people.
  await sql`insert into ledger.subject (reference, lookup, kek, sealed)
    select * from unnest(${textArray(rows.map((row) => row.reference))}::text[], ${byteaArray(rows.map((row) => row.lookup))}::bytea[], ${textArray(rows.map((row) => row.kek))}::text[], ${byteaArray(rows.map((row) => row.sealed))}::bytea[])
    on conflict do nothing`.execute(db);
}

export async function deleteSubject(tx: Tx, reference: string): Promise<void> {
  await on(tx).deleteFrom('ledger.subject').where('reference', '=', reference).execute();
}

export async function payloadOf(db: Db, position: number): Promise<PayloadRow | null> {
  return (await on(db).selectFrom('ledger.payload').selectAll().where('position', '=', position).executeTakeFirst()) ?? null;
}

export interface SealingCounts {
  payloads: number;
  bytes: number;
  keys: number;
  shredded: number;
  subjects: number;
}

export async function sealingCounts(db: Db): Promise<SealingCounts> {
  const { rows } = await sql<SealingCounts>`
    select (select count(*) from ledger.payload) as payloads, (select coalesce(sum(octet_length(sealed)), 0) from ledger.payload)::bigint as bytes,
      (select count(*) from ledger.data_key where wrapped is not null) as keys, (select count(*) from ledger.data_key where wrapped is null) as shredded,
      (select count(*) from ledger.subject) as subjects`.execute(db);
  return rows[0]!;
}

/** Sealed payloads of a stretch of entries, in the binary form of COPY: position, key, sealed. */
export async function copyPayloads(db: Db, from: number, to: number, take: (row: Buffer) => void): Promise<void> {
  await copyOut(db, `copy (select position, key, sealed from ledger.payload where position >= ${Math.floor(from)} and position < ${Math.floor(to)} order by position) to stdout (format binary)`, take);
}

/** The position of a payload outside these, or null. */
export async function payloadBeyond(db: Db, size: number): Promise<number | null> {
  return (await sql<{ position: number }>`select position from ledger.payload where position >= ${size} or position < 0 limit 1`.execute(db)).rows[0]?.position ?? null;
}

export async function* allKeys(db: Db, batch = 5000): AsyncGenerator<DataKeyRow[]> {
  for (let after = ''; ; ) {
    const rows = await on(db).selectFrom('ledger.data_key').selectAll().where('id', '>', after).orderBy('id').limit(batch).execute();
    if (rows.length === 0) return;
    yield rows;
    after = rows.at(-1)!.id;
  }
}

export async function* allSubjects(db: Db, batch = 5000): AsyncGenerator<SubjectRow[]> {
  for (let after = ''; ; ) {
    const rows = await on(db).selectFrom('ledger.subject').selectAll().where('reference', '>', after).orderBy('reference').limit(batch).execute();
    if (rows.length === 0) return;
    yield rows;
    after = rows.at(-1)!.reference;
  }
}
