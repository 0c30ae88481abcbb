// Which patients have a code for a condition, and which have the measured values and medicines that show it?
import { name, quote } from '../../tools/fhir/fhir.ts';
import { jsonAt, textAt } from './cells.ts';
import type { Desk } from './check.ts';
import { conditionRules, gradeNames, isMeasured, type CodeSet, type ConditionRule } from './knowledge.ts';
import { list, rawOf } from './plan.ts';
import { makePressures } from './pressures.ts';
import { namesMedication } from './type-fields.ts';

const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm|';
const atc = 'http://www.whocc.no/atc|';

export const codedSet = (rule: ConditionRule): string => `coded ${rule.id}`;
export const unlessSet = (rule: ConditionRule): string => `unless ${rule.id}`;
export const findingSet = (rule: ConditionRule, finding: string): string => `${rule.id} ${finding}`;

/** Which of `keys` and `text` of a code table belong to the sets; ICD codes are compared without their dot. */
function inSets(sets: readonly CodeSet[]): string {
  const parts = sets.flatMap(({ system, codes, prefixes, words, butNot }) => {
    const plain = (code: string) => quote(`${system}|${code}`.replace(/\.(?=[^|]*$)/, ''));
    const bare = `regexp_replace(key, '\\.([^.|]*)$', '\\1')`;
    return [
      ...(codes.length > 0 ? [`list_has_any(keys, ${list(codes.map((code) => `${system}|${code}`))})`] : []),
      ...(prefixes.length > 0 ? [`len(list_filter(keys, lambda key: starts_with(key, ${quote(`${system}|`)}) AND (${prefixes.map((prefix) => `starts_with(${bare}, ${plain(prefix)})`).join(' OR ')}))) > 0`] : []),
      ...(words.length > 0 ? [`(len(list_filter(keys, lambda key: starts_with(key, ${quote(`${system}|`)}))) > 0 AND regexp_matches(said, ${quote(words.join('|'))})${butNot.length > 0 ? ` AND NOT regexp_matches(said, ${quote(butNot.join('|'))})` : ''})`] : []),
    ];
  });
  return `coalesce(${parts.length > 0 ? parts.join(' OR ') : 'false'}, false)`;
}

/** Codes of a system that only a local address names (`…/mimic-diagnosis-icd10`) are read as codes of that system. */
const standardKeys = `list_transform(keys, lambda key: CASE WHEN starts_with(key, 'http://hl7.org/fhir/sid/') OR starts_with(key, 'http://snomed.info/sct|') OR starts_with(key, '${rxnorm}') THEN key
  WHEN regexp_matches(lower(split_part(key, '|', 1)), 'icd-?9') THEN 'http://hl7.org/fhir/sid/icd-9-cm|' || split_part(key, '|', 2) WHEN regexp_matches(lower(split_part(key, '|', 1)), 'icd-?10') THEN 'http://hl7.org/fhir/sid/icd-10-cm|' || split_part(key, '|', 2)
  WHEN regexp_matches(lower(split_part(key, '|', 1)), 'snomed') THEN 'http://snomed.info/sct|' || split_part(key, '|', 2) WHEN regexp_matches(lower(split_part(key, '|', 1)), 'rxnorm') THEN '${rxnorm}' || split_part(key, '|', 2) ELSE key END)`;

/** The code table of a type with what its codes say in words, of a prescription that points at a Medication too. */
function saidTable({ wanted }: Desk, type: string): string {
  const code = namesMedication(type) ? jsonAt('code', wanted['Medication'] ?? []) : null;
  const plain = `SELECT c, ${standardKeys} AS keys, lower(text) AS said FROM ${name(`code_${type}`)}`;
  return code === null ? plain : `SELECT c, ${standardKeys} AS keys, said FROM (SELECT k.c, k.keys, lower(coalesce(any_value(m.${code}::VARCHAR), any_value(k.text))) AS said FROM ${name(`code_${type}`)} k LEFT JOIN ${rawOf('Medication')} m ON m.id = ref_id_(json_extract_string(k.text::JSON, '$.reference')) GROUP BY k.c, k.keys)`;
}

/**
 * Makes, from the knowledge files: `known(type, s, c)`, which codes belong to which set; `problem`, the conditions on
 * record; `shown(s, p, day, u, file, line, a)`, every single piece of evidence; `graded(rule, p, grade, coded, u, file,
 * line, a)`, the patients of the population with evidence, graded, without those whose evidence is explained otherwise.
 */
export function gatherEvidence(desk: Desk): Promise<void> {
  const begun = gathered.get(desk) ?? gather(desk);
  gathered.set(desk, begun);
  return begun;
}

/** Gathered once per audit, by whichever check asks first. */
const gathered = new WeakMap<Desk, Promise<void>>();

