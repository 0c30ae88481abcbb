// Which accounts, sessions, links and keys are there?
import { sql, type Selectable } from 'kysely';
import type { Instant } from '../base/clock.ts';
import type { Role } from '../base/endpoint.ts';
import type { Db, Tx } from './database.ts';

export interface AccountRow {
  id: string;
  email: string;
  name: string;
  roles: Role[];
  vendor: string | null;
  disabled: boolean;
  password: string | null;
  issuer: string | null;
  subject: string | null;
  created_at: Instant;
  last_seen_at: Instant | null;
}
export interface SessionRow {
  token_sha256: string;
  account: string;
  created_at: Instant;
  last_seen_at: Instant;
  expires_at: Instant;
}
export interface LinkRow {
  token_sha256: string;
  account: string;
  created_at: Instant;
  expires_at: Instant;
  used_at: Instant | null;
}
export interface KeyRow {
  id: string;
  name: string;
  begins: string;
  secret_sha256: string;
  roles: Role[];
  scopes: string[];
  vendor: string | null;
  created_by: string;
  created_at: Instant;
  expires_at: Instant | null;
  last_used_at: Instant | null;
  revoked_at: Instant | null;
}
export interface OidcVisitRow {
  cookie_sha256: string;
  state: string;
  nonce: string;
  verifier: string;
  return_to: string;
  expires_at: Instant;
}
export interface IdempotencyRow {
  id: string;
  body_sha256: string;
  created_at: Instant;
  /** The process that has it at work. */
  instance: string;
  /** Something of it was recorded, whether or not its answer was kept. */
  committed: boolean;
  status: number | null;
  content_type: string | null;
  body: string | null;
}
type Tables = {
  'server.account': AccountRow;
  'server.session': SessionRow;
  'server.link': LinkRow;
  'server.api_key': KeyRow;
  'server.failed_attempt': { who: string; at: Instant };
  'server.oidc_visit': OidcVisitRow;
  'server.idempotency': IdempotencyRow;
}
const on = (db: Db | Tx) => db.withTables<Tables>();

// Accounts

export const insertAccount = async (tx: Tx, row: AccountRow): Promise<void> => void (await on(tx).insertInto('server.account').values(row).execute());
export const accountById = (db: Db | Tx, id: string) => on(db).selectFrom('server.account').selectAll().where('id', '=', id).executeTakeFirst();
/** The account, held until the transaction ends: a decision about it is not overtaken by another. */
export const accountForChange = (tx: Tx, id: string) => on(tx).selectFrom('server.account').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
export const accountByEmail = (db: Db | Tx, email: string) =>
  on(db).selectFrom('server.account').selectAll().where(sql`lower(email)`, '=', email.toLowerCase()).executeTakeFirst();
export const accountBySubject = (db: Db | Tx, issuer: string, subject: string) =>
  on(db).selectFrom('server.account').selectAll().where('issuer', '=', issuer).where('subject', '=', subject).executeTakeFirst();
export const changeAccount = async (tx: Tx, id: string, change: Partial<Omit<AccountRow, 'id'>>): Promise<void> =>
  void (await on(tx).updateTable('server.account').set(change).where('id', '=', id).execute());

