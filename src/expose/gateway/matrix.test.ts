// Do the matrices name every numbered requirement of CDS Hooks 2.0 and of its hook library, and only tests that exist?
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../tools/base/csv.ts';

const root = resolve(import.meta.dirname, '../../..');
const published = join(root, '../shared/conformance/cds-hooks/requirements.csv');
const matrices = [
  { what: 'CDS Hooks 2.0', path: 'docs/cds-hooks-matrix.csv', set: 'cds-hooks_2.0', atLeast: 220 },
  { what: 'the hook library 1.0.1', path: 'docs/cds-hooks-library-matrix.csv', set: 'cds-hooks-library_1.0.1', atLeast: 93 },
].map((one) => ({ ...one, rows: readCsv(readFileSync(join(root, one.path), 'utf8')).rows.slice(1).map(({ cells }) => cells) }));

describe.each(matrices)('the matrix of $what', ({ rows, set, atLeast }) => {
  it('says of each requirement how it is met', () => {
    expect(rows.length).toBeGreaterThanOrEqual(atLeast);
    expect(rows.filter(([, , , how, what]) => !['held', 'passed-on', 'client', 'deployment'].includes(how!) || !what)).toEqual([]);
  });

  it('names tests that exist', () => {
    const texts = new Map<string, string>();
    const missing = rows.filter(([, , , how]) => how === 'held').filter(([, , , , what]) => {
      const [file, name] = what!.split(' › ') as [string, string];
      if (!texts.has(file)) texts.set(file, existsSync(join(import.meta.dirname, file)) ? readFileSync(join(import.meta.dirname, file), 'utf8') : '');
      return !texts.get(file)!.includes(`'${name}'`);
    });
    expect(missing).toEqual([]);
  });

  it.skipIf(!existsSync(published))('leaves none of the published list out', () => {
    const [head, ...all] = readCsv(readFileSync(published, 'utf8')).rows.map(({ cells }) => cells);
    const [of, id, strength] = ['Req Set', 'ID', 'Conformance'].map((name) => head!.findIndex((cell) => cell.replace(/^\ufeff/, '') === name)) as [number, number, number];
    const wanted = all.filter((row) => row[of] === set).map((row) => `${row[id]} ${row[strength]}`);
    expect(rows.map(([one, conformance]) => `${one} ${conformance}`)).toEqual(wanted);
  });
});

it('the page of the gateway names for each bad input and failure a test that exists', () => {
  const page = readFileSync(join(root, 'docs/gateway.md'), 'utf8');
  const part = page.slice(page.indexOf('## Bad input and failure'), page.indexOf('## Speed'));
  const cases = part.split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => line.split('|').map((cell) => cell.trim()));
  const named = cases.flatMap(([, what, tests]) => [...tests!.matchAll(/([\w-]+\.test\.ts)(?: › ([^;(]+))?/g)].map(([, file, name]) => ({ what, file: file!, name: name?.trim() })));
  expect(cases.length).toBeGreaterThan(20);
  expect(cases.filter(([, , tests]) => tests !== 'the same' && !tests!.includes('.test.ts')).map(([, what]) => what)).toEqual([]);
  expect(named.filter(({ file, name }) => !existsSync(join(import.meta.dirname, file)) || (name !== undefined && !readFileSync(join(import.meta.dirname, file), 'utf8').includes(`'${name}'`)))).toEqual([]);
});
