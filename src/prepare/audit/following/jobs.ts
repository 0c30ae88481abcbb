// Who looks into the watched folders?
import type { Job } from '../../../tools/server/jobs.ts';
import { startRun } from '../keep-runs.ts';
import { lookAtFolders } from './keep-watches.ts';

export const watchJob = 'audit.watch';

/** An export is audited when it has stayed the same from one look to the next, so within half an hour of its last file. */
export const jobs: readonly Job[] = [{ name: watchJob, says: 'Looks into the watched folders and audits new exports.', schedule: '*/15 * * * *', run: async (house, _input, signal) => lookAtFolders(house, startRun, signal) }];
