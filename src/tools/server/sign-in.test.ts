// Can exactly those people and machines get in who should, and is it remembered?
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { days, hours, minutes } from '../base/clock.ts';
import type { Endpoint } from '../base/endpoint.ts';
import { buildHttp } from './http.ts';
import * as words from './model.ts';
import { doorkeeper } from './doorkeeper.ts';
import { capability, firstAdministratorLink } from './server.ts';
import { administratorLink, sessionCookie } from './sign-in.ts';
import { testHouse } from './test-database.ts';

const house = await testHouse([capability]);
// The real door, not the test's: sessions and keys as they come over the wire.
const app = buildHttp(house, capability.routes ?? [], doorkeeper);

interface Sent { status: number; body: Record<string, never> & { [field: string]: unknown }; cookie: string; response: Response }

async function send(endpoint: Endpoint, body: unknown = {}, more: { cookie?: string; headers?: Record<string, string>; params?: Record<string, string>; query?: string } = {}): Promise<Sent> {
  const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => more.params?.[name] ?? 'x') + (more.query ?? '');
  const headers = { 'content-type': 'application/json', ...(more.cookie && { cookie: more.cookie }), ...more.headers };
  const response = await app.request(path, { method: endpoint.method, headers, ...(endpoint.method !== 'GET' && { body: JSON.stringify(body) }) });
  const set = response.headers.get('set-cookie') ?? '';
  return { status: response.status, body: (await response.json()) as Sent['body'], cookie: set.split(';')[0] ?? '', response };
}
const tokenOf = (link: { url: string } | null) => link?.url.split('#')[1] ?? '';
const good = 'correct horse battery';
let administrator = '';

beforeAll(async () => {
  const first = await firstAdministratorLink(house);
  const again = await firstAdministratorLink(house);
  expect((await send(words.signInByLink, { token: tokenOf(first) })).status, 'a newer link ends the older').toBe(401);
  const used = await send(words.signInByLink, { token: tokenOf(again), password: good, name: 'Ada', email: 'Ada@Example.org' });
  expect(used).toMatchObject({ status: 200, body: { name: 'Ada', roles: ['administrator'], hasPassword: true } });
  expect((await send(words.signInByLink, { token: tokenOf(again) })).status, 'a link works once').toBe(401);
  expect(await firstAdministratorLink(house), 'no link once somebody has signed in').toBeNull();
  administrator = used.cookie;
});

const signIn = (email: string, password: string) => send(words.signIn, { email, password });
const make = async (email: string, roles: string[], more = {}) => {
  const made = await send(words.createAccount, { email, name: email.split('@')[0], roles, ...more }, { cookie: administrator });
  expect(made.status).toBe(201);
  return made.body as unknown as { account: { id: string }; link: { url: string } };
};

