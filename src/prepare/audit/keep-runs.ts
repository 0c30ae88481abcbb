// How is an audit started, followed, stopped, finished and published?
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { charterOf } from './charter-input.ts';
import { currentCharter, facilitySlugs, requireDeployment } from '../../spine/deployments/deployments.ts';
import { append, appendAll, actorOf } from '../../spine/ledger/ledger.ts';
import { entryKind, type NewEntry } from '../../spine/ledger/model.ts';
import { publish } from '../../spine/measures/measures.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import { theHouse, type Caller, type House } from '../../tools/server/capability.ts';
import { followUp, remediationMeasurements, withReviews } from './following/follow-up.ts';
import { folderOfExport, requireExport, serverPath } from './keep-exports.ts';
import { measurementsOf } from './measurements.ts';
import { bulkPrefix, type AuditDocument, type AuditFinding, type Progress, type Run } from './model.ts';
import * as records from './records.ts';
import { seedDigest } from './sampling/draw.ts';
import type { SampleRequest } from './sampling/sample-words.ts';
import { fetchFirst, requireBulkServer } from './sources/bulk-servers.ts';
import { auditJson } from './report/write-report.ts';

export const kinds = {
  started: entryKind('audit.started', 'A data audit was started.'),
  published: entryKind('audit.published', 'A data audit was finished and its measures were published.', 'elsewhere'),
  rowsSeen: entryKind('audit.rows-seen', 'The evidence rows of a finding, which point at single patients, were looked at.'),
  downloaded: entryKind('audit.downloaded', 'The full report of a data audit was downloaded.'),
};

export const jobName = 'audit-run';
export interface JobInput {
  run: string;
}

const parse = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

export const runOf = (row: records.LightRun): Run => ({
  id: row.id, deployment: row.deployment, export: row.export_id, exportName: row.export_name, folder: row.folder, state: row.state,
  progress: row.state === 'running' ? parse<Progress>(row.progress) : null, problem: row.problem,
  createdAt: row.created_at, createdBy: (JSON.parse(row.created_by) as Caller).name, startedAt: row.started_at, finishedAt: row.finished_at,
  auditDigest: row.audit_digest, summary: parse(row.summary), provenance: parse(row.provenance), sample: sampleOf(row),
});

const sampleOf = ({ sample, state }: records.LightRun): Run['sample'] => {
  const request = parse<SampleRequest>(sample);
  return request && { ...request, seed: state === 'done' ? request.seed : null };
};

/** The run, if this caller may see its deployment. */
export async function requireRun(house: House, caller: Caller, id: string): Promise<records.LightRun> {
  const row = await records.runRow(house.db, id);
  if (!row) throw new Problem('not-found', `There is no audit ${id}.`, 'The audits are listed at /api/v1/audit/runs.');
  await requireDeployment(house.db, caller, row.deployment_id);
  return row;
}

/** A seed that nobody chose is as good: it is fixed before the data are read. */
type AskedSample = Omit<SampleRequest, 'seed'> & { seed?: string | undefined };

export async function startRun(house: House, caller: Caller, asked: { deployment: string; export: string | null; folder: string | null; sample?: AskedSample | null }): Promise<Run> {
  const found = await requireDeployment(house.db, caller, asked.deployment);
  if ((asked.export === null) === (asked.folder === null)) throw new Problem('bad-input', 'An audit reads either an upload or a folder on the server.', 'Name one of them.', [{ path: 'export', says: 'one of export and folder' }]);
  await requireElements(house, found);
  if (asked.export !== null) {
    const upload = await requireExport(house, asked.export);
    await records.completeExport(house.db, upload.id);
  } else if (asked.folder!.startsWith(bulkPrefix)) await requireBulkServer(house, asked.folder!);
  else await serverPath(house, asked.folder!);
  const at = house.clock.now();
  const id = newId('aud', at);
  const by: Caller = { kind: caller.kind, id: caller.id, name: caller.name, roles: caller.roles, vendor: null };
  const sample: SampleRequest | null = asked.sample ? { ...asked.sample, seed: asked.sample.seed ?? randomBytes(16).toString('hex') } : null;
  const drawn = sample && { seedDigest: seedDigest(sample.seed), size: sample.size, per: sample.per, of: sample.of, allocation: sample.allocation, minimum: sample.minimum };
  await house.db.transaction().execute(async (tx) => {
    await records.insertRun(tx, { sample: sample && JSON.stringify(sample), id, deployment_id: found.id, deployment: found.slug, export_id: asked.export, folder: asked.folder, created_at: at, created_by: JSON.stringify(by) });
    await append(tx, { at, kind: kinds.started.kind, actor: actorOf(caller), deployment: found.id, subject: `audit/${id}`, body: { export: asked.export, folder: asked.folder, ...(drawn && { sample: drawn }) } });
  });
  await house.jobs.start(jobName, { run: id }, id);
  return runOf((await records.runRow(house.db, id))!);
}

