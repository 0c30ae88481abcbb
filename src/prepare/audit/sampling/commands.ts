// How is a sample drawn, checked, enlarged and its worksheets read at a terminal?
import type { Command } from 'commander';
import { stopByHand } from '../../../tools/server/terminal.ts';
import type { Extension, SampleDocument, SampleRequest } from './sample-words.ts';

interface Options {
  charter?: string;
  seed?: string;
  size?: string;
  perFacility?: boolean;
  of?: string;
  neyman?: boolean;
  out?: string;
  json?: boolean;
  cache?: string;
  mapping?: string;
  threads: string;
  memory: string;
  sample?: string;
  third?: string;
  facility?: string;
  department?: string;
  take?: string;
}

/** `attending audit sample …`. Options that `audit` has too are taken by it first, hence `optsWithGlobals`. */
export function sampleCommands(audit: Command): void {
  const sample = audit
    .command('sample')
    .description('Draws records at random from an export, for two people to hold against the charts; anybody can draw it again.')
    .argument('<folder>', 'folder of FHIR R4 NDJSON files, of OMOP tables, or of tables with a mapping')
    .option('--size <n>', 'how many records', '150')
    .option('--of <what>', 'encounters or patients (default: encounters where an element of the charter is per encounter)')
    .option('--neyman', 'draw more where the weakest critical element varies more')
    .addHelpText('after', `
Also takes --charter FILE (needed), --seed WORDS (needed; fix them before you look), --per-facility, --out FOLDER,
--json, --mapping, --cache, --threads and --memory of \`attending audit\`. Writes sample.json, worksheet.csv and worksheet.html.

Example:
  attending audit sample export --charter charter.yaml --seed "words of the meeting" --size 150 --out sample
  attending audit sample verify sample/sample.json export
  attending audit sample read first.csv second.csv --sample sample/sample.json`)
    .action(async (folder: string, _: unknown, command: Command) => drawAtTerminal(folder, command.optsWithGlobals<Options>()));
  sample
    .command('verify')
    .description('Draws again from the export and says whether it is the same sample. Exit 1 when it is not.')
    .argument('<sample>', 'sample.json')
    .argument('<folder>', 'the export it was drawn from')
    .addHelpText('after', '\nAlso takes --mapping FILE of `attending audit`, where the export is tables and no mapping.yaml lies beside them.')
    .action(async (file: string, folder: string, _: unknown, command: Command) => verifyAtTerminal(file, folder, command.optsWithGlobals<Options>()));
  sample
    .command('more')
    .description('Takes the next records of a unit from the reserve list: no new draw.')
    .argument('<sample>', 'sample.json')
    .option('--facility <name>', 'as in sample.json (needed)')
    .option('--department <name>', 'as in sample.json')
    .option('--take <n>', 'how many more (needed)')
    .action(async (file: string, _: unknown, command: Command) => moreAtTerminal(file, command.optsWithGlobals<Options>()));
  sample
    .command('read')
    .description('Reads the worksheets of two reviewers: agreement, and export against chart.')
    .argument('<worksheets...>', 'the two filled-in worksheet.csv')
    .option('--third <file>', 'a third worksheet that settles disagreements')
    .addHelpText('after', '\nsample.json is looked for beside the first worksheet unless --sample FILE names it; --json prints the numbers.')
    .action(async (files: string[], _: unknown, command: Command) => readAtTerminal(files, command.optsWithGlobals<Options>()));
}