async function gather(desk: Desk): Promise<void> {
  const { database, types } = desk;
  const rules = conditionRules();
  const medicines = types.filter(namesMedication);
  // What belongs to which set is asked of a code once for all sets.
  const sets = new Map<string, string[]>();
  const pick = (type: string, set: string, condition: string) => void sets.set(type, [...(sets.get(type) ?? []), `CASE WHEN ${condition} THEN ${quote(set)} END`]);
  for (const type of [...new Set(['Condition', 'Observation', ...medicines])].filter((one) => types.includes(one))) {
    await database.run(`CREATE OR REPLACE TEMP TABLE ${name(`said_${type}`)} AS ${saidTable(desk, type)}`);
    // Many medications are the same in all but their id: what they say is compared once.
    await database.run(`CREATE OR REPLACE TEMP TABLE ${name(`words_${type}`)} AS SELECT keys, said, list(c) AS cs FROM ${name(`said_${type}`)} GROUP BY keys, said`);
  }
  for (const rule of rules) {
    if (types.includes('Condition')) {
      pick('Condition', codedSet(rule), inSets(rule.coded));
      if (rule.unless.length > 0) pick('Condition', unlessSet(rule), inSets(rule.unless.flatMap(({ coded }) => coded)));
    }
    for (const [id, finding] of Object.entries(rule.findings))
      if (isMeasured(finding)) {
        if (types.includes('Observation')) pick('Observation', findingSet(rule, id), `list_has_any(keys, ${list(finding.loinc.map((code) => `http://loinc.org|${code}`))})`);
      } else
        for (const type of medicines)
          pick(type, findingSet(rule, id), `list_has_any(keys, ${list(finding.rxnorm.map((code) => rxnorm + code))}) OR len(list_filter(keys, lambda key: ${finding.atc.map((code) => `starts_with(key, ${quote(atc + code)})`).join(' OR ') || 'false'})) > 0 OR regexp_matches(said, ${quote(finding.words.join('|'))})`);
  }
  const known = [...sets].map(([type, cases]) => `SELECT ${quote(type)} AS type, s, unnest(cs) AS c FROM (SELECT cs, unnest(list_filter([${cases.join(', ')}], lambda s: s IS NOT NULL)) AS s FROM ${name(`words_${type}`)})`);
  await database.run(`CREATE OR REPLACE TEMP TABLE known AS ${known.join(' UNION ALL ') || 'SELECT NULL::VARCHAR AS type, NULL::VARCHAR AS s, NULL::INTEGER AS c WHERE false'}`);
  await makeProblems(desk);
  await makePressures(desk);
  const bounds = rules.flatMap((rule) => Object.entries(rule.findings).flatMap(([id, finding]) => (isMeasured(finding) ? finding.values.map(({ unit, atLeast, below }) => `(${quote(findingSet(rule, id))}, ${quote(unit)}, ${atLeast ?? 'NULL'}::DOUBLE, ${below ?? 'NULL'}::DOUBLE, ${finding.loinc.includes('8480-6')})`) : [])));
  const live = (row: string) => `coalesce(${row}.status NOT IN ('entered-in-error', 'cancelled', 'refuted', 'draft', 'not-taken'), true)`;
  const measured = `SELECT k.s, o.p, o.t::DATE AS day, o.u, o.file, o.line, o.num || ' ' || o.w AS a FROM "placed_Observation" o JOIN known k ON k.type = 'Observation' AND k.c = o.c JOIN bound b ON b.s = k.s AND b.unit = o.w AND o.num >= coalesce(b.least, '-inf'::DOUBLE) AND o.num < coalesce(b.below, 'inf'::DOUBLE) WHERE o.p IS NOT NULL AND o.t IS NOT NULL AND ${live('o')}`;
  const pressed = `SELECT b.s, r.p, r.t::DATE, r.u, r.file, r.line, r.systolic || ' mm[Hg]' FROM pressure r JOIN bound b ON b.pressure AND r.systolic >= b.least WHERE r.p IS NOT NULL AND r.t IS NOT NULL`;
  const given = medicines.map((type) => `SELECT k.s, m.p, coalesce(m.t, m.end_)::DATE, m.u, m.file, m.line, NULL::VARCHAR FROM ${name(`placed_${type}`)} m JOIN known k ON k.type = ${quote(type)} AND k.c = m.c WHERE m.p IS NOT NULL AND ${live('m')}`);
  await database.run(`CREATE OR REPLACE TEMP TABLE bound AS SELECT * FROM (VALUES ${bounds.join(', ')}) v(s, unit, least, below, pressure)`);
  await database.run(`CREATE OR REPLACE TEMP TABLE shown AS SELECT * FROM (${[...(types.includes('Observation') ? [measured, pressed] : []), ...given].join(' UNION ALL ') || 'SELECT NULL::VARCHAR AS s, NULL::INTEGER AS p, NULL::DATE AS day, NULL::INTEGER AS u, NULL::INTEGER AS file, NULL::INTEGER AS line, NULL::VARCHAR AS a WHERE false'}) AS v(s, p, day, u, file, line, a)`);
  await database.run(`CREATE OR REPLACE TEMP TABLE piece AS SELECT s, p, count(DISTINCT day) AS days, coalesce(date_diff('day', min(day), max(day)), 0) AS apart, min(day) AS first, arg_max(u, file::BIGINT * 10000000000 + line) AS u, min(file::BIGINT * 10000000000 + line) AS spot, arg_min(a, file::BIGINT * 10000000000 + line) AS a FROM shown GROUP BY s, p`);
  await database.run(`CREATE OR REPLACE TEMP TABLE graded AS ${rules.map(gradeSql).join(' UNION ALL ')}`);
}

function gradeSql(rule: ConditionRule): string {
  const ids = Object.keys(rule.findings);
  const way = (demands: ConditionRule['grades']['definite'][number]) => `(${demands.map(({ find, dates, daysApart }) => `bool_or(s = ${quote(findingSet(rule, find))} AND greatest(days, 1) >= ${dates} AND apart >= ${daysApart})`).join(' AND ')})`;
  const grade = gradeNames.flatMap((one) => (rule.grades[one].length > 0 ? [`WHEN ${rule.grades[one].map(way).join(' OR ')} THEN ${quote(one)}`] : [])).join(' ');
  const says = `CASE s ${ids.map((id) => `WHEN ${quote(findingSet(rule, id))} THEN ${quote(rule.findings[id]!.says)}`).join(' ')} END`;
  const measuredFirst = `CASE WHEN a IS NULL THEN 1 ELSE 0 END`;
  return `SELECT ${quote(rule.id)} AS rule, g.p, g.grade, EXISTS (SELECT 1 FROM problem x JOIN known k ON k.type = 'Condition' AND k.s = ${quote(codedSet(rule))} AND k.c = x.c WHERE x.p = g.p AND x.stands) AS coded,
      g.u, (g.spot // 10000000000)::INTEGER AS file, (g.spot % 10000000000)::INTEGER AS line, g.a
    FROM (SELECT p, CASE ${grade} END AS grade, arg_min(u, ${measuredFirst}) AS u, arg_min(spot, (${measuredFirst}) * 1000000000000000000::HUGEINT + spot) AS spot,
        string_agg(${says} || coalesce(' (' || a || ')', '') || coalesce(' on ' || days || CASE WHEN days = 1 THEN ' day' ELSE ' days' END || ', first ' || first, ''), '; ' ORDER BY ${measuredFirst}, s) AS a
      FROM piece WHERE s IN (${ids.map((id) => quote(findingSet(rule, id))).join(', ')}) GROUP BY p) g
    WHERE g.grade IS NOT NULL AND g.p IN (SELECT key FROM member WHERE kind = 'patient')
      AND NOT EXISTS (SELECT 1 FROM problem x JOIN known k ON k.type = 'Condition' AND k.s = ${quote(unlessSet(rule))} AND k.c = x.c WHERE x.p = g.p AND x.stands)`;
}

/** `problem`: the conditions on record, with whether they stand (neither refuted nor entered in error), are on the problem list or an encounter's diagnosis, are active, and when they were recorded and last changed. */
async function makeProblems({ database, types, wanted }: Desk): Promise<void> {
  const columns = wanted['Condition'] ?? [];
  const text = (place: string) => textAt(place, columns) ?? 'NULL::VARCHAR';
  const coded = `coalesce(${text('category')}, '')`;
  await database.run(
    types.includes('Condition')
      ? `CREATE OR REPLACE TEMP TABLE problem AS SELECT o.p, o.u, o.e, o.c, o.t, o.file, o.line, coalesce(o.status NOT IN ('refuted', 'entered-in-error'), true) AS stands, contains(${coded}, '"problem-list-item"') AS listed, contains(${coded}, '"encounter-diagnosis"') AS diagnosed,
          ${text('clinicalStatus.coding[0].code')} AS clinical, at_(${text('recordedDate')}) AS recorded, at_(${text('meta.lastUpdated')}) AS updated
        FROM "placed_Condition" o JOIN ${rawOf('Condition')} r ON r._file = o.file AND r._line = o.line`
      : `CREATE OR REPLACE TEMP TABLE problem (p INTEGER, u INTEGER, e INTEGER, c INTEGER, t TIMESTAMP, file INTEGER, line INTEGER, stands BOOLEAN, listed BOOLEAN, diagnosed BOOLEAN, clinical VARCHAR, recorded TIMESTAMP, updated TIMESTAMP)`,
  );
}
