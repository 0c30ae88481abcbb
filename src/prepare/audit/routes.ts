// Who answers which request of the audit room?
import { append, actorOf } from '../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { fileAnswer } from '../../tools/server/file-answer.ts';
import { serve, type Route } from '../../tools/server/http.ts';
import { catalogue } from './checks.ts';
import { dropUpload, exportOf, openUpload, receiveFile, serverFolders, uploads } from './keep-exports.ts';
import { cancelRun, kinds, requireRun, runOf, startRun } from './keep-runs.ts';
import { matrixOf, shownFinding } from './shown.ts';
import * as api from './model.ts';
import * as records from './records.ts';
import type { LightRun } from './records.ts';

export const routes: readonly Route[] = [
  serve(api.listChecks, async () => ({ items: [...catalogue] })),
  serve(api.listExports, async ({ house }) => ({ uploads: await uploads(house), folders: await serverFolders(house) })),
  serve(api.openExport, async ({ house, caller, body }) => openUpload(house, caller, body.name)),
  serve(api.readExport, async ({ house, params }) => exportOf(house, params.export)),
  serve(api.putFile, async ({ house, params, query, request }) => receiveFile(house, params.export, params.file, query.offset, request)),
  serve(api.dropExport, async ({ house, params }) => {
    await dropUpload(house, params.export);
    return {};
  }),
  serve(api.startRun, async ({ house, caller, body }) => startRun(house, caller, body)),
  serve(api.listRuns, async ({ house, caller, query: { deployment, after, limit } }) => {
    const found = deployment === undefined ? undefined : await requireDeployment(house.db, caller, deployment);
    const rows = await records.runRows(house.db, found?.id, after, limit + 1);
    return { items: rows.slice(0, limit).map(runOf), next: rows.length > limit ? rows[limit - 1]!.id : null };
  }),
  serve(api.readRun, async ({ house, caller, params }) => runOf(await requireRun(house, caller, params.run))),
  serve(api.cancelRun, async ({ house, caller, params }) => cancelRun(house, caller, params.run)),
  serve(api.listFindings, async ({ house, caller, params, query: { after, limit, ...filter } }) => {
    const run = await requireDone(house, caller, params.run);
    if (after !== undefined && !/^\d{1,9}$/.test(after)) throw new Problem('bad-input', 'This is not a cursor of this list.', 'Hand back the `next` of the page before.', [{ path: 'after', says: after.slice(0, 40) }]);
    const rows = await records.findingRows(house.db, run.id, filter, after === undefined ? -1 : Number(after), limit + 1);
    return { items: rows.slice(0, limit).map((row) => shownFinding(row, caller)), next: rows.length > limit ? String(rows[limit - 1]!.number) : null };
  }),
  serve(api.readMatrix, async ({ house, caller, params }) => matrixOf(await records.matrixRows(house.db, (await requireDone(house, caller, params.run)).id), caller)),
  serve(api.readRest, async ({ house, caller, params }) => {
    const run = await requireDone(house, caller, params.run);
    return JSON.parse((await records.restOf(house.db, run.id))!) as never;
  }),
  serve(api.readRows, async ({ house, caller, params }) => {
    const run = await requireDone(house, caller, params.run);
    const row = await records.findingRow(house.db, run.id, params.finding);
    if (!row) throw new Problem('not-found', `The audit has no finding ${params.finding}.`, 'They are listed at /api/v1/audit/runs/…/findings.');
    // No look at patients' rows without its trace.
    await seen(house, caller, run, kinds.rowsSeen.kind, { finding: row.number, check: row.check_id, element: row.element, rows: row.row_count });
    return { finding: shownFinding(row, caller), rows: JSON.parse(row.rows) as never };
  }),
  serve(api.downloadJson, async ({ house, caller, params }) => {
    const run = await requireDone(house, caller, params.run);
    await seen(house, caller, run, kinds.downloaded.kind, { format: 'json' });
    return fileAnswer((await documentOf(house, run)).toString('utf8'), 'application/json', `${run.deployment}-audit.json`);
  }),
  serve(api.downloadHtml, async ({ house, caller, params }) => {
    const run = await requireDone(house, caller, params.run);
    await seen(house, caller, run, kinds.downloaded.kind, { format: 'html' });
    const { reportHtml } = await import('./report/report.ts');
    return fileAnswer(reportHtml(JSON.parse((await documentOf(house, run)).toString('utf8')) as api.AuditDocument), 'text/html; charset=utf-8', `${run.deployment}-audit.html`);
  }),
];

async function requireDone(house: House, caller: Caller, id: string): Promise<LightRun> {
  const run = await requireRun(house, caller, id);
  if (run.state !== 'done') throw new Problem('conflict', `The audit is ${run.state}; it has no findings.`, run.problem ?? (run.state === 'waiting' || run.state === 'running' ? 'Wait until it is done.' : 'Start another.'));
  return run;
}

async function documentOf(house: House, run: LightRun): Promise<Buffer> {
  const text = await records.documentOf(house.db, run.id);
  if (!text) throw new Problem('internal', 'The report of this audit is not there.', 'Tell the administrator.');
  return text;
}

const seen = (house: House, caller: Caller, run: LightRun, kind: string, body: Record<string, string | number | null>) =>
  house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind, actor: actorOf(caller), deployment: run.deployment_id, subject: `audit/${run.id}`, body }));
