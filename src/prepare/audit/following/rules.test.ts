// Do issues close only when the number holds, do watches take only whole exports, and do reviews stay quiet without cause?
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { wilson } from '../../../tools/statistics/intervals.ts';
import { seededRandom } from '../../../tools/statistics/seeded-random.ts';
import type { ComparedFinding } from './compare.ts';
import { lookForDrift, type Foundation } from './drift.ts';
import { findingsFile } from './findings-file.ts';
import { outcomeOf, type Held, type Measured } from './issue-rules.ts';
import { missingnessOf, type MonthCount } from './map.ts';
import { mapRows } from './map-rows.ts';
import { unitsOf } from './units.ts';
import { decide, newestExport, nextAfter } from './watching.ts';

const held: Held = { state: 'open', openedVerdict: 'not-met', openedN: 100, threshold: 0.9, bound: 'at-least' };
const met: Measured = { n: 100, rate: 0.95, low: 0.9, high: 0.98, threshold: 0.9, bound: 'at-least', verdict: 'met' };
const notMet: Measured = { ...met, rate: 0.8, verdict: 'not-met' };

describe('an issue', () => {
  it('closes when it is met on enough cases', () => expect(outcomeOf(held, met)).toMatchObject({ state: 'closed', kind: 'closed' }));
  it('is left alone by an audit that did not measure it', () => {
    expect(outcomeOf(held, null)).toMatchObject({ state: 'open', kind: 'not-measured' });
    expect(outcomeOf(held, { ...met, rate: null, verdict: 'not-measurable' })).toMatchObject({ state: 'open', kind: 'not-measured' });
    expect(outcomeOf({ ...held, state: 'holding', openedVerdict: 'undecided' }, null)).toMatchObject({ state: 'holding' });
  });
  it('stays open on a handful of cases, exactly half of them is enough', () => {
    expect(outcomeOf(held, { ...met, n: 49 })).toMatchObject({ state: 'open', kind: 'measured' });
    expect(outcomeOf(held, { ...met, n: 50 })).toMatchObject({ state: 'closed' });
  });
  it('needs two in a row when it was undecided, and begins anew when one breaks', () => {
    const undecided: Held = { ...held, openedVerdict: 'undecided' };
    expect(outcomeOf(undecided, met)).toMatchObject({ state: 'holding', kind: 'measured' });
    expect(outcomeOf({ ...undecided, state: 'holding' }, met)).toMatchObject({ state: 'closed' });
    expect(outcomeOf({ ...undecided, state: 'holding' }, notMet)).toMatchObject({ state: 'open' });
    expect(outcomeOf({ ...undecided, state: 'holding' }, { ...met, verdict: 'undecided' })).toMatchObject({ state: 'open' });
  });
  it('does not close because less is promised now', () => expect(outcomeOf(held, { ...met, rate: 0.85, threshold: 0.8 })).toMatchObject({ state: 'open', kind: 'measured' }));
  it('opens again when it breaks, and not when nothing is known or it is only undecided', () => {
    expect(outcomeOf({ ...held, state: 'closed' }, notMet)).toMatchObject({ state: 'open', kind: 'reopened' });
    expect(outcomeOf({ ...held, state: 'closed' }, null)).toMatchObject({ state: 'closed' });
    expect(outcomeOf({ ...held, state: 'closed' }, { ...met, verdict: 'undecided' })).toMatchObject({ state: 'closed' });
  });
  it('stays set aside', () => expect(outcomeOf({ ...held, state: 'set-aside' }, notMet)).toMatchObject({ state: 'set-aside' }));
});

describe('a watch', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attending-watch-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, text = '{}') => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  it('finds the newest export, and none in an empty folder or one of other files', async () => {
    expect(await newestExport(folder, 'in')).toBeNull();
    write('readme/notes.txt');
    expect(await newestExport(folder, 'in')).toBeNull();
    write('a/Patient.ndjson');
    expect((await newestExport(folder, 'in'))?.folder).toBe('in/a');
    write('b/Patient.ndjson.gz');
    write('b/Encounter.ndjson.gz.part');
    const found = await newestExport(folder, 'in');
    expect(found?.print).not.toContain('.part');
    expect(await newestExport(join(folder, 'gone'), 'gone')).toBeNull();
  });
  it('audits what stayed the same from one look to the next, once', () => {
    const found = { folder: 'in/a', print: 'p1', newest: 1 };
    const now = '2026-06-01T00:00:00.000Z';
    expect(decide({ nextAt: null, lastPrint: null, seenPrint: null }, found, now).audit).toBe(false);
    expect(decide({ nextAt: null, lastPrint: null, seenPrint: 'p1' }, found, now).audit).toBe(true);
    expect(decide({ nextAt: null, lastPrint: null, seenPrint: 'p1' }, { ...found, print: 'p2' }, now).audit).toBe(false);
    expect(decide({ nextAt: null, lastPrint: 'p1', seenPrint: 'p1' }, found, now).audit).toBe(false);
    expect(decide({ nextAt: '2026-06-02T00:00:00.000Z', lastPrint: 'p0', seenPrint: 'p1' }, found, now)).toMatchObject({ audit: false, says: expect.stringContaining('waits') });
    expect(decide({ nextAt: '2026-05-30T00:00:00.000Z', lastPrint: 'p1', seenPrint: 'p1' }, found, now).says).toMatch(/^Due, but no new export/);
  });
  it('comes again after a day, a week, a month, and the last of a short month', () => {
    expect(nextAfter('daily', '2026-06-30T08:00:00.000Z')).toBe('2026-07-01T08:00:00.000Z');
    expect(nextAfter('weekly', '2026-06-28T08:00:00.000Z')).toBe('2026-07-05T08:00:00.000Z');
    expect(nextAfter('monthly', '2026-01-31T08:00:00.000Z')).toBe('2026-02-28T08:00:00.000Z');
    expect(nextAfter('monthly', '2026-12-31T08:00:00.000Z')).toBe('2027-01-31T08:00:00.000Z');
    expect(nextAfter('each-export', '2026-01-31T08:00:00.000Z')).toBeNull();
  });
});

