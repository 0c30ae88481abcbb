// How do answers that were given in a spreadsheet come back?
import { Button } from '@mantine/core';
import { useRef } from 'react';
import { useTell } from '../../../tools/ui/asking.ts';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { importReview } from './model.ts';

export function TakeInWorksheet({ sample, onDone }: { sample: string; onDone: () => void }) {
  const chosen = useRef<HTMLInputElement>(null);
  const taking = useTell(importReview, { rooms: [], done: onDone });
  const take = async (file: File | undefined) => {
    if (!file) return;
    taking.tell({ params: { sample }, body: { file: file.name.slice(0, 200), text: await file.text() } });
    if (chosen.current) chosen.current.value = '';
  };
  return (
    <>
      <Button variant="subtle" loading={taking.busy} onClick={() => chosen.current?.click()}>
        Take in a filled-in worksheet
      </Button>
      <input ref={chosen} type="file" accept=".csv,text/csv" hidden aria-label="Filled-in worksheet" onChange={(event) => void take(event.currentTarget.files?.[0])} />
      <ProblemNotice problem={taking.problem} />
    </>
  );
}
