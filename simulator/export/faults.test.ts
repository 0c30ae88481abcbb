// Is every declared fault really in the output, where it says, and nowhere in the clean part?
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults, type FaultId } from '../faults.ts';
import { departmentOf, hospitalOf } from '../hospitals.ts';
import { exportHospital, periodOf, type Exported } from './export.ts';
import { momentOf } from './planting.ts';
import { dig, readBack, referencesIn, type Read } from './read-back.ts';

const wanted = { size: 'small', seed: 'faults', today: '2026-11-21T12:00:00.000Z' } as const;
const period = periodOf(wanted);
let folder: string;
let made: Exported;
let faulty: Map<string, Read[]>;
let clean: Map<string, Read[]>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  made = await exportHospital({ ...wanted, out: join(folder, 'faulty') });
  await exportHospital({ ...wanted, out: join(folder, 'clean'), faults: false });
  faulty = await readBack(join(folder, 'faulty'));
  clean = await readBack(join(folder, 'clean'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const first = (resource: Read, ...path: string[]) => dig(resource, ...path)[0] as string | undefined;
const of = (all: Map<string, Read[]>, type: string) => all.get(type) ?? [];
const observed = (all: Map<string, Read[]>, code: string) => of(all, 'Observation').filter((one) => first(one, 'code', 'coding', 'code') === code);
const hospitalOfStay = (all: Map<string, Read[]>) => new Map(of(all, 'Encounter').map((one) => [one.id, first(one, 'serviceProvider', 'reference')!.slice(17)]));
const stayOf = (one: Read) => (first(one, 'encounter', 'reference') ?? first(one, 'context', 'reference') ?? '').slice(10).replace('-purged', '');
const atHospital = (all: Map<string, Read[]>, type: string, code: string) => {
  const where = hospitalOfStay(all);
  return of(all, type).filter((one) => where.get(stayOf(one)) === code);
};
const isProblem = (one: Read) => first(one, 'category', 'coding', 'code') === 'problem-list-item';
const delayHours = (one: Read) => (Date.parse(one.issued as string) - Date.parse(one.effectiveDateTime as string)) / 3_600_000;
const dangling = (all: Map<string, Read[]>, type: string) => {
  const known = new Set([...all.values()].flat().map((one) => `${one.resourceType}/${one.id}`));
  return of(all, type).filter((one) => [...referencesIn(one)].some((reference) => !known.has(reference)));
};

/** Counts the fault in an export, from the bytes alone. */
const counters: Partial<Record<FaultId, (all: Map<string, Read[]>) => number>> = {
  'lactate-mg-dl': (all) => observed(all, '2524-7').filter((one) => first(one, 'valueQuantity', 'code') === 'mg/dL').length,
  'free-text-problems': (all) => of(all, 'Condition').filter((one) => dig(one, 'code', 'coding').length === 0).length,
  'late-vitals': (all) => of(all, 'Observation').filter((one) => first(one, 'category', 'coding', 'code') === 'vital-signs' && delayHours(one) > 2.9).length,
  'duplicate-ids': (all) => of(all, 'Encounter').length - new Set(of(all, 'Encounter').map(({ id }) => id)).size,
  'duplicate-vitals': (all) => of(all, 'Observation').filter(({ id }) => id.endsWith('-again')).length,
  'local-temperature': (all) => of(all, 'Observation').filter((one) => first(one, 'code', 'coding', 'code') === 'TEMP').length,
  'end-before-start': (all) => of(all, 'Encounter').filter((one) => Date.parse(first(one, 'period', 'end') ?? '9999-01-01') < Date.parse(first(one, 'period', 'start')!)).length,
  'dangling-encounters': (all) => dangling(all, 'Observation').length,
  'dangling-requesters': (all) => dangling(all, 'MedicationRequest').length,
  'placeholder-999': (all) => observed(all, '8867-4').filter((one) => dig(one, 'valueQuantity', 'value')[0] === 999).length,
  'impossible-dates': (all) => of(all, 'Condition').filter((one) => String(one.onsetDateTime).endsWith('-02-30')).length,
  'consults-elsewhere': (all) => of(all, 'DocumentReference').filter((one) => dig(one, 'content', 'attachment', 'data').length === 0).length,
};

describe('counted from the bytes alone', () => {
  test.each(Object.entries(counters))('%s', (id, count) => {
    expect(count(clean)).toBe(0);
    expect(count(faulty)).toBeGreaterThan(0);
    // Late vitals near the virtual now are cut off at it, so a few are late by less.
    if (id === 'late-vitals') expect(count(faulty)).toBeGreaterThan(0.95 * made.planted[id]!);
    else expect(count(faulty)).toBe(made.planted[id as FaultId]);
  });
});

test('silent-administrations: from the date on, orders go on and nothing is given at this hospital alone', () => {
  const from = momentOf('silent-administrations', period);
  const given = (all: Map<string, Read[]>, hospital: string, later: boolean) => atHospital(all, 'MedicationAdministration', hospital).filter((one) => Date.parse(one.effectiveDateTime as string) >= from === later).length;
  expect(given(clean, 'rs', true)).toBeGreaterThan(0);
  expect(given(faulty, 'rs', true)).toBe(0);
  expect(given(faulty, 'rs', false)).toBe(given(clean, 'rs', false));
  expect(given(faulty, 'ou', true)).toBe(given(clean, 'ou', true));
  expect(atHospital(faulty, 'MedicationRequest', 'rs').some((one) => Date.parse(one.authoredOn as string) >= from)).toBe(true);
});

test('lactate-mislabelled: values beyond life that say mmol/L', () => {
  const before = new Map(observed(clean, '2524-7').map((one) => [one.id, dig(one, 'valueQuantity', 'value')[0] as number]));
  const wrong = observed(faulty, '2524-7').filter((one) => first(one, 'valueQuantity', 'code') === 'mmol/L' && dig(one, 'valueQuantity', 'value')[0] !== before.get(one.id));
  expect(wrong.length).toBe(made.planted['lactate-mislabelled']);
  for (const one of wrong) expect(dig(one, 'valueQuantity', 'value')[0] as number).toBeCloseTo(before.get(one.id)! * 9.008, 1);
});

test('lactate-not-drawn: missing at Rio Seco only', () => {
  const lactates = (all: Map<string, Read[]>, hospital: string) => atHospital(all, 'Observation', hospital).filter((one) => first(one, 'code', 'coding', 'code') === '2524-7').length;
  expect(lactates(clean, 'rs') - lactates(faulty, 'rs')).toBe(made.planted['lactate-not-drawn']);
  expect(lactates(faulty, 'rs')).toBeLessThan(0.6 * lactates(clean, 'rs'));
  expect(lactates(faulty, 'ou')).toBe(lactates(clean, 'ou'));
});

test('uncoded-diabetes: fewer codes, the same evidence', () => {
  const coded = (all: Map<string, Read[]>) => of(all, 'Condition').filter((one) => isProblem(one) && dig(one, 'code', 'coding', 'code').includes('E11.9')).length;
  const metformin = (all: Map<string, Read[]>) => of(all, 'MedicationRequest').filter((one) => dig(one, 'medicationCodeableConcept', 'coding', 'code').includes('6809')).length;
  expect(coded(faulty)).toBeLessThan(coded(clean));
  expect(metformin(faulty)).toBe(metformin(clean));
});

test('templated and copied notes: the named departments stand out', () => {
  const text = (one: Read) => Buffer.from((dig(one, 'content', 'attachment', 'data')[0] as string | undefined) ?? '', 'base64').toString();
  const share = (heading: string, hospital: string, marks: (note: string) => boolean) => {
    const notes = atHospitalNotes(hospital).map(text).filter((note) => note.startsWith(`PROGRESS NOTE - ${heading}`));
    return notes.filter(marks).length / notes.length;
  };
  const atHospitalNotes = (code: string) => of(faulty, 'DocumentReference').filter((one) => first(one, 'custodian', 'reference') === `Organization/org-${code}`);
  const templated = (note: string) => note.includes('stable. Continue current management.');
  expect(share('GENERAL MEDICINE', 'ou', templated)).toBeGreaterThan(0.45);
  expect(share('GENERAL SURGERY', 'ou', templated)).toBeLessThan(0.4);
  const days = new Map<string, number>();
  for (const one of atHospitalNotes('ma')) {
    const body = text(one);
    if (!body.startsWith('PROGRESS NOTE - ONCOLOGY')) continue;
    const key = `${stayOfNote(one)} ${body.slice(body.indexOf('ASSESSMENT'))}`;
    days.set(key, (days.get(key) ?? 0) + 1);
  }
  expect([...days.values()].some((count) => count > 1)).toBe(true);
});
const stayOfNote = (one: Read) => first(one, 'context', 'encounter', 'reference');

test('every fault is declared for a place that exists, and named once', () => {
  expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
  for (const fault of faults) {
    expect(hospitalOf(fault.hospital), fault.id).toBeDefined();
    if (fault.department) expect(departmentOf(hospitalOf(fault.hospital), fault.department), fault.id).toBeDefined();
  }
});

test('only planted references dangle', () => {
  for (const [type] of faulty) if (type !== 'Observation' && type !== 'MedicationRequest') expect(dangling(faulty, type), type).toEqual([]);
});
