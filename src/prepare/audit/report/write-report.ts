// How do audit.json and audit.html come to stand in a folder, whole or not at all?
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../../tools/base/problem.ts';
import type { Comparison } from '../following/model.ts';
import type { AuditDocument } from '../model.ts';
import { reportHtml } from './report.ts';

const lockName = '.attending-audit.lock';

/** Keeps the folder for this process until the returned function is called. @throws Problem when another audit is at work there. */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  const lock = join(folder, lockName);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  for (let attempt = 0; ; attempt++) {
    try {
      const file = await open(lock, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotWrite(folder, error);
      const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
      if (attempt > 0 || isAlive(holder)) throw new Problem('conflict', `Another audit is writing into ${folder}${holder ? ` (process ${holder})` : ''}.`, 'Wait for it, or name another folder with --out.', [{ file: lock, says: 'kept by the other audit' }]);
      // Its process has died and left the lock behind.
      await rm(lock, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export const auditJson = (audit: AuditDocument): string => `{\n${Object.entries(audit).filter(([, part]) => part !== undefined).map(([key, part]) => `${JSON.stringify(key)}: ${lines(part)}`).join(',\n')}\n}\n`;

/** A list has one entry a line, so that `grep` and `diff` find a finding; indented throughout the file was a quarter larger. */
const lines = (part: unknown): string => (Array.isArray(part) && part.length > 0 ? `[\n${part.map((one) => JSON.stringify(one)).join(',\n')}\n]` : JSON.stringify(part, null, 1));

/** Writes both files beside their places and then moves them there; what stood there before stays until then. */
export async function writeReport(folder: string, audit: AuditDocument, compared: Comparison | null = null): Promise<{ json: string; html: string }> {
  for (const left of (await readdir(folder)).filter((name) => /^audit\.(json|html)\.\d+\.part$/.test(name))) await rm(join(folder, left), { force: true });
  const parts = (['json', 'html'] as const).map((kind) => ({ kind, place: join(folder, `audit.${kind}`), part: join(folder, `audit.${kind}.${process.pid}.part`) }));
  try {
    for (const { kind, part } of parts) {
      const file = await open(part, 'w');
      try {
        await file.writeFile(kind === 'json' ? auditJson(audit) : reportHtml(audit, compared));
        await file.sync();
      } finally {
        await file.close();
      }
    }
    for (const { part, place } of parts) await rename(part, place);
  } catch (error) {
    throw cannotWrite(folder, error);
  } finally {
    for (const { part } of parts) await rm(part, { force: true });
  }
  return { json: parts[0]!.place, html: parts[1]!.place };
}

export function cannotWrite(folder: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const why: Record<string, string> = { ENOSPC: 'the disk is full', EACCES: 'it may not be written', EROFS: 'it is read-only', EDQUOT: 'the quota is used up', ENOTDIR: 'a part of its path is a file', EEXIST: 'it is a file, not a folder' };
  return new Problem('unavailable', `The report cannot be written into ${folder}: ${why[code] ?? (error as Error).message}.`, 'Make room or name another folder with --out; an earlier report there is untouched.', [{ file: folder, says: code || 'write failed' }]);
}
