// Are lines read into used memory the lines that stand in the file?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { longestLine } from '../../../tools/fhir/model.ts';
import { readLines } from '../../../tools/fhir/read-lines.ts';
import { plainLines } from './plain-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'attending-lines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'lines.ndjson');

it.each([
  ['nothing', ''],
  ['one line without its end', 'a'],
  ['empty lines', '\n\na\n\n'],
  ['lines over the border of the room', `${'x'.repeat(700_000)}\n${'y'.repeat(700_000)}\nz\n${'w'.repeat(3_000_000)}\nlast`],
  ['lines that just fit', `${'x'.repeat((1 << 20) - 1)}\n${'y'.repeat(1 << 20)}\n`],
  ['a line that is too long, and one behind it', `a\n${'x'.repeat(longestLine + 5)}\nb\n`],
  ['too long to the end', `a\n${'x'.repeat(longestLine + 2_000_000)}`],
])('%s', async (_, text) => {
  writeFileSync(path, text);
  const told = (raw: { line: number; length: number; bytes: Buffer | undefined }) => [raw.line, raw.length, raw.bytes === undefined ? null : raw.bytes.toString('latin1')];
  const expected = [];
  for await (const raw of readLines(path, false, {})) expected.push(told(raw));
  expect([...plainLines(path)].length).toBe(expected.length);
  const found = [];
  for (const raw of plainLines(path)) found.push(told(raw));
  expect(found).toEqual(expected);
});
