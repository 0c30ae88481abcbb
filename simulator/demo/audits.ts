// How does the synthetic export come into the product, and how is it audited for each deployment?
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
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

/** Makes the export, in a new folder below `folder`: one that was broken off may still be closing its files. */
export async function makeExport({ folder, size, seed, now, signal }: Making): Promise<Exported> {
  await mkdir(folder, { recursive: true });
  return exportHospital({ out: await mkdtemp(join(folder, 'demo-export-')), size, seed, today: exportDay(now), ...(signal && { signal }) });
}

/** Uploads what was made, file by file, or goes on where an earlier run stopped; then removes it. Returns the id of the upload. */
export async function uploadExport(engineer: Api, { now }: Making, made: Exported): Promise<string> {
  const name = nameOf(now);
  const { uploads } = await engineer.ask(listExports, {});
  try {
    const upload = uploads.find((one) => one.name === name) ?? (await engineer.ask(openExport, { body: { name } }, { fresh: true }));
    for (const file of made.files) {
      if (upload.state === 'complete') break;
      await engineer.send(putFile, { params: { export: upload.id, file: file.name } }, join(made.folder, file.name));
    }
    return upload.id;
  } finally {
    await rm(made.folder, { recursive: true, force: true });
  }
}

/** Whether one of these deployments has no audit that is done or under way; asked before they are there. */
export async function lacksAudit(administrator: Api, deployments: readonly string[]): Promise<boolean> {
  const { items } = await administrator.ask(listRuns, { query: {} });
  return deployments.some((slug) => !items.some(({ deployment, state }) => deployment === slug && underWay(state)));
}

const underWay = (state: Run['state']) => state === 'done' || state === 'running' || state === 'waiting';

/** The newest audit of a deployment that is done or under way, if any. */
export async function earlierRun(engineer: Api, deployment: string): Promise<Run | undefined> {
  const { items } = await engineer.ask(listRuns, { query: { deployment } });
  return items.find(({ state }) => underWay(state));
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
