// Does every check stand in one lane, after what it reads, and do the lanes find in any order what they find alone?
import { afterAll, describe, expect, it } from 'vitest';
import { standingClock } from '../../tools/base/clock.ts';
import { readCharterText } from './charter-input.ts';
import { checks } from './checks.ts';
import { lanesOf } from './lanes.ts';
import { runAudit } from './run-audit.ts';
import { smallCharter, smallExport, testFolder, writeSmall } from './test-export.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);

describe('lanes', () => {
  it('hold every check once, in the order of the catalogue', () => {
    const lanes = lanesOf(checks);
    expect(lanes.flat().map(({ id }) => id).sort()).toEqual(checks.map(({ id }) => id).sort());
    for (const lane of lanes) expect(lane).toEqual(checks.filter((check) => lane.includes(check)));
  });

  it('keep those together that read what another found', () => {
    const completeness = lanesOf(checks).find((lane) => lane.some(({ id }) => id === 'C02'))!.map(({ id }) => id);
    expect(completeness).toEqual(['C02', 'C05', 'C06', 'C07', 'C08', 'V01']);
  });

  it('find the same beside each other as alone', async () => {
    const folder = writeSmall(`${root}/export`, smallExport({ patients: 20 }));
    const input = await readCharterText(smallCharter(), 'charter.yaml');
    const options = { clock: standingClock('2026-06-01T00:00:00.000Z') };
    const whole = await runAudit(folder, input, { ...options, workspace: `${root}/whole` });
    for (const lane of lanesOf(checks).filter(({ length }) => length > 1)) {
      const ids = lane.map(({ id }) => id);
      const alone = await runAudit(folder, input, { ...options, workspace: `${root}/alone`, checks: ids });
      expect(alone.findings).toEqual(whole.findings.filter(({ check }) => ids.includes(check)));
    }
  });
});
