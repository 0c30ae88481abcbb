// A process of its own that runs `attending audit`, so that a test can interrupt it.
import { Command } from 'commander';
import { commands } from './commands.ts';

const program = new Command('attending');
commands(program);
try {
  await program.parseAsync(process.argv);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
