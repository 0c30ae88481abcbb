// Which words and endpoints does a suspend drill have: called, acknowledged, stopped, told, resumed, reviewed?
import { z } from 'zod';
import { endpoint, instant, staff, type Role } from '../../../tools/base/endpoint.ts';
import { idOf, slug } from '../../../tools/base/id.ts';
import { disposition } from '../../decisions/model.ts';
import { policyMode } from '../policy.ts';

/** Who may call a drill and write its review. */
const leads: Role[] = ['safety-officer', 'governance', 'clinical-owner'];
/** Whoever could be called at night: the same people who may press the kill switch. */
const onCall: Role[] = ['governance', 'clinical-owner', 'safety-officer', 'administrator', 'manager'];

/** What is tried by the drill; the record says which, as they prove different things. */
export const grounds = {
  live: 'The AI itself was stopped while people saw it.',
  arm: 'One arm of the rollout was stopped while the others went on.',
  shadow: 'The AI itself was stopped while it answered in silence: nobody could miss a card.',
} as const;
export type Ground = keyof typeof grounds;
export const ground = z.enum(Object.keys(grounds) as [Ground, ...Ground[]]);

/** What people do in a drill, in this order; fallback and notice in either. */
export const acts = {
  acknowledged: 'Somebody on call acknowledged the call.',
  fallback: 'The fallback workflow runs.',
  told: 'Those who work with the AI were told.',
} as const;
export type Act = keyof typeof acts;

/** A step as it is scored. */
export const drillStep = z.strictObject({
  step: z.enum(['called', 'acknowledged', 'ordered', 'stopped', 'nothing-shown', 'fallback', 'told', 'resumed', 'reviewed']),
  says: z.string(),
  at: instant.nullable().describe('Null: not done.'),
  after: z.number().nullable().describe('From the call, in the unit of `unit`; null: not done, or nothing to time.'),
  limit: z.number().nullable().describe('The charter’s, else the playbook’s. Null: none.'),
  unit: z.enum(['minutes', 'milliseconds', 'days']),
  state: z.enum(['done', 'late', 'open', 'failed']).describe('`late`: done after its limit. `failed`: what should not happen did.'),
  note: z.string().nullable().describe('What was written down for it.'),
  by: z.string().nullable().describe('The role of whoever did it, never a name.'),
});
export type DrillStep = z.infer<typeof drillStep>;

export const suspendDrill = z.strictObject({
  drill: idOf('sdr'),
  scenario: z.string(),
  announced: z.boolean().describe('Whether those on call knew before.'),
  ground,
  arm: slug.nullable(),
  mode: policyMode.describe('What acted before, and is to act again.'),
  calledAt: instant,
  sameHand: z.boolean().describe('True: whoever called it acknowledged it too; the time then says little.'),
  version: z.int().nullable().describe('Of the policy that stopped it. Null: not ordered yet.'),
  instances: z.array(z.strictObject({ id: z.string(), actedAt: instant.nullable(), afterMs: z.number().nullable() })).describe('Those alive at the order, with when each acted: the entries `gateway.policy-acting`.'),
  lastMs: z.number().nullable().describe('From the order until the last instance acted, in milliseconds; null while one has not.'),
  became: z.partialRecord(disposition, z.int()).describe('Answers from the last instance’s act until the resumption, by what became of them.'),
  shownAfter: z.int().nullable().describe('Of those, how many were shown all the same: 0 is what the drill is for. Null before the stop.'),
  resume: z.strictObject({ version: z.int(), needs: z.array(z.string()), state: z.enum(['proposed', 'refused', 'acting', 'replaced']) }).nullable().describe('The proposal to go back, and whether a second person has approved it.'),
  steps: z.array(drillStep),
  done: z.int().describe('Steps done in time.'),
  reviewed: z.boolean(),
});
export type SuspendDrill = z.infer<typeof suspendDrill>;

const text = z.string().trim().min(3).max(2_000);
const params = z.strictObject({ drill: idOf('sdr') });

export const listSuspendDrills = endpoint({
  name: 'gateway.suspend-drills', method: 'GET', path: '/api/v1/gateway/services/:deployment/suspend-drills', says: 'Lists the suspend drills of a deployment, scored step by step, the newest first.', who: staff,
  params: z.strictObject({ deployment: z.string().describe('Slug or id of the deployment.') }), output: z.strictObject({ items: z.array(suspendDrill), arms: z.array(slug).describe('Arms that show, and could be stopped alone.') }),
});
export const callSuspendDrill = endpoint({
  name: 'gateway.call-suspend-drill', method: 'POST', path: '/api/v1/gateway/services/:deployment/suspend-drills', says: 'Calls a suspend drill: from now on the time runs, and nothing is stopped yet.', who: leads,
  params: z.strictObject({ deployment: z.string().describe('Slug or id of the deployment.') }),
  body: z.strictObject({ scenario: text.describe('What is supposed to have happened. No patient data.'), announced: z.boolean().default(false), arm: slug.nullable().default(null).describe('Stop this arm alone; null: the AI itself.') }),
  output: suspendDrill, status: 201,
});
export const actInSuspendDrill = endpoint({
  name: 'gateway.act-in-suspend-drill', method: 'POST', path: '/api/v1/gateway/suspend-drills/:drill/acts', says: 'Writes down that the call was acknowledged, that the fallback runs, or that people were told.', who: onCall, params,
  body: z.strictObject({ act: z.enum(Object.keys(acts) as [Act, ...Act[]]), note: text.describe('How, or whom; it goes into the ledger.') }), output: suspendDrill,
});
export const orderSuspendDrill = endpoint({
  name: 'gateway.order-suspend-drill', method: 'POST', path: '/api/v1/gateway/suspend-drills/:drill/stop', says: 'Stops it by the kill switch, or its arm by a policy, and answers with when each instance acted.', who: onCall, params, output: suspendDrill,
});
export const resumeSuspendDrill = endpoint({
  name: 'gateway.resume-suspend-drill', method: 'POST', path: '/api/v1/gateway/suspend-drills/:drill/resume', says: 'Proposes what acted before the drill; where it shows anything, a second person approves it as always.', who: leads, params, output: suspendDrill,
});
export const reviewSuspendDrill = endpoint({
  name: 'gateway.review-suspend-drill', method: 'POST', path: '/api/v1/gateway/suspend-drills/:drill/review', says: 'Writes the review of a suspend drill; its scores go into the ledger with it.', who: leads, params,
  body: z.strictObject({ review: text.min(20).describe('What was learnt, and what is to change.') }), output: suspendDrill,
});

export const suspendDrillEndpoints = [listSuspendDrills, callSuspendDrill, actInSuspendDrill, orderSuspendDrill, resumeSuspendDrill, reviewSuspendDrill];
