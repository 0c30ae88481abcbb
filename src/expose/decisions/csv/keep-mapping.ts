// Which columns did this hospital map the last time a file of this sort came?
import { actorOf, append, newest } from '../../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../../spine/deployments/deployments.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import { kinds } from '../entry-kinds.ts';
import type { LineIn } from '../intake.ts';
import { parseMapping } from './mapping.ts';

export interface KeptMapping { map: string; zone: string | null }

const about = (deployment: string, what: LineIn['what']) => `csv-mapping/${deployment}/${what}`;

/** Keeps it for the next file; how a file was read is part of what the ledger can tell. @throws Problem where it cannot be read. */
export async function keepMapping(house: House, caller: Caller, { deployment, what, map, zone }: { deployment: string; what: LineIn['what'] } & KeptMapping): Promise<KeptMapping> {
  const found = await requireDeployment(house.db, caller, deployment);
  try {
    parseMapping(what, map);
  } catch (error) {
    throw new Problem('bad-input', 'The mapping cannot be read.', 'field=column, or field:=text for every row, with commas between.', [{ path: 'map', says: (error as Error).message }]);
  }
  const before = await keptMapping(house, caller, deployment, what);
  if (before?.map === map && before.zone === zone) return before;
  await house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind: kinds.mapped.kind, actor: actorOf(caller), deployment: found.id, subject: about(found.id, what), body: { what, map, zone } }));
  return { map, zone };
}

export async function keptMapping(house: Pick<House, 'db'>, caller: Caller, deployment: string, what: LineIn['what']): Promise<KeptMapping | null> {
  const found = await requireDeployment(house.db, caller, deployment);
  const last = await newest(house.db, { kind: kinds.mapped.kind, subject: about(found.id, what) });
  const { map, zone } = (last?.body ?? { map: '', zone: null }) as unknown as KeptMapping;
  return last ? { map, zone } : null;
}
