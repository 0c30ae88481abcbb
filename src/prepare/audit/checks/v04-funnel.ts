// V04: which facility's rates lie outside what chance and ordinary differences explain?
import { funnel } from '../../../tools/statistics/funnel.ts';
import { thresholdOf, tierOf, whole, type Check } from '../check.ts';
import { count, countOf, groupBy, independent, percent, sayInterval, sayThreshold, share, tidy } from '../judging.ts';
import type { Finding } from '../model.ts';
import { ratesBy } from '../unit-rates.ts';

export const outsideFunnel: Check = {
  id: 'V04',
  name: 'Facilities outside the funnel',
  asks: 'Which facilities differ from the others by more than chance and the usual spread?',
  family: 'variation',
  about: 'element',
  formula: 'For each rate of the row checks, over at least three facilities with 5 patients or more: funnel limits at 99.8 % (three standard errors) around the common rate, on the arcsine scale, the size of a facility being its patients; over-dispersion by winsorised z-scores (10 % each side) and a variance between facilities (additive model). n: rates of facilities looked at. k: those inside the limits. A facility outside is named with its rates. Figures: the dispersion of each rate (1: chance alone).',
  threshold: { bound: 'at-least', value: 0.99 },
  source: 'Spiegelhalter, Stat Med 2005;24:1185-1202 (funnel plots); Spiegelhalter et al., J R Stat Soc A 2012;175:1-47 (over-dispersion).',
  limits: 'With three to five facilities the spread between them is hardly known, and an outlier widens its own limits. At 99.8 % one in 500 rates lies outside by chance, which is why 99 % inside are enough. Outside is a reason to look, not a fault.',
  weight: 'important',
  async find(desk) {
    const threshold = thresholdOf(outsideFunnel, desk.data);
    const byAbout = groupBy(await ratesBy(desk, 'facility'), ({ element, resource }) => element?.id ?? resource);
    return [...byAbout.values()].flatMap((rates): Finding[] => {
      const { element, resource } = rates[0]!;
      const name = element?.name ?? resource;
      const figures: Record<string, number | null> = {};
      const outside = new Map<string, { says: string; n: number; k: number; low: number; high: number; z: number }[]>();
      let looked = 0;
      for (const rate of rates) {
        const drawn = funnel(rate.units.map(({ k, n, people }) => ({ k, n, effective: Math.min(n, people) })));
        // Where nobody has it, or everybody, there is nothing to draw.
        if (!drawn || drawn.centre === 0 || drawn.centre === 1) continue;
        looked += drawn.units.length;
        figures[`${rate.check.id}Dispersion`] = tidy(drawn.dispersion);
        for (const [i, unit] of drawn.units.entries()) {
          if (!unit.outside) continue;
          const facility = rate.units[i]!.unit;
          outside.set(facility, [...(outside.get(facility) ?? []), { n: unit.n, k: unit.k, low: unit.low998, high: unit.high998, z: unit.z, says: `${rate.check.name.toLowerCase()} ${percent(unit.k / unit.n)}, expected ${percent(unit.low998)} to ${percent(unit.high998)}` }]);
        }
      }
      if (looked === 0) return [];
      const out = [...outside.values()].reduce((sum, rates) => sum + rates.length, 0);
      const about = { check: 'V04', element: element?.id ?? null, resource, threshold, tier: tierOf(outsideFunnel, element) };
      const overall = share({
        ...about, unit: whole, moments: independent(looked - out, looked), minimumN: 1,
        says: ({ rate, low, high }) => `${name}: ${count(looked - out)} of ${countOf(looked, 'rate')} of facilities lie inside the funnel, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`,
        figures: { outside: out, ...figures },
      });
      return [
        overall,
        ...[...outside].map(([facility, rates]): Finding => {
          const first = [...rates].sort((a, b) => Math.abs(b.z) - Math.abs(a.z))[0]!;
          return { ...about, unit: { ...whole, facility }, n: first.n, k: first.k, rate: tidy(first.k / first.n), low: tidy(first.low), high: tidy(first.high), threshold: null, verdict: 'not-met', says: `${name} in ${facility} lies outside the funnel: ${rates.map(({ says }) => says).join('; ')}.`, figures: { z: tidy(first.z), rates: rates.length }, rows: [] };
        }),
      ];
    });
  },
};
