// What can be asked of the ledger at a terminal, with or without a server?
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Command } from 'commander';
import { Problem } from '../../tools/base/problem.ts';
import { systemClock } from '../../tools/base/clock.ts';
import { theHouse, type House } from '../../tools/server/capability.ts';
import { verifyExport } from './export-file.ts';
import type { Verification } from './model.ts';
import { fhirChunks } from './fhir/export-fhir.ts';
import { receiptOf } from './log/receipts.ts';
import { verifierKeyFrom, witnessKeyFrom, type VerifierKey } from './note.ts';
import { rotateKek } from './payloads/shred.ts';
import { isReceipt, verifyReceipt, type ReceiptVerification } from './receipt.ts';
import { serverTree } from './tree-on-server.ts';
import { exportChunks, verifyNow } from './whole-ledger.ts';
import { startWitness } from './witness/server.ts';

/** Adds `attending ledger …`. */
export function commands(program: Command, openHouse: () => Promise<House>): void {
  const ledger = program.command('ledger').description('The tamper-evident record: verify it, export it.');

  ledger
    .command('verify')
    .argument('[file]', 'an export (`-` for standard input, .gz is unpacked) or a receipt; without it the database is verified')
    .description('Verify an export or a receipt offline, or the database. Exit 0: sound; 1: not; 2: unusable input.')
    .option('--witness <key...>', 'with a receipt: keys of witnesses; each must have cosigned it')
    .option('--key <key...>', 'trust only these verifier keys: name+id+base64, or a file that holds one')
    .option('--kept <file...>', 'checkpoints kept from earlier, which the export must have grown out of')
    .option('--json', 'print the result as JSON')
    .action(async (file: string | undefined, options: { key?: string[]; kept?: string[]; witness?: string[]; json?: boolean }) => {
      const keys = options.key && (await Promise.all(options.key.map((text) => readKey(text))));
      const kept = options.kept && (await Promise.all(options.kept.map((path) => readText(path))));
      if (file === undefined && kept) throw new Problem('bad-input', '--kept goes with an export.', 'Export the ledger first: `attending ledger export FILE`.');
      const receipt = file === undefined ? null : await receiptIn(file);
      if (receipt !== null) {
        if (!keys) throw new Problem('bad-input', 'A receipt does not carry the key of its ledger.', 'Name it with --key; GET /api/v1/ledger/checkpoint answers with it.');
        const witnesses = await Promise.all((options.witness ?? []).map((text) => readKey(text, '--witness', witnessKeyFrom)));
        const judged = await verifyReceipt(receipt, { keys, witnesses, quorum: witnesses.length });
        process.stdout.write(options.json ? `${JSON.stringify(judged, null, 2)}\n` : toldReceipt(judged));
        process.exitCode = judged.sound ? 0 : 1;
        return;
      }
      const found = file === undefined ? await verifyNow(await openHouse(), keys) : await verifyFile(file, { keys, kept });
      process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : told(found));
      process.exitCode = found.sound ? 0 : 1;
    });

  ledger
    .command('export')
    .argument('<file>', 'where to write it (`-` for standard output, .gz packs it)')
    .description('Write the whole ledger with a fresh checkpoint, for verification anywhere.')
    .option('--fhir', 'as FHIR R4 resources (NDJSON) instead: AuditEvent, Provenance, GuidanceResponse')
    .action(async (file: string, options: { fhir?: boolean }) => {
      const house = await openHouse();
      await writeExport(options.fhir ? fhirChunks(house) : exportChunks(house), file);
    });

  ledger
    .command('receipt')
    .argument('<position>', 'the number of the entry')
    .description('Print the receipt of an entry: its proof and a signed checkpoint, to be verified anywhere.')
    .action(async (position: string) => {
      if (!/^\d{1,15}$/.test(position)) throw new Problem('bad-input', 'The number of an entry is a whole number from 0.', 'See `attending ledger export`, or the Ledger page.');
      process.stdout.write(await receiptOf(await openHouse(), Number(position)));
    });

  ledger
    .command('rotate-sealing-key')
    .description('Replace the key that wraps the data keys; older copies of the database can then not be opened any more.')
    .action(async () => {
      const done = await rotateKek(await openHouse(), theHouse);
      process.stdout.write(`New key ${done.kek}: ${done.keys} data keys and ${done.subjects} identifiers were wrapped with it. The old one is gone.\n`);
    });

  ledger
    .command('witness')
    .description('Witness the ledgers of others: cosign their checkpoints as long as they only grow. Runs until Ctrl-C; needs no database.')
    .requiredOption('--log <key...>', 'verifier keys of the ledgers to witness: name+id+base64, or a file that holds one')
    .option('--name <name>', 'the name it signs under, such as witness.hospital.example; used when its key is made', 'witness.attending.local')
    .option('--folder <folder>', 'where its key and the last checkpoint of each ledger are kept', 'witness')
    .option('--port <port>', 'the port it listens on; 0 takes any free one', '7430')
    .option('--host <address>', 'the address it listens on', '127.0.0.1')
    .action(async (options: { log: string[]; name: string; folder: string; port: string; host: string }) => {
      const logs = await Promise.all(options.log.map((text) => readKey(text, '--log')));
      const port = Number(options.port);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Problem('bad-input', '--port is a number from 0 to 65535.', 'Leave it out for 7430.');
      const server = await startWitness({ folder: options.folder, name: options.name, port, host: options.host, logs, clock: systemClock });
      process.stdout.write(`Witness of ${logs.map((log) => log.name).join(', ')}\n  Address  http://${options.host}:${server.port}\n  Key      ${server.key}\n`);
      await new Promise<void>((done) => {
        process.once('SIGINT', () => done());
        process.once('SIGTERM', () => done());
      });
      await server.stop();
    });
}

