// What is a column of a raw resource made of, when it comes from tables and not from JSON?
// Here alone: a source says what a field means, these functions say how it is written.
import { quote } from '../../duckdb.ts';

/** SQL that gives text or NULL. */
export type Text = string;

const there = (value: Text, made: string): string => `CASE WHEN ${value} IS NOT NULL THEN ${made} END`;

/** A string, such as `birthDate` or `status`. */
export const textColumn = (value: Text): string => `to_json(${value})`;

/** A reference to one resource. */
export const referenceColumn = (type: string, id: Text): string => there(id, `json_object('reference', ${quote(`${type}/`)} || ${id})`);

/** A list of one reference, as `author` has. */
export const referencesColumn = (type: string, id: Text): string => there(id, `to_json([{'reference': ${quote(`${type}/`)} || ${id}}])`);

/** A period; open at an end that is NULL. */
export const periodColumn = (start: Text, end: Text): string => `CASE WHEN ${start} IS NOT NULL OR ${end} IS NOT NULL THEN json_object('start', ${start}, 'end', ${end}) END`;

/** A CodeableConcept whose coding list is JSON text already. */
export const conceptColumn = (concept: string): string => concept;

/** A Quantity. What is no number is kept as the text it is, so that a check can say so. */
export const quantityColumn = (value: Text, unit: Text, code: Text, comparator: Text = 'NULL'): string =>
  there(value, `json_object('value', coalesce(to_json(TRY_CAST(${value} AS DOUBLE)), to_json(${value})), 'unit', ${unit}, 'system', CASE WHEN ${code} IS NOT NULL THEN 'http://unitsofmeasure.org' END, 'code', ${code}, 'comparator', ${comparator})`);

/** A constant of any shape. */
export const constantColumn = (value: unknown): string => `${quote(JSON.stringify(value))}::JSON`;

/** What a type lacks. */
export const noColumn = 'NULL::JSON';

/** Tables have no components: systolic and diastolic pressure are also known as parts of the panel that FHIR wants them in. */
export const pressurePanel = { system: 'http://loinc.org', code: '85354-9', display: 'Blood pressure panel' };
export const isPressure = ({ system, code }: { system: string; code: string }): boolean => system === pressurePanel.system && (code === '8480-6' || code === '8462-4');

/** Observation.component of a blood pressure, as text: put together from pieces, because it is made a million times. */
export const pressureComponent = (isOne: string, concept: string, value: Text, unit: Text, code: Text): Text =>
  `CASE WHEN ${isOne} AND ${value} IS NOT NULL THEN '[{"code":' || ${concept} || ',"valueQuantity":{"value":' || CASE WHEN TRY_CAST(${value} AS DOUBLE) IS NOT NULL THEN CAST(TRY_CAST(${value} AS DOUBLE) AS VARCHAR) ELSE CAST(to_json(${value}) AS VARCHAR) END || coalesce(',"unit":"' || replace(replace(${unit}, '\\', ''), '"', '') || '"', '') || coalesce(',"system":"http://unitsofmeasure.org","code":"' || replace(replace(${code}, '\\', ''), '"', '') || '"', '') || '}}]' END`;
