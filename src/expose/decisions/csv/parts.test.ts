// Are the parts of a file together the file, and does each begin and end with a row?
import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesOf, partsOf, type Part } from './parts.ts';
import { rowsOf } from './rows.ts';

const all = async <One>(of: AsyncIterable<One>) => {
  const found: One[] = [];
  for await (const one of of) found.push(one);
  return found;
};
async function* cut(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const cellsOf = async (bytes: Uint8Array) => (await all(rowsOf(Readable.from([Buffer.from(bytes)]), false))).map(({ cells, line }) => ({ cells, line }));

it('whatever stands in the cells and wherever the bytes are cut, with the lines of the file', async () => {
  const cell = fc.constantFrom('a', '', '"x,y"', '"say ""hi"""', '"two\nlines"', 'é€😀', '5" tube', '"q"stray"', '""');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20 }), fc.boolean(), async (rows, size, least, ends) => {
      const text = new TextEncoder().encode(`h1,h2\n${rows.map((row) => row.join(',')).join('\n')}${ends ? '\n' : ''}`);
      const parts = await all(partsOf(cut(text, size), ',', least));
      expect(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(Buffer.from(text))).toBe(true);
      expect(parts.map(({ header }) => header)).toEqual(parts.map((_, nth) => nth === 0));
      const [head, ...rest] = parts as [Part, ...Part[]];
      const found: { cells: string[] | null; line: number }[] = [];
      for (const part of rest) for (const row of (await cellsOf(Buffer.concat([head.bytes, part.bytes]))).slice(1)) found.push({ cells: row.cells, line: row.line - (rest[0]!.line - 1) + part.line - 1 });
      expect(found).toEqual((await cellsOf(text)).slice(1));
    }),
    { numRuns: 150 },
  );
});

it('unpacks what is gzipped', async () => {
  const file = Object.assign(new Blob([gzipSync('a,b\n1,2\n')]), { name: 'scores.csv.gz' });
  expect(Buffer.concat(await all(bytesOf(file))).toString()).toBe('a,b\n1,2\n');
});

it('a quote that is never closed does not hold the whole file', async () => {
  const parts = await all(partsOf(cut(new TextEncoder().encode(`a,b\n"open,1\n${'x,y\n'.repeat(100)}`), 40), ',', 10, 100));
  expect(parts.length).toBeGreaterThan(3);
});
