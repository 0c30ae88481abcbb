// Is nothing decided from too few drawn records?
import { expect, test } from 'vitest';
import { estimatesOf } from './estimates.ts';
import type { SampledRecord, StratumRow } from './sample-words.ts';

const element = { id: 'pulse', name: 'Heart rate', tier: 'critical', threshold: 0.95 } as const;

/** A hospital each, of which so many were drawn and none has the value. */
function withoutAny(drawn: Record<string, number>) {
  const facilities = Object.keys(drawn);
  const strata = facilities.map((facility) => ({ facility, department: null, period: null, size: 45, n: drawn[facility], spread: 1, probability: 1, weight: 1 }) as unknown as StratumRow);
  const records = facilities.flatMap((facility, stratum) =>
    Array.from({ length: drawn[facility]! }, (_, at): SampledRecord => ({ number: 1, record: `Encounter/${facility}-${at}`, stratum, rank: at + 1, ticket: '0'.repeat(64), drawn: true, facility, department: 'ICU', month: '2026-01', found: { pulse: { n: 1, k: 0, values: [] } } })));
  return estimatesOf([element], strata, records, null);
}

test('a hospital with one drawn record is undecided, and told how many more are needed at least; one with twenty is not met', () => {
  const estimates = withoutAny({ Ash: 1, Birch: 20 });
  const of = (facility: string) => estimates.find((one) => one.facility === facility && one.department === null);
  expect(of('Ash')).toMatchObject({ n: 1, verdict: 'undecided' });
  expect(of('Ash')!.more).toBeGreaterThanOrEqual(4);
  expect(of('Ash')!.says).toContain('undecided. Take');
  expect(of('Birch')).toMatchObject({ n: 20, verdict: 'not-met' });
});
