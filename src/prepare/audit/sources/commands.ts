// How does an export come from a FHIR server, and how does a mapping begin, at a terminal?
import type { Command } from 'commander';
import { stopByHand } from '../../../tools/server/terminal.ts';

interface Fetching {
  client?: string;
  key?: string;
  kid?: string;
  scope?: string;
  out?: string;
  group?: string;
  patients?: boolean;
  types?: string;
  since?: string;
  typeFilter?: string[];
  patience: string;
}

/** `attending audit fetch` and `attending audit map`. `--out` is an option of `audit` too, which takes it first. */
export function sourceCommands(audit: Command): void {
  audit
    .command('fetch')
    .description('Fetches an export from a FHIR server (Bulk Data Access, SMART Backend Services) into a folder that an audit reads.')
    .argument('<server>', 'base of the FHIR server, such as https://ehr.example.org/fhir')
    .option('--client <id>', 'client id under which this product is registered at the server')
    .option('--key <file>', 'its private key, JWK or PEM; never sent and never written anywhere')
    .option('--kid <id>', 'id of the key, where the file names none or several')
    .option('--scope <scopes>', 'default: system/*.rs or system/*.read, whichever the server knows')
    .option('--group <id>', 'only the members of this Group')
    .option('--patients', 'everything of all patients (Patient/$export) instead of the whole system')
    .option('--types <types>', 'resource types, such as Patient,Encounter,Observation')
    .option('--since <instant>', 'only what changed since then')
    .option('--type-filter <query...>', 'FHIR queries, such as Observation?category=laboratory')
    .option('--patience <minutes>', 'how long a server may refuse without a break (429, 5xx) before this gives up', '30')
    .addHelpText('after', `
Also takes --out FOLDER (needed). What is done is remembered in FOLDER/.bulk: the same command goes on after a break.

Example:
  attending audit fetch https://ehr.example.org/fhir --client attending --key key.jwk --group icu --out export
  attending audit export --charter charter.yaml --out report`)
    .action(async (server: string, _: unknown, command: Command) => fetchAtTerminal(server, command.optsWithGlobals<Fetching>()));
  audit
    .command('map')
    .description("Proposes a mapping for a folder of CSV, TSV or Parquet tables: what each column means; prints YAML.")
    .argument('<folder>', 'folder of tables')
    .addHelpText('after', '\nAlso takes --out FILE. As mapping.yaml beside the tables it is found by itself; elsewhere name it with --mapping.')
    .action(async (folder: string, _: unknown, command: Command) => mapAtTerminal(folder, command.optsWithGlobals<{ out?: string }>()));
}

async function fetchAtTerminal(server: string, { client, key, kid, scope, out, group, patients, types, since, typeFilter, patience }: Fetching): Promise<void> {
  const [{ fetchExport }, { Problem }, { resolve }] = await Promise.all([import('../../../tools/fhir/sources/bulk/fetch-export.ts'), import('../../../tools/base/problem.ts'), import('node:path')]);
  if (out === undefined) throw new Problem('bad-input', 'Where shall the export go?', 'Name a folder with --out FOLDER.');
  if (!/^\d{1,4}$/.test(patience)) throw new Problem('bad-input', `--patience ${patience} is no number of minutes.`, 'Give a whole number.');
  if (group !== undefined && patients) throw new Problem('bad-input', '--group and --patients exclude each other.', 'Give one of them.');
  const stop = stopByHand();
  try {
    const report = await fetchExport(
      { server, out: resolve(out), client, key, kid, scope, group, patients, since, typeFilters: typeFilter, types: types?.split(',').map((one) => one.trim()).filter(Boolean) },
      { patience: Number(patience) * 60_000, signal: stop.signal, onSays: (sentence) => void process.stderr.write(`${sentence}\n`) },
    );
    process.stdout.write(tellFetched(report));
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write('Stopped. The same command goes on from here.\n');
    process.exitCode = 130;
  } finally {
    stop.release();
  }
}

type Report = Awaited<ReturnType<typeof import('../../../tools/fhir/sources/bulk/fetch-export.ts').fetchExport>>;

export function tellFetched({ folder, files, bytes, resources, errors, deleted, twice, transactionTime }: Report): string {
  const shown = 10;
  return [
    `${files} files, ${(bytes / 1e6).toFixed(1)} MB, as of ${transactionTime || 'a time the server does not tell'}, in ${folder}`,
    ...Object.entries(resources).sort().map(([type, n]) => `  ${type.padEnd(28)} ${String(n).padStart(10)}`),
    ...(twice.length > 0 ? ['', 'Sent twice, counted once:', ...twice.map((one) => `  ${one}`)] : []),
    ...(deleted > 0 ? ['', `Deleted on the server since then: ${deleted} resources.`] : []),
    ...(errors.length > 0 ? ['', 'What the server could not export:', ...errors.slice(0, shown).map((one) => `  ${one}`), ...(errors.length > shown ? [`  and ${errors.length - shown} more; all are in ${folder}/.bulk`] : [])] : []),
    '',
    `Next: attending audit ${folder} --charter FILE`,
    '',
  ].join('\n');
}

async function mapAtTerminal(folder: string, { out }: { out?: string }): Promise<void> {
  const [{ proposeMapping }, { Problem }, { resolve, join }, { tmpdir }, { mkdtemp, open, rm }] = await Promise.all([import('../../../tools/fhir/sources/mapping/propose-mapping.ts'), import('../../../tools/base/problem.ts'), import('node:path'), import('node:os'), import('node:fs/promises')]);
  const workspace = await mkdtemp(join(tmpdir(), 'attending-map-'));
  try {
    const text = await proposeMapping(resolve(folder), workspace);
    if (out === undefined) {
      process.stdout.write(text);
      return;
    }
    const file = await open(out, 'wx').catch((error: NodeJS.ErrnoException) => {
      throw new Problem('bad-input', error.code === 'EEXIST' ? `${out} is there already, and is not overwritten.` : `${out} cannot be written.`, 'Name another file with --out.', [{ file: out, says: error.code ?? 'write failed' }]);
    });
    await file.writeFile(text);
    await file.close();
    process.stderr.write(`Written to ${out}. Look at every line, then: attending audit ${folder} --mapping ${out} --charter FILE\n`);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}
