// Do the commands about charters print what helps and leave with the right code?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, expect, test, vi } from 'vitest';
import { charterExample } from './charter-example.ts';
import { charterSchemaText } from './charter-schema.ts';
import { commands } from './commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'attending-charter-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `attending charter …` and gives what it printed and the code it would leave with. */
async function run(...args: string[]): Promise<{ printed: string; code: typeof process.exitCode }> {
  const program = new Command();
  commands(program);
  let printed = '';
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  const before = process.exitCode;
  try {
    await program.parseAsync(['charter', ...args], { from: 'user' });
    return { printed, code: process.exitCode };
  } finally {
    out.mockRestore();
    process.exitCode = before;
  }
}
const file = (name: string, text: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test('a valid charter leaves with 0', async () => {
  const path = file('good.yaml', charterExample);
  expect(await run('check', path)).toEqual({ printed: `${path}: a valid charter.\n`, code: 0 });
});

test('an invalid one leaves with 1 and names the file, line and column first', async () => {
  const path = file('bad.yaml', charterExample.replace('resource: Observation\n      path', 'resource: Observations\n      path'));
  const { printed, code } = await run('check', path);
  expect(printed).toMatch(new RegExp(`^${path}:56:17: error: FHIR R4 has no resource \`Observations\`; perhaps \`Observation\`\\.\n    at data\\.elements\\[0\\]\\.resource\n    Use a resource type`));
  expect(code).toBe(1);
  const json = JSON.parse((await run('check', path, '--json')).printed) as object;
  expect(json).toMatchObject({ valid: false, problems: [{ line: 56, column: 17 }] });
});

test.each([['missing.yaml', null], ['binary.yaml', new Uint8Array([0xff, 0xfe, 0x00])]])('%s cannot be read and says so', async (name, bytes) => {
  const path = bytes ? file(name, bytes) : join(folder, name);
  await expect(run('check', path)).rejects.toMatchObject({ name: 'Problem', details: [{ file: path }] });
});

test('the schema and the example are printed as they are', async () => {
  expect((await run('schema')).printed).toBe(charterSchemaText());
  expect((await run('example')).printed).toBe(charterExample);
});
