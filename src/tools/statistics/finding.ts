// Which words do the findings of every room share: bound, threshold, verdict, evidence?
import { z } from 'zod';
import type { Verdict } from './verdict.ts';

export const bound = z.enum(['at-least', 'at-most']);
export const thresholdFrom = z.enum(['charter', 'default']);

/** The bound a rate is held against: `at-least` for good things, `at-most` for bad ones. */
export interface Bounded {
  bound: z.infer<typeof bound>;
  /** In the unit of the rate, mostly a share 0-1. */
  value: number;
  /** `charter`: promised there; `default`: ours, shown as such. */
  from: z.infer<typeof thresholdFrom>;
}

export const verdict = z.enum(['met', 'not-met', 'undecided', 'not-measurable'] satisfies Verdict[]);

/** Where the evidence stands in what was read. */
export const evidenceRow = z.strictObject({
  file: z.string(),
  line: z.int().min(1).nullable(),
  id: z.string().nullable().describe('ResourceType/id, or the id of a row.'),
  says: z.string().describe('What is wrong there.'),
});
export type EvidenceRow = z.infer<typeof evidenceRow>;

/** How many evidence rows a finding carries at most. */
export const maxRows = 20;

/** The word of whoever promised something about this check, else the check's default; null: nothing is promised. */
export function boundOf({ id, threshold }: { id: string; threshold: { bound: Bounded['bound']; value: number } | null }, promised: Readonly<Record<string, { atLeast?: number | undefined; atMost?: number | undefined }>> | undefined): Bounded | null {
  const said = promised?.[id];
  if (said?.atLeast !== undefined) return { bound: 'at-least', value: said.atLeast, from: 'charter' };
  if (said?.atMost !== undefined) return { bound: 'at-most', value: said.atMost, from: 'charter' };
  return threshold ? { ...threshold, from: 'default' } : null;
}

/** `97.3 %`. A share just short of the whole must not read as the whole, nor one just above nothing as nothing. */
export const percent = (share: number): string => {
  const points = share * 100;
  const text = points > 99.95 && points < 100 ? '> 99.9' : points < 0.05 && points > 0 ? '< 0.1' : points.toFixed(1).replace(/\.0$/, '');
  return `${text} %`;
};

export const sayInterval = (low: number | null, high: number | null): string => (low === null || high === null ? '' : ` (95 % interval ${percent(low)} to ${percent(high)})`);

const thousands = new Intl.NumberFormat('en-US');
// Up to 999 there is nothing to set apart; to ask the formatter takes ten times as long.
export const count = (n: number): string => (Number.isInteger(n) && n > 0 && n < 1000 ? String(n) : thousands.format(n));

/** "1 facility", "2 facilities". */
export const countOf = (n: number, one: string, more = `${one}s`): string => `${count(n)} ${n === 1 ? one : more}`;

/** Numbers are kept to 9 digits, so that the same input gives the same document. */
export const tidy = (value: number | null): number | null => (value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(9)));
