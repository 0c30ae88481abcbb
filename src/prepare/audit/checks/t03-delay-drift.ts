// T03: does it take longer and longer until the value is on record?
import { quote } from '../../../tools/fhir/fhir.ts';
import { binomialTail } from '../../../tools/statistics/distribution.ts';
import { thresholdOf, tierOf, whole, type Check } from '../check.ts';
import { sayMinutes } from '../../../tools/base/durations.ts';
import { clusteredInterval, percent, sayInterval, sayThreshold, sayUnit, smallestUnit, tidy, type Moments } from '../judging.ts';
import type { Finding } from '../model.ts';
import { recentMonths, windowsInWords } from '../recent-months.ts';
import { unknownUnit } from '../units.ts';

const byChance = 0.01;

export const delayGrows: Check = {
  id: 'T03',
  name: 'Delay growing',
  asks: 'Do recent values come on record later than they used to?',
  family: 'timeliness',
  about: 'element',
  formula: `n: recent values with a time of the event and one on record (not meta.lastUpdated). k: those that came later than nine of ten did before, so 10 % if nothing changed; ${windowsInWords}. Figures: median and 90 % delay on both sides. Not met: the share is above the threshold, and would be as large by chance with a probability below ${byChance} ÷ the series looked at (binomial on the effective n, values of one patient clustered); above the threshold, but within chance: undecided.`,
  threshold: { bound: 'at-most', value: 0.2 },
  source: 'Weiskopf & Weng, J Am Med Inform Assoc 2013;20:144-151, currency. Exceedance of a quantile: Conover, Practical Nonparametric Statistics, 3rd ed. 1999, section 3.2. The 20 % (twice what is expected) is ours.',
  limits: 'What will come on record after the export was drawn is not there yet, so the newest delays look short: a growing delay is seen late, not early.',
  weight: 'important',
  async find(desk) {
    const windows = await recentMonths(desk);
    if (!windows) return [];
    const threshold = thresholdOf(delayGrows, desk.data);
    const rows = await desk.database.rows<Moments & { e: number; facility: string | null; q: string; r: string; before: number }>(`WITH d AS (SELECT el, p, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility, year(t) * 12 + month(t) AS m, date_diff('second', t, rec) / 60.0 AS d
        FROM fact LEFT JOIN unit ON unit.u = fact.u WHERE present AND t IS NOT NULL AND rec IS NOT NULL AND NOT rec_by_meta AND rec >= t),
      base AS (SELECT el, facility, GROUPING(facility) AS g, quantile_cont(d, [0.5, 0.9]) AS q, count(*) AS before FROM d WHERE m BETWEEN ${windows.from} AND ${windows.cut - 1} GROUP BY GROUPING SETS ((el), (el, facility)) HAVING count(*) >= 50),
      now AS (SELECT el, facility, p, d FROM d WHERE m BETWEEN ${windows.cut} AND ${windows.until}),
      per AS (SELECT base.el, base.facility, base.g, now.p, count(*)::DOUBLE AS n, count(*) FILTER (now.d > base.q[2])::DOUBLE AS k FROM now JOIN base ON base.el = now.el AND (base.g = 1 OR base.facility = now.facility) GROUP BY ALL),
      mid AS (SELECT base.el, base.facility, base.g, quantile_cont(now.d, [0.5, 0.9]) AS r FROM now JOIN base ON base.el = now.el AND (base.g = 1 OR base.facility = now.facility) GROUP BY ALL)
      SELECT per.el AS e, per.facility, sum(n) AS n, sum(k) AS k, sum(n * n) AS nn, sum(k * k / n) AS kkn, count(*) AS clusters, to_json(any_value(base.q))::VARCHAR AS q, to_json(any_value(mid.r))::VARCHAR AS r, any_value(base.before) AS before
      FROM per JOIN base ON base.el = per.el AND base.g = per.g AND base.facility IS NOT DISTINCT FROM per.facility JOIN mid ON mid.el = per.el AND mid.g = per.g AND mid.facility IS NOT DISTINCT FROM per.facility
      GROUP BY per.el, per.facility, per.g ORDER BY per.el, per.g DESC, per.facility`);
    const judged = rows.filter(({ n, facility }) => n >= smallestUnit && facility !== unknownUnit && (facility === null || desk.facilities.length > 0));
    return judged.map((row): Finding => {
      const element = desk.elements[row.e]!;
      const { low, high, effectiveN } = clusteredInterval(row);
      const rate = row.k / row.n;
      const worth = Math.max(1, Math.floor(effectiveN ?? row.n));
      const chance = binomialTail(Math.floor(rate * worth), worth, 0.1);
      const [median = 0, most = 0] = JSON.parse(row.q) as number[];
      const [medianNow = 0, mostNow = 0] = JSON.parse(row.r) as number[];
      const limit = threshold?.value ?? 1;
      const unit = { ...whole, facility: row.facility };
      return {
        check: 'T03', element: element.id, resource: element.resource, unit, n: row.n, k: row.k, rate: tidy(rate), low: tidy(low), high: tidy(high), threshold, tier: tierOf(delayGrows, element),
        verdict: rate <= limit ? 'met' : chance < byChance / judged.length ? 'not-met' : 'undecided',
        says: `${element.name}${sayUnit(unit)}: ${percent(rate)} of the values of ${windows.sayRecent} came later than nine of ten did before${sayInterval(low, high)}${sayThreshold(threshold)}; half were on record within ${sayMinutes(medianNow)}, before within ${sayMinutes(median)}.`,
        figures: { medianBefore: tidy(median), p90Before: tidy(most), medianRecent: tidy(medianNow), p90Recent: tidy(mostNow), chance: tidy(chance), series: judged.length, patients: row.clusters, effectiveN: tidy(effectiveN) }, rows: [],
      };
    });
  },
};
