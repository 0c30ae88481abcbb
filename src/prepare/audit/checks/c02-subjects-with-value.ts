// C02: how many patients or encounters have a usable value in the window?
import { rowOf, tierOf, whole, type Check, type Desk, type FoundRow } from '../check.ts';
import { count, percent, sayInterval, sayThreshold, sayUnit, share, smallestUnit } from '../judging.ts';
import { maxRows, type EvidenceRow, type Finding, type Threshold } from '../model.ts';
import { quote } from '../../../tools/fhir/fhir.ts';
import { unknownUnit } from '../units.ts';
import { sayWindow } from '../window.ts';

/** Five people: below, a clinician's cell is not written down at all. */
export const smallestClinicianCell = 5;

export const subjectsWithValue: Check = {
  id: 'C02',
  name: 'Completeness',
  asks: 'Of the patients or encounters the model will see, how many have a usable value in the window?',
  family: 'completeness',
  about: 'element',
  formula:
    'n: patients or encounters of the charter\'s population (encounters cancelled, planned or entered in error left out). k: those with at least one usable value in the look-back window. Usable: there, not a placeholder, a number where one is promised, in a unit and among the values the model understands, not entered in error. What is not once filled in the export is absent, which is not 0 %. Encounter without window: values that name the encounter or a part of it, or lie in its time. A patient counts in every unit it was in.',
  threshold: { bound: 'at-least', value: 0.95 },
  source: 'Weiskopf et al., eGEMs 2013;1(1):7 (completeness by fitness for use: breadth); Kahn et al. 2016. The 95 % is the playbook\'s default for must-have fields.',
  limits: 'Counts whether a value is there, not whether it is right. Being outside the plausible range does not make a value unusable here; P01 counts those.',
  weight: 'element',
  find: async (desk) => {
    if (desk.elements.length === 0) return [];
    const ever = new Set((await desk.database.rows<{ e: number }>('SELECT DISTINCT el AS e FROM fact WHERE present')).map(({ e }) => e));
    const rows = await countSubjects(desk);
    const evidence = await withoutValue(desk);
    return rows.flatMap((row) => (ever.has(row.e) ? findingOf(row, evidence, desk) : row.level === 'overall' ? [absentFrom(row, desk)] : []));
  },
};

interface SubjectRow {
  e: number;
  facility: string | null;
  department: string | null;
  clinician: string | null;
  month: string | null;
  level: 'overall' | 'facility' | 'department' | 'clinician' | 'month';
  n: number;
  k: number;
  nn: number;
  kkn: number;
  clusters: number;
}

async function countSubjects({ database, elements, time }: Desk): Promise<SubjectRow[]> {
  const wanted = elements.map((element, e) => `(${e}, ${quote(element.per)})`).join(', ');
  return database.rows<SubjectRow>(`WITH el(e, kind) AS (VALUES ${wanted}),
    joined AS (SELECT el.e, m.key, m.p, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility, coalesce(unit.department, ${quote(unknownUnit)}) AS department, unit.clinician, m.month, h.key IS NOT NULL AS has
      FROM el JOIN member m ON m.kind = el.kind LEFT JOIN unit ON unit.u = m.u LEFT JOIN hit h ON h.el = el.e AND h.key = m.key),
    per AS (SELECT e, facility, department, clinician, ${time.shifted ? 'NULL::VARCHAR AS month' : 'month'}, p,
        CASE WHEN GROUPING(clinician) = 0 THEN 'clinician' ${time.shifted ? '' : `WHEN GROUPING(month) = 0 THEN 'month' `}WHEN GROUPING(department) = 0 THEN 'department' WHEN GROUPING(facility) = 0 THEN 'facility' ELSE 'overall' END AS level,
        count(DISTINCT key) AS n, count(DISTINCT CASE WHEN has THEN key END) AS k
      FROM joined GROUP BY GROUPING SETS ((e, p), (e, facility, p), (e, facility, department, p), (e, clinician, p)${time.shifted ? '' : ', (e, facility, month, p)'}))
    SELECT e, facility, department, clinician, month, level, sum(n)::DOUBLE AS n, sum(k)::DOUBLE AS k, sum(n::DOUBLE * n) AS nn, sum(k::DOUBLE * k / n) AS kkn, count(*) AS clusters
    FROM per GROUP BY e, facility, department, clinician, month, level
    ORDER BY e, list_position(['overall', 'facility', 'department', 'month', 'clinician'], level), facility NULLS FIRST, department NULLS FIRST, month NULLS FIRST, length(clinician), clinician`);
}

