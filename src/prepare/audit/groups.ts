// Which groups of patients are there, by age, sex, race, ethnicity and language?
import { jsonAt, textAt } from './cells.ts';
import type { Desk } from './check.ts';
import { rawOf } from './plan.ts';

/** The bands of age at the patient's first encounter. */
const bands = `CASE WHEN age < 18 THEN 'under 18' WHEN age < 40 THEN '18 to 39' WHEN age < 65 THEN '40 to 64' WHEN age < 80 THEN '65 to 79' ELSE '80 and over' END`;

/** `grouped(p, kind, label)` and `lived(p, age)`: each patient's group of every kind that is on record; from US Core extensions where they are there. */
export async function makeGroups({ database, types, wanted }: Desk): Promise<boolean> {
  const columns = wanted['Patient'] ?? [];
  if (!types.includes('Patient')) return false;
  const gender = textAt('gender', columns) ?? 'NULL::VARCHAR';
  const extension = jsonAt('extension', columns);
  const communication = jsonAt('communication', columns);
  const core = (end: string) => (extension === null ? 'NULL::VARCHAR' : `CASE WHEN contains(${extension}::VARCHAR, 'us-core-${end}') THEN json_extract_string(list_filter(json_extract(list_filter(json_extract(${extension}, '$[*]'), lambda x: ends_with(json_extract_string(x, '$.url'), 'us-core-${end}'))[1], '$.extension[*]'), lambda x: json_extract_string(x, '$.url') IN ('ombCategory', 'text'))[1], '$.valueCoding.display') END`);
  const language = communication === null ? 'NULL::VARCHAR' : `left(coalesce(json_extract_string(${communication}, '$[0].language.coding[0].code'), json_extract_string(${communication}, '$[0].language.text')), 2)`;
  await database.run(`CREATE TEMP TABLE IF NOT EXISTS lived AS SELECT pat.p, date_diff('day', pat.birth, first.at_) / 365.2425 AS age FROM pat JOIN (SELECT p, min(start_) AS at_ FROM enc GROUP BY p) first ON first.p = pat.p WHERE pat.birth IS NOT NULL AND first.at_ IS NOT NULL`);
  await database.run(`CREATE TEMP TABLE IF NOT EXISTS grouped AS WITH r AS (SELECT who.p, any_value(${gender}) AS sex, any_value(${core('race')}) AS race, any_value(${core('ethnicity')}) AS ethnicity, any_value(${language}) AS language FROM ${rawOf('Patient')} x JOIN who ON who.id = x.id GROUP BY who.p)
    SELECT p, kind, label FROM (SELECT p, 'sex' AS kind, sex AS label FROM r UNION ALL SELECT p, 'race', race FROM r UNION ALL SELECT p, 'ethnicity', ethnicity FROM r UNION ALL SELECT p, 'language', language FROM r UNION ALL SELECT p, 'age', ${bands} FROM lived WHERE age BETWEEN 0 AND 120) WHERE label IS NOT NULL AND label <> ''`);
  return true;
}
