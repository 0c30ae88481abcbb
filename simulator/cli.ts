// How is the synthetic hospital made from the command line?
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { systemClock } from '../src/tools/base/clock.ts';
import { Problem } from '../src/tools/base/problem.ts';
import { Command, Option } from 'commander';
import { loadDemo } from './demo.ts';
import { exportHospital } from './export/export.ts';
import { sizes, type SizeName } from './export/sizes.ts';
import { writeFlat } from './tables/flat.ts';
import { writeOmop } from './tables/omop.ts';

const program = new Command('simulator').description('A synthetic health system: three hospitals that do not exist.');

program
  .command('export')
  .description('Writes a synthetic FHIR R4 bulk export.')
  .requiredOption('--out <folder>', 'the folder to write to')
  .addOption(new Option('--size <size>', 'how many patients').choices(Object.keys(sizes)).default('demo'))
  .option('--seed <words>', 'the same seed gives the same bytes', 'ocotillo')
  .option('--today <time>', 'the virtual now, YYYY-MM-DD or ISO 8601; the data end here', systemClock.now())
  .option('--no-faults', 'only the clean part')
  .option('--no-gzip', 'plain .ndjson')
  .addOption(new Option('--as <kind>', 'fhir, or the same hospital as OMOP tables, or as its own tables with a mapping').choices(['fhir', 'omop', 'tables']).default('fhir'))
  .action(async ({ as, ...asked }: { as: 'fhir' | 'omop' | 'tables'; out: string; size: SizeName; seed: string; today: string; faults: boolean; gzip: boolean }) => {
    const made = await exportHospital({
      ...asked,
      out: as === 'fhir' ? asked.out : `${asked.out}.fhir`,
      onProgress: (done, of) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} patients`);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    if (as !== 'fhir') {
      await (as === 'omop' ? writeOmop(made.folder, asked.out) : writeFlat(made.folder, asked.out));
      await rm(made.folder, { recursive: true });
      console.log(`${made.resources} synthetic resources as ${as === 'omop' ? 'OMOP tables' : 'tables with a mapping'} in ${asked.out}`);
      return;
    }
    for (const file of made.files) console.log(`${file.name.padEnd(44)} ${String(file.count).padStart(9)} resources`);
    console.log(`\n${made.resources} synthetic resources, ${(made.bytes / 1e6).toFixed(1)} MB before compression, in ${made.folder}`);
    console.log(`from ${made.period.from} to ${made.period.to}`);
    for (const [id, count] of Object.entries(made.planted)) console.log(`planted ${id.padEnd(24)} ${String(count).padStart(7)}`);
  });

program
  .command('demo')
  .description('Loads the demo hospital into a running product, over its API.')
  .requiredOption('--url <address>', 'where the product listens')
  .requiredOption('--key <key>', 'an API key with the role administrator')
  .addOption(new Option('--size <size>', 'how many patients').choices(Object.keys(sizes)).default('demo'))
  .option('--workspace <folder>', 'where the export is made meanwhile', tmpdir())
  .option('--password <words>', 'the password of the demo accounts')
  .action(async ({ url, key, size, workspace, password }: { url: string; key: string; size: SizeName; workspace: string; password?: string }) => {
    const loaded = await loadDemo({ baseUrl: url, apiKey: key, size, workspace, ...(password && { password }), onProgress: (sentence) => console.log(sentence) });
    console.log(`\nSign in at ${url} with the password "${loaded.password}" as:`);
    for (const { email, name, role } of loaded.accounts) console.log(`  ${email.padEnd(36)} ${role.padEnd(16)} ${name}`);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error([error.message, error.next, ...error.details.map(({ path, line, says }) => `  ${[line && `line ${line}`, path].filter(Boolean).join(', ')}: ${says}`)].filter(Boolean).join('\n'));
  process.exitCode = 1;
}
