// How does a suspend drill stand, step by step, against the clock and against what was promised?
import { between } from '../../../tools/base/clock.ts';
import { workingDays } from '../../decisions/decisions.ts';
import type { Disposition } from '../../decisions/model.ts';
import type { PolicyMode } from '../policy.ts';
import type { Act, DrillStep, Ground, SuspendDrill } from './model.ts';

/** Who did something, by role; the id is for the ledger and for telling whether two were one. */
export interface Hand { at: string; by: string; as: string; note: string }

/** What the ledger keeps of a drill; all else follows from the versions of the policy and from what instances told. */
export interface Kept {
  drill: string;
  scenario: string;
  announced: boolean;
  ground: Ground;
  arm: string | null;
  mode: PolicyMode;
  /** The version that acted before. */
  before: number;
  called: Hand;
  acts: Partial<Record<Act, Hand>>;
  ordered: (Hand & { version: number; expected: string[] }) | null;
  resume: (Hand & { version: number }) | null;
  review: Hand | null;
}

/** In minutes; the review in working days, Monday to Friday. */
export interface Limits { acknowledge: number; stop: number; review: number }
/** As gate criterion 2.4 asks, where the charter promises nothing else. */
export const usualLimits: Limits = { acknowledge: 15, stop: 30, review: 5 };
/** The kill switch: every instance within a second. */
const stopMs = 1_000;

export interface Seen {
  acted: readonly { instance: string; at: string; after_ms: number | null }[];
  became: Partial<Record<Disposition, number>>;
  shownAfter: number | null;
  resumed: { version: number; needs: string[]; state: 'proposed' | 'refused' | 'acting' | 'replaced'; decidedAt: string | null } | null;
}

/** When the last living instance acted; null while one has not, or none was alive. */
export function lastAct({ ordered }: Kept, acted: Seen['acted']): { at: string; ms: number } | null {
  if (!ordered || ordered.expected.length === 0) return null;
  const these = ordered.expected.map((id) => acted.find(({ instance }) => instance === id));
  if (these.some((one) => one === undefined)) return null;
  const at = these.map((one) => one!.at).reduce((a, b) => (a > b ? a : b));
  return { at, ms: Math.max(...these.map((one) => one!.after_ms ?? between(ordered.at, one!.at))) };
}

const minutesFrom = (from: string, to: string) => between(from, to) / 60_000;

/** Minutes from the call until it was stopped everywhere, the fallback ran and people were told; null while one lacks. */
export function stopMinutes(kept: Kept, acted: Seen['acted']): number | null {
  const last = lastAct(kept, acted);
  const { fallback, told } = kept.acts;
  return last && fallback && told ? Math.max(...[last.at, fallback.at, told.at].map((at) => minutesFrom(kept.called.at, at))) : null;
}

export function scored(kept: Kept, seen: Seen, limits: Limits): SuspendDrill {
  const { drill, scenario, announced, ground, arm, mode, called, acts, ordered, review } = kept;
  const last = lastAct(kept, seen.acted);
  const timed = (step: DrillStep['step'], says: string, hand: Hand | null | undefined, limit: number | null): DrillStep => {
    const after = hand ? minutesFrom(called.at, hand.at) : null;
    return { step, says, at: hand?.at ?? null, after, limit, unit: 'minutes', state: after === null ? 'open' : limit !== null && after > limit ? 'late' : 'done', note: hand?.note || null, by: hand?.as ?? null };
  };
  const plain = (step: DrillStep['step'], says: string, more: Partial<DrillStep>): DrillStep => ({ step, says, at: null, after: null, limit: null, unit: 'minutes', state: 'open', note: null, by: null, ...more });
  const shown = seen.shownAfter;
  const answers = Object.values(seen.became).reduce((sum, n) => sum + n, 0);
  const back = seen.resumed;
  const isBack = back !== null && back.decidedAt !== null && back.state !== 'refused';
  const days = review ? workingDays(called.at, review.at) : null;
  const steps: DrillStep[] = [
    timed('called', announced ? 'Called, announced before.' : 'Called, unannounced.', called, null),
    timed('acknowledged', 'Somebody on call acknowledged it.', acts.acknowledged, limits.acknowledge),
    timed('ordered', arm ? `The arm ${arm} was ordered to stop.` : 'The kill switch was pressed.', ordered, limits.stop),
    plain('stopped', 'Every living instance acted on the order.', {
      at: last?.at ?? null, after: last?.ms ?? null, limit: stopMs, unit: 'milliseconds',
      state: !ordered ? 'open' : !last ? 'failed' : last.ms > stopMs ? 'late' : 'done',
      note: !ordered ? null : ordered.expected.length === 0 ? 'No instance of the gateway was alive, so nothing was proven.' : `${ordered.expected.length === 1 ? 'One instance was' : `${ordered.expected.length} instances were`} alive.`,
    }),
    plain('nothing-shown', 'Nothing was shown after the last instance had acted.', {
      at: last?.at ?? null, state: shown === null ? 'open' : shown > 0 ? 'failed' : 'done',
      note: shown === null ? null : shown > 0 ? `${shown} of ${answers} answers were shown all the same.` : answers === 0 ? 'No call came in that time, so it was not put to the test.' : `${answers === 1 ? 'One answer' : `${answers} answers`} came in that time; none was shown.`,
    }),
    timed('fallback', 'The fallback workflow ran.', acts.fallback, limits.stop),
    timed('told', 'Those who work with it were told.', acts.told, limits.stop),
    plain('resumed', `It went back to the mode ${mode}.`, { at: isBack ? back.decidedAt : null, after: isBack ? minutesFrom(called.at, back.decidedAt!) : null, state: isBack ? 'done' : 'open', note: !back ? null : back.state === 'proposed' ? `Version ${back.version} waits for a second person.` : back.state === 'refused' ? `Version ${back.version} was refused.` : back.needs.length > 0 ? `Version ${back.version}, approved by a second person.` : `Version ${back.version}; it shows nothing, so nobody else was needed.` }),
    plain('reviewed', 'The review was written.', { at: review?.at ?? null, after: days, limit: limits.review, unit: 'days', state: days === null ? 'open' : days > limits.review ? 'late' : 'done', note: review?.note ?? null, by: review?.as ?? null }),
  ];
  return {
    drill, scenario, announced, ground, arm, mode, calledAt: called.at, sameHand: acts.acknowledged?.by === called.by, version: ordered?.version ?? null,
    instances: (ordered?.expected ?? []).map((id) => {
      const found = seen.acted.find(({ instance }) => instance === id);
      return { id, actedAt: found?.at ?? null, afterMs: found?.after_ms === null || !found ? null : Math.round(found.after_ms) };
    }),
    lastMs: last ? Math.round(last.ms) : null, became: seen.became, shownAfter: shown,
    resume: back ? { version: back.version, needs: back.needs, state: back.state } : null,
    steps, done: steps.filter(({ state }) => state === 'done').length, reviewed: review !== null,
  };
}
