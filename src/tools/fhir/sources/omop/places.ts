// Which column of OMOP tells the hospital, and which the department?
import type { Database } from '../../duckdb.ts';

/**
 * `visit`: the visit's own care site is the facility. `location`: several care sites share a location, so the location is the
 * facility and the care site the department.
 */
export type Facility = 'visit' | 'location';

/**
 * Makes `moves(visit, location)`: where each visit was, in time order, from visit_detail. Decides what a facility is: a visit whose
 * care site is never one of a visit's parts stands in a facility; else the location that several care sites share is one.
 */
export async function facilityTables(database: Database): Promise<Facility> {
  const [row] = await database.rows<{ visits: number; shared: number; overlap: number; details: number }>(`WITH v AS (SELECT DISTINCT care_site_id AS id FROM table_visit_occurrence WHERE care_site_id IS NOT NULL AND care_site_id <> '0'), d AS (SELECT DISTINCT care_site_id AS id FROM table_visit_detail WHERE care_site_id IS NOT NULL AND care_site_id <> '0')
    SELECT (SELECT count(*) FROM v) AS visits, (SELECT count(*) FROM d) AS details, (SELECT count(*) FROM v JOIN d USING (id)) AS overlap,
      (SELECT count(*) FROM (SELECT location_id FROM table_care_site WHERE location_id IS NOT NULL AND location_id <> '0' GROUP BY 1 HAVING count(DISTINCT care_site_id) > 1)) AS shared`);
  if (!row || row.shared === 0) return 'visit';
  if (row.visits > 0 && row.details > 0 && row.overlap === 0) return 'visit';
  return 'location';
}
