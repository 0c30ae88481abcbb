// How does a finding become somebody's task, with a day and a name?
import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTell } from '../../../tools/ui/asking.ts';
import { Go } from '../../../tools/ui/Go.tsx';
import { Flag } from '../../../tools/ui/icons.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { Note } from '../../../tools/ui/Note.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { openIssue, priorities, type Issue } from './model.ts';
import { PersonField } from './PersonField.tsx';

/** One click opens the issue as it is; owner, day and priority may be given with it or later. */
export function OpenIssue({ run, finding, tier }: { run: string; finding: number; tier: string }) {
  const may = useMay(openIssue);
  const [opened, setOpened] = useState<Issue | null>(null);
  const [owner, setOwner] = useState('');
  const [dueOn, setDueOn] = useState('');
  const [priority, setPriority] = useState<(typeof priorities)[number]>(tier === 'critical' ? 'high' : 'normal');
  const [note, setNote] = useState('');
  const telling = useTell(openIssue, { rooms: ['audit'], done: setOpened });
  if (!may) return null;
  if (opened)
    return (
      <Note kind="info" title="The issue is open">
        {opened.title}. Every later audit of this deployment measures it again. <Go to={`/deployments/${opened.deployment}/data/issues?issue=${opened.id}`}>Open it</Go>
      </Note>
    );
  return (
    <div className="stack">
      <div className="row">
        <Button size="xs" leftSection={<Flag size={14} />} loading={telling.busy} onClick={() => telling.tell({ body: { run, finding, owner: owner || null, dueOn: dueOn || null, priority, note } })}>
          Open an issue
        </Button>
        <span className="small faint">It is measured again by every later audit, and closes itself when the number holds.</span>
      </div>
      <details>
        <summary className="small">Owner, due date, priority, note</summary>
        <div className="fields" style={{ paddingTop: '0.5rem' }}>
          <PersonField label="Owner" value={owner} onChange={setOwner} />
          <TextInput type="date" label="Due on" value={dueOn} onChange={(event) => setDueOn(event.currentTarget.value)} />
          <NativeSelect label="Priority" value={priority} onChange={(event) => setPriority(event.currentTarget.value as typeof priority)} data={[...priorities]} />
          <Textarea className="is-wide" label="Note" value={note} onChange={(event) => setNote(event.currentTarget.value)} autosize minRows={2} />
        </div>
      </details>
      <ProblemNotice problem={telling.problem} />
    </div>
  );
}
