// What can be asked of a charter at a terminal, without a server?
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Problem } from '../../tools/base/problem.ts';
import { checkText, type CharterCheck } from './charter-check.ts';
import { charterExample } from './charter-example.ts';
import { fhirWords } from './charter-fhir.ts';
import { charterSchemaText } from './charter-schema.ts';

/** Adds `attending charter check`, `attending charter schema` and `attending charter example`. */
export function commands(program: Command): void {
  const charter = program.command('charter').description('The charter of a deployment: check a file, print its schema or an example.');

  charter
    .command('check')
    .argument('<file>', 'a charter in YAML or JSON (`-` for standard input)')
    .description('Check a charter. Exit 0: valid; 1: not; 2: the file cannot be read.')
    .option('--json', 'print the result as JSON')
    .action(async (file: string, options: { json?: boolean }) => {
      const check = checkText(await readText(file), fhirWords);
      const valid = check.problems.every((problem) => problem.severity !== 'error');
      process.stdout.write(options.json ? `${JSON.stringify({ file, valid, dataOnly: check.dataOnly, problems: check.problems }, null, 2)}\n` : told(file, check));
      process.exitCode = valid ? 0 : 1;
    });

  charter
    .command('schema')
    .description('Print the JSON Schema of a charter, for an editor.')
    .action(() => void process.stdout.write(charterSchemaText()));

  charter
    .command('example')
    .description('Print a complete charter to begin from.')
    .action(() => void process.stdout.write(charterExample));
}

const largest = 10_000_000;

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await readStandardInput() : await readFile(file);
  } catch (error) {
    throw new Problem('bad-input', `The file cannot be read: ${(error as Error).message}.`, 'Check the path.', [{ file, says: (error as NodeJS.ErrnoException).code ?? 'unreadable' }]);
  }
  if (bytes.length > largest) throw new Problem('too-large', 'The file is larger than 10 MB, which no charter is.', 'Check the path.', [{ file, says: `${bytes.length} bytes` }]);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('bad-input', 'The file is not UTF-8 text.', 'Save it as UTF-8.', [{ file, says: 'not UTF-8' }]);
  }
}

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The result in words: `FILE:LINE:COLUMN` first, so that editors and terminals can jump there. */
export function told(file: string, check: CharterCheck): string {
  const lines = check.problems.map(({ severity, line, column, path, says, next }) => {
    const place = [file, line, column].filter((part) => part !== null).join(':');
    return `${place}: ${severity}: ${says}\n${path ? `    at ${path}\n` : ''}    ${next}\n`;
  });
  const errors = check.problems.filter((problem) => problem.severity === 'error').length;
  const warnings = check.problems.length - errors;
  const also = warnings > 0 ? `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : '';
  const kind = check.dataOnly ? 'data section (enough for an audit; the rest of the charter is not written yet)' : 'charter';
  return `${lines.join('')}${file}: ${errors === 0 ? `a valid ${kind}${also}` : `not a valid ${kind}: ${errors} ${errors === 1 ? 'error' : 'errors'}${also}`}.\n`;
}
