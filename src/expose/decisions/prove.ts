// Which hashes show that a record of a batch is among those its entry of the ledger commits to?
import { inclusionAmong } from '../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import type { Answered } from '../../tools/base/endpoint.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import type { proveDecision } from './model.ts';
import { catchUp } from './project.ts';
import * as records from './records.ts';

/** Costs one hash per record of the batches: 20,000 at most for each. Nothing for what was told one at a time: its entry says it itself. */
export async function recordsOf(house: House, caller: Caller, decision: string): Promise<Answered<typeof proveDecision>> {
  await catchUp(house.db);
  const row = await records.factRow(house.db, decision);
  const found = row && (await requireDeployment(house.db, caller, row.deployment_id).catch(() => null));
  if (!found) throw new Problem('not-found', `There is no decision ${decision}.`, 'The decisions of a deployment are listed at /api/v1/decisions.');
  const bodies = new Map<string, Buffer[]>();
  const items: Answered<typeof proveDecision>['items'] = [];
  for (const { batch, nth, position } of await records.recordsAbout(house.db, [decision])) {
    const all = bodies.get(batch) ?? (await records.recordsOfBatch(house.db, batch));
    bodies.set(batch, all);
    items.push({ position, nth, records: all.length, body: all[nth]!.toString('utf8'), proof: inclusionAmong(all, nth).map((hash) => Buffer.from(hash).toString('base64')) });
  }
  return { items };
}
