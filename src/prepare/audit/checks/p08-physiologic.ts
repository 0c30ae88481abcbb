// P08: do all observations lie where values of the living lie, whether the charter names them or not?
import type { Check } from '../check.ts';
import { quote } from '../../../tools/fhir/fhir.ts';
import { physiologicRanges } from '../knowledge.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';

export const physiologic: Check = {
  id: 'P08',
  name: 'Physiologic range',
  asks: 'Do observations of known tests lie where values of living people lie?',
  family: 'plausibility',
  about: 'resource',
  formula: 'n: Observations with a LOINC code and a UCUM unit that knowledge/physiologic-ranges.yaml knows. k: those within its bounds, ends included. Figures: how many kinds of test were looked at.',
  threshold: { bound: 'at-least', value: 0.995 },
  source: `Bounds: knowledge/physiologic-ranges.yaml (${physiologicRanges().source}). Kahn et al. 2016, atemporal plausibility.`,
  limits: 'Tests and units that are not in the file are not judged. The bounds are wide: a wrong value inside them is not seen. Entered-in-error rows are left out.',
  weight: 'important',
  async find(desk) {
    if (!desk.types.includes('Observation')) return [];
    const bounds = physiologicRanges().values.flatMap(({ name, loinc, unit, low, high, also }) => loinc.flatMap((code) => [{ unit, low, high }, ...also].map((one) => `(${quote(`http://loinc.org|${code}`)}, ${quote(name)}, ${quote(one.unit)}, ${one.low}::DOUBLE, ${one.high}::DOUBLE)`)));
    await desk.database.run(`CREATE OR REPLACE TEMP TABLE physio AS SELECT DISTINCT k.c, b.* FROM (SELECT c, unnest(keys) AS key FROM "code_Observation") k JOIN (VALUES ${bounds.join(', ')}) b(key, test, unit, low, high) ON b.key = k.key`);
    const [kinds] = await desk.database.rows<{ n: number }>('SELECT count(DISTINCT test) AS n FROM physio');
    return lookAtRows(desk, {
      check: physiologic, resource: 'Observation', name: 'Observations of known tests', are: 'lie within physiologic bounds', dated: true, figures: { tests: kinds?.n ?? 0 },
      rows: `SELECT o.p, o.u, o.num BETWEEN b.low AND b.high AS k, NOT k AS wrong, o.file, o.line, b.test || ' ' || o.num || ' ' || o.w AS a, b.low || ' to ' || b.high AS b, ${monthOf('o.t')} AS m FROM "placed_Observation" o JOIN physio b ON b.c = o.c AND b.unit = o.w WHERE o.num IS NOT NULL AND coalesce(o.status NOT IN ('entered-in-error', 'cancelled'), true)`,
      says: ({ a, b }) => `${a} lies outside ${b}.`,
    });
  },
};
