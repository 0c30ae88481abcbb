// What can be asked about decisions at a terminal?
import type { Command } from 'commander';
import type { House } from '../../tools/server/capability.ts';
import { rebuild } from './project.ts';

/** Adds `attending decisions rebuild`. */
export function commands(program: Command, open: () => Promise<House>): void {
  const decisions = program.command('decisions').description('AI decisions and what became of them.');
  decisions
    .command('rebuild')
    .description('Make every fact about decisions anew from the ledger. Readers see the old facts until the new ones stand.')
    .action(async () => {
      const events = await rebuild((await open()).db);
      process.stdout.write(`The facts were made anew from ${events.toLocaleString('en-US')} events.\n`);
    });
}
