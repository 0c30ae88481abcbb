// Is the quick text of an event the canonical one, byte for byte?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical } from '../../tools/base/canonical.ts';
import { eventText, type Event } from './event.ts';

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('plain', 'with "quotes"', 'a\\b', 'ü', '\u2028', '\n'));
const maybe = fc.option(text);
const at = fc.constant('2026-11-21T12:00:00.000Z');
const decision = fc.constant('dec_01hxyz01hxyz01hxyz01hxyz01');
const payload = fc.option(fc.record({ digest: fc.constant('ab'.repeat(32)), bytes: fc.nat() }), { nil: undefined });
const recorded = fc.record(
  {
    what: fc.constant('recorded'), decision, at, name: text, askedAt: maybe, shownAt: maybe, subject: text, encounter: maybe, user: maybe, facility: maybe, department: maybe, version: text, class: maybe,
    score: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), label: maybe, critical: fc.boolean(), disposition: fc.constant('shown'), rule: maybe, arm: maybe, momentAt: maybe, assurance: fc.constant('enforced'), via: fc.constant('gateway'), payload,
  },
  { noNullPrototype: true },
);
const delivered = fc.record({ what: fc.constant('delivered'), decision, at, delivered: fc.boolean(), disposition: fc.constantFrom(null, 'late') }, { noNullPrototype: true });
const outcome = fc.record({ what: fc.constant('outcome'), decision, at, name: text, positive: fc.constantFrom(null, true, false), acted: fc.boolean(), value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })) }, { noNullPrototype: true });

it('writes what canonical JSON writes', () => {
  fc.assert(fc.property(fc.oneof(recorded, delivered, outcome), (one) => {
      expect(eventText(one as unknown as Event)).toBe(canonical(one));
    }), { numRuns: 500 });
});
it('refuses a lone surrogate, as canonical JSON does', () => {
  expect(() => eventText({ what: 'outcome', decision: 'dec_01hxyz01hxyz01hxyz01hxyz01', at: '2026-11-21T12:00:00.000Z', name: '\ud800', positive: null, acted: false, value: null })).toThrow('lone surrogate');
});
