// Does a schema become the form a person expects, and do its complaints land at the right field?
import { expect, test } from 'vitest';
import { z } from 'zod';
import { money } from '../base/money.ts';
import { blankOf, checkAgainst, fieldsOf, problemsByField, put, startOf, wordsOf } from './form-fields.ts';

const schema = z.strictObject({
  name: z.string().min(1).max(200).describe('What it is called.'),
  story: z.string().max(4_000).optional(),
  kind: z.enum(['a', 'b']),
  cost: money.nullable().default(null),
  shares: z.array(z.strictObject({ who: z.string(), share: z.number().min(0).max(1) })).default([]),
  on: z.boolean().default(true),
});

test('each kind of schema has its field', () => {
  const field = fieldsOf(schema);
  if (field.kind !== 'group') throw new Error(field.kind);
  const kinds = Object.fromEntries(field.members.map((member) => [member.name, `${member.field.kind} ${member.field.empty}`]));
  expect(kinds).toEqual({ name: 'text refused', story: 'text left-out', kind: 'choice refused', cost: 'money null', shares: 'list left-out', on: 'yes left-out' });
  expect(field.members[0]?.field.says).toBe('What it is called.');
  expect(field.members[1]?.field).toMatchObject({ long: true });
});

test('a blank form starts from the defaults and nothing invented', () => {
  const field = fieldsOf(schema);
  expect(blankOf(field)).toEqual({ name: '', kind: 'a', cost: null, shares: [], on: true });
  if (field.kind === 'group') expect(startOf(field.members[3]!.field)).toEqual({ minor: 0, currency: 'USD' });
});

test('problems stand at their field, of a parse and of the server alike', () => {
  const found = checkAgainst(schema, { name: '', kind: 'a', shares: [{ who: 'x', share: 2 }] });
  expect(found?.get('name')).toBe('Needed.');
  expect(found?.get('shares.0.share')).toBe('At most 1.');
  expect(checkAgainst(schema, { name: 'x', kind: 'b' })).toBeNull();
  expect(problemsByField([{ path: 'data.elements[3].path', says: 'no' }]).get('data.elements.3.path')).toBe('no');
});

test('putting a value copies, and putting nothing removes', () => {
  const before = { a: [{ b: 1 }], c: 2 };
  expect(put(before, ['a', 0, 'b'], 5)).toEqual({ a: [{ b: 5 }], c: 2 });
  expect(put(before, ['c'], undefined)).toEqual({ a: [{ b: 1 }] });
  expect(before).toEqual({ a: [{ b: 1 }], c: 2 });
  expect(wordsOf('hoursPerWeek')).toBe('Hours per week');
});
