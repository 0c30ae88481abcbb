// What does somebody see who is not in yet?
import type { ReactNode } from 'react';
import { Mark } from './Mark.tsx';

export function SignInDoor({ children }: { children: ReactNode }) {
  return (
    <div className="door">
      <header className="door-side">
        <span className="mark">
          <Mark size={30} /> Attending
        </span>
        <p className="door-says">Every clinical AI needs a named, accountable doctor, and the evidence to stand behind.</p>
        <p className="door-small">From idea to safe, adopted, paid-for practice: what was promised, what was measured, what was decided, and by whom.</p>
        <svg className="door-line" viewBox="0 0 600 120" aria-hidden="true" fill="none" stroke="#5cc6be" strokeWidth="2" preserveAspectRatio="none">
          <path d="M0 70h150l14-26 22 60 20-92 18 78 14-20h110l14-26 22 60 20-92 18 78 14-20h164" />
        </svg>
      </header>
      <main className="door-form" id="contents">
        <div>{children}</div>
      </main>
    </div>
  );
}
