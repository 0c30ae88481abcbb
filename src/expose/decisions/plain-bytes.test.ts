// Do lines that are read where they lie say and become the very same as by way of the schema?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical } from '../../tools/base/canonical.ts';
import { lineIn, type LineIn } from './intake.ts';
import type { LineOf } from './lines.ts';
import { sorts } from './plain-bytes.ts';
import { around, writeAbout, writeDecision, writeSaid } from './record-bytes.ts';
import { aboutText, decisionText, saidOf } from './record-text.ts';
import { readLine, readSheet, type Refused } from './sheet.ts';
import { nonsenseIn } from './tell.ts';

const now = '2026-04-01T00:00:00.000Z';
const often = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<unknown>) => fc.oneof({ weight: 30, arbitrary: usual }, odd as fc.Arbitrary<T>);
const odd = fc.oneof(fc.constantFrom<unknown>(null, true, '', [], {}, 7, 'x'.repeat(201), 'tab\there', 'Ärztin', 'say "so"', 'back\\slash', '\u007f', '😀'), fc.double(), fc.string());
/** Written as they are: how a number is spelled is lost in an object. */
const spelled = often(fc.constantFrom('0', '1', '0.25', '17', '0.8123456789012345', '-4.5', '123456789012345'), fc.constantFrom('-0', '0.50', '1.0', '1e3', '2E-7', '0.0000001', '0.000001', '0.05', '1e999', '01', '.5', '1.', '-', '12345678901234567890', '1e', '0.1e+', 'null', '"1"'));
const share = often(fc.constantFrom('0', '1', '0.25', '0.3333333333333333'), fc.constantFrom('1.01', '-0.1', '-0', '1e-9', '0.10'));
const whole = often(fc.constantFrom('0', '4000', '9007199254740991'), fc.constantFrom('9007199254740992', '-1', '1.5', '4e3', '2.0', '007'));
const time = often(
  fc.constantFrom('2026-03-10T11:00:00Z', '2026-03-10T11:00:00.120Z', '2026-03-30T23:59:59Z', '2026-03-10T10:59:59.999Z'),
  fc.constantFrom('2026-02-29T11:00:00Z', '2024-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-03-31T24:00:00Z', '2026-13-01T00:00:00Z', '2026-00-10T00:00:00Z', '2026-03-10T11:00:00+02:00', '2026-03-10T11:00:00.1Z', '2026-03-10T11:00:60Z', '2027-01-01T00:00:00Z', '1999-03-10T11:00:00Z', '2026-03-10', 'now', 7),
);
const word = often(fc.constantFrom('A-1', 'MRN 4711', 'x'.repeat(200)), odd);
const slug = often(fc.constantFrom('icu', 'high-risk', 'a1', 'x'.repeat(64)), fc.constantFrom('Bad', 'a', '-a', 'a-', 'a--b', 'x'.repeat(65), 'a_b', null));
const flag = often(fc.boolean(), fc.constantFrom(null, 'true', 1));
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 3 });
const seldom = <T>(one: fc.Arbitrary<T>) => fc.oneof({ weight: 15, arbitrary: fc.constant(undefined) }, one);
const figure = (one: fc.Arbitrary<string>) => maybe(one.map((text) => ({ number: text })));

const line = fc.oneof(
  fc.record({ what: fc.constant('decision'), key: word, at: time, askedAt: maybe(time), shownAt: maybe(time), subject: word, encounter: maybe(word), user: maybe(word), facility: maybe(slug), department: maybe(slug), version: word, output: maybe(often(fc.record({ class: maybe(slug), score: figure(spelled), label: maybe(word), critical: maybe(flag) }), odd)), disposition: maybe(often(fc.constantFrom('shown', 'suppressed', 'late'), fc.constantFrom('seen', ''))), rule: seldom(slug), arm: maybe(slug), momentAt: maybe(time), payload: seldom(fc.constant({ a: 1 })) }),
  fc.record({ what: fc.constant('feedback'), key: word, at: time, act: often(fc.constantFrom('accepted', 'overridden'), fc.constantFrom('ignored')), user: maybe(word), reason: maybe(often(fc.record({ code: often(word, fc.constant(undefined)), system: maybe(word), text: seldom(fc.constant('because')) }), odd)), suggestion: maybe(word), edited: figure(share), dwellMs: figure(whole) }),
  fc.record({ what: fc.constant('outcome'), key: word, at: time, name: slug, positive: often(fc.constantFrom(true, false, null), fc.constantFrom('yes', undefined)), acted: maybe(flag), value: figure(spelled) }),
  fc.record({ what: often(fc.constant('use'), fc.constantFrom('used', 7)), key: word, at: time, touch: often(fc.constantFrom('opened', 'signed', 'displayed'), fc.constantFrom('eaten')), user: maybe(word), ms: figure(whole) }),
);

