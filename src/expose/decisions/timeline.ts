// What happened to one decision, step by step, and which entry of the ledger tells each?
import { entries } from '../../spine/ledger/ledger.ts';
import { revealSubject } from '../../spine/ledger/model.ts';
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import type { Answered } from '../../tools/base/endpoint.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { event as eventSchema, type Event } from './event.ts';
import { dispositions } from './intake.ts';
import type { openDecision } from './model.ts';
import { catchUp } from './project.ts';
import { shown, windowOf } from './reading.ts';
import * as records from './records.ts';

type Steps = Answered<typeof openDecision>['steps'];

export async function openOne(house: House, caller: Caller, decision: string): Promise<Answered<typeof openDecision>> {
  await catchUp(house.db);
  const row = await records.factRow(house.db, decision);
  const found = row && (await requireDeployment(house.db, caller, row.deployment_id).catch(() => null));
  if (!row || !found) throw new Problem('not-found', `There is no decision ${decision}.`, 'The decisions of a deployment are listed at /api/v1/decisions.');
  const now = house.clock.now();
  const told = await toldAbout(house, decision);
  const outcomes = (await records.outcomesOf(house.db, decision)).map(({ name, at, positive, acted, value }) => ({ name, at, positive, acted, value }));
  return {
    decision: shown(records.factFrom(row), await windowOf(house.db, row.deployment_id, now), now),
    encounter: row.encounter,
    // A reference that is the same on every decision would tell of one clinician's ways: it is for those who answer for patients.
    user: caller.roles.some((role) => (revealSubject.who as readonly string[]).includes(role)) ? row.user_ref : null,
    deployment: found.slug,
    steps: told.flatMap(stepsOf).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    outcomes,
    hasPayload: told.some((one) => one.hasPayload),
  };
}

interface Told {
  event: Event;
  recordedAt: string;
  position: number;
  leafHash: string | null;
  hasPayload: boolean;
}

/** Everything told about a decision: entries of its own, and records in batches, whose entry commits to them. */
async function toldAbout(house: House, decision: string): Promise<Told[]> {
  const own = (await entries(house.db, { subject: `decision/${decision}`, limit: 500 })).items;
  const inBatches = await records.recordsAbout(house.db, [decision]);
  return [
    ...own.filter(({ kind }) => kind.startsWith('decision.')).map((one) => ({ event: eventSchema.parse(one.body), recordedAt: one.at, position: one.position, leafHash: one.leafHash, hasPayload: one.payload !== null })),
    ...inBatches.map(({ position, at, body }) => {
      const event = eventSchema.parse(JSON.parse(body.toString('utf8')));
      return { event, recordedAt: at, position, leafHash: null, hasPayload: 'payload' in event && event.payload !== undefined };
    }),
  ];
}

const touches = { displayed: 'was displayed', opened: 'was opened', closed: 'was closed', edited: 'was edited', signed: 'was signed', discarded: 'was discarded' };

function stepsOf({ event, recordedAt, position, leafHash }: Told): Steps {
  const step = (at: string, what: string, says: string) => ({ at, what, says, position, leafHash });
  switch (event.what) {
    case 'recorded':
      return [
        ...(event.askedAt ? [step(event.askedAt, 'asked', 'The AI was asked.')] : []),
        step(event.at, 'answered', `The AI (${event.version}) answered${event.class ? `: ${event.class}` : ''}${event.score === null ? '' : `, score ${event.score}`}.`),
        step(recordedAt, 'recorded', event.assurance === 'enforced' ? 'Written into the ledger before anybody saw it.' : event.assurance === 'attested' ? 'Written into the ledger before the product released it.' : 'Written into the ledger after the fact.'),
        // What the gateway and the SDK let go was on record by then, whatever the clock of the answer says.
        event.shownAt ? step(event.assurance !== 'reported' && event.shownAt < recordedAt ? recordedAt : event.shownAt, 'shown', event.assurance === 'reported' ? 'Put before a person.' : 'Released, to be put before a person.') : step(event.at, event.disposition, dispositions[event.disposition]),
        ...(event.momentAt ? [step(event.momentAt, 'moment', 'The moment the decision was due.')] : []),
      ];
    case 'delivered':
      return [step(event.at, event.delivered ? 'delivered' : 'not-delivered', event.delivered ? 'The answer left the house.' : 'The answer could not be delivered.')];
    case 'feedback':
      return [step(event.at, event.act, event.act === 'accepted' ? 'The clinician went along with it.' : `The clinician went another way${event.reason ? `; the reason: ${event.reason}` : ', without a reason'}.`)];
    case 'outcome':
      return [step(event.at, 'outcome', `${event.name}: ${event.positive === null ? 'not to be known' : event.positive ? 'yes' : 'no'}${event.acted ? ', the action it asked for' : ''}.`)];
    case 'used':
      return [step(event.at, event.touch, `It ${touches[event.touch]}.`)];
  }
}
