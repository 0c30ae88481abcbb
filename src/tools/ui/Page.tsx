// What do all pages begin with?
import { useEffect, type ReactNode } from 'react';
import { Go } from './Go.tsx';
import { ChevronRight } from './icons.tsx';

export interface Crumb {
  label: string;
  to: string;
}

/** Names the browser's tab. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = title === 'Attending' ? title : `${title} · Attending`;
  }, [title]);
}

export function Breadcrumbs({ trail, label = 'Breadcrumbs' }: { trail: readonly Crumb[]; label?: string }) {
  if (trail.length === 0) return null;
  return (
    <nav aria-label={label} className="crumbs">
      <ol>
        {trail.map((crumb) => (
          <li key={crumb.to}>
            <Go to={crumb.to}>{crumb.label}</Go>
            <ChevronRight size={12} />
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** A page with its heading. Inside a record's frame the heading is the second, because the record has the first. */
export function Page({
  title,
  says,
  trail = [],
  actions,
  level = 1,
  of,
  children,
}: {
  title: string;
  says?: ReactNode;
  trail?: readonly Crumb[];
  actions?: ReactNode;
  level?: 1 | 2;
  /** What the page is about, for the browser's title. */
  of?: string | undefined;
  children?: ReactNode;
}) {
  useTitle(of ? `${title} · ${of}` : title);
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <article className="page">
      <Breadcrumbs trail={trail} label={level === 1 ? 'Breadcrumbs' : 'Breadcrumbs of this part'} />
      <header className="page-head">
        <div>
          <Heading className="page-title">{title}</Heading>
          {says && <div className="page-says">{says}</div>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </article>
  );
}

/** A part of a page with a heading of its own. */
export function Part({ title, says, actions, level = 2, children, id }: { title: string; says?: ReactNode; actions?: ReactNode; level?: 2 | 3; children?: ReactNode; id?: string }) {
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section className="part" {...(id && { id, 'aria-labelledby': `${id}-title` })}>
      <header className="part-head">
        <div>
          <Heading className="part-title" {...(id && { id: `${id}-title` })}>
            {title}
          </Heading>
          {says && <div className="part-says">{says}</div>}
        </div>
        {actions && <div className="part-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** Facts in pairs: a name and what it is. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode] | null | false | undefined)[] }) {
  return (
    <dl className="facts">
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
