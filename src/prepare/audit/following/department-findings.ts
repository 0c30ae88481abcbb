// What does an audit say of a department that it does not list, because nothing is wrong there?
import type { AuditDocument, AuditFinding } from '../model.ts';

export type MeasuredFinding = Pick<AuditFinding, 'check' | 'element' | 'resource' | 'unit' | 'n' | 'k' | 'rate' | 'low' | 'high' | 'threshold' | 'bound' | 'verdict' | 'says' | 'figures'>;

/** Findings of the whole, of facilities and of every department: those a check lists, and those whose numbers stand in the rate tables only. */
export function everyUnit({ findings, rates = [] }: Pick<AuditDocument, 'findings' | 'rates'>): MeasuredFinding[] {
  const listed = findings.filter(({ unit }) => unit.clinician === null && unit.month === null);
  const keyOf = (check: string, element: string | null, resource: string | null, facility: string | null, department: string | null) => JSON.stringify([check, element, resource, facility, department]);
  const known = new Set(listed.map(({ check, element, resource, unit }) => keyOf(check, element, resource, unit.facility, unit.department)));
  const unlisted = rates.flatMap(({ check, element, resource, threshold, bound, departments }) =>
    departments.flatMap(({ facility, department, n, k, people, low, high, verdict }): MeasuredFinding[] =>
      known.has(keyOf(check, element, resource, facility, department)) ? [] : [{ check, element, resource, unit: { facility, department, clinician: null, month: null }, n, k, rate: n === 0 ? null : k / n, low, high, threshold, bound, verdict, says: '', figures: { patients: people } }],
    ),
  );
  return [...listed, ...unlisted];
}
