// C04: how many resources carry a code the model can read?
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { count, percent, sayInterval, sayThreshold, sayUnit, share, smallestUnit, type Moments } from '../judging.ts';
import { maxRows, type Finding } from '../model.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import { unknownUnit } from '../units.ts';

export const coded: Check = {
  id: 'C04',
  name: 'Coded',
  asks: 'Of the resources of a type, how many carry a code of the system the model reads?',
  family: 'completeness',
  about: 'resource',
  formula: 'For each type whose codes the charter names. n: all resources of the type. k: those with at least one coding of a system the charter names for it; the others have text only, or local codes.',
  threshold: { bound: 'at-least', value: 0.9 },
  source: 'OHDSI Data Quality Dashboard, standardConceptRecordCompleteness and sourceValueCompleteness; Kahn et al. 2016.',
  limits: 'The type holds more than the model needs: a low share may concern things it never reads. Whether the right code was chosen is not seen.',
  weight: 'important',
  async find(desk) {
    const expected = new Map<string, Set<string>>();
    for (const { resource, codes } of desk.elements) if (desk.types.includes(resource) && codes.length > 0) expected.set(resource, new Set([...(expected.get(resource) ?? []), ...codes.map(({ system }) => system)]));
    const threshold = thresholdOf(coded, desk.data);
    const findings: Finding[] = [];
    for (const [resource, systems] of expected) {
      const has = `coalesce(len(list_filter(k.keys, lambda c: ${[...systems].map((system) => `starts_with(c, ${quote(`${system}|`)})`).join(' OR ')})) > 0, false)`;
      const named = [...systems].join(' or ');
      const placed = `SELECT p.p, p.u, p.c, p.file::BIGINT * 10000000000 + p.line AS spot, coalesce(k.ok, false) AS ok FROM ${name(`placed_${resource}`)} p LEFT JOIN k ON k.c = p.c`;
      const known = `k AS (SELECT c, ${has} AS ok, array_to_string(k.keys, ', ') AS shown FROM ${name(`code_${resource}`)} k)`;
      const rows = await desk.database.rows<Moments & { facility: string | null; rows: string }>(`WITH ${known},
        tally AS (SELECT p, u, count(*)::DOUBLE AS n, count(*) FILTER (ok)::DOUBLE AS k FROM (${placed}) GROUP BY p, u),
        per AS (SELECT facility, GROUPING(facility) AS g, p, sum(n) AS n, sum(k) AS k FROM (SELECT tally.*, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility FROM tally LEFT JOIN unit ON unit.u = tally.u) GROUP BY GROUPING SETS ((p), (facility, p))),
        near AS (SELECT u, unnest(min(spot, ${maxRows})) AS spot, unnest(arg_min(coalesce(c, 0), spot, ${maxRows})) AS c FROM (${placed}) WHERE NOT ok GROUP BY u),
        bad AS (SELECT facility, GROUPING(facility) AS g, to_json(arg_min({file: (spot // 10000000000)::INTEGER, line: (spot % 10000000000)::INTEGER, a: left(shown, 120)}, spot, ${maxRows}))::VARCHAR AS rows
          FROM (SELECT near.spot, k.shown, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility FROM near LEFT JOIN k ON k.c = near.c LEFT JOIN unit ON unit.u = near.u) GROUP BY GROUPING SETS ((), (facility)))
        SELECT per.facility, sum(n) AS n, sum(k) AS k, sum(n * n) AS nn, sum(k * k / n) AS kkn, count(*) AS clusters, any_value(bad.rows) AS rows
        FROM per LEFT JOIN bad ON bad.g = per.g AND bad.facility IS NOT DISTINCT FROM per.facility GROUP BY per.facility, per.g ORDER BY per.g DESC, per.facility`);
      // Departments and months have rates; what is wrong there stands in the findings above.
      await lookAtRows(desk, { check: coded, resource, name: resource, are: '', dated: true, says: () => '', rows: `WITH ${known} SELECT p.p, p.u, coalesce(k.ok, false) AS k, false AS wrong, p.file, p.line, NULL AS a, NULL AS b, ${monthOf('p.t')} AS m FROM ${name(`placed_${resource}`)} p LEFT JOIN k ON k.c = p.c` });
      for (const row of rows) {
        if (row.facility !== null && desk.facilities.length === 0) continue;
        const unit = { ...whole, facility: row.facility };
        const evidence = row.rows ? (JSON.parse(row.rows) as FoundRow[]) : [];
        findings.push(
          share({
            check: 'C04', element: null, resource, unit, moments: row, threshold, tier: 'important', minimumN: row.facility === null ? 1 : smallestUnit,
            says: ({ n, k, rate, low, high }) => `${resource}${sayUnit(unit)}: ${count(k)} of ${count(n)} carry a code of ${named}, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`,
            rows: evidence.map((found) => rowOf(desk, found, found.a ? `Coded otherwise: ${found.a}.` : 'No code, at most text.')),
          }),
        );
      }
    }
    return findings;
  },
};
