// B01: is the element as complete for every group of patients?
import { quote } from '../../../tools/fhir/fhir.ts';
import { newcombeDifference } from '../../../tools/statistics/intervals.ts';
import { normalQuantile } from '../../../tools/statistics/normal.ts';
import { thresholdOf, tierOf, whole, type Check } from '../check.ts';
import { makeGroups } from '../groups.ts';
import { groupBy, percent, sayInterval, sayThreshold, tidy } from '../judging.ts';
import type { Finding } from '../model.ts';

const smallest = 30;
const byChance = 0.01;

export const groupsAlike: Check = {
  id: 'B01',
  name: 'Completeness between groups',
  asks: 'Is the element as complete for old and young, women and men, every race, ethnicity and language on record?',
  family: 'fairness',
  about: 'element',
  formula: `For each kind of group (age at the first encounter in five bands, sex, and, where on record, race and ethnicity of US Core and language), over groups with at least ${smallest} patients. rate: completeness (as C02, by patient: at least one of the patient's encounters, or the patient, has it) of the best group minus that of the worst, of the kind with the widest gap. n: patients in those groups. Not met: above the threshold, with a chance below ${byChance} ÷ the pairs of groups compared (two-sample z of proportions); above it within chance: undecided.`,
  threshold: { bound: 'at-most', value: 0.1 },
  source: 'Kahn et al. 2016; missingness that differs by group: Getzen et al., J Biomed Inform 2023;139:104269; interval of the difference: Newcombe, Stat Med 1998;17:873-890. Ten points are the default of C05.',
  limits: 'Groups with other illnesses are rightly measured otherwise; nothing is adjusted. Groups that are not on record cannot be compared, and that is said nowhere else: missing race or language is itself a finding.',
  weight: 'important',
  async find(desk) {
    if (desk.elements.length === 0 || !(await makeGroups(desk))) return [];
    const wanted = desk.elements.map((element, e) => `(${e}, ${quote(element.per)})`).join(', ');
    const rows = await desk.database.rows<{ e: number; kind: string; label: string; n: number; k: number }>(`WITH el(e, kind) AS (VALUES ${wanted}),
      per AS (SELECT el.e, m.p, bool_or(h.key IS NOT NULL) AS has FROM el JOIN (SELECT DISTINCT kind, key, p FROM member) m ON m.kind = el.kind LEFT JOIN hit h ON h.el = el.e AND h.key = m.key GROUP BY el.e, m.p)
      SELECT per.e, g.kind, g.label, count(*) AS n, count(*) FILTER (per.has) AS k FROM per JOIN grouped g ON g.p = per.p WHERE per.e IN (SELECT el FROM hit) GROUP BY ALL HAVING count(*) >= ${smallest} ORDER BY per.e, g.kind, g.label`);
    const threshold = thresholdOf(groupsAlike, desk.data);
    const kinds = [...groupBy(rows, ({ e, kind }) => `${e} ${kind}`).values()].filter((groups) => groups.length > 1).map((groups) => {
      const sorted = [...groups].sort((a, b) => a.k / a.n - b.k / b.n);
      return { e: groups[0]!.e, kind: groups[0]!.kind, worst: sorted[0]!, best: sorted.at(-1)!, n: groups.reduce((sum, { n }) => sum + n, 0), pairs: (groups.length * (groups.length - 1)) / 2 };
    });
    const pairs = kinds.reduce((sum, one) => sum + one.pairs, 0);
    const critical = normalQuantile(1 - byChance / Math.max(1, pairs) / 2);
    return [...groupBy(kinds, ({ e }) => e).values()].map((mine): Finding => {
      const gap = (one: (typeof kinds)[number]) => one.best.k / one.best.n - one.worst.k / one.worst.n;
      const widest = [...mine].sort((a, b) => gap(b) - gap(a))[0]!;
      const element = desk.elements[widest.e]!;
      const { best, worst } = widest;
      const difference = newcombeDifference(best.k, best.n, worst.k, worst.n)!;
      const pooled = (best.k + worst.k) / (best.n + worst.n);
      const error = Math.sqrt(pooled * (1 - pooled) * (1 / best.n + 1 / worst.n));
      const limit = threshold?.value ?? 1;
      const rate = gap(widest);
      return {
        check: 'B01', element: element.id, resource: element.resource, unit: whole, n: widest.n, k: null, rate: tidy(rate), low: tidy(Math.max(0, difference.low)), high: tidy(difference.high), threshold, tier: tierOf(groupsAlike, element),
        verdict: rate <= limit ? 'met' : error > 0 && rate / error > critical ? 'not-met' : 'undecided',
        says: `${element.name}: by ${widest.kind}, complete for ${percent(best.k / best.n)} of ${best.label} and ${percent(worst.k / worst.n)} of ${worst.label}: ${percent(rate).replace(' %', '')} points apart${sayInterval(Math.max(0, difference.low), difference.high)}${sayThreshold(threshold)}.`,
        figures: Object.fromEntries([['pairs', pairs], ...mine.map((one) => [`${one.kind}Gap`, tidy(gap(one))])]), rows: [],
      };
    });
  },
};
