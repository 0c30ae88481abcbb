// Has the foundation moved so far that somebody must look, without crying wolf to whoever looks every day?
import { alphaOfLook, differenceOf, probabilityOfSoFew } from '../../../tools/statistics/difference.ts';
import { percent } from '../../../tools/ui/numbers.ts';
import type { Verdict } from '../model.ts';
import { unknownUnit } from '../units.ts';
import { effectiveCounts, type ComparedFinding } from './compare.ts';
import { checkName } from './compare-words.ts';
import type { Cause } from './model.ts';
import { inPoints } from './movement-words.ts';

/** What drift is judged on: of the whole export and of each facility. */
export interface Foundation {
  findings: readonly ComparedFinding[];
  absent: readonly { what: string; element: string | null }[];
  elements: readonly { id: string; name: string; resource: string; path: string; per: string; window: string }[];
}

/** Together, over all looks that ever come until a review is answered. */
export const alpha = 0.05;
/** A fall of less than one percentage point opens nothing, however sure it is. */
export const smallestFall = 0.01;
/** Below this effective n on either side nothing is tested: nothing could ever be sure enough, and the risk is left to the others. */
export const smallestTested = 10;
/** Checks of the later catalogue whose verdict alone opens a review, when it is not met twice in a row. */
export const driftChecks = ['V05', 'C08', 'T03'] as const;

export interface Look {
  causes: Cause[];
  /** What this look was allowed to spend. */
  alpha: number;
  comparisons: number;
}

/**
 * Compares an audit with the one before and with the baseline (the first since the last answered review), for critical
 * and important elements: completeness (C02) of the whole and of each facility. One-sided exact tests on effective
 * counts. The look-th look spends 6α/(π²·look²) of α = 0.05, divided by the number of comparisons (Bonferroni), so the
 * probability of any false review until one is answered is at most 5 %, however often and however long one looks.
 * Sources: Lan & DeMets, Biometrika 1983;70:659 (spending); Dunn, J Am Stat Assoc 1961;56:52 (Bonferroni).
 * @param look counted from 1  @param before the audits before, the newest first: the second one is asked where a check must fail twice
 */
export function lookForDrift(now: Foundation, previous: Foundation, baseline: Foundation | null, look: number, facilityShare: (facility: string) => number): Look {
  const spent = alphaOfLook(look, alpha);
  const against = [{ name: 'previous' as const, earlier: previous }, ...(baseline && baseline !== previous ? [{ name: 'baseline' as const, earlier: baseline }] : [])];
  const pairs = against.flatMap(({ name, earlier }) => pairsOf(now, earlier).map((pair) => ({ ...pair, against: name })));
  const tested = pairs.map((pair) => ({ ...pair, p: fallOf(pair.was, pair.is) })).filter((pair): pair is typeof pair & { p: number } => pair.p !== null);
  const causes: Cause[] = [];
  const seen = new Set<string>();
  for (const { was, is, name, against, p } of tested) {
    const { difference, low, high } = differenceOf({ value: is.rate!, low: is.low!, high: is.high! }, { value: was.rate!, low: was.low!, high: was.high! });
    if (p > spent / tested.length || -difference < smallestFall) continue;
    const key = JSON.stringify([is.element, is.unit.facility]);
    if (seen.has(key)) continue;
    seen.add(key);
    const where = is.unit.facility === null ? '' : ` in ${is.unit.facility}`;
    causes.push({ kind: 'fell', check: is.check, element: is.element, facility: is.unit.facility, against, difference, low, high, p, says: `${name}${where} fell from ${percent(was.rate!)} to ${percent(is.rate!)} since the ${against === 'previous' ? 'audit before' : 'baseline'}, ${inPoints(difference)} (95 % interval ${inPoints(low)} to ${inPoints(high)}).` });
  }
  const none = { difference: null, low: null, high: null, p: null, against: 'previous' as const };
  for (const { what, element } of now.absent)
    if (element !== null && !previous.absent.some((one) => one.element === element) && previous.elements.some(({ id }) => id === element)) causes.push({ ...none, kind: 'absent', check: 'C02', element, facility: null, says: `${what}: it was there in the audit before, and is absent now.` });
  const here = new Set(now.findings.flatMap(({ unit }) => unit.facility ?? []));
  for (const facility of new Set(previous.findings.flatMap(({ unit }) => unit.facility ?? [])))
    if (facility !== unknownUnit && !here.has(facility) && facilityShare(facility) >= 0.05) causes.push({ ...none, kind: 'facility-gone', check: 'C07', element: null, facility, says: `${facility} had ${percent(facilityShare(facility))} of the cases in the audit before, and is not in this export.` });
  for (const check of driftChecks) {
    // A test repeated at every audit fails now and then by chance: twice in a row, after it was met, is asked for.
    const state = (foundation: Foundation, finding: ComparedFinding): Verdict | null => foundation.findings.find((one) => one.check === check && one.element === finding.element && one.resource === finding.resource && one.unit.facility === finding.unit.facility && one.unit.department === null && one.unit.month === null)?.verdict ?? null;
    for (const finding of now.findings.filter((one) => one.check === check && one.verdict === 'not-met' && one.unit.facility === null && one.unit.month === null && one.unit.clinician === null))
      if (state(previous, finding) === 'not-met' && baseline !== null && state(baseline, finding) === 'met') causes.push({ ...none, kind: 'check', check, element: finding.element, facility: null, against: 'baseline', says: `${checkName(check)}: not met in two audits in a row, where it was met at the baseline. ${finding.says}` });
  }
  return { causes, alpha: spent, comparisons: tested.length };
}

function pairsOf(now: Foundation, then: Foundation): { was: ComparedFinding; is: ComparedFinding; name: string }[] {
  const meaning = (foundation: Foundation, id: string) => {
    const element = foundation.elements.find((one) => one.id === id);
    return element && JSON.stringify([element.resource, element.path, element.per, element.window]);
  };
  const judged = (finding: ComparedFinding) => finding.check === 'C02' && finding.element !== null && finding.unit.department === null && finding.unit.month === null && finding.unit.clinician === null && !finding.suppressed && finding.rate !== null && finding.low !== null && finding.high !== null;
  const earlier = new Map(then.findings.filter(judged).map((finding) => [JSON.stringify([finding.element, finding.unit.facility]), finding]));
  return now.findings.filter((finding) => judged(finding) && finding.tier !== 'context').flatMap((is) => {
    const was = earlier.get(JSON.stringify([is.element, is.unit.facility]));
    return was && meaning(now, is.element!) === meaning(then, is.element!) ? [{ was, is, name: now.elements.find(({ id }) => id === is.element)?.name ?? is.element! }] : [];
  });
}

function fallOf(was: ComparedFinding, is: ComparedFinding): number | null {
  const [a, b] = [effectiveCounts(was), effectiveCounts(is)];
  return a.n < smallestTested || b.n < smallestTested ? null : probabilityOfSoFew(b.k, b.n, a.k, a.n);
}
