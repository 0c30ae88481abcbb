// Does each check find the fault it is there for, and nothing where there is none?
import { afterAll, describe, expect, it } from 'vitest';
import { standingClock } from '../../tools/base/clock.ts';
import { readCharterText } from './charter-input.ts';
import type { AuditDocument, AuditFinding, Unit } from './model.ts';
import { auditDocument } from './model.ts';
import { runAudit } from './run-audit.ts';
import { loinc, smallCharter, smallExport, testFolder, writeSmall, type Resource, type SmallExport } from './test-export.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);
let number = 0;

async function auditOf(change: (small: SmallExport) => Record<string, Resource[]> | void = () => {}, charter = smallCharter(), patients = 80): Promise<AuditDocument> {
  const small = smallExport({ patients });
  const extra = change(small) ?? {};
  const folder = writeSmall(`${root}/${++number}`, small, extra);
  return auditDocument.parse(await runAudit(folder, await readCharterText(charter, 'charter.yaml'), { clock: standingClock('2026-06-01T00:00:00.000Z'), workspace: `${root}/work` }));
}

const nowhere: Unit = { facility: null, department: null, clinician: null, month: null };
const find = ({ findings }: AuditDocument, check: string, about: Partial<Pick<AuditFinding, 'element' | 'resource'>> & { unit?: Partial<Unit> } = {}): AuditFinding => {
  const unit = { ...nowhere, ...about.unit };
  const found = findings.find((one) => one.check === check && (about.element === undefined || one.element === about.element) && (about.resource === undefined || one.resource === about.resource) && JSON.stringify(one.unit) === JSON.stringify(unit));
  if (!found) throw new Error(`no ${check} for ${JSON.stringify(about)}; there are ${findings.filter((one) => one.check === check).map((one) => JSON.stringify([one.element, one.resource, one.unit])).join(' ')}`);
  return found;
};
const southern = { facility: 'South Hospital' };

describe('a sound export', () => {
  it('is met in every critical finding, check by check', async () => {
    const audit = await auditOf();
    expect(audit.findings.filter(({ verdict }) => verdict === 'not-met').map(({ says }) => says)).toEqual([]);
    expect(audit.summary).toMatchObject({ verdict: 'met', patients: 160, encounters: 160, facilities: 2, departments: 4, clinicians: 8, badLines: 0 });
    expect(find(audit, 'C02')).toMatchObject({ n: 160, k: 160, rate: 1, verdict: 'met', tier: 'critical', threshold: 0.95, bound: 'at-least', thresholdFrom: 'charter' });
    expect(find(audit, 'C02', { unit: southern })).toMatchObject({ n: 80, k: 80, verdict: 'met' });
    expect(find(audit, 'C02', { unit: { facility: 'South Hospital', month: '2026-01' } })).toMatchObject({ n: 80, tier: 'context' });
    expect(audit.findings.filter(({ check, unit }) => check === 'C02' && unit.clinician !== null)).toHaveLength(8);
    expect(find(audit, 'C05')).toMatchObject({ rate: 0, k: null, verdict: 'met' });
    expect(audit.provenance.verdict).toBe('not-established');
    expect(find(audit, 'S01').verdict).toBe('undecided');
    expect(audit.absent.map(({ element }) => element)).toEqual([null, null]);
  }, 60_000);

  it('gives the same document twice, but for the times', async () => {
    const [one, two] = [await auditOf(), await auditOf()];
    expect({ ...two, startedAt: '', finishedAt: '' }).toEqual({ ...one, startedAt: '', finishedAt: '' });
  }, 60_000);
});

