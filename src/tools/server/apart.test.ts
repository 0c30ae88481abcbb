// Does work on a thread of its own tell, end, fail and stop as it would here?
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runApart as runHere } from './apart.ts';
import type { Asked } from './apart.child.ts';

// A thread loads built files only, so the files of this test are built as they are for the product.
const built = resolve('node_modules/.cache/attending', `apart-${process.pid}`);
let runApart: typeof runHere;
const ask = (asked: Asked, run = runApart, beside = pathToFileURL(join(built, 'apart.js')).href, signal = new AbortController().signal) => {
  const told: string[] = [];
  return { told, ending: run({ name: 'apart.child', beside }, { asked, numbers: [1, 2, 3] }, { tell: (one: string) => void told.push(one), signal, megabytes: 64 }) };
};

beforeAll(async () => {
  const input = Object.fromEntries(['apart', 'apart.thread', 'apart.child'].map((name) => [name, resolve(import.meta.dirname, `${name}.ts`)]));
  await build({ configFile: false, logLevel: 'silent', build: { ssr: true, outDir: built, target: 'node20', rollupOptions: { input, output: { entryFileNames: '[name].js' } } } });
  ({ runApart } = (await import(/* @vite-ignore */ pathToFileURL(join(built, 'apart.js')).href)) as { runApart: typeof runHere });
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

test('it runs on a thread, and what it tells comes in order', async () => {
  const { told, ending } = ask('add');
  expect(await ending).toEqual({ sum: 6, apart: true });
  expect(told).toEqual(['asked to add']);
});

test('from unbuilt sources it runs here', async () => {
  expect(await ask('add', runHere, import.meta.url).ending).toEqual({ sum: 6, apart: false });
});

test('a Problem arrives whole, another error with its words', async () => {
  await expect(ask('refuse').ending).rejects.toMatchObject({ name: 'Problem', kind: 'bad-input', message: 'No.', next: 'Ask for something else.', details: [{ file: 'numbers.csv', line: 3, says: 'no number' }] });
  await expect(ask('break').ending).rejects.toThrow('broken');
});

test('it stops when it is told to, also before it began', async () => {
  const stopping = new AbortController();
  const { ending } = ask('wait', runApart, undefined, stopping.signal);
  setTimeout(() => stopping.abort(), 50);
  await expect(ending).rejects.toThrow();
  await expect(ask('wait', runApart, undefined, AbortSignal.abort()).ending).rejects.toThrow();
});

test('a thread that leaves is an error, and one without memory ends alone', async () => {
  await expect(ask('leave').ending).rejects.toThrow('before its work was done');
  await expect(ask('fill').ending).rejects.toMatchObject({ kind: 'unavailable', message: 'There is not enough memory for this.' });
});
