// Which digest stands for what a committee was shown?
import { digest } from '../../tools/base/canonical.ts';
import type { Criterion, Decision, GateState } from './model.ts';

/**
 * The digest of a gate as shown: criteria, lines, numbers, verdicts, waivers, amendments and the last decision. Ages
 * and sentences stay out, so that it does not change by itself from one minute to the next.
 */
export const seenDigest = (state: Omit<GateState, 'digest'>): Promise<string> =>
  digest({
    deployment: state.deployment,
    gate: state.gate,
    path: state.path,
    state: state.state,
    decision: state.decision?.id ?? null,
    reopenings: state.reopenings.map((one) => one.source),
    amendments: state.amendments.map((one) => one.id),
    criteria: state.criteria.map(({ criterion, verdict, waivers }) => ({
      id: criterion.id,
      state: verdict.state,
      waivers: waivers.map((one) => [one.id, one.state]),
      readings: verdict.readings.map(({ measure, needs, scope, value, interval, n, class: evidence, source, state: one }) => ({ measure, needs, scope, value, interval, n, evidence, source, state: one })),
    })),
  });

export const withDigest = async (state: Omit<GateState, 'digest'>): Promise<GateState> => ({ ...state, digest: await seenDigest(state) });

/** The digest of a decision with its snapshot: what stands in the ledger. */
export const decisionDigest = ({ digest: _own, ...decision }: Omit<Decision, 'digest'> & { digest?: string }, snapshot: unknown): Promise<string> => digest({ decision, snapshot });

/** The digest of a gate's criteria, thresholds included: what is locked. */
export const criteriaDigest = (criteria: readonly Criterion[]): Promise<string> => digest(criteria);
