// Which files and columns does a mapping mean, and are they there?
import { Problem, type ProblemDetail } from '../../../base/problem.ts';
import type { TableFile } from '../tables/find-tables.ts';
import type { WantedTable } from '../tables/stage-tables.ts';
import type { MappedRecord } from './model.ts';
import { nearest } from './nearest.ts';
import { sayPath, type MappingFile } from './read-mapping.ts';

/** The tables a mapping reads: one per `file` it names, with the columns it names in them. */
export interface Bound {
  tables: WantedTable[];
  /** Records whose file may be missing, and is. */
  missing: MappedRecord[];
  /** The table of a `file` as written in the mapping. */
  tableOf(file: string): string;
}

/** Places in a record that are no column names though they are texts. */
const notColumns = new Set(['file', 'resource', 'distinct', 'constant', 'values', 'otherwise', 'with', 'format', 'zone', 'unit', 'from', 'system', 'systems', 'split', 'map', 'code', 'in', 'notIn', 'category']);

/** @throws Problem with the line of the mapping, the file that is not there or the column and its nearest name. */
export function bindMapping({ mapping, file: name, lineOf }: MappingFile, files: readonly TableFile[]): Bound {
  const details: ProblemDetail[] = [];
  const tables = new Map<string, WantedTable>();
  const told = new Set<string>();
  const want = (file: string, path: (string | number)[], optional = false): WantedTable | undefined => {
    const known = tables.get(file);
    if (known && (known.files.length > 0 || optional || told.has(file))) return known;
    const found = files.filter((one) => fits(file, one));
    // Of a file that may be missing a name is a slip only where a file much like it lies there and is nobody else's.
    const near = found.length > 0 ? undefined : nearest(file, files.filter((one) => !optional || !mapping.records.some((record) => fits(record.file, one))).map(({ stem }) => stem));
    if (found.length === 0 && (!optional || (near && Math.abs(near.length - file.length) <= 1))) {
      told.add(file);
      details.push({ file: name, line: lineOf(path), path: sayPath(path), says: `there is no file \`${file}\`${near ? `; did you mean \`${near}\`?` : `; there are ${files.slice(0, 8).map((one) => one.name).join(', ') || 'no tables'}`}` });
    }
    const table: WantedTable = { table: `m${tables.size}`, files: found, columns: [] };
    tables.set(file, table);
    return table;
  };
  const column = (table: WantedTable | undefined, wanted: string, path: (string | number)[]) => {
    if (!table || table.files.length === 0) return;
    const lower = wanted.toLowerCase();
    if (!table.columns.includes(lower)) table.columns.push(lower);
    for (const file of table.files) {
      if (file.trouble || file.header.some((one) => one.toLowerCase() === lower)) continue;
      const near = nearest(wanted, file.header);
      details.push({ file: name, line: lineOf(path), path: sayPath(path), says: `${file.name} has no column \`${wanted}\`${near ? `; did you mean \`${near}\`?` : `; it has ${file.header.slice(0, 12).join(', ')}`}` });
      return;
    }
  };
  /** Every text that is a column, wherever it stands. */
  const walk = (table: WantedTable | undefined, value: unknown, path: (string | number)[]) => {
    if (typeof value === 'string') column(table, value, path);
    else if (Array.isArray(value)) value.forEach((one, at) => walk(table, one, [...path, at]));
    else if (value !== null && typeof value === 'object') for (const [key, one] of Object.entries(value)) if (!notColumns.has(key)) walk(table, one, [...path, key]);
  };
  for (const [anchor, given] of Object.entries(mapping.anchors)) walk(want(given.file, ['anchors', anchor, 'file']), given, ['anchors', anchor]);
  for (const [at, record] of mapping.records.entries()) {
    const path = ['records', at];
    const table = want(record.file, [...path, 'file'], record.optional);
    if (record.optional && table?.files.length === 0 && !told.has(record.file)) continue;
    for (const [key, value] of Object.entries(record)) {
      if (key === 'moves' && record.moves) walk(want(record.moves.file, [...path, 'moves', 'file']), record.moves, [...path, key]);
      else if (key === 'columns' && record.columns) record.columns.forEach((one, n) => column(table, one.column, [...path, key, n, 'column']));
      else if (key === 'code' || key === 'unit' || key === 'category') walk(table, value, [...path, key]);
      else if (!notColumns.has(key)) walk(table, value, [...path, key]);
      for (const time of offsetsIn(value)) {
        const anchor = mapping.anchors[time.from];
        if (!anchor) {
          const near = nearest(time.from, Object.keys(mapping.anchors));
          details.push({ file: name, line: lineOf([...path, key, 'from']), path: sayPath([...path, key, 'from']), says: `there is no anchor \`${time.from}\`${near ? `; did you mean \`${near}\`?` : ''}` });
        } else column(key === 'moves' && record.moves ? want(record.moves.file, path) : table, time.key ?? anchor.key, [...path, key]);
      }
    }
  }
  for (const [at, record] of mapping.records.entries()) {
    const needs = record.resource === 'Observation' && !record.columns && !record.code ? 'code' : ['Patient', 'Encounter', 'Practitioner', 'Organization', 'Location'].includes(record.resource) && !record.id ? 'id' : undefined;
    if (needs) details.push({ file: name, line: lineOf(['records', at]), path: `records[${at}]`, says: `this ${record.resource} needs \`${needs}\`` });
  }
  if (details.length > 0) throw new Problem('bad-input', `${name} does not fit these files.`, 'Correct the named lines; column names are taken from the header, case does not matter.', details);
  return { tables: [...tables.values()].filter(({ files }) => files.length > 0), missing: mapping.records.filter(({ file, optional }) => optional && tables.get(file)?.files.length === 0), tableOf: (file) => tables.get(file)?.table ?? '' };
}

function offsetsIn(value: unknown): { from: string; key?: string }[] {
  if (value === null || typeof value !== 'object') return [];
  if ('offset' in value) return [value as unknown as { from: string; key?: string }];
  return Object.values(value).flatMap(offsetsIn);
}

function fits(wanted: string, { stem, name }: TableFile): boolean {
  const lower = wanted.toLowerCase();
  const plain = lower.replace(/\.(csv|tsv|txt|psv|tab|parquet|pq)(\.gz)?$/, '');
  if (!plain.includes('*')) return stem === plain || name.toLowerCase() === lower;
  return new RegExp(`^${plain.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(stem);
}
