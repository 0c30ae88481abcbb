// How do the charts of a notes audit stay at hand, so that one can be opened and looked at?
import { constants, createWriteStream } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Problem } from '../../tools/base/problem.ts';
import type { House } from '../../tools/server/capability.ts';
import { shareNames, type ChartView } from './model.ts';
import type { ChartProvenance } from './provenance/provenance.ts';
import type { ChartRow } from './records.ts';
import type { Chart } from './reading/charts.ts';
import { spanOf } from './spans.ts';

/** Charts beyond this are counted and cannot be opened. */
const mostBytes = 2_000_000_000;
/** Notes of a chart beyond this are not shown. */
const mostNotes = 200;

const folderOf = (dataFolder: string) => join(dataFolder, 'notes-charts');
const fileOf = (dataFolder: string, run: string) => join(folderOf(dataFolder), run);

/** Where a chart lies in the file, and what is told of it in lists. */
export type KeptRow = Omit<ChartRow, 'run_id'>;
type Kept = Omit<ChartView, 'number' | 'of'>;

/** Takes charts one by one, for all the runs that one tracing answers; they lie in the data folder as the exports do, not in the database. */
export async function openCharts(dataFolder: string, runs: readonly string[]) {
  await mkdir(folderOf(dataFolder), { recursive: true, mode: 0o700 });
  const [first, ...others] = runs.map((run) => fileOf(dataFolder, run));
  const part = `${first!}.part`;
  const stream = createWriteStream(part, { mode: 0o600 });
  let failure: Error | null = null;
  stream.on('error', (error) => void (failure = error));
  const rows: KeptRow[] = [];
  let at = 0;
  return {
    async take(chart: Chart, traced: ChartProvenance): Promise<void> {
      if (failure) throw new Problem('unavailable', 'The charts cannot be kept: the disk of the server is full.', 'Tell the administrator.');
      if (chart.notes.length === 0 || at > mostBytes) return;
      const bytes = deflateRawSync(JSON.stringify(viewOf(chart, traced)), { level: 1 });
      const sums = { copied: 0, templated: 0, imported: 0, authored: 0 };
      let deepest = 0;
      let stalest = 0;
      for (const { characters, spans } of traced.notes) {
        for (const name of shareNames) sums[name] += characters[name];
        for (const { depth, stalenessEncounters } of spans) {
          deepest = Math.max(deepest, depth ?? 0);
          stalest = Math.max(stalest, stalenessEncounters ?? 0);
        }
      }
      rows.push({ number: rows.length + 1, notes: chart.notes.length, characters: shareNames.reduce((sum, name) => sum + sums[name], 0), encounters: new Set(chart.notes.map(({ note }) => note.encounter)).size, ...sums, deepest, stalest, at, bytes: bytes.length });
      at += bytes.length;
      if (!stream.write(bytes)) await new Promise<void>((go) => {
        const on = () => {
          stream.off('drain', on);
          stream.off('close', on);
          go();
        };
        stream.on('drain', on);
        stream.on('close', on);
      });
    },
    async finish(): Promise<KeptRow[]> {
      stream.end();
      await once(stream, 'close');
      if (failure) throw new Problem('unavailable', 'The charts cannot be kept: the disk of the server is full.', 'Tell the administrator.');
      for (const other of others) await sameFile(part, other);
      await rename(part, first!);
      return rows;
    },
    async abandon(): Promise<void> {
      stream.destroy();
      await rm(part, { force: true });
    },
  };
}

/** Each run has a name of its own for its charts and gives it up by itself; where the disk knows no links they are copied. */
async function sameFile(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}

function viewOf({ subject, notes }: Chart, traced: ChartProvenance): Kept {
  const shown = notes.slice(0, mostNotes);
  const writers = new Map<string, number>();
  const encounters = new Map<string, number>();
  const numberOf = (numbers: Map<string, number>, key: string) => {
    const known = numbers.get(key) ?? numbers.size + 1;
    numbers.set(key, known);
    return known;
  };
  const nameOf = (author: string | null) => (author === null ? null : `writer ${numberOf(writers, author)}`);
  return {
    subject: subject ?? '',
    cut: notes.length - shown.length,
    notes: shown.map(({ note, facility, department, type }, at) => ({
      id: note.id, at: note.at, encounter: note.encounter === null ? null : numberOf(encounters, note.encounter), author: nameOf(note.author), facility, department, type, text: note.text,
      spans: traced.notes[at]!.spans.map((span) => {
        const line = spanOf(span);
        return line.origin ? { ...line, origin: { ...line.origin, author: nameOf(line.origin.author) } } : line;
      }),
    })),
  };
}

export async function readKept(house: House, run: string, row: Pick<ChartRow, 'at' | 'bytes'>): Promise<Kept> {
  const gone = new Problem('not-found', 'The texts of this audit are no longer kept.', 'Start another notes audit; the charts of the newest one of each deployment stay.');
  const file = await open(fileOf(house.config.dataFolder, run)).catch(() => {
    throw gone;
  });
  try {
    const bytes = Buffer.alloc(Number(row.bytes));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, Number(row.at));
    if (bytesRead !== bytes.length) throw gone;
    return JSON.parse(inflateRawSync(bytes).toString('utf8')) as Kept;
  } finally {
    await file.close();
  }
}

export const dropKept = (house: House, run: string) => rm(fileOf(house.config.dataFolder, run), { force: true });
