// Does the committed JSON Schema say what the code says, and do the numbers derived from a charter follow their sources?
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { charterSchema, charterSchemaText } from './charter-schema.ts';
import { riskTier } from './risk-tier.ts';

test('charter.schema.json at the root of the repository equals the code (`attending charter schema > charter.schema.json`)', () => {
  expect(readFileSync(new URL('../../../charter.schema.json', import.meta.url), 'utf8')).toBe(charterSchemaText());
});

test('only what has no default is required', () => {
  expect(charterSchema()['required']).toEqual(['attending', 'deployment', 'title', 'problem', 'owner', 'product', 'risk', 'decision', 'data']);
});

// The nine cells of IMDRF/SaMD WG/N12 FINAL:2014, table 7.2.
test.each([
  ['acts', 'death', 4], ['acts', 'serious', 3], ['acts', 'minor', 2],
  ['recommends', 'death', 3], ['recommends', 'serious', 2], ['recommends', 'minor', 1],
  ['informs', 'death', 2], ['informs', 'serious', 1], ['informs', 'minor', 1],
] as const)('an AI that %s where an error means %s is tier %i', (output, severityIfWrong, tier) => {
  expect(riskTier({ output, severityIfWrong, autonomy: 'human-decides', vulnerable: false }).tier).toBe(tier);
});
test('autonomy and vulnerable patients raise the tier, never above four; paperwork that harms nobody is zero', () => {
  expect(riskTier({ output: 'recommends', severityIfWrong: 'serious', autonomy: 'autonomous', vulnerable: false }).tier).toBe(3);
  expect(riskTier({ output: 'recommends', severityIfWrong: 'serious', autonomy: 'human-confirms', vulnerable: true }).tier).toBe(3);
  expect(riskTier({ output: 'acts', severityIfWrong: 'death', autonomy: 'autonomous', vulnerable: true }).tier).toBe(4);
  expect(riskTier({ output: 'administrative', severityIfWrong: 'none', autonomy: 'autonomous', vulnerable: false }).tier).toBe(0);
  expect(riskTier({ output: 'administrative', severityIfWrong: 'serious', autonomy: 'human-decides', vulnerable: false }).tier).toBe(1);
});
