// F10: do references point at something?
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { count, percent, sayInterval, sayThreshold, share, type Moments } from '../judging.ts';
import { maxRows, type Finding } from '../model.ts';

export const referencesResolve: Check = {
  id: 'F10',
  name: 'References resolve',
  asks: 'Do the references inside the export point at something in it?',
  family: 'conformance',
  about: 'resource',
  formula: 'n: literal references of a type (to patient, encounter, and the main ones of the type). k: those whose target is in the export. References into contained resources (#…), to other kinds of address (a search, an identifier) and to types the export does not hold at all are left out; the last are counted beside.',
  threshold: { bound: 'at-least', value: 0.99 },
  source: 'Kahn et al. 2016, relational conformance; OHDSI Data Quality Dashboard, isForeignKey.',
  limits: 'A reference that resolves may still point at the wrong one.',
  weight: 'important',
  async find(desk) {
    const { database } = desk;
    const threshold = thresholdOf(referencesResolve, desk.data);
    const findings: Finding[] = [];
    await database.run(`CREATE OR REPLACE TEMP TABLE target AS SELECT DISTINCT resourceType || '/' || id AS ref FROM resources WHERE id IS NOT NULL`);
    const held = Object.keys(desk.resources).map(quote).join(', ');
    for (const resource of desk.types) {
      // Each distinct reference is looked up once; its rows follow.
      const literal = `regexp_extract(split_part(ref, '/_history/', 1), '([A-Z][A-Za-z]+/[A-Za-z0-9.\\-]+)$', 1)`;
      await database.run(`CREATE OR REPLACE TEMP TABLE pointing AS WITH r AS (
          SELECT file, line, id, subject, unnest(list_concat(refs, [subject_ref, encounter_ref])) AS ref FROM ${name(`placed_${resource}`)}),
        known AS (SELECT ref, ${literal} AS target_ref FROM (SELECT DISTINCT ref FROM r WHERE ref IS NOT NULL AND NOT starts_with(ref, '#') AND NOT contains(ref, '?') AND NOT starts_with(ref, 'urn:')))
        SELECT r.file, r.line, r.id, r.subject, r.ref, target.ref IS NOT NULL AS ok, split_part(target_ref, '/', 1) IN (${held}) AS held
        FROM r JOIN known ON known.ref = r.ref LEFT JOIN target ON target.ref = known.target_ref`);
      const [row] = await database.rows<Moments & { elsewhere: number }>(`WITH per AS (SELECT subject, count(*) FILTER (held)::DOUBLE AS n, count(*) FILTER (held AND ok)::DOUBLE AS k, count(*) FILTER (NOT held) AS elsewhere FROM pointing GROUP BY subject)
        SELECT coalesce(sum(n), 0) AS n, coalesce(sum(k), 0) AS k, coalesce(sum(n * n), 0) AS nn, coalesce(sum(CASE WHEN n > 0 THEN k * k / n ELSE 0 END), 0) AS kkn, count(*) FILTER (n > 0) AS clusters, coalesce(sum(elsewhere), 0)::BIGINT AS elsewhere FROM per`);
      if (!row || row.n + row.elsewhere === 0) continue;
      const missing = row.elsewhere === 0 ? [] : await database.rows<{ type: string }>(`SELECT DISTINCT regexp_extract(ref, '([A-Z][A-Za-z]+)/[^/]+$', 1) AS type FROM pointing WHERE NOT held ORDER BY type LIMIT 10`);
      const evidence = row.n === row.k ? [] : await database.rows<{ row: string }>(`SELECT to_json({file: file, line: line, id: ${quote(`${resource}/`)} || id, a: ref, b: NULL::VARCHAR})::VARCHAR AS row FROM pointing WHERE held AND NOT ok ORDER BY file, line LIMIT ${maxRows}`);
      findings.push(
        share({
          check: 'F10', element: null, resource, unit: whole, moments: row, threshold, tier: 'important', minimumN: 1,
          says: ({ n, k, rate, low, high }) =>
            `${resource}: ${rate === null ? 'no reference points at a type the export holds' : `${count(k)} of ${count(n)} references resolve, ${percent(rate)}${sayInterval(low, high)}${sayThreshold(threshold)}`}.${row.elsewhere > 0 ? ` ${count(row.elsewhere)} more point at types that are not in the export (${missing.map(({ type }) => type || 'unknown').join(', ')}).` : ''}`,
          figures: { toTypesNotInExport: row.elsewhere },
          rows: evidence.map((found) => {
            const at = JSON.parse(found.row) as FoundRow;
            return rowOf(desk, at, `${at.a} is not in the export.`);
          }),
        }),
      );
    }
    await database.run('DROP TABLE IF EXISTS pointing; DROP TABLE IF EXISTS target');
    return findings;
  },
};
