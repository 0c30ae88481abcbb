// How does the hospital's own sign-in (OpenID Connect) tell us who somebody is?
import * as oidc from 'openid-client';
import { minutes, shift } from '../base/clock.ts';
import { roleNames, type Role } from '../base/endpoint.ts';
import { Problem } from '../base/problem.ts';
import { insertAccount } from './accounts.ts';
import type { House } from './capability.ts';
import type { Config } from './config.ts';
import { singleSignOn, singleSignOnBack } from './model.ts';
import * as records from './records.ts';
import { addressOf, isSecure, openSession } from './sign-in.ts';
import { cookie, cookieOf, hashOf, newToken } from './tokens.ts';

type Oidc = NonNullable<Config['oidc']>;

const visitCookie = 'attending_visit';
const visitLasts = minutes(10);
const configurations = new Map<string, Promise<oidc.Configuration>>();

/** The provider's own description, fetched once; a failure is not remembered. */
function discover({ issuer, clientId, clientSecret }: Oidc): Promise<oidc.Configuration> {
  const known = configurations.get(issuer + clientId);
  if (known) return known;
  // Plain http is for a provider on this very machine only (a proxy beside us, a test).
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(issuer).hostname);
  const fresh = oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, {
    timeout: 10,
    // The signature of the identity is checked too, not only the connection it came over.
    execute: [oidc.enableNonRepudiationChecks, ...(local ? [oidc.allowInsecureRequests] : [])],
  });
  configurations.set(issuer + clientId, fresh);
  fresh.catch(() => configurations.delete(issuer + clientId));
  return fresh;
}

function required(house: House): Oidc {
  if (!house.config.oidc) throw new Problem('not-found', 'Single sign-on is not set up here.', 'Sign in with a password, or set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.');
  return house.config.oidc;
}

const backAddress = (house: House): string => `${addressOf(house)}${singleSignOnBack.path}`;

/** Only a path of our own: `//elsewhere` and `/\elsewhere` would lead away. */
export const ownPath = (to: string | undefined): string => (to && /^\/(?![/\\])[^\s\\]*$/.test(to) ? to : '/');

/** Sends the browser to the provider: code flow with PKCE, state and nonce, tied to this browser by a cookie. */
export async function goToProvider(house: House, to: string | undefined): Promise<Response> {
  const provider = await discover(required(house)).catch((error: unknown) => {
    house.log.error('the OpenID Connect provider could not be reached', { error: reasonOf(error) });
    throw new Problem('unavailable', 'The hospital’s sign-in could not be reached.', 'Try again later; an administrator finds the reason in the log and in `attending doctor`.');
  });
  const visit = newToken();
  const verifier = oidc.randomPKCECodeVerifier();
  const row: records.OidcVisitRow = { cookie_sha256: hashOf(visit), state: oidc.randomState(), nonce: oidc.randomNonce(), verifier, return_to: ownPath(to), expires_at: shift(house.clock.now(), visitLasts) };
  await records.insertVisit(house.db, row);
  const url = oidc.buildAuthorizationUrl(provider, {
    redirect_uri: backAddress(house),
    scope: 'openid profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: row.state,
    nonce: row.nonce,
  });
  return redirect(url.href, [cookie(visitCookie, visit, { secure: isSecure(house), path: singleSignOn.path, maxAge: visitLasts / 1000 })]);
}

