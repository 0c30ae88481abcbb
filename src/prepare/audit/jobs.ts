// Which long work does this room do?
import type { Job } from '../../tools/server/jobs.ts';
import { gaveUp, jobName, workOn, type JobInput } from './keep-runs.ts';

export const jobs: readonly Job[] = [{ name: jobName, says: 'Audits an export against a charter.', run: workOn, gaveUp } satisfies Job<JobInput> as unknown as Job];
