// Are the silent feeds of intensive care data that know no dates named, with the mapping that is shipped and a charter that names none of them?
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { standingClock } from '../../../tools/base/clock.ts';
import { readCharterText } from '../charter-input.ts';
import { everyUnit } from '../following/department-findings.ts';
import { outcomeOf, type Held } from '../following/issue-rules.ts';
import { runAudit } from '../run-audit.ts';
import { sampleExport } from '../sampling/open-sample.ts';
import { testFolder } from '../test-export.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);

/** Nine stays are too few to say anything of hospital 94. */
const silent: Record<number, readonly string[]> = { 94: ['medication'], 107: ['medication'], 115: ['lab'], 122: ['medication', 'lab'], 131: ['vitalPeriodic'] };

/** Forty-six hospitals of 9 to 54 stays, in the shape of eICU: minutes for times, capitals here and there, quoted commas, packed files. */
function hospitals(folder: string, silent: Record<number, readonly string[]>): void {
  let seed = 3;
  const chance = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const at = (hour: number) => `${String(Math.floor(hour) % 24).padStart(2, '0')}:30:00`;
  const tables: Record<string, string[]> = {
    'patient.csv.gz': ['patientunitstayid,uniquepid,gender,age,hospitalid,wardid,unittype,hospitaldischargeyear,hospitaladmittime24,hospitaladmitoffset,hospitaldischargeoffset'],
    'LAB.csv': ['LABID,PATIENTUNITSTAYID,LABRESULTOFFSET,LABNAME,LABRESULT,LABRESULTTEXT,LABMEASURENAMESYSTEM,LABRESULTREVISEDOFFSET'],
    'medication.csv.gz': ['medicationid,patientunitstayid,drugorderoffset,drugordercancelled,drugname,routeadmin'],
    'vitalPeriodic.csv.gz': ['vitalperiodicid,patientunitstayid,observationoffset,temperature,sao2,heartrate,respiration,systemicsystolic,systemicdiastolic,systemicmean'],
  };
  let id = 1000;
  for (let hospital = 94; hospital < 140; hospital++)
    for (let n = 0; n < hospital - 85; n++) {
      const stay = ++id;
      const off = silent[hospital] ?? [];
      const feeds = (table: string, share: number) => !off.includes(table) && chance() < share;
      tables['patient.csv.gz']!.push(`${stay},p-${stay},Male,${chance() < 0.1 ? '> 89' : 50},${hospital},${hospital * 2 + (n % 2)},Med-Surg ICU,2014,${at(chance() * 12 + 6)},-60,4000`);
      if (feeds('lab', 0.9)) tables['LAB.csv']!.push(`${++id},${stay},${Math.floor(chance() * 300)},potassium,4.1,4.1,mmol/L,400`);
      if (feeds('medication', 0.75)) tables['medication.csv.gz']!.push(`${++id},${stay},-10,No,"HEPARIN, porcine, 5,000 units",IV`);
      if (feeds('vitalPeriodic', 0.97)) tables['vitalPeriodic.csv.gz']!.push(`${++id},${stay},5,,97,80,12,120,70,`);
    }
  mkdirSync(folder);
  for (const [file, lines] of Object.entries(tables)) writeFileSync(join(folder, file), file.endsWith('.gz') ? gzipSync(lines.join('\n')) : lines.join('\n'));
}

test('every silent feed is named and no other, though the charter names one vital sign only', async () => {
  const folder = join(root, 'eicu');
  hospitals(folder, silent);
  const charter = await readCharterText('attending: charter/1\ndata:\n  elements:\n    - { id: pulse, name: Heart rate, resource: Observation, path: value.ofType(Quantity).value, codes: [{ system: "http://loinc.org", code: 8867-4 }], per: encounter, tier: important }\n', 'charter.yaml');
  const mapping = fileURLToPath(new URL('../../../../examples/mappings/eicu.yaml', import.meta.url));
  const options = { clock: standingClock('2026-06-01T00:00:00.000Z'), workspace: join(root, 'work'), mapping, checks: ['C06', 'C07', 'I04', 'P04', 'S01'] };
  const audit = await runAudit(folder, charter, options);
  expect(audit.summary).toMatchObject({ facilities: 46, departments: 92, encounters: 1449, badLines: 0, from: null, to: null });
  const named = audit.findings.filter(({ check, verdict, unit }) => check === 'C07' && verdict === 'not-met' && unit.facility !== null).map(({ element, resource, unit }) => [element ?? resource, unit.facility, unit.department].filter(Boolean).join(' '));
  expect(named.sort()).toEqual(['MedicationRequest 107', 'MedicationRequest 122', 'Observation (laboratory) 115', 'Observation (laboratory) 122', 'Observation (vital-signs) 131', 'pulse 131']);
  // One dead feed is one thing to repair, and no day is known: no month, no overlap, no future is judged.
  expect(audit.export.notices).toContainEqual(expect.stringMatching(/^No day is known/));
  expect(audit.findings.filter(({ check }) => check === 'I04')).toEqual([]);
  expect(audit.findings.find(({ check }) => check === 'C06')).toMatchObject({ verdict: 'not-measurable', says: expect.stringContaining('no day is known') });
  expect(audit.provenance.signals.find(({ id }) => id === 'no-days')?.points).toBe('de-identified-copy');
  const sample = await sampleExport(folder, charter, { seed: 'said aloud before', size: 100, per: 'export', of: 'encounter', allocation: 'proportional', minimum: 1 }, options);
  expect(new Set(sample.records.map(({ month }) => month))).toEqual(new Set(['unknown month']));
  // An issue opened from a silent feed is measured by the audit after: those that speak again are met, and what nobody knows is not.
  const repaired = join(root, 'repaired');
  hospitals(repaired, { 122: ['medication'] });
  const measured = everyUnit(await runAudit(repaired, charter, { ...options, checks: ['C02', 'C07'] }));
  const again = (resource: string, facility: string, element: string | null = null) => measured.filter((one) => one.check === 'C07' && one.element === element && one.resource === resource && one.unit.facility === facility && one.unit.department === null);
  const opened: Held = { state: 'open', openedVerdict: 'not-met', openedN: 22, threshold: 0.95, bound: 'at-least' };
  for (const [resource, facility, element] of [['MedicationRequest', '107'], ['Observation (laboratory)', '115'], ['Observation (vital-signs)', '131'], ['Observation', '131', 'pulse']] as const) {
    expect([resource, again(resource, facility, element ?? null).length]).toEqual([resource, 1]);
    expect(outcomeOf(opened, again(resource, facility, element ?? null)[0]!)).toMatchObject({ kind: 'closed' });
  }
  expect(outcomeOf(opened, again('MedicationRequest', '122')[0]!)).toMatchObject({ state: 'open' });
}, 120_000);
