// Is this a valid SQL on FHIR v2 ViewDefinition, and if not, where and why not?
// https://sql-on-fhir.org/ig/2.0.0/StructureDefinition-ViewDefinition.html
import { Problem, type ProblemDetail } from '../base/problem.ts';
import { parsePath, PathError, type Literal, type Node } from './fhirpath.ts';
import { resourceTypes } from './resource-types.ts';

export interface ViewColumn {
  name: string;
  path: string;
  type?: string;
  collection?: boolean;
  description?: string;
}

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

/** A select with its paths read. */
export interface ReadSelect {
  at: string;
  columns: { name: string; path: Node; type: string | undefined; collection: boolean; at: string }[];
  selects: ReadSelect[];
  unionAll: ReadSelect[];
  iterate?: { how: 'forEach' | 'forEachOrNull' | 'repeat'; paths: Node[]; at: string };
}

export interface ReadView {
  resource: string;
  constants: Map<string, Literal>;
  selects: ReadSelect[];
  where: { path: Node; at: string }[];
}

/** The Problem for a view that cannot be used. */
export function viewProblem(details: ProblemDetail[]): Problem {
  const first = details[0];
  return new Problem('bad-input', `The view is not valid: ${first?.path ? `${first.path}: ` : ''}${first?.says ?? 'unknown reason'}`, 'Correct the ViewDefinition at the named path.', details);
}

/** Reads a view. @throws Problem naming every fault with its path. */
export function readView(input: unknown): ReadView {
  const faults: ProblemDetail[] = [];
  const fault = (path: string, says: string): void => void faults.push({ path, says });
  const view = isObject(input) ? input : {};
  if (!isObject(input)) fault('', 'a ViewDefinition is an object');
  const resource = view['resource'];
  if (typeof resource !== 'string' || resource === '') fault('resource', 'names the resource type and is missing');
  else if (!resourceTypes.has(resource)) fault('resource', `${JSON.stringify(resource)} is not a FHIR R4 resource`);
  const constants = readConstants(view['constant'], fault);
  const read = (path: unknown, at: string): Node => {
    if (typeof path !== 'string') {
      fault(at, 'is a FHIRPath string and is not');
      return { is: 'empty' };
    }
    try {
      return parsePath(path);
    } catch (error) {
      if (!(error instanceof PathError)) throw error;
      fault(at, `${JSON.stringify(path)}: ${error.message}`);
      return { is: 'empty' };
    }
  };
  const many = (value: unknown, at: string): unknown[] => {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    fault(at, 'is a list and is not');
    return [];
  };
  const readSelect = (value: unknown, at: string): ReadSelect => {
    const select = isObject(value) ? value : {};
    if (!isObject(value)) fault(at, 'is an object and is not');
    for (const key of Object.keys(select))
      if (!['column', 'select', 'unionAll', 'forEach', 'forEachOrNull', 'repeat', 'id', 'extension', 'modifierExtension'].includes(key)) fault(`${at}.${key}`, 'is not part of a ViewDefinition select');
    const columns = many(select['column'], `${at}.column`).map((one, index) => readColumn(one, `${at}.column[${index}]`));
    const result: ReadSelect = {
      at, columns,
      selects: many(select['select'], `${at}.select`).map((one, index) => readSelect(one, `${at}.select[${index}]`)),
      unionAll: many(select['unionAll'], `${at}.unionAll`).map((one, index) => readSelect(one, `${at}.unionAll[${index}]`)),
    };
    const ways = (['forEach', 'forEachOrNull', 'repeat'] as const).filter((way) => select[way] !== undefined);
    if (ways.length > 1) fault(at, `has ${ways.join(' and ')}; only one of them may stand in a select`);
    const how = ways[0];
    if (how === 'repeat') {
      const paths = many(select['repeat'], `${at}.repeat`);
      if (paths.length === 0) fault(`${at}.repeat`, 'needs at least one path');
      result.iterate = { how, at: `${at}.repeat`, paths: paths.map((path, index) => read(path, `${at}.repeat[${index}]`)) };
    } else if (how) result.iterate = { how, at: `${at}.${how}`, paths: [read(select[how], `${at}.${how}`)] };
    if (columns.length + result.selects.length + result.unionAll.length === 0 && !how) fault(at, 'has no column, select or unionAll');
    const [first, ...others] = result.unionAll;
    for (const other of others)
      if (first && columnNames(other).join() !== columnNames(first).join())
        fault(other.at, `has the columns ${columnNames(other).join(', ')} but the first branch has ${columnNames(first).join(', ')}`);
    return result;
  };
  const readColumn = (value: unknown, at: string): ReadSelect['columns'][number] => {
    const column = isObject(value) ? value : {};
    const { name, type, collection } = column;
    if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) fault(`${at}.name`, 'is a letter followed by letters, digits or underscores, and is not');
    if (type !== undefined && typeof type !== 'string') fault(`${at}.type`, 'is a FHIR type name and is not');
    if (collection !== undefined && typeof collection !== 'boolean') fault(`${at}.collection`, 'is true or false and is not');
    return { name: String(name), path: read(column['path'], `${at}.path`), type: typeof type === 'string' ? type.split('/').at(-1) : undefined, collection: collection === true, at };
  };
  const selects = many(view['select'], 'select').map((one, index) => readSelect(one, `select[${index}]`));
  if (selects.length === 0) fault('select', 'needs at least one entry');
  const names = selects.flatMap(columnNames);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) fault('select', `has two columns called ${name}`);
  const where = many(view['where'], 'where').map((one, index) => ({ at: `where[${index}].path`, path: read(isObject(one) ? one['path'] : undefined, `where[${index}].path`) }));
  if (faults.length > 0) throw viewProblem(faults);
  return { resource: String(resource), constants, selects, where };
}

