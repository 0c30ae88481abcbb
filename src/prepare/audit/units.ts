// Which facility, department and clinician does an encounter belong to, and who is in the population?
import type { DataSection } from '../../spine/deployments/model.ts';
import { expressionSql, quote } from '../../tools/fhir/fhir.ts';
import { rawOf } from './plan.ts';
import type { Wanted } from './cells.ts';

/** Most stays have no more moves than these: their times and units stand in columns, which are read quicker than lists. */
const fewMoves = 4;

/** The unit an encounter (`enc`) was in at an instant; `roaming` is the same encounter where it has more moves than columns, else nothing. */
export const unitAt = (instant: string): string =>
  `CASE WHEN enc.roams THEN roaming.units[len(list_filter(roaming.froms, lambda f: f <= ${instant}))] ${Array.from({ length: fewMoves }, (_, i) => `WHEN enc.from_${fewMoves - i} <= ${instant} THEN enc.unit_${fewMoves - i}`).join(' ')} END`;

/** What no encounter tells. */
export const unknownUnit = 'unknown unit';

/**
 * `who(p, id)`: patients by number. `enc`: encounters by number `e`, with patient `p`, unit `u`, from when on (`froms`, and the first few as `from_1` …) they were in
 * which unit (`units`, `unit_1` …), their parent, and whether the charter's population counts them. `cover`: a patient's encounters in time.
 * `unit(u, facility, department, clinician)`: labels; clinicians only as ordinals, numbered by a hash of their reference
 * so that the number says nothing about them.
 */
export function unitTables(data: DataSection, wanted: Wanted): string[] {
  const source = { fields: ['id', ...(wanted['Encounter'] ?? [])] };
  const { facility, department, clinician } = data.unitPaths;
  const { encounterClasses, from, to } = data.population;
  const classOf = `coalesce(json_extract_string("class", '$.code'), json_extract_string("class", '$[0].coding[0].code'))`;
  const counted = [
    `coalesce(n.status NOT IN ('cancelled', 'entered-in-error', 'planned'), true)`,
    'n.subject IS NOT NULL',
    encounterClasses.length > 0 && `n.class IN (${encounterClasses.map(quote).join(', ')})`,
    from && `n.start_day >= ${quote(from)}`,
    to && `n.start_day <= ${quote(to)}`,
  ].filter(Boolean);
  return [
    `CREATE OR REPLACE TABLE place AS
      SELECT 'Organization/' || id AS ref, any_value("name"->>'$') AS label, NULL::VARCHAR AS org FROM ${rawOf('Organization')} GROUP BY id
      UNION ALL SELECT 'Location/' || id, any_value("name"->>'$'), any_value(json_extract_string("managingOrganization", '$.reference')) FROM ${rawOf('Location')} GROUP BY id
      ${byIdentifier(facility, department)}`,
    // Two places of one name stay two.
    `CREATE OR REPLACE TABLE label AS SELECT ref, org, CASE WHEN label IS NULL OR trim(label) = '' THEN ref WHEN count(*) OVER (PARTITION BY label, split_part(ref, '/', 1)) > 1 THEN label || ' (' || ref || ')' ELSE label END AS label FROM place`,
    `CREATE OR REPLACE TABLE visit AS SELECT id, _file AS file, _line AS line,
        ref_id_(json_extract_string("subject", '$.reference')) AS subject, ("status"->>'$') AS status, ${classOf} AS class,
        json_extract_string("period", '$.start') AS start_text, at_(json_extract_string("period", '$.start')) AS start_, at_(json_extract_string("period", '$.end')) AS end_, left(json_extract_string("period", '$.start'), 10) AS start_day,
        ref_id_(json_extract_string("partOf", '$.reference')) AS parent,
        ref_text_(${expressionSql(facility, 'Encounter', source, 'first')}) AS facility_ref,
        list_distinct(list_filter(list_transform(${expressionSql(department, 'Encounter', source, 'all')}, lambda d: ref_text_(d)), lambda d: d IS NOT NULL)) AS departments_unordered,
        ref_text_(${expressionSql(department, 'Encounter', source, 'first')}) AS department_ref,
        ref_text_(${expressionSql(clinician, 'Encounter', source, 'first')}) AS clinician_ref,
        ${department === 'location.location' ? `list_filter(list_transform(from_json("location", '[{"location":{"reference":"VARCHAR","display":"VARCHAR"},"period":{"start":"VARCHAR"}}]'), lambda l: {'ref': coalesce(l.location.reference, l.location.display), 'from_': at_(l.period.start)}), lambda l: l.ref IS NOT NULL AND l.from_ IS NOT NULL)` : `[]::STRUCT(ref VARCHAR, from_ TIMESTAMP)[]`} AS moves
      FROM ${rawOf('Encounter')} AS r WHERE id IS NOT NULL`,
    // A facility may stand in the department's managing organization, or only in the encounter this one is part of.
    `CREATE OR REPLACE TABLE sited AS SELECT v.*, coalesce(v.facility_ref, l.org, p.facility_ref, pl.org) AS facility_found, coalesce(v.department_ref, NULL) AS department_found
      FROM (SELECT * FROM visit QUALIFY row_number() OVER (PARTITION BY id ORDER BY file, line) = 1) v
      LEFT JOIN label l ON l.ref = v.department_ref
      LEFT JOIN (SELECT id, any_value(facility_ref) AS facility_ref, any_value(department_ref) AS department_ref FROM visit GROUP BY id) p ON p.id = v.parent
      LEFT JOIN label pl ON pl.ref = p.department_ref`,
    `CREATE OR REPLACE TABLE clinician AS SELECT ref, 'clinician ' || row_number() OVER (ORDER BY md5(ref)) AS label FROM (SELECT DISTINCT clinician_ref AS ref FROM sited WHERE clinician_ref IS NOT NULL)`,
    `CREATE OR REPLACE TABLE unit AS SELECT (row_number() OVER (ORDER BY facility, department, clinician))::INTEGER AS u, * FROM (
      SELECT DISTINCT f AS facility_ref, d AS department_ref, c AS clinician_ref, coalesce(lf.label, f, ${quote(unknownUnit)}) AS facility, coalesce(ld.label, d, ${quote(unknownUnit)}) AS department, lc.label AS clinician
      FROM (SELECT facility_found AS f, department_found AS d, clinician_ref AS c FROM sited
            UNION SELECT facility_found, unnest(departments_unordered), clinician_ref FROM sited) x
      LEFT JOIN label lf ON lf.ref = x.f LEFT JOIN label ld ON ld.ref = x.d LEFT JOIN clinician lc ON lc.ref = x.c)`,
    // Patients and encounters are numbered: what is joined and grouped a million times is a number, not a text.
    `CREATE OR REPLACE TABLE who AS SELECT (row_number() OVER (ORDER BY id))::INTEGER AS p, id FROM (SELECT id FROM ${rawOf('Patient')} WHERE id IS NOT NULL UNION SELECT subject FROM sited WHERE subject IS NOT NULL)`,
    `CREATE OR REPLACE TABLE numbered AS SELECT (row_number() OVER (ORDER BY s.id))::INTEGER AS e, s.*, un.u FROM sited s
      LEFT JOIN unit un ON un.facility_ref IS NOT DISTINCT FROM s.facility_found AND un.department_ref IS NOT DISTINCT FROM s.department_found AND un.clinician_ref IS NOT DISTINCT FROM s.clinician_ref`,
    `CREATE OR REPLACE TABLE enc AS WITH moved AS (SELECT m.e, list(m.from_ ORDER BY m.from_, un.u) AS froms, list(un.u ORDER BY m.from_, un.u) AS units FROM (
          SELECT e, facility_found, clinician_ref, unnest(moves).from_ AS from_, unnest(moves).ref AS ref FROM numbered WHERE len(moves) > 1) m
        JOIN unit un ON un.facility_ref IS NOT DISTINCT FROM m.facility_found AND un.department_ref = m.ref AND un.clinician_ref IS NOT DISTINCT FROM m.clinician_ref GROUP BY m.e)
      SELECT n.e, n.id, who.p, n.class, n.start_, n.end_, left(n.start_text, 7) AS month, above.e AS parent, n.u, n.file, n.line, moved.froms, moved.units, len(moved.froms) > ${fewMoves} AS roams, ${Array.from({ length: fewMoves }, (_, i) => `moved.froms[${i + 1}] AS from_${i + 1}, moved.units[${i + 1}] AS unit_${i + 1}`).join(', ')}, ${counted.join(' AND ')} AS counted
      FROM numbered n LEFT JOIN who ON who.id = n.subject LEFT JOIN numbered above ON above.id = n.parent LEFT JOIN moved ON moved.e = n.e`,
    `CREATE OR REPLACE TABLE cover AS SELECT p, list({'start_': start_, 'until': coalesce(end_, start_ + INTERVAL 30 DAY), 'e': e, 'u': u} ORDER BY start_, e) AS visits FROM enc WHERE start_ IS NOT NULL AND p IS NOT NULL GROUP BY p`,
    'DROP TABLE sited; DROP TABLE visit; DROP TABLE label; DROP TABLE place',
  ];
}

