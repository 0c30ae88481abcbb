// How is a finding written for people?
import { count, percent } from '../../tools/ui/numbers.ts';
import type { AuditDocument, AuditFinding, StoredFinding, Unit } from './model.ts';

/** `North hospital / ICU, March 2026`; the whole export when it is about no unit. */
export function unitWords(unit: Unit): string {
  const place = [unit.facility, unit.department, unit.clinician].filter(Boolean).join(' / ');
  return [place, unit.month].filter(Boolean).join(', ') || 'whole export';
}

export const thresholdWords = ({ threshold, bound, thresholdFrom }: Pick<AuditFinding, 'threshold' | 'bound' | 'thresholdFrom'>): string =>
  threshold === null ? 'no threshold' : `${bound === 'at-least' ? 'at least' : 'at most'} ${percent(threshold)}${thresholdFrom === 'default' ? ' (default)' : ''}`;

/** What people call the element; its id where the charter's elements are not there (yet). */
export const elementName = (elements: AuditDocument['elements'], id: string): string => elements.find((element) => element.id === id)?.name ?? id;

/** The number of a finding; what is withheld or cannot be measured is said, not drawn as zero. */
export function rateWords(finding: Pick<StoredFinding, 'rate' | 'suppressed' | 'n'>): string {
  if (finding.suppressed) return 'withheld';
  if (finding.rate === null) return `n ${count(finding.n)}`;
  return percent(finding.rate);
}
