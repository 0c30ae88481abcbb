// What can be asked about decisions at a terminal?
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { Problem } from '../../tools/base/problem.ts';
import { theHouse, type House } from '../../tools/server/capability.ts';
import { importFile } from './csv/import-file.ts';
import { guidanceChunks } from './fhir/export.ts';
import { draw } from './drill/reconstruct.ts';
import { rebuild } from './project.ts';

/** Adds `attending decisions rebuild`, `import FILE`, `export FILE` and `drill`. */
export function commands(program: Command, open: () => Promise<House>): void {
  const decisions = program.command('decisions').description('AI decisions and what became of them.');
  decisions
    .command('rebuild')
    .description('Make every fact about decisions anew from the ledger. Readers see the old facts until the new ones stand.')
    .action(async () => {
      const events = await rebuild((await open()).db);
      process.stdout.write(`The facts were made anew from ${events.toLocaleString('en-US')} events.\n`);
    });
  decisions
    .command('import')
    .argument('<file>', 'CSV with a header, or NDJSON; plain or .gz')
    .description('Take in decisions, or what became of them, from a file. The same file again writes nothing twice. Exit 1: lines were refused.')
    .requiredOption('--deployment <deployment>', 'slug or id')
    .option('--what <what>', 'what the rows are: decision, feedback, outcome or use', 'decision')
    .option('--map <mapping>', 'which column is what: field=column, or field:=text for every row, with commas between', '')
    .option('--zone <offset>', 'offset of times that have none, e.g. +01:00')
    .option('--dry-run', 'check every row and write nothing', false)
    .addHelpText('after', `
Example:
  attending decisions import scores.csv --deployment sepsis-alert --map 'key=alert_id,output.score=risk,version:=2.3.0' --zone +01:00 --dry-run`)
    .action(async (file: string, asked: { deployment: string; what: string; map: string; zone?: string; dryRun: boolean }) => {
      const { refused } = await importFile(await open(), file, asked, (text) => void process.stdout.write(`${text}\n`));
      if (refused > 0) process.exitCode = 1;
    });
  decisions
    .command('export')
    .argument('<file>', 'where to write it (`-` for standard output)')
    .description('Write decisions as FHIR R4 GuidanceResponse, NDJSON, the newest first.')
    .requiredOption('--deployment <deployment>', 'slug or id')
    .option('--from <instant>', '28 days before the end, unless told')
    .option('--to <instant>', 'now, unless told')
    .action(async (file: string, asked: { deployment: string; from?: string; to?: string }) => {
      const house = await open();
      for (const [name, text] of [['--from', asked.from], ['--to', asked.to]] as const) if (text !== undefined && !Number.isFinite(Date.parse(text))) throw new Problem('bad-input', `${name} is no instant: ${text}`, 'Write it as 2026-03-01T00:00:00Z.');
      const period = { from: asked.from && new Date(asked.from).toISOString(), to: asked.to && new Date(asked.to).toISOString() };
      const chunks = await guidanceChunks(house, theHouse, asked.deployment, period);
      await pipeline(Readable.from(chunks), file === '-' ? process.stdout : createWriteStream(file, { flush: true }), { end: file !== '-' });
    });
  decisions
    .command('drill')
    .description('Draw 20 decisions of the last 28 days at random, and try to tell each from input to action. Exit 1: one could not be.')
    .requiredOption('--deployment <deployment>', 'slug or id')
    .option('--json', 'print everything as JSON', false)
    .action(async (asked: { deployment: string; json: boolean }) => {
      const drill = await draw(await open(), theHouse, asked.deployment);
      if (asked.json) process.stdout.write(`${JSON.stringify(drill, null, 2)}\n`);
      else {
        process.stdout.write(`${drill.reconstructed} of ${drill.decisions.length} were told from input to action. Drawn by the root ${drill.seed} of the ledger’s first ${drill.size} entries.\n`);
        for (const { decision, missing } of drill.decisions) if (missing.length > 0) process.stdout.write(`  ${decision}: no ${missing.join(', no ')}\n`);
      }
      if (drill.reconstructed < drill.decisions.length) process.exitCode = 1;
    });
}
