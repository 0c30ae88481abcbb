// Who is signed in in this browser?
import { queryOptions } from '@tanstack/react-query';
import { whoAmI, type MeAnswer } from '../tools/server/model.ts';
import { call, problemOf } from '../tools/ui/api.ts';

export const meKey = ['session'] as const;

/** The signed-in person, or null. Anything but "nobody" is a failure that the page shows. */
export const meQuery = queryOptions<MeAnswer | null>({
  queryKey: meKey,
  queryFn: async () => {
    try {
      return await call(whoAmI);
    } catch (error) {
      if (problemOf(error).kind === 'not-signed-in') return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** Where to go after signing in: only a path of this product, never another site. */
export function safeReturn(to: unknown): string {
  return typeof to === 'string' && /^\/(?![/\\])/.test(to) && !to.startsWith('/sign-in') ? to : '/';
}
