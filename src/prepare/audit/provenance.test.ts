// Are live records told from picked and cleaned ones, and does the gate get 1 for the former only?
import { afterAll, describe, expect, it } from 'vitest';
import { standingClock } from '../../tools/base/clock.ts';
import { readCharterText } from './charter-input.ts';
import { measurementsOf } from './measurements.ts';
import type { AuditDocument } from './model.ts';
import { runAudit } from './run-audit.ts';
import { smallCharter, smallExport, testFolder, writeSmall, type Resource, type SmallExport } from './test-export.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);
let number = 0;

/** Two hospitals over four months, eight heart rates a stay at all hours: some missing, some corrected, some late, changed day by day. */
function liveRecords(): SmallExport {
  const small = smallExport({ patients: 353 });
  small.observations = small.encounters.flatMap((stay, i) => {
    const period = stay['period'] as { start: string; end: string };
    const start = Date.parse(period.start) + (i % 4) * 30 * 86_400_000;
    stay['period'] = { start: new Date(start).toISOString(), end: new Date(start + 20 * 3_600_000).toISOString() };
    return [0, 1, 2, 3, 5, 8, 12, 16].map((hour, j): Resource => {
      const at = start + hour * 3_600_000 + j * 60_000;
      const issued = new Date(at + ((i * 8 + j) % 40 === 0 ? 2 * 86_400_000 : 300_000)).toISOString();
      const base = { ...small.observations[i]!, id: `o-${i}-${j}`, status: (i * 8 + j) % 50 === 0 ? 'corrected' : 'final', effectiveDateTime: new Date(at).toISOString(), issued, meta: { lastUpdated: issued } };
      return (i * 8 + j) % 60 === 7 ? { ...base, valueQuantity: undefined } : base;
    });
  });
  return small;
}

async function auditOf(small: SmallExport): Promise<AuditDocument> {
  return runAudit(writeSmall(`${root}/${++number}`, small), await readCharterText(smallCharter(), 'charter.yaml'), { clock: standingClock('2026-05-20T00:00:00.000Z'), workspace: `${root}/work` });
}
const gateValue = (audit: AuditDocument) => measurementsOf(audit, { deployment: 'd', source: 's', asOf: '2026-05-20T00:00:00.000Z', programmeStart: '2026-05-18', firstDone: '2026-05-20T00:00:00.000Z', slugOf: () => null }).find(({ measure }) => measure === 'audit.provenance')?.value;
const points = ({ provenance }: AuditDocument) => Object.fromEntries(provenance.signals.map(({ id, points }) => [id, points]));

describe('where the data come from', () => {
  it('is production-like with positive evidence, each sign with its number', async () => {
    const audit = await auditOf(liveRecords());
    expect(audit.provenance.verdict).toBe('production-like');
    expect(points(audit)).toMatchObject({ identified: 'production-like', 'hours-of-work': 'production-like', weekends: 'production-like', corrections: 'production-like', 'late-entries': 'production-like', 'changed-day-by-day': 'production-like' });
    for (const { id, value } of audit.provenance.signals) expect([id, typeof value]).toEqual([id, 'number']);
    expect(audit.findings.find(({ check }) => check === 'S01')).toMatchObject({ verdict: 'met' });
    expect(gateValue(audit)).toBe(1);
  }, 120_000);

  it('is not, when the evidence is taken away one by one, though nothing speaks against it', async () => {
    const small = liveRecords();
    for (const one of small.observations) { one['issued'] = new Date(Date.parse(String(one['effectiveDateTime'])) + 300_000).toISOString(); if (one['status'] === 'corrected') one['status'] = 'cancelled'; }
    const audit = await auditOf(small);
    expect(audit.provenance.verdict).toBe('not-established');
    expect(gateValue(audit)).toBe(0);
  }, 120_000);

  it('is curated when nothing is missing and nothing was ever corrected', async () => {
    const small = liveRecords();
    for (const one of small.observations) {
      one['status'] = 'final';
      one['valueQuantity'] ??= { value: 80, code: '/min' };
    }
    const audit = await auditOf(small);
    expect(audit.provenance.verdict).toBe('curated');
    expect(points(audit)).toMatchObject({ 'nothing-missing': 'curated', corrections: 'curated' });
    expect(audit.findings.find(({ check }) => check === 'S01')).toMatchObject({ verdict: 'not-met' });
    expect(audit.fixes.find(({ check }) => check === 'S01')).toMatchObject({ blocks: true });
    expect(gateValue(audit)).toBe(0);
  }, 120_000);

  it('is a de-identified copy without names, however live it looks otherwise', async () => {
    const small = liveRecords();
    for (const [i, one] of small.patients.entries()) one['name'] = [{ family: `Patient_${1000 + i}` }];
    const audit = await auditOf(small);
    expect(audit.provenance.verdict).toBe('de-identified-copy');
    expect(gateValue(audit)).toBe(0);
  }, 120_000);
});
