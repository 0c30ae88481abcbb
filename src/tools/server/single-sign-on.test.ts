// Does sign-in work against a real OpenID Connect provider, and is every forged answer refused?
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildHttp } from './http.ts';
import { doorkeeper } from './doorkeeper.ts';
import { singleSignOn, whoAmI } from './model.ts';
import { capability } from './server.ts';
import { ownPath, rolesOf } from './single-sign-on.ts';
import { testHouse } from './test-database.ts';

/** A small provider: discovery, keys, and a token endpoint that checks the client, the code and PKCE. */
let provider: Server;
let issuer = '';
let keys: { publicKey: CryptoKey; privateKey: CryptoKey };
const codes = new Map<string, { challenge: string; nonce: string }>();
let claims: Record<string, unknown> = {};
/** What the next token gets wrong. */
let forged: { nonce?: string; audience?: string; key?: CryptoKey } = {};

beforeAll(async () => {
  keys = await generateKeyPair('RS256');
  provider = createServer((request, response) => {
    const answer = (body: unknown, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/.well-known/openid-configuration')
      return answer({ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys`, response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'], code_challenge_methods_supported: ['S256'] });
    if (url.pathname === '/keys') return void exportJWK(keys.publicKey).then((key) => answer({ keys: [{ ...key, kid: 'one', alg: 'RS256', use: 'sig' }] }));
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk));
    request.on('end', () => void token(new URLSearchParams(text), request.headers.authorization).then(({ body, status }) => answer(body, status)));
  });
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done));
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  house.config.oidc = { issuer, clientId: 'attending', clientSecret: 'a secret', rolesClaim: 'roles' };
});
afterAll(() => void provider.close());

async function token(asked: URLSearchParams, authorization = ''): Promise<{ body: unknown; status: number }> {
  const [id, secret] = authorization ? Buffer.from(authorization.slice(6), 'base64').toString().split(':').map(decodeURIComponent) : [asked.get('client_id'), asked.get('client_secret')];
  if (id !== 'attending' || (secret ?? '').replaceAll('+', ' ') !== 'a secret') return { body: { error: 'invalid_client' }, status: 401 };
  const code = codes.get(asked.get('code') ?? '');
  codes.delete(asked.get('code') ?? '');
  const challenge = createHash('sha256').update(asked.get('code_verifier') ?? '').digest('base64url');
  if (!code || code.challenge !== challenge) return { body: { error: 'invalid_grant' }, status: 400 };
  const idToken = await new SignJWT({ nonce: forged.nonce ?? code.nonce, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(issuer).setAudience(forged.audience ?? 'attending').setIssuedAt().setExpirationTime('5m')
    .sign(forged.key ?? keys.privateKey);
  return { body: { access_token: 'not used', token_type: 'Bearer', id_token: idToken }, status: 200 };
}

const house = await testHouse([capability], { settings: { ATTENDING_URL: 'http://attending.example.org' } });
const app = buildHttp(house, capability.routes ?? [], doorkeeper);
const cookieOf = (response: Response, name: string) => response.headers.getSetCookie().find((one) => one.startsWith(`${name}=`))?.split(';')[0] ?? '';

/** The person's way: to the provider, which lets them in, and back. */
async function visit(who: Record<string, unknown>, { to = '/', forge = {}, tamper = (back: URL) => back, cookie }: { to?: string; forge?: typeof forged; tamper?: (back: URL) => URL; cookie?: string } = {}): Promise<Response> {
  claims = who;
  forged = forge;
  const away = await app.request(`${singleSignOn.path}?to=${encodeURIComponent(to)}`);
  expect(away.status).toBe(302);
  const there = new URL(away.headers.get('location')!);
  expect(there.href).toMatch(`${issuer}/authorize?`);
  const asked = there.searchParams;
  expect(asked.get('code_challenge_method')).toBe('S256');
  const code = `code-${codes.size}-${asked.get('state')}`;
  codes.set(code, { challenge: asked.get('code_challenge')!, nonce: asked.get('nonce')! });
  const back = new URL(asked.get('redirect_uri')!);
  back.search = String(new URLSearchParams({ code, state: asked.get('state')! }));
  const { pathname, search } = tamper(back);
  return app.request(pathname + search, { headers: { cookie: cookie ?? cookieOf(away, 'attending_visit') } });
}
const me = async (response: Response) => (await app.request(whoAmI.path, { headers: { cookie: cookieOf(response, 'attending_session') } })).json() as Promise<Record<string, unknown>>;

test('a new person gets an account with the roles of the claim and returns where they came from', async () => {
  const response = await visit({ sub: 'u1', email: 'Una@hospital.example', name: 'Una', roles: ['clinician', 'sudo'] }, { to: '/deployments/sepsis' });
  expect([response.status, response.headers.get('location')]).toEqual([302, '/deployments/sepsis']);
  expect(await me(response)).toMatchObject({ name: 'Una', roles: ['clinician'], hasPassword: false });
});

test('a person without the claim has no roles, and keeps those an administrator gave', async () => {
  const first = await me(await visit({ sub: 'u2', email: 'two@hospital.example', name: 'Two' }));
  expect(first).toMatchObject({ roles: [] });
  await house.db.withTables<{ 'server.account': { id: string; roles: string[] } }>().updateTable('server.account').set({ roles: ['manager'] }).where('id', '=', String(first['id'])).execute();
  expect(await me(await visit({ sub: 'u2', email: 'two@hospital.example' }))).toMatchObject({ id: first['id'], roles: ['manager'] });
});

test('roles follow the claim at each sign-in, and this is remembered', async () => {
  await visit({ sub: 'u3', email: 'three@hospital.example', roles: ['clinician'] });
  const now = await me(await visit({ sub: 'u3', email: 'three@hospital.example', roles: ['manager'] }));
  expect(now['roles']).toEqual(['manager']);
  expect(house.remembered.filter((fact) => fact.about === `account/${String(now['id'])}`).map((fact) => fact.kind)).toEqual(['account.created', 'account.role-changed']);
});

test('an address joins an existing account only when the provider has verified it', async () => {
  const { account } = (await (await house.request('/api/v1/server/accounts', { method: 'POST', body: JSON.stringify({ email: 'local@hospital.example', name: 'Local', roles: ['auditor'] }), headers: { 'content-type': 'application/json' } })).json()) as { account: { id: string } };
  const refused = await visit({ sub: 'u4', email: 'local@hospital.example', email_verified: false });
  expect(refused.status).toBe(409);
  expect(await me(await visit({ sub: 'u4', email: 'local@hospital.example', email_verified: true }))).toMatchObject({ id: account.id, roles: ['auditor'] });
});

test.each<[string, Parameters<typeof visit>[1] | (() => Promise<Parameters<typeof visit>[1]>)]>([
  ['another state', { tamper: (back) => (back.searchParams.set('state', 'another'), back) }],
  ['another code', { tamper: (back) => (back.searchParams.set('code', 'another'), back) }],
  ['another browser', { cookie: 'attending_visit=another' }],
  ['no browser', { cookie: '' }],
  ['another nonce', { forge: { nonce: 'another' } }],
  ['another audience', { forge: { audience: 'somebody-else' } }],
  ['another key', async () => ({ forge: { key: (await generateKeyPair('RS256')).privateKey } })],
])('an answer with %s is refused', async (_what, how) => {
  const response = await visit({ sub: 'u1', email: 'una@hospital.example' }, typeof how === 'function' ? await how() : how);
  expect(response.status).toBe(401);
  expect(cookieOf(response, 'attending_session')).toBe('');
});

test('an answer comes back once', async () => {
  let path = '';
  const first = await visit({ sub: 'u1', email: 'una@hospital.example' }, { tamper: (back) => ((path = back.pathname + back.search), back) });
  expect(first.status).toBe(302);
  expect((await app.request(path, { headers: { cookie: 'attending_visit=used' } })).status).toBe(401);
});

test('nobody is sent to another site afterwards', () => {
  expect(['/a/b?c=d#e', '//evil.example', '/\\evil.example', 'https://evil.example', undefined, '/%2F'].map(ownPath)).toEqual(['/a/b?c=d#e', '/', '/', '/', '/', '/%2F']);
});

test('roles are found where the claim says, and the role vendor is never taken from it', () => {
  expect(rolesOf({ realm_access: { roles: ['auditor', 'x'] } }, 'realm_access.roles')).toEqual(['auditor']);
  expect(rolesOf({ 'https://hospital.example/roles': 'finance, manager' }, 'https://hospital.example/roles')).toEqual(['manager', 'finance']);
  expect(rolesOf({ roles: ['vendor'] }, 'roles')).toEqual([]);
  expect(rolesOf({}, 'roles')).toBeNull();
});
