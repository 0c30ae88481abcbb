// May this person open this screen?
import type { ComponentType } from 'react';
import { admits, useMe } from '../tools/ui/me.ts';
import { EmptyState } from '../tools/ui/EmptyState.tsx';
import { Page } from '../tools/ui/Page.tsx';
import type { Screen } from '../tools/ui/screen.ts';
import { roles } from '../tools/base/endpoint.ts';

/** The page for those it is for; a clear sentence for everybody else. The server decides about the data itself. */
export function guarded(screen: Screen, Inside: ComponentType) {
  return function Guarded() {
    const me = useMe();
    if (admits(screen.who, me)) return <Inside />;
    const who = screen.who === 'public' ? [] : screen.who;
    return (
      <Page title={screen.title}>
        <EmptyState title="This page is not for your role">
          It is for: {who.join(', ')}. You are signed in as {me?.roles.map((role) => `${role} (${roles[role].replace(/\.$/, '')})`).join(', ') || 'somebody without a role'}. An administrator can change that.
        </EmptyState>
      </Page>
    );
  };
}
