// Which work does the gateway do by itself?
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import { theHouse } from '../../tools/server/capability.ts';
import type { Job } from '../../tools/server/jobs.ts';
import { readDiscovery } from './discovery.ts';
import * as records from './records.ts';

export const watchDiscoveries: Job = {
  name: 'gateway.discovery',
  says: 'Reads every vendor’s discovery and notices a silent change.',
  schedule: '*/5 * * * *',
  run: async (house, _, signal) => {
    for (const row of await records.serviceRows(house.db)) {
      if (signal.aborted) return;
      try {
        await readDiscovery(house, theHouse, await requireDeployment(house.db, theHouse, row.deployment_id));
      } catch (error) {
        house.log.warn('a vendor’s discovery cannot be read', { deployment: row.deployment_id, error: (error as Error).message });
      }
    }
  },
};

export const forget: Job = {
  name: 'gateway.forget',
  says: 'Forgets tokens that have ended, instances that are gone, and counts that are old.',
  schedule: '40 * * * *',
  run: (house) => records.forgetOld(house.db, house.clock.now()),
};

export const jobs: readonly Job[] = [watchDiscoveries, forget];