export function listAccountRows(db: Db, { after, limit, find }: { after?: string | undefined; limit: number; find?: string | undefined }): Promise<Selectable<AccountRow>[]> {
  const like = find && `%${find.toLowerCase().replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  return on(db)
    .selectFrom('server.account')
    .selectAll()
    .$if(after !== undefined, (query) => query.where('id', '>', after!))
    .$if(like !== undefined, (query) => query.where((where) => where.or([where(sql<string>`lower(name)`, 'like', like!), where(sql<string>`lower(email)`, 'like', like!)])))
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Enabled administrators, oldest first; held, so that the last one cannot be lost to two changes at once. */
export const administratorsForChange = (tx: Tx) =>
  on(tx).selectFrom('server.account').selectAll().where('disabled', '=', false).where(sql<boolean>`'administrator' = any(roles)`).orderBy('id').forUpdate().execute();

/** One first start at a time makes the first administrator. */
export const lockFirstStart = async (tx: Tx): Promise<void> => void (await sql`select pg_advisory_xact_lock(7420003)`.execute(tx));

// Sessions

export const insertSession = async (db: Db | Tx, row: SessionRow): Promise<void> => void (await on(db).insertInto('server.session').values(row).execute());
export const deleteSession = async (db: Db | Tx, tokenHash: string): Promise<void> => void (await on(db).deleteFrom('server.session').where('token_sha256', '=', tokenHash).execute());

export async function deleteSessionsOf(db: Db | Tx, account: string, except = ''): Promise<number> {
  const done = await on(db).deleteFrom('server.session').where('account', '=', account).where('token_sha256', '!=', except).executeTakeFirst();
  return Number(done.numDeletedRows);
}

/** The session and its account, in one question. */
export const sessionWithAccount = (db: Db, tokenHash: string) =>
  on(db)
    .selectFrom('server.session as session')
    .innerJoin('server.account as account', 'account.id', 'session.account')
    .selectAll('account')
    .select(['session.last_seen_at as seen', 'session.expires_at as expires'])
    .where('session.token_sha256', '=', tokenHash)
    .executeTakeFirst();

export async function noteSeen(db: Db, tokenHash: string, account: string, now: Instant): Promise<void> {
  await on(db).updateTable('server.session').set({ last_seen_at: now }).where('token_sha256', '=', tokenHash).execute();
  await on(db).updateTable('server.account').set({ last_seen_at: now }).where('id', '=', account).execute();
}

// One-time links

export async function replaceLink(tx: Tx, row: LinkRow): Promise<void> {
  await on(tx).deleteFrom('server.link').where('account', '=', row.account).execute();
  await on(tx).insertInto('server.link').values(row).execute();
}

export const accountOfLink = (tx: Tx, tokenHash: string) => on(tx).selectFrom('server.link').select('account').where('token_sha256', '=', tokenHash).executeTakeFirst();

/** Uses the link up if it is good; of two who try at once, one gets it. */
export const useLink = (tx: Tx, tokenHash: string, now: Instant) =>
  on(tx).updateTable('server.link').set({ used_at: now }).where('token_sha256', '=', tokenHash).where('used_at', 'is', null).where('expires_at', '>', now).returningAll().executeTakeFirst();

// API keys

export const insertKey = async (tx: Tx, row: KeyRow): Promise<void> => void (await on(tx).insertInto('server.api_key').values(row).execute());
export const keyBySecret = (db: Db, secretHash: string) => on(db).selectFrom('server.api_key').selectAll().where('secret_sha256', '=', secretHash).executeTakeFirst();
export const noteKeyUsed = async (db: Db, id: string, now: Instant): Promise<void> => void (await on(db).updateTable('server.api_key').set({ last_used_at: now }).where('id', '=', id).execute());
export const listKeyRows = (db: Db, { after, limit }: { after?: string | undefined; limit: number }): Promise<Selectable<KeyRow>[]> =>
  on(db).selectFrom('server.api_key').selectAll().$if(after !== undefined, (query) => query.where('id', '>', after!)).orderBy('id').limit(limit).execute();
/** Revokes once; undefined when there is none, or it was revoked before. */
export const revokeKeyRow = (tx: Tx, id: string, now: Instant) =>
  on(tx).updateTable('server.api_key').set({ revoked_at: now }).where('id', '=', id).where('revoked_at', 'is', null).returningAll().executeTakeFirst();
export const keyById = (db: Db | Tx, id: string) => on(db).selectFrom('server.api_key').selectAll().where('id', '=', id).executeTakeFirst();

// Attempts to sign in; what stays are the failed ones

export const noteAttempt = async (db: Db, who: readonly string[], at: Instant): Promise<void> => void (await on(db).insertInto('server.failed_attempt').values(who.map((one) => ({ who: one, at }))).execute());
/** One that turned out well; another of the same moment stays. */
export const takeBackAttempt = async (db: Db, who: string, at: Instant): Promise<void> =>
  void (await sql`delete from server.failed_attempt where ctid = (select ctid from server.failed_attempt where who = ${who} and at = ${at} limit 1)`.execute(db));
export const forgetAttempts = async (db: Db, who: string): Promise<void> => void (await on(db).deleteFrom('server.failed_attempt').where('who', '=', who).execute());
export async function countAttempts(db: Db, who: string, since: Instant): Promise<number> {
  const { n } = await on(db).selectFrom('server.failed_attempt').select((count) => count.fn.countAll<number>().as('n')).where('who', '=', who).where('at', '>', since).executeTakeFirstOrThrow();
  return n;
}

// Visits to the hospital's own sign-in

export const insertVisit = async (db: Db, row: OidcVisitRow): Promise<void> => void (await on(db).insertInto('server.oidc_visit').values(row).execute());
/** A visit comes back once. */
export const takeVisit = (db: Db, cookieHash: string, now: Instant) =>
  on(db).deleteFrom('server.oidc_visit').where('cookie_sha256', '=', cookieHash).where('expires_at', '>', now).returningAll().executeTakeFirst();

// Repeated requests

/** Claims the key for this request; false when it was claimed before. */
export async function claimKey(db: Db, row: Pick<IdempotencyRow, 'id' | 'body_sha256' | 'created_at' | 'instance'>, tooOld: Instant): Promise<boolean> {
  await on(db).deleteFrom('server.idempotency').where('id', '=', row.id).where('created_at', '<', tooOld).execute();
  const done = await on(db).insertInto('server.idempotency').values({ ...row, committed: false, status: null, content_type: null, body: null }).onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
  return Number(done.numInsertedOrUpdatedRows ?? 0) === 1;
}
export const claimedBefore = (db: Db, id: string) => on(db).selectFrom('server.idempotency').selectAll().where('id', '=', id).executeTakeFirst();
/** Takes over a request whose process died before anything was recorded; of two who try, one gets it. */
export async function takeOver(db: Db, id: string, from: string, row: Pick<IdempotencyRow, 'instance' | 'created_at'>): Promise<boolean> {
  const done = await on(db).updateTable('server.idempotency').set(row).where('id', '=', id).where('instance', '=', from).where('status', 'is', null).where('committed', '=', false).executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}
export const keepAnswer = async (db: Db, id: string, answer: Pick<IdempotencyRow, 'status' | 'content_type' | 'body'>): Promise<void> => void (await on(db).updateTable('server.idempotency').set(answer).where('id', '=', id).execute());
export const forgetKey = async (db: Db, id: string): Promise<void> => void (await on(db).deleteFrom('server.idempotency').where('id', '=', id).execute());

/** Removes what has run out. */
export async function tidy(db: Db, now: Instant, dayAgo: Instant): Promise<void> {
  await on(db).deleteFrom('server.session').where('expires_at', '<', now).execute();
  await on(db).deleteFrom('server.link').where('expires_at', '<', dayAgo).execute();
  await on(db).deleteFrom('server.oidc_visit').where('expires_at', '<', now).execute();
  await on(db).deleteFrom('server.failed_attempt').where('at', '<', dayAgo).execute();
  await on(db).deleteFrom('server.idempotency').where('created_at', '<', dayAgo).execute();
}
