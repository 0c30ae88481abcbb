// Does nobody get in with a token that is forged, old, replayed or meant for another, and is no token ever kept?
import { generateSecret, generateKeyPair, exportJWK, SignJWT, UnsecuredJWT, jwtVerify, createRemoteJWKSet, type JWTPayload } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policy } from './policy.ts';
import { call, json, listening, openHospital, openInstance, setPolicy } from './test-ehr.ts';

const now = '2026-03-10T12:00:00.000Z';
const seconds = Date.parse(now) / 1000;
const iss = 'https://ehr.example';
const ec = await generateKeyPair('ES384', { extractable: true });
const rsa = await generateKeyPair('RS384', { extractable: true });
const other = await generateKeyPair('ES384', { extractable: true });
const published = { keys: [{ ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES384' }, { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS384' }, { ...generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }), kty: 'RSA', kid: 'short', alg: 'RS384' }] };
const keys = await listening((incoming, outgoing) => (incoming.url === '/jwks.json' ? json(outgoing, published) : json(outgoing, { error: 'broken' }, 500)));
const { house, vendor, gateway, close } = await openHospital({ callers: { check: 'jwt', issuers: [{ iss, jwks: published }, { iss: 'https://by-url.example', jwksUrl: `${keys.url}/jwks.json` }, { iss: 'https://keys-away.example', jwksUrl: `${keys.url}/away` }] }, sign: true, origins: ['https://smart.example'], places: { facility: '%tenant' } }, now);
const second = await openInstance(house);
afterAll(async () => (await second.close(), await close(), await keys.close()));

const endpoint = `${gateway.base}/sepsis`;
let nth = 0;
const issued: string[] = [];
async function token(changes: JWTPayload = {}, { alg = 'ES384', kid = 'ec', key = ec.privateKey }: { alg?: string; kid?: string | null; key?: Parameters<SignJWT['sign']>[0] } = {}): Promise<string> {
  const claims = { iss, aud: endpoint, iat: seconds, exp: seconds + 300, jti: `jti-${nth++}`, ...changes };
  const made = await new SignJWT(Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))).setProtectedHeader({ alg, typ: 'JWT', ...(kid !== null && { kid }) }).sign(key);
  issued.push(made);
  return made;
}
const ask = async (bearer: string | null, at = gateway) => at.ask(call(), bearer === null ? {} : { authorization: `Bearer ${bearer}` });

beforeAll(async () => {
  await setPolicy(house, policy.parse({ mode: 'live' }));
  await gateway.settle();
});

