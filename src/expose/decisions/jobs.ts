// Which work does this room do by itself?
import type { Job } from '../../tools/server/jobs.ts';
import { catchUp } from './project.ts';

export const followLedger: Job = {
  name: 'decisions.follow',
  says: 'Brings the facts about decisions up to the ledger.',
  schedule: '* * * * *',
  run: async (house, _input, signal) => void (await catchUp(house.db, { signal })),
};

export const jobs: readonly Job[] = [followLedger];
