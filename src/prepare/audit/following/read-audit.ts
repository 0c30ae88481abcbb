// How is an audit.json that lies somewhere read again?
import { readFile } from 'node:fs/promises';
import { Problem } from '../../../tools/base/problem.ts';
import type { AuditDocument } from '../model.ts';

const lists = ['findings', 'elements', 'absent', 'fixes'] as const;

/** The audit in this file. Later versions may know more than this one: what is not known is kept. @throws Problem that says what the file is instead. */
export async function readAudit(path: string): Promise<AuditDocument> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Problem('bad-input', `${path} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.code === 'EISDIR' ? 'it is a folder' : error.message}.`, 'Name an audit.json that `attending audit` wrote.', [{ file: path, says: error.code ?? 'unreadable' }]);
  });
  const wrong = (says: string) => new Problem('bad-input', `${path} is no audit.json: ${says}.`, 'Name an audit.json that `attending audit` wrote.', [{ file: path, says }]);
  let found: Partial<AuditDocument> | null;
  try {
    found = JSON.parse(text) as Partial<AuditDocument> | null;
  } catch (error) {
    throw wrong((error as Error).message);
  }
  if (typeof found !== 'object' || found === null || found.attending !== 'audit/1') throw wrong('`attending` is not `audit/1`');
  const lacking = [...lists.filter((key) => !Array.isArray(found[key])), ...(['summary', 'charter', 'provenance', 'export', 'finishedAt'] as const).filter((key) => found[key] === undefined)];
  if (lacking.length > 0) throw wrong(`${lacking.join(', ')} ${lacking.length === 1 ? 'is' : 'are'} missing`);
  return found as AuditDocument;
}
