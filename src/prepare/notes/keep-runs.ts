// How is a notes audit started, followed, stopped, finished and published?
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { currentCharter, facilitySlugs, requireDeployment } from '../../spine/deployments/deployments.ts';
import type { DataSection } from '../../spine/deployments/model.ts';
import { append, actorOf } from '../../spine/ledger/ledger.ts';
import { entryKind } from '../../spine/ledger/model.ts';
import { publish } from '../../spine/measures/measures.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import { theHouse, type Caller, type House } from '../../tools/server/capability.ts';
import { runApart } from '../../tools/server/apart.ts';
import { dropKept, type KeptRow } from './keep-charts.ts';
import { measurementsOf } from './measurements.ts';
import type { NotesDocument, Progress, Run } from './model.ts';
import { charterOf, unitPathsOf, type Charter } from './read-charter.ts';
import * as records from './records.ts';
import type { Chosen, Shelf } from './shelf.ts';
import type { Traced, ToTrace } from './trace-export.ts';

export const kinds = {
  started: entryKind('notes.started', 'A notes audit was started.'),
  published: entryKind('notes.published', 'A notes audit was finished and its measures were published.', 'elsewhere'),
  rowsSeen: entryKind('notes.rows-seen', 'The documents behind a finding, which are single patients\', were looked at.'),
  chartSeen: entryKind('notes.chart-seen', 'The notes of one patient were looked at in the copy-forward view.'),
  downloaded: entryKind('notes.downloaded', 'The full report of a notes audit was downloaded.'),
};

export const jobName = 'notes-run';
export interface JobInput {
  run: string;
}

/** What the uploads of the shelf are called, by id. */
export const namesOn = async (house: House, shelf: Shelf): Promise<ReadonlyMap<string, string>> => new Map((await shelf.uploads(house)).map(({ id, name }) => [id, name]));

export const runOf = (row: records.LightRun, names: ReadonlyMap<string, string>): Run => ({
  id: row.id, deployment: row.deployment, export: row.export_id, exportName: names.get(row.export_id ?? '') ?? null, folder: row.folder, state: row.state,
  progress: row.state === 'running' && row.progress !== null ? (JSON.parse(row.progress) as Progress) : null, problem: row.problem,
  createdAt: row.created_at, createdBy: (JSON.parse(row.created_by) as Caller).name, startedAt: row.started_at, finishedAt: row.finished_at,
  digest: row.digest, summary: row.summary === null ? null : (JSON.parse(row.summary) as NotesDocument['summary']),
});

/** The run, if this caller may see its deployment. */
export async function requireRun(house: House, caller: Caller, id: string): Promise<records.LightRun> {
  const row = await records.runRow(house.db, id);
  if (!row) throw new Problem('not-found', `There is no notes audit ${id}.`, 'They are listed at /api/v1/notes/runs.');
  await requireDeployment(house.db, caller, row.deployment_id);
  return row;
}

export async function startRun(house: House, caller: Caller, shelf: Shelf, asked: { deployment: string } & Chosen): Promise<Run> {
  const found = await requireDeployment(house.db, caller, asked.deployment);
  if ((asked.export === null) === (asked.folder === null)) throw new Problem('bad-input', 'A notes audit reads either an upload or a folder on the server.', 'Name one of them.', [{ path: 'export', says: 'one of export and folder' }]);
  await requireCharter(house, found);
  await shelf.take(house, asked);
  const at = house.clock.now();
  const id = newId('nts', at);
  const by: Caller = { kind: caller.kind, id: caller.id, name: caller.name, roles: caller.roles, vendor: null };
  await house.db.transaction().execute(async (tx) => {
    await records.insertRun(tx, { id, deployment_id: found.id, deployment: found.slug, export_id: asked.export, folder: asked.folder, created_at: at, created_by: JSON.stringify(by) });
    await append(tx, { at, kind: kinds.started.kind, actor: actorOf(caller), deployment: found.id, subject: `notes/${id}`, body: { export: asked.export, folder: asked.folder } });
  });
  await house.jobs.start(jobName, { run: id }, id);
  return runOf((await records.runRow(house.db, id))!, await namesOn(house, shelf));
}

async function requireCharter(house: House, found: { id: string; charter_version: number; slug: string }) {
  const charter = await currentCharter(house.db, found);
  if (!charter) throw new Problem('unprocessable', `${found.slug} has no charter yet, so nobody knows which notes it reads.`, 'Write its charter first.');
  return charter;
}

export async function cancelRun(house: House, caller: Caller, shelf: Shelf, id: string): Promise<Run> {
  const row = await requireRun(house, caller, id);
  if (!(await records.moveRun(house.db, row.id, ['waiting', 'running'], { state: 'cancelled', finished_at: house.clock.now(), progress: null })))
    throw new Problem('conflict', `The notes audit is ${row.state} already.`, 'There is nothing to stop.');
  await house.jobs.stop(id);
  await letGo(house, id);
  return runOf((await records.runRow(house.db, id))!, await namesOn(house, shelf));
}

