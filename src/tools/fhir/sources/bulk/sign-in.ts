// How does the product prove to a FHIR server who it is, with a key that never leaves this machine?
import { createPrivateKey, randomUUID, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SignJWT } from 'jose';
import type { Clock } from '../../../base/clock.ts';
import { Problem } from '../../../base/problem.ts';
import { ask, outcomeOf, requireSafe, textOf, type Ask, type Answer } from './request.ts';

export interface ClientKey {
  key: KeyObject;
  algorithm: 'RS384' | 'ES384';
  kid: string | undefined;
}

/** A private key from a JWK, a JWK set or a PEM file. Nothing of it is ever part of an error. @throws Problem naming the file alone. */
export async function readClientKey(path: string, kid?: string): Promise<ClientKey> {
  const refuse = (says: string): Problem => new Problem('bad-input', `The key file ${path} cannot be used: ${says}.`, 'Give the private key as JWK or PEM: RSA of 2048 bits or more (RS384), or EC on P-384 (ES384).', [{ file: path, says }]);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refuse(error.code === 'ENOENT' ? 'there is no such file' : 'it cannot be read');
  });
  let key: KeyObject;
  let own: string | undefined;
  try {
    if (text.trimStart().startsWith('{')) {
      const document = JSON.parse(text) as { keys?: Record<string, unknown>[] } & Record<string, unknown>;
      const all = document.keys ?? [document];
      const jwk = all.find((one) => typeof one['d'] === 'string' && (kid === undefined || one['kid'] === kid));
      if (!jwk) throw new Error('none');
      own = typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined;
      key = createPrivateKey({ key: jwk as never, format: 'jwk' });
    } else key = createPrivateKey(text);
  } catch {
    throw refuse('it holds no private key');
  }
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= 2048) return { key, algorithm: 'RS384', kid: kid ?? own };
  if (key.asymmetricKeyType === 'ec' && details?.namedCurve === 'secp384r1') return { key, algorithm: 'ES384', kid: kid ?? own };
  throw refuse('it is neither RSA of 2048 bits or more nor EC on P-384');
}

export interface SignIn {
  server: string;
  client: string;
  key: ClientKey;
  scope: string | undefined;
  clock: Clock;
  signal: AbortSignal | undefined;
  /** Asks again while the server is busy. */
  patiently(what: string, work: () => Promise<Answer>): Promise<Answer>;
}

/** Gives a valid token whenever it is asked for one. */
export interface Tokens {
  get(): Promise<Ask['token']>;
  /** The server refused the last one. */
  forget(): void;
}

/**
 * SMART App Launch 2.0, Backend Services: discovery at `.well-known/smart-configuration`, a JWT assertion signed with RS384 or ES384
 * (RFC 7523), an access token, renewed a minute before it runs out. https://hl7.org/fhir/smart-app-launch/backend-services.html
 */
export function backendServices({ server, client, key, scope, clock, signal, patiently }: SignIn): Tokens {
  const { origin } = new URL(server);
  let found: { endpoint: string; scope: string } | undefined;
  let token: { value: string; until: number } | undefined;
  const discover = async () => {
    const answer = await patiently('sign in', () => ask(`${server}/.well-known/smart-configuration`, { headers: { accept: 'application/json' }, signal }));
    const text = await textOf(answer.body);
    let document: { token_endpoint?: unknown; scopes_supported?: unknown } = {};
    try {
      document = JSON.parse(text) as typeof document;
    } catch {
      // said below
    }
    if (answer.status !== 200 || typeof document.token_endpoint !== 'string') throw new Problem('unavailable', `${server} does not say where to sign in.`, 'A SMART server answers at /.well-known/smart-configuration; check the address of the FHIR server.', [{ path: '.well-known/smart-configuration', says: `status ${answer.status}` }]);
    const endpoint = requireSafe(document.token_endpoint, "The server's token endpoint").href;
    const scopes = Array.isArray(document.scopes_supported) ? document.scopes_supported : [];
    return { endpoint, scope: scope ?? (scopes.includes('system/*.rs') ? 'system/*.rs' : 'system/*.read') };
  };
  return {
    async get() {
      const now = Date.parse(clock.now());
      if (!token || token.until <= now) {
        found ??= await discover();
        const { endpoint, scope: asked } = found;
        // Signed anew for every try: an assertion lives four minutes, a busy server may take ten.
        const answer = await patiently('sign in', async () => {
          const seconds = Math.floor(Date.parse(clock.now()) / 1000);
          const assertion = await new SignJWT({}).setProtectedHeader({ alg: key.algorithm, typ: 'JWT', ...(key.kid !== undefined && { kid: key.kid }) }).setIssuer(client).setSubject(client).setAudience(endpoint).setJti(randomUUID()).setIssuedAt(seconds).setExpirationTime(seconds + 240).sign(key.key);
          const body = new URLSearchParams({ grant_type: 'client_credentials', scope: asked, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion }).toString();
          return ask(endpoint, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }, body, signal });
        });
        const text = await textOf(answer.body);
        if (answer.status !== 200) throw new Problem('not-allowed', `The server does not let ${client} in.`, 'Check the client id, that the public key is registered there, and the scope.', [{ path: endpoint, says: `status ${answer.status}${errorOf(text)}` }]);
        const given = JSON.parse(text) as { access_token?: unknown; expires_in?: unknown };
        if (typeof given.access_token !== 'string') throw new Problem('unavailable', 'The server gave no access token.', 'Tell its administrator.');
        const lasts = typeof given.expires_in === 'number' ? given.expires_in : 300;
        token = { value: given.access_token, until: Date.parse(clock.now()) + Math.max(1, lasts - 60) * 1000 };
      }
      return { value: token.value, origin };
    },
    forget: () => {
      token = undefined;
    },
  };
}

function errorOf(text: string): string {
  try {
    const { error, error_description: more } = JSON.parse(text) as { error?: string; error_description?: string };
    return error ? `, ${error}${more ? `: ${more.slice(0, 200)}` : ''}` : '';
  } catch {
    const { says } = outcomeOf(text);
    return says ? `, ${says}` : '';
  }
}
