// How do records of tables become the relations every check reads?
import { createHash, randomBytes } from 'node:crypto';
import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { columnType, fieldOfPlace, jsonFieldsOf, readAsked } from '../../columns.ts';
import { name, quote, type Database } from '../../duckdb.ts';
import { quickToWrite } from '../../load.ts';
import type { IgnoredFile } from '../../model.ts';
import type { ExportHandle } from '../../open-export.ts';
import { noColumn } from './columns.ts';
import type { TableFile } from './find-tables.ts';
import { fieldsOfRecord, type Filled, type Meanings, type TableType } from './record-fields.ts';
import type { Staged } from './stage-tables.ts';

/** Records of one type in one table. */
export interface Plan {
  type: TableType;
  /** What stands behind FROM: a relation called `r` with `_file` and `_line`; with its own conditions in `where`. */
  from: string;
  /** Joins that only the fields need; none may add or drop a row. */
  joins?: string;
  where?: string;
  means: Meanings;
}

const selectOf = (plan: Plan, columns: string, joined: boolean): string => `SELECT ${columns} FROM ${plan.from}${joined && plan.joins ? ` ${plan.joins}` : ''}${plan.where ? ` WHERE ${plan.where}` : ''}`;

/** The SQL of an asked column; text that is at hand is taken as it is. */
function columnOf(column: string, { fields, texts }: Filled): string {
  const { kind, places } = readAsked(column);
  const json = (field: string) => `CAST(${fields[field]} AS JSON)`;
  const textAt = (place: string): string => {
    const field = fieldOfPlace(place);
    if (place in texts) return `CAST(${texts[place]} AS VARCHAR)`;
    if (!(field in fields)) return 'NULL::VARCHAR';
    return field === place ? `(${json(field)}->>'$')` : `json_extract_string(${json(field)}, ${quote(`$${place.slice(field.length)}`)})`;
  };
  const [first = ''] = places;
  if (kind === 'text') return textAt(first);
  if (kind === 'hash') return `hash(${places.map(textAt).join(', ')})`;
  if (kind === 'has') return first in texts ? `(${texts[first]} IS NOT NULL)` : `${first}.reference` in texts ? `(${texts[`${first}.reference`]} IS NOT NULL)` : first in fields ? `(${fields[first]} IS NOT NULL)` : 'false';
  return first in fields ? json(first) : noColumn;
}

/** Makes `raw_<Type>` and `resources`, counts the resources, and hands over what `openExport` would. */
export async function tableHandle(given: {
  folder: string;
  database: Database;
  staged: Staged;
  files: readonly TableFile[];
  ignored: IgnoredFile[];
  plans: readonly Plan[];
  fields: Record<string, string[]>;
  notices: string[];
  /** What beside the statements decides how records are read, such as the text of a mapping. */
  salt: string;
}): Promise<ExportHandle> {
  const { folder, database, staged, files, ignored, plans, fields, salt } = given;
  const written = new Set<string>();
  for (const [type, wanted] of Object.entries(fields)) {
    const columns = [...new Set(wanted)].filter((field) => field !== 'id' && field !== 'resourceType').sort();
    const json = jsonFieldsOf(columns);
    const selects = plans
      .filter((plan) => plan.type === type)
      .map((plan) => {
        const made = fieldsOfRecord(plan.type, plan.means);
        return selectOf(plan, [`${plan.means.id} AS id`, ...columns.map((column) => `${columnOf(column, made)} AS ${name(column)}`), 'r._file', 'r._line'].join(', '), json.some((field) => field in made.fields));
      });
    const nothing = `SELECT ${['NULL::VARCHAR AS id', ...columns.map((column) => `NULL::${columnType(column)} AS ${name(column)}`), '0 AS _file', '0::BIGINT AS _line'].join(', ')} WHERE false`;
    const sql = selects.join(' UNION ALL ') || nothing;
    const kept = selects.length > 0 ? await materialised(database, staged, type, sql, salt) : undefined;
    await database.run(`CREATE OR REPLACE VIEW ${name(`raw_${type}`)} AS ${kept ? `SELECT * FROM read_parquet(${quote(kept)})` : sql}`);
    if (kept) written.add(type);
  }
  const all = [...new Set(plans.map(({ type }) => type))].filter((type) => written.has(type)).map((type) => `SELECT id, ${quote(type)} AS "resourceType", _file, _line FROM ${name(`raw_${type}`)}`);
  for (const plan of plans) if (!written.has(plan.type)) all.push( selectOf(plan, `${plan.means.id} AS id, ${quote(plan.type)} AS "resourceType", r._file, r._line`, false));
  await database.run(`CREATE OR REPLACE VIEW resources AS ${all.join(' UNION ALL ') || `SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS "resourceType", 0 AS _file, 0::BIGINT AS _line WHERE false`}`);
  const counts = await counted(database, staged.folder, plans, salt);
  const reports = files.map((_, index) => {
    const own = counts.filter((one) => one.file === index);
    return { ...staged.kept.files[index]!, resources: Object.fromEntries(own.map(({ type, n }) => [type, n])) };
  });
  const resources: Record<string, number> = {};
  for (const { type, n } of counts) resources[type] = (resources[type] ?? 0) + n;
  return {
    folder, files: reports, ignored, resources, database, fromCache: staged.fromCache, kept: staged.folder,
    close: () => database.close(),
  };
}

/** Raise when records are read otherwise than before. */
const layout = 3;

/** The records of a type, worked out once and kept beside the tables they come from: the checks read them many times. */
async function materialised(database: Database, { folder }: Staged, type: string, sql: string, salt: string): Promise<string> {
  const path = join(folder, `raw-${type}-${createHash('sha256').update(JSON.stringify([layout, salt, sql])).digest('hex').slice(0, 16)}.parquet`);
  if (await access(path).then(() => true, () => false)) return path;
  const writing = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await database.run(`COPY (${sql}) TO ${quote(writing)} (FORMAT parquet, ${quickToWrite})`);
    await rename(writing, path);
  } catch (error) {
    await rm(writing, { force: true });
    throw error;
  }
  return path;
}

interface Counted {
  type: string;
  file: number;
  n: number;
}

/** Resources by type and file; kept beside the tables they were counted in. */
async function counted(database: Database, kept: string, plans: readonly Plan[], salt: string): Promise<Counted[]> {
  const selects = plans.map((plan) => `SELECT ${quote(plan.type)} AS type, r._file::INTEGER AS file, count(*) AS n FROM ${plan.from}${plan.where ? ` WHERE ${plan.where}` : ''} GROUP BY ALL`);
  if (selects.length === 0) return [];
  const sql = `SELECT type, file, sum(n)::BIGINT AS n FROM (${selects.join(' UNION ALL ')}) GROUP BY ALL ORDER BY type, file`;
  const path = join(kept, `counts-${createHash('sha256').update(salt + sql).digest('hex').slice(0, 12)}.json`);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Counted[];
  } catch {
    const found = await database.rows<Counted>(sql);
    // only the next opening would have been quicker
    await writeFile(path, JSON.stringify(found)).catch(() => {});
    return found;
  }
}