/** The job: reads, traces, stores and publishes. Called again after a crash it begins anew and publishes once. */
export const workOn = (shelf: Shelf) => async (house: House, { run: id }: JobInput, signal: AbortSignal): Promise<void> => {
  const { db, clock } = house;
  const tracedBy = (await records.runRow(db, id))?.traced_by;
  // Whoever traces for it also lets it go where that fails.
  if (tracedBy && underWay((await records.runRow(db, tracedBy))?.state)) return;
  if (!(await records.moveRun(db, id, ['waiting', 'running'], { state: 'running', started_at: clock.now(), problem: null, traced_by: null }))) return;
  const row = (await records.runRow(db, id))!;
  const mine = await charteredRun(house, row);
  const folder = await shelf.place(house, { export: row.export_id, folder: row.folder });
  const all = [...(await alongside(house, mine)), mine];
  let told = '';
  let telling: Promise<unknown> = Promise.resolve();
  let busy = false;
  const onProgress = (progress: Progress) => {
    const key = `${progress.stage} ${Math.floor(progress.done * 100)}`;
    if (key === told || busy) return;
    told = key;
    busy = true;
    telling = Promise.all(all.map((one) => records.moveRun(db, one.row.id, ['running'], { progress: JSON.stringify(progress) }))).catch(() => {}).finally(() => { busy = false; });
  };
  try {
    const input: ToTrace = { folder, runs: all.map((one) => ({ id: one.row.id, charter: one.charter })), dataFolder: house.config.dataFolder, now: clock.now() };
    const { documents, charts } = await runApart<ToTrace, Progress, Traced>({ name: 'trace-export', beside: import.meta.url }, input, { tell: onProgress, signal });
    await telling;
    // Our own comes last: after a crash in between, the others are still ours to finish.
    for (const [at, one] of all.entries()) await store(house, one, { ...documents[at]!, finishedAt: clock.now() }, charts);
  } catch (error) {
    await telling;
    // Stopped by the server's own end: it is taken up again at the next start. A cancelled one stays cancelled.
    if (signal.aborted) await records.moveRun(db, id, ['running'], { state: 'waiting', progress: null });
    await letGo(house, id);
    throw error;
  }
};

const underWay = (state: Run['state'] | undefined) => state === 'waiting' || state === 'running';

interface Chartered {
  row: records.LightRun;
  found: Awaited<ReturnType<typeof requireDeployment>>;
  charter: Charter;
}

async function charteredRun(house: House, row: records.LightRun): Promise<Chartered> {
  const found = await requireDeployment(house.db, theHouse, row.deployment_id);
  return { row, found, charter: await charterOf((await requireCharter(house, found)).data, found.slug) };
}

/** Other deployments wait for the same export: its text is read and traced once for all whose charters find units along the same paths. */
async function alongside(house: House, { row, charter }: Chartered): Promise<Chartered[]> {
  const paths = (data: DataSection) => JSON.stringify(unitPathsOf(data));
  const taken: Chartered[] = [];
  for (const other of await records.besideRun(house.db, row)) {
    // What is wrong with another is told by its own job.
    const one = await charteredRun(house, other).catch(() => null);
    if (one && paths(one.charter.data) === paths(charter.data) && (await records.takeAlong(house.db, other.id, row.id, house.clock.now()))) taken.push(one);
  }
  return taken;
}

/** Those that waited for this run go on by themselves. */
async function letGo(house: House, id: string): Promise<void> {
  for (const run of await records.letGo(house.db, id)) await house.jobs.start(jobName, { run }, run);
}

async function store(house: House, { row, found }: Chartered, document: NotesDocument, charts: readonly KeptRow[]): Promise<void> {
  const text = `${JSON.stringify(document, null, 1)}\n`;
  const digest = createHash('sha256').update(text).digest('hex');
  const { summary } = document;
  const at = house.clock.now();
  const slugs = await facilitySlugs(house.db);
  const earlier = await records.earlierWithCharts(house.db, found.id, row.id);
  const isKept = await house.db.transaction().execute(async (tx) => {
    const done = await records.moveRun(tx, row.id, ['running'], { state: 'done', progress: null, finished_at: at, digest, summary: JSON.stringify(summary), document: gzipSync(text) });
    // Cancelled in the meantime: nothing is published.
    if (!done) return false;
    await records.insertCharts(tx, charts.map((chart) => ({ ...chart, run_id: row.id })));
    for (const id of earlier) await records.deleteCharts(tx, id);
    await publish(tx, measurementsOf(document, { deployment: found.id, source: `notes/${row.id}`, asOf: at, slugOf: slugs }), at);
    await append(tx, {
      at, kind: kinds.published.kind, actor: actorOf(JSON.parse(row.created_by) as Caller), deployment: found.id, subject: `notes/${row.id}`,
      body: { verdict: summary.verdict, charter: document.charter?.digest ?? null, notes: summary.notes, patients: summary.patients, characters: summary.characters },
      payload: { digest, bytes: Buffer.byteLength(text) },
    });
    return true;
  });
  // Texts are kept for the newest audit of a deployment only.
  for (const id of isKept ? earlier : [row.id]) await dropKept(house, id);
}

export async function gaveUp(house: House, { run: id }: JobInput, error: Error): Promise<void> {
  const problem = error instanceof Problem ? [error.message, ...error.details.slice(0, 5).map(({ file, line, path, says }) => `${[file && (line ? `${file}:${line}` : file), path].filter(Boolean).join(' ')}: ${says}`), error.next].filter(Boolean).join(' ') : 'Something went wrong here, and it is written in the log.';
  await records.moveRun(house.db, id, ['waiting', 'running'], { state: 'failed', problem, finished_at: house.clock.now(), progress: null });
  await letGo(house, id);
}
