// L03: is the problem list looked after?
import type { Check } from '../check.ts';
import { gatherEvidence } from '../evidence.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';

export const staleProblems: Check = {
  id: 'L03',
  name: 'Stale problem list',
  asks: 'Were active problems looked at in the year before the patient last came?',
  family: 'agreement',
  about: 'resource',
  formula: 'n: active problem-list entries recorded more than a year before the patient\'s last encounter. k: those neither recorded nor changed (meta.lastUpdated) in the year before it.',
  threshold: { bound: 'at-most', value: 0.5 },
  source: 'Wright et al., J Am Med Inform Assoc 2011;18:859-867 and Int J Med Inform 2015;84:784-790 (problem list completeness and upkeep); Weiskopf & Weng 2013, currency.',
  limits: 'A look that changes nothing leaves no trace, and a bulk load renews every meta.lastUpdated: the share is a sign, not a proof. Needs recordedDate. Half is our default.',
  weight: 'context',
  async find(desk) {
    await gatherEvidence(desk);
    return lookAtRows(desk, {
      check: staleProblems, resource: 'Condition: problem list', name: 'Active problems older than a year', are: 'were not touched in the year before the patient last came', keep: true, dated: true,
      rows: `WITH last AS (SELECT p, max(start_) AS came FROM enc WHERE start_ IS NOT NULL GROUP BY p)
        SELECT x.p, x.u, greatest(x.recorded, coalesce(x.updated, x.recorded)) < last.came - INTERVAL 1 YEAR AS k, k AS wrong, x.file, x.line, left(x.recorded::VARCHAR, 10) AS a, left(last.came::VARCHAR, 10) AS b, ${monthOf('x.recorded')} AS m FROM problem x JOIN last ON last.p = x.p
        WHERE x.listed AND x.stands AND coalesce(x.clinical, 'active') IN ('active', 'recurrence', 'relapse') AND x.recorded < last.came - INTERVAL 1 YEAR`,
      says: ({ a, b }) => `Recorded on ${a} and not touched since; the patient last came on ${b}.`,
    });
  },
};