async function requireElements(house: House, found: { id: string; charter_version: number; slug: string }) {
  const charter = await currentCharter(house.db, found);
  if (!charter) throw new Problem('unprocessable', `${found.slug} has no charter yet, so nobody knows which data to look for.`, 'Write its charter first; `attending audit init FOLDER` proposes the data section.');
  if (charter.data.elements.length === 0) throw new Problem('unprocessable', `The charter of ${found.slug} names no data element.`, 'Name what the model reads in its data section; `attending audit init FOLDER` proposes one.', [{ path: 'data.elements', says: 'empty' }]);
  return charter;
}

export async function cancelRun(house: House, caller: Caller, id: string): Promise<Run> {
  const row = await requireRun(house, caller, id);
  if (!(await records.moveRun(house.db, row.id, ['waiting', 'running'], { state: 'cancelled', finished_at: house.clock.now(), progress: null })))
    throw new Problem('conflict', `The audit is ${row.state} already.`, 'There is nothing to stop.');
  await house.jobs.stop(id);
  return runOf((await records.runRow(house.db, id))!);
}

/** The job: reads, checks, stores and publishes. Called again after a crash it begins anew and publishes once. */
export async function workOn(house: House, { run: id }: JobInput, signal: AbortSignal): Promise<void> {
  const { db, clock } = house;
  if (!(await records.moveRun(db, id, ['waiting', 'running'], { state: 'running', started_at: clock.now(), problem: null }))) return;
  const row = (await records.runRow(db, id))!;
  const found = await requireDeployment(db, theHouse, row.deployment_id);
  const charter = await requireElements(house, found);
  // Progress is told by real time even where the house's clock stands still; a look a second is enough for a person.
  let told = '';
  let telling: Promise<unknown> = Promise.resolve();
  let busy = false;
  const onProgress = (progress: Progress) => {
    const key = `${progress.says} ${Math.floor(progress.done * 100)}`;
    if (key === told || busy) return;
    told = key;
    busy = true;
    telling = records.moveRun(db, id, ['running'], { progress: JSON.stringify(progress) }).catch(() => {}).finally(() => { busy = false; });
  };
  const { runAudit } = await import('./run-audit.ts');
  let audit: AuditDocument;
  try {
    const folder = row.export_id !== null ? folderOfExport(house, row.export_id) : row.folder!.startsWith(bulkPrefix)
      ? await fetchFirst(house, row.folder!, { signal, onSays: (says) => onProgress({ stage: 'reading', says, bytes: 0, totalBytes: 0, lines: 0, done: 0 }) })
      : await serverPath(house, row.folder!);
    audit = await runAudit(folder, await charterOf(charter.data, found.slug), { clock, signal, onProgress, workspace: join(house.config.dataFolder, 'audit-cache'), sample: parse<SampleRequest>(row.sample) ?? undefined });
  } catch (error) {
    await telling;
    // Stopped by the server's own end: it is taken up again at the next start. A cancelled one stays cancelled.
    if (signal.aborted) await records.moveRun(db, id, ['running'], { state: 'waiting', progress: null });
    throw error;
  }
  await telling;
  await store(house, row, found, audit);
}

type Found = Awaited<ReturnType<typeof requireDeployment>>;

