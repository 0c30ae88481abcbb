// Which small export do the tests of this room begin from, and how is it changed?
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export type Resource = { resourceType: string; id?: string } & Record<string, unknown>;

export interface SmallExport {
  patients: Resource[];
  encounters: Resource[];
  observations: Resource[];
  places: Resource[];
}

/** A folder that is removed by `remove`. */
export function testFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'attending-audit-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const ndjson = (resources: readonly unknown[]): string => resources.map((one) => `${JSON.stringify(one)}\n`).join('');

/** Writes one file per list, `Patient.ndjson` and so on; a name that ends in .gz is compressed. */
export function writeExport(folder: string, files: Record<string, readonly unknown[] | string | Buffer>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const bytes = Array.isArray(content) ? Buffer.from(ndjson(content)) : Buffer.from(content as string);
    writeFileSync(join(folder, name), name.endsWith('.gz') && Array.isArray(content) ? gzipSync(bytes) : bytes);
  }
  return folder;
}

export const loinc = (code: string, display = code) => ({ coding: [{ system: 'http://loinc.org', code, display }] });

export interface SmallOptions {
  /** Patients per facility; each has one encounter and one heart rate. */
  patients?: number;
  facilities?: readonly string[];
}

/**
 * A hospital of two facilities with two departments each. Patient i of facility f was there on day i of 2026, for
 * 20 hours; one heart rate was measured an hour after the beginning and released five minutes later.
 */
export function smallExport({ patients = 60, facilities = ['north', 'south'] }: SmallOptions = {}): SmallExport {
  const made: SmallExport = { patients: [], encounters: [], observations: [], places: [] };
  for (const facility of facilities) {
    made.places.push({ resourceType: 'Organization', id: facility, name: `${facility[0]!.toUpperCase()}${facility.slice(1)} Hospital` });
    for (const department of ['ed', 'icu']) made.places.push({ resourceType: 'Location', id: `${facility}-${department}`, name: `${facility} ${department.toUpperCase()}`, managingOrganization: { reference: `Organization/${facility}` } });
    for (let i = 0; i < patients; i++) {
      const key = `${facility}-${i}`;
      const at = (hours: number) => new Date(Date.UTC(2026, 0, 1 + (i % 28), 8 + (i % 12) + hours)).toISOString();
      const subject = { reference: `Patient/p-${key}` };
      made.patients.push({ resourceType: 'Patient', id: `p-${key}`, identifier: [{ system: 'urn:mrn', value: key }], name: [{ family: `Family${letters(i)}`, given: [facility === 'north' ? 'Alex' : 'Robin'] }], gender: i % 2 ? 'female' : 'male', birthDate: `19${String(40 + (i % 50)).padStart(2, '0')}-0${1 + (i % 9)}-1${i % 9}` });
      made.encounters.push({
        resourceType: 'Encounter', id: `e-${key}`, status: 'finished', class: { code: 'EMER' }, subject, period: { start: at(0), end: at(20) }, serviceProvider: { reference: `Organization/${facility}` },
        location: [{ location: { reference: `Location/${facility}-${i % 3 ? 'ed' : 'icu'}` } }], participant: [{ individual: { reference: `Practitioner/d-${facility}-${i % 4}` } }],
      });
      made.observations.push({ resourceType: 'Observation', id: `o-${key}`, status: 'final', code: loinc('8867-4', 'Heart rate'), subject, encounter: { reference: `Encounter/e-${key}` }, effectiveDateTime: at(1), issued: new Date(Date.parse(at(1)) + 300_000).toISOString(), valueQuantity: { value: 60 + (i % 60), unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' } });
    }
  }
  return made;
}

const letters = (n: number): string => String.fromCharCode(97 + (n % 26)) + (n >= 26 ? letters(Math.floor(n / 26) - 1) : '');

/** Writes a small export; `extra` adds or replaces files. */
export const writeSmall = (folder: string, { patients, encounters, observations, places }: SmallExport, extra: Record<string, readonly unknown[] | string | Buffer> = {}): string =>
  writeExport(folder, { 'Patient.ndjson': patients, 'Encounter.ndjson.gz': encounters, 'observations-1.ndjson': observations, 'mixed.ndjson': places, ...extra });

/** A charter that wants one heart rate within a day of the encounter's begin. */
export const smallCharter = (changes = ''): string => `attending: charter/1
data:
  elements:
    - id: heart-rate
      name: Heart rate
      resource: Observation
      path: value.ofType(Quantity).value
      codes: [{ system: "http://loinc.org", code: 8867-4 }]
      per: encounter
      window: { anchor: encounter-start, after: PT24H }
      tier: critical
      units: ["/min"]
      range: { low: 20, high: 300 }
      maxDelay: PT15M
${changes}`;
