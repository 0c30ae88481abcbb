// Does the quick way read a line as the schema does, or leave it to the schema?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical } from '../../tools/base/canonical.ts';
import { eventText, type Event } from './event.ts';
import { lineIn } from './intake.ts';
import { plainLine } from './plain-line.ts';
import { aboutText, decisionText, saidOf } from './record-text.ts';
import { aboutWritten, decisionWritten, type About } from './tell.ts';

const odd = fc.oneof(fc.constant(null), fc.string(), fc.double(), fc.boolean(), fc.constant([]), fc.constant({}), fc.constant(''), fc.constant('x'.repeat(201)), fc.integer());
const time = fc.oneof({ weight: 20, arbitrary: fc.constantFrom('2026-03-10T11:00:00Z', '2026-03-10T11:00:00.120Z') }, fc.constantFrom('2026-02-30T11:00:00Z', '2026-03-31T23:59:59Z', '2026-03-10T11:00:00+02:00', '2026-03-10', 'now'));
const word = fc.oneof({ weight: 20, arbitrary: fc.constantFrom('A-1', 'icu', 'high-risk') }, odd);
const slug = fc.oneof({ weight: 20, arbitrary: fc.constantFrom('icu', 'high-risk', 'main') }, fc.constantFrom('Bad', 'a', 'a--b'));
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });

const line = fc.oneof(
  fc.record({ what: fc.constant('decision'), key: word, at: time, askedAt: maybe(time), subject: maybe(word), user: maybe(word), version: word, facility: maybe(slug), output: maybe(fc.record({ class: maybe(slug), score: maybe(fc.oneof(fc.double(), fc.string())), critical: maybe(fc.boolean()) })), disposition: maybe(fc.constantFrom('shown', 'late', 'seen')), payload: maybe(fc.constant({ a: 1 })) }),
  fc.record({ what: fc.constant('feedback'), key: word, at: time, act: fc.constantFrom('accepted', 'overridden', 'ignored'), reason: maybe(fc.record({ code: maybe(word), text: maybe(fc.string()) })), edited: maybe(fc.double({ min: -0.2, max: 1.2 })), dwellMs: maybe(fc.oneof(fc.integer(), fc.double())) }),
  fc.record({ what: fc.constant('outcome'), key: word, at: time, name: slug, positive: fc.oneof(fc.boolean(), fc.constant(null), fc.constant(undefined)), acted: maybe(fc.boolean()), value: maybe(fc.double()) }),
  fc.record({ what: fc.constantFrom('use', 'use', 'use', 'used'), key: word, at: time, touch: fc.constantFrom('opened', 'signed', 'eaten'), ms: maybe(fc.integer()) }),
);

it('reads what it reads exactly as the schema does', () => {
  let plain = 0;
  fc.assert(
    fc.property(line, fc.option(fc.tuple(fc.constantFrom('extra', 'at', 'output', '__proto__', 'constructor'), odd), { freq: 4 }), (made, other) => {
      const json = JSON.stringify({ ...made, ...(other && Object.fromEntries([other])) });
      const quick = plainLine(JSON.parse(json));
      if (quick === null) return;
      plain++;
      expect(quick).toEqual(lineIn.parse(JSON.parse(json)));
    }),
    { numRuns: 4000 },
  );
  expect(plain).toBeGreaterThan(200);
});

it('writes an event as canonical JSON does', () => {
  const shared = { decision: `dec_${'0'.repeat(26)}`, at: '2026-03-10T11:00:00.000Z' };
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), (words, value, sealed) => {
      const one: Event = { what: 'feedback', ...shared, act: 'accepted', user: null, reason: words, reasonSystem: null, suggestion: null, edited: value, dwellMs: null, ...(sealed && { payload: { digest: 'd', bytes: 3 } }) };
      expect(eventText(one)).toBe(canonical(one));
    }),
  );
});

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const figure = fc.double({ noNaN: true, noDefaultInfinity: true });
const count = fc.nat();
const full = fc.record(
  {
    key: words, at: fc.constant('2026-03-10T11:00:00Z'), subject: words, version: words, user: words, encounter: words, label: words, facility: fc.constant('main'), arm: fc.constant('arm-a'), momentAt: fc.constant('2026-03-10T11:30:00+02:00'), askedAt: fc.constant('2026-03-10T10:59:00Z'),
    disposition: fc.constantFrom('shown', 'shadow', 'suppressed'), critical: fc.boolean(), class: fc.constant('high-risk'), score: figure, text: words, system: words, code: words, act: fc.constantFrom('accepted', 'overridden'), edited: fc.constantFrom(0, 0.25, 1), dwellMs: count, suggestion: words, name: fc.constant('sepsis'), positive: fc.constantFrom(true, false, null),
    acted: fc.boolean(), value: figure, touch: fc.constantFrom('opened', 'signed'), ms: count,
  },
  { requiredKeys: ['key', 'at', 'subject', 'version', 'act', 'name', 'positive', 'touch'] },
);

it('writes a line as it writes the event that is made of it, and knows it by all it says', () => {
  const shared = { name: Buffer.alloc(32, 7), id: `dec_${'1'.repeat(26)}`, reference: (kind: string, value: string | undefined) => (value === undefined ? null : `sub_${kind}`) };
  fc.assert(
    fc.property(full, fc.boolean(), ({ label, critical, class: type, score, text, system, code, key, at, subject, version, user, encounter, facility, arm, momentAt, askedAt, disposition, act, edited, dwellMs, suggestion, name, positive, acted, value, touch, ms }, isSealed) => {
      const told = (what: string, fields: object) => lineIn.parse(JSON.parse(JSON.stringify({ what, key, at, ...fields })));
      const sealed = isSealed ? { digest: 'ab', length: 3 } : null;
      const payload = sealed && { payload: { digest: 'ab', bytes: 3 } };
      const decision = told('decision', { subject, version, user, encounter, facility, arm, momentAt, askedAt, disposition, output: { label, critical, class: type, score } });
      if (decision.what !== 'decision') throw new Error('no decision');
      const made = decisionWritten(shared.name, shared.id, decision, 'reported', 'batch', shared.reference);
      expect(decisionText(decision, { name: shared.name.toString('hex'), id: shared.id, via: 'batch', subject: 'sub_patient', reference: shared.reference, sealed })).toBe(canonical({ ...made.event, ...payload }));
      for (const one of [told('feedback', { act, user, edited, dwellMs, suggestion, reason: code && { code, system, text } }), told('outcome', { name, positive, acted, value }), told('use', { touch, user, ms })]) {
        if (one.what === 'decision') throw new Error('a decision');
        const { what, ...rest } = one;
        const about = (one.what === 'use' ? { what, told: { key, at: one.at, ...(user !== undefined && { user }), ...(ms !== undefined && { ms }), what: touch } } : { what, told: rest }) as About;
        const beside = what === 'feedback' ? sealed : null;
        expect(aboutText(one, { decision: shared.id, reference: shared.reference, sealed: beside })).toBe(canonical({ ...aboutWritten(shared.name, shared.id, about, shared.reference).event, ...(beside && payload) }));
        expect(saidOf(one)).toBe(canonical(about.told));
      }
    }),
  );
});
