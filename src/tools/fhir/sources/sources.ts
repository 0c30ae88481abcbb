// Which kind of export lies in a folder, and how is it opened?
import { Problem } from '../../base/problem.ts';
import { openExport, type ExportHandle, type OpenOptions } from '../open-export.ts';
import { listFolder } from '../list-folder.ts';
import { unpacked } from './archives/unpacked.ts';
import { findTables } from './tables/find-tables.ts';
import { bulkReport } from './bulk/report.ts';
import { findMapping } from './mapping/read-mapping.ts';
import { openMapping } from './mapping/open-mapping.ts';
import { looksLikeOmop, openOmop } from './omop/open-omop.ts';

export type SourceKind = 'fhir' | 'omop' | 'mapping';

/** What a person is told about the kind. */
export const sourceWords: Record<SourceKind, string> = { fhir: 'FHIR R4 NDJSON', omop: 'OMOP CDM tables', mapping: 'tables with a mapping' };

export interface SourceOptions extends OpenOptions {
  /** A mapping file for a folder of tables; without it one beside the data is used, if there is one. */
  mapping?: string;
}

/** An export of any kind, with the relations of `ExportHandle`. */
export interface SourceHandle extends ExportHandle {
  kind: SourceKind;
  /** What the source lacks or how it was read, each a sentence. */
  notices: string[];
  /** What of its times is not known, see mapping/undated.ts. */
  undated?: 'day' | 'hour';
}

/** Looks at the files of a folder, by content where it can. @throws Problem when nothing in it can be read. */
export async function detectSource(folder: string, { workspace, mapping }: { workspace?: string; mapping?: string } = {}): Promise<SourceKind> {
  if (mapping !== undefined || (await findMapping(folder)) !== undefined) return 'mapping';
  const { candidates } = await listFolder(folder, workspace);
  if (candidates.some(({ seen }) => seen.length > 0)) return 'fhir';
  const { tables } = await findTables(folder, workspace);
  if (looksLikeOmop(tables)) return 'omop';
  if (tables.length > 0)
    throw new Problem('bad-input', 'The folder holds tables, and nobody says what they mean.', 'Put a mapping beside them (`attending audit map FOLDER` proposes one), or name them as the tables of the OMOP CDM are named.', tables.slice(0, 10).map(({ name }) => ({ file: name, says: 'no table of the OMOP CDM by its name' })));
  return 'fhir';
}

/**
 * Opens FHIR NDJSON, OMOP tables or mapped tables, whichever lies in the folder; an archive (zip, tar, tar.gz), or a folder of archives, is
 * unpacked into the workspace first and that is removed again at the end.
 * @throws Problem like `openExport`, and with file and column where a table cannot be used.
 */
export async function openSource(path: string, options: SourceOptions): Promise<SourceHandle> {
  const place = await unpacked(path, options.workspace, { signal: options.signal });
  try {
    const handle = await openFolder(place.folder, options);
    return {
      ...handle,
      notices: [...place.notices, ...handle.notices],
      async close() {
        await handle.close();
        await place.remove();
      },
    };
  } catch (error) {
    await place.remove();
    throw error;
  }
}

async function openFolder(folder: string, options: SourceOptions): Promise<SourceHandle> {
  const kind = await detectSource(folder, options);
  if (kind === 'omop') return { ...(await openOmop(folder, options)), kind };
  if (kind === 'mapping') return { ...(await openMapping(folder, options.mapping ?? (await findMapping(folder)) ?? '', options)), kind };
  return { ...(await openExport(folder, options)), kind, notices: await noticesOfServer(folder) };
}

/** What the server that filled the folder reported beside the data. */
async function noticesOfServer(folder: string): Promise<string[]> {
  const report = await bulkReport(folder);
  if (!report) return [];
  const { laidOver } = report;
  return [
    ...(laidOver ? [`Only what changed was fetched: ${laidOver.changed} resources that are new or came again, and ${laidOver.deleted} that were deleted, laid over the whole export of ${laidOver.wholeAt}${laidOver.times > 1 ? ` (the ${laidOver.times} sets of changes since then)` : ''}. What a server does not tell of its changes is seen with the next whole export.`] : []),
    ...report.errors.slice(0, 20).map((says) => `The server could not export something: ${says}`),
    ...(report.errors.length > 20 ? [`The server reported ${report.errors.length - 20} errors more.`] : []),
    ...(report.deleted > 0 && !laidOver ? [`${report.deleted} resources were deleted on the server in the time asked for.`] : []),
    ...report.twice.map((says) => `The server sent a file twice, and it was counted once: ${says}.`),
  ];
}
