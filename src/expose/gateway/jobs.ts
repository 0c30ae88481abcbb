// Which work does the gateway do by itself?
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import type { Gatekeeper } from '../../spine/gates/gates.ts';
import { theHouse, type House } from '../../tools/server/capability.ts';
import type { Job } from '../../tools/server/jobs.ts';
import { readDiscovery } from './discovery.ts';
import { shows, stands } from './gate-rules.ts';
import { kill, policyOf, stepDown } from './keep-policies.ts';
import { lookForNotices } from './notices.ts';
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

export const watchNotices: Job = {
  name: 'gateway.notices',
  says: 'Looks whether the pages that tell patients and staff of an AI are there.',
  schedule: '25 6 * * *',
  run: (house, _, signal) => lookForNotices(house, signal),
};

export const forget: Job = {
  name: 'gateway.forget',
  says: 'Forgets tokens that have ended, instances that are gone, and counts that are old.',
  schedule: '40 * * * *',
  run: (house) => records.forgetOld(house.db, house.clock.now()),
};

/** Suspends what shows when a trigger of GX fires, and ends exceptions whose day has passed. */
export const mindGates = (keeper: Gatekeeper): Job => ({
  name: 'gateway.gates',
  says: 'Suspends what shows when a trigger of GX has fired, and ends exceptions to gates.',
  schedule: '* * * * *',
  run: async (house, _, signal) => {
    for (const row of await records.serviceRows(house.db)) {
      if (signal.aborted) return;
      try {
        await mindOne(house, keeper, row);
      } catch (error) {
        house.log.error('the gates of a service could not be minded', { deployment: row.deployment_id, error: (error as Error).message });
      }
    }
  },
});

async function mindOne(house: House, keeper: Gatekeeper, row: records.ServiceRow): Promise<void> {
  const { policy, exception } = policyOf((await records.policyRow(house.db, row.deployment_id, row.acting))!);
  const over = exception !== null && exception.until < house.clock.now().slice(0, 10);
  if (policy.mode === 'off' || policy.mode === 'suspended' || (!shows(policy.mode) && !over)) return;
  const standing = await keeper(house, row.deployment_id);
  const { fired } = standing;
  const known = over ? [] : (exception?.known ?? []);
  const fresh = shows(policy.mode) ? fired.filter(({ criterion }) => !known.includes(criterion)) : [];
  if (fresh.length > 0) return void (await kill(house, theHouse, row.deployment_id, `Suspended by the gate GX: ${fresh.map(({ criterion, title, because }) => `${criterion} ${title}: ${because}`).join(' ')}`.slice(0, 2_000)));
  if (over && !stands(policy.mode, standing)) await stepDown(house, row.deployment_id, shows(policy.mode) && stands('shadow', standing) ? 'shadow' : 'off', `The exception to ${exception.gates.join(' and ')} ended on ${exception.until}.`);
}

export const jobs = (keeper: Gatekeeper): readonly Job[] => [watchDiscoveries, watchNotices, forget, mindGates(keeper)];
