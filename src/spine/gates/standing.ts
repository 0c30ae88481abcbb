// Which gates does a deployment stand behind right now, and has anything fired that must stop it?
import { theHouse, type House } from '../../tools/server/capability.ts';
import { dossierOf, type Rules } from './dossier.ts';
import { gateStateOf, hasFired, isApproved } from './gate-state.ts';

/** One gate, as a room that acts by it needs to know it. */
export interface GateStanding {
  gate: string;
  title: string;
  grants: string;
  /** Approved, and nothing has reopened it since. */
  passed: boolean;
  /** Why not, in one sentence; empty when passed. */
  because: string;
  /** What stands in the way, or was reopened. */
  criteria: { criterion: string; title: string; because: string }[];
}

export interface Standing {
  gates: GateStanding[];
  /** Triggers of GX that read not met: requirements §2, "auto-trigger". */
  fired: { criterion: string; title: string; because: string }[];
  /** When the committee last decided to resume; null: never. */
  resumedAt: string | null;
}

/** Asks how a deployment stands. The composition root hands one to the rooms that act by the gates. */
export type Gatekeeper = (house: House, deployment: string) => Promise<Standing>;

export const gatekeeper = (rules: Rules): Gatekeeper => async (house, deployment) => {
  const dossier = await dossierOf(house, theHouse, rules, deployment);
  const gates: GateStanding[] = [];
  let fired: Standing['fired'] = [];
  for (const gate of rules.book.gates) {
    const state = gateStateOf(gate, rules.book, dossier);
    if (gate.anyTime) fired = state.criteria.filter(hasFired).map(({ criterion, verdict }) => ({ criterion: criterion.id, title: criterion.title, because: verdict.because }));
    else {
      const approved = isApproved(gate, dossier);
      const passed = approved && state.state === 'decided';
      const because = passed ? '' : approved ? (state.reopenings.at(-1)?.because ?? 'It is open again.') : state.state === 'not-started' ? 'The gate before it has not been approved.' : state.decision ? `The committee decided ${state.decision.outcome}.` : 'The committee has not approved it.';
      const reopened = new Set(state.reopenings.flatMap((one) => one.criteria));
      const criteria = approved ? state.criteria.filter(({ criterion }) => reopened.has(criterion.id)).map(({ criterion, verdict }) => ({ criterion: criterion.id, title: criterion.title, because: verdict.because })) : state.blocks.map(({ criterion, title, because: why }) => ({ criterion, title, because: why }));
      gates.push({ gate: gate.id, title: gate.title, grants: gate.grants, passed, because, criteria });
    }
  }
  const resumed = dossier.decisions.filter((one) => one.about === 'resume' && (one.outcome === 'approve' || one.outcome === 'approve-with-contingencies')).at(-1);
  return { gates, fired, resumedAt: resumed?.at ?? null };
};
