// Do tables sort and copy as people expect?
import { expect, test } from 'vitest';
import { compareCells, toCsv } from './table.ts';

test('numbers inside words count as numbers, and what is missing goes last', () => {
  expect(['G10', null, 'g2', 'G1', ''].toSorted(compareCells)).toEqual(['G1', 'g2', 'G10', null, '']);
  expect([3, null, 1].toSorted(compareCells)).toEqual([1, 3, null]);
});

test('a copied table keeps commas, quotes and line breaks, and runs no formula', () => {
  expect(toCsv(['a', 'b'], [['1,5', 'say "no"'], ['=cmd()', null], [-3, 'x\ny']])).toBe('a,b\r\n"1,5","say ""no"""\r\n\'=cmd(),\r\n-3,"x\ny"\r\n');
});