/** A receipt is small and begins with its own line; an export is read as it streams by. */
async function receiptIn(file: string): Promise<string | null> {
  if (file === '-' || !(await stat(file).catch(() => null))?.isFile()) return null;
  const start = await readStart(file);
  return isReceipt(start) ? readText(file) : null;
}

async function readStart(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A receipt in words. */
export function toldReceipt(found: ReceiptVerification): string {
  if (!found.sound) return `NOT SOUND:\n${found.faults.map((fault) => `  ${fault}\n`).join('')}`;
  const seen = found.cosignatures.map(({ witness, time }) => `  Cosigned by ${witness} at ${new Date(time * 1000).toISOString()}\n`).join('');
  return `Sound: entry ${found.index} of ${found.origin}, in the tree of ${found.size} entries signed by ${found.signedBy}.\n${seen}  ${JSON.stringify(found.entry)}\n`;
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
export async function writeExport(chunks: AsyncIterable<Uint8Array>, file: string): Promise<void> {
  if (file === '-') return pipeline(Readable.from(chunks), process.stdout, { end: false });
  if (await stat(file).catch(() => null)) throw new Problem('conflict', 'There is a file of this name already.', 'Choose another name, or move it away.', [{ file, says: 'exists' }]);
  const draft = `${file}.part`;
  try {
    const into = createWriteStream(draft, { flush: true });
    if (file.endsWith('.gz')) await pipeline(Readable.from(chunks), createGzip(), into);
    else await pipeline(Readable.from(chunks), into);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    if (error instanceof Problem) throw error;
    throw new Problem('unavailable', `The export could not be written: ${(error as Error).message}.`, 'Check the folder and the space on the disk.', [{ file, says: (error as NodeJS.ErrnoException).code ?? 'unwritable' }]);
  }
}

async function readKey(text: string, option = '--key', read = verifierKeyFrom): Promise<VerifierKey> {
  try {
    return read(text.includes('+') ? text : await readText(text));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('bad-input', `${option} is not a verifier key: ${(error as Error).message}.`, 'It stands in the header of an export, and GET /api/v1/ledger/checkpoint answers with it.', [{ path: option, says: text.slice(0, 80) }]);
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
