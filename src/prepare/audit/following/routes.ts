// Who answers what is asked once an audit is done?
import { facilitySlugs, requireDeployment } from '../../../spine/deployments/deployments.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import { fileAnswer } from '../../../tools/server/file-answer.ts';
import { serve, type Route } from '../../../tools/server/http.ts';
import { requireRun } from '../keep-runs.ts';
import type { AuditDocument, RateTable } from '../model.ts';
import { rateHeads, ratesAbout, restOf, type LightRun } from '../records.ts';
import { shownFinding } from '../shown.ts';
import { compare } from './compare.ts';
import { checkName } from './compare-words.ts';
import { comparedRun } from './compared-runs.ts';
import { fileTypes, findingsFile } from './findings-file.ts';
import { changeIssue, eventOf, issueOf, issuesCsv, openIssue, remediation, requireIssue } from './keep-issues.ts';
import { answerReview, reviewOf } from './keep-reviews.ts';
import { addWatch, changeWatch, watchOf } from './keep-watches.ts';
import { missingnessOf, type MonthCount } from './map.ts';
import * as api from './model.ts';
import * as records from './records.ts';
import { unitsOf, unitsOfRate } from './units.ts';

export const routes: readonly Route[] = [
  serve(api.readMap, async ({ house, caller, params, query: { element, facility } }) => {
    const run = await requireDone(house, caller, params.run);
    if ((element === undefined) === (facility === undefined)) throw new Problem('bad-input', 'The map shows one element by facility, or one facility by element.', 'Name one of `element` and `facility`.', [{ path: 'element', says: 'one of element and facility' }]);
    const whole = new Map((await records.monthTotals(house.db, run.id)).map(({ element, n, k }) => [element, { n, k }]));
    return missingnessOf((await records.monthRows(house.db, run.id, { element, facility })).map(monthOf), whole);
  }),
  serve(api.readUnits, async ({ house, caller, params, query: { element, resource, check, facility } }) => {
    const run = await requireDone(house, caller, params.run);
    if ((element === undefined) === (resource === undefined)) throw new Problem('bad-input', 'A rate is about an element or about a resource type.', 'Name one of `element` and `resource`.', [{ path: 'element', says: 'one of element and resource' }]);
    const about = { element: element ?? null, resource: resource ?? null };
    const [tables, heads] = [await ratesAbout(house.db, run.id, about), await rateHeads(house.db, run.id)];
    const listed = { rates: [...(element === undefined ? [] : ['C02']), ...tables.map((row) => row.check_id)].map((id) => ({ check: id, name: checkName(id) })), resources: [...new Set(heads.flatMap((row) => (row.element === null && row.resource !== null ? [row.resource] : [])))].sort() };
    const asked = check ?? listed.rates[0]?.check ?? 'C02';
    const rows = (await records.findingsAbout(house.db, run.id, about, asked)).map((row) => shownFinding(row, caller));
    const variation = rows.filter((row) => row.check !== asked && row.unit.facility === null && row.unit.clinician === null && row.unit.month === null);
    if (asked === 'C02') return { ...listed, ...unitsOf(rows.filter((row) => row.check === 'C02'), variation, element === undefined ? [] : (await records.monthRows(house.db, run.id, { element, facility })).map(monthOf)) };
    const table = tables.find((row) => row.check_id === asked);
    if (!table) throw new Problem('not-found', `The audit has no rate ${asked.slice(0, 20)} of ${(element ?? resource)!.slice(0, 100)}.`, `There is ${listed.rates.map((one) => one.check).join(', ') || 'none'}.`, [{ path: 'check', says: 'not counted for it' }]);
    const body = JSON.parse(table.body) as Pick<RateTable, 'threshold' | 'bound' | 'departments' | 'months' | 'clinicians'>;
    return { ...listed, ...unitsOfRate({ ...body, check: table.check_id, element: table.element, resource: table.resource }, rows.filter((row) => row.check === asked), variation, facility ?? null) };
  }),
  serve(api.readComparison, async ({ house, caller, params }) => {
    const [after, before] = [await requireDone(house, caller, params.run), await requireDone(house, caller, params.before)];
    if (after.deployment_id !== before.deployment_id) throw new Problem('unprocessable', 'The two audits are of different deployments.', 'Compare two audits of one deployment; `attending audit compare` at a terminal takes any two.');
    const read = async (run: LightRun) => comparedRun({ ...run, rest: await restOf(house.db, run.id) }, await records.comparedFindings(house.db, run.id), caller);
    return compare(await read(before), await read(after), { slugOf: await facilitySlugs(house.db) });
  }),
  serve(api.downloadFindings, async ({ house, caller, params, query: { format } }) => {
    const run = await requireDone(house, caller, params.run);
    const { elements } = JSON.parse((await restOf(house.db, run.id))!) as Pick<AuditDocument, 'elements'>;
    const { type, name } = fileTypes[format];
    return fileAnswer(findingsFile({ elements, findings: (await records.allFindings(house.db, run.id)).map((row) => shownFinding(row, caller)) }, format), type, `${run.deployment}-${name}`);
  }),
  serve(api.issuesCsv, async ({ house, caller, query: { deployment } }) => {
    const found = deployment === undefined ? undefined : await requireDeployment(house.db, caller, deployment);
    const now = house.clock.now();
    return fileAnswer(issuesCsv((await records.issueRows(house.db, { deploymentId: found?.id, today: now.slice(0, 10) }, undefined, 100_000)).map((row) => issueOf(row, now))), 'text/csv; charset=utf-8', `${found?.slug ?? 'all'}-issues.csv`);
  }),
  serve(api.listIssues, async ({ house, caller, query: { deployment, after, limit, ...filter } }) => {
    const found = deployment === undefined ? undefined : await requireDeployment(house.db, caller, deployment);
    const now = house.clock.now();
    const rows = await records.issueRows(house.db, { ...filter, deploymentId: found?.id, today: now.slice(0, 10) }, after, limit + 1);
    return { items: rows.slice(0, limit).map((row) => issueOf(row, now)), next: rows.length > limit ? rows[limit - 1]!.id : null, remediation: await remediation(house, found?.id) };
  }),
  serve(api.openIssue, async ({ house, caller, body }) => openIssue(house, caller, await requireDone(house, caller, body.run), body)),
  serve(api.readIssue, async ({ house, caller, params }) => {
    const row = await requireIssue(house, caller, params.issue);
    return { issue: issueOf(row, house.clock.now()), events: (await records.eventRows(house.db, row.id)).map(eventOf) };
  }),
  serve(api.changeIssue, async ({ house, caller, params, body }) => changeIssue(house, caller, params.issue, body)),
  serve(api.listWatches, async ({ house, caller, query: { deployment } }) => {
    const found = deployment === undefined ? undefined : await requireDeployment(house.db, caller, deployment);
    return { items: (await records.watchRows(house.db, found?.id)).map(watchOf) };
  }),
  serve(api.addWatch, async ({ house, caller, body }) => addWatch(house, caller, body)),
  serve(api.changeWatch, async ({ house, caller, params, body }) => changeWatch(house, caller, params.watch, body)),
  serve(api.listReviews, async ({ house, caller, query: { deployment, state, after, limit } }) => {
    const found = deployment === undefined ? undefined : await requireDeployment(house.db, caller, deployment);
    const rows = await records.reviewRows(house.db, found?.id, state, after, limit + 1);
    return { items: rows.slice(0, limit).map(reviewOf), next: rows.length > limit ? rows[limit - 1]!.id : null };
  }),
  serve(api.answerReview, async ({ house, caller, params, body }) => answerReview(house, caller, params.review, body)),
];

const monthOf = (row: { element: string | null; facility: string | null; month: string | null; n: number; k: number | null; people: number }): MonthCount => ({ element: row.element!, facility: row.facility!, month: row.month!, n: row.n, k: row.k ?? 0, people: row.people });

async function requireDone(house: House, caller: Caller, id: string): Promise<LightRun> {
  const run = await requireRun(house, caller, id);
  if (run.state !== 'done') throw new Problem('conflict', `The audit is ${run.state}; it has no findings.`, run.problem ?? 'Wait until it is done.');
  return run;
}
