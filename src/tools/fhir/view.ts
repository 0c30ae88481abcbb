// How does a SQL on FHIR ViewDefinition become DuckDB SQL?
import { Problem } from '../base/problem.ts';
import { asBoolean, asList, asNumber, asPresent, asText, compile, fieldsOf, firstOf, placeOf, type Compiled, type Focus, type Scope } from './compile.ts';
import { name, quote, type Database, type Value } from './duckdb.ts';
import { parsePath, PathError, type Node } from './fhirpath.ts';
import { columnNames, readView, viewProblem, type ReadSelect, type ReadView } from './view-definition.ts';

/** Where a view reads: a relation with one JSON column that holds the whole resource, or one with first-level fields as JSON columns and `id` as text. */
export type ViewSource =
  | { relation: string; resource: string; extra?: string[] }
  | { relation: string; fields: string[]; extra?: string[] };

/** How deep `repeat` goes before it says so instead of losing rows. */
const deepest = 12;

/** The first-level fields a view touches, for `openExport`'s `fields`. @throws Problem for an invalid view. */
export function viewFields(view: unknown): string[] {
  const read = readView(view);
  const found = new Set<string>();
  const add = (path: Node): void => fieldsOf(path, read.resource).forEach((field) => found.add(field));
  const visit = (select: ReadSelect): void => {
    // inside forEach and repeat the names stand on elements; %resource there is not followed
    if (select.iterate && !isThis(select.iterate.paths)) select.iterate.paths.forEach(add);
    else {
      for (const { path } of select.columns) add(path);
      [...select.selects, ...select.unionAll].forEach(visit);
    }
  };
  read.selects.forEach(visit);
  for (const { path } of read.where) add(path);
  return [...found].sort();
}

function isThis(paths: Node[]): boolean {
  return paths.every(({ is }) => is === 'this');
}

/** Rows of a select: one row of scalars, or a list of structs. */
interface Rows {
  columns: string[];
  scalars: Map<string, string>;
  lists: { columns: string[]; sql: string }[];
}

/**
 * The SELECT for a view, to run in a database from `openDatabase`. `extra` columns of the source (such as `_file`, `_line`) stand first in every row.
 * Column types: boolean BOOLEAN, integers INTEGER, decimal DOUBLE, everything else VARCHAR; `collection` columns lists of these.
 * @throws Problem with path and reason.
 */
export function viewSql(view: unknown, source: ViewSource): string {
  const read = readView(view);
  const scope = rootScope(read, source);
  const rows = cross(read.selects.map((select) => compileSelect(select, scope)));
  const extra = (source.extra ?? []).map(name);
  const conditions = read.where.map(({ path, at }) => locate(at, () => asBoolean(compile(path, scope), 'fhir_criterion')));
  if ('resource' in source) conditions.unshift(`(${name(source.resource)}->>'$.resourceType') = ${quote(read.resource)}`);
  const from = `FROM ${source.relation}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`;
  const scalars = [...rows.scalars].map(([column, sql]) => `${sql} AS ${name(column)}`);
  if (rows.lists.length === 0) return `SELECT ${[...extra, ...rows.columns.map((column) => `${rows.scalars.get(column) ?? 'NULL'} AS ${name(column)}`)].join(', ')} ${from}`;
  const fromLists = asStructs({ ...rows, scalars: new Map(), columns: rows.columns.filter((column) => !rows.scalars.has(column)) }, scope);
  const outer = rows.columns.map((column) => (rows.scalars.has(column) ? name(column) : `struct_extract("_row", ${quote(column)}) AS ${name(column)}`));
  return `SELECT ${[...extra, ...outer].join(', ')} FROM (SELECT ${[...extra, ...scalars, `unnest(${fromLists}) AS "_row"`].join(', ')} ${from})`;
}

function rootScope(read: Pick<ReadView, 'resource' | 'constants'>, source: ViewSource): Scope {
  let count = 0;
  const root: Focus = 'resource' in source ? { kind: 'json', sql: name(source.resource) } : { kind: 'fields', fields: new Set(source.fields) };
  return { resource: read.resource, root, focus: root, rowIndex: '0', constants: read.constants, fresh: () => `e${++count}` };
}

