// How is an audit run at a terminal, without a server and without a database?
import type { Command } from 'commander';
import { print, showProgress, stopByHand } from '../../tools/server/terminal.ts';
import { commands as followingCommands } from './following/commands.ts';
import type { Progress } from './model.ts';
import { requestOf, sampleCommands } from './sampling/commands.ts';
import { sourceCommands } from './sources/commands.ts';

/** `attending audit FOLDER --charter FILE` and `attending audit init FOLDER`. What they need is loaded when they run. */
export function commands(program: Command): void {
  const audit = program
    .command('audit')
    .description('Is this export fit for this model? Reads a folder of FHIR NDJSON, OMOP tables or mapped tables against a charter; needs no server.')
    .argument('<folder>', 'folder of FHIR R4 NDJSON files, of OMOP tables, or of tables with a mapping; plain or .gz; or a .zip, .tar or .tar.gz of it')
    .option('--charter <file>', 'charter, or its data section alone; YAML or JSON (needed)')
    .option('--out <folder>', 'where audit.json and audit.html are written (default: here; with --json: nowhere)')
    .option('--json', 'print audit.json to standard output')
    .option('--previous <file>', 'audit.json of an audit before; audit.html then says what changed since')
    .option('--mapping <file>', 'what the columns of the tables mean, where no mapping.yaml lies beside them')
    .option('--cache <folder>', 'keep what was read here, so that the next audit of the same export is faster; holds patient data')
    .option('--threads <n>', 'how many threads may work', '2')
    .option('--memory <size>', 'how much memory the reading may take before it uses the disk', '1GB')
    .option('--checks <ids>', 'run only these checks, e.g. C02,C07; audit.json then names them')
    .option('--sample <n>', 'check only so many records, drawn at random by --seed')
    .option('--seed <words>', 'any words, fixed before the data are read; whoever has them can draw again')
    .option('--per-facility', 'draw so many in every facility')
    .addHelpText('after', `
Example:
  attending audit init export --out charter.yaml     then set the tiers in it
  attending audit export --charter charter.yaml --out report

Exit codes: 0 every critical finding is met (also on synthetic data, which no gate accepts as production: see
the provenance), 1 not, 2 the input cannot be used or the report not written, 130 stopped; then nothing is written.`)
    .action(async (folder: string, options: AuditCommand) => auditFolder(folder, options));
  audit
    .command('init')
    .description("Proposes the data section of a charter from what the export holds; prints YAML.")
    .argument('<folder>', 'the export, as `attending audit` takes it')
    .option('--out <file>', 'write it to this file, which must not exist yet')
    .addHelpText('after', '\nNothing it proposes is critical: set `tier: critical` on what the model cannot do without, delete what it does not read.')
    // `--out` is an option of `audit` too, which takes it first.
    .action(async (folder: string, _: unknown, command: Command) => (await import('./propose-charter.ts')).proposeAtTerminal(folder, command.optsWithGlobals<{ out?: string; mapping?: string }>()));
  sampleCommands(audit);
  sourceCommands(audit);
  followingCommands(audit);
}

interface AuditCommand {
  charter?: string;
  out?: string;
  json?: boolean;
  previous?: string;
  mapping?: string;
  cache?: string;
  threads: string;
  memory: string;
  checks?: string;
  sample?: string;
  seed?: string;
  perFacility?: boolean;
}

async function auditFolder(folder: string, { charter, out, json, previous, mapping, cache, threads, memory, checks, sample, seed, perFacility }: AuditCommand): Promise<void> {
  const [{ readCharterFile }, { runAudit }, { claimFolder, writeReport, auditJson }, { systemClock }, { Problem }, { resolve }] = await Promise.all([
    import('./charter-input.ts'), import('./run-audit.ts'), import('./report/write-report.ts'), import('../../tools/base/clock.ts'), import('../../tools/base/problem.ts'), import('node:path'),
  ]);
  if (!/^[1-9]\d?$/.test(threads)) throw new Problem('bad-input', `--threads ${threads} is no number of threads.`, 'Give a whole number from 1 to 99.');
  if (!/^\d+(\.\d+)?\s*([KMGT]i?)?B$/i.test(memory)) throw new Problem('bad-input', `--memory ${memory} is no size.`, 'Give it like 1GB or 800MB.');
  if (charter === undefined) throw new Problem('bad-input', 'An audit needs a charter: which data does the model read?', `Name it with --charter FILE; \`attending audit init ${folder}\` proposes one.`);
  const drawn = sample === undefined ? undefined : await requestOf({ size: sample, seed, perFacility });
  const input = await readCharterFile(charter);
  const earlier = previous === undefined ? null : await (await import('./following/read-audit.ts')).readAudit(previous);
  const place = out === undefined && json ? null : resolve(out ?? '.');
  const release = place ? await claimFolder(place) : async () => {};
  const stop = stopByHand();
  const show = showProgress(sizeOf);
  try {
    const audit = await runAudit(resolve(folder), input, { clock: systemClock, onProgress: show.progress, signal: stop.signal, workspace: cache === undefined ? undefined : resolve(cache), threads: Number(threads), memoryLimit: memory, checks: checks?.split(','), sample: drawn, mapping: mapping === undefined ? undefined : resolve(mapping) });
    if (stop.signal.aborted) throw new Problem('conflict', 'The audit was stopped.');
    const compared = earlier && (await import('./following/compare-documents.ts')).compareDocuments(earlier, audit);
    const written = place ? await writeReport(place, audit, compared) : null;
    show.clear();
    if (json) await print(auditJson(audit));
    else await print((await import('./tell-audit.ts')).tellAudit(audit, written) + (audit.sample ? (await import('./sampling/tell-sample.ts')).tellAuditedSample(audit.sample) : ''));
    process.exitCode = audit.summary.verdict === 'met' ? 0 : 1;
  } catch (error) {
    show.clear();
    if (!stop.signal.aborted) throw error;
    process.stderr.write('Stopped. No report was written.\n');
    process.exitCode = 130;
  } finally {
    stop.release();
    await release();
  }
}

/** While it reads, how far it is. */
const sizeOf = ({ says, bytes, totalBytes }: Progress): string => (totalBytes > 0 && says.startsWith('Reading') ? ` (${(bytes / 1e6).toFixed(0)} of ${(totalBytes / 1e6).toFixed(0)} MB)` : '');
