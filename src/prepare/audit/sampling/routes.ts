// Who answers which request about samples and their reviews?
import { requireDeployment } from '../../../spine/deployments/deployments.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import { fileAnswer } from '../../../tools/server/file-answer.ts';
import { serve, type Route } from '../../../tools/server/http.ts';
import { finish, importWorksheet, join, openDisagreements, ownReview, publishResults, results, saveRecord, seen } from './keep-review.ts';
import { requireDrawn, sampleText, shownOf, startDraw, summaryOf, takeMoreOnServer } from './keep-samples.ts';
import * as api from './model.ts';
import * as records from './records.ts';

export const samplingRoutes: readonly Route[] = [
  serve(api.drawSample, async ({ house, caller, body }) => startDraw(house, caller, body)),
  serve(api.listSamples, async ({ house, caller, query: { deployment, after, limit } }) => {
    const found = deployment === undefined ? undefined : await requireDeployment(house.db, caller, deployment);
    const rows = await records.sampleRows(house.db, found?.id, after, limit + 1);
    return { items: rows.slice(0, limit).map(summaryOf), next: rows.length > limit ? rows[limit - 1]!.id : null };
  }),
  serve(api.readSample, async ({ house, caller, params }) => shownOf(house, caller, params.sample)),
  serve(api.takeMoreOf, async ({ house, caller, params, body }) => takeMoreOnServer(house, caller, params.sample, body)),
  serve(api.downloadSample, async ({ house, caller, params }) => {
    const { row, sample } = await requireDrawn(house, caller, params.sample);
    await seen(house, caller, row, { what: 'sample.json', records: sample.records.length });
    return fileAnswer(sampleText(sample), 'application/json', `${row.deployment}-sample.json`);
  }),
  serve(api.downloadWorksheet, async ({ house, caller, params, query }) => {
    const { row, sample } = await requireDrawn(house, caller, params.sample);
    await requireReader(house, caller, row.id);
    const { worksheetCsv, worksheetHtml } = await import('./worksheet.ts');
    await seen(house, caller, row, { what: `worksheet.${query.as}`, records: sample.records.filter(({ drawn }) => drawn).length });
    return query.as === 'csv' ? fileAnswer(worksheetCsv(sample), 'text/csv; charset=utf-8', `${row.deployment}-worksheet.csv`) : fileAnswer(worksheetHtml(sample), 'text/html; charset=utf-8', `${row.deployment}-worksheet.html`);
  }),
  serve(api.joinReview, async ({ house, caller, params }) => join(house, caller, await requireDrawn(house, caller, params.sample))),
  serve(api.readReview, async ({ house, caller, params }) => ownReview(house, caller, await requireDrawn(house, caller, params.sample))),
  serve(api.saveReview, async ({ house, caller, params, body }) => saveRecord(house, caller, await requireDrawn(house, caller, params.sample), params.record, body.answers)),
  serve(api.importReview, async ({ house, caller, params, body }) => importWorksheet(house, caller, await requireDrawn(house, caller, params.sample), body.file, body.text)),
  serve(api.finishReview, async ({ house, caller, params, body }) => finish(house, caller, await requireDrawn(house, caller, params.sample), body.finished)),
  serve(api.readDisagreements, async ({ house, caller, params }) => ({ items: await openDisagreements(house, caller, await requireDrawn(house, caller, params.sample)) })),
  serve(api.readResults, async ({ house, caller, params }) => results(house, await requireDrawn(house, caller, params.sample))),
  serve(api.publishReview, async ({ house, caller, params }) => publishResults(house, caller, await requireDrawn(house, caller, params.sample))),
];

/** Records are for those who may see rows anyway, and for those who review this very sample. */
async function requireReader(house: House, caller: Caller, id: string): Promise<void> {
  const [{ rowReaders }, { Problem }] = await Promise.all([import('../model.ts'), import('../../../tools/base/problem.ts')]);
  if (caller.roles.some((role) => rowReaders.includes(role))) return;
  if (!(await records.reviewersOf(house.db, id)).some((one) => one.person_id === caller.id)) throw new Problem('not-allowed', 'You are no reviewer of this sample.', 'Take a seat first.');
}
