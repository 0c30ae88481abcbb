// Does the matrix name every numbered requirement of CDS Hooks 2.0, and only tests that exist?
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../tools/base/csv.ts';

const root = resolve(import.meta.dirname, '../../..');
const [, ...rows] = readCsv(readFileSync(join(root, 'docs/cds-hooks-matrix.csv'), 'utf8')).rows.map(({ cells }) => cells);
const published = join(root, '../shared/conformance/cds-hooks/requirements.csv');

describe('the matrix of CDS Hooks', () => {
  it('says of each requirement how it is met', () => {
    expect(rows.length).toBeGreaterThan(200);
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
    const [set, id, strength] = ['Req Set', 'ID', 'Conformance'].map((name) => head!.findIndex((cell) => cell.replace(/^\ufeff/, '') === name)) as [number, number, number];
    const wanted = all.filter((row) => row[set] === 'cds-hooks_2.0').map((row) => `${row[id]} ${row[strength]}`);
    expect(rows.map(([one, conformance]) => `${one} ${conformance}`)).toEqual(wanted);
  });
});