/** What `--sample N --seed WORDS [--per-facility]` asks of a draw. */
export async function requestOf({ seed, size, perFacility, of, neyman }: { [Option in 'seed' | 'size' | 'perFacility' | 'of' | 'neyman']?: Options[Option] | undefined }): Promise<SampleRequest> {
  const [{ request }, { Problem }] = await Promise.all([import('./sample-words.ts'), import('../../../tools/base/problem.ts')]);
  if (seed === undefined) throw new Problem('bad-input', 'A draw needs a seed that was fixed before the data were read.', 'Give any words of at least eight characters: --seed "words of the meeting".');
  const kind = of === undefined ? null : /^encounters?$/.test(of) ? 'encounter' : /^patients?$/.test(of) ? 'patient' : of;
  const parsed = request.safeParse({ seed, size: Number(size), per: perFacility ? 'facility' : 'export', of: kind, allocation: neyman ? 'neyman' : 'proportional' });
  if (!parsed.success) throw new Problem('bad-input', 'This draw cannot be made.', 'See `attending audit sample --help`.', parsed.error.issues.map((issue) => ({ path: `--${issue.path.join('.')}`, says: issue.message })));
  return parsed.data;
}

async function drawAtTerminal(folder: string, options: Options): Promise<void> {
  const [{ readCharterFile }, { sampleExport }, { systemClock }, { Problem }, { resolve, join }, { worksheetCsv, worksheetHtml }, { tellSample }] = await Promise.all([
    import('../charter-input.ts'), import('./open-sample.ts'), import('../../../tools/base/clock.ts'), import('../../../tools/base/problem.ts'), import('node:path'), import('./worksheet.ts'), import('./tell-sample.ts'),
  ]);
  if (options.charter === undefined) throw new Problem('bad-input', 'A sample needs a charter: which records, and which data does the model read?', `Name it with --charter FILE; \`attending audit init ${folder}\` proposes one.`);
  const request = await requestOf(options);
  const input = await readCharterFile(options.charter);
  const place = resolve(options.out ?? '.');
  // A sample that lies with the export is what the export was made from.
  const before = await Promise.all([join(resolve(folder), 'sample.json'), join(place, 'sample.json')].map(async (path) => ({ path, sample: await readSample(path).catch(() => null) })));
  const earlier = before.flatMap(({ path, sample }) => (sample ? [{ name: path, frameRecords: sample.frame.records, records: new Set(sample.records.map(({ record }) => record)) }] : []));
  const sample = await stopped((signal) => sampleExport(resolve(folder), input, request, { clock: systemClock, signal, earlier, mapping: options.mapping === undefined ? undefined : resolve(options.mapping), workspace: options.cache === undefined ? undefined : resolve(options.cache), threads: Number(options.threads), memoryLimit: options.memory }));
  if (options.json && options.out === undefined) return void process.stdout.write(sampleJson(sample));
  const written = await writeWhole(place, { 'sample.json': sampleJson(sample), 'worksheet.csv': worksheetCsv(sample), 'worksheet.html': worksheetHtml(sample) });
  process.stdout.write(options.json ? sampleJson(sample) : tellSample(sample, written));
}

async function verifyAtTerminal(file: string, folder: string, options: Options): Promise<void> {
  const [{ drawAgain }, { systemClock }, { resolve }] = await Promise.all([import('./draw-again.ts'), import('../../../tools/base/clock.ts'), import('node:path')]);
  const given = await readSample(file);
  const found = await stopped((signal) => drawAgain(given, resolve(folder), { clock: systemClock, signal, mapping: options.mapping === undefined ? undefined : resolve(options.mapping), threads: Number(options.threads), memoryLimit: options.memory }));
  process.stdout.write(found.length === 0 ? `The same: seed, frame and export give this very sample, ${given.records.filter(({ drawn }) => drawn).length} records.\n` : `Not the same:\n${found.map((one) => `  ${one}\n`).join('')}`);
  process.exitCode = found.length === 0 ? 0 : 1;
}

async function moreAtTerminal(file: string, { facility, department, take, out }: Options): Promise<void> {
  const [{ takeMore }, { Problem }, { resolve, dirname }, { worksheetCsv, worksheetHtml }, { tellSample }] = await Promise.all([import('./take-more.ts'), import('../../../tools/base/problem.ts'), import('node:path'), import('./worksheet.ts'), import('./tell-sample.ts')]);
  if (facility === undefined || !/^[1-9]\d{0,4}$/.test(take ?? '')) throw new Problem('bad-input', 'Say from where, and how many more.', 'For example --facility "North Hospital" --take 20.');
  const more: Extension = { facility, department: department ?? null, take: Number(take) };
  const sample = takeMore(await readSample(file), more);
  const written = await writeWhole(out === undefined ? dirname(resolve(file)) : resolve(out), { 'sample.json': sampleJson(sample), 'worksheet.csv': worksheetCsv(sample), 'worksheet.html': worksheetHtml(sample) });
  process.stdout.write(tellSample(sample, written));
}

