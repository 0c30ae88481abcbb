// Does a finding read as what it is, and never as a zero that nobody measured?
import { expect, test } from 'vitest';
import { rateWords, thresholdWords, unitWords } from './finding-words.ts';
import { plainName } from './UploadExport.tsx';

test('units, thresholds and rates in words', () => {
  expect(unitWords({ facility: null, department: null, clinician: null, month: null })).toBe('whole export');
  expect(unitWords({ facility: 'North', department: 'ICU', clinician: null, month: '2026-03' })).toBe('North / ICU, 2026-03');
  expect(thresholdWords({ bound: 'at-most', threshold: 0.1, thresholdFrom: 'default' })).toBe('at most 10.0 % (default)');
  expect(rateWords({ rate: null, suppressed: false, n: 0 })).toBe('n 0');
  expect(rateWords({ rate: 0.3, suppressed: true, n: 3 })).toBe('withheld');
});

test('uploaded names become what the server takes', () => {
  expect(plainName('../Ünïcode file (1).ndjson.gz')).toMatch(/^[A-Za-z0-9][\w.-]{0,199}$/);
  expect(plainName('...')).toBe('file.ndjson');
});
