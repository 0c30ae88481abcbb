// M03: are the units units of UCUM?
import { quote } from '../../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { count, independent, percent, sayInterval, sayThreshold, sayUnit, share } from '../judging.ts';
import { maxRows, type Finding } from '../model.ts';
import { isUcum } from '../ucum.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import { unknownUnit } from '../units.ts';

export const ucumUnits: Check = {
  id: 'M03',
  name: 'UCUM units',
  asks: 'Can a machine read the units of the observations?',
  family: 'mapping',
  about: 'resource',
  formula: 'For the whole export and each facility. n: Observations with a number and a unit (Quantity.code, else Quantity.unit). k: those whose unit is a code of UCUM.',
  threshold: { bound: 'at-least', value: 0.95 },
  source: 'The Unified Code for Units of Measure, version 2.1, in clinical use: knowledge/ucum.yaml; OHDSI Data Quality Dashboard, plausibleUnitConceptIds.',
  limits: 'The spelling is checked, not whether the unit fits the test (F08 and P08 see that). A number without any unit is not counted. Rare units of UCUM may not be in the list.',
  weight: 'important',
  async find(desk) {
    if (!desk.types.includes('Observation')) return [];
    const rows = await desk.database.rows<{ facility: string; w: string; n: number; spot: number }>(`SELECT coalesce(unit.facility, ${quote(unknownUnit)}) AS facility, w, sum(n)::BIGINT AS n, min(spot)::BIGINT AS spot FROM (SELECT u, w, count(*) AS n, min(file::BIGINT * 10000000000 + line) AS spot FROM "placed_Observation" WHERE num IS NOT NULL AND w IS NOT NULL GROUP BY u, w) x LEFT JOIN unit ON unit.u = x.u GROUP BY 1, 2 ORDER BY n DESC, w, facility`);
    if (rows.length === 0) return [];
    const threshold = thresholdOf(ucumUnits, desk.data);
    const known = new Map([...new Set(rows.map(({ w }) => w))].map((w) => [w, isUcum(w)]));
    // Departments and months have rates; which units are meant stands with the facilities.
    const ours = [...known].flatMap(([w, isKnown]) => (isKnown ? [quote(w)] : [])).join(', ') || 'NULL';
    await lookAtRows(desk, { check: ucumUnits, resource: 'Observation', name: 'Observations', are: '', dated: true, says: () => '', rows: `SELECT p, u, coalesce(w IN (${ours}), false) AS k, false AS wrong, file, line, NULL AS a, NULL AS b, ${monthOf('t')} AS m FROM "placed_Observation" WHERE num IS NOT NULL AND w IS NOT NULL` });
    const facilities = desk.facilities.length === 0 ? [] : [...new Set(rows.map(({ facility }) => facility))].sort();
    return [null, ...facilities].map((facility): Finding => {
      const mine = rows.filter((row) => facility === null || row.facility === facility);
      const sum = (some: typeof rows) => some.reduce((total, { n }) => total + n, 0);
      const wrong = mine.filter(({ w }) => !known.get(w));
      const unit = { ...whole, facility };
      return share({
        check: 'M03', element: null, resource: 'Observation', unit, moments: independent(sum(mine) - sum(wrong), sum(mine)), threshold, tier: 'important', minimumN: 1,
        says: ({ n, k, rate, low, high }) => `Observations${sayUnit(unit)}: ${count(k)} of ${count(n)} units are UCUM's, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`,
        figures: { units: new Set(mine.map(({ w }) => w)).size, notUcum: new Set(wrong.map(({ w }) => w)).size },
        rows: wrong.slice(0, maxRows).map((row) => rowOf(desk, { file: Math.floor(row.spot / 1e10), line: row.spot % 1e10 } as FoundRow, `\`${row.w}\` is no unit of UCUM; used ${count(row.n)} times.`)),
      });
    });
  },
};
