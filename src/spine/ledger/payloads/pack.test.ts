// Does a packer that is kept write what a fresh one writes, whatever it packed before?
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { freshPacker, keptPacker, packed } from './pack.ts';

it('is at hand in this Node', () => expect(keptPacker()).not.toBeNull());

it('writes the same bytes as a fresh one, one payload after the other', () => {
  const pack = keptPacker()!;
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.json().map((text) => Buffer.from(text.repeat(5))), fc.uint8Array({ maxLength: 31_999 }).map((bytes) => Buffer.from(bytes))), { maxLength: 8 }), (payloads) => {
      const made = payloads.map(pack);
      payloads.forEach((plain, i) => expect(made[i]!.equals(freshPacker(plain))).toBe(true));
    }),
    { numRuns: 60 },
  );
});

it('packs nothing, what does not shrink and what is large', () => {
  const chance = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, i) => (Math.imul(i ^ (i >>> 3), 2_654_435_761) >>> 13) & 0xff));
  for (const plain of [Buffer.alloc(0), chance(31_999), chance(32_000), Buffer.alloc(200_000, 'abc')]) expect(inflateRawSync(packed(plain)).equals(plain)).toBe(true);
});
