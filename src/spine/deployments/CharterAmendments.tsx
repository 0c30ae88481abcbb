// Which locked promises were edited afterwards, by whom and why?
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { wordsOf } from '../../tools/ui/form-fields.ts';
import { showInstant } from '../../tools/ui/RelativeTime.tsx';
import { Differences } from './Differences.tsx';
import type { CharterView } from './model.ts';

export function CharterAmendments({ view }: { view: CharterView }) {
  if (view.amendments.length === 0)
    return (
      <EmptyState title="No amendment">
        {view.locks.length === 0 ? 'No section is locked yet. Once one is, every later edit of it stands here.' : `${view.locks.length === 1 ? 'One section is' : `${view.locks.length} sections are`} locked, and still read as they were locked.`}
      </EmptyState>
    );
  return (
    <div className="stack">
      {view.amendments.map((amendment) => (
        <section key={amendment.id} className="card stack">
          <header>
            <h3 className="part-title">
              {wordsOf(amendment.section)}, version {amendment.version}
            </h3>
            <p className="part-says">
              {showInstant(amendment.at)} by {amendment.by}
            </p>
          </header>
          <p>“{amendment.reason}”</p>
          <Differences label={`Amendment of ${amendment.section}`} differences={amendment.differences} />
          <p className="small faint">
            Hash <code>{amendment.hashBefore.slice(0, 16)}…</code> before, <code>{amendment.hashAfter.slice(0, 16)}…</code> after
          </p>
        </section>
      ))}
    </div>
  );
}
