// Does a sample go from a seed in the ledger over two blind reviewers to published measures, and does nobody see too much?
import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { charterExample, capability as deployments } from '../../../spine/deployments/deployments.ts';
import * as dep from '../../../spine/deployments/model.ts';
import { entries, ledger, remember } from '../../../spine/ledger/ledger.ts';
import { catalogue, latest, measures } from '../../../spine/measures/measures.ts';
import { readCsv } from '../../../tools/base/csv.ts';
import type { Caller } from '../../../tools/server/capability.ts';
import { testCallers, testHouse } from '../../../tools/server/test-database.ts';
import { toCsv } from '../../../tools/ui/table.ts';
import { auditMeasures, capability as audit } from '../audit.ts';
import { readRest, readRun, startRun } from '../model.ts';
import { smallCharter, smallExport, testFolder, writeSmall } from '../test-export.ts';
import * as api from './model.ts';
import type { ReviewRecord } from './model.ts';
import type { Answer } from './questions.ts';

const { folder: root, remove } = testFolder();
const all = catalogue(auditMeasures);
const house = await testHouse([ledger, deployments, measures(all), audit], { remember, now: '2026-06-01T08:00:00.000Z', settings: { ATTENDING_EXPORTS: root } });
afterAll(remove);

const as = 'data-engineer' as const;
const small = smallExport({ patients: 150 });
small.observations = small.observations.filter(({ id }) => !(String(id).startsWith('o-south') && Number(String(id).split('-').at(-1)) % 5 === 0));
const person = (name: string): Caller => ({ ...testCallers.clinician, id: `acc_${name}`, name });
const [ada, ben, cleo, dora] = [person('ada'), person('ben'), person('cleo'), person('dora')];

let id = '';
const params = () => ({ sample: id });

