// Is the name of an identifier its HMAC, whatever was named before it?
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lookupOf } from './subjects.ts';

it('is HMAC-SHA-256 as Node makes it, for short and long texts of any language, one after the other', () => {
  const keys = [Buffer.alloc(32, 7), Buffer.alloc(32, 9)];
  const identifier = fc.record({ system: fc.string({ unit: 'grapheme' }), value: fc.string({ unit: 'grapheme', maxLength: 3_000 }), key: fc.constantFrom(...keys) });
  fc.assert(
    fc.property(fc.array(identifier, { maxLength: 6 }), (asked) => {
      for (const { key, system, value } of asked) {
        const should = createHmac('sha256', key).update(JSON.stringify([system, value])).digest('hex');
        expect(lookupOf(key, { system, value }).toString('hex')).toBe(should);
      }
    }),
    { numRuns: 60 },
  );
});