/** Names the place in the view where an expression cannot be compiled. */
function locate<T>(at: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PathError) throw viewProblem([{ path: at, says: error.message }]);
    throw error;
  }
}

function compileSelect(select: ReadSelect, scope: Scope): Rows {
  const { iterate } = select;
  if (!iterate) return body(select, scope);
  const columns = columnNames(select);
  const item = scope.fresh();
  const index = scope.fresh();
  const elements = locate(iterate.at, () => (iterate.how === 'repeat' ? walk(iterate.paths, scope, deepest) : asList(compile(iterate.paths[0] ?? { is: 'empty' }, scope))));
  // forEachOrNull: where nothing is found, the one element is NULL and every path on it is empty
  const orNull = iterate.how === 'forEachOrNull' ? `coalesce(nullif(${elements}, CAST([] AS JSON[])), [CAST(NULL AS JSON)])` : elements;
  const inside = asStructs(body(select, { ...scope, focus: { kind: 'json', sql: item }, rowIndex: `(${index} - 1)` }), scope);
  return { columns, scalars: new Map(), lists: [{ columns, sql: `flatten(list_transform(${orNull}, lambda ${item}, ${index}: ${inside}))` }] };
}

/** Elements reached by following the paths again and again, each before its own children. */
function walk(paths: Node[], scope: Scope, depth: number): string {
  const lists = paths.map((path) => asList(compile(path, scope)));
  const children = lists.length === 1 ? (lists[0] ?? '[]') : `list_concat(${lists.join(', ')})`;
  if (depth === 0) return `CASE WHEN len(${children}) > 0 THEN error('FHIR view: repeat goes deeper than ${deepest} levels') ELSE CAST([] AS JSON[]) END`;
  const child = scope.fresh();
  return `flatten(list_transform(${children}, lambda ${child}: list_concat([${child}], ${walk(paths, { ...scope, focus: { kind: 'json', sql: child } }, depth - 1)})))`;
}

function body(select: ReadSelect, scope: Scope): Rows {
  const own: Rows = { columns: select.columns.map((column) => column.name), scalars: new Map(), lists: [] };
  for (const column of select.columns) own.scalars.set(column.name, locate(`${column.at}.path`, () => columnSql(compile(column.path, scope), column.type, column.collection, scope)));
  const parts = [own, ...select.selects.map((inner) => compileSelect(inner, scope))];
  if (select.unionAll.length > 0) {
    const branches = select.unionAll.map((branch) => asStructs(compileSelect(branch, scope), scope));
    const columns = columnNames(select.unionAll[0] ?? select);
    parts.push({ columns, scalars: new Map(), lists: [{ columns, sql: branches.length === 1 ? (branches[0] ?? '') : `list_concat(${branches.join(', ')})` }] });
  }
  return cross(parts);
}

function cross(parts: Rows[]): Rows {
  return {
    columns: parts.flatMap(({ columns }) => columns),
    scalars: new Map(parts.flatMap(({ scalars }) => [...scalars])),
    lists: parts.flatMap(({ lists }) => lists),
  };
}

/** One list of structs with every column, the product of the lists. */
function asStructs({ columns, scalars, lists }: Rows, scope: Scope): string {
  const rows = lists.map(({ columns: has, sql }) => ({ has, sql, item: scope.fresh() }));
  const fieldOf = (column: string): string => {
    const from = rows.find(({ has }) => has.includes(column));
    return `${quote(column)}: ${from ? `struct_extract(${from.item}, ${quote(column)})` : (scalars.get(column) ?? 'NULL')}`;
  };
  const struct = `{${columns.map(fieldOf).join(', ')}}`;
  const only = rows[0];
  if (!only) return `[${struct}]`;
  if (rows.length === 1 && only.has.length === columns.length) return only.sql;
  const [last, ...outer] = rows.toReversed();
  let sql = `list_transform(${last?.sql}, lambda ${last?.item}: ${struct})`;
  for (const one of outer) sql = `flatten(list_transform(${one.sql}, lambda ${one.item}: ${sql}))`;
  return sql;
}

