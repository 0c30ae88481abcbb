// What is shown when there is no such page, or a page breaks?
import { Button } from '@mantine/core';
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { problemOf } from '../tools/ui/api.ts';
import { EmptyState } from '../tools/ui/EmptyState.tsx';
import { Go } from '../tools/ui/Go.tsx';
import { Page } from '../tools/ui/Page.tsx';
import { ProblemNotice } from '../tools/ui/ProblemNotice.tsx';

export function Missing() {
  return (
    <Page title="There is no such page">
      <EmptyState title="Nothing is kept at this address" action={<Go to="/">Go to the portfolio</Go>}>
        The link may be old, or a letter may be missing. Nothing was changed.
      </EmptyState>
    </Page>
  );
}

export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const stale = /dynamically imported module|Importing a module/i.test(error instanceof Error ? error.message : '');
  return (
    <Page title="This page stopped working">
      {stale ? (
        <EmptyState title="A newer version of Attending is running" action={<Button onClick={() => location.reload()}>Reload the page</Button>}>
          This tab still has the older one.
        </EmptyState>
      ) : (
        <ProblemNotice
          problem={problemOf(error)}
          again={() => {
            reset();
            void router.invalidate();
          }}
        />
      )}
    </Page>
  );
}
