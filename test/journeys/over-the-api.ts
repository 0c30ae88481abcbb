// How does a journey do over the API what no browser is needed for?
import { api, type Api } from '../../simulator/demo/api.ts';
import { demoAccounts, demoPassword, type DemoPerson } from '../../simulator/demo/people.ts';
import { signIn } from '../../src/tools/server/model.ts';

/** A caller that is signed in as this person of the demo. */
export async function signedIn(baseUrl: string, person: DemoPerson): Promise<Api> {
  const own = api(baseUrl, {});
  await own.ask(signIn, { body: { email: demoAccounts[person].email, password: demoPassword } });
  return own;
}
