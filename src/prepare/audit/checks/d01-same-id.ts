// D01: which resource is in the export twice under its own id?
import { quote } from '../../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { count, independent, percent, sayInterval, sayThreshold, share } from '../judging.ts';
import { countIds } from '../ids.ts';
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
    const rows: { type: string; n: number; k: number; rows: string | null }[] = [];
    const counted = await countIds(desk);
    // Only the few that may repeat are compared as text.
    for (const type of Object.keys(desk.resources)) {
      const of = `resources WHERE resourceType = ${quote(type)} AND id IS NOT NULL`;
      const seen = counted.find((one) => one.type === type);
      const [again] = !seen || seen.different === seen.n ? [] : await desk.database.rows<{ k: number; rows: string | null }>(`WITH r AS (SELECT id, hash(id) AS h, _file AS file, _line AS line FROM ${of}), twice AS (SELECT h FROM r GROUP BY h HAVING count(*) > 1),
          again AS (SELECT id, file, line FROM r SEMI JOIN twice ON twice.h = r.h QUALIFY row_number() OVER (PARTITION BY id ORDER BY file, line) > 1)
        SELECT count(*) AS k, to_json(arg_min({file: file, line: line, id: ${quote(`${type}/`)} || id}, file::BIGINT * 10000000000 + line, ${maxRows}))::VARCHAR AS rows FROM again`);
      rows.push({ type, n: seen?.n ?? 0, k: again?.k ?? 0, rows: again?.rows ?? null });
    }
    return rows.map(({ type, n, k, rows: found }) =>
      share({
        check: 'D01', element: null, resource: type, unit: whole, moments: independent(k, n), threshold, tier: 'important', minimumN: 1,
        says: ({ n, k, rate, low, high }) => (k === 0 ? `${type}: no id comes twice in ${count(n)} resources.` : `${type}: ${count(k)} of ${count(n)} resources repeat an id, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`),
        rows: found ? (JSON.parse(found) as FoundRow[]).map((row) => rowOf(desk, row, 'This id stood in the export before.')) : [],
      }),
    );
  },
};
