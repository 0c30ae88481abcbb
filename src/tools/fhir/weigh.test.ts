// Does the weighing count every line and doubt what JSON forbids, whichever way the bytes come?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newScale, plainFinder, vectors, weighFile, type Finder, type Weighed } from './weigh.ts';

function weigh(text: string, pieces: number[], by: Finder | undefined): Weighed {
  const scale = newScale(by);
  const bytes = Buffer.from(text);
  let from = 0;
  for (const piece of [...pieces, bytes.length]) {
    const part = bytes.subarray(from, from + piece);
    scale.room.set(part);
    scale.add(part.length);
    from += part.length;
  }
  return scale.end();
}

const doubts: [string, boolean][] = [
  ['{"a":1}\n{"a":2}\n', false],
  ['{"a":1}\r\n{"a":2}\r\n', false],
  ['{"a":1}', false],
  ['{"a":null,"b":[]}\n', false],
  ['{"a":1,}\n', true],
  ['{"a":[1, ]}\n', true],
  ['{"a":[1,\t ]}\n', true],
  ['\n{"a":1}\n', true],
  ['{"a":1}\n\n{"a":1}\n', true],
  ['{"a":1}\n  \r\n', true],
  ['{"a":1}\n   ', true],
  ['{"a":NaN}\n', true],
  ['{"a": nan }\n', true],
  ['{"a":-Infinity}\n', true],
  ['{"a":[1,inf]}\n', true],
  ['{"a":"Finance, information and NaN"}\n', false],
  ['{"a":"inf"}\n', false],
  ['{"a": [ { } ] }\n', false],
];

test.each(doubts)('%j: doubted is %s', (text, doubted) => {
  for (const by of [plainFinder(), vectors()]) if (by) expect(weigh(text, [], by).doubts > 0).toBe(doubted);
});

test('this processor compares sixteen bytes at a time, or the comparison below proves nothing', () => {
  expect(vectors()).toBeDefined();
});

test('sixteen bytes at a time find what one at a time finds, wherever the pieces are cut', () => {
  const word = fc.constantFrom('\n', '\r\n', ' ', ',', '}', ']', '{', '[', ':', '"', '-', 'nan', 'NaN', 'inf', 'Infinity', 'a', 'n', 'f', '0', 'é', 'x'.repeat(15), 'y'.repeat(40));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), fc.array(fc.nat(50), { maxLength: 8 }), (words, pieces) => {
      const text = words.join('');
      const plain = weigh(text, [], plainFinder());
      expect(weigh(text, pieces, vectors())).toEqual(plain);
      expect(plain.lines).toBe(text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0));
    }),
    { numRuns: 300 },
  );
});

test('a file is weighed alike plain and packed, over many pieces', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attending-weigh-'));
  try {
    const text = `${'{"resourceType":"Observation","valueString":"good, infusion"}\n'.repeat(60_000)}{"a":1,}\n`;
    writeFileSync(join(folder, 'plain'), text);
    writeFileSync(join(folder, 'packed'), gzipSync(text));
    expect(await weighFile(join(folder, 'plain'), false)).toEqual({ lines: 60_001, doubts: 1 });
    expect(await weighFile(join(folder, 'packed'), true)).toEqual({ lines: 60_001, doubts: 1 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