describe('a caller', () => {
  it('gets in with an elliptic or an RSA key, by keys uploaded or fetched', async () => {
    expect(await ask(await token())).toMatchObject({ status: 200, text: expect.stringContaining('Sepsis is likely') as string });
    expect((await ask(await token({}, { alg: 'RS384', kid: 'rsa', key: rsa.privateKey }))).status).toBe(200);
    expect((await ask(await token({ iss: 'https://by-url.example' }))).status).toBe(200);
    expect((await ask(await token({ aud: ['https://elsewhere', endpoint] }))).status).toBe(200);
    // A minute of difference between two clocks is none.
    expect((await ask(await token({ iat: seconds - 400, exp: seconds - 50 }))).status).toBe(200);
    expect((await ask(await token({ iat: seconds + 50 }))).status).toBe(200);
  });

  it('gets in with a new key soon after it was published, although the others have just been fetched', async () => {
    const fresh = await generateKeyPair('ES384', { extractable: true });
    expect((await ask(await token({ iss: 'https://by-url.example' }))).status).toBe(200);
    published.keys.push({ ...(await exportJWK(fresh.publicKey)), kid: 'fresh', alg: 'ES384' });
    await expect.poll(async () => (await ask(await token({ iss: 'https://by-url.example' }, { kid: 'fresh', key: fresh.privateKey }))).status, { timeout: 8_000, interval: 500 }).toBe(200);
  });

  it.each<[string, () => Promise<string | null>, RegExp]>([
    ['no token', async () => null, /no bearer token/],
    ['something that is none', async () => 'abc', /no bearer token/],
    ['the wrong audience', () => token({ aud: 'https://elsewhere' }), /`aud`/],
    ['another endpoint of this house', () => token({ aud: `${gateway.base}/other` }), /`aud`/],
    ['an issuer nobody named', () => token({ iss: 'https://mallory.example' }), /issuer/],
    ['a token that has ended', () => token({ iat: seconds - 400, exp: seconds - 61 }), /ended/],
    ['a token of the future', () => token({ iat: seconds + 120 }), /future/],
    ['a token that lives for a day', () => token({ exp: seconds + 86_400 }), /hour/],
    ['no jti', () => token({ jti: undefined as never }), /`jti`/],
    ['no exp', () => token({ exp: undefined as never }), /`exp`/],
    ['no kid', () => token({}, { kid: null }), /signed as it has to be|kid/],
    ['a key that is not the issuer’s', () => token({}, { key: other.privateKey }), /signed as it has to be/],
    ['an unknown kid', () => token({}, { kid: 'unknown' }), /signed as it has to be/],
    ['an RSA key of 1024 bits', () => token({}, { alg: 'RS384', kid: 'short', key: rsa.privateKey }), /2048 bits/],
    ['the algorithm none', async () => new UnsecuredJWT({ iss, aud: endpoint, exp: seconds + 300, iat: seconds, jti: 'none' }).encode(), /no bearer token|signed as it has to be/],
    ['a shared secret', async () => token({}, { alg: 'HS256', key: await generateSecret('HS256') }), /signed as it has to be/],
    ['claims altered after signing', async () => {
      const [head, , signature] = (await token()).split('.');
      return `${head}.${Buffer.from(JSON.stringify({ iss, aud: endpoint, iat: seconds, exp: seconds + 300, jti: 'altered' })).toString('base64url')}.${signature}`;
    }, /signed as it has to be/],
  ])('is refused with %s, before the vendor is asked', async (_name, made, says) => {
    const before = vendor.calls().length;
    const bearer = await made();
    const answer = await ask(bearer);
    expect(answer.status).toBe(401);
    expect(answer.text).toMatch(says);
    expect(vendor.calls()).toHaveLength(before);
  });

  it('whose keys cannot be read right now is told to come again', async () => {
    expect(await ask(await token({ iss: 'https://keys-away.example' }))).toMatchObject({ status: 503, text: expect.stringContaining('keys of the issuer') as string });
  });

  it('uses a token once, on whichever instance, even at the same moment', async () => {
    const one = await token({ aud: [endpoint, `${second.base}/sepsis`] });
    expect((await ask(one)).status).toBe(200);
    expect((await ask(one)).text).toMatch(/used before/);
    expect((await ask(one, second)).status).toBe(401);
    const racing = await token();
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(racing)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('says by its tenant where it is', async () => {
    await ask(await token({ tenant: 'north' }));
    const { rows } = await sql<{ facility: string }>`select convert_from(leaf, 'UTF8')::jsonb->'body'->>'facility' as facility from ledger.entry where kind = 'decision.recorded' order by position desc limit 1`.execute(house.db);
    expect(rows[0]!.facility).toBe('north');
  });
});

describe('towards the vendor', () => {
  it('the house signs by itself; the EHR’s token stays here, and the keys are published', async () => {
    const bearer = await token();
    await ask(bearer);
    const { headers, path } = vendor.calls().at(-1)!;
    const sent = headers.authorization!.replace('Bearer ', '');
    expect(sent).not.toBe(bearer);
    const { payload, protectedHeader } = await jwtVerify(sent, createRemoteJWKSet(new URL(`${gateway.url}/cds/jwks.json`)), { currentDate: new Date(now) });
    expect(protectedHeader).toMatchObject({ alg: 'ES384', typ: 'JWT' });
    expect(payload).toMatchObject({ aud: `${vendor.url}${path}`, iat: seconds, exp: seconds + 300 });
    expect(payload.jti).toBeTruthy();
    const keys = (await (await fetch(`${gateway.url}/cds/jwks.json`)).json()) as { keys: { d?: string }[] };
    expect(keys.keys.length).toBeGreaterThan(0);
    expect(keys.keys.every(({ d }) => d === undefined)).toBe(true);
    expect(statSync(join(house.config.dataFolder, 'gateway.key')).mode & 0o777).toBe(0o600);
  });

  it('may be set up with secure origins of browsers', async () => {
    const answer = await fetch(endpoint, { method: 'OPTIONS', headers: { origin: 'https://elsewhere.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    const named = await fetch(endpoint, { method: 'OPTIONS', headers: { origin: 'https://smart.example' } });
    expect(named.status).toBe(204);
    expect(named.headers.get('access-control-allow-origin')).toBe('https://smart.example');
    expect(named.headers.get('access-control-allow-headers')).toContain('authorization');
  });
});

it('no token stands in any table or file', async () => {
  const access = 'ACCESS-TOKEN-a8f3e1';
  const body = call({ fhirServer: 'https://ehr.example/fhir', fhirAuthorization: { access_token: access, token_type: 'Bearer', expires_in: 300, scope: 'patient/*.read', subject: 'cds' } });
  await gateway.ask(body, { authorization: `Bearer ${await token()}` });
  expect(vendor.calls().at(-1)!.body.toString()).toContain(access);
  await gateway.settle();
  const sent = vendor.asked.flatMap(({ headers }) => (headers.authorization ? [headers.authorization.replace('Bearer ', '')] : []));
  const secrets = [access, ...issued.flatMap((one) => [one, one.split('.')[2]!]), ...sent.map((one) => one.split('.')[2]!)].filter((one) => one.length > 10);
  expect(secrets.length).toBeGreaterThan(20);
  const { rows: tables } = await sql<{ name: string }>`select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`.execute(house.db);
  for (const { name } of tables) {
    // Every column as text: bytea once as its escape, so that a token in it would be read as it is.
    const { rows } = await sql<{ text: string | null }>`select string_agg(t::text, '') as text from ${sql.raw(name)} t`.execute(house.db);
    const { rows: columns } = await sql<{ column: string }>`select quote_ident(attname) as column from pg_attribute where attrelid = ${name}::regclass and atttypid = 'bytea'::regtype and attnum > 0 and not attisdropped`.execute(house.db);
    let all = rows[0]?.text ?? '';
    for (const { column } of columns) all += (await sql<{ text: string | null }>`select string_agg(encode(${sql.raw(column)}, 'escape'), '') as text from ${sql.raw(name)}`.execute(house.db)).rows[0]?.text ?? '';
    expect([name, secrets.filter((one) => all.includes(one))]).toEqual([name, []]);
  }
  for (const file of readdirSync(house.config.dataFolder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())) {
    const text = readFileSync(join(file.parentPath, file.name), 'latin1');
    expect(secrets.filter((one) => text.includes(one))).toEqual([]);
  }
});

