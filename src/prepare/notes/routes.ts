// Who answers which request of the notes room?
import { append, actorOf } from '../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { fileAnswer } from '../../tools/server/file-answer.ts';
import { serve, type Route } from '../../tools/server/http.ts';
import { sharesOf } from './cells.ts';
import { catalogue } from './checks.ts';
import { readKept } from './keep-charts.ts';
import { cancelRun, kinds, namesOn, requireRun, runOf, startRun } from './keep-runs.ts';
import * as api from './model.ts';
import * as records from './records.ts';
import type { LightRun } from './records.ts';
import type { Shelf } from './shelf.ts';
import { shownNotes } from './shown.ts';

export const routesOver = (shelf: Shelf): readonly Route[] => [
  serve(api.listChecks, async () => ({ items: [...catalogue] })),
  serve(api.listExports, async ({ house }) => ({ uploads: await shelf.uploads(house), folders: await shelf.folders(house) })),
  serve(api.startRun, async ({ house, caller, body }) => startRun(house, caller, shelf, body)),
  serve(api.listRuns, async ({ house, caller, query: { deployment, after, limit } }) => {
    const found = deployment === undefined ? undefined : await requireDeployment(house.db, caller, deployment);
    const rows = await records.runRows(house.db, found?.id, after, limit + 1);
    const names = await namesOn(house, shelf);
    return { items: rows.slice(0, limit).map((row) => runOf(row, names)), next: rows.length > limit ? rows[limit - 1]!.id : null };
  }),
  serve(api.readRun, async ({ house, caller, params }) => runOf(await requireRun(house, caller, params.run), await namesOn(house, shelf))),
  serve(api.cancelRun, async ({ house, caller, params }) => cancelRun(house, caller, shelf, params.run)),
  serve(api.readNotes, async ({ house, caller, params }) => {
    const run = await requireDone(house, caller, params.run);
    return shownNotes(await documentOf(house, run), caller, await records.countCharts(house.db, run.id));
  }),
  serve(api.readRows, async ({ house, caller, params }) => {
    const run = await requireDone(house, caller, params.run);
    const finding = (await documentOf(house, run)).findings[params.finding];
    if (!finding) throw new Problem('not-found', `The notes audit has no finding ${params.finding}.`, 'They are listed at /api/v1/notes/runs/…/result.');
    // No look at patients' documents without its trace.
    await seen(house, caller, run, kinds.rowsSeen.kind, { finding: params.finding, check: finding.check, rows: finding.rows.length });
    return { rows: finding.rows };
  }),
  serve(api.listCharts, async ({ house, caller, params, query }) => {
    const run = await requireDone(house, caller, params.run);
    const rows = await records.chartRows(house.db, run.id, query.by, query.limit);
    return { items: rows.map((row) => ({ number: row.number, notes: row.notes, characters: Number(row.characters), encounters: row.encounters, shares: sharesOf([Number(row.copied), Number(row.templated), Number(row.imported), Number(row.authored)]), deepest: row.deepest, stalest: row.stalest })) };
  }),
  serve(api.readChart, async ({ house, caller, params }) => {
    const run = await requireDone(house, caller, params.run);
    const row = await records.chartRow(house.db, run.id, params.chart);
    if (!row) throw new Problem('not-found', `This notes audit has no chart ${params.chart} to open.`, 'They are listed at /api/v1/notes/runs/…/charts.');
    const kept = await readKept(house, run.id, row);
    await seen(house, caller, run, kinds.chartSeen.kind, { chart: row.number, notes: row.notes });
    return { number: row.number, of: await records.countCharts(house.db, run.id), ...kept };
  }),
  serve(api.downloadJson, async ({ house, caller, params }) => {
    const run = await requireDone(house, caller, params.run);
    await seen(house, caller, run, kinds.downloaded.kind, { format: 'json' });
    return fileAnswer((await requireDocument(house, run)).toString('utf8'), 'application/json', `${run.deployment}-notes.json`);
  }),
  serve(api.downloadHtml, async ({ house, caller, params }) => {
    const run = await requireDone(house, caller, params.run);
    await seen(house, caller, run, kinds.downloaded.kind, { format: 'html' });
    const { reportHtml } = await import('./report.ts');
    return fileAnswer(reportHtml(await documentOf(house, run)), 'text/html; charset=utf-8', `${run.deployment}-notes.html`);
  }),
];

async function requireDone(house: House, caller: Caller, id: string): Promise<LightRun> {
  const run = await requireRun(house, caller, id);
  if (run.state !== 'done') throw new Problem('conflict', `The notes audit is ${run.state}; it has no findings.`, run.problem ?? (run.state === 'waiting' || run.state === 'running' ? 'Wait until it is done.' : 'Start another.'));
  return run;
}

async function requireDocument(house: House, run: LightRun): Promise<Buffer> {
  const text = await records.documentOf(house.db, run.id);
  if (!text) throw new Problem('internal', 'The report of this notes audit is not there.', 'Tell the administrator.');
  return text;
}
const documentOf = async (house: House, run: LightRun) => JSON.parse((await requireDocument(house, run)).toString('utf8')) as api.NotesDocument;

const seen = (house: House, caller: Caller, run: LightRun, kind: string, body: Record<string, string | number | null>) =>
  house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind, actor: actorOf(caller), deployment: run.deployment_id, subject: `notes/${run.id}`, body }));
