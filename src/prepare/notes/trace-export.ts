// What does the thread of a notes audit do: which texts are traced, and where do the charts stay?
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { standingClock, type Instant } from '../../tools/base/clock.ts';
import type { Work } from '../../tools/server/apart.ts';
import { openCharts, type KeptRow } from './keep-charts.ts';
import type { NotesDocument, Progress } from './model.ts';
import { runNotes, type NotesOptions } from './run-notes.ts';

export interface ToTrace {
  folder: string;
  charter: NonNullable<NotesOptions['charter']>;
  run: string;
  dataFolder: string;
  now: Instant;
}
export interface Traced {
  document: NotesDocument;
  charts: KeptRow[];
}

/** Traces an export and keeps its charts in the data folder; what is half written is removed when it stops. */
export const work: Work<ToTrace, Progress, Traced> = async ({ folder, charter, run, dataFolder, now }, onProgress, signal) => {
  const workspace = join(dataFolder, 'notes-work');
  await mkdir(workspace, { recursive: true, mode: 0o700 });
  const charts = await openCharts(dataFolder, run);
  try {
    const document = await runNotes(folder, { clock: standingClock(now), charter, signal, onProgress, workspace, onChart: charts.take });
    return { document, charts: await charts.finish() };
  } catch (error) {
    await charts.abandon();
    throw error;
  }
};
