// What can the other rooms ask of a FHIR export?
export type { BadLine, ExportFile, IgnoredFile, ManifestNote, Progress } from './model.ts';
export { badLineLimit, longestLine } from './model.ts';
export type { Database, DatabaseOptions, Value } from './duckdb.ts';
export { name, openDatabase, quote } from './duckdb.ts';
export { columnFromJson, columnType, fieldOfPlace, jsonFieldsOf, readAsked } from './columns.ts';
export type { ExportHandle, OpenOptions } from './open-export.ts';
export { openExport, readEvidence } from './open-export.ts';
export type { FieldSample } from './sample-fields.ts';
export { sampleFields } from './sample-fields.ts';
export { resourceTypes } from './resource-types.ts';
export type { ViewColumn, ViewDefinition, ViewSelect } from './view-definition.ts';
export type { ViewSource } from './view.ts';
export { expressionFields, expressionPlace, expressionSql, runView, viewFields, viewSql } from './view.ts';
