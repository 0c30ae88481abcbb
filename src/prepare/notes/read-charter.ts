// Which part of this charter says what the notes must be like?
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { dataSection, type DataSection } from '../../spine/deployments/model.ts';
import { digest } from '../../tools/base/canonical.ts';
import { Problem } from '../../tools/base/problem.ts';

export interface Charter {
  data: DataSection;
  digest: string;
  deployment: string | null;
}

/** A full charter, one with only `attending` and `data`, or the data section alone; YAML or JSON. @throws Problem with the path of each mistake. */
export async function readCharter(path: string): Promise<Charter> {
  const file = basename(path);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Problem('bad-input', `The charter ${path} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}.`, 'Name the charter with --charter.', [{ file: path, says: error.code ?? 'unreadable' }]);
  });
  let whole: unknown;
  try {
    whole = parse(text, { maxAliasCount: 100, prettyErrors: true });
  } catch (error) {
    throw new Problem('bad-input', `${file} is neither YAML nor JSON.`, 'Correct the named line.', [{ file, says: (error as Error).message.split('\n')[0]! }]);
  }
  const given = whole !== null && typeof whole === 'object' && !Array.isArray(whole) ? (whole as Record<string, unknown>) : {};
  const parsed = dataSection.safeParse('data' in given ? given['data'] : 'attending' in given ? undefined : given);
  if (!parsed.success)
    throw new Problem('bad-input', `${file} is not a charter with a data section a notes audit can use.`, 'Correct the named places; `attending audit init FOLDER` writes a data section that fits.', parsed.error.issues.slice(0, 20).map(({ path: at, message }) => ({ file, path: ['data', ...at.map(String)].join('.'), says: message })));
  return charterOf(parsed.data, typeof given['deployment'] === 'string' ? given['deployment'] : null);
}

export const charterOf = async (data: DataSection, deployment: string | null): Promise<Charter> => ({ data, digest: await digest(data), deployment });

/** Along which fields an encounter leads to its facility, department and clinician. */
export const unitPathsOf = (data: DataSection | undefined) => data?.unitPaths ?? { facility: 'serviceProvider', department: 'location.location', clinician: 'participant.individual' };
