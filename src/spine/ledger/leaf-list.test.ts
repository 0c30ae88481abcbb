// Do records that are hashed where they lie have the root of the same list of leaves?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leafList } from './leaf-list.ts';
import { rootOfLeaves } from './tree-on-server.ts';

it('a list of leaves has the root and the bytes of its records', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', ' ')), { maxLength: 70 }), fc.nat(), fc.nat(), (texts, a, b) => {
      const list = leafList(texts.length);
      for (const [nth, text] of texts.entries()) {
        if (nth % 2 === 0) list.add(text);
        else list.wrote(list.at + list.room(3 * text.length).write(text, list.at, 'utf8'));
      }
      expect(list.root()).toEqual(Buffer.from(rootOfLeaves(texts.map((text) => Buffer.from(text, 'utf8')))));
      const [from, to] = [a % (texts.length + 1), b % (texts.length + 1)].sort((x, y) => x - y) as [number, number];
      expect(Buffer.from(list.lines(from, to)).toString('utf8')).toBe(texts.slice(from, to).map((text) => Buffer.from(text, 'utf8').toString('utf8')).join('\n'));
    }),
  );
});

it('grows beyond its first stretch of memory', () => {
  const texts = Array.from({ length: 5 }, (_, n) => `${n}é`.repeat(400_000));
  const list = leafList(5);
  for (const text of texts) list.add(text);
  expect(list.root()).toEqual(Buffer.from(rootOfLeaves(texts.map((text) => Buffer.from(text, 'utf8')))));
  expect(Buffer.from(list.lines(3, 5)).toString('utf8')).toBe(texts.slice(3).join('\n'));
});
