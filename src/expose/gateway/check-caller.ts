// Is the EHR that calls the one it says, and does it say it for the first time?
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTVerifyGetKey, type JSONWebKeySet } from 'jose';
import { keyedHash } from '../../spine/ledger/ledger.ts';
import type { House } from '../../tools/server/capability.ts';
import { algorithms, type Connection } from './connection.ts';
import { withinTime } from './deadlines.ts';
import * as records from './records.ts';

export type Checked = { ok: true; issuer: string | null; tenant: string | null } | { ok: false; status: 401 | 503; says: string };

/** Clocks of two machines may differ by so many seconds. */
const skew = 60;
/** A token that would live longer is refused: it would have to be remembered as long. */
const longestLife = 3_600;
/** So long, in milliseconds, it is waited for the database to say whether a token was used. */
const longestLookUp = 3_000;

type Issuer = Extract<Connection['callers'], { check: 'jwt' }>['issuers'][number];
const keySets = new Map<string, JWTVerifyGetKey>();

/** Keys are fetched once, again after ten minutes, and where an unknown `kid` comes, three seconds after the last time at the earliest: keys are changed while calls run, and nobody makes us ask without end. */
function keysOf(issuer: Issuer): JWTVerifyGetKey {
  const name = JSON.stringify(issuer);
  let keys = keySets.get(name);
  if (!keys) {
    keys = issuer.jwksUrl ? createRemoteJWKSet(new URL(issuer.jwksUrl), { timeoutDuration: 5_000, cooldownDuration: 3_000 }) : createLocalJWKSet(issuer.jwks as JSONWebKeySet);
    if (keySets.size > 100) keySets.clear();
    keySets.set(name, keys);
  }
  return keys;
}

/**
 * Checks the token of a call by CDS Hooks 2.0 "Trusting CDS Clients": signature by a key of an issuer that was named,
 * never `none` or a shared secret; audience this very endpoint; not ended; an id never seen before on any instance.
 * What it says to the caller never repeats the token.
 */
export async function checkCaller(house: House, { callers }: Pick<Connection, 'callers'>, authorization: string | undefined, audiences: readonly string[]): Promise<Checked> {
  if (callers.check === 'none') return { ok: true, issuer: null, tenant: null };
  const refuse = (says: string): Checked => ({ ok: false, status: 401, says });
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return refuse('There is no bearer token that is a signed JWT.');
  let named: string | undefined;
  try {
    named = decodeJwt(token).iss;
  } catch {
    return refuse('The token is no JWT.');
  }
  const issuer = callers.issuers.find(({ iss }) => iss === named);
  if (!issuer) return refuse('The issuer of the token is not among those that may call.');
  const now = Date.parse(house.clock.now());
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keysOf(issuer), {
      algorithms, issuer: issuer.iss, audience: [...audiences], clockTolerance: skew, currentDate: new Date(now), requiredClaims: ['iss', 'aud', 'exp', 'iat', 'jti'],
    });
    if (protectedHeader.kid === undefined) return refuse('The header of the token names no key (`kid`).');
    if (protectedHeader.typ !== undefined && protectedHeader.typ.toUpperCase() !== 'JWT') return refuse('The header of the token says another `typ` than JWT.');
    if (payload.exp! * 1000 > now + (longestLife + skew) * 1000) return refuse('The token lives longer than an hour.');
    if (payload.iat! * 1000 > now + skew * 1000) return refuse('The token was issued in the future; check the clocks.');
    const name = await keyedHash(house, { system: `gateway/token/${issuer.iss}`, value: payload.jti! });
    const fresh = await withinTime(useOnce(house, name, new Date((payload.exp! + skew) * 1000).toISOString()), performance.now() + longestLookUp);
    if (!fresh) return refuse('The token was used before (`jti`).');
    return { ok: true, issuer: issuer.iss, tenant: typeof payload['tenant'] === 'string' ? payload['tenant'] : null };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return refuse('The token has ended (`exp`).');
    if (error instanceof errors.JWTClaimValidationFailed) return refuse(`The claim \`${error.claim}\` of the token is missing or wrong.`);
    // What the address of the keys answers with, when it is an error or no set of keys, has no code of its own in jose.
    const keysAway = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') || (error instanceof TypeError && /fetch/.test(error.message));
    if (keysAway) return { ok: false, status: 503, says: 'The keys of the issuer cannot be fetched right now.' };
    if (error instanceof errors.JOSEError) return refuse(`The token is not signed as it has to be (${error.code}).`);
    if (error instanceof TypeError && /modulusLength/.test(error.message)) return refuse('The key that signed the token is too short; RSA needs 2048 bits.');
    return { ok: false, status: 503, says: 'Whether the token was used before cannot be looked up right now.' };
  }
}

interface Waiting {
  name: Buffer;
  endsAt: string;
  done(fresh: boolean): void;
  failed(error: unknown): void;
}
const waiting = new WeakMap<object, { list: Waiting[]; flushing: boolean }>();

/** Callers that wait at the same time share one statement. */
function useOnce(house: House, name: Buffer, endsAt: string): Promise<boolean> {
  return new Promise((done, failed) => {
    let group = waiting.get(house.db);
    if (!group) waiting.set(house.db, (group = { list: [], flushing: false }));
    group.list.push({ name, endsAt, done, failed });
    if (group.flushing) return;
    group.flushing = true;
    setImmediate(flush, house, group);
  });
}

async function flush(house: House, group: { list: Waiting[]; flushing: boolean }): Promise<void> {
  while (group.list.length > 0) {
    const taken = group.list.splice(0, 1_000);
    try {
      const fresh = await records.useTokens(house.db, [...new Map(taken.map((one) => [one.name.toString('hex'), one])).values()]);
      // Of the same token twice in this very group the first is taken.
      for (const one of taken) one.done(fresh.delete(one.name.toString('hex')));
    } catch (error) {
      for (const one of taken) one.failed(error);
    }
  }
  group.flushing = false;
}
