// How does a SQL on FHIR ViewDefinition become DuckDB SQL?
import type { Database, Value } from './duckdb.ts';

export interface ViewColumn { name: string; path: string; type?: string; collection?: boolean; description?: string }
export interface ViewSelect {
  column?: ViewColumn[];
  select?: ViewSelect[];
  unionAll?: ViewSelect[];
  forEach?: string;
  forEachOrNull?: string;
  repeat?: string[];
}
export interface ViewDefinition {
  resourceType?: 'ViewDefinition';
  name?: string;
  status?: string;
  resource: string;
  constant?: ({ name: string } & Record<string, unknown>)[];
  select: ViewSelect[];
  where?: { path: string; description?: string }[];
}

/** Where a view reads: a relation with one JSON column holding the whole resource, or one with top-level fields as columns. */
export type ViewSource =
  | { relation: string; resource: string; extra?: string[] }
  | { relation: string; fields: string[]; extra?: string[] };

/** The top-level fields a view touches, for `openExport`'s `fields`. @throws Problem for an invalid view. */
export function viewFields(_view: unknown): string[] {
  throw new Error('not yet');
}

/** The SELECT for a view. `extra` columns of the source (such as `_file`, `_line`) are carried to the front of every row. @throws Problem with path and reason. */
export function viewSql(_view: unknown, _source: ViewSource): string {
  throw new Error('not yet');
}

/** Runs a view. */
export function runView(_database: Database, _view: unknown, _source: ViewSource): Promise<Record<string, Value>[]> {
  throw new Error('not yet');
}

/** One FHIRPath over one resource row as a DuckDB scalar expression: `first` value as VARCHAR, or `all` values as VARCHAR[]. */
export function expressionSql(_path: string, _source: ViewSource, _want: 'first' | 'all' | 'exists'): string {
  throw new Error('not yet');
}

/** The top-level fields a FHIRPath touches. @throws Problem when it does not parse. */
export function expressionFields(_path: string): string[] {
  throw new Error('not yet');
}
