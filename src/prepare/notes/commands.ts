// How is a notes audit run at a terminal, without a server and without a database?
import type { Command } from 'commander';
import { print, showProgress, stopByHand } from '../../tools/server/terminal.ts';

/** `attending notes FOLDER|FILE.csv`. What it needs is loaded when it runs. */
export function commands(program: Command): void {
  program
    .command('notes')
    .description('Is this text fit for a model? Tells what is copied, templated, imported and authored; needs no server.')
    .argument('<source>', 'folder of FHIR R4 NDJSON, or a CSV file with one note per row; plain or .gz')
    .option('--charter <file>', 'charter, or its data section alone: population, note types, thresholds')
    .option('--structured <folder>', 'folder of FHIR NDJSON whose structured data stand beside the notes of a CSV file')
    .option('--columns <list>', 'which column is what, e.g. patient=mrn,text=body; where their names do not say')
    .option('--out <folder>', 'where notes.json and notes.html are written (default: here; with --json: nowhere)')
    .option('--json', 'print notes.json to standard output')
    .option('--spans', 'write spans.ndjson too: one line per note with its spans; it points into patients\' texts')
    .addHelpText('after', `
Example:
  attending notes export --charter charter.yaml --out report --spans
  attending notes NOTEEVENTS.csv --out report

Exit codes: 0 the text keeps the lines of gate criterion 1.6, 1 not, 2 the input cannot be used or the report not
written, 130 stopped; then nothing is written.`)
    .action(async (source: string, options: NotesCommand) => notes(source, options));
}

interface NotesCommand {
  charter?: string;
  structured?: string;
  columns?: string;
  out?: string;
  json?: boolean;
  spans?: boolean;
}

async function notes(source: string, { charter, structured, columns, out, json, spans }: NotesCommand): Promise<void> {
  const [{ runNotes }, { readCharter }, { openReport, notesJson }, { readColumns }, { spanLines }, { tellNotes }, { systemClock }, { Problem }, { resolve }] = await Promise.all([
    import('./run-notes.ts'), import('./read-charter.ts'), import('./write-report.ts'), import('./columns.ts'), import('./spans.ts'), import('./tell-notes.ts'), import('../../tools/base/clock.ts'), import('../../tools/base/problem.ts'), import('node:path'),
  ]);
  const chosen = readColumns(columns);
  const input = charter === undefined ? undefined : await readCharter(charter);
  if (spans && json && out === undefined) throw new Problem('bad-input', '--spans writes a file, and with --json alone none is written.', 'Name a folder with --out.');
  const writing = out === undefined && json ? null : await openReport(resolve(out ?? '.'), spans === true);
  const stop = stopByHand();
  const show = showProgress();
  try {
    const document = await runNotes(resolve(source), {
      clock: systemClock, charter: input, structured: structured === undefined ? undefined : resolve(structured), columns: chosen, onProgress: show.progress, signal: stop.signal,
      ...(writing && spans && { onChart: (chart, traced) => writing.spans(spanLines(chart, traced)) }),
    });
    if (stop.signal.aborted) throw new Problem('conflict', 'The notes audit was stopped.');
    const written = writing ? await writing.finish(document) : null;
    show.clear();
    await print(json ? notesJson(document) : tellNotes(document, written));
    process.exitCode = document.summary.verdict === 'met' ? 0 : 1;
  } catch (error) {
    show.clear();
    await writing?.abandon();
    if (!stop.signal.aborted) throw error;
    process.stderr.write('Stopped. No report was written.\n');
    process.exitCode = 130;
  } finally {
    stop.release();
  }
}
