// How does a person get to another screen?
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface GoProps {
  to: string;
  children?: ReactNode;
  className?: string;
  /** `page`: the link of the page that is open carries aria-current. */
  marks?: 'page' | 'page-exact';
  title?: string;
  'aria-label'?: string;
}

/** A link inside the product. */
export function Go({ to, marks, ...rest }: GoProps) {
  const [path = '', search] = to.split('?');
  return (
    <Link
      to={path}
      {...(search && { search: Object.fromEntries(new URLSearchParams(search)) as never })}
      activeOptions={{ exact: marks === 'page-exact' }}
      activeProps={marks ? { 'aria-current': 'page' } : { 'aria-current': undefined }}
      {...rest}
    />
  );
}

/** A function that opens another screen. */
export function useGo(): (to: string, replace?: boolean) => void {
  const navigate = useNavigate();
  return (to, replace = false) => {
    const [path = '', search] = to.split('?');
    void navigate({ to: path, replace, ...(search && { search: Object.fromEntries(new URLSearchParams(search)) as never }) });
  };
}

/** The value of a `$param` in the address of this screen. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  return params[name] ?? '';
}

/** A value kept in the address after `?`, so that a view can be shared and the back button works. */
export function useKept(name: string, otherwise = ''): [string, (value: string) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const set = (value: string) =>
    void navigate({
      to: '.',
      replace: true,
      resetScroll: false,
      search: ((before: Record<string, unknown>) => ({ ...before, [name]: value === otherwise ? undefined : value })) as never,
    });
  return [search[name] === undefined ? otherwise : String(search[name]), set];
}
