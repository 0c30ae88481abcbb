// How is a finding written for people?
import { count, percent } from '../../tools/ui/numbers.ts';
import type { StoredFinding, Threshold, Unit } from './model.ts';

/** `North hospital / ICU, March 2026`; the whole export when it is about no unit. */
export function unitWords(unit: Unit): string {
  const place = [unit.facility, unit.department, unit.clinician].filter(Boolean).join(' / ');
  return [place, unit.month].filter(Boolean).join(', ') || 'whole export';
}

export const thresholdWords = (threshold: Threshold | null): string => (threshold ? `${threshold.bound === 'at-least' ? 'at least' : 'at most'} ${percent(threshold.value)}${threshold.from === 'default' ? ' (default)' : ''}` : 'no threshold');

/** The number of a finding; what is withheld or cannot be measured is said, not drawn as zero. */
export function rateWords(finding: Pick<StoredFinding, 'rate' | 'suppressed' | 'n'>): string {
  if (finding.suppressed) return 'withheld';
  if (finding.rate === null) return `n ${count(finding.n)}`;
  return percent(finding.rate);
}
