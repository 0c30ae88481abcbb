// Does every test of the public SQL on FHIR suite pass?
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { name, openDatabase, quote, runView, viewFields, type Database, type ViewSource } from './fhir.ts';

interface Suite {
  title: string;
  tests: { title: string; view: unknown; expect?: Record<string, unknown>[]; expectError?: boolean; expectColumns?: string[] }[];
}

const shared = resolve(process.env['ATTENDING_SHARED'] ?? '../shared', 'conformance/sql-on-fhir/tests');
const present = existsSync(shared);
const copy = present ? mkdtempSync(join(tmpdir(), 'sql-on-fhir-')) : '';
if (present) cpSync(shared, copy, { recursive: true });
const suites = present
  ? readdirSync(copy).sort().map((file) => ({ file, suite: JSON.parse(readFileSync(join(copy, file), 'utf8')) as Suite }))
  : [];

let database: Database;
const workspace = mkdtempSync(join(tmpdir(), 'attending-suite-'));
beforeAll(async () => {
  database = await openDatabase({ workspace });
});
afterAll(async () => {
  await database.close();
  rmSync(workspace, { recursive: true, force: true });
  if (copy) rmSync(copy, { recursive: true, force: true });
});

/** Rows in any order, keys in any order. */
function normal(rows: Record<string, unknown>[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)))).sort();
}

test.skipIf(present)('the SQL on FHIR suite is absent from ../shared/conformance, so nothing of it ran', () => {
  expect(suites).toEqual([]);
});

test.runIf(present)('the suite has the 134 tests it is known for', () => {
  expect(suites.reduce((sum, { suite }) => sum + suite.tests.length, 0)).toBe(134);
});

for (const [number, { file, suite }] of suites.entries())
  describe(file.replace('.json', ''), () => {
    const relation = `suite_${number}`;
    beforeAll(async () => {
      // DuckDB reads the resources from the file's text: JavaScript would turn 1.0 into 1
      await database.run(`CREATE TABLE ${relation} AS SELECT unnest(json_extract(content, '$.resources[*]')) AS resource FROM read_text(${quote(join(copy, file))})`);
    });
    for (const [at, one] of suite.tests.entries()) {
      const check = async (source: () => Promise<ViewSource>) => {
        if (one.expectError) {
          await expect(source().then((from) => runView(database, one.view, from))).rejects.toMatchObject({ name: 'Problem' });
          return;
        }
        const rows = await runView(database, one.view, await source());
        expect(normal(rows)).toEqual(normal(one.expect ?? []));
        if (one.expectColumns && rows[0]) expect(Object.keys(rows[0])).toEqual(one.expectColumns);
      };
      test(one.title, () => check(async () => ({ relation, resource: 'resource' })));
      test(`${one.title}, from first-level fields`, () =>
        check(async () => {
          const fields = viewFields(one.view);
          const columns = fields.map((field) => `json_extract(resource, ${quote(`$.${field}`)}) AS ${name(field)}`);
          await database.run(`CREATE VIEW ${relation}_${at} AS SELECT ${["resource->>'$.id' AS id", ...columns].join(', ')}
            FROM ${relation} WHERE resource->>'$.resourceType' = ${quote((one.view as { resource: string }).resource)}`);
          return { relation: `${relation}_${at}`, fields };
        }));
    }
  });