const sqlTypes: Record<string, string> = { boolean: 'BOOLEAN', integer: 'INTEGER', positiveInt: 'INTEGER', unsignedInt: 'INTEGER', integer64: 'BIGINT', decimal: 'DOUBLE' };

function columnSql(one: Compiled, type: string | undefined, collection: boolean, scope: Scope): string {
  const sqlType = type === undefined ? undefined : (sqlTypes[type] ?? 'VARCHAR');
  if (collection) {
    const item = scope.fresh();
    return `list_transform(${asList(one)}, lambda ${item}: ${cast(`(${item}->>'$')`, sqlType)})`;
  }
  if (one.form === 'value') {
    if (sqlType === undefined || (sqlType === 'BOOLEAN' && one.kind === 'boolean')) return one.sql;
    if (one.kind === 'number' && sqlType !== 'BOOLEAN') return `CAST(${one.sql} AS ${sqlType})`;
  }
  return cast(asText(one), sqlType);
}

function cast(text: string, sqlType: string | undefined): string {
  return sqlType === undefined || sqlType === 'VARCHAR' ? text : `TRY_CAST(${text} AS ${sqlType})`;
}

/** Runs a view. @throws Problem for an invalid view, or a value that the view does not allow (several where one is expected, a `where` that is no boolean). */
export async function runView(database: Database, view: unknown, source: ViewSource): Promise<Record<string, Value>[]> {
  const sql = viewSql(view, source);
  try {
    return await database.rows(sql);
  } catch (error) {
    const said = error instanceof Error ? /FHIR view: (.*)/.exec(error.message)?.[1] : undefined;
    if (said) throw viewProblem([{ says: said }]);
    throw error;
  }
}

/**
 * One FHIRPath over one resource row as a DuckDB scalar expression:
 * `text` the only value as VARCHAR (several are an error at run time), `first` the first value as VARCHAR, `all` VARCHAR[], `number` DOUBLE, `boolean` and `exists` BOOLEAN.
 * @throws Problem when the path does not parse or uses a field that `source.fields` lacks.
 */
export function expressionSql(path: string, resource: string, source: Pick<ViewSource & { fields: string[] }, 'fields'> | { resource: string }, want: 'text' | 'first' | 'all' | 'number' | 'boolean' | 'exists'): string {
  const scope = rootScope({ resource, constants: new Map() }, { relation: '', ...source });
  return pathProblem(path, () => {
    const one = compile(parsePath(path), scope);
    switch (want) {
      case 'text': return asText(one);
      case 'number': return asNumber(one);
      case 'boolean': return asBoolean(one);
      case 'exists': return asPresent(one);
      case 'first': return one.form === 'value' ? asText(one) : firstOf(one);
      case 'all': return `list_transform(${asList(one)}, lambda fhir_e: fhir_e->>'$')`;
    }
  });
}

/** The first-level fields a FHIRPath on `resource` touches; give `resource` so that `Patient.name` is read as `name`. @throws Problem when it does not parse or leaves the subset. */
export function expressionFields(path: string, resource = ''): string[] {
  return pathProblem(path, () => {
    const tree = parsePath(path);
    // a trial, so that a function or operator outside the subset is refused now and not at the first export
    compile(tree, rootScope({ resource, constants: new Map() }, { relation: '', resource: 'resource' }));
    return [...fieldsOf(tree, resource)].sort();
  });
}

/**
 * Where the path's first value stands as one text, e.g. `valueQuantity.value` for `value.ofType(Quantity).value`, to be asked of
 * `openExport` as `text:valueQuantity.value`; null where a path is more than such a place, or its field may hold several.
 * @throws Problem when it does not parse.
 */
export function expressionPlace(path: string, resource = ''): string | null {
  return pathProblem(path, () => placeOf(parsePath(path), resource));
}

function pathProblem<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PathError)
      throw new Problem('bad-input', `The FHIRPath ${JSON.stringify(path)} cannot be used: ${error.message}.`, 'Correct the path.', [{ path, says: error.message }]);
    throw error;
  }
}