async function store(house: House, row: records.LightRun, found: Found, audit: AuditDocument): Promise<void> {
  const text = auditJson(audit);
  const digest = createHash('sha256').update(text).digest('hex');
  const { summary, provenance, elements, absent, fixes, charter, tool } = audit;
  const at = house.clock.now();
  const slugs = await facilitySlugs(house.db);
  await house.db.transaction().execute(async (tx) => {
    const done = await records.moveRun(tx, row.id, ['running'], {
      state: 'done', progress: null, finished_at: at, audit_digest: digest, summary: JSON.stringify(summary), provenance: JSON.stringify(provenance),
      rest: JSON.stringify({ elements, absent, fixes, export: audit.export, charter, tool, ...(audit.sample && { sample: withoutRecords(audit.sample) }) }), document: gzipSync(text),
    });
    // Cancelled in the meantime: nothing is published.
    if (!done) return;
    await records.insertFindings(tx, audit.findings.map((finding, number) => findingRow(row.id, number, finding)));
    await records.insertRates(tx, (audit.rates ?? []).map(({ check, element, resource, ...body }, number) => ({ run_id: row.id, number, check_id: check, element, resource, body: JSON.stringify(body) })));
    const entry: NewEntry = {
      at, kind: kinds.published.kind, actor: actorOf(JSON.parse(row.created_by) as Caller), deployment: found.id, subject: `audit/${row.id}`,
      body: { verdict: summary.verdict, provenance: provenance.verdict, charter: charter.digest, patients: summary.patients, resources: summary.resources, critical: summary.critical, ...(audit.sample && { sample: audit.sample.records.length }) },
      payload: { digest, bytes: Buffer.byteLength(text) },
    };
    // A sample is looked at beside the full feed, never instead of it: it moves no measure, closes no issue and is no look at the foundation.
    if (audit.sample) return void (await appendAll(tx, [entry]));
    const first = await records.firstDone(tx, found.id);
    const finished = { deployment: found, run: row.id, at, audit, slugOf: slugs };
    const followed = await followUp(tx, finished);
    const measured = measurementsOf(audit, { deployment: found.id, source: `audit/${row.id}`, asOf: at, programmeStart: found.programme_start, firstDone: first ?? at, slugOf: slugs });
    await publish(tx, [...(await withReviews(tx, found.id, measured)), ...(await remediationMeasurements(tx, finished))], at);
    await appendAll(tx, [entry, ...followed]);
  });
}

/** Who was drawn is told to those who may see single patients, in audit.json. */
const withoutRecords = ({ records: _, ...sample }: NonNullable<AuditDocument['sample']>) => sample;

const levelOf = ({ unit }: AuditFinding) => (unit.clinician !== null ? 'clinician' : unit.month !== null ? 'month' : unit.department !== null ? 'department' : unit.facility !== null ? 'facility' : 'overall');

const findingRow = (run: string, number: number, finding: AuditFinding): records.FindingRow => ({
  run_id: run, number, check_id: finding.check, element: finding.element, resource: finding.resource, ...finding.unit, level: levelOf(finding),
  n: finding.n, k: finding.k, rate: finding.rate, low: finding.low, high: finding.high, threshold: finding.threshold, bound: finding.bound, threshold_from: finding.thresholdFrom,
  tier: finding.tier, verdict: finding.verdict, says: finding.says, figures: JSON.stringify(finding.figures), people: Math.round(finding.figures['patients'] ?? finding.n), row_count: finding.rows.length, rows: JSON.stringify(finding.rows),
});

export async function gaveUp(house: House, { run: id }: JobInput, error: Error): Promise<void> {
  const problem = error instanceof Problem ? [error.message, ...error.details.slice(0, 5).map(({ file, line, path, says }) => `${[file && (line ? `${file}:${line}` : file), path].filter(Boolean).join(' ')}: ${says}`), error.next].filter(Boolean).join(' ') : 'Something went wrong here, and it is written in the log.';
  await records.moveRun(house.db, id, ['waiting', 'running'], { state: 'failed', problem, finished_at: house.clock.now(), progress: null });
}
