// How does the synthetic export come into the product, and how is it audited for each deployment?
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { listExports, listRuns, openExport, putFile, readRun, startRun, type Run } from '../../src/prepare/audit/model.ts';
import type { Instant } from '../../src/tools/base/clock.ts';
import { Problem } from '../../src/tools/base/problem.ts';
import { exportHospital, type Exported } from '../export/export.ts';
import type { SizeName } from '../export/sizes.ts';
import type { Api } from './api.ts';

export interface Making {
  folder: string;
  size: SizeName;
  seed: string;
  now: Instant;
  signal: AbortSignal | undefined;
}

/** The virtual now of the export: the beginning of today, so that a second run on the same day makes the same bytes. */
export const exportDay = (now: Instant): Instant => `${now.slice(0, 10)}T00:00:00.000Z`;
const nameOf = (now: Instant) => `Ocotillo Health, synthetic, up to ${now.slice(0, 10)}`;

/** Makes the export and uploads it, file by file, or goes on where an earlier run stopped. Returns the id of the upload. */
export async function uploadExport(engineer: Api, making: Making, onMade: (made: Exported) => void): Promise<string> {
  const name = nameOf(making.now);
  const { uploads } = await engineer.ask(listExports, {});
  const folder = join(making.folder, 'demo-export');
  try {
    const made = await exportHospital({ out: folder, size: making.size, seed: making.seed, today: exportDay(making.now), ...(making.signal && { signal: making.signal }) });
    onMade(made);
    const upload = uploads.find((one) => one.name === name) ?? (await engineer.ask(openExport, { body: { name } }, { fresh: true }));
    for (const file of made.files) {
      if (upload.state === 'complete') break;
      await engineer.send(putFile, { params: { export: upload.id, file: file.name } }, join(folder, file.name));
    }
    return upload.id;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The newest audit of a deployment that is done or under way, if any. */
export async function earlierRun(engineer: Api, deployment: string): Promise<Run | undefined> {
  const { items } = await engineer.ask(listRuns, { query: { deployment } });
  return items.find(({ state }) => state === 'done' || state === 'running' || state === 'waiting');
}

/** Starts an audit. */
export const startAudit = (engineer: Api, deployment: string, upload: string): Promise<Run> => engineer.ask(startRun, { body: { deployment, export: upload } }, { fresh: true });

/** Waits until an audit is done. Throws Problem with its reason when it fails. */
export async function auditDone(engineer: Api, started: Run, signal: AbortSignal | undefined): Promise<Run> {
  for (let run = started; ; run = await engineer.ask(readRun, { params: { run: started.id } })) {
    if (run.state === 'done') return run;
    if (run.state === 'failed' || run.state === 'cancelled') throw new Problem('unprocessable', `The audit of ${run.deployment} ${run.state === 'failed' ? 'failed' : 'was cancelled'}${run.problem ? `: ${run.problem}` : '.'}`, 'Start the demo again; it goes on from here.');
    await wait(250, undefined, signal ? { signal } : {});
  }
}
