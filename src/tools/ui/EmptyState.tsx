// There is nothing here yet: why, and what is the next step?
import type { ReactNode } from 'react';

export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <svg width="72" height="40" viewBox="0 0 72 40" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M2 22h18l5-12 9 24 7-18 4 6h25" opacity="0.55" />
        <circle cx="68" cy="22" r="2.5" fill="currentColor" stroke="none" />
      </svg>
      <p className="empty-title">{title}</p>
      {children && <div className="empty-says">{children}</div>}
      {action && <div className="empty-action">{action}</div>}
    </div>
  );
}