async function readAtTerminal(files: readonly string[], options: Options): Promise<void> {
  const [{ readWorksheet }, { answersOf, resultsOf }, { Problem }, { readFile }, { basename, dirname, join }, { tellResults }] = await Promise.all([import('./read-worksheet.ts'), import('./results.ts'), import('../../../tools/base/problem.ts'), import('node:fs/promises'), import('node:path'), import('./tell-sample.ts')]);
  if (files.length !== 2) throw new Problem('bad-input', `Two reviewers fill in a worksheet each; ${files.length} ${files.length === 1 ? 'was' : 'were'} named.`, 'Name both; one that settles disagreements goes behind --third.');
  const sample = await readSample(options.sample ?? join(dirname(files[0]!), 'sample.json'));
  const [first, second, third] = await Promise.all([...files, ...(options.third ? [options.third] : [])].map(async (file) => readWorksheet(await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => { throw new Problem('bad-input', `${file} cannot be read: ${error.code ?? error.message}.`, 'Name a worksheet.', [{ file: basename(file), says: error.code ?? 'unreadable' }]); }), basename(file), sample)));
  if (first!.reviewer !== '' && first!.reviewer === second!.reviewer) throw new Problem('bad-input', `Both worksheets are by ${first!.reviewer}.`, 'Two people review, each blind to the other.');
  const results = resultsOf(sample, answersOf(first!.given), answersOf(second!.given), answersOf(third?.given ?? []));
  process.stdout.write(options.json ? `${JSON.stringify(results, null, 1)}\n` : tellResults(results));
}

const sampleJson = (sample: SampleDocument) => `${JSON.stringify(sample, null, 1)}\n`;

async function readSample(file: string): Promise<SampleDocument> {
  const [{ sampleDocument }, { Problem }, { readFile }, { basename }] = await Promise.all([import('./sample-words.ts'), import('../../../tools/base/problem.ts'), import('node:fs/promises'), import('node:path')]);
  const no = (says: string, details: { file: string; path?: string; says: string }[] = [{ file: basename(file), says }]) => new Problem('bad-input', `${file} is no sample: ${says}.`, 'Name the sample.json that `attending audit sample` wrote.', details);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => { throw no(error.code === 'ENOENT' ? 'there is no such file' : error.message); });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw no('it is not JSON');
  }
  const parsed = sampleDocument.safeParse(value);
  if (!parsed.success) throw no('it does not have the form of one', parsed.error.issues.slice(0, 10).map((issue) => ({ file: basename(file), path: issue.path.join('.'), says: issue.message })));
  return parsed.data;
}

/** Runs it until it is done or a person stops it. */
async function stopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = stopByHand();
  try {
    return await work(stop.signal);
  } finally {
    stop.release();
  }
}

/** Each file whole or not at all; what stood there stays until then. */
async function writeWhole(folder: string, files: Record<string, string>): Promise<string[]> {
  const [{ mkdir, rename, rm, writeFile }, { join }, { cannotWrite }] = await Promise.all([import('node:fs/promises'), import('node:path'), import('../report/write-report.ts')]);
  const places = Object.keys(files).map((file) => ({ file, place: join(folder, file), part: join(folder, `${file}.${process.pid}.part`) }));
  try {
    await mkdir(folder, { recursive: true });
    for (const { file, part } of places) await writeFile(part, files[file]!, { mode: 0o600 });
    for (const { part, place } of places) await rename(part, place);
  } catch (error) {
    throw cannotWrite(folder, error);
  } finally {
    for (const { part } of places) await rm(part, { force: true });
  }
  return places.map(({ place }) => place);
}
