// How is a sample drawn on the server: the seed first, the data after?
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { currentCharter, facilitySlugs, requireDeployment } from '../../../spine/deployments/deployments.ts';
import { actorOf, append } from '../../../spine/ledger/ledger.ts';
import { publish } from '../../../spine/measures/measures.ts';
import { newId } from '../../../tools/base/id.ts';
import { Problem } from '../../../tools/base/problem.ts';
import { theHouse, type Caller, type House } from '../../../tools/server/capability.ts';
import type { Tx } from '../../../tools/server/database.ts';
import { charterOf } from '../charter-input.ts';
import { folderOfExport, requireExport, serverPath } from '../keep-exports.ts';
import { rowReaders, type Progress } from '../model.ts';
import * as records from '../records.ts';
import { seedDigest } from './draw.ts';
import { kinds } from './entry-kinds.ts';
import { seatsOf } from './keep-review.ts';
import type { SampleSummary, ShownSample } from './model.ts';
import { sizesOf } from './publish-sample.ts';
import { drawnOf } from './questions.ts';
import * as kept from './records.ts';
import type { Extension, SampleDocument, SampleRequest } from './sample-words.ts';
import { takeMore } from './take-more.ts';

export const jobName = 'audit-sample';
export interface JobInput {
  sample: string;
}

export const sampleText = (sample: SampleDocument) => `${JSON.stringify(sample, null, 1)}\n`;

export function summaryOf(row: kept.LightSample): SampleSummary {
  const request = JSON.parse(row.request) as SampleRequest;
  return {
    id: row.id, deployment: row.deployment, export: row.export_id, exportName: row.export_name, folder: row.folder, state: row.state, progress: row.state === 'running' && row.progress !== null ? (JSON.parse(row.progress) as Progress) : null, problem: row.problem,
    request: { ...request, seed: row.state === 'done' ? request.seed : null }, seedDigest: row.seed_digest, createdAt: row.created_at, createdBy: (JSON.parse(row.created_by) as Caller).name,
    drawnAt: row.drawn_at, frameRecords: row.frame_records === null ? null : Number(row.frame_records), publishedAt: row.published_at,
  };
}

export async function requireSample(house: House, caller: Caller, id: string): Promise<kept.LightSample> {
  const row = await kept.sampleRow(house.db, id);
  if (!row) throw new Problem('not-found', `There is no sample ${id}.`, 'The samples are listed at /api/v1/audit/samples.');
  await requireDeployment(house.db, caller, row.deployment_id);
  return row;
}

export async function requireDrawn(house: House, caller: Caller, id: string): Promise<{ row: kept.LightSample; sample: SampleDocument }> {
  const row = await requireSample(house, caller, id);
  const sample = row.state === 'done' ? await kept.documentOf(house.db, id) : null;
  if (!sample) throw new Problem('conflict', `The sample is ${row.state}; it has no records.`, row.problem ?? 'Wait until it is drawn.');
  return { row, sample };
}

