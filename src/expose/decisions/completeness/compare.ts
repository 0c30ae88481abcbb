// How much of what the source counted is in the log, and for how long was too little?
import { append, actorOf } from '../../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../../spine/deployments/deployments.ts';
import type { Answered } from '../../../tools/base/endpoint.ts';
import { days, shift } from '../../../tools/base/clock.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import { clopperPearson } from '../../../tools/statistics/intervals.ts';
import { kinds } from '../entry-kinds.ts';
import { catchUp } from '../project.ts';
import { isShort } from './gaps.ts';
import type { completeness } from './model.ts';
import * as records from './records.ts';

export async function tellCounts(house: House, caller: Caller, { deployment, source, counts }: { deployment: string; source: string; counts: readonly { hour: string; inferences: number; eligible?: number | undefined }[] }): Promise<{ hours: number }> {
  const found = await requireDeployment(house.db, caller, deployment);
  const now = house.clock.now();
  for (const [nth, { hour }] of counts.entries()) {
    if (hour > now) throw new Problem('bad-input', 'This hour has not begun.', 'Count hours that are over.', [{ path: `counts[${nth}].hour`, says: hour }]);
    if (counts.some((one, other) => other < nth && one.hour === hour)) throw new Problem('bad-input', 'An hour is counted twice.', 'Tell each hour once.', [{ path: `counts[${nth}].hour`, says: hour }]);
  }
  const rows = counts.map(({ hour, inferences, eligible = null }) => ({ hour, inferences, eligible }));
  await house.db.transaction().execute(async (tx) => {
    await records.keepCounts(tx, found.id, rows);
    await append(tx, { at: now, kind: kinds.counted.kind, actor: actorOf(caller), deployment: found.id, subject: `deployment/${found.id}`, body: { source, counts: rows } });
  });
  return { hours: rows.length };
}

/** Of what was counted, what is there; hour by hour, so that a double record does not hide a missing one. */
export function foundIn(hours: readonly records.Hour[]): { counted: number; found: number; longestRun: number | null } {
  let [counted, found, run, longest] = [0, 0, 0, 0];
  for (const one of hours) {
    const there = Math.min(one.counted, one.recorded);
    counted += one.counted;
    found += there;
    // An hour without an inference says nothing; it neither ends a gap nor makes one.
    if (one.counted === 0) continue;
    run = isShort(one) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return { counted, found, longestRun: hours.length === 0 ? null : longest };
}

export async function compare(house: House, caller: Caller, deployment: string): Promise<Answered<typeof completeness>> {
  const found = await requireDeployment(house.db, caller, deployment);
  await catchUp(house.db);
  const now = house.clock.now();
  const hours = await records.hoursOf(house.db, found.id, shift(now, -days(7)), now);
  const sum = foundIn(hours);
  const interval = clopperPearson(sum.found, sum.counted);
  return { hours, ...sum, share: sum.counted === 0 ? null : sum.found / sum.counted, low: interval?.low ?? null, high: interval?.high ?? null };
}
