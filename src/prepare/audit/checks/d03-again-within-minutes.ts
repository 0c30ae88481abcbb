// D03: is one measurement charted again within minutes?
import type { Check } from '../check.ts';
import { lookAtRows } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';
import { makeNeighbours } from '../neighbours.ts';
import { isNumeric } from '../tables.ts';

const minutes = 5;
const streaming = 15;

export const againWithinMinutes: Check = {
  id: 'D03',
  name: 'Charted again within minutes',
  asks: 'Does one measurement stand twice, a few minutes apart?',
  family: 'duplicates',
  about: 'element',
  formula: `For elements with numbers whose values of one patient mostly lie more than ${streaming} minutes apart. n: values that have an earlier one of the patient. k: those equal to it and 1 to ${minutes} minutes later.`,
  threshold: { bound: 'at-most', value: 0.02 },
  source: 'Kahn et al. 2016, uniqueness plausibility.',
  limits: 'A true second measurement may give the same number, the coarser the scale the more often. What monitors send every few minutes is left out. The same time twice is D02\'s.',
  weight: 'important',
  async find(desk) {
    if (!desk.elements.some(isNumeric)) return [];
    await makeNeighbours(desk);
    const paces = await desk.database.rows<{ e: number; gap: number }>('SELECT el AS e, median(gap) AS gap FROM neighbour WHERE gap IS NOT NULL GROUP BY el');
    const findings: Finding[] = [];
    for (const [e, element] of desk.elements.entries()) {
      if (!isNumeric(element) || (paces.find((pace) => pace.e === e)?.gap ?? 0) < streaming) continue;
      findings.push(...(await lookAtRows(desk, {
        check: againWithinMinutes, element, resource: element.resource, name: element.name, are: `values repeat the one up to ${minutes} minutes before`, dated: true,
        rows: `SELECT p, u, same AND gap BETWEEN 1 AND ${minutes} AS k, k AS wrong, file, line, gap::VARCHAR AS a, NULL AS b, m FROM neighbour WHERE el = ${e} AND gap IS NOT NULL`,
        says: ({ a }) => `The same value stood ${a} min before.`,
      })));
    }
    return findings;
  },
};
