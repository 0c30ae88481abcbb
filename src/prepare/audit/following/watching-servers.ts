// When is a FHIR server asked for its data again, by itself?
import { Problem } from '../../../tools/base/problem.ts';
import { bulkPrefix } from '../model.ts';
import type { LightRun } from '../records.ts';
import type { Cadence } from './model.ts';

export const isServer = (folder: string): boolean => folder.startsWith(bulkPrefix);

/** A server does not say that it has something new, so there is nothing to wait for but time. */
export function requireRhythm(folder: string, cadence: Cadence): void {
  if (isServer(folder) && cadence === 'each-export') throw new Problem('bad-input', 'A FHIR server does not say when it has something new.', 'Have it fetched daily, weekly or monthly.', [{ path: 'cadence', says: 'each-export is for folders' }]);
}

/** After a failure it is tried again before the next time it is due. What had come is gone on with. */
const tryAgainAfter = 3_600_000;

/** What a look at a watched server leads to: fetched and audited when it is due, and not while the last is under way. */
export function decideFetch({ nextAt, lastAt }: { nextAt: string | null; lastAt: string | null }, last: Pick<LightRun, 'state' | 'problem'> | undefined, now: string): { fetch: boolean; says: string } {
  if (last?.state === 'waiting' || last?.state === 'running') return { fetch: false, says: 'The last fetch and audit are under way.' };
  if (nextAt === null || nextAt <= now) return { fetch: true, says: 'It is fetched and audited.' };
  if (last?.state === 'failed' && lastAt !== null) {
    const again = Date.parse(lastAt) + tryAgainAfter <= Date.parse(now);
    return { fetch: again, says: `${again ? 'It is tried again' : 'It is tried again within the hour'}; the last time failed: ${last.problem ?? 'nobody knows why.'}` };
  }
  return { fetch: false, says: `Fetched ${last?.state === 'cancelled' ? 'and stopped by a person' : 'and audited'}; due again ${nextAt.slice(0, 16).replace('T', ' ')} UTC.` };
}
