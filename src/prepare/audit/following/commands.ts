// How are two audits compared, and findings taken elsewhere, at a terminal?
import type { Command } from 'commander';

/** `attending audit compare BEFORE AFTER` and `attending audit findings AUDIT`. What they need is loaded when they run. */
export function commands(audit: Command): void {
  audit
    .command('compare')
    .description('What got better between two audits, what broke, what is new and what is gone?')
    .argument('<before>', 'audit.json of the earlier audit')
    .argument('<after>', 'audit.json of the later audit')
    .option('--json', 'print the whole comparison as JSON')
    .option('--same <names>', 'a facility that has another name now, as often as needed: "Old name=New name"', (pair: string, before: string[]) => [...before, pair], [] as string[])
    .addHelpText('after', '\nExit codes: 0 nothing is worse, 1 something is worse or was met before and is not met now, 2 a file cannot be used.')
    // `--json` is an option of `audit` too, which takes it first.
    .action(async (before: string, after: string, _: unknown, command: Command) => compareFiles(before, after, command.optsWithGlobals<{ json?: boolean; same?: string[] }>()));
  audit
    .command('findings')
    .description('Writes the findings of an audit for other tools; cells under five people are withheld.')
    .argument('<audit>', 'audit.json')
    .option('--format <format>', 'csv, or assertions: one JSON line for each, in the shape discussed in HL7/sql-on-fhir #375', 'csv')
    .option('--out <file>', 'write to this file instead of standard output')
    .action(async (path: string, _: unknown, command: Command) => writeFindings(path, command.optsWithGlobals<{ format: string; out?: string }>()));
}

async function compareFiles(before: string, after: string, { json, same = [] }: { json?: boolean; same?: string[] }): Promise<void> {
  const [{ readAudit }, { compareDocuments }, { tellComparison }, { Problem }] = await Promise.all([import('./read-audit.ts'), import('./compare-documents.ts'), import('./tell-comparison.ts'), import('../../../tools/base/problem.ts')]);
  const names = same.map((pair) => pair.split('='));
  const wrong = names.findIndex((pair) => pair.length !== 2 || pair.some((name) => name.trim() === ''));
  if (wrong >= 0) throw new Problem('bad-input', `--same ${same[wrong]} names no two facilities.`, 'Write it like --same "Mesa General=Mesa Regional".');
  const compared = compareDocuments(await readAudit(before), await readAudit(after), { same: new Map(names.map(([old, now]) => [old!.trim(), now!.trim()])) });
  await print(json ? `${JSON.stringify(compared, null, 1)}\n` : tellComparison(compared));
  process.exitCode = compared.changes.some(({ movement, turned, tier }) => tier !== 'context' && (movement === 'worse' || turned === 'broke')) ? 1 : 0;
}

async function writeFindings(path: string, { format, out }: { format: string; out?: string }): Promise<void> {
  const [{ readAudit }, { findingsFile }, { fileFormats }, { Problem }, { writeFile }] = await Promise.all([import('./read-audit.ts'), import('./findings-file.ts'), import('./model.ts'), import('../../../tools/base/problem.ts'), import('node:fs/promises')]);
  const known = fileFormats.find((one) => one === format);
  if (!known) throw new Problem('bad-input', `--format ${format} is not known.`, `Choose one of ${fileFormats.join(', ')}.`);
  const text = findingsFile(await readAudit(path), known);
  if (out === undefined) return print(text);
  await writeFile(out, text).catch((error: Error) => {
    throw new Problem('unavailable', `${out} cannot be written: ${error.message}.`, 'Name another file with --out.', [{ file: out, says: error.message }]);
  });
}

const print = (text: string) => new Promise<void>((done) => process.stdout.write(text, () => done()));
