// How do the people of the demo get their accounts, and how does the loader act as one of them?
import { createAccount, listAccounts, newLink, signIn, signInByLink } from '../../src/tools/server/model.ts';
import { Problem } from '../../src/tools/base/problem.ts';
import { all, api, type Api } from './api.ts';
import { demoAccounts, type DemoPerson } from './people.ts';

export type Acting = (person: DemoPerson) => Api;

interface Door {
  baseUrl: string;
  administrator: Api;
  password: string;
  signal: AbortSignal | undefined;
}

/** Creates the demo accounts that are not there and signs in as each: what the demo shows was done by persons, not by a script. */
export async function loadAccounts({ baseUrl, administrator, password, signal }: Door): Promise<Acting> {
  const there = new Map((await all((after) => administrator.ask(listAccounts, { query: { after } }))).map((account) => [account.email, account]));
  const signedIn = new Map<DemoPerson, Api>();
  const doors: (() => Promise<unknown>)[] = [];
  for (const [person, wanted] of Object.entries(demoAccounts) as [DemoPerson, (typeof demoAccounts)[DemoPerson]][]) {
    const own = api(baseUrl, {}, signal);
    signedIn.set(person, own);
    const known = there.get(wanted.email);
    // After a crash the account has its password; where that was another one, a link sets this one.
    if (known?.signsInBy === 'password' && (await accepts(own, wanted.email, password))) continue;
    const { url } = known
      ? await administrator.ask(newLink, { params: { account: known.id } }, { fresh: true })
      : (await administrator.ask(createAccount, { body: { email: wanted.email, name: wanted.name, roles: [...wanted.roles], vendor: wanted.vendor } }, { fresh: true })).link;
    doors.push(() => own.ask(signInByLink, { body: { token: url.slice(url.indexOf('#') + 1), password } }));
  }
  // Together: hashing a password is slow on purpose.
  await Promise.all(doors.map((open) => open()));
  return (person) => signedIn.get(person)!;
}

async function accepts(own: Api, email: string, password: string): Promise<boolean> {
  try {
    await own.ask(signIn, { body: { email, password } });
    return true;
  } catch (error) {
    if (error instanceof Problem && error.kind === 'not-signed-in') return false;
    throw error;
  }
}