/** Columns a select gives, in order. */
export function columnNames(select: ReadSelect): string[] {
  const [branch] = select.unionAll;
  return [...select.columns.map(({ name }) => name), ...select.selects.flatMap(columnNames), ...(branch ? columnNames(branch) : [])];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const numbers = new Set(['Integer', 'PositiveInt', 'UnsignedInt', 'Integer64', 'Decimal']);

function readConstants(value: unknown, fault: (path: string, says: string) => void): Map<string, Literal> {
  const constants = new Map<string, Literal>();
  if (value === undefined) return constants;
  if (!Array.isArray(value)) fault('constant', 'is a list and is not');
  else
    for (const [index, one] of value.entries()) {
      const at = `constant[${index}]`;
      const entry = isObject(one) ? one : {};
      const constant = entry['name'];
      const keys = Object.keys(entry).filter((key) => /^value[A-Z]/.test(key));
      const key = keys[0];
      if (typeof constant !== 'string' || !/^[A-Za-z][A-Za-z0-9_]*$/.test(constant)) fault(`${at}.name`, 'is a name and is not');
      else if (!key || keys.length > 1) fault(at, `needs exactly one value[x], has ${keys.length}`);
      else {
        const literal = literalOf(key.slice(5), entry[key]);
        if (literal) constants.set(constant, literal);
        else fault(`${at}.${key}`, 'has a value of another type');
      }
    }
  return constants;
}

function literalOf(type: string, value: unknown): Literal | undefined {
  if (type === 'Boolean') return typeof value === 'boolean' ? { kind: 'boolean', value } : undefined;
  if (numbers.has(type)) {
    const text = String(value);
    return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? { kind: 'number', value: text } : undefined;
  }
  if (typeof value !== 'string') return undefined;
  if (type === 'Date') return { kind: 'date', value };
  if (type === 'DateTime' || type === 'Instant') return { kind: 'dateTime', value };
  if (type === 'Time') return { kind: 'time', value };
  return { kind: 'string', value };
}