/** The seed goes into the ledger with the export and the request; only then a job opens the export. */
export async function startDraw(house: House, caller: Caller, asked: Omit<SampleRequest, 'seed'> & { seed?: string | undefined; deployment: string; export: string | null; folder: string | null }): Promise<SampleSummary> {
  const { deployment, export: exportId, folder, seed = randomBytes(16).toString('hex'), ...rest } = asked;
  const found = await requireDeployment(house.db, caller, deployment);
  if ((exportId === null) === (folder === null)) throw new Problem('bad-input', 'A sample is drawn from an upload or from a folder on the server.', 'Name one of them.', [{ path: 'export', says: 'one of export and folder' }]);
  const charter = await currentCharter(house.db, found);
  if (!charter || charter.data.elements.length === 0) throw new Problem('unprocessable', `The charter of ${found.slug} names no data element, so nobody knows what to look for in a record.`, 'Write its data section first; `attending audit init FOLDER` proposes one.');
  if (exportId !== null) {
    await requireExport(house, exportId);
    // From now on nothing is added to it: what is drawn from must stay what it is.
    await records.completeExport(house.db, exportId);
  } else await serverPath(house, folder!);
  const at = house.clock.now();
  const id = newId('smp', at);
  const digest = seedDigest(seed);
  const by: Caller = { kind: caller.kind, id: caller.id, name: caller.name, roles: caller.roles, vendor: null };
  await house.db.transaction().execute(async (tx) => {
    await kept.insertSample(tx, { id, deployment_id: found.id, deployment: found.slug, export_id: exportId, folder, request: JSON.stringify({ seed, ...rest }), seed_digest: digest, created_at: at, created_by: JSON.stringify(by) });
    await append(tx, { at, kind: kinds.seed.kind, actor: actorOf(caller), deployment: found.id, subject: `sample/${id}`, body: { seedDigest: digest, export: exportId, folder, size: rest.size, per: rest.per, of: rest.of, allocation: rest.allocation, minimum: rest.minimum } });
  });
  await house.jobs.start(jobName, { sample: id }, id);
  return summaryOf((await kept.sampleRow(house.db, id))!);
}

/** The job. Called again after a crash it draws the same sample: the seed is stored. */
export async function workOnSample(house: House, { sample: id }: JobInput, signal: AbortSignal): Promise<void> {
  const { db, clock } = house;
  if (!(await kept.moveSample(db, id, ['waiting', 'running'], { state: 'running', problem: null }))) return;
  const row = (await kept.sampleRow(db, id))!;
  const found = await requireDeployment(db, theHouse, row.deployment_id);
  const charter = await currentCharter(db, found);
  if (!charter) throw new Problem('unprocessable', `${found.slug} has no charter any more.`, 'Write its charter first.');
  const folder = row.export_id === null ? await serverPath(house, row.folder!) : folderOfExport(house, row.export_id);
  const earlier = (await kept.drawnBefore(db, found.id, id)).flatMap(({ id: name, document }) => {
    if (!document) return [];
    const before = JSON.parse(gunzipSync(document).toString('utf8')) as SampleDocument;
    return [{ name, frameRecords: before.frame.records, records: new Set(before.records.map(({ record }) => record)) }];
  });
  let busy = false;
  let telling: Promise<unknown> = Promise.resolve();
  const onProgress = (progress: Progress) => {
    if (busy) return;
    busy = true;
    telling = kept.moveSample(db, id, ['running'], { progress: JSON.stringify(progress) }).catch(() => {}).finally(() => { busy = false; });
  };
  const { sampleExport } = await import('./open-sample.ts');
  let sample: SampleDocument;
  try {
    sample = await sampleExport(folder, await charterOf(charter.data, found.slug), JSON.parse(row.request) as SampleRequest, { clock, signal, earlier, onProgress, workspace: join(house.config.dataFolder, 'audit-cache') });
  } catch (error) {
    await telling;
    if (signal.aborted) await kept.moveSample(db, id, ['running'], { state: 'waiting', progress: null });
    throw error;
  }
  await telling;
  const at = clock.now();
  const before = await kept.drawsOfFrame(db, found.id, sample.frame.digest, id);
  const slugOf = await facilitySlugs(db);
  await db.transaction().execute(async (tx) => {
    const stored = await store(tx, id, sample, { state: 'done', progress: null, drawn_at: at, frame_digest: sample.frame.digest, frame_records: sample.frame.records }, ['running']);
    if (!stored) return;
    await publish(tx, sizesOf(sample, { deployment: found.id, source: `sample/${id}/draw-${sample.extensions.length + 1}`, asOf: at, before, slugOf }), at);
    await append(tx, {
      at, kind: kinds.drawn.kind, actor: actorOf(JSON.parse(row.created_by) as Caller), deployment: found.id, subject: `sample/${id}`,
      body: { seed: sample.request.seed, rule: sample.rule, frame: sample.frame.digest, records: sample.frame.records, charter: sample.charter.digest, level: sample.frame.level, drawsBefore: before, facilities: drawnPer(sample) },
      payload: stored,
    });
  });
}

