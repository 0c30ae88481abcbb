// What should be said plainly beside the work, without being an error?
import type { ReactNode } from 'react';
import { Alert, Check, Flag } from './icons.tsx';

const marks = { info: Flag, warning: Alert, good: Check };

export function Note({ kind = 'info', title, children }: { kind?: keyof typeof marks; title?: ReactNode; children?: ReactNode }) {
  const Mark = marks[kind];
  return (
    <div className={`notice is-${kind}`} role="note">
      <Mark size={18} />
      <div>
        {title && <strong className="notice-title">{title}</strong>}
        {children && <div>{children}</div>}
      </div>
    </div>
  );
}
