// Who printed this page, when, and how does one print it?
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { systemClock } from '../base/clock.ts';
import { useMe } from './me.ts';
import { showInstant } from './RelativeTime.tsx';

/** Whether the page is being printed: on paper nothing can be opened any more. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const begin = () => flushSync(() => setPrinting(true));
    const end = () => setPrinting(false);
    addEventListener('beforeprint', begin);
    addEventListener('afterprint', end);
    return () => {
      removeEventListener('beforeprint', begin);
      removeEventListener('afterprint', end);
    };
  }, []);
  return printing;
}

/** Stands on paper only. A sheet that was taken to a meeting says of which moment it is. */
export function PrintedAt() {
  const me = useMe();
  if (!usePrinting()) return null;
  return (
    <span className="print-only">
      Printed {showInstant(systemClock.now())}
      {me && ` by ${me.name}`}
    </span>
  );
}

export function PrintButton() {
  return (
    <Button variant="default" onClick={() => window.print()}>
      Print
    </Button>
  );
}
