// Are patients and staff told of this AI: is there a notice for each, and can it be read?
import { publish } from '../../spine/measures/measures.ts';
import type { House } from '../../tools/server/capability.ts';
import { connection as connectionSchema, type Connection } from './connection.ts';
import * as records from './records.ts';

export const whoms = ['patients', 'staff'] as const;
export type Whom = (typeof whoms)[number];

/** How long a notice may take to be there, in milliseconds. */
const patience = 10_000;

/** Looks for the notices of every service. */
export async function lookForNotices(house: House, signal?: AbortSignal): Promise<void> {
  for (const row of await records.serviceRows(house.db)) {
    if (signal?.aborted) return;
    await lookFor(house, row.deployment_id, connectionSchema.parse(JSON.parse(row.connection)));
  }
}

/**
 * Looks for the notices of one service, keeps what came of it, and publishes the measure a gate asks for. Where none is
 * named nothing is published: then a person's word about notices on paper stands.
 */
export async function lookFor(house: Pick<House, 'db' | 'clock'>, deployment: string, { notices = {} }: Connection): Promise<void> {
  const found = await Promise.all(whoms.flatMap((whom) => (notices[whom] === undefined ? [] : [look(notices[whom]).then((one) => ({ deployment_id: deployment, whom, url: notices[whom]!, at: house.clock.now(), ...one }))])));
  const at = house.clock.now();
  await house.db.transaction().execute(async (tx) => {
    const before = await records.noticeRows(tx, deployment);
    if (found.length === 0 && before.length === 0) return;
    await records.keepNotices(tx, deployment, found);
    const lacking = whoms.flatMap((whom) => {
      const one = found.find((notice) => notice.whom === whom);
      return !one ? [`no notice to ${whom} is named`] : one.reached ? [] : [`the notice to ${whom} ${one.says}`];
    });
    await publish(tx, [{
      measure: 'gateway.notice-configured', deployment, asOf: at, scope: { facility: null, department: null }, class: 'E2', source: `gateway/notices/${at}`, interval: null, n: null,
      value: found.length === 0 ? null : lacking.length === 0 ? 1 : 0,
      explain: lacking.length === 0 ? 'The notices to patients and to staff can be read.' : `${lacking.join('; ').replace(/^./, (first) => first.toUpperCase())}.`,
    }], at);
  });
}

/** A notice is there when its address answers as a page does, wherever that leads. What stands on it is for people to read. */
async function look(url: string): Promise<{ reached: boolean; says: string }> {
  try {
    const response = await fetch(url, { redirect: 'follow', signal: AbortSignal.timeout(patience), headers: { accept: 'text/html, */*;q=0.5' } });
    await response.body?.cancel();
    return { reached: response.ok, says: `answers ${response.status}` };
  } catch (error) {
    return { reached: false, says: (error as Error).name === 'TimeoutError' ? 'does not answer in time' : 'cannot be reached' };
  }
}
