// Do the types hold, on the server and in the browser?
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './tree.ts';

const require = createRequire(import.meta.url);
const manifest = require.resolve('typescript/package.json');
const { bin } = require(manifest) as { bin: { tsc: string } };

it.each(['tsconfig.json', 'tsconfig.web.json'])('%s checks', (config) => {
  const done = spawnSync(process.execPath, [join(dirname(manifest), bin.tsc), '-p', config, '--noEmit', '--incremental', 'false'], { cwd: root, encoding: 'utf8' });
  expect(done.stdout + done.stderr).toBe('');
  expect(done.status).toBe(0);
});
