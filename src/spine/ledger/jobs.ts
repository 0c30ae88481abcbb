// What does the ledger do by itself?
import type { Job } from '../../tools/server/jobs.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { shredPastRetention } from './payloads/shred.ts';
import { head } from './reading.ts';
import { lastCheckpoint, lastCosignature } from './records.ts';
import { signHead } from './signing.ts';
import { submit } from './witness/submit.ts';
import { witnesses } from './witness/witnesses.ts';

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

/** Two minutes after the signing, so that what is brought before the witnesses is signed already. */
export const askForCosignatures: Job = {
  name: 'ledger.witness',
  says: 'Has every witness cosign the last checkpoint.',
  schedule: '2-57/5 * * * *',
  run: async (house) => {
    if ((await witnesses(house)).length === 0) return;
    const last = await lastCheckpoint(house.db);
    if (!last) return;
    for (const witness of await witnesses(house)) {
      if (((await lastCosignature(house.db, witness.name))?.size ?? 0) === last.size) continue;
      const outcome = await submit(house, witness, last.note);
      if (outcome.kind !== 'cosigned') house.log.warn('a witness did not cosign', { witness: witness.name, why: outcome.says });
    }
  },
};

/** Once a night; a house that was off makes up for it the next time. */
export const shredOldPayloads: Job = {
  name: 'ledger.retention',
  says: 'Shreds payloads past their retention, but for those under a legal hold.',
  schedule: '20 3 * * *',
  run: async (house, _, signal) => {
    const keys = await shredPastRetention(house, signal);
    if (keys > 0) house.log.info('payloads past retention shredded', { keys });
  },
};

export const jobs: readonly Job[] = [signCheckpoints, askForCosignatures, shredOldPayloads];
