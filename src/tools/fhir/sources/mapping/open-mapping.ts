// How is a folder of a hospital's own tables read, so that every check runs on it as on FHIR?
import { Problem } from '../../../base/problem.ts';
import { openDatabase } from '../../duckdb.ts';
import type { ExportHandle, OpenOptions } from '../../open-export.ts';
import { findTables } from '../tables/find-tables.ts';
import { fillHeaders, stageTables, viewTables } from '../tables/stage-tables.ts';
import { tableHandle } from '../tables/table-handle.ts';
import { isOffset, timeMacros } from '../tables/times.ts';
import { bindMapping } from './bind-mapping.ts';
import { compileMapping } from './compile-mapping.ts';
import { readMapping } from './read-mapping.ts';
import { sayUndated, undatedOf } from './undated.ts';

/** Opens tables by what a mapping says of them. @throws Problem with file, line, path and the nearest name where file or column is not there. */
export async function openMapping(folder: string, path: string, options: OpenOptions): Promise<ExportHandle & { notices: string[]; undated?: 'day' | 'hour' }> {
  const { workspace, signal, onProgress } = options;
  onProgress?.({ stage: 'list', doneBytes: 0, totalBytes: 0 });
  const read = await readMapping(path);
  const { tables: found, ignored } = await findTables(folder, workspace);
  await fillHeaders(found, workspace);
  const bound = bindMapping(read, found);
  const files = [...new Set(bound.tables.flatMap((table) => table.files))];
  for (const file of found) if (!files.includes(file)) ignored.push({ name: file.name, bytes: file.bytes, why: 'the mapping does not name it' });
  const notices = files.flatMap((file) => (file.trouble ? [`${file.name}: ${file.trouble}`] : []));
  for (const { file, resource } of bound.missing) notices.push(`There is no file \`${file}\`, which the mapping says may be missing: what it would hold (${resource}) is not here.`);
  const undated = undatedOf(read.mapping);
  if (undated) notices.push(sayUndated(undated));
  const staged = await stageTables({ workspace, tables: bound.tables, files, threads: options.threads ?? 2, memoryLimit: options.memoryLimit ?? '1GB', cache: options.cache ?? true, onProgress, signal });
  const database = await openDatabase({ workspace, ...(options.threads && { threads: options.threads }), ...(options.memoryLimit && { memoryLimit: options.memoryLimit }) });
  try {
    await database.run(`SET TimeZone = 'UTC'`);
    for (const macro of timeMacros) await database.run(macro);
    const { zone } = read.mapping;
    if (!isOffset(zone)) {
      const [known] = await database.rows<{ n: number }>(`SELECT count(*) AS n FROM pg_timezone_names() WHERE name = '${zone.replaceAll("'", "''")}'`);
      if (known?.n === 0) throw new Problem('bad-input', `${read.file} names a time zone that does not exist.`, 'Write UTC, an offset such as -07:00, or a name such as America/Phoenix.', [{ file: read.file, line: read.lineOf(['zone']), path: 'zone', says: `\`${zone}\`` }]);
    }
    await viewTables(database, staged, bound.tables, files);
    const plans = await compileMapping(database, read.mapping, bound);
    const handle = await tableHandle({ folder, database, staged, files, ignored, plans, fields: options.fields, notices, salt: read.text });
    if (Object.keys(handle.resources).length === 0) throw new Problem('bad-input', 'The mapping finds no record in these files.', 'Look at the named files.', handle.files.slice(0, 20).map((file) => ({ file: file.name, says: file.trouble ?? `${file.lines} lines, none of them a record` })));
    return { ...handle, notices, ...(undated && { undated }) };
  } catch (error) {
    await database.close();
    throw error;
  }
}
