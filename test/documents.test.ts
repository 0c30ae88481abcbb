// Do the files that the documents name exist?
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filesIn, root, text } from './tree.ts';

const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'STYLE.md', 'SECURITY.md', ...filesIn('docs').filter((path) => path.endsWith('.md') && !path.includes('/reference/'))];

it.each(documents)('%s names only what is there', (document) => {
  const named = [...text(document).matchAll(/`((?:src|test|simulator|bench|playbooks|docs|examples|bin)\/[\w./-]+)`|\]\((?!https?:|#)([\w./-]+)/g)].map(([, path, link]) => path ?? join(document, '..', link!));
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
