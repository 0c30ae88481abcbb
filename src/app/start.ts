// What does somebody see who starts Attending at a terminal, and how do they end it?
import { openLog } from '../tools/server/log.ts';
import { readConfig } from '../tools/server/config.ts';
import { start } from './server.ts';

/** `attending start`: runs until Ctrl-C or SIGTERM; a second Ctrl-C does not wait. */
export async function startAtTerminal(): Promise<void> {
  const config = readConfig();
  const log = openLog(config);
  let asked = false;
  const running = start(config, log);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (asked) process.exit(130);
      asked = true;
      process.stderr.write('\nStopping …\n');
      running
        .then((house) => house.stop())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        );
    });
  const { url, link, database, house } = await running;
  const lines = [`Attending is open at ${url}`];
  if (link) lines.push('', 'Nobody has signed in yet. This link makes you the administrator; it works once:', '', `  ${link.url}`);
  if (database.kind === 'embedded') lines.push('', `The embedded PostgreSQL ${database.version} keeps its files in ${database.where}: fine for a trial, use DATABASE_URL in production.`);
  if (house.config.host === '0.0.0.0' && !house.config.url?.startsWith('https:')) lines.push('', 'It is open to the network without https: put a proxy with https in front and set ATTENDING_URL.');
  lines.push('', 'Ctrl-C stops everything.');
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
}
