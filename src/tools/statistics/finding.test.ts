// Are numbers said as people write them?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { count } from './finding.ts';

it('a count is said as en-US says it, whatever number it is', () => {
  for (let n = 0; n <= 1100; n++) expect(count(n)).toBe(n.toLocaleString('en-US'));
  fc.assert(fc.property(fc.oneof(fc.integer(), fc.double({ min: -2000, max: 2000, noNaN: true })), (n) => count(n) === new Intl.NumberFormat('en-US').format(n)));
});
