// Which long work does this room do?
import type { Job } from '../../tools/server/jobs.ts';
import { gaveUp, jobName, workOn, type JobInput } from './keep-runs.ts';
import type { Shelf } from './shelf.ts';

export const jobsOver = (shelf: Shelf): readonly Job[] => [{ name: jobName, says: 'Audits the notes of an export against a charter.', run: workOn(shelf), gaveUp } satisfies Job<JobInput> as unknown as Job];
