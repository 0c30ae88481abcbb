// Do views and single paths give what FHIRPath says, and are wrong ones refused with path and reason?
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expressionFields, expressionSql, name, openDatabase, quote, runView, viewFields, type Database } from './fhir.ts';

let database: Database;
const workspace = mkdtempSync(join(tmpdir(), 'attending-view-'));
beforeAll(async () => {
  database = await openDatabase({ workspace });
});
afterAll(async () => {
  await database.close();
  rmSync(workspace, { recursive: true, force: true });
});

const observation = {
  resourceType: 'Observation', id: 'o', status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }, { system: 'local', code: 'bp' }], text: 'BP' },
  category: [{ coding: [{ code: 'vital-signs' }] }, { coding: [{ code: 'exam' }] }],
  subject: { reference: 'Patient/p1' }, encounter: { reference: 'http://x.org/fhir/Encounter/e1/_history/2' },
  focus: [{ reference: '#inside' }, { reference: 'urn:uuid:1' }],
  effectiveDateTime: '2026-01-02T03:04:05+02:00', issued: '2026-01-02T01:04:05Z',
  valueQuantity: { value: 1.5, unit: 'mg', code: 'mg' },
  component: [{ code: { coding: [{ code: 'a' }] }, valueQuantity: { value: 1 } }, { code: { coding: [{ code: 'b' }] }, valueString: 'high' }, { code: { text: 'c' } }],
  note: [{ text: 'one' }, null, { text: 'two' }], bodySite: null,
};

/** The value of a path, once over the whole resource and once over first-level columns; both must agree. */
async function value(path: string, want: Parameters<typeof expressionSql>[3] = 'all', resource: Record<string, unknown> = observation): Promise<unknown> {
  const type = String(resource['resourceType']);
  const json = `CAST(${quote(JSON.stringify(resource))} AS JSON)`;
  const fields = expressionFields(path, type);
  const columns = ['$.id', ...fields].map((field) => (field === '$.id' ? `${json}->>'$.id' AS id` : `json_extract(${json}, ${quote(`$.${field}`)}) AS ${name(field)}`));
  const [whole] = await database.rows<{ v: unknown }>(`SELECT ${expressionSql(path, type, { resource: 'r' }, want)} AS v FROM (SELECT ${json} AS r)`);
  const [parts] = await database.rows<{ v: unknown }>(`SELECT ${expressionSql(path, type, { fields }, want)} AS v FROM (SELECT ${columns.join(', ')})`);
  expect(parts?.v).toEqual(whole?.v);
  return whole?.v;
}

describe('paths', () => {
  test.each<[string, Parameters<typeof expressionSql>[3], unknown]>([
    ['id', 'text', 'o'],
    ['Observation.status', 'text', 'final'],
    ['code.coding.code', 'all', ['85354-9', 'bp']],
    ['code.coding.code', 'first', '85354-9'],
    ['category.coding.code', 'all', ['vital-signs', 'exam']],
    ["code.coding.where(system = 'http://loinc.org').code", 'text', '85354-9'],
    ["code.coding.exists(system = 'http://loinc.org' and code = '85354-9')", 'boolean', true],
    ["code.coding.exists(system = 'http://loinc.org' and code = 'bp')", 'boolean', false],
    ['value.ofType(Quantity).value', 'number', 1.5],
    ['(value as Quantity).unit', 'text', 'mg'],
    ['value.exists()', 'boolean', true],
    ['value is Quantity', 'boolean', true],
    ['value is string', 'boolean', false],
    ['onset is dateTime', 'boolean', null],
    ['component.value.ofType(Quantity).value', 'all', ['1']],
    ['component.where(value.exists()).code.coding.code', 'all', ['a', 'b']],
    ['component.value', 'exists', true],
    ['effective.ofType(dateTime)', 'text', '2026-01-02T03:04:05+02:00'],
    ['effective = issued', 'boolean', true],
    ['effective.exists() and issued <= @2026-01-02T01:04:05Z', 'boolean', true],
    ['issued > @2026-01-02T03:00:00+02:00', 'boolean', true],
    ['subject.getReferenceKey()', 'text', 'p1'],
    ['subject.getReferenceKey(Patient)', 'text', 'p1'],
    ['subject.getReferenceKey(Group)', 'text', null],
    ['encounter.getReferenceKey(Encounter)', 'text', 'e1'],
    ['encounter.getReferenceKey()', 'text', 'e1'],
    ['focus.first().getReferenceKey()', 'text', null],
    ['focus[1].getReferenceKey()', 'text', null],
    ['note.text', 'all', ['one', 'two']],
    ['note.count()', 'number', 2],
    ['note.text.last()', 'text', 'two'],
    ['bodySite.exists()', 'boolean', false],
    ['bodySite', 'exists', false],
    ['performer', 'all', []],
    ['performer.empty()', 'boolean', true],
    ["status in ('final' | 'amended')", 'boolean', true],
    ["iif(status = 'final', 'yes', 'no')", 'text', 'yes'],
    ["status.startsWith('fin') and code.text.matches('^B')", 'boolean', true],
    ['component.all(code.exists())', 'boolean', true],
    ["category.select(coding.code).join('+')", 'text', 'vital-signs+exam'],
    ['1 + 2 * 3 - 4 div 3', 'number', 6],
    ['value.ofType(Quantity).value / 0', 'number', null],
    ["performer = 'x'", 'boolean', null],
    ["performer = 'x' or true", 'boolean', true],
    ["category.coding.code = 'exam'", 'boolean', false],
    ['{}', 'all', []],
    ["'it\\'s'", 'text', "it's"],
  ])('%s as %s', async (path, want, expected) => {
    expect(await value(path, want)).toEqual(expected);
  });

  test('several values where one is expected are an error, not a silent first', async () => {
    await expect(value('category.coding.code', 'text')).rejects.toThrow('more than one value where one is expected');
  });

  test.each([
    ['name.', 'ends where a name is expected'],
    ['name[0', '"]" expected'],
    ['name.where(', 'where a name is expected'],
    ['@@', 'unexpected "@"'],
    ["'open", 'unexpected'],
    ['name.frobnicate()', 'the function frobnicate() is not supported'],
    ['%nowhere', '%nowhere is not a constant'],
    ['5 mg', 'unexpected "mg"'],
    ["5 'mg'", 'quantity literals are not supported'],
    ['name name', 'unexpected "name"'],
  ])('%s is refused', (path, reason) => {
    expect(() => expressionFields(path, 'Patient')).toThrow(expect.objectContaining({ name: 'Problem', message: expect.stringContaining(reason) as string }) as Error);
  });

  test('the fields a path touches', () => {
    expect(expressionFields('subject.getReferenceKey(Patient)', 'Observation')).toEqual(['subject']);
    expect(expressionFields("Patient.name.where(use = 'x' or family.exists()).given", 'Patient')).toEqual(['name']);
    expect(expressionFields('value.ofType(Quantity).value', 'Observation')).toEqual(['valueQuantity']);
    expect(expressionFields("status = 'final' and code.coding.exists(code = '1')", 'Observation')).toEqual(['code', 'status']);
    expect(expressionFields('effective', 'Observation')).toEqual(['effective', 'effectiveDateTime', 'effectiveInstant', 'effectivePeriod', 'effectiveTiming']);
  });
});