const finding = (element: string, facility: string | null, k: number, n: number): ComparedFinding => {
  const interval = wilson(k, n)!;
  return { check: 'C02', element, resource: 'Observation', unit: { facility, department: null, clinician: null, month: null }, n, k, rate: k / n, ...interval, threshold: 0.9, bound: 'at-least', thresholdFrom: 'charter', tier: 'critical', verdict: 'met', says: '', figures: {}, suppressed: false };
};
const named = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, name: id.toUpperCase(), resource: 'Observation', path: id, per: 'encounter', window: '' }));
const foundation = (draw: (element: string, facility: string | null) => number, n = 400): Foundation => ({ elements: named, absent: [], findings: named.flatMap(({ id }) => [null, 'North', 'South', 'East'].map((facility) => finding(id, facility, draw(id, facility), n))) });

describe('a review', () => {
  it('is not opened by chance: of 300 deployments that look 26 times at data that never change, at most 5 % ever open one', { timeout: 60_000 }, () => {
    const random = seededRandom('drift');
    const binomial = (n: number, p: number) => {
      let k = 0;
      for (let i = 0; i < n; i++) if (random.chance(p)) k++;
      return k;
    };
    let raised = 0;
    for (let deployment = 0; deployment < 300; deployment++) {
      const drawn = () => foundation((element) => binomial(80, element === 'a' ? 0.5 : 0.93), 80);
      let previous = drawn();
      const baseline = previous;
      for (let look = 1; look <= 26; look++) {
        const now = drawn();
        if (lookForDrift(now, previous, baseline, look, () => 0).causes.length > 0) {
          raised++;
          break;
        }
        previous = now;
      }
    }
    expect(raised / 300).toBeLessThanOrEqual(0.05);
  });
  it('is opened by a fall that chance does not explain, at the first look and at the hundredth', () => {
    const before = foundation(() => 380);
    const after = foundation((element, facility) => (element === 'b' && facility === 'South' ? 200 : 380));
    for (const look of [1, 100]) expect(lookForDrift(after, before, null, look, () => 0).causes).toMatchObject([{ kind: 'fell', element: 'b', facility: 'South', against: 'previous' }]);
  });
  it('sees a slow decline against the baseline that no two audits in a row show', () => {
    const [baseline, before, now] = [foundation(() => 380), foundation(() => 330), foundation(() => 318)];
    const causes = lookForDrift(now, before, baseline, 6, () => 0).causes;
    expect(causes.length).toBeGreaterThan(0);
    expect(causes.every(({ against }) => against === 'baseline')).toBe(true);
  });
  it('is not opened by what rose, by what fell by less than a point, or by an element that means something else', () => {
    expect(lookForDrift(foundation(() => 390), foundation(() => 200), null, 1, () => 0).causes).toEqual([]);
    expect(lookForDrift(foundation(() => 895_000, 1_000_000), foundation(() => 904_000, 1_000_000), null, 1, () => 0).causes).toEqual([]);
    const other = foundation(() => 100);
    expect(lookForDrift({ ...other, elements: named.map((one) => ({ ...one, path: 'other' })) }, foundation(() => 390), null, 1, () => 0)).toMatchObject({ causes: [], comparisons: 0 });
  });
  it('is opened by a facility that is gone and an element that vanished', () => {
    const before = foundation(() => 380);
    const now: Foundation = { ...before, findings: before.findings.filter(({ unit }) => unit.facility !== 'East'), absent: [{ what: 'Lactate', element: 'c' }] };
    expect(lookForDrift(now, before, null, 1, () => 0.25).causes.map(({ kind }) => kind).sort()).toEqual(['absent', 'facility-gone']);
    expect(lookForDrift(now, before, null, 1, () => 0.01).causes.map(({ kind }) => kind)).toEqual(['absent']);
  });
  it('asks a drift check to fail twice in a row', () => {
    const check = (verdict: 'met' | 'not-met'): Foundation => ({ elements: named, absent: [], findings: [{ ...finding('a', null, 1, 10), check: 'V05', verdict }] });
    expect(lookForDrift(check('not-met'), check('met'), check('met'), 2, () => 0).causes).toEqual([]);
    expect(lookForDrift(check('not-met'), check('not-met'), check('met'), 2, () => 0).causes).toMatchObject([{ kind: 'check', check: 'V05' }]);
    expect(lookForDrift(check('not-met'), check('not-met'), check('not-met'), 2, () => 0).causes).toEqual([]);
  });
});

