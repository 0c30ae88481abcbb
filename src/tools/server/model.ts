// Who may use this installation, and which words do people and machines use to sign in?
import { z } from 'zod';
import { endpoint, everyone, instant, page, paging, role } from '../base/endpoint.ts';
import { idOf } from '../base/id.ts';

/** What counts as a password: NIST SP 800-63B asks for length, not for kinds of characters. */
export const password = z.string().min(12, 'at least 12 characters').max(200).describe('At least 12 characters.');
const email = z.email().max(254).describe('The e-mail address a person signs in with; letter case does not matter.');
const vendor = z.string().min(1).max(100).nullable().describe('For the role vendor: the vendor whose deployments may be seen.');
const roleList = z.array(role).max(10).describe('What the person or machine may do.');

export const me = z.strictObject({
  kind: z.enum(['person', 'key', 'system']),
  id: z.string(),
  name: z.string(),
  email: z.string().nullable().describe('Null for API keys.'),
  roles: roleList,
  vendor,
  hasPassword: z.boolean().describe('False for accounts that sign in by single sign-on or have not set one yet.'),
});
export type MeAnswer = z.infer<typeof me>;

export const account = z.strictObject({
  id: idOf('acc'),
  email: z.string(),
  name: z.string(),
  roles: roleList,
  vendor,
  disabled: z.boolean(),
  signsInBy: z.enum(['nothing-yet', 'password', 'single-sign-on', 'both']),
  createdAt: instant,
  lastSeenAt: instant.nullable().describe('Null: never signed in.'),
});
export type Account = z.infer<typeof account>;

/** A scope limits a key to a room of the API, e.g. `decisions`, or to reading there, `decisions:read`. */
export const scope = z.string().regex(/^[a-z]+(:read)?$/, 'a room of the API such as `decisions`, or `decisions:read`');

export const key = z.strictObject({
  id: idOf('key'),
  name: z.string(),
  /** The first characters, to recognise it by. */
  begins: z.string(),
  roles: roleList,
  scopes: z.array(scope).describe('Empty: everything its roles may do.'),
  vendor,
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  revokedAt: instant.nullable(),
});
export type Key = z.infer<typeof key>;

const name = z.string().trim().min(1).max(200);
const oneAccount = z.strictObject({ account: idOf('acc') });
const link = z.strictObject({ url: z.string().describe('Opens once; hand it to the person yourself.'), expiresAt: instant });

export const whoAmI = endpoint({
  name: 'server.me',
  method: 'GET',
  path: '/api/v1/server/me',
  says: 'Who is signed in, with which roles; 401 when nobody is.',
  who: 'public',
  output: me,
});

export const waysToSignIn = endpoint({
  name: 'server.ways-to-sign-in',
  method: 'GET',
  path: '/api/v1/server/sign-in',
  says: 'Which ways to sign in this installation offers.',
  who: 'public',
  output: z.strictObject({
    password: z.boolean(),
    singleSignOn: z.strictObject({ issuer: z.string(), url: z.string().describe('Go there with the browser.') }).nullable(),
  }),
});

export const signIn = endpoint({
  name: 'server.sign-in',
  method: 'POST',
  path: '/api/v1/server/sign-in',
  says: 'Sign in with e-mail address and password; the session comes back as a cookie.',
  who: 'public',
  body: z.strictObject({ email, password: z.string().min(1).max(200) }),
  output: me,
});

export const signInByLink = endpoint({
  name: 'server.sign-in-by-link',
  method: 'POST',
  path: '/api/v1/server/sign-in/link',
  says: 'Use a one-time link: sign in, and set a password, name or address on the way.',
  who: 'public',
  body: z.strictObject({ token: z.string().min(20).max(100), password: password.optional(), name: name.optional(), email: email.optional() }),
  output: me,
});

export const singleSignOn = endpoint({
  name: 'server.single-sign-on',
  method: 'GET',
  path: '/api/v1/server/sign-in/oidc',
  says: 'Go to the hospital’s own sign-in (OpenID Connect).',
  who: 'public',
  query: z.strictObject({ to: z.string().max(2_000).optional().describe('The path to return to afterwards.') }),
  output: z.unknown(),
  answers: 'stream',
  status: 302,
});

