// Is the draw what its rule says, the same for everybody, in order when more is taken, and right about the whole?
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { standingClock } from '../../../tools/base/clock.ts';
import { readCharterText } from '../charter-input.ts';
import { runAudit } from '../run-audit.ts';
import { smallCharter, smallExport, testFolder, writeSmall } from '../test-export.ts';
import { allocate, allocateAll } from './allocate.ts';
import { frameLine, ticketOf } from './frame.ts';
import { sampleExport } from './open-sample.ts';
import { sampleDocument, type SampleRequest } from './sample-words.ts';
import { takeMore } from './take-more.ts';
import { differences } from './verify-draw.ts';

const { folder, remove } = testFolder();
afterAll(remove);
const clock = standingClock('2026-06-01T08:00:00.000Z');
const small = smallExport({ patients: 300 });
// In the south every fifth has no heart rate.
small.observations = small.observations.filter(({ id }) => !(String(id).startsWith('o-south') && Number(String(id).split('-').at(-1)) % 5 === 0));
writeSmall(folder, small);
const charter = await readCharterText(smallCharter(), 'charter.yaml');
const asked: SampleRequest = { seed: 'a seed said aloud', size: 80, per: 'export', of: null, allocation: 'proportional', minimum: 1 };
const draw = (request: Partial<SampleRequest> = {}, more: object = {}) => sampleExport(folder, charter, { ...asked, ...request }, { clock, ...more });

describe('the draw', { timeout: 120_000 }, () => {
  it('is what anybody can recompute with SHA-256 and a sort', async () => {
    const sample = await draw();
    expect(sampleDocument.parse(sample)).toEqual(sample);
    expect(sample.frame).toMatchObject({ records: 600, level: 'month' });
    expect(sample.records.filter(({ drawn }) => drawn)).toHaveLength(80);
    const rows = small.encounters.map((one) => {
      const [, facility, i] = String(one.id).split('-') as [string, string, string];
      const name = facility === 'north' ? 'North Hospital' : 'South Hospital';
      return { ref: `Encounter/${one.id}`, facility: name, department: `${facility} ${Number(i) % 3 ? 'ED' : 'ICU'}`, month: '2026-01' };
    });
    const lines = rows.toSorted((a, b) => (a.ref < b.ref ? -1 : 1)).map((row) => `${frameLine(row)}\n`).join('');
    expect(sample.frame.digest).toBe(createHash('sha256').update(lines).digest('hex'));
    for (const [at, stratum] of sample.strata.entries()) {
      const inside = rows.filter((row) => row.facility === stratum.facility && row.department === stratum.department);
      expect(stratum.size).toBe(inside.length);
      const order = inside.map(({ ref }) => ref).sort((a, b) => (ticketOf(asked.seed, a) < ticketOf(asked.seed, b) ? -1 : 1));
      expect(sample.records.filter((one) => one.stratum === at && one.drawn).map(({ record }) => record)).toEqual(order.slice(0, stratum.n));
      expect(stratum.probability).toBeCloseTo(stratum.n / stratum.size, 8);
    }
    expect(sample.strata.map(({ n }) => n)).toEqual([27, 13, 27, 13]);
  });

  it('is the same again, another with another seed, and a changed one is found out', async () => {
    const [one, same, other] = [await draw(), await draw(), await draw({ seed: 'another seed' })];
    expect(differences(one, same)).toEqual([]);
    expect(differences(one, other).join(' ')).toMatch(/do not follow from the seed/);
    const swapped = structuredClone(one);
    swapped.records[0]!.record = swapped.records.find(({ drawn }) => !drawn)!.record;
    expect(differences(swapped, same).join(' ')).toMatch(/1 drawn records do not follow/);
    expect(differences({ ...one, seedDigest: 'f'.repeat(64) }, same)).toEqual([expect.stringMatching(/another seed was fixed/)]);
    const touched = structuredClone(one);
    touched.records[0]!.found['heart-rate']!.k = 1 - touched.records[0]!.found['heart-rate']!.k;
    expect(differences(touched, same)).toEqual([expect.stringMatching(/other values/)]);
  });

  it('takes more in the same order: the same as a draw that was asked for it from the start', async () => {
    const first = await draw();
    const more = takeMore(first, { facility: 'South Hospital', department: null, take: 12 });
    const again = await draw({}, { extensions: [{ facility: 'South Hospital', department: null, take: 12 }] });
    expect(differences(more, again)).toEqual([]);
    const drawn = (sample: typeof first) => new Set(sample.records.filter((one) => one.drawn).map(({ record }) => record));
    expect([...drawn(first)].every((record) => drawn(more).has(record))).toBe(true);
    expect(drawn(more).size).toBe(92);
    expect(() => takeMore(first, { facility: 'Elsewhere', department: null, take: 1 })).toThrow(/no stratum/);
    expect(() => takeMore(first, { facility: 'South Hospital', department: null, take: 299 })).toThrow(/left|reserve/);
  });

  it('gives so many in every facility where that is asked, and all where there are no more', async () => {
    const sample = await draw({ per: 'facility', size: 100 });
    const n = (facility: string) => sample.strata.filter((one) => one.facility === facility).reduce((sum, one) => sum + one.n, 0);
    expect([n('North Hospital'), n('South Hospital')]).toEqual([100, 100]);
    const all = await draw({ size: 900 });
    expect(all.estimates[0]).toMatchObject({ n: 600, value: 0.9, low: 0.9, high: 0.9 });
  });

  it('estimates the whole within its interval, the full feed beside it, and says what decides', async () => {
    const { estimates } = await draw({ size: 150 });
    const of = (facility: string | null, department: string | null = null) => estimates.find((one) => one.facility === facility && one.department === department)!;
    expect(of(null).fullFeed).toEqual({ n: 600, k: 540, rate: 0.9 });
    expect(of(null).low!).toBeLessThanOrEqual(0.9);
    expect(of(null).high!).toBeGreaterThanOrEqual(0.9);
    expect(of('North Hospital')).toMatchObject({ value: 1, fullFeed: { rate: 1 } });
    expect(of('South Hospital').verdict).toBe('not-met');
    for (const one of estimates) if (one.verdict === 'undecided') expect(one.says).toMatch(/Take \d+ more|look at the full feed/);
    expect(of('North Hospital', 'north ICU').verdict).toBe('undecided');
  });

  it('draws patients too, with what all their encounters have', async () => {
    const sample = await draw({ of: 'patient' });
    expect(sample.records[0]!.record).toMatch(/^Patient\/p-/);
    expect(sample.estimates[0]!.fullFeed).toEqual({ n: 600, k: 540, rate: 0.9 });
  });

  it('more varied strata get more under Neyman', async () => {
    const sample = await draw({ allocation: 'neyman', size: 100 });
    const n = (facility: string) => sample.strata.filter((one) => one.facility === facility).reduce((sum, one) => sum + one.n, 0);
    expect(n('South Hospital')).toBeGreaterThan(2 * n('North Hospital'));
    expect(sample.strata.every(({ n: drawn }) => drawn > 0)).toBe(true);
  });

  it('shows the values of the drawn records and refuses an empty population', async () => {
    const sample = await draw();
    const one = sample.records.find(({ found }) => found['heart-rate']!.k === 1)!;
    expect(one.found['heart-rate']!.values[0]).toMatch(/^\d+(\.\d+)? \/min \(2026-01-\d\d \d\d:\d\d\)$/);
    const nobody = await readCharterText(smallCharter('  population: { encounterClasses: [XXX] }\n'), 'charter.yaml');
    await expect(sampleExport(folder, nobody, asked, { clock })).rejects.toThrow(/no encounter in this export/);
  });

  it('refuses an export that is a sample drawn before', async () => {
    const sample = await draw();
    const drawn = new Set(sample.records.filter((one) => one.drawn).map(({ record }) => record.slice('Encounter/'.length)));
    const only = { ...small, encounters: small.encounters.filter(({ id }) => drawn.has(id!)) };
    const own = testFolder();
    writeSmall(own.folder, only);
    const earlier = [{ name: 'June', frameRecords: sample.frame.records, records: new Set(sample.records.map(({ record }) => record)) }];
    await expect(sampleExport(own.folder, charter, asked, { clock, earlier })).rejects.toThrow(/sample of a sample/);
    await expect(sampleExport(folder, charter, asked, { clock, earlier })).resolves.toBeDefined();
    own.remove();
  });

  it('an audit of the sample checks the drawn records only, with the full feed beside', async () => {
    const audit = await runAudit(folder, charter, { clock, sample: asked });
    expect(audit.sample!.records).toHaveLength(80);
    expect(audit.summary).toMatchObject({ encounters: 80, patients: 80 });
    const found = audit.findings.find(({ check, unit }) => check === 'C02' && unit.facility === null && unit.department === null && unit.month === null && unit.clinician === null)!;
    expect(found.n).toBe(80);
    expect(audit.sample!.estimates[0]!.value).toBeCloseTo(found.rate!, 1);
    const rows = audit.findings.find(({ check, unit }) => check === 'C01' && unit.facility === null && unit.department === null && unit.month === null && unit.clinician === null);
    expect(rows!.n).toBeLessThanOrEqual(80);
  });
});