function findingOf(row: SubjectRow, evidence: Map<string, EvidenceRow[]>, desk: Desk): Finding[] {
  const element = desk.elements[row.e]!;
  if (row.level !== 'overall' && desk.facilities.length === 0) return [];
  if (row.level === 'clinician' && (row.clinician === null || row.clusters < smallestClinicianCell)) return [];
  // Dates shifted per patient leave no months to speak of.
  if (row.level === 'month' && (row.month === null || desk.time.shifted)) return [];
  const unit = { ...whole, facility: row.facility, department: row.department, clinician: row.clinician, month: row.month };
  const threshold: Threshold = { bound: 'at-least', value: element.threshold, from: 'charter' };
  const people = element.per === 'patient' ? 'patients' : 'encounters';
  return [
    share({
      check: 'C02',
      element: element.id,
      resource: element.resource,
      unit,
      moments: row,
      threshold,
      // Clinicians and months are shown as distributions; their verdicts carry no weight of their own.
      tier: row.level === 'clinician' || row.level === 'month' ? 'context' : tierOf(subjectsWithValue, element),
      minimumN: row.level === 'overall' || row.level === 'facility' ? element.minimumN : smallestUnit,
      pessimistic: true,
      says: ({ n, k, rate, low, high }) =>
        rate === null ? `${element.name}: there are no ${people} in the population.` : `${element.name}${sayUnit(unit)}: ${count(k)} of ${count(n)} ${people} have a usable value ${sayWindow(element)}, ${percent(rate)}${sayInterval(low, high)}${sayThreshold(threshold)}.`,
      rows: evidence.get(JSON.stringify([row.e, unit.facility, unit.department])) ?? [],
    }),
  ].map((finding) => (row.level === 'clinician' || row.level === 'month' ? { ...finding, rows: [] } : finding));
}

/** Not once filled in the whole export: nothing was measured, and that is said instead of 0 %. */
function absentFrom(row: SubjectRow, desk: Desk): Finding {
  const element = desk.elements[row.e]!;
  return {
    check: 'C02', element: element.id, resource: element.resource, unit: whole, n: row.n, k: null, rate: null, low: null, high: null,
    threshold: { bound: 'at-least', value: element.threshold, from: 'charter' }, tier: element.tier, verdict: 'not-measurable',
    says: `${element.name} is absent: the export has no value of it for anybody, so this is not 0 % but unknown.`, figures: {}, rows: [],
  };
}

async function withoutValue(desk: Desk): Promise<Map<string, EvidenceRow[]>> {
  const wanted = desk.elements.map((element, e) => `(${e}, ${quote(element.per)})`).join(', ');
  const found = await desk.database.rows<{ e: number; facility: string | null; department: string | null; rows: string }>(`WITH el(e, kind) AS (VALUES ${wanted}),
    lacking AS (SELECT DISTINCT el.e, m.file, m.line, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility, coalesce(unit.department, ${quote(unknownUnit)}) AS department
      FROM el JOIN member m ON m.kind = el.kind LEFT JOIN unit ON unit.u = m.u ANTI JOIN hit h ON h.el = el.e AND h.key = m.key)
    SELECT e, facility, department, to_json(list_slice(list_sort(list_distinct(arg_min({file: file, line: line}, file::BIGINT * 10000000000 + line, 200))), 1, ${maxRows}))::VARCHAR AS rows
    FROM lacking GROUP BY GROUPING SETS ((e), (e, facility), (e, facility, department))`);
  return new Map(
    found.map(({ e, facility, department, rows }) => {
      const element = desk.elements[e]!;
      const list = (JSON.parse(rows) as FoundRow[]).slice(0, department === null ? maxRows : 5);
      const says = `No usable ${element.name} ${sayWindow(element)}.`;
      return [JSON.stringify([e, facility, department]), list.map((row) => rowOf(desk, row, says))];
    }),
  );
}
