// Do differences say everything that changed and nothing else?
import fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { canonical, type Json } from '../../tools/base/canonical.ts';
import { charter, type Charter } from './charter.ts';
import { apply, changesOf, differences } from './charter-diff.ts';
import { charterExample } from './charter-example.ts';
import { rewrite } from './charter-text.ts';

const example: Charter = charter.parse(parse(charterExample));
const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const member = fc.record({ id: names, value: fc.oneof(fc.integer(), fc.string({ unit: 'grapheme' }), fc.constant(null)) });
const namedList = fc.uniqueArray(member, { selector: (one) => one.id });
const json = fc.oneof(fc.jsonValue() as fc.Arbitrary<Json>, fc.record({ list: namedList, more: fc.jsonValue() as fc.Arbitrary<Json> }));

describe('differences', () => {
  test('applied to the one document they make the other', () => {
    fc.assert(fc.property(json, json, (a, b) => canonical(apply(a, differences(a, b))) === canonical(b)));
  });
  test('equal documents have none, whatever the order of their keys', () => {
    fc.assert(fc.property(json, (a) => differences(a, JSON.parse(canonical(a))).length === 0));
  });
  test('applied backwards they make the first again', () => {
    fc.assert(fc.property(namedList, namedList, (a, b) => canonical(apply(b, differences(b, a))) === canonical(a)));
  });
  test('a list with names is compared by name: one inserted in front is one difference and no reshuffling of the rest', () => {
    const before = { elements: [{ id: 'a', t: 1 }, { id: 'b', t: 2 }] };
    const after = { elements: [{ id: 'z', t: 0 }, { id: 'a', t: 1 }, { id: 'b', t: 3 }] };
    expect(differences(before, after).map(({ op, path }) => `${op} ${path}`)).toEqual(['changed elements[b].t', 'added elements[z]', 'reordered elements']);
  });
});

describe('what a difference reopens', () => {
  const after = (edit: (draft: Charter) => void) => {
    const draft = structuredClone(example);
    edit(draft);
    return changesOf(differences(example, draft));
  };
  test.each<[string, (draft: Charter) => void, string[]]>([
    ['the title', (draft) => { draft.title = 'Another'; }, []],
    ['a model version', (draft) => { draft.product.version = '9'; }, ['model-version']],
    ['a threshold of an element', (draft) => { draft.data.elements[0]!.threshold = 0.5; }, ['threshold']],
    ['a code of an element', (draft) => { draft.data.elements[0]!.codes[0]!.code = '1'; }, ['feed']],
    ['a new element', (draft) => { draft.data.elements.push({ ...draft.data.elements[0]!, id: 'other' }); }, ['feed']],
    ['a facility', (draft) => { draft.units.push({ facility: 'south', departments: [] }); }, ['population']],
    ['the encounters that count', (draft) => { draft.data.population.encounterClasses = []; }, ['population']],
    ['a service level', (draft) => { draft.sla[0]!.atLeast = 0.1; }, ['threshold']],
    ['a pilot criterion and a note type', (draft) => { draft.pilot.criteria = []; draft.data.noteTypes = []; }, ['feed', 'threshold']],
  ])('%s', (_name, edit, kinds) => expect(after(edit)).toEqual(kinds));
});

describe('rewriting the YAML of a charter', () => {
  const read = (value: unknown) => charter.parse(value);
  test('keeps the comments around what changed', () => {
    const after = structuredClone(example);
    after.data.elements[1]!.threshold = 0.7;
    after.data.elements.reverse();
    after.safety.doubleCheck = 0.2;
    const text = rewrite(charterExample, differences(example, after), after, read);
    expect(text).toContain('threshold: 0.7 # ordered on suspicion');
    expect(text).toContain('# The charter of one deployment');
    expect(charter.parse(parse(text))).toEqual(after);
  });
  test('whatever changes, the text reads as the charter', () => {
    const edits = fc.record({
      title: fc.string({ minLength: 1 }).filter((text) => text.trim() !== ''),
      hours: fc.option(fc.integer({ min: 0, max: 80 })),
      criteria: fc.array(fc.string({ minLength: 1 }).filter((text) => text.trim() !== '')),
      order: fc.shuffledSubarray(example.data.elements),
      costs: fc.shuffledSubarray(example.costs),
      departments: fc.uniqueArray(fc.constantFrom('med-1', 'med-9', 'icu')),
    });
    fc.assert(
      fc.property(edits, (edit) => {
        const after = charter.parse({
          ...example, title: edit.title, owner: { ...example.owner, hoursPerWeek: edit.hours }, pilot: { ...example.pilot, criteria: edit.criteria },
          data: { ...example.data, elements: edit.order }, costs: edit.costs, units: [{ facility: 'north', departments: edit.departments }],
        });
        const text = rewrite(charterExample, differences(example, after), after, read);
        expect(canonical(charter.parse(parse(text)))).toBe(canonical(after));
        expect(text).toContain('# The charter of one deployment');
      }),
    );
  });
});