beforeAll(async () => {
  for (const [slug, name] of [['north', 'North Hospital'], ['south', 'South Hospital']] as const) await house.call(dep.addFacility, { body: { slug, name, aliases: [] } });
  for (const unit of ['med-1', 'med-2', 'icu']) await house.call(dep.addUnit, { params: { facility: 'north' }, body: { slug: unit, name: unit } });
  await house.call(dep.addProduct, { body: { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'Example Analytics', kind: 'alert', class: 'clinical', version: '2.3.0' } });
  await house.call(dep.createDeployment, { body: { slug: 'sepsis-alert', title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0', programmeStart: '2026-05-25' } });
  const whole = { ...(parse(charterExample) as object), data: (parse(smallCharter()) as { data: unknown }).data };
  await house.call(dep.saveCharter, { params: { deployment: 'sepsis-alert' }, body: { basedOn: 0, yaml: stringify(whole) } as never }, 'governance');
  writeSmall(`${root}/week-1`, small);
}, 60_000);

const draw = async (body: object = {}) => {
  house.clock.pass(60_000);
  const started = await house.call(api.drawSample, { body: { deployment: 'sepsis-alert', folder: 'week-1', seed: 'words of the meeting', size: 40, per: 'facility', ...body } as never }, as);
  await house.idle().catch(() => {});
  return started.id;
};
const value = async (measure: string, facility: string | null, element?: string) => {
  const { items } = await entries(house.db, { kind: 'audit.sample-seed' });
  return (await latest(house.db, all, items[0]!.deployment!, house.clock.now())).find((row) => row.measure === measure && row.scope.facility === facility && row.scope.element === element)?.value;
};

describe('a draw on the server', { timeout: 120_000 }, () => {
  it('fixes the seed in the ledger before the data are read, then publishes the size per facility', async () => {
    id = await draw();
    const shown = await house.call(api.readSample, { params: params() }, 'clinician');
    expect(shown).toMatchObject({ state: 'done', drawn: 80, frameRecords: 300, drawsBefore: 0, request: { seed: 'words of the meeting' } });
    const { items } = await entries(house.db, { subject: `sample/${id}` });
    const [drawn, seed] = items;
    expect([seed!.kind, drawn!.kind]).toEqual(['audit.sample-seed', 'audit.sample-drawn']);
    expect(seed!.body).toMatchObject({ seedDigest: createHash('sha256').update('words of the meeting').digest('hex'), folder: 'week-1', size: 40, per: 'facility' });
    expect(JSON.stringify(seed!.body)).not.toContain('words of the meeting');
    expect(drawn).toMatchObject({ body: { seed: 'words of the meeting', frame: shown.frameDigest, facilities: { 'North Hospital': 40, 'South Hospital': 40 } }, payload: { digest: shown.documentDigest } });
    expect(await value('audit.sample-size', 'north')).toBe(40);
    expect(await value('audit.sample-size', null)).toBe(80);
    const text = await (await house.send(api.downloadSample, { params: params() }, as)).text();
    expect(createHash('sha256').update(text).digest('hex')).toBe(shown.documentDigest);
  });

  it('tells when the same frame is drawn from again', async () => {
    const again = await draw({ seed: 'a seed I like better' });
    expect(await house.call(api.readSample, { params: { sample: again } }, as)).toMatchObject({ state: 'done', drawsBefore: 1 });
  });

  it('refuses a sample of the sample, and fails with a sentence', async () => {
    const text = JSON.parse(await (await house.send(api.downloadSample, { params: params() }, as)).text()) as { records: { record: string; drawn: boolean }[] };
    const drawn = new Set(text.records.filter((one) => one.drawn).map(({ record }) => record.slice('Encounter/'.length)));
    writeSmall(`${root}/own`, { ...small, encounters: small.encounters.filter(({ id: one }) => drawn.has(one!)) });
    const failed = await draw({ folder: 'own' });
    expect(await house.call(api.readSample, { params: { sample: failed } }, as)).toMatchObject({ state: 'failed', problem: expect.stringMatching(/sample of a sample/) });
    await expect(house.call(api.readReview, { params: { sample: failed } }, as)).rejects.toThrow(/failed/);
  });

  it('withholds small departments from those who may not see rows, and records from everybody who did not sit down', async () => {
    await expect(house.call(api.readReview, { params: params() }, 'clinician')).rejects.toThrow(/no reviewer/);
    await expect(house.call(api.downloadWorksheet, { params: params() }, 'clinician')).rejects.toThrow(/no reviewer/);
    await expect(house.call(api.downloadSample, { params: params() }, 'clinician')).rejects.toMatchObject({ kind: 'not-allowed' });
    const seen = await house.call(api.readSample, { params: params() }, 'clinician');
    for (const one of seen.estimates) if (one.facility !== null && one.n < 5) expect(one.value).toBeNull();
    expect(JSON.stringify(seen)).not.toContain('Encounter/');
  });

  it('takes more in order, with a ledger entry and the new size', async () => {
    const before = JSON.parse(await (await house.send(api.downloadSample, { params: params() }, as)).text()) as { records: { record: string; drawn: boolean; number: number }[] };
    house.clock.pass(60_000);
    await house.call(api.takeMoreOf, { params: params(), body: { facility: 'South Hospital', department: null, take: 10 } }, as);
    const after = JSON.parse(await (await house.send(api.downloadSample, { params: params() }, as)).text()) as typeof before;
    const numbers = (all: typeof before) => all.records.filter(({ drawn }) => drawn).map(({ record, number }) => `${number} ${record}`);
    expect(numbers(after).slice(0, 80)).toEqual(numbers(before));
    expect(numbers(after)).toHaveLength(90);
    expect(await value('audit.sample-size', 'south')).toBe(50);
    expect((await entries(house.db, { kind: 'audit.sample-extended' })).items[0]).toMatchObject({ body: { take: 10, facility: 'South Hospital' } });
  });
});

describe('a chart review', { timeout: 120_000 }, () => {
  const answersFor = (record: ReviewRecord, pick: (question: string) => Answer) => record.questions.map((question) => ({ question, answer: pick(question), value: '', remark: '' }));

  it('seats two people and a third, each once', async () => {
    expect(await house.call(api.joinReview, { params: params() }, ada)).toMatchObject({ seat: 'first', mine: true, answered: 0 });
    await expect(house.call(api.joinReview, { params: params() }, ada)).rejects.toThrow(/review this sample already/);
    expect(await house.call(api.joinReview, { params: params() }, ben)).toMatchObject({ seat: 'second' });
    expect(await house.call(api.joinReview, { params: params() }, cleo)).toMatchObject({ seat: 'third' });
    await expect(house.call(api.joinReview, { params: params() }, dora)).rejects.toThrow(/at work/);
    await expect(house.call(api.joinReview, { params: params() }, { ...testCallers['data-engineer'], kind: 'key' })).rejects.toThrow(/people/);
  });

  it('keeps them blind to each other, saves as they go, and logs every look', async () => {
    const before = (await entries(house.db, { kind: 'audit.sample-seen' })).items.length;
    const mine = await house.call(api.readReview, { params: params() }, ada);
    expect(mine.records).toHaveLength(90);
    expect((await entries(house.db, { kind: 'audit.sample-seen' })).items).toHaveLength(before + 1);
    for (const record of mine.records) await house.call(api.saveReview, { params: { ...params(), record: record.number }, body: { answers: answersFor(record, () => 'yes') } }, ada);
    const other = await house.call(api.readReview, { params: params() }, ben);
    expect(other.records.every(({ answers }) => answers.length === 0)).toBe(true);
    await expect(house.call(api.readReview, { params: params() }, cleo)).rejects.toThrow(/still at work/);
    await expect(house.call(api.readResults, { params: params() }, 'governance')).rejects.toThrow(/not both finished/);
    const [first, second, third] = (await house.call(api.readSample, { params: params() }, 'clinician')).review;
    expect(first).toMatchObject({ answered: first!.asked, finished: false, mine: false });
    expect(second).toMatchObject({ answered: 0, taken: true });
    expect(third).toMatchObject({ asked: 0 });
    // An answer can be taken back.
    const one = mine.records[0]!;
    expect(await house.call(api.saveReview, { params: { ...params(), record: one.number }, body: { answers: [{ question: one.questions[0]!, answer: null }] } }, ada)).toMatchObject({ answered: first!.asked - 1 });
    await house.call(api.saveReview, { params: { ...params(), record: one.number }, body: { answers: answersFor(one, () => 'yes') } }, ada);
    await expect(house.call(api.saveReview, { params: { ...params(), record: 9_999 }, body: { answers: answersFor(one, () => 'yes') } }, ada)).rejects.toThrow(/do not belong/);
    const saved = (await entries(house.db, { kind: 'audit.review-saved' })).items;
    expect(saved).toHaveLength(92);
    expect(JSON.stringify(saved)).not.toMatch(/Encounter\/|Patient\//);
  });

  it('takes in a worksheet, or nothing of it where a line is wrong', async () => {
    const csv = await (await house.send(api.downloadWorksheet, { params: params(), query: { as: 'csv' } }, ben)).text();
    const { rows } = readCsv(csv);
    const [head, ...lines] = rows.map(({ cells }) => cells) as [string[], ...string[][]];
    const at = (name: string) => head.indexOf(name);
    const filled = lines.map((cells) => cells.map((cell, i) => (i === at('answer') ? (cells[at('question')] === 'problem-list' && Number(cells[at('number')]) % 9 === 0 ? 'no' : 'yes') : cell)));
    const wrong = filled.map((cells, i) => (i === 4 ? cells.map((cell, c) => (c === at('answer') ? 'maybe' : cell)) : cells));
    await expect(house.call(api.importReview, { params: params(), body: { file: 'mine.csv', text: toCsv(head, wrong) } }, ben)).rejects.toMatchObject({ details: [{ file: 'mine.csv', line: 6, path: 'answer' }] });
    expect((await house.call(api.readSample, { params: params() }, ben)).review[1]).toMatchObject({ answered: 0 });
    const done = await house.call(api.importReview, { params: params(), body: { file: 'mine.csv', text: toCsv(head, filled) } }, ben);
    expect(done.answered).toBe(done.asked);
    expect(await (await house.send(api.downloadWorksheet, { params: params(), query: { as: 'html' } }, ben)).text()).toContain('<!doctype html>');
  });

  it('shows the third where they differ once both are done, and nobody who said what', async () => {
    for (const one of [ada, ben]) await house.call(api.finishReview, { params: params(), body: { finished: true } }, one);
    await expect(house.call(api.finishReview, { params: params(), body: { finished: false } }, ada)).rejects.toThrow(/nobody goes on/);
    await expect(house.call(api.readDisagreements, { params: params() }, ada)).rejects.toThrow(/third/);
    const { items } = await house.call(api.readDisagreements, { params: params() }, cleo);
    expect(items).toHaveLength(10);
    expect(items[0]).toMatchObject({ question: 'problem-list', answers: [{ answer: 'no' }, { answer: 'yes' }], settled: null });
    const open = await house.call(api.readResults, { params: params() }, 'clinician');
    expect(open).toMatchObject({ open: 10 });
    const own = await house.call(api.readReview, { params: params() }, cleo);
    expect(own.records).toHaveLength(10);
    for (const record of own.records) await house.call(api.saveReview, { params: { ...params(), record: record.number }, body: { answers: answersFor(record, () => 'no') } }, cleo);
  });

  it('publishes agreement and kappa as measures, with a ledger entry', async () => {
    const results = await house.call(api.publishReview, { params: params() }, as);
    expect(results.open).toBe(0);
    expect(results.agreement.find(({ question }) => question === 'problem-list')).toMatchObject({ n: 90, kappa: 0, observed: expect.closeTo(80 / 90, 8) });
    const whole = (await house.call(api.readSample, { params: params() }, as)).estimates.find(({ facility }) => facility === null)!;
    expect(await value('audit.chart-agreement', null)).toBeCloseTo(whole.value!, 8);
    expect(await value('audit.chart-agreement', null, 'heart-rate')).toBeCloseTo(whole.value!, 8);
    expect(await value('audit.reviewer-kappa', null, 'problem-list')).toBe(0);
    expect((await entries(house.db, { kind: 'audit.review-published' })).items[0]).toMatchObject({ subject: `sample/${id}`, body: { open: 0, records: 90 } });
    expect((await house.call(api.readSample, { params: params() }, as)).publishedAt).not.toBeNull();
  });
});

describe('an audit of a sample only', { timeout: 120_000 }, () => {
  it('fixes the seed in the ledger first, checks what was drawn, and moves no measure', async () => {
    const before = await latest(house.db, all, (await entries(house.db, { kind: 'audit.sample-seed' })).items[0]!.deployment!, house.clock.now());
    const run = await house.call(startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1', sample: { size: 20, per: 'facility', seed: 'words of another meeting' } } }, as);
    expect(run.sample).toMatchObject({ size: 20, per: 'facility', seed: null });
    const [started] = (await entries(house.db, { kind: 'audit.started' })).items;
    expect(started).toMatchObject({ body: { sample: { seedDigest: createHash('sha256').update('words of another meeting').digest('hex'), size: 20 } } });
    expect(JSON.stringify(started)).not.toContain('words of another meeting');
    await house.idle();
    expect(await house.call(readRun, { params: { run: run.id } }, 'clinician')).toMatchObject({ state: 'done', sample: { seed: 'words of another meeting' }, summary: { encounters: 40 } });
    const { sample } = await house.call(readRest, { params: { run: run.id } }, 'clinician');
    expect(sample?.estimates.find(({ facility }) => facility === null)).toMatchObject({ n: 40, fullFeed: { n: 300, k: 270 } });
    // Who was drawn is told to those who may see single patients only.
    expect(JSON.stringify(sample)).not.toContain('Encounter/');
    const after = await latest(house.db, all, started!.deployment!, house.clock.now());
    expect(after).toEqual(before);
    expect((await entries(house.db, { kind: 'audit.published' })).items[0]).toMatchObject({ body: { sample: 40 } });
    await expect(house.call(startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1', sample: { size: 1, per: 'export' } } as never }, as)).rejects.toThrow();
  });

  it('gets a seed by chance where nobody names one', async () => {
    const run = await house.call(startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1', sample: { size: 10, per: 'export' } } }, as);
    await house.idle();
    expect((await house.call(readRun, { params: { run: run.id } }, as)).sample?.seed).toMatch(/^[0-9a-f]{32}$/);
  });
});
