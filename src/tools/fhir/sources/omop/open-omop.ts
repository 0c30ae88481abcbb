// How is a folder of OMOP CDM tables read, so that every check runs on it as on FHIR?
import { Problem, type ProblemDetail } from '../../../base/problem.ts';
import { openDatabase } from '../../duckdb.ts';
import type { ExportHandle, OpenOptions } from '../../open-export.ts';
import { delimiterWord, findTables, type TableFile } from '../tables/find-tables.ts';
import { fillHeaders, stageTables, viewTables, type WantedTable } from '../tables/stage-tables.ts';
import { tableHandle } from '../tables/table-handle.ts';
import { timeMacros } from '../tables/times.ts';
import { cdm, cdmNames, holdsOf, tableOfFile, vocabularyNames, type CdmName } from './cdm.ts';
import { conceptTables } from './concepts.ts';
import { facilityTables } from './places.ts';
import { plansOf } from './plans.ts';

/** Does this folder hold OMOP tables? At least `person` and one table of events must be called so. */
export function looksLikeOmop(files: readonly Pick<TableFile, 'stem' | 'name'>[]): boolean {
  const names = new Set(files.map(tableOfFile));
  return names.has('person') && [...names].some((name) => name?.endsWith('_occurrence') || name?.endsWith('_exposure') || name === 'measurement' || name === 'observation');
}

/**
 * Opens a folder of OMOP CDM 5.3 or 5.4 tables: CSV with any of the usual delimiters, plain or gzipped, or Parquet.
 * @throws Problem with file and column when a table lacks what it must have.
 */
export async function openOmop(folder: string, options: OpenOptions & { zone?: string }): Promise<ExportHandle & { notices: string[] }> {
  const { workspace, signal, onProgress } = options;
  onProgress?.({ stage: 'list', doneBytes: 0, totalBytes: 0 });
  const { tables: found, ignored } = await findTables(folder, workspace);
  await fillHeaders(found, workspace);
  const byTable = new Map<string, TableFile[]>();
  for (const file of found) {
    const table = tableOfFile(file);
    if (table !== undefined && (table in cdm || (vocabularyNames as readonly string[]).includes(table))) byTable.set(table, [...(byTable.get(table) ?? []), file]);
    else ignored.push({ name: file.name, bytes: file.bytes, why: table === undefined ? 'no table of the OMOP CDM by its name' : `the table ${table}, which no check reads` });
  }
  const notices = check(byTable);
  const wanted = cdmNames.flatMap((table): WantedTable[] => {
    const files = byTable.get(table) ?? [];
    return [{ table, files, columns: columnsFor(table, options.fields), holds: holdsOf }];
  });
  const files = wanted.flatMap((one) => one.files);
  for (const name of vocabularyNames) for (const file of byTable.get(name) ?? []) ignored.push({ name: file.name, bytes: file.bytes, why: 'vocabulary, read for codes' });
  const staged = await stageTables({ workspace, tables: wanted, files, threads: options.threads ?? 2, memoryLimit: options.memoryLimit ?? '1GB', cache: options.cache ?? true, onProgress, signal });
  const database = await openDatabase({ workspace, ...(options.threads && { threads: options.threads }), ...(options.memoryLimit && { memoryLimit: options.memoryLimit }) });
  try {
    for (const macro of timeMacros) await database.run(macro);
    await viewTables(database, staged, wanted, files);
    const has = new Map(wanted.map(({ table, files: own }) => [table as CdmName, own.some(({ trouble }) => !trouble)]));
    await conceptTables(database, staged.folder, byTable.get('concept') ?? [], has);
    const facility = await facilityTables(database);
    const plans = plansOf({ zone: options.zone ?? 'UTC', facility, has, columns: columnsIn(byTable) });
    const handle = await tableHandle({ folder, database, staged, files, ignored, plans, fields: options.fields, notices, salt: 'omop/1' });
    if (Object.keys(handle.resources).length === 0)
      throw new Problem('bad-input', 'No record of these OMOP tables can be read.', 'Look at the named records.', handle.files.flatMap((file) => [...(file.trouble ? [{ file: file.name, says: file.trouble }] : []), ...file.badLines.slice(0, 2).map(({ line, reason }) => ({ file: file.name, line, says: reason }))]).slice(0, 20));
    return { ...handle, notices };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The text of a note is large; it is read only where a note's content is asked for. */
function columnsFor(table: CdmName, fields: Record<string, string[]>): string[] {
  const all: string[] = [...cdm[table].required, ...cdm[table].optional];
  return table === 'note' && !fields['DocumentReference']?.includes('content') ? all.filter((column) => column !== 'note_text') : all;
}

function columnsIn(byTable: ReadonlyMap<string, readonly TableFile[]>): Map<string, Set<string>> {
  return new Map([...byTable].map(([table, files]) => [table, new Set(files.flatMap(({ header }) => header.map((one) => one.toLowerCase())))]));
}

/** Refuses tables without their required columns; says which optional ones are missing. */
function check(byTable: ReadonlyMap<string, readonly TableFile[]>): string[] {
  const details: ProblemDetail[] = [];
  const notices: string[] = [];
  for (const table of ['person', 'visit_occurrence'] as const) if (!byTable.has(table)) notices.push(`There is no ${table} table.`);
  if (!byTable.has('concept')) notices.push('There is no concept table: concepts keep their numbers, and what the charter names by codes of LOINC, SNOMED CT or RxNorm is not found. Put CONCEPT.csv of the vocabulary beside the tables.');
  if (!byTable.has('care_site')) notices.push('There is no care_site table: facilities and departments are not told apart.');
  for (const table of cdmNames)
    for (const file of byTable.get(table) ?? []) {
      if (file.trouble) {
        notices.push(`${file.name}: ${file.trouble}`);
        continue;
      }
      const header = new Set(file.header.map((one) => one.toLowerCase()));
      const lacking = cdm[table].required.filter((column) => !header.has(column));
      if (lacking.length > 0) {
        const shown = file.header.slice(0, 4).join(', ').slice(0, 120);
        details.push({
          file: file.name, line: 1, path: lacking.join(', '),
          says: file.header.length === 1
            ? `this is the OMOP table ${table}, and its header is one column: \`${shown}\`. No comma, tab, semicolon or vertical bar divides it`
            : `the OMOP table ${table} needs ${lacking.length === 1 ? 'this column' : 'these columns'}; found ${file.header.length} columns${file.delimiter && file.kind === 'csv' ? ` divided by ${delimiterWord[file.delimiter]}` : ''}: ${shown}${file.header.length > 4 ? ', …' : ''}`,
        });
      }
      const missing = cdm[table].optional.filter((column) => !header.has(column));
      if (missing.length > 0) notices.push(`${file.name} has no ${missing.join(', ')}.`);
    }
  if (details.length > 0) throw new Problem('bad-input', 'These OMOP tables lack columns that they must have.', 'Write the header with the names of the OMOP CDM 5.4 and one delimiter throughout, or describe the files in a mapping (`attending audit map FOLDER`).', details);
  return notices;
}
