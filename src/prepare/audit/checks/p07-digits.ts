// P07: are numbers measured, or rounded and repeated?
import type { Check } from '../check.ts';
import { percent, tidy } from '../judging.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';
import { makeNeighbours } from '../neighbours.ts';

export const digitsAndRuns: Check = {
  id: 'P07',
  name: 'Digits and stuck values',
  asks: 'Are the last digits those of measurements, and do values move?',
  family: 'plausibility',
  about: 'element',
  formula: 'For elements whose values are mostly whole numbers of at least 20 kinds. n: whole-number values. k: those that end in 0 or 5 (by chance one in five). Figures: the share ending in 0, and the share equal to the value before of the same patient.',
  threshold: { bound: 'at-most', value: 0.4 },
  source: 'Terminal digit preference: Wen et al., Int J Cardiol 1993;41:157-168 and the blood-pressure literature; Kahn et al. 2016, distributional plausibility. Twice the expected share is our default.',
  limits: 'Some devices report even or rounded numbers by design. A rounded value is not wrong, but a model that reads thresholds (140 mmHg) feels it.',
  weight: 'important',
  async find(desk) {
    const shapes = await desk.database.rows<{ e: number; whole: number; kinds: number; zero: number }>(`SELECT el AS e, avg((num = floor(num))::INTEGER) AS whole, count(DISTINCT num) AS kinds, avg((num % 10 = 0)::INTEGER) AS zero FROM fact WHERE num IS NOT NULL AND NOT placeholder GROUP BY el HAVING count(*) >= 200 ORDER BY el`);
    const judged = shapes.filter(({ whole, kinds }) => whole >= 0.9 && kinds >= 20);
    if (judged.length === 0) return [];
    await makeNeighbours(desk);
    const runs = await desk.database.rows<{ e: number; same: number }>('SELECT el AS e, avg(same::INTEGER) AS same FROM neighbour WHERE gap IS NOT NULL GROUP BY el');
    const findings: Finding[] = [];
    for (const { e, zero } of judged) {
      const element = desk.elements[e]!;
      const same = runs.find((run) => run.e === e)?.same ?? null;
      findings.push(...(await lookAtRows(desk, {
        check: digitsAndRuns, element, resource: element.resource, name: element.name, are: 'whole numbers end in 0 or 5, where one in five is expected', dated: true,
        rows: `SELECT p, u, num % 5 = 0 AS k, false AS wrong, file, line, NULL AS a, NULL AS b, ${monthOf('t')} AS m FROM fact WHERE el = ${e} AND num = floor(num) AND NOT placeholder`,
        says: () => '', figures: { endInZero: tidy(zero), sameAsBefore: tidy(same) }, adds: `${percent(zero)} end in 0${same === null ? '' : `; ${percent(same)} repeat the value before`}.`,
      })));
    }
    return findings;
  },
};
