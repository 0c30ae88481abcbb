// Does a path give in memory what the SQL on FHIR suite says it gives?
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { Json } from '../base/canonical.ts';
import { conditionOn, pathOn } from './evaluate.ts';
import { readView } from './view-definition.ts';
import type { ViewColumn, ViewDefinition, ViewSelect } from './view-definition.ts';

describe('a path on a value in memory', () => {
  const patient: Json = { resourceType: 'Patient', name: [{ family: 'A', given: ['x', 'y'] }, { family: 'B' }], active: true, multipleBirthInteger: 2 };
  it('reads members, arrays and choices', () => {
    expect(pathOn('name.given')(patient)).toEqual(['x', 'y']);
    expect(pathOn('Patient.name.family', 'Patient')(patient)).toEqual(['A', 'B']);
    expect(pathOn('multipleBirth')(patient)).toEqual([2]);
    expect(pathOn('multipleBirth.ofType(boolean)')(patient)).toEqual([]);
  });
  it('keeps three-valued logic and refuses several where one is expected', () => {
    expect(conditionOn('nowhere and active')(patient)).toBeNull();
    expect(conditionOn('nowhere or active')(patient)).toBe(true);
    expect(conditionOn('name.family = \'A\'')(patient)).toBe(false);
    expect(() => conditionOn('name.family and active')(patient)).toThrow('more than one');
  });
  it('reads variables, and times with zones as moments', () => {
    const bundle: Json = { entry: [{ resource: { resourceType: 'MedicationRequest', status: 'active', authoredOn: '2026-03-01T10:00:00+02:00' } }] };
    const given = (name: string) => ({ prefetch: { meds: bundle }, now: '2026-03-01T08:30:00Z' } as Record<string, Json>)[name];
    const path = `%prefetch.meds.entry.resource.ofType(MedicationRequest).where(status = 'active' and authoredOn < %now).exists()`;
    expect(conditionOn(path)(null, given)).toBe(true);
    expect(() => conditionOn('%unknown.exists()')(null, given)).toThrow('%unknown');
  });
  it('names what it does not have', () => {
    expect(() => pathOn('name.matches(\'(a+)+$\')')).toThrow('matches() is not supported');
    expect(() => pathOn('name.')).toThrow('cannot be used');
  });
});

const folder = resolve(process.env['ATTENDING_SHARED'] ?? '../shared', 'conformance/sql-on-fhir/tests');
interface Suite { title: string; resources: Json[]; tests: { title: string; view: ViewDefinition; expect?: Record<string, Json>[]; expectError?: boolean }[] }
const suites = existsSync(folder) ? readdirSync(folder).sort().map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Suite) : [];
/** What only SQL has: boundaries and keys of references, and patterns. */
const beyond = /lowBoundary|highBoundary|getReferenceKey|getResourceKey|matches|rowIndex|"repeat"/;
const inMemory = suites.flatMap(({ title, resources, tests }) => tests.filter((one) => !one.expectError && one.expect && !beyond.test(JSON.stringify(one.view))).map((one) => ({ ...one, title: `${title}: ${one.title}`, resources })));

test.skipIf(suites.length > 0)('the SQL on FHIR suite is absent from ../shared/conformance, so nothing of it ran in memory', () => expect(inMemory).toEqual([]));

describe.runIf(suites.length > 0)('the SQL on FHIR suite, evaluated in memory', () => {
  it('has most of its tests here', () => expect(inMemory.length).toBeGreaterThan(80));
  for (const { title, resources, view, expect: expected } of inMemory)
    it(title, () => {
      const constants = readView(view).constants;
      const variables = (name: string): Json | undefined => {
        const literal = constants.get(name);
        return literal && (literal.kind === 'number' ? Number(literal.value) : literal.value);
      };
      const of = (path: string, value: Json) => pathOn(path, view.resource)(value, variables);
      const column = (one: ViewColumn, value: Json): Json => {
        const found = value === null ? [] : of(one.path, value);
        if (one.collection) return found;
        expect(found.length).toBeLessThan(2);
        return found[0] ?? null;
      };
      const cross = (parts: Record<string, Json>[][]): Record<string, Json>[] => parts.reduce((rows, part) => rows.flatMap((row) => part.map((other) => ({ ...row, ...other }))), [{}]);
      const rowsOf = (select: ViewSelect, value: Json): Record<string, Json>[] => {
        const focuses = select.forEach ? of(select.forEach, value) : select.forEachOrNull ? (of(select.forEachOrNull, value).length > 0 ? of(select.forEachOrNull, value) : [null]) : [value];
        return focuses.flatMap((focus) =>
          cross([
            [Object.fromEntries((select.column ?? []).map((one) => [one.name, column(one, focus)]))],
            ...(select.select ?? []).map((inner) => rowsOf(inner, focus)),
            ...(select.unionAll ? [select.unionAll.flatMap((branch) => rowsOf(branch, focus))] : []),
          ]),
        );
      };
      const rows = (resources as { resourceType: string }[])
        .filter((one) => one.resourceType === view.resource && (view.where ?? []).every(({ path }) => conditionOn(path, view.resource)(one as Json, variables) === true))
        .flatMap((one) => cross(view.select.map((select) => rowsOf(select, one as Json))));
      const sorted = (list: readonly Record<string, Json>[]) => list.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
      expect(sorted(rows)).toEqual(sorted(expected ?? []));
    });
});
