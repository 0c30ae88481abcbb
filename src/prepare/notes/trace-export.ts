// What does the thread of a notes audit do: which texts are traced, for whom, and where do the charts stay?
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { standingClock, type Instant } from '../../tools/base/clock.ts';
import type { Work } from '../../tools/server/apart.ts';
import { openCharts, type KeptRow } from './keep-charts.ts';
import type { NotesDocument, Progress } from './model.ts';
import type { Charter } from './read-charter.ts';
import { runNotesFor } from './run-notes.ts';

export interface ToTrace {
  folder: string;
  /** The runs that this export answers, with their charters, which look for units along the same paths. */
  runs: { id: string; charter: Charter }[];
  dataFolder: string;
  now: Instant;
}
export interface Traced {
  /** In the order of the runs. */
  documents: NotesDocument[];
  /** The charts are the same for all. */
  charts: KeptRow[];
}

/** Traces an export and keeps its charts in the data folder; what is half written is removed when it stops. */
export const work: Work<ToTrace, Progress, Traced> = async ({ folder, runs, dataFolder, now }, onProgress, signal) => {
  const workspace = join(dataFolder, 'notes-work');
  await mkdir(workspace, { recursive: true, mode: 0o700 });
  const charts = await openCharts(dataFolder, runs.map(({ id }) => id));
  try {
    const documents = await runNotesFor(folder, runs.map(({ charter }) => charter), { clock: standingClock(now), signal, onProgress, workspace, onChart: charts.take });
    return { documents, charts: await charts.finish() };
  } catch (error) {
    await charts.abandon();
    throw error;
  }
};
