// V01: do units differ more than chance makes them differ?
import { intraclassCorrelation } from '../../../tools/statistics/design-effect.ts';
import { tierOf, whole, type Check } from '../check.ts';
import { count, percent, tidy } from '../judging.ts';
import type { Finding, Threshold } from '../model.ts';

const levels = ['facility', 'department', 'clinician'] as const;

export const betweenUnits: Check = {
  id: 'V01',
  name: 'Variation between units',
  asks: 'Does completeness depend on where, or with whom, the patient is?',
  family: 'variation',
  about: 'element',
  formula: 'Over facilities, departments and clinicians with at least 5 patients or encounters: ICC of "has a usable value" (one-way analysis of variance), and quantiles of the units\' completeness. rate: the ICC of departments, else of facilities; negative is shown as 0. n: patients or encounters in those units.',
  threshold: { bound: 'at-most', value: 0.1 },
  source: 'Donner & Klar 2000, chapter 6; Ridout, Demétrio & Firth, Biometrics 1999;55:137-148. The 0.1 is ours: ICCs of process measures are mostly 0.05 to 0.15 (Campbell, Fayers & Grimshaw, Clin Trials 2005;2:99-107).',
  limits: 'Units with different patients rightly differ. Clinicians appear as a distribution only; none is named or ranked.',
  weight: 'important',
  find: async ({ elements, completeness, data }) =>
    elements.flatMap((element): Finding[] => {
      const mine = completeness.filter((finding) => finding.element === element.id && finding.unit.month === null);
      const figures: Record<string, number | null> = {};
      const found: { level: string; icc: number; n: number; units: number }[] = [];
      for (const level of levels) {
        const units = mine.filter((finding) => (level === 'clinician' ? finding.unit.clinician !== null : level === 'department' ? finding.unit.department !== null : finding.unit.facility !== null && finding.unit.department === null) && finding.n >= 5);
        if (units.length < 2) continue;
        const icc = intraclassCorrelation(units.map(({ k, n }) => ({ k: k ?? 0, n })));
        const rates = units.map((finding) => finding.rate!).sort((a, b) => a - b);
        const all = { k: units.reduce((sum, { k }) => sum + (k ?? 0), 0), n: units.reduce((sum, { n }) => sum + n, 0) };
        // Everybody has it, or nobody: there is nothing left to vary.
        const value = icc ?? (all.k === 0 || all.k === all.n ? 0 : null);
        figures[`${level}s`] = units.length;
        figures[`${level}Icc`] = tidy(value);
        for (const [label, share] of [['Min', 0], ['P25', 0.25], ['Median', 0.5], ['P75', 0.75], ['Max', 1]] as const) figures[`${level}${label}`] = tidy(quantile(rates, share));
        if (value !== null) found.push({ level, icc: Math.max(0, value), n: all.n, units: units.length });
      }
      if (mine.every((finding) => finding.unit.facility === null)) return [];
      const said = data.thresholds['V01']?.atMost;
      const threshold: Threshold = { bound: 'at-most', value: said ?? 0.1, from: said === undefined ? 'default' : 'charter' };
      const chief = found.find(({ level }) => level === 'department') ?? found.find(({ level }) => level === 'facility');
      const tier = tierOf(betweenUnits, element);
      const about = { check: 'V01', element: element.id, resource: element.resource, unit: whole, k: null, low: null, high: null, threshold, tier, figures, rows: [] };
      if (!chief) return [{ ...about, n: 0, rate: null, verdict: 'not-measurable', says: `${element.name}: fewer than two units have five ${element.per}s, so nothing can be compared.` }];
      return [
        {
          ...about,
          n: chief.n,
          rate: tidy(chief.icc),
          verdict: chief.n < element.minimumN ? 'not-measurable' : chief.icc <= threshold.value ? 'met' : 'not-met',
          says: `${element.name}: between ${count(chief.units)} ${chief.level === 'facility' ? 'facilities' : 'departments'} completeness runs from ${percent(figures[`${chief.level}Min`] ?? 0)} to ${percent(figures[`${chief.level}Max`] ?? 0)}; intra-class correlation ${chief.icc.toFixed(3)}, where at most ${threshold.value} is ${threshold.from === 'charter' ? 'promised' : 'the default'}.`,
        },
      ];
    }),
};

const quantile = (sorted: readonly number[], share: number): number | null => {
  if (sorted.length === 0) return null;
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
};
