// Who is using the screen, and what may they do?
import { createContext, use } from 'react';
import type { Endpoint, Role } from '../base/endpoint.ts';

export interface Me {
  id: string;
  name: string;
  roles: readonly Role[];
}

export const MeContext = createContext<Me | null>(null);

/** The signed-in person; null on public screens. */
export const useMe = (): Me | null => use(MeContext);

/** May somebody with these roles do this? */
export const admits = (who: readonly Role[] | 'public', me: Me | null): boolean =>
  who === 'public' || (me?.roles.some((role) => who.includes(role)) ?? false);

/** May the signed-in person call this endpoint? Only for showing or hiding a control: the server decides. */
export function useMay(endpoint: Pick<Endpoint, 'who'>): boolean {
  return admits(endpoint.who, useMe());
}
