// Do the pages that are made from the code still say what it does?
import { expect, it } from 'vitest';
import { generated } from '../src/app/generate.ts';
import { settingNames } from '../src/tools/server/config.ts';
import { text } from './tree.ts';

const files = await generated();

it.each(Object.keys(files))('%s equals the code; `npm run generate` brings it up to date', (path) => {
  expect(text(path)).toBe(files[path]);
});

it('explains every setting', () => {
  const page = text('docs/reference/settings.md');
  expect(settingNames.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
