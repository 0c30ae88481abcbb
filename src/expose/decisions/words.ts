// How are decisions called on the screen?
import { span } from '../../tools/ui/numbers.ts';
import type { Assurance, Disposition, ShownDecision } from './model.ts';

export const dispositionWords: Record<Disposition, string> = { shown: 'Shown', shadow: 'Shadow', suppressed: 'Suppressed', killed: 'Killed', late: 'Late', withheld: 'Withheld' };
export const assuranceWords: Record<Assurance, string> = { enforced: 'Enforced', attested: 'Attested', reported: 'Reported' };
export const actWords: Record<NonNullable<ShownDecision['act']>, string> = { accepted: 'Accepted', overridden: 'Overridden', ignored: 'Ignored (inferred)' };

/** A length of time as short as it is: 240 ms, 3.2 s, 12 min. */
export function brief(ms: number | null): string {
  if (ms === null) return 'unknown';
  if (Math.abs(ms) < 1_000) return `${Math.round(ms)} ms`;
  if (Math.abs(ms) < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return span(ms);
}

/** A reference as people can read it out: its last letters. */
export const tail = (reference: string): string => `…${reference.slice(-6)}`;

/** A class of output in words: `high-risk` becomes "High risk". */
export const outputWords = (id: string): string => `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`;
