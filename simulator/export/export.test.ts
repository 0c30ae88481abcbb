// Is the synthetic export the same for the same seed, whole where it is clean, and inside its bounds?
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportHospital, type Exported } from './export.ts';
import { dig, readBack, referencesIn, type Read } from './read-back.ts';

let folder: string;
let clean: Map<string, Read[]>;
let made: Exported;
const today = '2026-11-21T12:00:00.000Z';
const all = () => [...clean.values()].flat();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  made = await exportHospital({ out: join(folder, 'clean'), size: 'small', seed: 'test', today, faults: false });
  clean = await readBack(join(folder, 'clean'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function hashOf(name: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(join(folder, name))).sort()) hash.update(file).update(await readFile(join(folder, name, file)));
  return hash.digest('hex');
}

test('the same seed gives the same bytes, another seed others', async () => {
  await exportHospital({ out: join(folder, 'again'), size: 'small', seed: 'test', today, faults: false });
  await exportHospital({ out: join(folder, 'other'), size: 'small', seed: 'other', today, faults: false });
  expect(await hashOf('again')).toBe(await hashOf('clean'));
  expect(await hashOf('other')).not.toBe(await hashOf('clean'));
});

test('every reference of the clean part has its target, and every id is there once', () => {
  const known = new Set(all().map(({ resourceType, id }) => `${resourceType}/${id}`));
  expect(known.size).toBe(all().length);
  const dangling = all().flatMap((resource) => [...referencesIn(resource)].filter((reference) => !known.has(reference)));
  expect(dangling).toEqual([]);
});

test('the manifest, the files and the summary agree about what was written', async () => {
  const manifest = JSON.parse(await readFile(join(folder, 'clean', 'manifest.json'), 'utf8')) as { output: { type: string; url: string; count: number }[] };
  const counted = Object.fromEntries([...clean].map(([type, resources]) => [type, resources.length]));
  expect(Object.fromEntries(manifest.output.map(({ type, count }) => [type, count]))).toEqual(counted);
  expect(made.resources).toBe(all().length);
  expect(made.planted).toEqual({});
});

test('everything says that it is synthetic', () => {
  for (const resource of all()) expect(dig(resource, 'meta', 'source')).toEqual(['urn:attending:simulator:synthetic']);
  for (const patient of clean.get('Patient')!) {
    expect(dig(patient, 'meta', 'security', 'code')).toEqual(['HTEST']);
    expect(dig(patient, 'meta', 'tag', 'system')).toEqual(['http://terminology.hl7.org/CodeSystem/v3-ActReason']);
  }
});

/** The elements R4 demands (min cardinality 1), by type. */
const demanded: Record<string, string[]> = {
  Encounter: ['status', 'class'],
  Condition: ['subject'],
  Observation: ['status', 'code'],
  MedicationRequest: ['status', 'intent', 'medicationCodeableConcept', 'subject'],
  MedicationAdministration: ['status', 'medicationCodeableConcept', 'subject', 'effectiveDateTime'],
  AllergyIntolerance: ['patient'],
  Procedure: ['status', 'subject'],
  DocumentReference: ['status', 'content'],
  Coverage: ['status', 'beneficiary', 'payor'],
  Claim: ['status', 'type', 'use', 'patient', 'created', 'provider', 'priority', 'insurance'],
  ClaimResponse: ['status', 'type', 'use', 'patient', 'created', 'insurer', 'outcome'],
  Patient: ['birthDate', 'gender', 'name'],
};

test('every resource has what R4 demands of its type and an id FHIR allows', () => {
  for (const resource of all()) {
    expect(resource.id).toMatch(/^[A-Za-z0-9\-.]{1,64}$/);
    for (const element of demanded[resource.resourceType] ?? []) expect(resource, `${resource.resourceType}/${resource.id}`).toHaveProperty(element);
  }
});

test('nothing happens after the virtual now, and no stay ends before it began', () => {
  const now = Date.parse(today);
  const times = (value: unknown): string[] => (typeof value === 'string' ? (/^\d{4}-\d\d-\d\dT/.test(value) ? [value] : []) : value !== null && typeof value === 'object' ? Object.values(value).flatMap(times) : []);
  const late = all().flatMap((resource) => times(resource).filter((time) => Date.parse(time) > now || !/(Z|-07:00)$/.test(time)));
  expect(late).toEqual([]);
  for (const encounter of clean.get('Encounter')!) {
    const [start] = dig(encounter, 'period', 'start') as string[];
    const [end = today] = dig(encounter, 'period', 'end') as string[];
    expect(Date.parse(end), encounter.id).toBeGreaterThan(Date.parse(start!));
    expect(encounter.status).toBe(dig(encounter, 'period', 'end').length === 0 ? 'in-progress' : 'finished');
  }
});

test('the three hospitals send times in both ways, Z and offset', () => {
  const ends = new Set(clean.get('Encounter')!.map((encounter) => `${String(dig(encounter, 'serviceProvider', 'reference')[0])} ${String(dig(encounter, 'period', 'start')[0]).slice(19)}`));
  expect([...ends].sort()).toEqual(['Organization/org-ma -07:00', 'Organization/org-ou Z', 'Organization/org-rs Z']);
});

test('a cancelled export stops', async () => {
  const stopped = exportHospital({ out: join(folder, 'stopped'), size: 'small', seed: 'test', today, signal: AbortSignal.abort(new Error('enough')) });
  await expect(stopped).rejects.toThrow('enough');
});

test('a wrong day is refused with a sentence', async () => {
  await expect(exportHospital({ out: join(folder, 'x'), size: 'small', seed: 'test', today: 'yesterday' })).rejects.toThrow('"yesterday" is not a time.');
});
