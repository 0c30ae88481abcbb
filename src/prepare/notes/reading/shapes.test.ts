// Does a line that is built like an earlier one say what it says when it is parsed?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentOf, parseCutting, type CutResource, type Resource } from './cutting.ts';
import { packed, unpacked, type Head, type NoteHead } from './heads.ts';
import { shapedParser } from './shapes.ts';

/** With the base64 back in its places. */
const whole = ({ resource, contents }: CutResource): unknown => JSON.parse(JSON.stringify(resource), (key, value: unknown) => (key === 'data' && typeof value === 'string' ? contentOf(value, contents) : value));

const text = fc.oneof(fc.constantFrom('', 'a', '@0', '@1', '12', 'é“”', '\\', '"', '\n', '\u0001', '😀'), fc.string(), fc.string({ unit: 'binary' }));
const number = fc.oneof(fc.constantFrom(0, -1, 1.5, 1e21, Number.MAX_SAFE_INTEGER), fc.nat());
const data = fc.oneof(fc.constantFrom('', 'QUJD', '@0'), fc.nat(400).map((length) => 'QUJD'.repeat(length)));
const document = fc.record({
  resourceType: fc.constant('DocumentReference'), id: text, size: number, isLate: fc.boolean(), none: fc.constant(null),
  content: fc.array(fc.record({ attachment: fc.record({ data, size: number, title: text }, { requiredKeys: ['data'] }) }), { minLength: 1, maxLength: 2 }), author: fc.array(fc.record({ display: text }), { maxLength: 2 }),
}, { requiredKeys: ['resourceType'] });

it('reads line after line as the parser does', () => {
  fc.assert(fc.property(fc.array(document, { minLength: 2, maxLength: 8 }), fc.boolean(), (documents, twice) => {
    const parse = shapedParser();
    for (const one of twice ? [...documents, ...documents] : documents) {
      const line = Buffer.from(JSON.stringify(one));
      expect(whole(parse(line))).toEqual(whole(parseCutting(line)));
    }
  }), { numRuns: 300 });
});

it('takes the values of a line of the same shape, and no others', () => {
  const parse = shapedParser();
  const lineOf = (id: string, size: number | string) => Buffer.from(`{"id":"${id}","size":${size},"more":[true,"x"],"data":"${'QUJD'.repeat(100)}"}`);
  const first = parse(lineOf('a', 7)).resource;
  expect(parse(lineOf('bb', 12)).resource).toBe(first);
  expect(first).toMatchObject({ id: 'bb', size: 12, more: [true, 'x'], data: '@0' });
  expect(parse(lineOf('ü', 0)).resource).toBe(first);
  for (const size of ['-1', '1.5', '1e3', 'null']) expect(parse(lineOf('c', size)).resource).toEqual({ id: 'c', size: JSON.parse(size) as Resource, more: [true, 'x'], data: '@0' });
  for (const bad of ['01', '', '1 2']) expect(() => parse(lineOf('c', bad))).toThrow(SyntaxError);
  expect(() => parse(lineOf('a\u0001', 1))).toThrow(SyntaxError);
  expect(parse(lineOf('a\\u0041', 1)).resource['id']).toBe('aA');
  expect(() => parse(Buffer.from(`${lineOf('a', 1).toString()} x`))).toThrow(SyntaxError);
});

it('keeps a head whole', () => {
  const maybe = fc.option(fc.string({ unit: 'grapheme' }));
  const note = fc.record({
    is: fc.constant('note' as const), id: fc.string(), resource: fc.string(), at: maybe, signed: maybe, encounter: maybe, author: maybe, facility: maybe, department: maybe, type: maybe, codes: fc.array(fc.string()), replaces: fc.array(fc.string()),
    why: fc.constantFrom(null, 'empty', 'pdf'), format: fc.constantFrom(null, 'text', 'html'), charset: maybe, trouble: maybe, badTime: fc.boolean(), file: fc.nat(), line: fc.nat(),
  });
  fc.assert(fc.property(note, (head) => {
    expect(unpacked(packed(head as NoteHead))).toEqual(head);
  }));
  const long = { is: 'note', id: 'x'.repeat(60_000), resource: '', at: null, signed: null, encounter: null, author: null, facility: null, department: null, type: null, codes: ['a'], replaces: [], why: null, format: null, charset: null, trouble: null, badTime: true, file: 1, line: 2 } satisfies Head;
  expect(unpacked(packed(long))).toEqual(long);
  expect(unpacked(packed({ is: 'patient' }))).toEqual({ is: 'patient' });
});
