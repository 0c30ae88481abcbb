// Which part of this record is open, and which others are there?
import { Go } from './Go.tsx';

/** Tabs that are addresses: each can be opened in a new window, bookmarked and gone back to. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly { label: string; to: string; exact?: boolean }[] }) {
  return (
    <nav className="tabs" aria-label={label}>
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
