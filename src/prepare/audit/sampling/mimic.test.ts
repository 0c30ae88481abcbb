// Does the draw hold on real hospital records (MIMIC-IV demo on FHIR), and does its interval contain what the full feed says?
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { standingClock } from '../../../tools/base/clock.ts';
import { readCharterFile } from '../charter-input.ts';
import { drawAgain } from './draw-again.ts';
import { sampleExport } from './open-sample.ts';

const at = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const folder = at('../shared/data/mimic-iv-fhir-demo-2.1.0');
const clock = standingClock('2026-06-01T08:00:00.000Z');

describe.skipIf(!existsSync(folder))('a sample of the MIMIC-IV demo', { timeout: 300_000 }, () => {
  it('is drawn, drawn again, and says of the whole what the whole says', async () => {
    const charter = await readCharterFile(at('examples/sepsis-charter.yaml'));
    const sample = await sampleExport(folder, charter, { seed: 'drawn in public', size: 100, per: 'export', of: null, allocation: 'proportional', minimum: 1 }, { clock });
    expect(sample.records.filter(({ drawn }) => drawn)).toHaveLength(Math.min(100, sample.frame.records));
    expect(sample.strata.reduce((sum, { size }) => sum + size, 0)).toBe(sample.frame.records);
    const whole = sample.estimates.filter(({ facility, value }) => facility === null && value !== null);
    expect(whole.length).toBeGreaterThan(10);
    // Fifteen intervals of 95 %: one or two may miss.
    const missed = whole.filter(({ low, high, fullFeed }) => fullFeed!.rate! < low! - 1e-9 || fullFeed!.rate! > high! + 1e-9);
    expect(missed.length).toBeLessThanOrEqual(2);
    expect(await drawAgain(sample, folder, { clock })).toEqual([]);
  });
});
