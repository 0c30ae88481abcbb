// How does a component ask for data, page through it and change it?
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import type { Answered, Asked, Endpoint } from '../base/endpoint.ts';
import type { Problem } from '../base/problem.ts';
import { call, problemOf } from './api.ts';

/** The cache key of a call: the endpoint's room first, so that a whole room can be made stale at once. */
export const keyOf = (endpoint: Pick<Endpoint, 'name'>, asking: unknown = {}) => [endpoint.name.split('.')[0], endpoint.name, asking] as const;

/** Asks and keeps the answer. `every` asks again after so many milliseconds, while it says so. */
export function useAsk<E extends Endpoint>(
  endpoint: E,
  asking: Asked<E> | {} = {},
  options: { when?: boolean; every?: (answer: Answered<E> | undefined) => number | false; keepBefore?: boolean } = {},
): UseQueryResult<Answered<E>, Problem> {
  return useQuery<Answered<E>, Problem>({
    queryKey: keyOf(endpoint, asking),
    queryFn: ({ signal }) => call(endpoint, asking, { signal }),
    enabled: options.when ?? true,
    ...(options.every && { refetchInterval: (query) => options.every!(query.state.data as Answered<E> | undefined) }),
    ...(options.keepBefore && { placeholderData: (before: unknown) => before as never }),
  });
}

interface Paged {
  items: unknown[];
  next: string | null;
}
type ItemOf<E extends Endpoint> = Answered<E> extends { items: (infer Item)[] } ? Item : never;

/** Asks for a list page by page, by cursor. */
export function usePages<E extends Endpoint>(endpoint: E, asking: Asked<E> | {} = {}, options: { when?: boolean; every?: number } = {}) {
  const { query = {}, ...rest } = asking as { query?: Record<string, unknown> };
  const pages = useInfiniteQuery({
    queryKey: keyOf(endpoint, asking),
    queryFn: ({ pageParam, signal }) => call(endpoint, { ...rest, query: { ...query, ...(pageParam && { after: pageParam }) } } as Asked<E>, { signal }) as Promise<Paged>,
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    enabled: options.when ?? true,
    ...(options.every && { refetchInterval: options.every }),
  });
  const items = useMemo(() => (pages.data?.pages.flatMap((page) => page.items) ?? []) as ItemOf<E>[], [pages.data]);
  return {
    items,
    loading: pages.isPending && (options.when ?? true),
    problem: pages.error ? problemOf(pages.error) : null,
    hasMore: pages.hasNextPage,
    loadingMore: pages.isFetchingNextPage,
    more: () => void pages.fetchNextPage(),
    again: () => void pages.refetch(),
  };
}

/** When long work that was watched ends, what it may have changed elsewhere is asked again. */
export function useFreshAfter(working: boolean): void {
  const client = useQueryClient();
  const was = useRef(working);
  useEffect(() => {
    if (was.current && !working) void client.invalidateQueries();
    was.current = working;
  }, [client, working]);
}

/** Tells the server something; afterwards what was known of the named rooms (all, unless told) is asked again. */
export function useTell<E extends Endpoint>(endpoint: E, after: { done?: (answer: Answered<E>) => void; rooms?: readonly string[] } = {}) {
  const client = useQueryClient();
  const telling = useMutation<Answered<E>, Problem, Asked<E>>({
    mutationFn: (asking) => call(endpoint, asking).catch((error: unknown) => Promise.reject(problemOf(error))),
    onSuccess: async (answer) => {
      if (after.rooms) await Promise.all(after.rooms.map((room) => client.invalidateQueries({ queryKey: [room] })));
      else await client.invalidateQueries();
      after.done?.(answer);
    },
  });
  return { tell: telling.mutate, tellAsync: telling.mutateAsync, busy: telling.isPending, problem: telling.error, forget: telling.reset };
}
