// How does the gateway hand over what it learns about decisions that it recorded itself?
import { appendInTurn, leafList } from '../../spine/ledger/ledger.ts';
import type { Actor } from '../../spine/ledger/model.ts';
import { newId } from '../../tools/base/id.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import type { Tx } from '../../tools/server/database.ts';
import { kinds } from './entry-kinds.ts';
import { eventText, type Event } from './event.ts';
import type { FeedbackIn } from './intake.ts';
import type { Receipt } from './model.ts';
import * as records from './records.ts';
import { record, writeAbout } from './tell.ts';

/** An event of a decision that the gateway recorded. */
export interface Handed {
  event: Event;
  /** From now on the decision is known under this name (`nameOf`, in hexadecimal), so that outcomes can be told about it; null: no new name. */
  name: string | null;
}

/** Writes many small events, such as deliveries, under one entry of the ledger that commits to each. */
export async function recordTogether(house: House, actor: Actor, deployment: string, events: readonly Handed[]): Promise<void> {
  const list = leafList(events.length);
  for (const { event } of events) list.add(eventText(event));
  const root = list.root();
  const batch = newId('bat', house.clock.now());
  // The decisions stand in the ledger already: their names may be known a moment before it is told that they were delivered.
  await records.noteNames(house.db, events.flatMap(({ name, event }) => (name === null ? [] : [{ name, decision: event.decision }])));
  const pages = await records.packed(list);
  await appendInTurn(
    house.db,
    { at: house.clock.now(), kind: kinds.batch.kind, actor, deployment, subject: `batch/${batch}`, body: { batch, records: events.length, root: root.toString('hex'), via: 'gateway' } },
    records.batchInTurn({ id: batch, deployment_id: deployment, records: events.length, root }, pages),
  );
}

/** Feedback about a decision whose id is known. The caller has checked that it is of this deployment. `also` is written with it, in one transaction. */
export async function feedbackOf(house: House, caller: Caller, deployment: string, decision: string, told: FeedbackIn, also?: (tx: Tx) => Promise<void>): Promise<Receipt> {
  return record(house, caller, { id: deployment }, 'reported', await writeAbout(house, deployment, decision, { what: 'feedback', told }), also);
}