describe('the map', () => {
  const month = (facility: string, at: string, k: number, n: number, people = n): MonthCount => ({ element: 'lactate', facility, month: at, k, n, people });
  const counts = [month('North', '2026-01', 38, 40), month('North', '2026-03', 0, 40), month('South', '2026-01', 0, 4), month('South', '2026-03', 37, 40)];
  it('withholds small cells, knows silence from a low share, and leaves out where nobody came', () => {
    const map = missingnessOf(counts);
    expect(map.months).toEqual(['2026-01', '2026-02', '2026-03']);
    expect(map.cells.map(({ n, silent }) => [n, silent])).toEqual([[40, false], [40, true], [null, false], [40, false]]);
    expect(map.elements).toEqual([{ id: 'lactate', silent: 1 }]);
    expect(missingnessOf(counts.map((one) => ({ ...one, k: 0 }))).cells.some(({ silent }) => silent)).toBe(false);
  });
  it('becomes rows, the worst first, by month or quarter; what is withheld never adds up', () => {
    const view = { by: 'facility' as const, order: 'worst' as const, quarters: false, words: '', nameOf: (id: string) => id };
    const { rows, reading } = mapRows(missingnessOf(counts), view);
    expect(rows.map(({ label }) => label)).toEqual(['North', 'South']);
    expect(rows[0]!.cells).toMatchObject([{ share: 0.95 }, null, { share: 0, framed: true }]);
    expect(rows[1]!.cells[0]).toMatchObject({ share: null });
    expect(reading).toContain('1 silent cell.');
    const quarters = mapRows(missingnessOf(counts), { ...view, quarters: true });
    expect(quarters.columns).toEqual(['2026 Q1']);
    expect(quarters.rows[1]!.cells).toMatchObject([{ share: 37 / 40 }]);
    expect(mapRows(missingnessOf(counts), { ...view, words: 'sou' }).rows).toHaveLength(1);
    expect(mapRows(missingnessOf([]), view).reading).toBe('No row fits.');
  });
});

describe('files and units', () => {
  it('withhold small cells, write no formula, and call neither undecided nor unmeasured a success or a failure', () => {
    const elements = [{ id: 'a', name: '=A', resource: 'Observation', path: 'value', per: 'encounter' as const, window: '', tier: 'critical' as const, threshold: 0.9, maxSpread: 0.1 }];
    const findings = [finding('a', null, 9, 10), { ...finding('a', 'North', 2, 4), says: '2 of 4' }, { ...finding('a', 'South', 9, 10), verdict: 'undecided' as const }];
    const csv = findingsFile({ elements, findings }, 'csv');
    expect(csv).toContain("'=A");
    expect(csv).not.toContain('2 of 4');
    const lines = findingsFile({ elements, findings }, 'assertions').trim().split('\n').map((line) => JSON.parse(line) as { success: boolean | null; actualValue: number | null; severity: string; category: string; attending: { withheld: boolean } });
    expect(lines.map(({ success, actualValue, attending }) => [success, actualValue, attending.withheld])).toEqual([[true, 0.9, false], [null, null, true], [null, 0.9, false]]);
    expect(lines[0]).toMatchObject({ severity: 'error', category: 'completeness' });
  });
  it('show clinicians as a distribution only, and not at all under five', () => {
    const clinician = (i: number, k: number) => ({ ...finding('a', null, k, 10), unit: { facility: null, department: null, clinician: `clinician ${i}`, month: null } });
    const reading = unitsOf([...Array.from({ length: 7 }, (_, i) => clinician(i, 9)), clinician(8, 2)], [], []);
    expect(reading.clinicians).toMatchObject({ count: 8 });
    expect(reading.clinicians!.bins.find(({ from }) => from === 0.2)!.clinicians).toBeNull();
    expect(JSON.stringify(reading)).not.toContain('clinician 8');
    expect(unitsOf([clinician(1, 9), clinician(2, 9)], [], []).clinicians).toBeNull();
  });
});

describe('docs/audit.md', () => {
  const text = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  it('names every endpoint, command, option and ledger entry of what follows an audit', () => {
    const page = text('../../../../docs/audit.md');
    const paths = [...text('./model.ts').matchAll(/path: '(\/api[^']+)'/g)].map(([, path]) => path!.replace('/api/v1', ''));
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !page.includes(path))).toEqual([]);
    for (const word of ['attending audit compare', 'attending audit findings', '--previous', '--same', '--format', 'audit.issue-opened', 'audit.review-opened', 'audit.review-answered', 'audit.remediation-days']) expect(page).toContain(word);
  });
});