describe('completeness', () => {
  it('C02, C05, C07: names a silent facility with the probability of chance', async () => {
    const audit = await auditOf((small) => { small.observations = small.observations.filter(({ id }) => !id!.startsWith('o-south')); });
    expect(find(audit, 'C02')).toMatchObject({ n: 160, k: 80, verdict: 'not-met' });
    expect(find(audit, 'C02', { unit: southern })).toMatchObject({ n: 80, k: 0, rate: 0 });
    expect(find(audit, 'C02', { unit: southern }).rows).toHaveLength(20);
    expect(find(audit, 'C05')).toMatchObject({ rate: 1, verdict: 'not-met' });
    const silent = find(audit, 'C07', { unit: southern });
    expect(silent).toMatchObject({ verdict: 'not-met', k: 0, n: 80 });
    expect(silent.figures['chance']).toBeLessThan(1e-12);
    expect(silent.says).toContain('South Hospital');
    expect(audit.summary.verdict).toBe('not-met');
    expect(audit.fixes[0]).toMatchObject({ blocks: true, element: 'heart-rate' });
    expect(find(audit, 'V01').verdict).toBe('not-met');
  }, 60_000);

  it('C01 and C03: tells an empty cell and a placeholder from a value', async () => {
    const audit = await auditOf((small) => {
      delete small.observations[0]!['valueQuantity'];
      small.observations[1]!['valueQuantity'] = { value: 9999, code: '/min' };
    });
    expect(find(audit, 'C01')).toMatchObject({ n: 160, k: 159 });
    expect(find(audit, 'C01').rows[0]).toMatchObject({ file: 'observations-1.ndjson', line: 1, id: 'Observation/o-north-0' });
    expect(find(audit, 'C03')).toMatchObject({ n: 159, k: 1 });
    expect(find(audit, 'C02')).toMatchObject({ k: 158 });
    expect(find(audit, 'P01')).toMatchObject({ n: 158, k: 158 });
  }, 60_000);

  it('C02: does not take a value outside the window, entered in error, or in a unit the model does not know', async () => {
    const audit = await auditOf((small) => {
      small.observations[0]!['effectiveDateTime'] = '2026-02-20T10:00:00Z';
      small.observations[1]!['status'] = 'entered-in-error';
      small.observations[2]!['valueQuantity'] = { value: 70, code: 'Hz' };
    });
    expect(find(audit, 'C02')).toMatchObject({ n: 160, k: 157 });
    expect(find(audit, 'F08')).toMatchObject({ n: 160, k: 159 });
    expect(find(audit, 'F08').rows[0]?.says).toContain('Hz');
  }, 60_000);

  it('C04: counts resources without a code of the system', async () => {
    const audit = await auditOf((small) => { for (const one of small.observations.slice(0, 40)) one['code'] = { text: 'Heart rate' }; });
    expect(find(audit, 'C04', { resource: 'Observation' })).toMatchObject({ n: 160, k: 120, verdict: 'not-met' });
  }, 60_000);

  it('C06: finds the month in which the feed stopped', async () => {
    const audit = await auditOf((small) => {
      for (const [i, one] of small.encounters.entries()) {
        const month = i % 4;
        const at = (text: unknown) => String(text).replace('2026-01', `2026-0${month + 1}`);
        const period = one['period'] as { start: string; end: string };
        one['period'] = { start: at(period.start), end: at(period.end) };
        const observation = small.observations[i]!;
        observation['effectiveDateTime'] = at(observation['effectiveDateTime']);
        observation['issued'] = at(observation['issued']);
        if (month === 2) delete observation['valueQuantity'];
      }
    }, smallCharter(), 112);
    expect(find(audit, 'C06', { unit: southern })).toMatchObject({ n: 4, k: 3, verdict: 'not-met' });
    expect(find(audit, 'C06', { unit: southern }).says).toContain('2026-03');
  }, 60_000);

  it('says of an element nobody has that it is absent, not 0 %', async () => {
    const audit = await auditOf(undefined, smallCharter(`    - { id: lactate, name: Lactate, resource: Observation, path: value.ofType(Quantity).value, codes: [{ system: "http://loinc.org", code: 2524-7 }], per: encounter, tier: critical }
    - { id: allergy, name: Allergy, resource: AllergyIntolerance, path: code.coding.code.first(), per: patient, tier: important }
    - { id: method, name: Method, resource: Observation, path: interpretation.coding.code.first(), per: patient, tier: context }
`));
    expect(find(audit, 'C02', { element: 'lactate' })).toMatchObject({ rate: null, verdict: 'not-measurable' });
    const said = Object.fromEntries(audit.absent.map(({ element, what }) => [element, what]));
    expect(said['lactate']).toContain('2524-7');
    expect(said['allergy']).toContain('no AllergyIntolerance in the export');
    expect(said['method']).toMatch(/no Observation sampled has a field `interpretation`.*charter\.yaml, line 1\d/);
    expect(audit.summary.verdict).toBe('not-measurable');
  }, 60_000);
});