describe('a session', () => {
  test('is a cookie that scripts cannot read and other sites do not send', async () => {
    const { response, status } = await signIn('ada@example.ORG', good);
    expect(status).toBe(200);
    const set = response.headers.get('set-cookie')!;
    expect(set).toMatch(/^attending_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const secure = { ...house, config: { ...house.config, url: 'https://attending.example.org' } };
    expect(sessionCookie(secure)).toBe('__Host-attending');
  });
  test('says who somebody is, and 401 for nobody', async () => {
    expect(await send(words.whoAmI, {}, { cookie: administrator })).toMatchObject({ status: 200, body: { name: 'Ada', email: 'Ada@Example.org' } });
    expect(await send(words.whoAmI)).toMatchObject({ status: 401, body: { type: 'urn:attending:problem:not-signed-in' } });
    expect((await send(words.whoAmI, {}, { cookie: 'attending_session=made-up' })).status).toBe(401);
  });
  test('ends when it is ended, in one place or everywhere', async () => {
    const one = await signIn('ada@example.org', good);
    const two = await signIn('ada@example.org', good);
    await send(words.signOut, {}, { cookie: one.cookie });
    expect((await send(words.whoAmI, {}, { cookie: one.cookie })).status).toBe(401);
    expect((await send(words.whoAmI, {}, { cookie: two.cookie })).status).toBe(200);
    expect((await send(words.signOutEverywhere, {}, { cookie: two.cookie })).body['ended']).toBeGreaterThanOrEqual(2);
    expect((await send(words.whoAmI, {}, { cookie: two.cookie })).status).toBe(401);
    administrator = (await signIn('ada@example.org', good)).cookie;
  });
  test('ends after 12 idle hours, and after 7 days in any case', async () => {
    const idle = await signIn('ada@example.org', good);
    house.clock.pass(hours(12) + 1);
    expect((await send(words.whoAmI, {}, { cookie: idle.cookie })).status).toBe(401);
    const used = await signIn('ada@example.org', good);
    for (let n = 0; n < 13; n++) {
      house.clock.pass(hours(12));
      expect((await send(words.whoAmI, {}, { cookie: used.cookie })).status).toBe(200);
    }
    house.clock.pass(hours(12));
    expect((await send(words.whoAmI, {}, { cookie: used.cookie })).status).toBe(401);
    administrator = (await signIn('ada@example.org', good)).cookie;
  });
  test('may not be used by another site', async () => {
    const from = (headers: Record<string, string>) => send(words.signOutEverywhere, {}, { cookie: administrator, headers: { host: 'localhost', ...headers } });
    expect((await from({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await from({ origin: 'null' })).status).toBe(403);
    expect((await from({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send(words.signIn, { email: 'ada@example.org', password: good }, { headers: { host: 'localhost', origin: 'https://evil.example' } })).status).toBe(403);
    expect((await send(words.whoAmI, {}, { cookie: administrator })).status).toBe(200);
  });
});

describe('a password', () => {
  test('needs 12 characters', async () => {
    expect(await send(words.changePassword, { current: good, next: 'too short' }, { cookie: administrator })).toMatchObject({ status: 400, body: { errors: [{ path: 'next' }] } });
  });
  test('is changed only by who knows it, and other sessions end', async () => {
    const { account, link } = await make('pat@example.org', ['clinician']);
    expect(account.id).toMatch(/^acc_/);
    const first = await send(words.signInByLink, { token: tokenOf(link), password: good });
    const other = await signIn('pat@example.org', good);
    expect((await send(words.changePassword, { current: 'not this one', next: 'another long one' }, { cookie: first.cookie })).status).toBe(400);
    expect((await send(words.changePassword, { current: good, next: 'another long one' }, { cookie: first.cookie })).status).toBe(200);
    expect((await send(words.whoAmI, {}, { cookie: first.cookie })).status).toBe(200);
    expect((await send(words.whoAmI, {}, { cookie: other.cookie })).status).toBe(401);
    expect((await signIn('pat@example.org', good)).status).toBe(401);
    expect((await signIn('pat@example.org', 'another long one')).status).toBe(200);
  });
  test('is guessed slowly: after 8 failures the address waits 15 minutes, even for the right one', async () => {
    await send(words.signInByLink, { token: tokenOf((await make('slow@example.org', ['clinician'])).link), password: good });
    const guesses = await Promise.all(Array.from({ length: 20 }, (_, n) => signIn('slow@example.org', `wrong guess ${n}`)));
    expect(guesses.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(8);
    expect((await signIn('slow@example.org', good)).status).toBe(429);
    house.clock.pass(minutes(15) + 1);
    expect((await signIn('slow@example.org', good)).status).toBe(200);
  });
  test('fails in the same words whether the account exists or not', async () => {
    const [known, unknown] = [await signIn('ada@example.org', 'wrong wrong wrong'), await signIn('nobody@example.org', 'wrong wrong wrong')];
    expect(known.body).toEqual(unknown.body);
    house.clock.pass(minutes(16));
  });
});

describe('an account', () => {
  test('keeps its roles at the door: a clinician may not list accounts', async () => {
    const { link } = await make('cli@example.org', ['clinician']);
    const clinician = await send(words.signInByLink, { token: tokenOf(link), password: good });
    expect((await send(words.listAccounts, {}, { cookie: clinician.cookie })).status).toBe(403);
    expect((await send(words.listAccounts)).status).toBe(401);
    expect((await send(words.listAccounts, {}, { cookie: administrator })).status).toBe(200);
  });
  test('exists once per address, whatever the letter case', async () => {
    expect((await send(words.createAccount, { email: 'ADA@example.org', name: 'Other', roles: [] }, { cookie: administrator })).status).toBe(409);
  });
  test('that is disabled is out at once, and this is remembered', async () => {
    const { account, link } = await make('gone@example.org', ['manager']);
    const session = await send(words.signInByLink, { token: tokenOf(link), password: good });
    const at = { params: { account: account.id }, cookie: administrator };
    expect((await send(words.editAccount, { roles: ['finance'] }, at)).body['roles']).toEqual(['finance']);
    expect((await send(words.editAccount, { disabled: true }, at)).body['disabled']).toBe(true);
    expect((await send(words.whoAmI, {}, { cookie: session.cookie })).status).toBe(401);
    expect((await signIn('gone@example.org', good)).status).toBe(401);
    const facts = house.remembered.filter((fact) => fact.about === `account/${account.id}`);
    expect(facts.map((fact) => fact.kind)).toEqual(['account.created', 'account.role-changed', 'account.disabled']);
    expect(JSON.stringify(facts.map((fact) => fact.body))).not.toContain('gone');
  });
  test('of the last administrator cannot be lost', async () => {
    const me = (await send(words.whoAmI, {}, { cookie: administrator })).body as unknown as { id: string };
    const at = { params: { account: me.id }, cookie: administrator };
    expect((await send(words.editAccount, { disabled: true }, at)).status).toBe(409);
    expect((await send(words.editAccount, { roles: ['auditor'] }, at)).status).toBe(409);
  });
  test('of a vendor names the vendor and has no other role', async () => {
    const asked = (body: object) => send(words.createAccount, { email: 'v@vendor.example', name: 'V', ...body }, { cookie: administrator });
    expect((await asked({ roles: ['vendor'] })).status).toBe(400);
    expect((await asked({ roles: ['vendor', 'auditor'], vendor: 'acme' })).status).toBe(400);
    expect((await asked({ roles: ['auditor'], vendor: 'acme' })).status).toBe(400);
    expect((await asked({ roles: ['vendor'], vendor: 'acme' })).status).toBe(201);
  });
  test('is found page by page', async () => {
    const seen: string[] = [];
    for (let query = '?limit=2'; query; ) {
      const { body } = await send(words.listAccounts, {}, { cookie: administrator, query });
      seen.push(...(body['items'] as unknown as { email: string }[]).map((one) => one.email));
      query = body['next'] ? `?limit=2&after=${String(body['next'])}` : '';
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain('Ada@Example.org');
    expect((await send(words.listAccounts, {}, { cookie: administrator, query: '?find=100%25' })).body['items']).toEqual([]);
  });
  test('that lost its password gets a link from an administrator, or from the machine', async () => {
    const { account, link } = await make('lost@example.org', ['clinician']);
    const next = await send(words.newLink, {}, { cookie: administrator, params: { account: account.id } });
    expect((await send(words.signInByLink, { token: tokenOf(link) })).status).toBe(401);
    expect((await send(words.signInByLink, { token: tokenOf(next.body as never) })).status).toBe(200);
    expect((await send(words.signInByLink, { token: tokenOf(await administratorLink(house)) })).body['name']).toBe('Ada');
    const old = await send(words.newLink, {}, { cookie: administrator, params: { account: account.id } });
    house.clock.pass(days(3) + 1);
    expect((await send(words.signInByLink, { token: tokenOf(old.body as never) })).status, 'a link runs out').toBe(401);
    administrator = (await signIn('ada@example.org', good)).cookie;
  });
});

describe('an API key', () => {
  const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });
  const newKey = async (body: object) => (await send(words.createKey, { name: 'a machine', ...body }, { cookie: administrator })).body as unknown as { key: { id: string }; secret: string };

  test('is shown once and works until it is revoked', async () => {
    const { key, secret } = await newKey({ roles: ['auditor'] });
    expect(secret).toMatch(/^atk_[\w-]{43}$/);
    expect(await send(words.whoAmI, {}, bearer(secret))).toMatchObject({ status: 200, body: { kind: 'key', roles: ['auditor'] } });
    expect((await send(words.listAccounts, {}, bearer(secret))).status).toBe(200);
    expect((await send(words.createAccount, { email: 'x@example.org', name: 'X', roles: [] }, bearer(secret))).status).toBe(403);
    const list = JSON.stringify((await send(words.listKeys, {}, { cookie: administrator })).body);
    expect(list).toContain(key.id);
    expect(list).not.toContain(secret);
    await send(words.revokeKey, {}, { cookie: administrator, params: { key: key.id } });
    expect((await send(words.whoAmI, {}, bearer(secret))).status).toBe(401);
    expect(house.remembered.filter((fact) => fact.about === `key/${key.id}`).map((fact) => fact.kind)).toEqual(['key.created', 'key.revoked']);
  });
  test('runs out', async () => {
    const expiresAt = new Date(Date.parse(house.clock.now()) + hours(1)).toISOString();
    const { secret } = await newKey({ roles: ['auditor'], expiresAt });
    expect((await send(words.whoAmI, {}, bearer(secret))).status).toBe(200);
    house.clock.pass(hours(1));
    expect((await send(words.whoAmI, {}, bearer(secret))).status).toBe(401);
  });
  test('stays within its scopes', async () => {
    const { secret } = await newKey({ roles: ['administrator'], scopes: ['server:read', 'audit'] });
    expect((await send(words.listAccounts, {}, bearer(secret))).status).toBe(200);
    expect((await send(words.createAccount, { email: 'y@example.org', name: 'Y', roles: [] }, bearer(secret))).status).toBe(403);
    const { secret: other } = await newKey({ roles: ['administrator'], scopes: ['audit'] });
    expect((await send(words.listAccounts, {}, bearer(other))).status).toBe(403);
  });
  test('needs no origin: it is not sent by a browser on its own', async () => {
    const { secret } = await newKey({ roles: ['administrator'] });
    const made = await send(words.createAccount, { email: 'z@example.org', name: 'Z', roles: [] }, { headers: { ...bearer(secret).headers, origin: 'https://tool.example', host: 'localhost' } });
    expect(made.status).toBe(201);
  });
});

describe('a repeated request', () => {
  const headers = (key: string) => ({ cookie: administrator, headers: { 'idempotency-key': key } });
  test('with a secret in its answer is not done twice, and the secret is not kept', async () => {
    const body = { name: 'once', roles: ['auditor'] };
    expect((await send(words.createKey, body, headers('k1'))).status).toBe(201);
    expect(await send(words.createKey, body, headers('k1'))).toMatchObject({ status: 409 });
    const named = (await send(words.listKeys, {}, { cookie: administrator, query: '?limit=500' })).body['items'] as unknown as { name: string }[];
    expect(named.filter((one) => one.name === 'once')).toHaveLength(1);
  });
  test('is answered from memory, and refused when it says something else', async () => {
    const first = await send(words.changePassword, { current: good, next: good }, headers('k2'));
    const second = await send(words.changePassword, { current: good, next: good }, headers('k2'));
    expect(second.body).toEqual(first.body);
    expect(first.response.headers.get('idempotency-replayed')).toBeNull();
    expect(second.response.headers.get('idempotency-replayed')).toBe('true');
    expect((await send(words.changePassword, { current: good, next: `${good}!` }, headers('k2'))).status).toBe(422);
  });
  test('that failed the first time is tried again', async () => {
    expect((await send(words.changePassword, { current: 'wrong wrong wrong', next: good }, headers('k3'))).status).toBe(400);
    expect((await send(words.changePassword, { current: 'wrong wrong wrong', next: good }, headers('k3'))).status).toBe(400);
  });
  test('of ten at the same time is done once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => send(words.changePassword, { current: good, next: good }, headers('k4'))));
    expect(all.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(all.filter(({ response }) => response.headers.get('idempotency-replayed') === 'true')).toHaveLength(9);
  });
  test('whose process died is done by the repeat, unless something of it was recorded', async () => {
    const body = { current: good, next: good };
    house.clock.pass(1_000);
    await send(words.changePassword, body, headers('k5'));
    const left = (committed: boolean) =>
      sql`update server.idempotency set status = null, body = null, instance = 'a process that died', committed = ${committed} where id = (select id from server.idempotency order by created_at desc limit 1)`.execute(house.db);
    const noted = await sql<{ committed: boolean }>`select committed from server.idempotency where status = 200 and body is not null`.execute(house.db);
    expect(noted.rows.every((row) => row.committed), 'each change noted its claim in its own transaction').toBe(true);
    await left(false);
    const again = await send(words.changePassword, body, headers('k5'));
    expect([again.status, again.response.headers.get('idempotency-replayed')]).toEqual([200, null]);
    await left(true);
    expect(await send(words.changePassword, body, headers('k5'))).toMatchObject({ status: 409, body: { title: expect.stringMatching(/recorded, at least in part/) } });
  });
});