describe('the allocation', () => {
  const cell = fc.record({ facility: fc.constantFrom('a', 'b'), size: fc.integer({ min: 1, max: 500 }), spread: fc.constantFrom(1, 0.5, 0.1) }).map((one) => ({ ...one, department: null }));
  it('only ever adds, never exceeds a stratum, and gives all that is asked where it is there', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 30 }), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 3 }), (cells, size, take, minimum) => {
        const first = allocateAll(cells, { size, per: 'export', minimum });
        const more = allocate(cells, first, take, minimum);
        const total = cells.reduce((sum, one) => sum + one.size, 0);
        const sum = (all: number[]) => all.reduce((one, other) => one + other, 0);
        return first.every((n, at) => n <= more[at]! && more[at]! <= cells[at]!.size) && sum(first) === Math.min(size, total) && sum(more) === Math.min(size + take, total);
      }),
    );
  });
  it('is the best there is: no single exchange lowers the variance', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 6 }), fc.integer({ min: 10, max: 60 }), (cells, size) => {
        const n = allocateAll(cells, { size, per: 'export', minimum: 1 });
        const variance = (given: readonly number[]) => cells.reduce((sum, one, at) => sum + (given[at]! === 0 ? Infinity : (one.size * one.spread) ** 2 / given[at]!), 0);
        const best = variance(n);
        return cells.every((_, from) => cells.every((to, at) => from === at || n[from]! <= 1 || n[at]! >= to.size || variance(n.map((one, i) => (i === from ? one - 1 : i === at ? one + 1 : one))) >= best - 1e-6 * best));
      }),
    );
  });
});
