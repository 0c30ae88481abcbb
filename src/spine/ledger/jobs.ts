// What does the ledger do by itself?
import type { Job } from '../../tools/server/jobs.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { head } from './reading.ts';
import { signHead } from './signing.ts';

/** Signs what has been appended; what was appended since the last time could still be rewritten unseen. */
export const signCheckpoints: Job = {
  name: 'ledger.checkpoint',
  says: 'Signs the ledger when it has grown.',
  schedule: '*/5 * * * *',
  run: async (house) => {
    const { entries, note } = await head(house);
    if (note !== null && parseCheckpoint(note).size === entries) return;
    const { size } = await signHead(house);
    house.log.info('ledger signed', { size });
  },
};

export const jobs: readonly Job[] = [signCheckpoints];
