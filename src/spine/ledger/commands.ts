// What can be asked of the ledger at a terminal, with or without a server?
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Command } from 'commander';
import { Problem } from '../../tools/base/problem.ts';
import type { House } from '../../tools/server/capability.ts';
import { verifyExport } from './export-file.ts';
import type { Verification } from './model.ts';
import { verifierKeyFrom, type VerifierKey } from './note.ts';
import { serverTree } from './tree-on-server.ts';
import { exportChunks, verifyDatabase } from './whole-ledger.ts';

/** Adds `attending ledger verify` and `attending ledger export`. */
export function commands(program: Command, open: () => Promise<House>): void {
  const ledger = program.command('ledger').description('The tamper-evident record: verify it, export it.');

  ledger
    .command('verify')
    .argument('[file]', 'an export (`-` for standard input, .gz is unpacked); without it the database is verified')
    .description('Verify an export offline, or the database. Exit 0: sound; 1: not; 2: unusable input.')
    .option('--key <key...>', 'trust only these verifier keys: name+id+base64, or a file that holds one')
    .option('--kept <file...>', 'checkpoints kept from earlier, which the export must have grown out of')
    .option('--json', 'print the result as JSON')
    .action(async (file: string | undefined, options: { key?: string[]; kept?: string[]; json?: boolean }) => {
      const keys = options.key && (await Promise.all(options.key.map(readKey)));
      const kept = options.kept && (await Promise.all(options.kept.map((path) => readText(path))));
      if (file === undefined && kept) throw new Problem('bad-input', '--kept goes with an export.', 'Export the ledger first: `attending ledger export FILE`.');
      const found = file === undefined ? await verifyDatabase(await open(), keys) : await verifyFile(file, { keys, kept });
      process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : told(found));
      process.exitCode = found.sound ? 0 : 1;
    });

  ledger
    .command('export')
    .argument('<file>', 'where to write it (`-` for standard output, .gz packs it)')
    .description('Write the whole ledger with a fresh checkpoint, for verification anywhere.')
    .action(async (file: string) => writeExport(await open(), file));
}

/** Verifies an export file. Throws Problem on a file that cannot be read at all. */
export async function verifyFile(file: string, asked: { keys?: VerifierKey[] | undefined; kept?: string[] | undefined } = {}): Promise<Verification> {
  const source = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 20 });
  const verify = (bytes: AsyncIterable<Uint8Array>) => verifyExport(bytes, { ...asked, tree: serverTree });
  try {
    return file.endsWith('.gz') ? await pipeline(source, createGunzip(), verify) : await verify(source);
  } catch (error) {
    throw new Problem('unprocessable', `The export cannot be read: ${(error as Error).message}.`, 'Check the path, and that the file was copied whole.', [{ file, says: (error as NodeJS.ErrnoException).code ?? 'unreadable' }]);
  }
}

/** Writes an export; the file appears whole or not at all, and an existing one is not written over. */
export async function writeExport(house: House, file: string): Promise<void> {
  if (file === '-') return pipeline(Readable.from(exportChunks(house)), process.stdout, { end: false });
  if (await stat(file).catch(() => null)) throw new Problem('conflict', 'There is a file of this name already.', 'Choose another name, or move it away.', [{ file, says: 'exists' }]);
  const draft = `${file}.part`;
  try {
    const into = createWriteStream(draft, { flush: true });
    if (file.endsWith('.gz')) await pipeline(Readable.from(exportChunks(house)), createGzip(), into);
    else await pipeline(Readable.from(exportChunks(house)), into);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    if (error instanceof Problem) throw error;
    throw new Problem('unavailable', `The export could not be written: ${(error as Error).message}.`, 'Check the folder and the space on the disk.', [{ file, says: (error as NodeJS.ErrnoException).code ?? 'unwritable' }]);
  }
}

async function readKey(text: string): Promise<VerifierKey> {
  try {
    return verifierKeyFrom(text.includes('+') ? text : await readText(text));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('bad-input', `--key is not a verifier key: ${(error as Error).message}.`, 'It stands in the header of an export, and GET /api/v1/ledger/checkpoint answers with it.', [{ path: '--key', says: text.slice(0, 80) }]);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Problem('bad-input', `The file cannot be read: ${(error as Error).message}.`, 'Check the path.', [{ file, says: (error as NodeJS.ErrnoException).code ?? 'unreadable' }]);
  }
}

/** The result in words. */
export function told(found: Verification): string {
  const whole = `${found.entries.toLocaleString('en-US')} entries of ${found.origin || 'an unnamed ledger'}, ${found.checkpoints} checkpoints, ${found.signed.toLocaleString('en-US')} entries signed`;
  const trust =
    found.trust === 'given'
      ? `Trusted: ${found.keys.join(', ') || 'no key'}`
      : `Trusted: ${found.keys.join(', ') || 'no key'}, which came with the data themselves.\n  This shows that nothing was altered since that key signed, not whose key it is; name it with --key.`;
  const faults = found.faults.map((one) => {
    const place = [one.line === null ? '' : `line ${one.line}`, one.position === null ? '' : `entry ${one.position}`].filter(Boolean).join(', ');
    return `  ${place ? `${place}: ` : ''}${one.says} (${one.reason})\n`;
  });
  const more = found.faults.length >= 100 ? '  … and perhaps more; only the first 100 are kept.\n' : '';
  return `${found.sound ? 'Sound' : 'NOT SOUND'}: ${whole}.\n  Root ${found.root}\n  ${trust}\n${faults.join('')}${more}`;
}
