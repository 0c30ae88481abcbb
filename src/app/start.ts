// What does somebody see who starts Attending at a terminal, and how do they end it?
import { openLog } from '../tools/server/log.ts';
import type { House } from '../tools/server/capability.ts';
import { readConfig } from '../tools/server/config.ts';
import { loadDemoHospital, wantsDemo } from './demo.ts';
import { start } from './server.ts';
import { tell } from './tell.ts';

/** `attending start`: runs until Ctrl-C or SIGTERM; a second Ctrl-C does not wait. */
export async function startAtTerminal(): Promise<void> {
  const config = readConfig();
  const log = openLog(config);
  let asked = false;
  const ending = new AbortController();
  const running = start(config, log);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (asked) process.exit(130);
      asked = true;
      ending.abort(new Error('stopping'));
      process.stderr.write('\nStopping …\n');
      running
        .then((house) => house.stop())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        );
    });
  const { url, link, database, house, fresh, localUrl } = await running;
  const lines = [`Attending is open at ${url}`];
  if (wantsDemo(house, fresh)) lines.push(...(await demo(house, localUrl, ending.signal)));
  if (ending.signal.aborted) return;
  if (link) lines.push('', 'Nobody has signed in yet. This link makes you the administrator; it works once:', '', `  ${link.url}`);
  if (database.kind === 'embedded') lines.push('', `The embedded PostgreSQL ${database.version} keeps its files in ${database.where}: fine for a trial, use DATABASE_URL in production.`);
  if (house.config.host === '0.0.0.0' && !house.config.url?.startsWith('https:')) lines.push('', 'It is open to the network without https: put a proxy with https in front and set ATTENDING_URL.');
  lines.push('', 'Ctrl-C stops everything.');
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
}

/** Loads the demo hospital in sight of everybody; what goes wrong does not keep the product from being open. */
async function demo(house: House, url: string, signal: AbortSignal): Promise<string[]> {
  process.stdout.write('\nFirst start: the demo hospital is loaded (ATTENDING_DEMO=off starts empty). Everything in it is synthetic.\n');
  try {
    const { accounts, password } = await loadDemoHospital(house, url, (sentence) => process.stdout.write(`  ${sentence}\n`), signal);
    return ['', `People of the demo hospital sign in with the password "${password}":`, '', ...accounts.map(({ email, role, name }) => `  ${email.padEnd(36)} ${role.padEnd(16)} ${name}`)];
  } catch (error) {
    if (signal.aborted) return [];
    tell(error);
    return ['', 'The demo hospital is not complete; the next start goes on with it.'];
  }
}
