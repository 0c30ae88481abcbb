// When does a data-quality issue hold, close itself, or break again?
import type { AuditFinding, Verdict } from '../model.ts';
import type { IssueState } from './model.ts';

/** What an issue was opened on. */
export interface Held {
  state: IssueState;
  /** The verdict of the finding it was opened from. */
  openedVerdict: Verdict;
  openedN: number;
  threshold: number | null;
  bound: 'at-least' | 'at-most' | null;
}
export type Measured = Pick<AuditFinding, 'n' | 'rate' | 'low' | 'high' | 'threshold' | 'bound' | 'verdict'>;

export interface Outcome {
  state: IssueState;
  says: string;
  kind: 'measured' | 'not-measured' | 'closed' | 'reopened';
}

/** An audit of fewer than this share of the cases the issue was opened on does not close it. */
export const enoughOf = 0.5;

/**
 * What this audit does to an issue. It closes when the same check, element and unit is *met* against the threshold of
 * the day it was opened (or a stricter one of today), with at least half the n it was opened on; one that was
 * *undecided* then needs two such audits in a row. An audit that did not measure it changes nothing. A closed one that is
 * not met again is opened again. What a person set aside stays so.
 */
export function outcomeOf(held: Held, found: Measured | null): Outcome {
  const { state } = held;
  if (found === null || found.rate === null || found.verdict === 'not-measurable') return { state, kind: 'not-measured', says: 'This audit did not measure it, so it changes nothing.' };
  const easier = held.threshold !== null && held.bound !== null && found.bound === held.bound && missesOf(found.rate, held.threshold, held.bound);
  const met = found.verdict === 'met' && !easier;
  if (state === 'set-aside') return { state, kind: 'measured', says: `Measured: ${found.verdict.replace('-', ' ')}. It stays set aside.` };
  if (found.verdict === 'undecided') return { state: state === 'holding' ? 'open' : state, kind: 'measured', says: 'Undecided: the interval straddles the threshold.' };
  if (!met) {
    if (state === 'closed' && found.verdict === 'not-met') return { state: 'open', kind: 'reopened', says: 'Not met again, so it is open again.' };
    if (found.verdict === 'met') return { state: state === 'holding' ? 'open' : state, kind: 'measured', says: 'Met only because less is promised now; against what was promised when it was opened it is not.' };
    return { state: 'open', kind: 'measured', says: 'Not met.' };
  }
  if (state === 'closed') return { state, kind: 'measured', says: 'Met: it holds.' };
  if (found.n < held.openedN * enoughOf) return { state, kind: 'measured', says: `Met, but on ${found.n} cases where it was opened on ${held.openedN}: too few to close it.` };
  if (held.openedVerdict === 'undecided' && state !== 'holding') return { state: 'holding', kind: 'measured', says: 'Met once; it was undecided when it was opened, so a second audit in a row must agree.' };
  return { state: 'closed', kind: 'closed', says: 'Met, so it closed itself.' };
}

const missesOf = (rate: number, threshold: number, bound: 'at-least' | 'at-most') => (bound === 'at-least' ? rate < threshold : rate > threshold);