/** Takes the browser back: proves the answer, finds or makes the account, opens the session. */
export async function backFromProvider(house: House, request: Request): Promise<Response> {
  const settings = required(house);
  const visit = cookieOf(request, visitCookie);
  const row = visit ? await records.takeVisit(house.db, hashOf(visit), house.clock.now()) : undefined;
  if (!row) throw new Problem('not-signed-in', 'This sign-in was not begun here, or too long ago.', 'Sign in again.');
  // The address the provider knows, not the one a proxy may have rewritten.
  const address = new URL(backAddress(house));
  address.search = new URL(request.url).search;
  const claims = await oidc
    .authorizationCodeGrant(await discover(settings), address, { pkceCodeVerifier: row.verifier, expectedState: row.state, expectedNonce: row.nonce, idTokenExpected: true })
    .then((tokens) => tokens.claims())
    .catch((error: unknown) => {
      house.log.warn('a sign-in by OpenID Connect was refused', { error: reasonOf(error) });
      throw new Problem('not-signed-in', 'The hospital’s sign-in did not confirm who you are.', 'Sign in again; if it stays, tell the administrator the time.');
    });
  if (!claims) throw new Problem('not-signed-in', 'The hospital’s sign-in sent no identity.', 'Tell the administrator the time.');
  const account = await accountFor(house, settings, claims);
  if (account.disabled) throw new Problem('not-allowed', 'This account is disabled.', 'Ask an administrator.');
  return redirect(row.return_to, [await openSession(house, account.id), cookie(visitCookie, '', { secure: isSecure(house), path: singleSignOn.path, maxAge: 0 })]);
}

const reasonOf = (error: unknown): string => {
  const { message, code, cause } = error as Error & { code?: string; cause?: { message?: string; error?: string } };
  return [code, message, cause?.error ?? cause?.message].filter(Boolean).join(': ');
};

const redirect = (to: string, cookies: string[]): Response => {
  const headers = new Headers({ location: to, 'cache-control': 'no-store' });
  for (const one of cookies) headers.append('set-cookie', one);
  return new Response(null, { status: 302, headers });
};

type Claims = oidc.IDToken;

/**
 * The account of a person the provider has proven. Found by issuer and subject; by address only when the provider
 * says that the address is verified; otherwise made, with the roles of the claim or none. Where the claim is there
 * it decides the roles at every sign-in; the role vendor is given here only, by an administrator.
 */
async function accountFor(house: House, settings: Oidc, claims: Claims): Promise<records.AccountRow> {
  const { iss: issuer, sub: subject } = claims;
  const email = typeof claims.email === 'string' ? claims.email : null;
  const told = rolesOf(claims, settings.rolesClaim);
  return house.db.transaction().execute(async (tx) => {
    let account = await records.accountBySubject(tx, issuer, subject);
    if (!account && email && claims.email_verified === true) {
      const same = await records.accountByEmail(tx, email);
      if (same && same.subject === null) {
        await records.changeAccount(tx, same.id, { issuer, subject });
        account = { ...same, issuer, subject };
      }
    }
    if (!account) {
      if (!email) throw new Problem('not-allowed', 'The hospital’s sign-in sent no e-mail address.', 'Ask for the scope `email` to be released to Attending.');
      return insertAccount(house, tx, null, { email, name: typeof claims.name === 'string' && claims.name ? claims.name : email, roles: told ?? [], issuer, subject });
    }
    if (told && !account.roles.includes('vendor') && [...told].sort().join() !== [...account.roles].sort().join()) {
      await records.changeAccount(tx, account.id, { roles: told });
      await house.remember(tx, { kind: 'account.role-changed', by: { kind: 'person', id: account.id, name: account.name, roles: told, vendor: null }, at: house.clock.now(), about: `account/${account.id}`, body: { account: account.id, from: account.roles, to: told, vendor: null, source: 'single-sign-on' } });
      account = { ...account, roles: told };
    }
    return account;
  });
}

/** The roles in the claim, which may lie deeper (`realm_access.roles`); null when the claim is not there. */
export function rolesOf(claims: Record<string, unknown>, claim: string): Role[] | null {
  const found = claim in claims ? claims[claim] : claim.split('.').reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], claims);
  const names = Array.isArray(found) ? found : typeof found === 'string' ? found.split(/[\s,]+/) : null;
  return names && roleNames.filter((role) => role !== 'vendor' && names.includes(role));
}
