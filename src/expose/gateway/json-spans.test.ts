// Is JSON read strictly, and does an edit leave every other byte as it was?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFault, memberOf, spanAt, spansOf, splice, stringAt, valueAt, withoutItems, withoutMember, type Span } from './json-spans.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

/** JSON as others write it: spaces, escapes, long numbers, any order. */
const spaced = fc.constantFrom('', ' ', '\n', '\t ', '  \r\n');
const escaped = (unit: string) => [...unit].flatMap((letter) => letter.split('')).map((half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const strings = fc.array(fc.tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.boolean()), { maxLength: 8 }).map((units) => `"${units.map(([unit, hex]) => (hex ? escaped(unit) : JSON.stringify(unit).slice(1, -1))).join('')}"`);
const numbers = fc.oneof(fc.constantFrom('0', '-0', '1.0', '1e400', '123456789012345678901234567890', '0.100000000000000000001', '-12.50E-3'), fc.integer().map(String));
const text = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    strings, numbers, fc.constantFrom('true', 'false', 'null'),
    fc.tuple(spaced, fc.array(fc.tuple(tie('value'), spaced), { maxLength: 4 })).map(([space, items]) => `[${space}${items.map(([item, after]) => `${item}${after}`).join(`,${space}`)}]`),
    fc.tuple(spaced, fc.uniqueArray(fc.tuple(fc.string({ maxLength: 5 }).filter((key) => key.isWellFormed()), tie('value')), { maxLength: 4, selector: ([key]) => key })).map(([space, members]) => `{${space}${members.map(([key, value]) => `${JSON.stringify(key)}${space}:${space}${value}`).join(`${space},`)}${space}}`),
  ),
})).value;

describe('JSON by its bytes', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(text, spaced, (json, space) => {
        const read = bytes(`${space}${json}${space}`);
        expect(valueAt(read, spansOf(read))).toEqual(JSON.parse(json));
      }),
      { numRuns: 300 },
    );
  });
  it('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.constantFrom('', ',', '}', ']', '"', '\\', '\u0001', 'x', '-', '.', 'NaN'), (json, where, what) => {
        const at = where % (json.length + 1);
        const broken = json.slice(0, at) + what + json.slice(at + 1);
        const reads = (work: () => unknown) => { try { work(); return true; } catch { return false; } };
        if (!broken.isWellFormed()) return;
        if (!reads(() => JSON.parse(broken))) expect(reads(() => spansOf(bytes(broken)))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
  it('refuses a key that stands twice, even where it is written otherwise', () => {
    expect(() => spansOf(bytes('{"a":1,"b":{"c":1,"\\u0063":2}}'))).toThrow(/"c" stands twice.*byte 18/);
  });
  it('refuses it among many keys as well, and at any depth', () => {
    const many = Array.from({ length: 60 }, (_, i) => `"key-${i}":${i}`);
    expect(spansOf(bytes(`{${many.join(',')}}`))).toMatchObject({ kind: 'object' });
    for (const nth of [0, 23, 24, 59]) expect(() => spansOf(bytes(`[{"x":{${[...many, `"key-${nth}":0`].join(',')}}}]`), 100, 1)).toThrow(`"key-${nth}" stands twice`);
    expect(spansOf(bytes('[{"a":1},{"a":2},{"b":{"a":3},"a":{"a":4}}]'))).toMatchObject({ kind: 'array' });
  });
  it('gives what lies deeper than asked by its place only', () => {
    const read = bytes('{"a":{"b":{"c":[1.0]}},"d":[{"e":1}]}');
    const root = spansOf(read, 100, 2);
    expect(memberOf(spanAt(root, ['a']), 'b')!.value).toMatchObject({ kind: 'object', members: [] });
    expect(valueAt(read, spanAt(root, ['a', 'b'])!)).toEqual({ c: [1] });
  });
  it('refuses depth, other encodings, and anything after the text', () => {
    expect(() => spansOf(bytes('['.repeat(200) + ']'.repeat(200)))).toThrow('deeper than 100');
    expect(() => spansOf(bytes('['.repeat(1_000_000)))).toThrow(JsonFault);
    expect(() => spansOf(Buffer.from([0x22, 0xff, 0x22]))).toThrow('not UTF-8');
    expect(() => spansOf(bytes('{} {}'))).toThrow('something follows');
    expect(() => spansOf(bytes('<html>'))).toThrow(JsonFault);
  });
  it('finds values by path', () => {
    const json = bytes('{"cards":[{"uuid":"ä\\n"},{"uuid":7}]}');
    expect(stringAt(json, spanAt(spansOf(json), ['cards', 0, 'uuid']))).toBe('ä\n');
    expect(stringAt(json, spanAt(spansOf(json), ['cards', 1, 'uuid']))).toBeNull();
    expect(memberOf(spansOf(json), 'none')).toBeUndefined();
  });
});

describe('an edit', () => {
  it('changes one value and no other byte', () => {
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const before = bytes(`{"a":${a}, "b" : ${b},"c":${c}}`);
        const { start, end } = memberOf(spansOf(before), 'b')!.value;
        expect(Buffer.from(splice(before, [{ start, end, text: '"new"' }])).toString()).toBe(`{"a":${a}, "b" : "new","c":${c}}`);
      }),
    );
  });
  it('takes members out and leaves the bytes of the others', () => {
    const before = bytes('{ "a" : 1.0 , "b":2,"c" :3e400}');
    const out = (key: string) => Buffer.from(splice(before, [withoutMember(spansOf(before) as Span & { kind: 'object' }, key)!])).toString();
    expect([out('a'), out('b'), out('c')]).toEqual(['{ "b":2,"c" :3e400}', '{ "a" : 1.0 , "c" :3e400}', '{ "a" : 1.0 , "b":2}']);
    const one = bytes('{"a":1}');
    expect(Buffer.from(splice(one, [withoutMember(spansOf(one) as Span & { kind: 'object' }, 'a')!])).toString()).toBe('{}');
  });
  it('takes items out and leaves the bytes of the others', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.boolean()), { maxLength: 6 }), spaced, (items, space) => {
        const before = bytes(`[${items.map(([item]) => `${space}${item}`).join(',')}]`);
        const after = Buffer.from(splice(before, withoutItems(spansOf(before) as Span & { kind: 'array' }, (nth) => items[nth]![1])));
        const read = spansOf(after) as Span & { kind: 'array' };
        expect(read.items.map(({ start, end }) => after.subarray(start, end).toString())).toEqual(items.filter(([, out]) => !out).map(([item]) => item));
      }),
    );
  });
  it('refuses edits that overlap', () => expect(() => splice(bytes('[1,2]'), [{ start: 0, end: 3, text: '' }, { start: 2, end: 4, text: '' }])).toThrow(RangeError));
});
