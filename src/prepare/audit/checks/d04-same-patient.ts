// D04: which patient has two ids?
import { rowOf, thresholdOf, whole, type Check } from '../check.ts';
import { count, independent, percent, sayInterval, sayThreshold, share } from '../judging.ts';
import { maxRows } from '../model.ts';

export const samePatient: Check = {
  id: 'D04',
  name: 'Same patient twice',
  asks: 'Is one patient there under several ids?',
  family: 'duplicates',
  about: 'export',
  formula: 'n: distinct patient ids. k: those that share an identifier (system and value), or family name, given name, birth date and gender, with an earlier patient of another id. Patients linked to each other (Patient.link) are left out.',
  threshold: { bound: 'at-most', value: 0.001 },
  source: 'Kahn et al. 2016, uniqueness plausibility; Grannis et al., J Am Med Inform Assoc 2019;26:447-456 (which demographics identify).',
  limits: 'Exact comparison after trimming and without case: a typing error hides a duplicate, twins with one given name look like one. In a de-identified export names say nothing.',
  weight: 'important',
  async find(desk) {
    const has = (field: string) => desk.wanted['Patient']?.includes(field) ?? false;
    if (!has('identifier') || !has('name')) return [];
    const threshold = thresholdOf(samePatient, desk.data);
    const rows = await desk.database.rows<{ id: string; file: number; line: number; why: string; of: string }>(`WITH p AS (SELECT id, min(_file) AS file, min(_line) AS line, any_value(identifier) AS identifier, any_value(name) AS name, any_value("birthDate"->>'$') AS birth, any_value("gender"->>'$') AS gender FROM "raw_Patient" WHERE id IS NOT NULL AND "link" IS NULL GROUP BY id),
      ident AS (SELECT DISTINCT id, file, line, 'identifier' AS why, 'i' || coalesce(json_extract_string(one, '$.system'), '') || '|' || json_extract_string(one, '$.value') AS key FROM (SELECT id, file, line, unnest(json_extract(identifier, '$[*]')) AS one FROM p) WHERE json_extract_string(one, '$.value') IS NOT NULL AND json_extract_string(one, '$.system') IS NOT NULL),
      named AS (SELECT id, file, line, 'name, birth date and gender' AS why, 'n' || lower(trim(json_extract_string(name, '$[0].family'))) || '|' || lower(trim(json_extract_string(name, '$[0].given[0]'))) || '|' || birth || '|' || gender AS key FROM p),
      every AS (SELECT * FROM ident UNION ALL SELECT * FROM named WHERE key IS NOT NULL),
      again AS (SELECT *, first_value(id) OVER w AS of, row_number() OVER w AS r FROM every WINDOW w AS (PARTITION BY key ORDER BY file, line, id))
      SELECT id, min(file) AS file, min(line) AS line, any_value(why) AS why, any_value(of) AS of FROM again WHERE r > 1 AND id <> of GROUP BY id ORDER BY file, line`);
    const [all] = await desk.database.rows<{ n: number }>(`SELECT count(DISTINCT id) AS n FROM "raw_Patient" WHERE id IS NOT NULL`);
    const n = all?.n ?? 0;
    if (n === 0) return [];
    return [
      share({
        check: 'D04', element: null, resource: 'Patient', unit: whole, moments: independent(Math.min(rows.length, n), n), threshold, tier: 'important', minimumN: 1,
        says: ({ n, k, rate, low, high }) => (k === 0 ? `None of ${count(n)} patients is there under a second id.` : `${count(k)} of ${count(n)} patients seem to be there under a second id, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`),
        rows: rows.slice(0, maxRows).map((row) => rowOf(desk, { ...row, id: `Patient/${row.id}`, a: null, b: null }, `Shares ${row.why} with Patient/${row.of}.`)),
      }),
    ];
  },
};
