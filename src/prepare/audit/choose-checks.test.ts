// Does a check find alone what it finds among all, and is a part told as a part?
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../tools/base/clock.ts';
import { readCharterText } from './charter-input.ts';
import { checks } from './checks.ts';
import { chooseChecks } from './choose-checks.ts';
import type { AuditDocument } from './model.ts';
import { wantedFields } from './plan.ts';
import { runAudit } from './run-audit.ts';
import { smallCharter, smallExport, testFolder, writeSmall } from './test-export.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);

describe('which checks run', () => {
  it('what a check reads of others runs with it and is not told', () => {
    const ids = (of: readonly { id: string }[]) => of.map(({ id }) => id);
    expect(ids(chooseChecks(['c05']).told)).toEqual(['C05']);
    expect(ids(chooseChecks(['C05']).run)).toEqual(['C01', 'C02', 'C05']);
    expect(ids(chooseChecks(['D02', 'C07']).run)).toEqual(['C01', 'C02', 'C07', 'D02']);
    expect(ids(chooseChecks(['V03']).run)).toEqual(checks.filter((check) => check.counted || check.id === 'V03').map(({ id }) => id));
    expect(chooseChecks(undefined)).toEqual({ told: checks, run: checks });
  });

  it('a name that is no check, or none at all, is refused with the names there are', () => {
    expect(() => chooseChecks(['C02', 'Z99'])).toThrow(/no check Z99/);
    expect(() => chooseChecks([' '])).toThrow(/No check is named/);
  });
});

describe('an audit of some checks', { timeout: 240_000 }, () => {
  const folder = writeSmall(`${root}/export`, smallExport({ patients: 40 }));
  const input = () => readCharterText(smallCharter(), 'charter.yaml');
  const run = async (ids?: string[]): Promise<AuditDocument> => runAudit(folder, await input(), { clock: systemClock, ...(ids && { checks: ids }) });
  let whole: AuditDocument;
  beforeAll(async () => {
    whole = await run();
  }, 240_000);

  it.each(checks.map(({ id }) => id).filter((_, at) => at % 8 === 0))('%s finds alone what it finds among all', async (id) => {
    const alone = await run([id]);
    expect(alone.findings).toEqual(whole.findings.filter(({ check }) => check === id));
    expect(alone.checks).toEqual([id]);
    expect(alone.summary.says).toContain(`Only the check ${id} of ${checks.length} was run.`);
    expect(alone.absent).toEqual(whole.absent);
  });

  it('the whole audit does not speak of a choice', () => {
    expect(whole).not.toHaveProperty('checks');
    expect(whole.summary.says).not.toContain('Only');
  });

  it('what only another check reads is not read', async () => {
    const { Observation: some } = wantedFields(await input(), new Set(['C01', 'C02']));
    const { Observation: all } = wantedFields(await input());
    expect(some!.length).toBeLessThan(all!.length);
    expect(all).toEqual(expect.arrayContaining(some!));
    expect(all!.some((column) => column.startsWith('hash:'))).toBe(true);
    expect(some!.some((column) => column.startsWith('hash:'))).toBe(false);
  });
});
