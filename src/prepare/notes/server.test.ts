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
import * as api from './model.ts';
import { notes, notesMeasures } from './notes.ts';
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
  await house.call(dep.saveCharter, { params: { deployment: 'sepsis-alert' }, body: { basedOn: 0, yaml: stringify(whole) } as never }, 'governance');
  await expect(house.call(api.startRun, { body: { deployment: 'sepsis-alert' } }, as)).rejects.toThrow(/either an upload or a folder/);
  const started = await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'week-1' } }, as);
  await house.idle();
  run = await house.call(api.readRun, { params: { run: started.id } }, as);
}, 120_000);

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

  it('says what is wrong with a folder that holds no notes', async () => {
    await house.call(api.startRun, { body: { deployment: 'sepsis-alert', folder: 'nowhere' } }, as);
    await expect(house.idle()).rejects.toThrow(/There is nothing at/);
  });
});
