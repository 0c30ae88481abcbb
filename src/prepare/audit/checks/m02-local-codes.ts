// M02: which local codes still need a map?
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { count, independent, percent, sayInterval, sayThreshold, sayUnit, share } from '../judging.ts';
import { maxRows, type Finding } from '../model.ts';
import { unknownUnit } from '../units.ts';
import { codedTypes, isStandard } from './m01-standard-codes.ts';

export const localCodes: Check = {
  id: 'M02',
  name: 'Local codes without a map',
  asks: 'Which codes have no standard code beside them, and how often are they used?',
  family: 'mapping',
  about: 'resource',
  formula: `Per type, for the whole export and each facility. n: distinct codes in use. k: those without any coding of a standard terminology. Rows: the ${maxRows} most frequent of them, each with where it stands first.`,
  threshold: { bound: 'at-most', value: 0.1 },
  source: 'OHDSI Data Quality Dashboard, sourceConceptRecordCompleteness; the way of the ACHILLES "unmapped source codes" report.',
  limits: 'Counts codes, not rows (M01 counts rows): a long tail of rare local codes is a finding here and no harm there.',
  weight: 'context',
  async find(desk) {
    const threshold = thresholdOf(localCodes, desk.data);
    const findings: Finding[] = [];
    for (const resource of desk.types.filter((type) => codedTypes.includes(type))) {
      const rows = await desk.database.rows<{ facility: string | null; g: number; n: number; k: number; rows: string | null }>(`WITH used AS (SELECT o.c, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility, o.times, o.spot FROM (SELECT c, u, count(*) AS times, min(file::BIGINT * 10000000000 + line) AS spot FROM ${name(`placed_${resource}`)} WHERE c IS NOT NULL GROUP BY c, u) o LEFT JOIN unit ON unit.u = o.u),
        one AS (SELECT c, facility, GROUPING(facility) AS g, sum(times) AS times, min(spot) AS spot FROM used GROUP BY GROUPING SETS ((c), (c, facility))),
        k AS (SELECT c, NOT ${isStandard} AS local, text FROM ${name(`code_${resource}`)})
        SELECT one.facility, one.g, count(*) AS n, count(*) FILTER (k.local) AS k, to_json(list_slice(list({file: (one.spot // 10000000000)::INTEGER, line: (one.spot % 10000000000)::INTEGER, a: left(k.text, 160), b: one.times::VARCHAR} ORDER BY one.times DESC, k.text) FILTER (k.local), 1, ${maxRows}))::VARCHAR AS rows
        FROM one JOIN k ON k.c = one.c GROUP BY one.facility, one.g ORDER BY one.g DESC, one.facility`);
      for (const row of rows) {
        if (row.g === 0 && desk.facilities.length === 0) continue;
        const unit = { ...whole, facility: row.g === 1 ? null : row.facility };
        findings.push(share({
          check: 'M02', element: null, resource, unit, moments: independent(row.k, row.n), threshold, tier: 'context', minimumN: 1,
          says: ({ n, k, rate, low, high }) => `${resource}${sayUnit(unit)}: ${count(k)} of ${count(n)} codes in use have no standard code beside them, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`,
          rows: row.rows ? ((JSON.parse(row.rows) as FoundRow[] | null) ?? []).map((one) => rowOf(desk, one, `Used ${count(Number(one.b))} times: ${one.a}`)) : [],
        }));
      }
    }
    return findings;
  },
};
