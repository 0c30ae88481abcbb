// Is the name of an identifier the same, asked for alone or among many?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical } from '../../../tools/base/canonical.ts';
import { testHouse } from '../../../tools/server/test-database.ts';
import { ledger } from '../ledger.ts';
import { keyedNames } from './many-names.ts';
import { keyedHash } from './subjects.ts';

it('names alone and among many are the same', async () => {
  const house = await testHouse([ledger]);
  const system = 'decisions/dep_1/é"\\decision';
  const name = await keyedNames(house, system);
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string({ minLength: 4_000, maxLength: 9_000 })), async (value) => {
      expect(name(value)).toBe((await keyedHash(house, { system, value })).toString('hex'));
      const inside = canonical(value).slice(1, -1);
      const room = name.room(3 * inside.length);
      expect(name.written(name.at + room.write(inside, name.at, 'utf8'))).toBe(name(value));
    }),
  );
});