/** JSON with the members in any order, any blanks between, and numbers as they are spelled. */
function written(value: unknown, blank: string, turned: boolean): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  if ('number' in value) return value.number as string;
  const members = Object.entries(value).filter(([, one]) => one !== undefined).map(([name, one]) => `${blank}${JSON.stringify(name)}${blank}:${blank}${written(one, blank, turned)}${blank}`);
  return `{${(turned ? members.toReversed() : members).join(',') || blank}}`;
}
const text = fc.tuple(line, fc.constantFrom('', ' ', '\t '), fc.boolean(), seldom(fc.tuple(fc.constantFrom('extra', 'at', 'what', 'output', '__proto__', 'class', ''), odd)), often(fc.constant(''), fc.constantFrom('}', ',', 'x', '\r')))
  .map(([one, blank, turned, other, tail]) => {
    const made = written(one, blank, turned);
    return `${other ? `${made.slice(0, -1)},${JSON.stringify(other[0])}:${JSON.stringify(other[1])}}` : made}${tail}`;
  });

const asLine = (json: string): LineOf => {
  // In the middle of other bytes, as lines lie.
  const bytes = Buffer.from(`"]}${json}":{[`);
  return { line: 1, bytes, from: 3, to: 3 + Buffer.byteLength(json) };
};
/** The line as the schema alone reads it. */
function bySchema(json: string): { told: LineIn } | Refused {
  try {
    const told = lineIn.parse(JSON.parse(json));
    const fault = told.what === 'decision' ? nonsenseIn(told, now) : null;
    return fault ? { line: 1, ...fault } : { told };
  } catch {
    const read = readLine(json);
    if ('told' in read) throw new Error(`taken, and the schema refuses it: ${json}`);
    return { line: 1, ...read };
  }
}
const reference = (kind: string, value: string | undefined) => (value === undefined ? null : `sub_${kind}_${Buffer.from(value).toString('hex').slice(0, 40)}`);

it('is refused or becomes the same record under the same name', () => {
  let plain = 0;
  fc.assert(
    fc.property(text, (json) => {
      const refused: Refused[] = [];
      const one = asLine(json);
      const sheet = readSheet([one], now, (fault) => void refused.push(fault));
      const meant = bySchema(json);
      if (!('told' in meant)) return void expect(refused).toEqual([meant]);
      expect(refused).toEqual([]);
      const { told } = meant;
      const { subject, encounter, user } = told as { subject?: string; encounter?: string; user?: string };
      expect([sorts[sheet.kinds[0]! - 1], sheet.keys[0], sheet.subjects[0], sheet.encounters[0], sheet.users[0]]).toEqual([told.what, told.key, subject, encounter, user]);
      if (sheet.told[0] !== undefined) return void expect(sheet.told[0]).toEqual(told);
      plain++;
      const into = Buffer.alloc(json.length + around);
      const wrote = (end: number) => into.toString('utf8', 5, end);
      const shared = { id: `dec_${'1'.repeat(26)}`, name: 'ab'.repeat(32) };
      if (told.what === 'decision') {
        const all = { ...shared, via: 'batch', subject: 'sub_x' } as const;
        expect(wrote(writeDecision(into, 5, one.bytes!, sheet.slots, 0, { ...all, encounter: reference('encounter', encounter), user: reference('user', user) }))).toBe(decisionText(told, { ...all, reference, sealed: null }));
      } else {
        expect(wrote(writeAbout(into, 5, one.bytes!, sheet.slots, 0, sheet.kinds[0]!, shared.id, reference('user', user)))).toBe(aboutText(told, { decision: shared.id, reference, sealed: null }));
        expect(`"${wrote(writeSaid(into, 5, one.bytes!, sheet.slots, 0, sheet.kinds[0]!))}"`).toBe(canonical(saidOf(told)));
      }
    }),
    { numRuns: 3000 },
  );
  // Most lines are meant to be plain; a reader that leaves all to the schema would pass the rest.
  expect(plain).toBeGreaterThan(300);
});

it('leaves what others wrote nothing of a line before it', () => {
  const bad = asLine('{"what":"decision","key":"K","at":"2026-03-10T11:00:00Z","subject":"S","version":"1","rule":"on-hold","facility":"main","label":"x"}');
  const good = asLine('{"what":"decision","key":"L","at":"2026-03-10T11:00:00Z","subject":"T","version":"2"}');
  const refused: Refused[] = [];
  const sheet = readSheet([bad, good], now, (fault) => void refused.push(fault));
  expect(refused).toHaveLength(1);
  expect(sheet.keys).toEqual(['L']);
  const into = Buffer.alloc(around);
  const text = into.toString('utf8', 0, writeDecision(into, 0, good.bytes!, sheet.slots, 0, { name: 'n', id: 'd', via: 'batch', subject: 's', encounter: null, user: null }));
  expect(JSON.parse(text)).toMatchObject({ facility: null, rule: null, label: null });
});
