// C08: is the value recorded less and less?
import { normalCdf } from '../../../tools/statistics/normal.ts';
import { studentQuantile } from '../../../tools/statistics/beta.ts';
import { thresholdOf, tierOf, whole, type Check } from '../check.ts';
import { groupBy, percent, sayThreshold, sayUnit, tidy } from '../judging.ts';
import type { Finding } from '../model.ts';
import { monthIndex, recentMonths, windowsInWords } from '../recent-months.ts';
import { unknownUnit } from '../units.ts';

/** Over all series looked at together, a fall is seen by chance at most this often. */
const byChance = 0.01;

interface Month {
  n: number;
  k: number;
  /** Observations it is worth, encounters of one patient counted once. */
  worth: number;
  at: number;
}

export const completenessFalls: Check = {
  id: 'C08',
  name: 'Completeness falling',
  asks: 'Is the element less complete in recent months than before?',
  family: 'completeness',
  about: 'element',
  formula: `rate: completeness (C02) before minus recent completeness, for the whole export and each facility (a rise is shown as 0); ${windowsInWords}. n: patients or encounters of the recent months. Interval: from a binomial error widened by the spread between the earlier months (quasi-binomial dispersion, at least 1), Student's t with their number less one. Not met: the fall is above the threshold and its chance is below ${byChance} ÷ the series looked at; above the threshold, but within chance: undecided.`,
  threshold: { bound: 'at-most', value: 0.05 },
  source: 'Kahn et al. 2016, temporal plausibility; OHDSI ACHILLES, trends over time. Dispersion: McCullagh & Nelder, Generalized Linear Models, 2nd ed. 1989, section 4.5; Bonferroni over series.',
  limits: 'Sees a step or slide at the end, not one that has healed (C06 sees those). A season looks like a fall when fewer than twelve months are there. Where dates were shifted per patient there are no months.',
  weight: 'important',
  async find(desk) {
    const windows = await recentMonths(desk);
    if (!windows) return [];
    const threshold = thresholdOf(completenessFalls, desk.data);
    const series = desk.elements.flatMap((element) => {
      const months = desk.completeness.filter((finding) => finding.element === element.id && finding.unit.month !== null && finding.unit.clinician === null && /^\d{4}-\d{2}$/.test(finding.unit.month));
      const byFacility = groupBy(months, (finding) => finding.unit.facility);
      return [null, ...[...byFacility.keys()].filter((facility) => facility !== unknownUnit)].map((facility) => ({ element, facility, months: sumByMonth(facility === null ? months : byFacility.get(facility)!) }));
    });
    const compared = series.flatMap(({ element, facility, months }) => {
      const found = fall(months.filter(({ at }) => at >= windows.from && at < windows.cut), months.filter(({ at }) => at >= windows.cut && at <= windows.until));
      return found && (facility === null || found.n >= element.minimumN) ? [{ element, facility, ...found }] : [];
    });
    return compared.map(({ element, facility, drop, error, degrees, n, before, recent }): Finding => {
      const limit = threshold?.value ?? 1;
      const critical = studentQuantile(1 - byChance / compared.length, degrees);
      const t = studentQuantile(0.975, degrees);
      const beyond = error > 0 ? drop / error > critical : drop > 0;
      const unit = { ...whole, facility };
      return {
        check: 'C08', element: element.id, resource: element.resource, unit, n, k: null, rate: tidy(Math.max(0, drop)), low: tidy(Math.max(0, drop - t * error)), high: tidy(Math.max(0, drop + t * error)),
        threshold, tier: tierOf(completenessFalls, element), verdict: drop <= limit ? 'met' : beyond ? 'not-met' : 'undecided',
        says: `${element.name}${sayUnit(unit)}: complete for ${percent(before)} in ${windows.sayBefore} and ${percent(recent)} in ${windows.sayRecent}${drop > limit ? `, a fall of ${percent(drop).replace(' %', '')} points${beyond ? ' that chance does not explain' : ' that may be chance'}` : ''}${sayThreshold(threshold)}.`,
        figures: { before: tidy(before), recent: tidy(recent), series: compared.length, normalP: tidy(error > 0 ? 1 - normalCdf(drop / error) : null) }, rows: [],
      };
    });
  },
};

function sumByMonth(findings: readonly Finding[]): Month[] {
  const months = new Map<number, Month>();
  for (const { n, k, unit, figures } of findings) {
    const at = monthIndex(unit.month!);
    const month = months.get(at) ?? { at, n: 0, k: 0, worth: 0 };
    months.set(at, { at, n: month.n + n, k: month.k + (k ?? 0), worth: month.worth + Math.min(n, figures['effectiveN'] ?? n) });
  }
  return [...months.values()];
}

/** Earlier minus recent share, its standard error and degrees of freedom; null where a side has too little. */
export function fall(before: readonly Month[], recent: readonly Month[]): { drop: number; error: number; degrees: number; n: number; before: number; recent: number } | null {
  const sum = (months: readonly Month[]) => months.reduce((all, { n, k, worth }) => ({ n: all.n + n, k: all.k + k, worth: all.worth + worth }), { n: 0, k: 0, worth: 0 });
  const [a, b] = [sum(before), sum(recent)];
  if (before.length < 2 || a.worth < 10 || b.worth < 5) return null;
  const [p, q] = [a.k / a.n, b.k / b.n];
  const degrees = before.length - 1;
  const variance = p * (1 - p);
  const dispersion = variance === 0 ? 1 : Math.max(1, before.reduce((total, { n, k, worth }) => total + (worth * (k / n - p) ** 2) / variance, 0) / degrees);
  const pooled = (p * a.worth + q * b.worth) / (a.worth + b.worth);
  return { drop: p - q, error: Math.sqrt(dispersion * pooled * (1 - pooled) * (1 / a.worth + 1 / b.worth)), degrees, n: b.n, before: p, recent: q };
}
