// Who sent this request, and was the same request answered before?
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { between, hours, minutes, shift } from '../base/clock.ts';
import { canonical } from '../base/canonical.ts';
import type { Endpoint } from '../base/endpoint.ts';
import { Problem } from '../base/problem.ts';
import type { Caller, House } from './capability.ts';
import { forClaim } from './database.ts';
import type { Doorkeeper } from './http.ts';
import * as records from './records.ts';
import { accountOfSession, personOf } from './sign-in.ts';
import { hashOf } from './tokens.ts';

/** An API key counts before a session: a request that carries one is meant for it. */
async function identify(house: House, request: Request): Promise<Caller | null> {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (bearer) return callerOfKey(house, request, bearer);
  const account = await accountOfSession(house, request);
  return account && personOf(account);
}

async function callerOfKey(house: House, request: Request, secret: string): Promise<Caller | null> {
  const key = secret.startsWith('atk_') ? await records.keyBySecret(house.db, hashOf(secret)) : undefined;
  const now = house.clock.now();
  if (!key || key.revoked_at || (key.expires_at && key.expires_at <= now)) return null;
  refuseOutOfScope(key, request);
  if (!key.last_used_at || between(key.last_used_at, now) > minutes(1)) await records.noteKeyUsed(house.db, key.id, now);
  return { kind: 'key', id: key.id, name: key.name, roles: key.roles, vendor: key.vendor };
}

function refuseOutOfScope(key: records.KeyRow, request: Request): void {
  if (key.scopes.length === 0) return;
  const path = new URL(request.url).pathname;
  const room = /^\/api\/v1\/([a-z]+)/.exec(path)?.[1] ?? (path.startsWith('/otlp/') ? 'decisions' : '');
  if (key.scopes.includes(room) || (request.method === 'GET' && key.scopes.includes(`${room}:read`)) || path === '/api/v1/server/me') return;
  throw new Problem('not-allowed', `The key ${key.name} may not ${request.method === 'GET' ? 'read' : 'change'} ${room || path}.`, `Its scopes are: ${key.scopes.join(', ')}.`);
}

const rememberedFor = hours(24);
/** A first request that is still at work is waited for this long; then the repeat is told to come back. */
const patience = 10_000;
/** Another process may share the database; one that has not answered for so long is gone. */
const goneAfter = minutes(5);
/** This process, among those that may share a database. */
const instance = randomUUID();
const largestAnswer = 1_000_000;

/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): within 24 hours the same key by the same caller at
 * the same endpoint is answered from memory, with `idempotency-replayed: true`. The same key with another body is
 * refused with 422; while the first is at work the repeat waits up to 10 seconds, then gets 409. Failures are not
 * remembered: a repeat of them tries again. When the process died with the first, a repeat does it, unless something
 * of it had been recorded, which every transaction of a claimed request notes as part of itself (`forClaim`): then 409.
 */
async function once(house: House, caller: Caller, endpoint: Endpoint, request: Request, body: unknown, work: () => Promise<Response>): Promise<Response> {
  const key = request.headers.get('idempotency-key');
  if (!key || endpoint.answers === 'stream') return work();
  if (key.length > 200) throw new Problem('bad-input', 'The Idempotency-Key is longer than 200 characters.', 'Send a shorter one, such as a UUID.');
  const now = house.clock.now();
  const id = sha256(canonical([caller.kind, caller.id, endpoint.name, new URL(request.url).pathname, key]));
  const bodyHash = sha256(canonical(body));
  if (!(await records.claimKey(house.db, { id, body_sha256: bodyHash, created_at: now, instance }, shift(now, -rememberedFor)))) {
    const answer = await answerOfFirst(house, id, bodyHash);
    if (answer instanceof Response) return answer;
    // The first one failed and was forgotten meanwhile: this one is now the first.
    if (answer === 'forgotten') return once(house, caller, endpoint, request, body, work);
  }
  let response: Response;
  try {
    response = await forClaim(id, work);
  } catch (error) {
    await records.forgetKey(house.db, id);
    throw error;
  }
  const text = await response.clone().text();
  if (!response.ok || text.length > largestAnswer) await records.forgetKey(house.db, id);
  // A secret is shown once and not kept, here neither: only that it was answered.
  else if (response.headers.get('cache-control') === 'no-store') await records.keepAnswer(house.db, id, { status: response.status, content_type: null, body: null });
  else await records.keepAnswer(house.db, id, { status: response.status, content_type: response.headers.get('content-type'), body: text });
  return response;
}

/** What the first request was answered; or that it is forgotten; or that its process died and it is ours to do now. */
async function answerOfFirst(house: House, id: string, bodyHash: string): Promise<Response | 'forgotten' | 'ours'> {
  for (let waited = 0; waited <= patience; waited += 50) {
    const first = await records.claimedBefore(house.db, id);
    if (!first) return 'forgotten';
    if (first.body_sha256 !== bodyHash) throw new Problem('unprocessable', 'This Idempotency-Key was used before with another body.', 'Send a new key with a new request.');
    if (first.status !== null && first.body === null) throw new Problem('conflict', 'This request was answered before, and its answer held a secret that is not kept.', 'See the list for what was created; make a new secret if this one was lost.');
    if (first.status !== null) return new Response(first.body, { status: first.status, headers: { 'content-type': first.content_type ?? 'application/json', 'idempotency-replayed': 'true' } });
    if (isGone(house, first)) {
      if (first.committed) throw new Problem('conflict', 'This request was recorded, at least in part, and interrupted before it was answered.', 'Look at what is there; if something is missing, send it with a new key.');
      if (await records.takeOver(house.db, id, first.instance, { instance, created_at: house.clock.now() })) return 'ours';
    }
    await sleep(50);
  }
  throw new Problem('conflict', 'The first request with this Idempotency-Key is still at work.', 'Wait a moment and send it again with the same key.');
}

/** The embedded database serves one process: whoever had it before us has ended. */
const isGone = (house: House, first: records.IdempotencyRow): boolean =>
  first.instance !== instance && (house.config.databaseUrl === null || between(first.created_at, house.clock.now()) > goneAfter);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const doorkeeper: Doorkeeper = { identify, once };
