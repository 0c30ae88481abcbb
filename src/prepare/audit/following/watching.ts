// Which new export does a watched folder hold, and when is it audited?
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cadence } from './model.ts';

/** An export in a watched folder: the folder itself or one of its sub-folders. */
export interface FoundExport {
  /** Relative to ATTENDING_EXPORTS. */
  folder: string;
  /** Names, sizes and times of its files: another print is another content. */
  print: string;
  newest: number;
}

/** The newest export in the folder, where there is one. Files of the folder itself are an export; else its newest sub-folder is. */
export async function newestExport(path: string, folder: string): Promise<FoundExport | null> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const own = await printOf(path, folder, entries.filter((one) => one.isFile()).map((one) => one.name));
  if (own) return own;
  const under = await Promise.all(
    entries.filter((one) => one.isDirectory()).map(async ({ name }) => printOf(join(path, name), `${folder}/${name}`, (await readdir(join(path, name), { withFileTypes: true })).filter((one) => one.isFile()).map((one) => one.name))),
  );
  return under.filter((one) => one !== null).sort((a, b) => b.newest - a.newest || (a.folder < b.folder ? 1 : -1))[0] ?? null;
}

async function printOf(path: string, folder: string, names: readonly string[]): Promise<FoundExport | null> {
  // Half-written files of a download say so by their names.
  const files = names.filter((name) => !name.startsWith('.') && !/\.(part|partial|tmp|crdownload)$/.test(name)).sort();
  if (!files.some((name) => /\.((ndjson|json|csv|tsv|parquet)(\.gz)?|zip|tar|tgz|tar\.gz)$/i.test(name))) return null;
  const stats = await Promise.all(files.map((name) => stat(join(path, name))));
  return { folder, print: JSON.stringify([folder, files.map((name, i) => [name, stats[i]!.size, Math.floor(stats[i]!.mtimeMs)])]), newest: Math.max(...stats.map(({ mtimeMs }) => mtimeMs)) };
}

/** The next time after `from` that a watch of this rhythm is due; null: as soon as a new export has come. */
export function nextAfter(cadence: Cadence, from: string): string | null {
  const at = new Date(from);
  if (cadence === 'each-export') return null;
  if (cadence === 'daily') at.setUTCDate(at.getUTCDate() + 1);
  else if (cadence === 'weekly') at.setUTCDate(at.getUTCDate() + 7);
  else {
    const day = at.getUTCDate();
    at.setUTCDate(1);
    at.setUTCMonth(at.getUTCMonth() + 1);
    // The 31st is the last day of a shorter month.
    at.setUTCDate(Math.min(day, new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()));
  }
  return at.toISOString();
}

export interface WatchState { nextAt: string | null; lastPrint: string | null; seenPrint: string | null }

/** What a look at a watched folder leads to. An export that changed since the last look is still being written. */
export function decide({ nextAt, lastPrint, seenPrint }: WatchState, found: FoundExport | null, now: string): { audit: boolean; says: string } {
  if (found === null) return { audit: false, says: 'The folder holds no export.' };
  if (found.print === lastPrint) return { audit: false, says: nextAt !== null && nextAt <= now ? 'Due, but no new export has come.' : 'No new export since the last audit.' };
  if (found.print !== seenPrint) return { audit: false, says: `${found.folder} is new or still changes; it is audited when it has stayed the same from one look to the next.` };
  if (nextAt !== null && nextAt > now) return { audit: false, says: `${found.folder} waits for ${nextAt.slice(0, 16).replace('T', ' ')} UTC.` };
  return { audit: true, says: `${found.folder} is audited.` };
}