export const singleSignOnBack = endpoint({
  name: 'server.single-sign-on-back',
  method: 'GET',
  path: '/api/v1/server/sign-in/oidc/back',
  says: 'Where the hospital’s own sign-in sends people back to.',
  who: 'public',
  query: z.looseObject({}),
  output: z.unknown(),
  answers: 'stream',
  status: 302,
});

export const signOut = endpoint({
  name: 'server.sign-out',
  method: 'POST',
  path: '/api/v1/server/sign-out',
  says: 'End this session.',
  who: 'public',
  output: z.strictObject({}),
});

export const signOutEverywhere = endpoint({
  name: 'server.sign-out-everywhere',
  method: 'POST',
  path: '/api/v1/server/sign-out/everywhere',
  says: 'End all sessions of the signed-in person.',
  who: everyone,
  output: z.strictObject({ ended: z.int() }),
});

export const changePassword = endpoint({
  name: 'server.change-password',
  method: 'POST',
  path: '/api/v1/server/me/password',
  says: 'Set a new password; all other sessions end.',
  who: everyone,
  body: z.strictObject({ current: z.string().max(200).optional().describe('Left out only where no password was set yet.'), next: password }),
  output: me,
});

export const listAccounts = endpoint({
  name: 'server.accounts',
  method: 'GET',
  path: '/api/v1/server/accounts',
  says: 'The accounts, oldest first.',
  who: ['administrator', 'auditor'],
  query: z.strictObject({ ...paging, find: z.string().max(200).optional().describe('Part of a name or address.') }),
  output: page(account),
});

export const createAccount = endpoint({
  name: 'server.create-account',
  method: 'POST',
  path: '/api/v1/server/accounts',
  says: 'Create an account; the answer has the one-time link to hand over.',
  who: ['administrator'],
  body: z.strictObject({ email, name, roles: roleList, vendor: vendor.optional() }),
  output: z.strictObject({ account, link }),
  status: 201,
});

export const readAccount = endpoint({
  name: 'server.account',
  method: 'GET',
  path: '/api/v1/server/accounts/:account',
  says: 'One account.',
  who: ['administrator', 'auditor'],
  params: oneAccount,
  output: account,
});

export const editAccount = endpoint({
  name: 'server.edit-account',
  method: 'PATCH',
  path: '/api/v1/server/accounts/:account',
  says: 'Change name, roles or vendor of an account, disable it or enable it again; disabling ends its sessions.',
  who: ['administrator'],
  params: oneAccount,
  body: z.strictObject({ name: name.optional(), roles: roleList.optional(), vendor: vendor.optional(), disabled: z.boolean().optional() }),
  output: account,
});

export const newLink = endpoint({
  name: 'server.new-link',
  method: 'POST',
  path: '/api/v1/server/accounts/:account/link',
  says: 'Make a one-time sign-in link for an account, for instance when a password was forgotten; earlier links end.',
  who: ['administrator'],
  params: oneAccount,
  output: link,
  status: 201,
});

export const listKeys = endpoint({
  name: 'server.keys',
  method: 'GET',
  path: '/api/v1/server/keys',
  says: 'The API keys, oldest first; secrets are not kept and cannot be shown.',
  who: ['administrator', 'auditor'],
  query: z.strictObject(paging),
  output: page(key),
});

export const createKey = endpoint({
  name: 'server.create-key',
  method: 'POST',
  path: '/api/v1/server/keys',
  says: 'Create an API key; its secret is shown this once.',
  who: ['administrator'],
  body: z.strictObject({
    name,
    roles: roleList.min(1),
    scopes: z.array(scope).max(50).default([]),
    vendor: vendor.optional(),
    expiresAt: instant.optional(),
  }),
  output: z.strictObject({ key, secret: z.string().describe('Begins with `atk_`; send it as `Authorization: Bearer …`.') }),
  status: 201,
});

export const revokeKey = endpoint({
  name: 'server.revoke-key',
  method: 'DELETE',
  path: '/api/v1/server/keys/:key',
  says: 'Revoke an API key at once and for good.',
  who: ['administrator'],
  params: z.strictObject({ key: idOf('key') }),
  output: key,
});
