// How does a person become a session, and when does it end?
import { between, days, hours, minutes, shift } from '../base/clock.ts';
import { newId } from '../base/id.ts';
import { Problem } from '../base/problem.ts';
import { theHouse, type Caller, type House } from './capability.ts';
import type { Tx } from './database.ts';
import type { MeAnswer } from './model.ts';
import { hashPassword, isPassword } from './password.ts';
import * as records from './records.ts';
import { cookie, cookieOf, hashOf, newToken } from './tokens.ts';

/** A session ends after 12 hours without use, and after 7 days in any case. */
export const idleFor = hours(12);
export const atMost = days(7);
/** A one-time link is good for three days. */
export const linkLasts = days(3);
/** So many failures per address, and per machine, in so long; then signing in waits. */
const allowed = { address: 8, machine: 60, within: minutes(15) };

export const isSecure = (house: House): boolean => house.config.url?.startsWith('https:') ?? false;
/** Under https the `__Host-` prefix keeps other hosts of the same domain from setting it. */
export const sessionCookie = (house: House): string => (isSecure(house) ? '__Host-attending' : 'attending_session');

const sessionHeader = (house: House, token: string, maxAge = atMost / 1000): string => cookie(sessionCookie(house), token, { secure: isSecure(house), path: '/', maxAge });

/** The `Set-Cookie` that ends the session in the browser. */
export const endedCookie = (house: House): string => sessionHeader(house, '', 0);

export const personOf = (row: records.AccountRow): Caller => ({ kind: 'person', id: row.id, name: row.name, roles: row.roles, vendor: row.vendor });

export const meOf = (row: records.AccountRow): MeAnswer => ({
  kind: 'person',
  id: row.id,
  name: row.name,
  email: row.email,
  roles: row.roles,
  vendor: row.vendor,
  hasPassword: row.password !== null,
});

/** Opens a session; the answer is the `Set-Cookie` to send. */
export async function openSession(house: House, account: string): Promise<string> {
  const token = newToken();
  const now = house.clock.now();
  await records.insertSession(house.db, { token_sha256: hashOf(token), account, created_at: now, last_seen_at: now, expires_at: shift(now, atMost) });
  await records.noteSeen(house.db, hashOf(token), account, now);
  return sessionHeader(house, token);
}

/** The account whose valid session came with the request; null for none, for one that ran out, for one disabled. */
export async function accountOfSession(house: House, request: Request): Promise<records.AccountRow | null> {
  const token = cookieOf(request, sessionCookie(house));
  if (!token) return null;
  const found = await records.sessionWithAccount(house.db, hashOf(token));
  const now = house.clock.now();
  if (!found || found.disabled || found.expires <= now || between(found.seen, now) > idleFor) return null;
  // Once a minute is enough to know that somebody is there.
  if (between(found.seen, now) > minutes(1)) await records.noteSeen(house.db, hashOf(token), found.id, now);
  return found;
}

/**
 * Checks address and password. Too many failures for an address or from a machine within 15 minutes are refused
 * before the password is looked at, so that guessing is slow and costs us nothing.
 * @throws Problem `too-many-requests`, or `not-signed-in` without saying which of the two was wrong.
 */
export async function signInByPassword(house: House, email: string, password: string, machine: string): Promise<records.AccountRow> {
  const who = [`address ${email.toLowerCase()}`, `machine ${machine}`] as const;
  const now = house.clock.now();
  const since = shift(now, -allowed.within);
  const tooMany = async (beside: number) => {
    const [address = 0, from = 0] = await Promise.all(who.map((one) => records.countAttempts(house.db, one, since)));
    if (address + beside > allowed.address || from + beside > allowed.machine) throw new Problem('too-many-requests', 'Signing in failed too often.', 'Wait 15 minutes, or ask an administrator for a one-time link.');
  };
  await tooMany(1);
  // Counted before it is tried, and looked at again: of a hundred guesses at once, eight are tried.
  await records.noteAttempt(house.db, who, now);
  await tooMany(0);
  const account = (await records.accountByEmail(house.db, email)) ?? null;
  const right = await isPassword(password, account?.password ?? null);
  if (!account || !right || account.disabled)
    throw new Problem('not-signed-in', 'The address or the password is not right.', 'Try again, or ask an administrator for a one-time link.');
  await records.forgetAttempts(house.db, who[0]);
  await records.takeBackAttempt(house.db, who[1], now);
  return account;
}

/** Makes a one-time link for an account; earlier ones end. Only its hash is kept. */
export async function makeLink(house: House, tx: Tx, account: string): Promise<{ url: string; expiresAt: string }> {
  const token = newToken();
  const now = house.clock.now();
  const expiresAt = shift(now, linkLasts);
  await records.replaceLink(tx, { token_sha256: hashOf(token), account, created_at: now, expires_at: expiresAt, used_at: null });
  // Behind the #, so that it is never sent to a server or written into its log by opening the page.
  return { url: `${addressOf(house)}/link#${token}`, expiresAt };
}

