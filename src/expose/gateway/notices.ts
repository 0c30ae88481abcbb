// Are patients and staff told of this AI: is there a notice for each, and can it be read?
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

/** Looks for the notices of one service and keeps what came of it; those that are not named any more are forgotten. */
export async function lookFor(house: Pick<House, 'db' | 'clock'>, deployment: string, { notices = {} }: Connection): Promise<void> {
  const found = await Promise.all(whoms.flatMap((whom) => (notices[whom] === undefined ? [] : [look(notices[whom]).then((one) => ({ deployment_id: deployment, whom, url: notices[whom]!, at: house.clock.now(), ...one }))])));
  await records.keepNotices(house.db, deployment, found);
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
