// How does the gateway hand over what it learns about decisions that it recorded itself?
import { append, rootOfLeaves } from '../../spine/ledger/ledger.ts';
import type { Actor } from '../../spine/ledger/model.ts';
import { canonicalBytes } from '../../tools/base/canonical.ts';
import { newId } from '../../tools/base/id.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { kinds } from './entry-kinds.ts';
import type { Event } from './event.ts';
import type { FeedbackIn } from './intake.ts';
import type { Receipt } from './model.ts';
import { nameOf } from './names.ts';
import * as records from './records.ts';
import { record, writeAbout } from './tell.ts';

/**
 * Writes many small events, such as deliveries, under one entry of the ledger that commits to each. `key`: from now on
 * the decision is known under this key, so that outcomes can be told about it.
 */
export async function recordTogether(house: House, actor: Actor, deployment: string, events: readonly { event: Event; key: string | null }[]): Promise<void> {
  const bodies = events.map(({ event }) => Buffer.from(canonicalBytes(event)));
  const names: { name: Buffer; decision: string }[] = [];
  for (const { event, key } of events) if (key !== null) names.push({ name: await nameOf(house, deployment, 'decision', key), decision: event.decision });
  const root = Buffer.from(rootOfLeaves(bodies));
  await house.db.transaction().execute(async (tx) => {
    await records.noteNames(tx, deployment, names);
    const batch = newId('bat', house.clock.now());
    await records.keepBatchRecords(tx, batch, events.map(({ event }, nth) => ({ decision: event.decision, body: bodies[nth]!, sealed: null })));
    const { position } = await append(tx, { at: house.clock.now(), kind: kinds.batch.kind, actor, deployment, subject: `batch/${batch}`, body: { batch, records: events.length, root: root.toString('hex'), via: 'gateway' } });
    await records.keepBatch(tx, { id: batch, deployment_id: deployment, position, records: events.length, root });
  });
}

/** Feedback about a decision whose id is known. The caller has checked that it is of this deployment. */
export async function feedbackOf(house: House, caller: Caller, deployment: string, decision: string, told: FeedbackIn): Promise<Receipt> {
  return record(house, caller, { id: deployment }, 'reported', await writeAbout(house, deployment, decision, { what: 'feedback', told }));
}
