// Which FHIR resource is each table of OMOP, and which column means what?
import { name, quote } from '../../duckdb.ts';
import { pressureComponent } from '../tables/columns.ts';
import type { Meanings, TableType } from '../tables/record-fields.ts';
import type { Plan } from '../tables/table-handle.ts';
import { timeText } from '../tables/times.ts';
import type { CdmName } from './cdm.ts';
import type { Facility } from './places.ts';
import { drugTypes, genders, laboratoryTypes, operators, peoples, problemTypes, visitClasses } from './vocabularies.ts';

interface Around {
  zone: string;
  facility: Facility;
  has: ReadonlyMap<CdmName, boolean>;
  /** The columns each table has. */
  columns: ReadonlyMap<string, ReadonlySet<string>>;
}

/** OMOP writes 0 where it knows no concept, provider or place. */
const real = (column: string): string => `nullif(r.${column}, '0')`;
const choose = (column: string, words: Readonly<Record<string, string>>, otherwise = 'NULL'): string => `CASE r.${column} ${Object.entries(words).map(([from, to]) => `WHEN ${quote(from)} THEN ${quote(to)}`).join(' ')} ELSE ${otherwise} END`;
const within = (values: readonly string[]): string => `(${values.map(quote).join(', ')})`;
const codesJoin = (table: string, [standard, source, value]: readonly [string, string, string]): string =>
  `LEFT JOIN ${name(`codes_${table}`)} k ON k.s IS NOT DISTINCT FROM r.${standard} AND k.c IS NOT DISTINCT FROM r.${source} AND k.v IS NOT DISTINCT FROM r.${value}`;

