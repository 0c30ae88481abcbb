// Does a notes audit run on the server, give criterion 1.6 its numbers, and remember every look at a text?
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { charterExample, capability as deployments } from '../../spine/deployments/deployments.ts';
import * as dep from '../../spine/deployments/model.ts';
import { entries, ledger, remember } from '../../spine/ledger/ledger.ts';
import { catalogue, latest, measures } from '../../spine/measures/measures.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { newId } from '../../tools/base/id.ts';
import { jobName } from './keep-runs.ts';
import * as api from './model.ts';
import { notes, notesMeasures } from './notes.ts';
import { insertRun, runRow } from './records.ts';
import type { Shelf } from './shelf.ts';
import { smallCharter, smallExport, testFolder, writeExport } from './test-notes.ts';

const { folder: root, remove } = testFolder();
const all = catalogue(notesMeasures);
const shelf: Shelf = {
  uploads: async () => [],
  folders: async () => ['week-1'],
  take: async () => {},
  place: async (_, { folder }) => join(root, folder!),
};
const house = await testHouse([ledger, deployments, measures(all), notes(shelf)], { remember, now: '2026-06-01T08:00:00.000Z' });
afterAll(remove);
const as = 'data-engineer' as const;
let run: api.Run;

beforeAll(async () => {
  for (const [slug, name] of [['north', 'North Hospital'], ['south', 'South Hospital']] as const) await house.call(dep.addFacility, { body: { slug, name, aliases: [] } });
  await house.call(dep.addUnit, { params: { facility: 'north' }, body: { slug: 'med-1', name: 'med-1' } });
  await house.call(dep.addUnit, { params: { facility: 'north' }, body: { slug: 'med-2', name: 'med-2' } });
  await house.call(dep.addUnit, { params: { facility: 'north' }, body: { slug: 'icu', name: 'icu' } });
  await house.call(dep.addProduct, { body: { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'Example Analytics', kind: 'alert', class: 'clinical', version: '2.3.0' } });
  await house.call(dep.createDeployment, { body: { slug: 'sepsis-alert', title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0', programmeStart: '2026-05-25' } });
  writeExport(join(root, 'week-1'), smallExport());
  await expect(house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1' } }, as)).rejects.toThrow(/no charter yet/);
  const whole = { ...(parse(charterExample) as object), data: (parse(smallCharter) as { data: unknown }).data };
  await house.call(dep.createDeployment, { body: { slug: 'sepsis-at-night', title: 'Sepsis at night', product: 'sepsis-watch', version: '2.3.0', programmeStart: '2026-05-25' } });
  for (const deployment of ['sepsis-alert', 'sepsis-at-night']) await house.call(dep.saveCharter, { params: { deployment }, body: { basedOn: 0, yaml: stringify({ ...whole, deployment }) } as never }, 'governance');
  await expect(house.call(api.startRun, { body: { deployment: 'sepsis-alert' } }, as)).rejects.toThrow(/either an upload or a folder/);
  const started = await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1' } }, as);
  await house.idle();
  run = await house.call(api.readRun, { params: { run: started.id } }, as);
}, 120_000);

const notesOf = async (id: string) => api.notesDocument.parse(await (await house.send(api.downloadJson, { params: { run: id } }, as)).json());

/** A run of another deployment that stands in the queue. */
async function waitFor(folder: string): Promise<string> {
  const at = house.clock.now();
  const id = newId('nts', at);
  const other = (await house.call(dep.listDeployments, {}, as)).items.find(({ slug }) => slug === 'sepsis-at-night')!;
  await house.db.transaction().execute((tx) => insertRun(tx, { id, deployment_id: other.id, deployment: other.slug, export_id: null, folder, created_at: at, created_by: JSON.stringify({ kind: 'person', id: 'acc_x', name: 'X', roles: [as], vendor: null }) }));
  return id;
}

describe('a notes audit on the server', () => {
  it('is done, and its digest stands in the ledger', async () => {
    expect(run).toMatchObject({ state: 'done', problem: null, summary: { notes: 96, patients: 24, facilities: 2 } });
    const text = await (await house.send(api.downloadJson, { params: { run: run.id } }, as)).text();
    expect(createHash('sha256').update(text).digest('hex')).toBe(run.digest);
    expect((await entries(house.db, { kind: 'notes.published' })).items).toHaveLength(1);
    expect((await entries(house.db, { kind: 'notes.downloaded' })).items).toHaveLength(1);
  });

  it('publishes the four measures of criterion 1.6, of the whole and of each facility', async () => {
    const { items } = await entries(house.db, { kind: 'notes.published' });
    const rows = await latest(house.db, all, items[0]!.deployment!, house.clock.now());
    const value = (measure: string, facility: string | null) => rows.find((row) => row.measure === measure && row.scope.facility === facility);
    expect(value('audit.copy-forward', null)).toMatchObject({ n: 96 });
    expect(value('audit.copy-forward', null)!.value).toBeGreaterThan(0.1);
    expect(value('audit.copy-forward', 'north')!.n).toBe(64);
    expect(value('audit.templated', 'south')!.value).toBeGreaterThan(0.1);
    expect(value('audit.note-types-found', 'south')!.value).toBe(1);
    expect(value('notes.stale-chain', null)).toMatchObject({ value: 3 });
  });

  it('shows shares that sum to one, and says nothing of small cells to those who may not see rows', async () => {
    const shown = await house.call(api.readNotes, { params: { run: run.id } }, 'clinician');
    expect(shown.charts).toBe(24);
    for (const row of shown.shares) if (row.shares) expect(row.shares.copied + row.shares.templated + row.shares.imported + row.shares.authored).toBe(1);
    expect(JSON.stringify(shown)).not.toContain('DocumentReference/');
  });

  it('opens a chart for those who may, writes down the look, and refuses the others', async () => {
    const { items } = await house.call(api.listCharts, { params: { run: run.id }, query: { by: 'stalest' } }, as);
    expect(items[0]).toMatchObject({ notes: 4, stalest: 3 });
    const chart = await house.call(api.readChart, { params: { run: run.id, chart: items[0]!.number } }, as);
    expect(chart.notes).toHaveLength(4);
    const copied = chart.notes[3]!.spans.find(({ kind }) => kind === 'copied')!;
    expect(copied).toMatchObject({ stalenessEncounters: 3, origin: { index: 0 } });
    expect(chart.notes[3]!.text.slice(copied.start, copied.end).length).toBeGreaterThan(100);
    expect(chart.notes[0]!.author).toBe('writer 1');
    expect((await entries(house.db, { kind: 'notes.chart-seen' })).items).toHaveLength(1);
    await expect(house.call(api.readChart, { params: { run: run.id, chart: 1 } }, 'manager')).rejects.toThrow();
    await expect(house.call(api.readChart, { params: { run: run.id, chart: 999 } }, as)).rejects.toThrow(/no chart 999/);
  });

  it('keeps the texts of the newest audit only', async () => {
    await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1' } }, as);
    await house.idle();
    await expect(house.call(api.readChart, { params: { run: run.id, chart: 1 } }, as)).rejects.toThrow(/no chart|no longer/);
    expect((await house.call(api.listRuns, { query: { deployment: 'sepsis-alert' } }, as)).items.map(({ state }) => state)).toEqual(['done', 'done']);
  });

  it('traces an export once for all the deployments that wait for it, each as it would be alone', async () => {
    const { charter: _, ...alone } = await notesOf(run.id);
    const waiting = await waitFor('week-1');
    const first = await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1' } }, as);
    await house.idle();
    expect((await runRow(house.db, waiting))!).toMatchObject({ state: 'done', traced_by: first.id });
    const { charter, ...along } = await notesOf(waiting);
    expect({ ...along, startedAt: '', finishedAt: '' }).toEqual({ ...alone, startedAt: '', finishedAt: '' });
    expect(charter?.deployment).toBe('sepsis-at-night');
    expect((await house.call(api.readRun, { params: { run: first.id } }, as)).state).toBe('done');
    const chart = { params: { run: waiting, chart: 1 } };
    expect((await house.call(api.readChart, chart, as)).notes.length).toBeGreaterThan(0);
    // Its own job comes late, and the first deployment's charts go when a newer audit of it comes.
    await house.jobs.start(jobName, { run: waiting }, waiting);
    await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1' } }, as);
    await house.idle();
    expect((await entries(house.db, { kind: 'notes.published' })).items.filter(({ subject }) => subject === `notes/${waiting}`)).toHaveLength(1);
    expect((await house.call(api.readChart, chart, as)).notes.length).toBeGreaterThan(0);
  });

  it('lets the others go on by themselves when it cannot', async () => {
    const waiting = await waitFor('nowhere');
    await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'nowhere' } }, as);
    await expect(house.idle()).rejects.toThrow(/There is nothing at/);
    expect((await runRow(house.db, waiting))!).toMatchObject({ state: 'failed', traced_by: null, problem: expect.stringContaining('There is nothing at') });
  });

  it('says what is wrong with a folder that holds no notes', async () => {
    await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'nowhere' } }, as);
    await expect(house.idle()).rejects.toThrow(/There is nothing at/);
  });
});