describe('conformance, plausibility, duplicates, timeliness', () => {
  it('F03, F07, F09, F10: missing elements, impossible dates, wrong codes, references to nothing', async () => {
    const audit = await auditOf((small) => {
      const [a, b, c, d] = small.observations as [Resource, Resource, Resource, Resource];
      delete a['status'];
      b['effectiveDateTime'] = '2026-02-30T10:00:00Z';
      c['subject'] = { reference: 'Patient/nobody' };
      d['code'] = loinc('8867-5');
      small.observations.push({ ...structuredClone(d), id: 'o-extra', code: loinc('8867-4') });
    });
    expect(find(audit, 'F03', { resource: 'Observation' })).toMatchObject({ n: 161, k: 160 });
    expect(find(audit, 'F03', { resource: 'Observation' }).rows[0]?.says).toBe('Missing: status.');
    expect(find(audit, 'F07', { resource: 'Observation' })).toMatchObject({ n: 322, k: 321 });
    expect(find(audit, 'F07', { resource: 'Observation' }).rows[0]).toMatchObject({ line: 2 });
    expect(find(audit, 'F09', { resource: 'Observation' })).toMatchObject({ n: 161, k: 160 });
    const references = find(audit, 'F10', { resource: 'Observation' });
    expect(references).toMatchObject({ n: 322, k: 321 });
    expect(references.rows[0]?.says).toContain('Patient/nobody');
    expect(find(audit, 'F10', { resource: 'Encounter' })).toMatchObject({ verdict: 'met' });
  }, 60_000);

  it('P01, P03, P04, P05: out of range, out of order, in the future, too old', async () => {
    const audit = await auditOf((small) => {
      small.observations[0]!['valueQuantity'] = { value: 870, code: '/min' };
      (small.encounters[1]!['period'] as { end: string }).end = '2025-01-01T00:00:00Z';
      small.observations[2]!['effectiveDateTime'] = '2031-01-01T00:00:00Z';
      small.patients[3]!['birthDate'] = '1801-01-01';
      small.patients[4]!['deceasedDateTime'] = '2025-06-01T00:00:00Z';
    });
    expect(find(audit, 'P01')).toMatchObject({ n: 160, k: 159 });
    expect(find(audit, 'P03', { resource: 'Encounter' })).toMatchObject({ k: 2 });
    expect(find(audit, 'P03', { resource: 'Encounter' }).rows.map(({ says }) => says).join(' ')).toMatch(/ends before it begins.*after death/);
    expect(find(audit, 'P04', { resource: 'Observation' })).toMatchObject({ k: 1 });
    expect(find(audit, 'P05', { resource: 'Observation' })).toMatchObject({ n: 160, k: 1 });
  }, 60_000);

  it('D01, D02, D04: the same id, the same content, the same patient', async () => {
    const audit = await auditOf((small) => {
      small.observations.push(structuredClone(small.observations[0]!));
      small.observations.push({ ...structuredClone(small.observations[1]!), id: 'o-again' });
      small.patients.push({ ...structuredClone(small.patients[2]!), id: 'p-again' });
    });
    expect(find(audit, 'D01', { resource: 'Observation' })).toMatchObject({ n: 162, k: 1, verdict: 'not-met' });
    expect(find(audit, 'D02', { resource: 'Observation' })).toMatchObject({ k: 1 });
    expect(find(audit, 'D04')).toMatchObject({ n: 161, k: 1 });
    expect(find(audit, 'D04').rows[0]).toMatchObject({ id: 'Patient/p-again' });
  }, 60_000);

  it('T01: counts what came too late, with quantiles of the delay', async () => {
    const audit = await auditOf((small) => { for (const one of small.observations.slice(0, 32)) one['issued'] = new Date(Date.parse(String(one['effectiveDateTime'])) + 3_600_000).toISOString(); });
    expect(find(audit, 'T01')).toMatchObject({ n: 160, k: 128, verdict: 'not-met' });
    expect(find(audit, 'T01').figures).toMatchObject({ medianMinutes: 5, p95Minutes: 60 });
  }, 60_000);

  it('S01: says plainly that synthetic data are synthetic', async () => {
    const audit = await auditOf((small) => { for (const one of small.patients) one['meta'] = { tag: [{ system: 'https://github.com/synthetichealth/synthea', code: 'synthea' }] }; });
    expect(audit.provenance).toMatchObject({ verdict: 'synthetic' });
    expect(find(audit, 'S01').says).toMatch(/^The data are synthetic\./);
  }, 60_000);
});
