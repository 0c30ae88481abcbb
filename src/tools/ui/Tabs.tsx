// Which part of this record is open, and which others are there?
import { useEffect, useRef } from 'react';
import { Go } from './Go.tsx';

/** Tabs that are addresses: each can be opened in a new window, bookmarked and gone back to. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly { label: string; to: string; exact?: boolean }[] }) {
  const row = useRef<HTMLElement>(null);
  // On a phone the open tab may stand outside the row; only the row is scrolled, never the page.
  useEffect(() => {
    const open = row.current?.querySelector<HTMLElement>('[aria-current]');
    if (row.current && open) row.current.scrollLeft = open.offsetLeft - (row.current.clientWidth - open.offsetWidth) / 2;
  });
  return (
    <nav ref={row} className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Go key={tab.to} to={tab.to} marks={tab.exact ? 'page-exact' : 'page'} className="tab">
          {tab.label}
        </Go>
      ))}
    </nav>
  );
}

/** A choice between views of the same thing on one page. */
export function Views<Name extends string>({ label, views, open, onOpen }: { label: string; views: readonly { name: Name; label: string }[]; open: Name; onOpen: (name: Name) => void }) {
  return (
    <div className="views" role="group" aria-label={label}>
      {views.map((view) => (
        <button key={view.name} type="button" className="view" aria-pressed={view.name === open} onClick={() => onOpen(view.name)}>
          {view.label}
        </button>
      ))}
    </div>
  );
}
