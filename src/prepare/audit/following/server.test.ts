// Does an issue close itself on the server, does a watched folder audit itself, and does a fall open one review?
import { utimesSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { charterExample, capability as deployments } from '../../../spine/deployments/deployments.ts';
import * as dep from '../../../spine/deployments/model.ts';
import { entries, ledger, remember } from '../../../spine/ledger/ledger.ts';
import { catalogue, latest, measures } from '../../../spine/measures/measures.ts';
import { testHouse } from '../../../tools/server/test-database.ts';
import { auditMeasures, capability as audit } from '../audit.ts';
import { listFindings, startRun } from '../model.ts';
import { smallCharter, smallExport, testFolder, writeSmall } from '../test-export.ts';
import { watchJob } from './jobs.ts';
import * as api from './model.ts';

const { folder: root, remove } = testFolder();
const all = catalogue(auditMeasures);
const house = await testHouse([ledger, deployments, measures(all), audit], { remember, now: '2026-06-01T08:00:00.000Z', settings: { ATTENDING_EXPORTS: root } });
afterAll(remove);
const as = 'data-engineer' as const;
let owner: string;

/** An export in which the last `lacking` patients of South have no heart rate. */
const write = (name: string, lacking: number) => {
  const small = smallExport({ patients: 60 });
  small.observations.splice(120 - lacking, lacking);
  return writeSmall(`${root}/${name}`, small);
};

const auditOf = async (folder: string): Promise<string> => {
  house.clock.pass(86_400_000);
  const run = await house.call(startRun, { body: { deployment: 'sepsis-alert', folder } }, as);
  await house.idle();
  return run.id;
};
const southOf = async (run: string) => (await house.call(listFindings, { params: { run }, query: { check: 'C02', facility: 'South Hospital', level: 'facility' } }, as)).items[0]!;
const newest = async () => (await house.call(api.listIssues, {}, 'clinician')).items[0]!;

beforeAll(async () => {
  for (const [slug, name] of [['north', 'North Hospital'], ['south', 'South Hospital']] as const) await house.call(dep.addFacility, { body: { slug, name, aliases: [] } });
  for (const unit of ['med-1', 'med-2', 'icu']) await house.call(dep.addUnit, { params: { facility: 'north' }, body: { slug: unit, name: unit } });
  await house.call(dep.addProduct, { body: { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'Example Analytics', kind: 'alert', class: 'clinical', version: '2.3.0' } });
  await house.call(dep.createDeployment, { body: { slug: 'sepsis-alert', title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0', programmeStart: '2026-05-25' } });
  const whole = { ...(parse(charterExample) as object), data: (parse(smallCharter()) as { data: unknown }).data };
  await house.call(dep.saveCharter, { params: { deployment: 'sepsis-alert' }, body: { basedOn: 0, yaml: stringify(whole) } as never }, 'governance');
  await house.call(dep.importPeople, { body: { csv: 'userName,givenName,familyName\nrdelgado,Ruth,Delgado\n' } });
  owner = (await house.call(dep.listPeople, {})).items[0]!.id;
  write('1-gaps', 6);
  write('2-worse', 30);
  write('3-repaired', 0);
});

describe('what follows an audit', { timeout: 120_000 }, () => {
  let first: string;

  it('opens an issue from a finding, once, with an owner of the roster, and refuses what is met or small', async () => {
    first = await auditOf('1-gaps');
    const finding = await southOf(first);
    expect(finding).toMatchObject({ k: 54, n: 60, verdict: 'not-met' });
    const issue = await house.call(api.openIssue, { body: { run: first, finding: finding.number, owner, dueOn: '2026-06-20', priority: 'high', note: 'Interface team is told.' } }, as);
    expect(issue).toMatchObject({ state: 'open', owner: { name: 'Ruth Delgado' }, title: 'Completeness: Heart rate, South Hospital', facility: 'South Hospital', threshold: 0.95, slips: 0 });
    await expect(house.call(api.openIssue, { body: { run: first, finding: finding.number } }, as)).rejects.toThrow(/already/);
    await expect(house.call(api.openIssue, { body: { run: first, finding: finding.number } }, 'clinician')).rejects.toThrow();
    const [met] = (await house.call(listFindings, { params: { run: first }, query: { verdict: 'met', level: 'overall' } }, as)).items;
    await expect(house.call(api.openIssue, { body: { run: first, finding: met!.number } }, as)).rejects.toThrow(/nothing to repair/);
    await expect(house.call(api.openIssue, { body: { run: first, finding: 99_999 } }, as)).rejects.toThrow(/no finding/);
    expect((await entries(house.db, { kind: 'audit.issue-opened' })).items).toHaveLength(1);
  });

  it('counts a due date that moves back as a slip, and one that moves forward as none', async () => {
    const { id } = await newest();
    await house.call(api.changeIssue, { params: { issue: id }, body: { dueOn: '2026-07-01' } }, as);
    expect(await house.call(api.changeIssue, { params: { issue: id }, body: { dueOn: '2026-06-25', note: 'Sooner after all.' } }, as)).toMatchObject({ slips: 1, dueOn: '2026-06-25' });
    await expect(house.call(api.changeIssue, { params: { issue: id }, body: { state: 'set-aside' } }, as)).rejects.toThrow(/reason/);
    expect((await house.call(api.readIssue, { params: { issue: id } }, 'clinician')).events.map(({ kind }) => kind)).toEqual(['changed', 'changed', 'opened']);
  });

  it('stays open when it got worse; the fall opens one review, which the gate sees and nobody gets twice', async () => {
    const run = await auditOf('2-worse');
    expect(await newest()).toMatchObject({ state: 'open', last: { k: 30, n: 60, run } });
    const [review] = (await house.call(api.listReviews, { query: { deployment: 'sepsis-alert' } }, 'clinician')).items;
    expect(review).toMatchObject({ state: 'open', run, look: 1 });
    expect(review!.causes.map(({ element, facility }) => [element, facility])).toContainEqual(['heart-rate', 'south']);
    expect((await entries(house.db, { kind: 'audit.review-opened' })).items).toMatchObject([{ subject: `review/${review!.id}` }]);
    const deployment = (await entries(house.db, { kind: 'audit.review-opened' })).items[0]!.deployment!;
    const explained = (await latest(house.db, all, deployment, house.clock.now())).find((row) => row.measure === 'audit.field-completeness' && row.scope.facility === null && row.scope.element === undefined);
    expect(explained?.explain).toContain('A review of the data foundation is open');
    await expect(house.call(api.answerReview, { params: { review: review!.id }, body: {} }, as)).rejects.toThrow(/Nothing is said/);
  });

  it('compares two audits, and refuses one that is not done or of another deployment', async () => {
    const after = (await house.call(api.listReviews, {}, 'clinician')).items[0]!.run;
    const compared = await house.call(api.readComparison, { params: { run: after, before: first } }, as);
    expect(compared.changes.find(({ check, facility, department }) => check === 'C02' && facility === 'South Hospital' && department === null)).toMatchObject({ movement: 'worse', before: { k: 54 }, after: { k: 30 } });
    expect(compared.resources.find(({ type }) => type === 'Observation')).toEqual({ type: 'Observation', before: 114, after: 90 });
    await expect(house.call(api.readComparison, { params: { run: after, before: 'aud_00000000000000000000000000' } }, as)).rejects.toThrow(/no audit/);
  });

  it('closes the issue itself when an audit finds it met, with the days it took; a later break opens it again', async () => {
    const run = await auditOf('3-repaired');
    expect(await newest()).toMatchObject({ state: 'closed', slips: 1, days: 2, last: { run, k: 60 } });
    const { remediation } = await house.call(api.listIssues, { query: { deployment: 'sepsis-alert' } }, 'clinician');
    expect(remediation).toMatchObject({ open: 0, closed: 1, medianDays: 2, slips: 1 });
    expect((await entries(house.db, { kind: 'audit.issue-closed' })).items).toMatchObject([{ body: { run, days: 2 } }]);
    const deployment = (await entries(house.db, { kind: 'audit.issue-closed' })).items[0]!.deployment!;
    expect((await latest(house.db, all, deployment, house.clock.now())).find((row) => row.measure === 'audit.remediation-days')).toMatchObject({ value: 2, n: 1 });
    await auditOf('2-worse');
    expect(await newest()).toMatchObject({ state: 'open', closedAt: null });
    expect((await entries(house.db, { kind: 'audit.issue-reopened' })).items).toHaveLength(1);
  });

  it('closes a review with a decision; the count of looks begins anew', async () => {
    const [review] = (await house.call(api.listReviews, { query: { state: 'open' } }, 'clinician')).items;
    expect(await house.call(api.answerReview, { params: { review: review!.id }, body: { answers: owner } }, 'governance')).toMatchObject({ state: 'open', answers: 'Ruth Delgado' });
    expect(await house.call(api.answerReview, { params: { review: review!.id }, body: { decision: 'The feed of South was reconfigured.' } }, 'governance')).toMatchObject({ state: 'closed' });
    await expect(house.call(api.answerReview, { params: { review: review!.id }, body: { decision: 'again' } }, 'governance')).rejects.toThrow(/closed/);
    await auditOf('3-repaired');
    await auditOf('2-worse');
    const [fresh] = (await house.call(api.listReviews, { query: { state: 'open' } }, 'clinician')).items;
    expect(fresh).toMatchObject({ look: 2 });
  });

  it('shows the map and the units, and gives findings as files without small cells', async () => {
    const map = await house.call(api.readMap, { params: { run: first }, query: { element: 'heart-rate' } }, 'clinician');
    expect(map).toMatchObject({ months: ['2026-01'], facilities: ['North Hospital', 'South Hospital'], elements: [{ id: 'heart-rate' }] });
    expect(map.cells.find(({ facility }) => facility === 'South Hospital')).toMatchObject({ n: 60, k: 54, silent: false });
    await expect(house.call(api.readMap, { params: { run: first } }, 'clinician')).rejects.toThrow(/one element by facility/);
    const units = await house.call(api.readUnits, { params: { run: first }, query: { element: 'heart-rate' } }, 'clinician');
    expect(units.facilities).toHaveLength(2);
    expect(units.variation.map(({ check }) => check)).toContain('V01');
    expect(units).toMatchObject({ check: 'C02', threshold: 0.95 });
    const csv = await house.send(api.downloadFindings, { params: { run: first }, query: { format: 'csv' } }, 'clinician');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect((await csv.text()).split('\r\n')[0]).toContain('check,check_name,category');
    expect(await (await house.send(api.issuesCsv, { query: {} }, 'clinician')).text()).toContain('Ruth Delgado');
  });

  it('gives every other rate by facility, department and month, and says which there are', async () => {
    const reading = (query: object) => house.call(api.readUnits, { params: { run: first }, query: query as never }, 'clinician');
    const cells = await reading({ element: 'heart-rate', check: 'C01' });
    expect(cells.rates.map(({ check }) => check)).toEqual(expect.arrayContaining(['C02', 'C01', 'P01']));
    expect(cells).toMatchObject({ check: 'C01', threshold: 0.95, overall: 1, withheld: 0 });
    expect(cells.facilities.map(({ facility, n }) => [facility, n])).toEqual([['North Hospital', 60], ['South Hospital', 54]]);
    // Every department stands there, although nothing is wrong in any.
    expect(cells.departments.map(({ facility, department, verdict }) => [facility, department, verdict])).toEqual([['North Hospital', 'north ED', 'met'], ['North Hospital', 'north ICU', 'met'], ['South Hospital', 'south ED', 'met'], ['South Hospital', 'south ICU', 'met']]);
    expect(cells.months).toEqual([expect.objectContaining({ month: '2026-01', n: 114, k: 114 })]);
    expect((await reading({ element: 'heart-rate', check: 'C01', facility: 'South Hospital' })).months).toMatchObject([{ n: 54 }]);
    expect(cells.clinicians?.count).toBe(8);
    expect((await reading({ resource: 'Observation', check: 'F07' })).departments).toHaveLength(4);
    expect(cells.resources).toContain('Encounter');
    await expect(reading({ element: 'heart-rate', check: 'Z99' })).rejects.toThrow(/no rate Z99/);
    await expect(reading({})).rejects.toThrow(/about an element or about a resource type/);
  });

  it('closes an issue about a department that a row check no longer lists, because it is fine there', async () => {
    const small = smallExport({ patients: 60 });
    for (const one of small.observations) if (String((one['encounter'] as { reference: string }).reference).startsWith('Encounter/e-south') && Number(one.id!.split('-').at(-1)) % 3 !== 0) one['valueQuantity'] = { value: 900, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' };
    writeSmall(`${root}/implausible`, small);
    const run = await auditOf('implausible');
    const found = (await house.call(listFindings, { params: { run }, query: { check: 'P01', level: 'department' } }, as)).items;
    expect(found.map(({ unit, verdict }) => [unit.department, verdict])).toEqual([['south ED', 'not-met']]);
    const issue = await house.call(api.openIssue, { body: { run, finding: found[0]!.number } }, as);
    expect(issue).toMatchObject({ department: 'south ED', state: 'open', check: 'P01' });
    const repaired = await auditOf('3-repaired');
    expect((await house.call(listFindings, { params: { run: repaired }, query: { check: 'P01', level: 'department' } }, as)).items).toEqual([]);
    expect((await house.call(api.readIssue, { params: { issue: issue.id } }, 'clinician')).issue).toMatchObject({ state: 'closed', last: { run: repaired, n: 40, k: 40 } });
  });

  it('audits a watched folder by itself: not while it changes, once when it rests, and never twice', async () => {
    await expect(house.call(api.addWatch, { body: { deployment: 'sepsis-alert', folder: '../..' } }, as)).rejects.toThrow(/no folder/);
    write('nightly/monday', 0);
    const watch = await house.call(api.addWatch, { body: { deployment: 'sepsis-alert', folder: 'nightly' } }, as);
    await expect(house.call(api.addWatch, { body: { deployment: 'sepsis-alert', folder: 'nightly' } }, as)).rejects.toThrow(/already/);
    const look = async () => {
      await house.jobs.start(watchJob, {});
      await house.idle();
      return (await house.call(api.listWatches, { query: { deployment: 'sepsis-alert' } }, 'clinician')).items[0]!;
    };
    expect(await look()).toMatchObject({ lastRun: null, says: expect.stringContaining('still changes') });
    utimesSync(`${root}/nightly/monday/Patient.ndjson`, 1, 2_000_000_000);
    expect((await look()).lastRun).toBeNull();
    const started = await look();
    expect(started.lastRun).toMatch(/^aud_/);
    expect(await look()).toMatchObject({ lastRun: started.lastRun, says: expect.stringContaining('No new export') });
    expect(await house.call(api.changeWatch, { params: { watch: watch.id }, body: { active: false, cadence: 'monthly' } }, as)).toMatchObject({ active: false, cadence: 'monthly' });
    expect((await entries(house.db, { kind: 'audit.watch-changed' })).items).toHaveLength(2);
  });
});
