// How do findings leave as CSV, or as assertions that other tools of data quality read?
import { toCsv, type CellValue } from '../../../tools/ui/table.ts';
import { catalogue } from '../checks.ts';
import type { AuditDocument, AuditFinding } from '../model.ts';
import { smallestCell, type fileFormats } from './model.ts';

export type FileFormat = (typeof fileFormats)[number];
/** Whose findings they are. */
export interface FileOf {
  elements: AuditDocument['elements'];
  findings: readonly (Omit<AuditFinding, 'rows'> & { suppressed?: boolean })[];
}

export const fileTypes: Record<FileFormat, { type: string; name: string }> = { csv: { type: 'text/csv; charset=utf-8', name: 'findings.csv' }, assertions: { type: 'application/x-ndjson', name: 'findings.assertions.ndjson' } };

const headers = ['check', 'check_name', 'category', 'element', 'element_name', 'resource', 'path', 'facility', 'department', 'clinician', 'month', 'tier', 'verdict', 'n', 'k', 'rate', 'low', 'high', 'bound', 'threshold', 'threshold_from', 'withheld', 'says'];

/** A file of findings; cells under five people are withheld, because files are handed around. */
export function findingsFile(audit: FileOf, format: FileFormat): string {
  const rows = audit.findings.map(withheldIfSmall);
  if (format === 'assertions') return rows.map((finding) => `${JSON.stringify(assertionOf(finding, audit))}\n`).join('');
  return toCsv(headers, rows.map((finding): CellValue[] => {
    const { check, element, resource, unit, tier, verdict, n, k, rate, low, high, bound, threshold, thresholdFrom, suppressed, says } = finding;
    const about = audit.elements.find(({ id }) => id === element);
    const words = catalogue.find(({ id }) => id === check);
    return [check, words?.name, words?.family, element, about?.name, resource, about?.path, unit.facility, unit.department, unit.clinician, unit.month, tier, verdict, suppressed ? null : n, k, rate, low, high, bound, threshold, thresholdFrom, suppressed ? 'yes' : 'no', says];
  }));
}

type Row = FileOf['findings'][number];

function withheldIfSmall(finding: Row): Row & { suppressed: boolean } {
  const { unit, figures, n } = finding;
  const whole = unit.facility === null && unit.department === null && unit.clinician === null && unit.month === null;
  const suppressed = finding.suppressed === true || (!whole && Math.round(figures['patients'] ?? n) < smallestCell);
  return suppressed ? { ...finding, n: 0, k: null, rate: null, low: null, high: null, verdict: 'not-measurable', says: 'Fewer than five people stand behind this, so its numbers are withheld.', figures: {}, suppressed } : { ...finding, suppressed };
}

/**
 * One assertion. The first six members are the result that the discussion HL7/sql-on-fhir #375 sketches, which is the
 * assertion of OpenLineage's DataQualityAssertionsDatasetFacet with a measured and an expected value; `category` is the
 * Kahn category that it puts on the check. It is a discussion, not a standard. What it has no word for stands under `attending`.
 */
function assertionOf(finding: Row & { suppressed: boolean }, audit: FileOf) {
  const { check, element, resource, unit, tier, verdict, n, k, rate, low, high, bound, threshold, says } = finding;
  const about = audit.elements.find(({ id }) => id === element);
  const words = catalogue.find(({ id }) => id === check);
  return {
    assertion: `${check} ${words?.name ?? ''}`.trim(),
    column: about ? `${about.resource}.${about.path}` : resource,
    // Undecided and not measurable are neither success nor failure.
    success: verdict === 'met' ? true : verdict === 'not-met' ? false : null,
    actualValue: rate,
    expectedValue: threshold === null ? null : `${bound === 'at-least' ? '>=' : '<='} ${threshold}`,
    severity: tier === 'critical' ? 'error' : tier === 'important' ? 'warn' : 'info',
    category: words?.family ?? null,
    attending: { check, element, resource, ...unit, verdict, tier, n: finding.suppressed ? null : n, k, low, high, withheld: finding.suppressed, says },
  };
}
