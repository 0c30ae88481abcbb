// D01: which resource is in the export twice under its own id?
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { count, independent, percent, sayInterval, sayThreshold, share } from '../judging.ts';
import { maxRows } from '../model.ts';

export const sameId: Check = {
  id: 'D01',
  name: 'Same id twice',
  asks: 'Is a resource (type and id) in the export more than once?',
  family: 'duplicates',
  about: 'resource',
  formula: 'Per type. n: resources with an id. k: those that repeat the type and id of an earlier one.',
  threshold: { bound: 'at-most', value: 0 },
  source: 'HL7 FHIR R4, Resource.id is unique per type and server; Kahn et al. 2016, uniqueness plausibility.',
  limits: 'Two versions of one resource look the same as two copies.',
  weight: 'important',
  async find(desk) {
    const threshold = thresholdOf(sameId, desk.data);
    // Ids are hashed for the counting; only the few that may repeat are compared as text.
    await desk.database.run(`CREATE OR REPLACE TEMP TABLE again AS WITH twice AS (SELECT resourceType, hash(id) AS h FROM resources WHERE id IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1)
      SELECT r.resourceType AS type, r.id, r._file AS file, r._line AS line FROM resources r SEMI JOIN twice ON twice.resourceType = r.resourceType AND twice.h = hash(r.id) QUALIFY row_number() OVER (PARTITION BY r.resourceType, r.id ORDER BY r._file, r._line) > 1`);
    const rows = await desk.database.rows<{ type: string; n: number; k: number; rows: string | null }>(`WITH a AS (SELECT type, count(*) AS k, to_json(arg_min({file: file, line: line, id: type || '/' || id}, file::BIGINT * 10000000000 + line, ${maxRows}))::VARCHAR AS rows FROM again GROUP BY type)
      SELECT r.resourceType AS type, count(r.id) AS n, coalesce(any_value(a.k), 0) AS k, any_value(a.rows) AS rows FROM resources r LEFT JOIN a ON a.type = r.resourceType GROUP BY r.resourceType ORDER BY 1`);
    return rows.map(({ type, n, k, rows: found }) =>
      share({
        check: 'D01', element: null, resource: type, unit: whole, moments: independent(k, n), threshold, tier: 'important', minimumN: 1,
        says: ({ n, k, rate, low, high }) => (k === 0 ? `${type}: no id comes twice in ${count(n)} resources.` : `${type}: ${count(k)} of ${count(n)} resources repeat an id, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`),
        rows: found ? (JSON.parse(found) as FoundRow[]).map((row) => rowOf(desk, row, 'This id stood in the export before.')) : [],
      }),
    );
  },
};
