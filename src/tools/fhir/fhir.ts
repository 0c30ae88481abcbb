// What can the other rooms ask of a FHIR export?
export type { BadLine, ExportFile, ExportListing, IgnoredFile, ManifestNote, Progress } from './model.ts';
export { badLineLimit, longestLine } from './model.ts';
export type { Database, DatabaseOptions, Value } from './duckdb.ts';
export { openDatabase, quote, name } from './duckdb.ts';
export type { ExportHandle, OpenOptions } from './open-export.ts';
export { openExport, readEvidence, sampleFields } from './open-export.ts';
export type { ViewDefinition, ViewColumn, ViewSelect } from './view.ts';
export { runView, viewSql, viewFields, expressionSql, expressionFields } from './view.ts';
export { resourceTypes } from './resource-types.ts';
