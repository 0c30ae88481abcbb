// What was the AI given and what did it say in full, whichever way it was told?
import { createHash } from 'node:crypto';
import { entries, openBeside, openPayload } from '../../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../../spine/deployments/deployments.ts';
import type { Answered } from '../../../tools/base/endpoint.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import { event as eventSchema } from '../event.ts';
import { catchUp } from '../project.ts';
import { factRow, recordsAbout } from '../records.ts';
import type { openDecisionPayloads } from './model.ts';
import { batchPayload } from './records.ts';

type Items = Answered<typeof openDecisionPayloads>['items'];
type Place = Pick<Items[number], 'what' | 'at' | 'position' | 'nth'>;

/**
 * Everything sealed with a decision, each look remembered before it is handed out.
 * @throws Problem `not-found` where nothing was sealed; `conflict` where what lies there is not what was sealed.
 */
export async function openAll(house: House, caller: Caller, decision: string, why: string): Promise<Items> {
  await catchUp(house.db);
  const row = await factRow(house.db, decision);
  const found = row && (await requireDeployment(house.db, caller, row.deployment_id).catch(() => null));
  if (!found) throw new Problem('not-found', `There is no decision ${decision}.`, 'The decisions of a deployment are listed at /api/v1/decisions.');
  const items: Items = [];
  const own = (await entries(house.db, { subject: `decision/${decision}`, limit: 500 })).items.filter(({ kind, payload }) => kind.startsWith('decision.') && payload !== null);
  for (const { body, at, position } of own.reverse()) {
    const event = eventSchema.parse(body);
    items.push(await opened({ what: event.what === 'feedback' ? 'feedback' : 'recorded', at, position, nth: null }, () => openPayload(house, caller, position, why)));
  }
  for (const { batch, nth, position, at, body } of await recordsAbout(house.db, [decision])) {
    const event = eventSchema.parse(JSON.parse(body.toString('utf8')));
    if (!('payload' in event) || !event.payload) continue;
    const kept = await batchPayload(house.db, batch, nth);
    if (!kept || createHash('sha256').update(kept.sealed).digest('hex') !== event.payload.digest)
      throw new Problem('conflict', `What was sealed with record ${nth} of the batch in entry ${position} is not there as it was sealed.`, 'Run `attending ledger verify`, and tell the safety officer.');
    items.push(await opened({ what: event.what === 'feedback' ? 'feedback' : 'recorded', at, position, nth }, () => openBeside(house, caller, { position, nth, ...kept }, why)));
  }
  if (items.length === 0) throw new Problem('not-found', 'Nothing was sealed with this decision.', 'Its producer told of it without input and output.');
  return items;
}

async function opened(place: Place, open: () => Promise<{ plain: Buffer }>): Promise<Items[number]> {
  try {
    const { plain } = await open();
    return { ...place, text: textOf(plain), base64: plain.toString('base64'), gone: null };
  } catch (error) {
    // Shredded: the entry and its proof stay, and the others can be read.
    if (error instanceof Problem && error.kind === 'not-found') return { ...place, text: null, base64: null, gone: error.message };
    throw error;
  }
}

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
