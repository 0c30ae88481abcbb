// D02: what is recorded twice under different ids?
import { name } from '../../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { count, percent, sayInterval, sayThreshold, share, type Moments } from '../judging.ts';
import { maxRows, type Finding } from '../model.ts';
import { rawOf } from '../plan.ts';
import { fieldsOf } from '../type-fields.ts';

export const sameContent: Check = {
  id: 'D02',
  name: 'Same content twice',
  asks: 'Is the same thing (patient, code, time, value) recorded under several ids?',
  family: 'duplicates',
  about: 'resource',
  formula: 'Per type. n: resources with a patient, a code and a time (for conditions, an encounter or a time). k: those equal to an earlier one of another id in patient, code, time, value and what else makes the content of the type.',
  threshold: { bound: 'at-most', value: 0.01 },
  source: 'Kahn et al. 2016, uniqueness plausibility; content compared by a 64-bit hash of the fields.',
  limits: 'Equal up to the last digit only: the same measurement charted a minute later is another. Two equal things may both be real (two tablets).',
  weight: 'important',
  async find(desk) {
    const threshold = thresholdOf(sameContent, desk.data);
    const findings: Finding[] = [];
    for (const resource of desk.types) {
      const { subject, code, date } = fieldsOf(resource);
      if (!subject || code.length === 0 || date.length === 0 || resource === 'Encounter') continue;
      const source = `SELECT file, line, p, content FROM ${name(`placed_${resource}`)} WHERE p IS NOT NULL AND (t IS NOT NULL${resource === 'Condition' ? ' OR e IS NOT NULL' : ''}) AND content IS NOT NULL`;
      // The same id again is D01's: what is repeated here has an id of its own.
      await desk.database.run(`CREATE OR REPLACE TEMP TABLE said AS SELECT p, content, count(*) AS n FROM (${source}) GROUP BY p, content`);
      // Of every id the first row counts, and of those all but the first.
      await desk.database.run(`CREATE OR REPLACE TEMP TABLE repeated AS WITH twice AS (SELECT p, content FROM said WHERE n > 1),
        r AS (SELECT s.p, s.content, s.file, s.line FROM (${source}) s SEMI JOIN twice ON twice.p = s.p AND twice.content = s.content),
        same AS (SELECT r.p, r.content, min(r.file::BIGINT * 10000000000 + r.line) AS spot FROM r JOIN ${rawOf(resource)} x ON x._file = r.file AND x._line = r.line GROUP BY r.p, r.content, hash(x.id)),
        first AS (SELECT p, content, min(spot) AS spot FROM same GROUP BY p, content)
        SELECT same.p, (same.spot // 10000000000)::INTEGER AS file, (same.spot % 10000000000)::INTEGER AS line FROM same JOIN first ON first.p = same.p AND first.content = same.content WHERE same.spot <> first.spot`);
      const [row] = await desk.database.rows<Moments & { rows: string | null }>(`WITH a AS (SELECT p, sum(n)::DOUBLE AS n FROM said GROUP BY p), b AS (SELECT p, count(*)::DOUBLE AS k FROM repeated GROUP BY p),
        per AS (SELECT n, coalesce(k, 0) AS k FROM a LEFT JOIN b USING (p))
        SELECT coalesce(sum(n), 0) AS n, coalesce(sum(k), 0) AS k, coalesce(sum(n * n), 0) AS nn, coalesce(sum(k * k / n), 0) AS kkn, count(*) AS clusters,
          (SELECT to_json(arg_min({file: file, line: line}, file::BIGINT * 10000000000 + line, ${maxRows}))::VARCHAR FROM repeated) AS rows FROM per`);
      if (!row || row.n === 0) continue;
      const evidence = row.rows ? (JSON.parse(row.rows) as FoundRow[] | null) : null;
      findings.push(
        share({
          check: 'D02', element: null, resource, unit: whole, moments: row, threshold, tier: 'important', minimumN: 1,
          says: ({ n, k, rate, low, high }) => `${resource}: ${count(k)} of ${count(n)} say again what another id says, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`,
          rows: (evidence ?? []).map((found) => rowOf(desk, found, 'Patient, code, time and value equal those of an earlier resource.')),
        }),
      );
    }
    await desk.database.run('DROP TABLE IF EXISTS repeated; DROP TABLE IF EXISTS said');
    return findings;
  },
};
