// What can be asked of Attending at a terminal?
import { Command, CommanderError, Help, type Option } from 'commander';
import type { House } from '../tools/server/capability.ts';
import { tell } from './tell.ts';

type Commands = (program: Command, open: () => Promise<House>) => void;

/** Commands that answer at once because their room alone is woken; for all others the whole house is. */
const alone: Record<string, () => Promise<{ commands: Commands }>> = {
  audit: () => import('../prepare/audit/commands.ts'),
  charter: () => import('../spine/deployments/commands.ts'),
  ledger: () => import('../spine/ledger/commands.ts'),
  server: () => import('../tools/server/commands.ts'),
};

async function commandsFor(asked: string | undefined): Promise<readonly Commands[]> {
  const one = asked === undefined ? undefined : alone[asked];
  if (one) return [(await one()).commands];
  if (asked === 'start' || asked === 'doctor' || asked === '--version' || asked === '-V') return [];
  const { capabilities } = await import('./capabilities.ts');
  return capabilities.flatMap((room) => room.commands ?? []);
}

/** An option in the words of the help: what must be given says so, and an empty default says nothing. */
function optionDescription(this: Help, option: Option): string {
  const { defaultValue, mandatory } = option;
  const empty = defaultValue === '' || defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0);
  return `${empty ? option.description : Help.prototype.optionDescription.call(this, option)}${mandatory ? ' (needed)' : ''}`;
}

/** Every command, or only those the asked one is among. What a command needs of the house is opened when it asks. */
export async function buildProgram(open: () => Promise<House>, asked?: string): Promise<Command> {
  const { version } = await import('./near.ts');
  const program = new Command('attending')
    .description('Runs clinical AI from idea to safe, adopted, paid-for practice; every step proven by evidence.')
    .version(version)
    .showHelpAfterError('(--help shows what there is)')
    .configureHelp({ optionDescription })
    .addHelpText('after', `
Examples:
  attending start                              run the server; the address and a sign-in link are printed
  attending doctor                             what was found on this machine, and every setting
  attending audit EXPORT --charter FILE        is this export fit for this model? needs no server

Exit codes: 0 done, 1 the answer is no (an audit or a ledger that fails), 2 it could not be done.`);
  program
    .command('start')
    .description('Run the server until Ctrl-C. Settings are environment variables: see `attending doctor`.')
    .addHelpText('after', `
The settings asked for first; \`attending doctor\` prints all of them with what they are now:
  PORT=7420              the port
  ATTENDING_DATA=FOLDER  where the database and the keys lie; a new folder is a new installation
  ATTENDING_DEMO=off     a new installation starts empty, without the demo hospital
  DATABASE_URL=…         a PostgreSQL 15 or later of your own, instead of the embedded one`)
    .action(async () => (await import('./start.ts')).startAtTerminal());
  program
    .command('doctor')
    .description('Print what was found on this machine, and every setting. Exit 1 when something is wrong.')
    .option('--json', 'print it as JSON')
    .action(async (options: { json?: boolean }) => (await import('./doctor.ts')).doctor(options));
  for (const commands of await commandsFor(asked)) commands(program, open);
  return program;
}

/** The house for a command, opened once, quiet unless ATTENDING_LOG asks otherwise. */
function commandHouse(): { open: () => Promise<House>; close: () => Promise<void> } {
  let opening: Promise<{ house: House; close(): Promise<void> }> | null = null;
  return {
    open: async () => {
      opening ??= (async () => {
        const [{ readConfig }, { openLog, silentLog }, { openHouse }, { capabilities }] = await Promise.all([import('../tools/server/config.ts'), import('../tools/server/log.ts'), import('./house.ts'), import('./capabilities.ts')]);
        const config = readConfig();
        return openHouse(config, config.logLevel === 'debug' ? openLog(config) : silentLog, capabilities, { attach: true });
      })();
      return (await opening).house;
    },
    close: async () => (await opening?.catch(() => null))?.close(),
  };
}

export async function main(argv: readonly string[] = process.argv): Promise<void> {
  const { open, close } = commandHouse();
  try {
    const program = await buildProgram(open, argv[2]);
    program.exitOverride();
    for (const command of program.commands) overrideAll(command);
    if (argv.length <= 2) program.outputHelp();
    else await program.parseAsync(argv as string[]);
  } catch (error) {
    // Commander has said it already; asking for help is no failure.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      tell(error);
      process.exitCode = 2;
    }
  } finally {
    await close();
  }
}

function overrideAll(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) overrideAll(child);
}
