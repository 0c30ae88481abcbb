// Which facility, department and clinician does an encounter belong to, and who is in the population?
import type { DataSection } from '../../spine/deployments/charter-data.ts';
import { expressionSql, quote } from '../../tools/fhir/fhir.ts';
import { rawOf } from './plan.ts';
import type { Wanted } from './tables.ts';

/** What no encounter tells. */
export const unknownUnit = 'unknown unit';

/**
 * `enc`: encounters with their unit `u`, their parent and whether the charter's population counts them.
 * `unit(u, facility, department, clinician)`: labels; clinicians only as ordinals, numbered by a hash of their reference
 * so that the number says nothing about them. `stay`: from when on an encounter was in which department.
 */
export function unitTables(data: DataSection, wanted: Wanted): string[] {
  const source = { fields: ['id', ...(wanted['Encounter'] ?? [])] };
  const { facility, department, clinician } = data.unitPaths;
  const { encounterClasses, from, to } = data.population;
  const classOf = `coalesce(json_extract_string("class", '$.code'), json_extract_string("class", '$[0].coding[0].code'))`;
  const counted = [
    `coalesce(status NOT IN ('cancelled', 'entered-in-error', 'planned'), true)`,
    'subject IS NOT NULL',
    encounterClasses.length > 0 && `class IN (${encounterClasses.map(quote).join(', ')})`,
    from && `start_day >= ${quote(from)}`,
    to && `start_day <= ${quote(to)}`,
  ].filter(Boolean);
  return [
    `CREATE OR REPLACE TEMP TABLE place AS
      SELECT 'Organization/' || id AS ref, any_value("name"->>'$') AS label, NULL::VARCHAR AS org FROM ${rawOf('Organization')} GROUP BY id
      UNION ALL SELECT 'Location/' || id, any_value("name"->>'$'), any_value(json_extract_string("managingOrganization", '$.reference')) FROM ${rawOf('Location')} GROUP BY id`,
    // Two places of one name stay two.
    `CREATE OR REPLACE TEMP TABLE label AS SELECT ref, org, CASE WHEN label IS NULL OR trim(label) = '' THEN ref WHEN count(*) OVER (PARTITION BY label, split_part(ref, '/', 1)) > 1 THEN label || ' (' || ref || ')' ELSE label END AS label FROM place`,
    `CREATE OR REPLACE TEMP TABLE visit AS SELECT id, _file AS file, _line AS line,
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
    `CREATE OR REPLACE TEMP TABLE sited AS SELECT v.*, coalesce(v.facility_ref, l.org, p.facility_ref, pl.org) AS facility_found, coalesce(v.department_ref, NULL) AS department_found
      FROM (SELECT * FROM visit QUALIFY row_number() OVER (PARTITION BY id ORDER BY file, line) = 1) v
      LEFT JOIN label l ON l.ref = v.department_ref
      LEFT JOIN (SELECT id, any_value(facility_ref) AS facility_ref, any_value(department_ref) AS department_ref FROM visit GROUP BY id) p ON p.id = v.parent
      LEFT JOIN label pl ON pl.ref = p.department_ref`,
    `CREATE OR REPLACE TEMP TABLE clinician AS SELECT ref, 'clinician ' || row_number() OVER (ORDER BY md5(ref)) AS label FROM (SELECT DISTINCT clinician_ref AS ref FROM sited WHERE clinician_ref IS NOT NULL)`,
    `CREATE OR REPLACE TEMP TABLE unit AS SELECT (row_number() OVER (ORDER BY facility, department, clinician))::INTEGER AS u, * FROM (
      SELECT DISTINCT f AS facility_ref, d AS department_ref, c AS clinician_ref, coalesce(lf.label, f, ${quote(unknownUnit)}) AS facility, coalesce(ld.label, d, ${quote(unknownUnit)}) AS department, lc.label AS clinician
      FROM (SELECT facility_found AS f, department_found AS d, clinician_ref AS c FROM sited
            UNION SELECT facility_found, unnest(departments_unordered), clinician_ref FROM sited) x
      LEFT JOIN label lf ON lf.ref = x.f LEFT JOIN label ld ON ld.ref = x.d LEFT JOIN clinician lc ON lc.ref = x.c)`,
    `CREATE OR REPLACE TEMP TABLE enc AS SELECT s.id, s.file, s.line, s.subject, s.class, s.start_, s.end_, left(s.start_text, 7) AS month, s.parent, un.u, ${counted.join(' AND ')} AS counted
      FROM sited s LEFT JOIN unit un ON un.facility_ref IS NOT DISTINCT FROM s.facility_found AND un.department_ref IS NOT DISTINCT FROM s.department_found AND un.clinician_ref IS NOT DISTINCT FROM s.clinician_ref`,
    `CREATE OR REPLACE TEMP TABLE started AS SELECT id, subject, start_, end_, u FROM enc WHERE start_ IS NOT NULL AND subject IS NOT NULL`,
    `CREATE OR REPLACE TEMP TABLE stay AS SELECT m.encounter, m.from_, un.u FROM (
        SELECT id AS encounter, facility_found, clinician_ref, unnest(moves).from_ AS from_, unnest(moves).ref AS ref FROM sited WHERE len(moves) > 1) m
      JOIN unit un ON un.facility_ref IS NOT DISTINCT FROM m.facility_found AND un.department_ref = m.ref AND un.clinician_ref IS NOT DISTINCT FROM m.clinician_ref`,
  ];
}

/**
 * `member(kind, key, subject, u, month, file, line)`: every patient and encounter of the population once per unit it was
 * in. A patient belongs to every department of its counted encounters; without any, to none.
 */
export function memberTable(data: DataSection): string[] {
  const limited = data.population.encounterClasses.length > 0 || data.population.from !== undefined || data.population.to !== undefined;
  return [
    `CREATE OR REPLACE TEMP TABLE been AS SELECT DISTINCT e.id, e.subject, e.month, e.file, e.line, coalesce(un.u, e.u) AS u FROM enc e
      LEFT JOIN (SELECT id, facility_found, clinician_ref, unnest(departments_unordered) AS d FROM sited) s ON s.id = e.id
      LEFT JOIN unit un ON un.facility_ref IS NOT DISTINCT FROM s.facility_found AND un.department_ref = s.d AND un.clinician_ref IS NOT DISTINCT FROM s.clinician_ref
      WHERE e.counted`,
    `CREATE OR REPLACE TEMP TABLE member AS
      SELECT 'encounter' AS kind, id AS key, subject, u, month, file, line FROM been
      UNION ALL SELECT DISTINCT 'patient', p.id, p.id, b.u, b.month, p.file, p.line
      FROM (SELECT id, min(file) AS file, min(line) AS line FROM "placed_Patient" WHERE id IS NOT NULL GROUP BY id) p ${limited ? '' : 'LEFT '}JOIN been b ON b.subject = p.id`,
  ];
}
