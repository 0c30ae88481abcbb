// May a policy act, by the gates of its deployment?
import type { Gatekeeper, GateStanding, Standing } from '../../spine/gates/gates.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { House } from '../../tools/server/capability.ts';
import { needsApproval, type Policy, type PolicyMode } from './policy.ts';

/** Which gate grants what a mode does: a silent run comes after the design (G1), exposure in a pilot after the infrastructure (G2), going live after governance and training (G4). */
export const gateOfMode: Partial<Record<PolicyMode, string>> = { shadow: 'G1', staged: 'G2', live: 'G4' };

/** A gate in the way of a policy. */
export type Objection = Pick<GateStanding, 'gate' | 'title' | 'because' | 'criteria'>;

/** An exception lasts so many days at most. */
export const longestException = 30;

/** For a gateway without gates: a test of its own, a bench. */
export const noGates: Gatekeeper = () => Promise.resolve({ gates: [], fired: [], resumedAt: null });

export const shows = (mode: PolicyMode): boolean => mode === 'staged' || mode === 'live';

/** Whether a policy lets more happen than the one that acts: it shows more, or begins to ask in silence. What does less never waits for a gate. */
export const goesFurther = (before: Policy, after: Policy): boolean => needsApproval(before, after).length > 0 || (after.mode === 'shadow' && (before.mode === 'off' || before.mode === 'suspended'));

/** The gates that a mode rests on and that are not passed, or not any more: its own, and every one before it on the track. */
function missing(mode: PolicyMode, { gates }: Standing): Objection[] {
  const last = gates.findIndex(({ gate }) => gate === gateOfMode[mode]);
  return gates.slice(0, last + 1).filter(({ passed }) => !passed);
}

/** The gates in the way. `since`: when the acting policy began; where that one is suspended, the committee has to have resumed it after. */
export function objections(before: Policy, since: string, after: Policy, standing: Standing): Objection[] {
  if (!goesFurther(before, after)) return [];
  const found = missing(after.mode, standing);
  if (!shows(after.mode) || standing.gates.length === 0) return found;
  if (standing.fired.length > 0) found.push({ gate: 'GX', title: 'Suspend, resume, retire', because: 'A trigger that suspends has fired.', criteria: standing.fired });
  else if (before.mode === 'suspended' && (standing.resumedAt === null || standing.resumedAt <= since)) found.push({ gate: 'GX', title: 'Suspend, resume, retire', because: 'The committee has not decided to resume since it was suspended.', criteria: [] });
  return found;
}

/** @throws Problem, always: naming every gate and criterion in the way. */
export function refuseFor(mode: PolicyMode, found: readonly Objection[]): never {
  const names = found.map(({ gate, title }) => `${gate} (${title})`).join(' and ');
  throw new Problem(
    'unprocessable',
    `A policy in the mode ${mode} needs ${names}: ${found[0]!.because}`,
    `Decide the gate, or waive what is in its way there. Where it cannot wait, propose the policy with an \`exception\` (a reason, and a day within ${longestException} days): governance or a safety officer approves it as a second person, and it ends by itself.`,
    found.flatMap(({ gate, because, criteria }) => (criteria.length === 0 ? [{ path: gate, says: because }] : criteria.map(({ criterion, title, because: why }) => ({ path: `${gate} ${criterion}`, says: `${title}: ${why}` })))),
  );
}

export const stands = (mode: PolicyMode, standing: Standing): boolean => missing(mode, standing).length === 0;

export const told = ({ gate, title, because, criteria }: Objection): Objection => ({ gate, title, because, criteria });

/** Gates that what acts rests on and that are not passed, or not any more: nothing is stopped by it, but nothing may go further. */
export async function missingFor(house: House, keeper: Gatekeeper, deployment: string, { mode }: Policy): Promise<Objection[]> {
  if (gateOfMode[mode] === undefined) return [];
  const standing = await keeper(house, deployment);
  const { fired } = standing;
  return [...missing(mode, standing).map(told), ...(fired.length > 0 ? [{ gate: 'GX', title: 'Suspend, resume, retire', because: 'A trigger that suspends has fired.', criteria: fired }] : [])];
}
