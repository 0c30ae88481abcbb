// Who belongs to which arm, the same one always to the same?
import { createHmac } from 'node:crypto';
import type { Policy } from './policy.ts';

/** A number in [0, 1) that follows from a secret, what is drawn, and for whom. */
export function drawn(secret: Uint8Array, what: string, whom: string): number {
  return createHmac('sha256', secret).update(`${what}\n${whom}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** The rest that no arm takes. */
export const holdOut = 'hold-out';

/**
 * The arm of one who is drawn. Arms lie one after the other on [0, 1), so an arm that grows keeps those it has as long
 * as it is the last one that does; the draw follows from the deployment and not from the policy's version.
 */
export function armOf(policy: Pick<Policy, 'mode' | 'arms'>, secret: Uint8Array, deployment: string, whom: string): { arm: string | null; shows: boolean } {
  if (policy.arms.length === 0) return { arm: null, shows: policy.mode === 'live' };
  const at = drawn(secret, `arm ${deployment}`, whom);
  let end = 0;
  for (const one of policy.arms) {
    end += one.share;
    if (at < end) return { arm: one.id, shows: one.shows };
  }
  return { arm: holdOut, shows: false };
}
