// Which long work does sampling do?
import type { Job } from '../../../tools/server/jobs.ts';
import { gaveUpSample, jobName, workOnSample, type JobInput } from './keep-samples.ts';

export const samplingJobs: readonly Job[] = [{ name: jobName, says: 'Draws a random sample from an export.', run: workOnSample, gaveUp: gaveUpSample } satisfies Job<JobInput> as unknown as Job];
