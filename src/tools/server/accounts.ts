// Who gets in, with which roles, and which machines have keys?
import { newId } from '../base/id.ts';
import type { Role } from '../base/endpoint.ts';
import { Problem } from '../base/problem.ts';
import type { Caller, House } from './capability.ts';
import type { Tx } from './database.ts';
import type { Account, Key } from './model.ts';
import * as records from './records.ts';
import { makeLink } from './sign-in.ts';
import { hashOf, newToken } from './tokens.ts';

export const accountOf = (row: records.AccountRow): Account => ({
  id: row.id,
  email: row.email,
  name: row.name,
  roles: row.roles,
  vendor: row.vendor,
  disabled: row.disabled,
  signsInBy: row.password && row.subject ? 'both' : row.subject ? 'single-sign-on' : row.password ? 'password' : 'nothing-yet',
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
});

export const keyOf = (row: records.KeyRow): Key => ({
  id: row.id,
  name: row.name,
  begins: row.begins,
  roles: row.roles,
  scopes: row.scopes,
  vendor: row.vendor,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
});

/** A page of rows: one more is asked for than shown, to know whether there is a next. */
export function pageOf<Row extends { id: string }, Item>(rows: Row[], limit: number, show: (row: Row) => Item): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  return { items: shown.map(show), next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

export interface NewAccount {
  email: string;
  name: string;
  roles: Role[];
  vendor?: string | null | undefined;
}

/** Creates an account and its one-time link. @throws Problem `conflict` when the address is in use. */
export async function createAccount(house: House, by: Caller, asked: NewAccount): Promise<{ account: Account; link: { url: string; expiresAt: string } }> {
  return house.db.transaction().execute(async (tx) => {
    const row = await insertAccount(house, tx, by, { ...asked, issuer: null, subject: null });
    return { account: accountOf(row), link: await makeLink(house, tx, row.id) };
  });
}

/** Inserts and remembers. Roles are remembered, addresses and names are not: the ledger cannot forget. */
export async function insertAccount(house: House, tx: Tx, by: Caller | null, asked: NewAccount & { issuer: string | null; subject: string | null }): Promise<records.AccountRow> {
  const now = house.clock.now();
  const vendor = vendorOf(asked.roles, asked.vendor ?? null);
  if (await records.accountByEmail(tx, asked.email))
    throw new Problem('conflict', `There is an account with the address ${asked.email}.`, 'Edit that one, or use another address.', [{ path: 'email', says: 'in use' }]);
  const row: records.AccountRow = { id: newId('acc', now), email: asked.email, name: asked.name, roles: unique(asked.roles), vendor, disabled: false, password: null, issuer: asked.issuer, subject: asked.subject, created_at: now, last_seen_at: null };
  await records.insertAccount(tx, row);
  const who = by ?? { kind: 'person', id: row.id, name: row.name, roles: row.roles, vendor };
  await house.remember(tx, { kind: 'account.created', by: who, at: now, about: `account/${row.id}`, body: { account: row.id, roles: row.roles, vendor } });
  return row;
}

const unique = (roles: readonly Role[]): Role[] => [...new Set(roles)];

/** A vendor's people see that vendor's deployments: without a name they would see none, with one and no role all. */
function vendorOf(roles: readonly Role[], vendor: string | null): string | null {
  if (roles.includes('vendor') && !vendor) throw new Problem('bad-input', 'The role vendor needs to know which vendor.', 'Name the vendor.', [{ path: 'vendor', says: 'missing' }]);
  if (!roles.includes('vendor') && vendor) throw new Problem('bad-input', 'A vendor is named, but the role vendor is not given.', 'Give the role, or leave the vendor out.', [{ path: 'vendor', says: 'only with the role vendor' }]);
  if (roles.includes('vendor') && roles.length > 1) throw new Problem('bad-input', 'The role vendor goes with no other role.', 'Make two accounts.', [{ path: 'roles', says: 'vendor with another role' }]);
  return vendor;
}

export interface AccountChange {
  name?: string | undefined;
  roles?: Role[] | undefined;
  vendor?: string | null | undefined;
  disabled?: boolean | undefined;
}

/** Changes an account and remembers what matters. The last administrator cannot be lost. */
export async function editAccount(house: House, by: Caller, id: string, asked: AccountChange): Promise<Account> {
  return house.db.transaction().execute(async (tx) => {
    const administrators = await records.administratorsForChange(tx);
    const before = await records.accountForChange(tx, id);
    if (!before) throw noAccount(id);
    const roles = asked.roles ? unique(asked.roles) : before.roles;
    const stillVendor = roles.includes('vendor') ? before.vendor : null;
    const after = { ...before, name: asked.name ?? before.name, roles, vendor: vendorOf(roles, asked.vendor === undefined ? stillVendor : asked.vendor), disabled: asked.disabled ?? before.disabled };
    const staysAdministrator = after.roles.includes('administrator') && !after.disabled;
    if (!staysAdministrator && administrators.length === 1 && administrators[0]?.id === id)
      throw new Problem('conflict', `${before.name} is the last administrator.`, 'Make somebody else administrator first.');
    await records.changeAccount(tx, id, { name: after.name, roles: after.roles, vendor: after.vendor, disabled: after.disabled });
    const fact = { by, at: house.clock.now(), about: `account/${id}` };
    if (before.roles.join() !== after.roles.join() || before.vendor !== after.vendor)
      await house.remember(tx, { ...fact, kind: 'account.role-changed', body: { account: id, from: before.roles, to: after.roles, vendor: after.vendor } });
    if (before.disabled !== after.disabled) await house.remember(tx, { ...fact, kind: after.disabled ? 'account.disabled' : 'account.enabled', body: { account: id } });
    if (after.disabled) await records.deleteSessionsOf(tx, id);
    return accountOf(after);
  });
}

export const noAccount = (id: string): Problem => new Problem('not-found', `There is no account ${id}.`, 'See the list of accounts.');

export interface NewKey {
  name: string;
  roles: Role[];
  scopes: string[];
  vendor?: string | null | undefined;
  expiresAt?: string | undefined;
}

/** Creates a key. Its secret is in the answer and nowhere else. */
export async function createKey(house: House, by: Caller, asked: NewKey): Promise<{ key: Key; secret: string }> {
  const now = house.clock.now();
  if (asked.expiresAt && asked.expiresAt <= now) throw new Problem('bad-input', 'The key would have run out already.', 'Choose a later time.', [{ path: 'expiresAt', says: 'in the past' }]);
  const secret = `atk_${newToken()}`;
  const row: records.KeyRow = { id: newId('key', now), name: asked.name, begins: secret.slice(0, 10), secret_sha256: hashOf(secret), roles: unique(asked.roles), scopes: asked.scopes, vendor: vendorOf(asked.roles, asked.vendor ?? null), created_by: by.id, created_at: now, expires_at: asked.expiresAt ?? null, last_used_at: null, revoked_at: null };
  await house.db.transaction().execute(async (tx) => {
    await records.insertKey(tx, row);
    await house.remember(tx, { kind: 'key.created', by, at: now, about: `key/${row.id}`, body: { key: row.id, roles: row.roles, scopes: row.scopes, vendor: row.vendor, expiresAt: row.expires_at } });
  });
  return { key: keyOf(row), secret };
}

/** Revokes a key; a second time changes nothing. */
export async function revokeKey(house: House, by: Caller, id: string): Promise<Key> {
  return house.db.transaction().execute(async (tx) => {
    const now = house.clock.now();
    const revoked = await records.revokeKeyRow(tx, id, now);
    if (revoked) await house.remember(tx, { kind: 'key.revoked', by, at: now, about: `key/${id}`, body: { key: id } });
    const row = revoked ?? (await records.keyById(tx, id));
    if (!row) throw new Problem('not-found', `There is no key ${id}.`, 'See the list of keys.');
    return keyOf(row);
  });
}
