// How do people and machines sign in, and how are accounts and keys kept?
import { Problem } from '../base/problem.ts';
import { accountOf, createAccount, createKey, editAccount, keyOf, noAccount, pageOf, revokeKey } from './accounts.ts';
import type { House } from './capability.ts';
import { nobody, peerOf, serve, type Route } from './http.ts';
import * as words from './model.ts';
import * as records from './records.ts';
import { endedCookie, makeLink, meOf, openSession, sessionOf, setPassword, signInByLink, signInByPassword } from './sign-in.ts';
import { backFromProvider, goToProvider } from './single-sign-on.ts';

/** An answer that must not be kept anywhere: a session, a secret. */
const unkept = (body: unknown, status = 200, setCookie?: string): Response =>
  Response.json(body, { status, headers: { 'cache-control': 'no-store', ...(setCookie && { 'set-cookie': setCookie }) } });

async function signedIn(house: House, account: records.AccountRow): Promise<Response> {
  return unkept(meOf(account), 200, await openSession(house, account.id));
}

export const routes: readonly Route[] = [
  serve(words.whoAmI, async ({ house, caller }) => {
    if (caller.id === nobody.id) throw new Problem('not-signed-in', 'Nobody is signed in.', 'Sign in, or send an API key as `Authorization: Bearer …`.');
    const account = caller.kind === 'person' ? await records.accountById(house.db, caller.id) : undefined;
    return unkept(account ? meOf(account) : { ...caller, roles: [...caller.roles], email: null, hasPassword: false });
  }),
  serve(words.waysToSignIn, async ({ house }) => ({
    password: true,
    singleSignOn: house.config.oidc && { issuer: house.config.oidc.issuer, url: words.singleSignOn.path },
  })),
  serve(words.signIn, async ({ house, body, request }) => signedIn(house, await signInByPassword(house, body.email, body.password, peerOf(request)))),
  serve(words.signInByLink, async ({ house, body: { token, ...set } }) => signedIn(house, await signInByLink(house, token, set))),
  serve(words.singleSignOn, async ({ house, query }) => goToProvider(house, query.to)),
  serve(words.singleSignOnBack, async ({ house, request }) => backFromProvider(house, request)),
  serve(words.signOut, async ({ house, request }) => {
    await records.deleteSession(house.db, sessionOf(house, request));
    return unkept({}, 200, endedCookie(house));
  }),
  serve(words.signOutEverywhere, async ({ house, caller }) => unkept({ ended: await records.deleteSessionsOf(house.db, caller.id) }, 200, endedCookie(house))),
  serve(words.changePassword, async ({ house, caller, body, request }) => meOf(await setPassword(house, caller, body.current, body.next, sessionOf(house, request)))),

  serve(words.listAccounts, async ({ house, query }) => pageOf(await records.listAccountRows(house.db, { ...query, limit: query.limit + 1 }), query.limit, accountOf)),
  serve(words.createAccount, async ({ house, caller, body }) => unkept(await createAccount(house, caller, body), 201)),
  serve(words.readAccount, async ({ house, params }) => {
    const row = await records.accountById(house.db, params.account);
    if (!row) throw noAccount(params.account);
    return accountOf(row);
  }),
  serve(words.editAccount, async ({ house, caller, params, body }) => editAccount(house, caller, params.account, body)),
  serve(words.newLink, async ({ house, caller, params }) =>
    house.db.transaction().execute(async (tx) => {
      if (!(await records.accountForChange(tx, params.account))) throw noAccount(params.account);
      const link = await makeLink(house, tx, params.account);
      // Whoever holds the link can become this person: that is a fact the ledger keeps.
      await house.remember(tx, { kind: 'account.link-made', by: caller, at: house.clock.now(), about: `account/${params.account}`, body: { expiresAt: link.expiresAt } });
      return unkept(link, 201);
    }),
  ),

  serve(words.listKeys, async ({ house, query }) => pageOf(await records.listKeyRows(house.db, { ...query, limit: query.limit + 1 }), query.limit, keyOf)),
  serve(words.createKey, async ({ house, caller, body }) => unkept(await createKey(house, caller, body), 201)),
  serve(words.revokeKey, async ({ house, caller, params }) => revokeKey(house, caller, params.key)),
];
