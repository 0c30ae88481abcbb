// How are the notes of the synthetic export audited for each deployment?
import { setTimeout as wait } from 'node:timers/promises';
import { listRuns, readRun, startRun, type Run } from '../../src/prepare/notes/model.ts';
import { Problem } from '../../src/tools/base/problem.ts';
import type { Api } from './api.ts';

/** The newest notes audit of a deployment that is done or under way, if any. */
export async function earlierNotes(engineer: Api, deployment: string): Promise<Run | undefined> {
  const { items } = await engineer.ask(listRuns, { query: { deployment } });
  return items.find(({ state }) => state === 'done' || state === 'running' || state === 'waiting');
}

/** Starts a notes audit of the upload that the data audit read. */
export const startNotes = (engineer: Api, deployment: string, upload: string): Promise<Run> => engineer.ask(startRun, { body: { deployment, export: upload } }, { fresh: true });

/** Waits until it is done. Throws Problem with its reason when it fails. */
export async function notesDone(engineer: Api, started: Run, signal: AbortSignal | undefined): Promise<Run> {
  for (let run = started; ; run = await engineer.ask(readRun, { params: { run: started.id } })) {
    if (run.state === 'done') return run;
    if (run.state === 'failed' || run.state === 'cancelled') throw new Problem('unprocessable', `The notes audit of ${run.deployment} ${run.state === 'failed' ? 'failed' : 'was cancelled'}${run.problem ? `: ${run.problem}` : '.'}`, 'Start the demo again; it goes on from here.');
    await wait(250, undefined, signal ? { signal } : {});
  }
}