const drawnPer = (sample: SampleDocument) => Object.fromEntries([...new Set(sample.strata.map(({ facility }) => facility))].map((facility) => [facility, sample.strata.filter((one) => one.facility === facility).reduce((sum, { n }) => sum + n, 0)]));

/** Writes sample.json; gives the digest that the ledger keeps, or null where the sample is in another state by now. */
async function store(tx: Tx, id: string, sample: SampleDocument, to: Partial<kept.SampleRow>, from: kept.SampleRow['state'][]): Promise<{ digest: string; bytes: number } | null> {
  const text = sampleText(sample);
  const digest = createHash('sha256').update(text).digest('hex');
  return (await kept.moveSample(tx, id, from, { ...to, document: gzipSync(text), document_digest: digest })) ? { digest, bytes: Buffer.byteLength(text) } : null;
}

export async function gaveUpSample(house: House, { sample: id }: JobInput, error: Error): Promise<void> {
  const problem = error instanceof Problem ? [error.message, ...error.details.slice(0, 5).map(({ file, line, path, says }) => `${[file && (line ? `${file}:${line}` : file), path].filter(Boolean).join(' ')}: ${says}`), error.next].filter(Boolean).join(' ') : 'Something went wrong here, and it is written in the log.';
  await kept.moveSample(house.db, id, ['waiting', 'running'], { state: 'failed', problem, progress: null });
}

/** Goes on in the order of the seed; the ledger remembers from where and how many. */
export async function takeMoreOnServer(house: House, caller: Caller, id: string, more: Extension): Promise<SampleSummary> {
  const { row } = await requireDrawn(house, caller, id);
  const at = house.clock.now();
  const slugOf = await facilitySlugs(house.db);
  await house.db.transaction().execute(async (tx) => {
    const sample = takeMore((await kept.documentOf(tx, id, true))!, more);
    const stored = (await store(tx, id, sample, { published_at: null }, ['done']))!;
    // New records have no answers yet: whoever had finished has not.
    for (const seat of await kept.reviewersOf(tx, id)) if (seat.finished_at !== null) await kept.finishSeat(tx, id, seat.seat, null);
    const before = await kept.drawsOfFrame(tx, row.deployment_id, sample.frame.digest, id);
    await publish(tx, sizesOf(sample, { deployment: row.deployment_id, source: `sample/${id}/draw-${sample.extensions.length + 1}`, asOf: at, before, slugOf }), at);
    await append(tx, { at, kind: kinds.extended.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `sample/${id}`, body: { facility: more.facility, department: more.department, take: more.take, facilities: drawnPer(sample) }, payload: stored });
  });
  return summaryOf((await kept.sampleRow(house.db, id))!);
}

const smallest = 5;

/** The sample without its records; numbers of fewer than five records are withheld from those who may not see rows. */
export async function shownOf(house: House, caller: Caller, id: string): Promise<ShownSample> {
  const row = await requireSample(house, caller, id);
  const sample = row.state === 'done' ? await kept.documentOf(house.db, id) : null;
  const open = caller.roles.some((role) => rowReaders.includes(role));
  return {
    ...summaryOf(row), level: sample?.frame.level ?? null, provenance: sample?.frame.provenance ?? null, drawn: sample ? drawnOf(sample).length : null, frameDigest: row.frame_digest, documentDigest: row.document_digest,
    drawsBefore: row.frame_digest === null ? 0 : await kept.drawsOfFrame(house.db, row.deployment_id, row.frame_digest, id),
    strata: sample?.strata ?? [], extensions: sample?.extensions ?? [],
    estimates: (sample?.estimates ?? []).map((one) => (open || one.facility === null || one.n >= smallest ? one : { ...one, value: null, low: null, high: null, standardError: null, verdict: 'not-measurable', more: null, fullFeed: null, says: 'Fewer than five records stand behind this, so its numbers are withheld.' })),
    review: sample ? await seatsOf(house, caller, id, sample) : [],
  };
}
