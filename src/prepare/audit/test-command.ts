// How do the tests run `attending audit` and read what it said?
import { Command } from 'commander';
import { Problem } from '../../tools/base/problem.ts';
import { commands } from './commands.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs the command in this process, with the exit codes the product's command line gives. */
export async function attending(...args: string[]): Promise<Ran> {
  const said = { out: '', err: '' };
  const before = { code: process.exitCode, out: process.stdout.write, err: process.stderr.write };
  const listen = (to: 'out' | 'err') =>
    ((text: string | Uint8Array, ...rest: unknown[]) => {
      said[to] += typeof text === 'string' ? text : Buffer.from(text).toString();
      for (const one of rest) if (typeof one === 'function') (one as () => void)();
      return true;
    }) as typeof process.stdout.write;
  process.exitCode = 0;
  process.stdout.write = listen('out');
  process.stderr.write = listen('err');
  try {
    const program = new Command('attending').exitOverride();
    commands(program);
    await program.parseAsync(args, { from: 'user' });
    return { code: Number(process.exitCode ?? 0), ...said };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const places = error.details.map(({ file, line, path, says }) => `${[file && (line ? `${file}:${line}` : file), path].filter(Boolean).join(' ')}: ${says}`);
    return { code: 2, out: said.out, err: [said.err, error.message, ...places, error.next].filter(Boolean).join('\n') };
  } finally {
    process.exitCode = before.code;
    process.stdout.write = before.out;
    process.stderr.write = before.err;
  }
}
