// How do records of tables become the relations every check reads?
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { name, quote, type Database } from '../../duckdb.ts';
import type { IgnoredFile } from '../../model.ts';
import type { ExportHandle } from '../../open-export.ts';
import { noColumn } from './columns.ts';
import type { TableFile } from './find-tables.ts';
import { fieldsOfRecord, type Meanings, type TableType } from './record-fields.ts';
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
}): Promise<ExportHandle> {
  const { folder, database, staged, files, ignored, plans, fields } = given;
  for (const [type, wanted] of Object.entries(fields)) {
    const columns = [...new Set(wanted)].filter((field) => field !== 'id' && field !== 'resourceType').sort();
    const selects = plans
      .filter((plan) => plan.type === type)
      .map((plan) => {
        const made = fieldsOfRecord(plan.type, plan.means);
        return selectOf(plan, [`${plan.means.id} AS id`, ...columns.map((field) => `CAST(${made[field] ?? noColumn} AS JSON) AS ${name(field)}`), 'r._file', 'r._line'].join(', '), columns.some((field) => field in made));
      });
    const nothing = `SELECT ${['NULL::VARCHAR AS id', ...columns.map((field) => `${noColumn} AS ${name(field)}`), '0 AS _file', '0::BIGINT AS _line'].join(', ')} WHERE false`;
    await database.run(`CREATE OR REPLACE VIEW ${name(`raw_${type}`)} AS ${selects.join(' UNION ALL ') || nothing}`);
  }
  const all = plans.map((plan) => selectOf(plan, `${plan.means.id} AS id, ${quote(plan.type)} AS "resourceType", r._file, r._line`, false));
  await database.run(`CREATE OR REPLACE VIEW resources AS ${all.join(' UNION ALL ') || `SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS "resourceType", 0 AS _file, 0::BIGINT AS _line WHERE false`}`);
  const counts = await counted(database, staged.folder, plans);
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

interface Counted {
  type: string;
  file: number;
  n: number;
}

/** Resources by type and file; kept beside the tables they were counted in. */
async function counted(database: Database, kept: string, plans: readonly Plan[]): Promise<Counted[]> {
  const selects = plans.map((plan) => `SELECT ${quote(plan.type)} AS type, r._file::INTEGER AS file, count(*) AS n FROM ${plan.from}${plan.where ? ` WHERE ${plan.where}` : ''} GROUP BY ALL`);
  if (selects.length === 0) return [];
  const sql = `SELECT type, file, sum(n)::BIGINT AS n FROM (${selects.join(' UNION ALL ')}) GROUP BY ALL ORDER BY type, file`;
  const path = join(kept, `counts-${createHash('sha256').update(sql).digest('hex').slice(0, 12)}.json`);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Counted[];
  } catch {
    const found = await database.rows<Counted>(sql);
    // only the next opening would have been quicker
    await writeFile(path, JSON.stringify(found)).catch(() => {});
    return found;
  }
}
