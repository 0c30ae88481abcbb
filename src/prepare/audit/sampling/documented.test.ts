// Does docs/audit.md name every endpoint, option, event and measure of sampling?
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { sampleCommands } from './commands.ts';
import { kinds } from './entry-kinds.ts';
import { samplingMeasures } from './measures.ts';
import { samplingRoutes } from './routes.ts';

const page = readFileSync(new URL('../../../../docs/audit.md', import.meta.url), 'utf8');
const audit = new Command('audit');
sampleCommands(audit);
const optionsOf = (command: Command): string[] => [...command.options.map(({ long }) => long ?? ''), ...command.commands.flatMap((one) => [`sample ${one.name()}`.replace('sample sample', 'audit sample'), ...optionsOf(one)])];

it.each([...samplingRoutes.map(({ endpoint }) => `${endpoint.method} ${endpoint.path.replace('/api/v1', '')}`), ...optionsOf(audit), ...Object.values(kinds).map(({ kind }) => kind), ...samplingMeasures.map(({ id }) => id)])('names %s', (words) => {
  expect(page).toContain(words);
});
