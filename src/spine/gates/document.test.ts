// Do the pages and the schema say what the playbook says?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endpoints as ofMeasures } from '../measures/model.ts';
import { criteriaTables, measureTables, playbookSchemaText, withGenerated } from './document.ts';
import { kinds } from './entry-kinds.ts';
import { endpoints as ofGates } from './model.ts';
import { fiveStep, playbookFolder } from './read-playbook.ts';

const root = join(playbookFolder(), '..');
const book = fiveStep();
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** `npx vitest run src/spine/gates/document -u` writes what is out of date. */
const demandEqual = (file: string, text: string) => expect(text).toMatchFileSnapshot(join(root, file));

test('docs/gates.md lists every criterion', async () => {
  await demandEqual('docs/gates.md', withGenerated(read('docs/gates.md'), criteriaTables(book)));
});

test('docs/measures.md lists every measure', async () => {
  await demandEqual('docs/measures.md', withGenerated(read('docs/measures.md'), measureTables(book)));
});

test('playbook.schema.json equals the code', async () => {
  await demandEqual('playbook.schema.json', playbookSchemaText());
});

test('every endpoint and every kind of entry is documented', () => {
  const page = read('docs/gates.md');
  for (const one of Object.values(ofGates)) expect(page).toContain(`\`${one.name}\``);
  for (const one of Object.values(kinds)) expect(page).toContain(`\`${one.kind}\``);
  for (const one of Object.values(ofMeasures)) expect(read('docs/measures.md')).toContain(`\`${one.name}\``);
});