/** Places that encounters name by identifier and not by id (`Organization?identifier=…`): the encounter says what they are called. */
function byIdentifier(facility: string, department: string): string {
  const named = (reference: string, from: string) => `UNION ALL SELECT ref_text_(${reference}::VARCHAR) AS ref, min(json_extract_string(${reference}, '$.display')), NULL FROM ${from} WHERE json_extract_string(${reference}, '$.reference') LIKE '%?identifier=%' GROUP BY ALL`;
  const ofFacility = facility === 'serviceProvider' ? named('"serviceProvider"', rawOf('Encounter')) : '';
  const ofDepartment = department === 'location.location' ? named('place', `(SELECT unnest(json_extract("location", '$[*].location')) AS place FROM ${rawOf('Encounter')})`) : '';
  return `${ofFacility} ${ofDepartment}`;
}

/**
 * `member(kind, key, p, u, month, file, line)`: every patient and encounter of the population once per unit it was
 * in. A patient belongs to every department of its counted encounters; without any, to none.
 */
export function memberTable(data: DataSection): string[] {
  const limited = data.population.encounterClasses.length > 0 || data.population.from !== undefined || data.population.to !== undefined;
  return [
    `CREATE OR REPLACE TABLE been AS SELECT DISTINCT e.e, e.p, e.month, e.file::INTEGER AS file, e.line::INTEGER AS line, coalesce(un.u, e.u) AS u FROM enc e
      LEFT JOIN (SELECT e, facility_found, clinician_ref, unnest(departments_unordered) AS d FROM numbered) s ON s.e = e.e
      LEFT JOIN unit un ON un.facility_ref IS NOT DISTINCT FROM s.facility_found AND un.department_ref = s.d AND un.clinician_ref IS NOT DISTINCT FROM s.clinician_ref
      WHERE e.counted`,
    `CREATE OR REPLACE TABLE member AS
      SELECT 'encounter' AS kind, e AS key, p, u, month, file, line FROM been
      UNION ALL SELECT DISTINCT 'patient', q.p, q.p, b.u, b.month, q.file, q.line
      FROM (SELECT p, min(file) AS file, min(line) AS line FROM "placed_Patient" WHERE p IS NOT NULL GROUP BY p) q ${limited ? '' : 'LEFT '}JOIN been b ON b.p = q.p`,
  ];
}