export function plansOf({ zone, facility, has, columns }: Around): Plan[] {
  const plans: Plan[] = [];
  const when = (table: CdmName, stem: string, ending = ''): string => {
    const at = (kind: string) => `${stem}${ending}_${kind}`;
    const there = columns.get(table) ?? new Set<string>();
    const moment = there.has(at('datetime')) ? timeText(`r.${at('datetime')}`, zone) : undefined;
    const day = there.has(at('date')) ? timeText(`r.${at('date')}`, zone) : undefined;
    return moment && day ? `coalesce(${moment}, ${day})` : (moment ?? day ?? 'NULL::VARCHAR');
  };
  const event = { subject: 'r.person_id', encounter: real('visit_occurrence_id'), clinician: real('provider_id') };
  const add = (table: CdmName, type: TableType, means: Meanings, more: Partial<Plan> = {}) => {
    if (has.get(table)) plans.push({ type, from: `${name(`table_${table}`)} r`, means, ...more });
  };
  const coded = (table: CdmName, type: TableType, own: readonly [string, string, string], means: Omit<Meanings, 'code'>, more: Partial<Plan> = {}) =>
    add(table, type, { ...means, code: 'k.concept' }, { ...more, joins: [codesJoin(table, own), more.joins].filter(Boolean).join(' ') });

  const part = (column: string, to: string) => `coalesce('-' || lpad(nullif(r.${column}, ''), 2, '0')${to}, '')`;
  const birth = `coalesce(left(r.birth_datetime, 10), r.year_of_birth || ${part('month_of_birth', ` || ${part('day_of_birth', '')}`)})`;
  const people = (kind: 'race' | 'ethnicity') => `coalesce(${choose(`${kind}_concept_id`, peoples)}, ${kind}.display, r.${kind}_source_value)`;
  add('person', 'Patient', { id: 'r.person_id', identifier: 'r.person_source_value', gender: choose('gender_concept_id', genders, `CASE WHEN lower(r.gender_source_value) IN ('m', 'male') THEN 'male' WHEN lower(r.gender_source_value) IN ('f', 'female') THEN 'female' WHEN r.gender_concept_id IS NOT NULL THEN 'unknown' END`), birthDate: birth, race: people('race'), ethnicity: people('ethnicity'), ...(has.get('death') && { deceased: 'dead.at' }) },
    { joins: `LEFT JOIN concept race ON race.id = r.race_concept_id LEFT JOIN concept ethnicity ON ethnicity.id = r.ethnicity_concept_id${has.get('death') ? ` LEFT JOIN (SELECT r.person_id, min(${when('death', 'death')}) AS at FROM table_death r GROUP BY 1) dead ON dead.person_id = r.person_id` : ''}` });

  const moves = `(SELECT r.visit_occurrence_id AS visit, to_json(list({'location': {'reference': 'Location/' || r.care_site_id}, 'period': {'start': ${when('visit_detail', 'visit_detail_start')}, 'end': ${when('visit_detail', 'visit_detail_end')}}} ORDER BY ${when('visit_detail', 'visit_detail_start')}, r._file, r._line)) AS moves FROM table_visit_detail r WHERE ${real('care_site_id')} IS NOT NULL GROUP BY 1)`;
  const ownPlace = `CASE WHEN ${real('care_site_id')} IS NOT NULL THEN to_json([{'location': {'reference': 'Location/' || r.care_site_id}}]) END`;
  coded('visit_occurrence', 'Encounter', ['visit_concept_id', 'visit_source_concept_id', 'visit_source_value'], {
    id: 'r.visit_occurrence_id', subject: 'r.person_id', time: when('visit_occurrence', 'visit_start'), end: when('visit_occurrence', 'visit_end'), clinician: event.clinician,
    status: `CASE WHEN coalesce(r.visit_end_datetime, r.visit_end_date) IS NULL THEN 'in-progress' ELSE 'finished' END`,
    class: choose('visit_concept_id', visitClasses, `CASE WHEN ${real('visit_concept_id')} IS NOT NULL THEN 'OMOP' END`),
    facility: facility === 'visit' ? `'site-' || ${real('care_site_id')}` : `'location-' || coalesce(site.location_id, part.location_id)`,
    moves: facility === 'visit' ? 'moved.moves' : `coalesce(moved.moves, ${ownPlace})`,
  }, {
    joins: `LEFT JOIN ${moves} moved ON moved.visit = r.visit_occurrence_id${facility === 'location' ? ` LEFT JOIN (SELECT care_site_id, any_value(nullif(location_id, '0')) AS location_id FROM table_care_site GROUP BY 1) site ON site.care_site_id = r.care_site_id
      LEFT JOIN (SELECT d.visit_occurrence_id, arg_min(nullif(s.location_id, '0'), coalesce(d.visit_detail_start_datetime, d.visit_detail_start_date)) AS location_id FROM table_visit_detail d JOIN table_care_site s ON s.care_site_id = d.care_site_id GROUP BY 1) part ON part.visit_occurrence_id = r.visit_occurrence_id` : ''}`,
  });

  coded('condition_occurrence', 'Condition', ['condition_concept_id', 'condition_source_concept_id', 'condition_source_value'], {
    ...event, id: 'r.condition_occurrence_id', time: when('condition_occurrence', 'condition_start'), end: when('condition_occurrence', 'condition_end'),
    category: `CASE WHEN r.condition_type_concept_id IN ${within(problemTypes)} THEN 'problem-list-item' WHEN ${real('visit_occurrence_id')} IS NOT NULL THEN 'encounter-diagnosis' END`,
  });

  const drug = ['drug_concept_id', 'drug_source_concept_id', 'drug_source_value'] as const;
  const exposure = { ...event, id: 'r.drug_exposure_id', time: when('drug_exposure', 'drug_exposure_start'), dose: 'r.quantity', unit: 'r.dose_unit_source_value', route: 'r.route_source_value' };
  for (const [type, types] of Object.entries(drugTypes) as [keyof typeof drugTypes, readonly string[]][])
    coded('drug_exposure', type, drug, { ...exposure, ...(type === 'MedicationStatement' && { end: when('drug_exposure', 'drug_exposure_end') }) }, { where: `r.drug_type_concept_id IN ${within(types)}` });
  coded('drug_exposure', 'MedicationAdministration', drug, { ...exposure, end: when('drug_exposure', 'drug_exposure_end') }, { where: `coalesce(r.drug_type_concept_id NOT IN ${within(Object.values(drugTypes).flat())}, true)` });

  coded('procedure_occurrence', 'Procedure', ['procedure_concept_id', 'procedure_source_concept_id', 'procedure_source_value'], { ...event, id: 'r.procedure_occurrence_id', time: when('procedure_occurrence', 'procedure'), end: when('procedure_occurrence', 'procedure', '_end') });

  for (const table of ['measurement', 'observation'] as const) {
    const free = table === 'observation' ? 'coalesce(r.value_as_string, r.value_source_value)' : 'r.value_source_value';
    coded(table, 'Observation', [`${table}_concept_id`, `${table}_source_concept_id`, `${table}_source_value`], {
      ...event, id: `'${table}-' || r.${table}_id`, time: when(table, table),
      category: `CASE WHEN k.vital THEN 'vital-signs' WHEN ${table === 'measurement' ? `r.measurement_type_concept_id IN ${within(laboratoryTypes)} OR ` : ''}k.laboratory THEN 'laboratory' END`,
      value: 'r.value_as_number', unit: `coalesce(r.unit_source_value, unit.code)`, unitCode: `CASE WHEN unit.system = 'http://unitsofmeasure.org' THEN unit.code END`,
      ...(table === 'measurement' && { comparator: choose('operator_concept_id', operators), low: 'r.range_low', high: 'r.range_high' }),
      component: pressureComponent('k.pressure', 'k.concept', 'r.value_as_number', 'coalesce(r.unit_source_value, unit.code)', `CASE WHEN unit.system = 'http://unitsofmeasure.org' THEN unit.code END`),
      valueConcept: `CASE WHEN r.value_as_number IS NULL AND given.id IS NOT NULL THEN json_object('coding', json_array(json_object('system', given.system, 'code', given.code, 'display', given.display)), 'text', given.display) END`,
      valueText: `CASE WHEN r.value_as_number IS NULL AND given.id IS NULL THEN ${free} END`,
    }, { joins: `LEFT JOIN concept unit ON unit.id = r.unit_concept_id LEFT JOIN concept given ON given.id = r.value_as_concept_id` });
  }

  coded('device_exposure', 'Device', ['device_concept_id', 'device_source_concept_id', 'device_source_value'], { id: 'r.device_exposure_id', subject: 'r.person_id' });
  coded('note', 'DocumentReference', ['note_class_concept_id', 'note_type_concept_id', 'note_source_value'], { ...event, id: 'r.note_id', time: when('note', 'note'), title: 'r.note_title', note: 'r.note_text' });
  add('payer_plan_period', 'Coverage', { id: 'r.payer_plan_period_id', subject: 'r.person_id', time: when('payer_plan_period', 'payer_plan_period_start'), end: when('payer_plan_period', 'payer_plan_period_end'), name: 'r.payer_source_value' });
  add('provider', 'Practitioner', { id: 'r.provider_id', name: 'r.provider_name' });
  add('care_site', 'Location', { id: 'r.care_site_id', name: 'coalesce(r.care_site_name, r.care_site_source_value)', facility: facility === 'location' ? `'location-' || ${real('location_id')}` : 'NULL::VARCHAR' });
  if (facility === 'visit') add('care_site', 'Organization', { id: `'site-' || r.care_site_id`, name: 'coalesce(r.care_site_name, r.care_site_source_value)' }, { where: 'r.care_site_id IN (SELECT care_site_id FROM table_visit_occurrence)' });
  else add('location', 'Organization', { id: `'location-' || r.location_id`, name: `coalesce(r.location_source_value, nullif(concat_ws(', ', r.city, r.state), ''))` });
  return plans;
}
