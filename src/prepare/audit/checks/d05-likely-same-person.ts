// D05: who is probably one person under two ids?
import { jsonAt, textAt } from '../cells.ts';
import type { Check } from '../check.ts';
import { lookAtRows } from '../look-at-rows.ts';
import { rawOf } from '../plan.ts';

const alike = 0.92;
const largestBlock = 200;

export const likelySamePerson: Check = {
  id: 'D05',
  name: 'Probably the same person',
  asks: 'Which patients of two ids are probably one person, with a slip in the name or the birth date?',
  family: 'duplicates',
  about: 'export',
  formula: `Patients are compared within blocks of the same birth date and gender, and of the same full name and gender. n: patients with a name without digits, a birth date and a gender. k: those with an earlier patient whose family and given names are alike (Jaro-Winkler of at least ${alike} each, not both equal), or whose birth date differs in one digit or has day and month exchanged under the same name. Linked patients are left out; D04 has the exact ones.`,
  threshold: { bound: 'at-most', value: 0.002 },
  source: 'Winkler, Proc Section on Survey Research Methods, ASA 1990:354-359 (string comparison); Fellegi & Sunter, J Am Stat Assoc 1969;64:1183-1210; Grannis et al., J Am Med Inform Assoc 2019;26:447-456.',
  limits: `Twins, and relatives of one name, are found too: the rows are for a person to look at. Blocks of more than ${largestBlock} (a filler birth date) are left out. In a de-identified export names say nothing.`,
  weight: 'important',
  async find(desk) {
    const columns = desk.wanted['Patient'] ?? [];
    const [names, link, birth, gender] = [jsonAt('name', columns), jsonAt('link', columns), textAt('birthDate', columns), textAt('gender', columns)];
    if (names === null || link === null || birth === null || gender === null) return [];
    await desk.database.run(`CREATE OR REPLACE TEMP TABLE person AS SELECT DISTINCT ON (who.p) who.p, r.id, r._file::INTEGER AS file, r._line::INTEGER AS line, lower(trim(json_extract_string(${names}, '$[0].family'))) AS family, lower(trim(json_extract_string(${names}, '$[0].given[0]'))) AS given, ${birth} AS birth, ${gender} AS gender
      FROM ${rawOf('Patient')} r JOIN who ON who.id = r.id WHERE ${link} IS NULL AND length(${birth}) = 10 AND ${gender} IS NOT NULL AND json_extract_string(${names}, '$[0].family') IS NOT NULL AND json_extract_string(${names}, '$[0].given[0]') IS NOT NULL AND NOT regexp_matches(json_extract_string(${names}, '$[0].family'), '\\d') ORDER BY who.p, r._file, r._line`);
    await desk.database.run(`CREATE OR REPLACE TEMP TABLE double AS WITH b AS (SELECT *, count(*) OVER (PARTITION BY birth, gender) AS same_day, count(*) OVER (PARTITION BY family, given, gender) AS same_name FROM person)
      SELECT y.p, min(x.id) AS of_, any_value(x.given || ' ' || x.family || ', ' || x.birth) AS a, any_value(y.given || ' ' || y.family || ', ' || y.birth) AS b FROM b x JOIN b y ON x.birth = y.birth AND x.gender = y.gender AND (x.file, x.line) < (y.file, y.line) AND x.same_day <= ${largestBlock} AND NOT (x.family = y.family AND x.given = y.given) AND jaro_winkler_similarity(x.family, y.family) >= ${alike} AND jaro_winkler_similarity(x.given, y.given) >= ${alike} GROUP BY y.p
      UNION SELECT y.p, min(x.id), any_value(x.given || ' ' || x.family || ', ' || x.birth), any_value(y.given || ' ' || y.family || ', ' || y.birth) FROM b x JOIN b y ON x.family = y.family AND x.given = y.given AND x.gender = y.gender AND (x.file, x.line) < (y.file, y.line) AND x.same_name <= ${largestBlock} AND x.birth <> y.birth
        AND (hamming(x.birth, y.birth) = 1 OR (left(x.birth, 4) = left(y.birth, 4) AND x.birth[6:7] = y.birth[9:10] AND x.birth[9:10] = y.birth[6:7])) GROUP BY y.p`);
    return lookAtRows(desk, {
      check: likelySamePerson, resource: 'Patient', name: 'Patients', are: 'are probably there under another id too', perFacility: false, keep: true,
      rows: `SELECT person.p, NULL::INTEGER AS u, d.p IS NOT NULL AS k, k AS wrong, person.file, person.line, d.of_ AS a, d.a || ' / ' || d.b AS b FROM person LEFT JOIN (SELECT DISTINCT ON (p) * FROM double ORDER BY p, of_) d ON d.p = person.p`,
      says: ({ a }) => `Probably Patient/${a}: name and birth date are alike.`,
    });
  },
};
