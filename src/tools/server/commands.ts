// What can whoever stands at the machine do about signing in?
import type { Command } from 'commander';
import type { House } from './capability.ts';
import { administratorLink } from './sign-in.ts';

export function commands(program: Command, open: () => Promise<House>): void {
  const server = program.command('server').description('Accounts of this installation, from the machine itself.');
  server
    .command('admin-link')
    .description('Make a new one-time sign-in link for the first administrator; earlier links end.')
    .action(async () => {
      const { url, email, expiresAt } = await administratorLink(await open());
      console.log(`One-time sign-in link for ${email}, good until ${expiresAt}:\n\n  ${url}\n`);
    });
}
