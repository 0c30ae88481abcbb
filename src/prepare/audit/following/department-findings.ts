// What does an audit say of a facility or department that it does not list, because nothing is wrong there?
import type { AuditDocument, AuditFinding } from '../model.ts';

export type MeasuredFinding = Pick<AuditFinding, 'check' | 'element' | 'resource' | 'unit' | 'n' | 'k' | 'rate' | 'low' | 'high' | 'threshold' | 'bound' | 'verdict' | 'says' | 'figures'>;

/** Findings of the whole, of facilities and of every department: those a check lists, and those whose numbers stand in the rate tables only. */
export function everyUnit({ findings, rates = [] }: Pick<AuditDocument, 'findings' | 'rates'>): MeasuredFinding[] {
  const listed = findings.filter(({ unit }) => unit.clinician === null && unit.month === null);
  const keyOf = (check: string, element: string | null, resource: string | null, facility: string | null, department: string | null) => JSON.stringify([check, element, resource, facility, department]);
  const known = new Set(listed.map(({ check, element, resource, unit }) => keyOf(check, element, resource, unit.facility, unit.department)));
  const unlisted = rates.flatMap(({ check, element, resource, threshold, bound, departments }) =>
    departments.flatMap(({ facility, department, n, k, people, low, high, verdict }): MeasuredFinding[] =>
      known.has(keyOf(check, element, resource, facility, department)) ? [] : [{ check, element, resource, unit: { facility, department, clinician: null, month: null }, n, k, rate: n === 0 ? null : k / n, low, high, threshold, bound, verdict, says: '', figures: { patients: people }, ...(check === 'C07' && { threshold: null, bound: null }) }],
    ),
  );
  return [...listed, ...unlisted, ...speaking(listed, rates, (unit) => known.has(keyOf('C07', unit.element, unit.resource, unit.unit.facility, unit.unit.department)))];
}

/** C07 lists the silent units only. Of the others it is known how many speak: of elements from C02, of kinds of record from C07's own rates. */
function speaking(listed: readonly MeasuredFinding[], rates: NonNullable<AuditDocument['rates']>, isListed: (one: MeasuredFinding) => boolean): MeasuredFinding[] {
  const looked = new Set(listed.filter(({ check, unit }) => check === 'C07' && unit.facility === null).map(({ element }) => element));
  const overall = new Map(listed.filter(({ check, unit }) => check === 'C02' && unit.facility === null).map(({ element, rate }) => [element, rate ?? 0]));
  const ofElements = listed.filter(({ check, element, unit, k, n }) => check === 'C02' && unit.facility !== null && looked.has(element) && n > 0 && (k ?? 0) > 0)
    .map((one): MeasuredFinding => ({ ...one, check: 'C07', threshold: null, bound: null, says: '', verdict: (one.rate ?? 0) < (overall.get(one.element) ?? 0) / 10 ? 'not-met' : 'met' }));
  const ofKinds = rates.filter(({ check }) => check === 'C07').flatMap(({ resource, facilities = [] }) => facilities.map(({ facility, n, k, people, low, high, verdict }): MeasuredFinding =>
    ({ check: 'C07', element: null, resource, unit: { facility, department: null, clinician: null, month: null }, n, k, rate: n === 0 ? null : k / n, low, high, threshold: null, bound: null, verdict, says: '', figures: { patients: people } })));
  return [...ofElements, ...ofKinds].filter((one) => !isListed(one));
}
