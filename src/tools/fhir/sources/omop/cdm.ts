// Which tables and columns of the OMOP Common Data Model are read, and which of them must be there?

import type { Holds } from '../tables/writing.ts';

/** A table of OMOP CDM 5.4, https://ohdsi.github.io/CommonDataModel/cdm54.html; 5.3 differs in columns that are optional here. */
export interface CdmTable {
  required: readonly string[];
  optional: readonly string[];
}

const common = ['provider_id', 'visit_occurrence_id'];

export const cdm = {
  person: { required: ['person_id', 'gender_concept_id', 'year_of_birth'], optional: ['month_of_birth', 'day_of_birth', 'birth_datetime', 'location_id', 'care_site_id', 'person_source_value', 'gender_source_value', 'race_concept_id', 'race_source_value', 'ethnicity_concept_id', 'ethnicity_source_value'] },
  visit_occurrence: { required: ['visit_occurrence_id', 'person_id', 'visit_concept_id', 'visit_start_date'], optional: ['visit_start_datetime', 'visit_end_date', 'visit_end_datetime', 'provider_id', 'care_site_id', 'visit_source_value', 'visit_source_concept_id'] },
  visit_detail: { required: ['visit_detail_id', 'visit_occurrence_id', 'visit_detail_start_date'], optional: ['person_id', 'visit_detail_start_datetime', 'visit_detail_end_date', 'visit_detail_end_datetime', 'care_site_id', 'provider_id'] },
  condition_occurrence: { required: ['condition_occurrence_id', 'person_id', 'condition_concept_id', 'condition_start_date'], optional: [...common, 'condition_start_datetime', 'condition_end_date', 'condition_end_datetime', 'condition_type_concept_id', 'condition_source_value', 'condition_source_concept_id'] },
  drug_exposure: { required: ['drug_exposure_id', 'person_id', 'drug_concept_id', 'drug_exposure_start_date'], optional: [...common, 'drug_exposure_start_datetime', 'drug_exposure_end_date', 'drug_exposure_end_datetime', 'drug_type_concept_id', 'quantity', 'route_source_value', 'dose_unit_source_value', 'drug_source_value', 'drug_source_concept_id'] },
  procedure_occurrence: { required: ['procedure_occurrence_id', 'person_id', 'procedure_concept_id', 'procedure_date'], optional: [...common, 'procedure_datetime', 'procedure_end_date', 'procedure_end_datetime', 'procedure_source_value', 'procedure_source_concept_id'] },
  measurement: { required: ['measurement_id', 'person_id', 'measurement_concept_id', 'measurement_date'], optional: [...common, 'measurement_datetime', 'measurement_type_concept_id', 'operator_concept_id', 'value_as_number', 'value_as_concept_id', 'unit_concept_id', 'range_low', 'range_high', 'measurement_source_value', 'measurement_source_concept_id', 'unit_source_value', 'value_source_value'] },
  observation: { required: ['observation_id', 'person_id', 'observation_concept_id', 'observation_date'], optional: [...common, 'observation_datetime', 'value_as_number', 'value_as_string', 'value_as_concept_id', 'unit_concept_id', 'observation_source_value', 'observation_source_concept_id', 'unit_source_value', 'value_source_value'] },
  device_exposure: { required: ['device_exposure_id', 'person_id', 'device_concept_id'], optional: ['device_source_value', 'device_source_concept_id'] },
  death: { required: ['person_id', 'death_date'], optional: ['death_datetime'] },
  note: { required: ['note_id', 'person_id', 'note_date'], optional: [...common, 'note_datetime', 'note_class_concept_id', 'note_type_concept_id', 'note_title', 'note_text', 'note_source_value'] },
  provider: { required: ['provider_id'], optional: ['provider_name'] },
  care_site: { required: ['care_site_id'], optional: ['care_site_name', 'location_id', 'care_site_source_value'] },
  payer_plan_period: { required: ['payer_plan_period_id', 'person_id', 'payer_plan_period_start_date'], optional: ['payer_plan_period_end_date', 'payer_source_value'] },
  location: { required: ['location_id'], optional: ['city', 'state', 'location_source_value'] },
} as const satisfies Record<string, CdmTable>;

export type CdmName = keyof typeof cdm;
export const cdmNames = Object.keys(cdm) as CdmName[];

/** Tables that are read for codes only. */
export const vocabularyNames = ['concept', 'concept_relationship'] as const;

/** Tables of the model that no check asks for. */
const unread = ['observation_period', 'condition_era', 'drug_era', 'dose_era', 'episode', 'episode_event', 'specimen', 'fact_relationship', 'note_nlp', 'cost', 'metadata', 'cdm_source', 'cohort', 'cohort_definition', 'vocabulary', 'domain', 'concept_class', 'concept_synonym', 'concept_ancestor', 'relationship', 'drug_strength', 'source_to_concept_map', 'attribute_definition', 'death_cause'] as const;

const longestFirst = [...cdmNames, ...vocabularyNames, ...unread].sort((one, other) => other.length - one.length);
// Behind the name may stand a number, and before the number what it counts: `measurement_part2`, `note.1of3`, `person_v5`.
const shape = new RegExp(`^(?:.*[^a-z])?(${longestFirst.join('|')})[^a-z]*(?:(?:part|chunk|split|shard|of|v)[^a-z]*\\d[^a-z]*)*$`);

/** The table a file holds by its name: `person`, `2b_concept`, `cdm.measurement-000012`; undefined for any other. */
export const cdmTableOf = (stem: string): string | undefined => shape.exec(stem)?.[1];

/** Ends of folder names that say how the files in it are written. */
const folderEnding = /\.(csv|tsv|txt|psv|tab|parquet|pq|delta)$/i;

/** The table of a file, by its own name or, where programs write a folder for each table (`measurement/part-00000-3f2a.parquet`), by its folder's. */
export function tableOfFile({ stem, name }: { stem: string; name: string }): string | undefined {
  const folders = name.split('/').slice(0, -1).filter((one) => !one.includes('=')).reverse();
  return cdmTableOf(stem) ?? folders.map((one) => cdmTableOf(one.replace(folderEnding, '').toLowerCase())).find((table) => table !== undefined);
}

/** What a column holds by its name. What a source wrote and what was answered stay as they are: `NA` may be sodium, `None` an answer. */
export function holdsOf(column: string): Holds | undefined {
  if (column.endsWith('_id') || /^(year|month|day)_of_birth$/.test(column)) return 'whole';
  if (column.endsWith('_date')) return 'day';
  return /^(measurement|observation)_source_value$|^value_(as_string|source_value)$|^note_t/.test(column) ? undefined : 'plain';
}
