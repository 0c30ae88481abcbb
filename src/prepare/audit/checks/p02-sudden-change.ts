// P02: does a value jump further than a body can change?
import type { Check } from '../check.ts';
import { physiologicRanges } from '../knowledge.ts';
import { lookAtRows } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';
import { makeNeighbours } from '../neighbours.ts';

export const suddenChange: Check = {
  id: 'P02',
  name: 'Sudden change',
  asks: 'Do consecutive values of a patient change no faster than a body can?',
  family: 'plausibility',
  about: 'element',
  formula: 'For elements with a LOINC code that knowledge/physiologic-ranges.yaml gives a largest credible change (`jump`, within so many hours). n: pairs of consecutive values of one patient within that time. k: those that differ by more.',
  threshold: { bound: 'at-most', value: 0.005 },
  source: 'Delta checks: Ladenson, Clin Chem 1975;21:1648-1653; Kahn et al. 2016, temporal plausibility. The bounds are in knowledge/physiologic-ranges.yaml.',
  limits: 'Resuscitation, dialysis and transfusion change values fast; a wrong value makes two pairs. Values of two patients mixed in one record show here first.',
  weight: 'important',
  async find(desk) {
    const known = new Map(physiologicRanges().values.flatMap((one) => one.loinc.map((code) => [code, one] as const)));
    const judged = desk.elements.flatMap((element, at) => {
      const range = element.codes.map(({ code }) => known.get(code)).find((one) => one !== undefined);
      const unit = element.units[0] ?? range?.unit;
      const jump = range && [range, ...range.also].find((one) => one.unit === unit)?.jump;
      return range && jump !== undefined ? [{ element, at, jump, hours: range.within ?? 24, unit }] : [];
    });
    if (judged.length === 0) return [];
    await makeNeighbours(desk);
    const findings: Finding[] = [];
    for (const { element, at, jump, hours, unit } of judged)
      findings.push(...(await lookAtRows(desk, {
        check: suddenChange, element, resource: element.resource, name: element.name, are: `changes are larger than ${jump} ${unit} within ${hours} h`, dated: true,
        rows: `SELECT p, u, abs(change) > ${jump} AS k, k AS wrong, file, line, change::VARCHAR AS a, gap::VARCHAR AS b, m FROM neighbour WHERE el = ${at} AND change IS NOT NULL AND gap BETWEEN 0 AND ${hours * 60}`,
        says: ({ a, b }) => `Changed by ${Number(a).toPrecision(4).replace(/\.?0+$/, '')} ${unit} within ${b} min.`,
      })));
    return findings;
  },
};
