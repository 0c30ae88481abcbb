// Which measures does a finished notes audit give to gate criterion 1.6?
import type { NewMeasurement } from '../../spine/measures/model.ts';
import type { Finding, NotesDocument } from './model.ts';

export interface About {
  /** The deployment's id. */
  deployment: string;
  source: string;
  asOf: string;
  /** The house's own name of a facility the export names. */
  slugOf(facility: string): string | null;
}

/** `audit.copy-forward`, `audit.templated`, `audit.note-types-found` of the whole and of each facility, and `notes.stale-chain`. */
export function measurementsOf({ findings, summary }: NotesDocument, about: About): NewMeasurement[] {
  const shared = { deployment: about.deployment, asOf: about.asOf, source: about.source, class: 'E2' as const };
  const scopeOf = (facility: string | null) => ({ facility: facility === null ? null : (about.slugOf(facility) ?? facility), department: null });
  const isPlace = ({ unit }: Finding) => unit.department === null && unit.type === null;
  const numbers = (finding: Finding) => ({ value: finding.rate, interval: finding.low === null || finding.high === null ? null : { low: finding.low, high: finding.high }, explain: finding.says });
  const made: NewMeasurement[] = [];
  const publish = (measure: string, check: string, nOf: (finding: Finding) => number, missing: string) => {
    const mine = findings.filter((finding) => finding.check === check && isPlace(finding));
    for (const finding of mine) made.push({ ...shared, measure, scope: scopeOf(finding.unit.facility), ...numbers(finding), n: nOf(finding) });
    if (!mine.some(({ unit }) => unit.facility === null)) made.push({ ...shared, measure, scope: scopeOf(null), value: null, interval: null, n: summary.notes, explain: missing });
  };
  const notes = (finding: Finding) => finding.figures['notes'] ?? 0;
  publish('audit.copy-forward', 'U03', notes, 'There is no readable note of the population.');
  publish('audit.templated', 'U04', notes, summary.notes === 0 ? 'There is no readable note of the population.' : 'Fewer than ten patients have notes: a template cannot be told from a copy.');
  publish('audit.note-types-found', 'U02', ({ n }) => n, 'No note type is expected: the charter names none, and the export has no habit of one.');
  const stale = findings.find((finding) => finding.check === 'U07' && isPlace(finding) && finding.unit.facility === null);
  made.push({
    ...shared, measure: 'notes.stale-chain', scope: scopeOf(null), interval: null,
    ...(stale ? { value: stale.rate, n: notes(stale), explain: stale.says } : summary.notes > 0 ? { value: 0, n: summary.notes, explain: 'No copied text with a known encounter was found, so none is stale.' } : { value: null, n: 0, explain: 'There is no readable note of the population.' }),
  });
  return made;
}
