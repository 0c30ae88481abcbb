// Which deployments may this caller see?
import type { Caller } from '../../tools/server/capability.ts';

/** All of them, or those whose product is of one vendor; a vendor account without a vendor sees none. */
export type Visible = { all: true } | { all: false; vendor: string | null };

/** The role vendor narrows whatever else the account may be: who has it sees its own deployments only. */
export const visibleTo = (caller: Pick<Caller, 'roles' | 'vendor'>): Visible => (caller.roles.includes('vendor') ? { all: false, vendor: caller.vendor } : { all: true });
