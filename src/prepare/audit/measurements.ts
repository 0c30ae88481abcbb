// Which measures does a finished audit give to gate G1?
import type { NewMeasurement } from '../../spine/measures/model.ts';
import { mayBeProduction, type AuditDocument, type AuditFinding } from './model.ts';

export interface About {
  /** The deployment's id. */
  deployment: string;
  source: string;
  asOf: string;
  /** The day the programme began; null: not known. */
  programmeStart: string | null;
  /** When the first audit of the deployment was finished. */
  firstDone: string;
  /** The house's own name of a facility the export names. */
  slugOf(facility: string): string | null;
}

const isOverall = ({ unit }: AuditFinding) => unit.facility === null && unit.department === null && unit.clinician === null && unit.month === null;
const isFacility = ({ unit }: AuditFinding) => unit.facility !== null && unit.department === null && unit.clinician === null && unit.month === null;

/**
 * `audit.field-completeness` (the worst critical element of the whole and of each facility, and each element by itself),
 * `audit.completeness-spread`, `audit.provenance`, `audit.week-done`. An absent element makes the
 * worst not measurable: unknown, not 0.
 */
export function measurementsOf(audit: AuditDocument, about: About): NewMeasurement[] {
  const shared = { deployment: about.deployment, asOf: about.asOf, source: about.source, class: 'E2' as const };
  const whole = { facility: null, department: null };
  const nameOf = (facility: string) => about.slugOf(facility) ?? facility;
  const complete = audit.findings.filter((finding) => finding.check === 'C02' && (isOverall(finding) || isFacility(finding)));
  const facilities = [...new Set(complete.filter(isFacility).map((finding) => finding.unit.facility!))];
  const completeness = (finding: AuditFinding, scope: NewMeasurement['scope']): NewMeasurement => ({ ...shared, measure: 'audit.field-completeness', scope, ...numbers(finding), explain: finding.says });
  const made: NewMeasurement[] = [];
  for (const facility of [null, ...facilities]) {
    const scope = facility === null ? whole : { facility: nameOf(facility), department: null };
    const critical = complete.filter((finding) => finding.tier === 'critical' && finding.unit.facility === facility);
    // What is absent from the whole export is absent from each facility.
    const gone = complete.filter((finding) => finding.tier === 'critical' && finding.rate === null && isOverall(finding));
    const worst = gone[0] ?? critical.filter((finding) => finding.rate !== null).sort((a, b) => a.rate! - b.rate!)[0];
    if (worst) made.push(completeness(worst, scope));
  }
  for (const finding of complete) if (finding.element !== null && isOverall(finding)) made.push(completeness(finding, { ...whole, element: finding.element }));
  const spreads = audit.findings.filter((finding) => finding.check === 'C05' && finding.tier === 'critical' && finding.rate !== null).sort((a, b) => b.rate! - a.rate!);
  const widest = spreads[0];
  if (widest) made.push({ ...shared, measure: 'audit.completeness-spread', scope: whole, ...numbers(widest), explain: widest.says });
  else
    made.push({
      ...shared, measure: 'audit.completeness-spread', scope: whole, value: facilities.length === 1 ? 0 : null, interval: null, n: audit.summary.patients,
      explain: facilities.length === 1 ? `The export has one facility, ${facilities[0]}: there is nothing to be apart from.` : 'No two facilities have enough patients or encounters to be compared.',
    });
  const where = audit.provenance.verdict;
  made.push({ ...shared, measure: 'audit.provenance', scope: whole, value: where === 'production-like' ? 1 : 0, interval: null, n: audit.summary.resources, explain: audit.provenance.says });
  const week = about.programmeStart === null ? null : Math.max(1, Math.ceil((Date.parse(about.firstDone) - Date.parse(about.programmeStart) + 1) / (7 * 86_400_000)));
  made.push({
    ...shared, measure: 'audit.week-done', scope: whole, value: mayBeProduction(where) ? week : null, interval: null, n: null,
    explain: mayBeProduction(where) ? (week === null ? 'The day the programme began is not known.' : `The first audit was finished in week ${week} of the programme.`) : 'This was no audit of production data, so it does not count as the first.',
  });
  return made;
}

const numbers = (finding: AuditFinding) => ({ value: finding.rate, interval: finding.low === null || finding.high === null ? null : { low: finding.low, high: finding.high }, n: finding.n });