describe('views', () => {
  const column = [{ name: 'id', path: 'id' }];
  test.each<[string, unknown, string, string]>([
    ['no object', 5, '', 'a ViewDefinition is an object'],
    ['no resource', { select: [{ column }] }, 'resource', 'names the resource type'],
    ['an unknown resource', { resource: 'Patientt', select: [{ column }] }, 'resource', 'is not a FHIR R4 resource'],
    ['no select', { resource: 'Patient' }, 'select', 'needs at least one entry'],
    ['a bad path', { resource: 'Patient', select: [{ column: [{ name: 'a', path: 'name..x' }] }] }, 'select[0].column[0].path', 'name expected'],
    ['a bad column name', { resource: 'Patient', select: [{ column: [{ name: 'a b', path: 'id' }] }] }, 'select[0].column[0].name', 'is a letter followed by'],
    ['two equal names', { resource: 'Patient', select: [{ column }, { select: [{ column }] }] }, 'select', 'two columns called id'],
    ['two ways to iterate', { resource: 'Patient', select: [{ forEach: 'name', forEachOrNull: 'name', column }] }, 'select[0]', 'forEach and forEachOrNull'],
    ['branches that differ', { resource: 'Patient', select: [{ unionAll: [{ column }, { column: [{ name: 'x', path: 'id' }] }] }] }, 'select[0].unionAll[1]', 'the first branch has id'],
    ['an unknown word', { resource: 'Patient', select: [{ columns: column }] }, 'select[0].columns', 'is not part of a ViewDefinition select'],
    ['a constant without value', { resource: 'Patient', constant: [{ name: 'a' }], select: [{ column }] }, 'constant[0]', 'exactly one value[x]'],
    ['an unknown function', { resource: 'Patient', select: [{ column: [{ name: 'a', path: 'name.twist()' }] }] }, 'select[0].column[0].path', 'twist() is not supported'],
  ])('%s is refused at its path', async (_, view, path, says) => {
    await expect(runView(database, view, { relation: 'nothing', resource: 'resource' })).rejects.toMatchObject({
      name: 'Problem', kind: 'bad-input', details: expect.arrayContaining([{ path, says: expect.stringContaining(says) as string }]) as unknown,
    });
  });

  test('extra columns of the source come along; a column text that looks like SQL stays text', async () => {
    const view = { resource: 'Observation', select: [{ column: [{ name: 'said', path: "'x'' OR \"1\"'" }] }, { forEach: 'component', column: [{ name: 'code', path: 'code.coding.code' }, { name: 'at', path: '%rowIndex', type: 'integer' }] }] };
    expect(() => viewFields(view)).toThrow('not valid');
    const good = { ...view, select: [{ column: [{ name: 'said', path: "'x\\' OR \"1\"'" }] }, ...view.select.slice(1)] };
    const source = { relation: `(SELECT 3 AS _file, 7 AS _line, CAST(${quote(JSON.stringify(observation))} AS JSON) AS r)`, resource: 'r', extra: ['_file', '_line'] };
    expect(await runView(database, good, source)).toEqual(['a', 'b', null].map((code, at) => ({ _file: 3, _line: 7, said: "x' OR \"1\"", code, at })));
  });

  test('repeat deeper than the limit is an error, not lost rows', async () => {
    let item: object = { linkId: 'leaf' };
    for (let depth = 0; depth < 20; depth++) item = { linkId: String(depth), item: [item] };
    const source = { relation: `(SELECT CAST(${quote(JSON.stringify({ resourceType: 'Questionnaire', id: 'q', item: [item] }))} AS JSON) AS r)`, resource: 'r' };
    const view = { resource: 'Questionnaire', select: [{ repeat: ['item'], column: [{ name: 'link', path: 'linkId' }] }] };
    await expect(runView(database, view, source)).rejects.toMatchObject({ name: 'Problem', message: expect.stringContaining('deeper than 12 levels') as string });
  });
});
