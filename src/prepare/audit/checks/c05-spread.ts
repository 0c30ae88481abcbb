// C05: how far apart are the facilities?
import { newcombeDifference } from '../../../tools/statistics/intervals.ts';
import { tierOf, whole, type Check } from '../check.ts';
import { percent, sayInterval, sayThreshold, tidy, verdictOf } from '../judging.ts';
import type { Finding, Threshold } from '../model.ts';

export const spreadBetweenFacilities: Check = {
  id: 'C05',
  name: 'Spread between facilities',
  asks: 'Is the element as complete everywhere?',
  family: 'completeness',
  about: 'element',
  formula: 'rate: completeness (C02) of the best facility minus that of the worst, among those with enough patients or encounters. n: patients or encounters in those facilities. Interval: Newcombe\'s for the difference of the two.',
  threshold: { bound: 'at-most', value: 0.1 },
  source: 'Difference of two proportions: Newcombe, Stat Med 1998;17:873-890, method 10. Ten points are the playbook\'s default.',
  limits: 'The best and the worst of many differ by chance alone, the more the more facilities there are; the interval does not correct for that. V01 does.',
  weight: 'element',
  find: async ({ elements, completeness }) =>
    elements.flatMap((element): Finding[] => {
      const all = completeness.filter((finding) => finding.element === element.id && finding.unit.facility !== null && finding.unit.department === null && finding.unit.month === null);
      if (all.length === 0) return [];
      const enough = all.filter((finding) => finding.n >= element.minimumN && finding.rate !== null);
      const threshold: Threshold = { bound: 'at-most', value: element.maxSpread, from: 'charter' };
      const about = { check: 'C05', element: element.id, resource: element.resource, unit: whole, k: null, threshold, rows: [] };
      // With one facility there is nothing to compare: said, and no reason to hold the gate.
      if (enough.length < 2)
        return [{ ...about, n: enough.reduce((sum, finding) => sum + finding.n, 0), rate: null, low: null, high: null, tier: 'context', verdict: 'not-measurable', figures: { facilities: enough.length }, says: `${element.name}: ${all.length === 1 ? 'the export has one facility' : `${enough.length} facilities have at least ${element.minimumN} ${element.per}s`}, so nothing can be compared.` }];
      const sorted = [...enough].sort((a, b) => a.rate! - b.rate!);
      const worst = sorted[0]!;
      const best = sorted.at(-1)!;
      const difference = newcombeDifference(best.k!, best.n, worst.k!, worst.n)!;
      const numbers = { n: enough.reduce((sum, finding) => sum + finding.n, 0), rate: tidy(difference.difference), low: tidy(Math.max(0, difference.low)), high: tidy(difference.high) };
      const tier = tierOf(spreadBetweenFacilities, element);
      return [
        {
          ...about,
          ...numbers,
          tier,
          verdict: verdictOf({ n: numbers.n, rate: difference.difference, low: Math.max(0, difference.low), high: difference.high }, { threshold, tier, minimumN: element.minimumN, unit: whole }),
          figures: { facilities: enough.length, best: best.rate, worst: worst.rate },
          says: `${element.name}: ${percent(best.rate!)} in ${best.unit.facility}, ${percent(worst.rate!)} in ${worst.unit.facility}: ${percent(difference.difference).replace(' %', '')} points apart${sayInterval(numbers.low, numbers.high)}${sayThreshold(threshold)}.`,
        },
      ];
    }),
};