/** Where people reach this installation. */
export const addressOf = (house: House): string => (house.config.url ?? `http://${house.config.host === '0.0.0.0' ? 'localhost' : house.config.host}:${house.config.port}`).replace(/\/$/, '');

/** Uses a one-time link up; password, name and address may be set on the way. Other sessions end with a new password. */
export async function signInByLink(house: House, token: string, set: { password?: string | undefined; name?: string | undefined; email?: string | undefined }): Promise<records.AccountRow> {
  const hashed = set.password === undefined ? undefined : await hashPassword(set.password);
  return house.db.transaction().execute(async (tx) => {
    // The account is locked before its link, as whoever makes a new link does: the other way round two could wait for each other.
    const holder = await records.accountOfLink(tx, hashOf(token));
    const account = holder && (await records.accountForChange(tx, holder.account));
    const link = account && (await records.useLink(tx, hashOf(token), house.clock.now()));
    if (!account || !link || account.disabled) throw new Problem('not-signed-in', 'This link was used before, has run out, or is not ours.', 'Ask an administrator for a new one; on a new installation: `attending server admin-link`.');
    if (set.email && set.email.toLowerCase() !== account.email.toLowerCase() && (await records.accountByEmail(tx, set.email)))
      throw new Problem('conflict', `There is another account with the address ${set.email}.`, 'Use another address.', [{ path: 'email', says: 'in use' }]);
    const change = { ...(hashed && { password: hashed }), ...(set.name && { name: set.name }), ...(set.email && { email: set.email }) };
    if (Object.keys(change).length > 0) await records.changeAccount(tx, account.id, change);
    if (hashed) await records.deleteSessionsOf(tx, account.id);
    return { ...account, ...change };
  });
}

export async function setPassword(house: House, caller: Caller, current: string | undefined, next: string, keep: string): Promise<records.AccountRow> {
  const account = caller.kind === 'person' ? await records.accountById(house.db, caller.id) : undefined;
  if (!account) throw new Problem('not-allowed', 'Only a person has a password.', 'Sign in as a person.');
  if (account.password !== null && !(await isPassword(current ?? '', account.password)))
    throw new Problem('bad-input', 'The current password is not right.', 'Type the current password again.', [{ path: 'current', says: 'not right' }]);
  const password = await hashPassword(next);
  await house.db.transaction().execute(async (tx) => {
    await records.changeAccount(tx, account.id, { password });
    await records.deleteSessionsOf(tx, account.id, keep);
  });
  return { ...account, password };
}

/** The hash under which this request's session is kept; empty when it has none. */
export const sessionOf = (house: House, request: Request): string => {
  const token = cookieOf(request, sessionCookie(house));
  return token ? hashOf(token) : '';
};

/**
 * The link of the first administrator: creates the account on the first start, and makes a new link at every start
 * until somebody has signed in with it. Null when an administrator has been here.
 */
export async function firstAdministratorLink(house: House): Promise<{ url: string; expiresAt: string } | null> {
  return house.db.transaction().execute(async (tx) => {
    await records.lockFirstStart(tx);
    const [first, ...others] = await records.administratorsForChange(tx);
    if (first) {
      const known = [first, ...others].some((one) => one.last_seen_at !== null || one.password !== null || one.subject !== null);
      return known ? null : makeLink(house, tx, first.id);
    }
    return makeLink(house, tx, await createAdministrator(house, tx));
  });
}

/** A new link for the oldest administrator, whoever signed in before: for whoever can use the machine itself. */
export async function administratorLink(house: House): Promise<{ url: string; expiresAt: string; email: string }> {
  return house.db.transaction().execute(async (tx) => {
    await records.lockFirstStart(tx);
    const [first] = await records.administratorsForChange(tx);
    const id = first?.id ?? (await createAdministrator(house, tx));
    return { ...(await makeLink(house, tx, id)), email: first?.email ?? firstAddress };
  });
}

const firstAddress = 'administrator@attending.local';

async function createAdministrator(house: House, tx: Tx): Promise<string> {
  const now = house.clock.now();
  const id = newId('acc', now);
  const taken = await records.accountByEmail(tx, firstAddress);
  const email = taken ? `administrator-${id.slice(4, 14)}@attending.local` : firstAddress;
  await records.insertAccount(tx, { id, email, name: 'Administrator', roles: ['administrator'], vendor: null, disabled: false, password: null, issuer: null, subject: null, created_at: now, last_seen_at: null });
  await house.remember(tx, { kind: 'account.created', by: theHouse, at: now, about: `account/${id}`, body: { account: id, roles: ['administrator'], vendor: null } });
  return id;
}
