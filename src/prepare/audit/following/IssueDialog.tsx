// What happened to this issue, and what is done about it next?
import { Button, Modal, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAsk, useTell } from '../../../tools/ui/asking.ts';
import { Coded } from '../../../tools/ui/Coded.tsx';
import { ConfirmButton } from '../../../tools/ui/ConfirmButton.tsx';
import { Go } from '../../../tools/ui/Go.tsx';
import { reading } from '../../../tools/ui/Interval.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { percent } from '../../../tools/ui/numbers.ts';
import { Facts } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import { showDay, showInstant } from '../../../tools/ui/RelativeTime.tsx';
import { Verdict } from '../../../tools/ui/Verdict.tsx';
import { changeIssue, issueStates, priorities, readIssue, type Issue, type IssueChange, type IssueEvent } from './model.ts';
import { PersonField } from './PersonField.tsx';

export function IssueDialog({ id, onClose }: { id: string | null; onClose: () => void }) {
  const found = useAsk(readIssue, { params: { issue: id ?? '' } }, { when: id !== null });
  return (
    <Modal opened={id !== null} onClose={onClose} title={found.data?.issue.title ?? 'Issue'} size="xl">
      {found.error ? <ProblemNotice problem={found.error} /> : found.data ? <Inside key={found.data.issue.id} issue={found.data.issue} events={found.data.events} /> : <Waiting what="Loading the issue" />}
    </Modal>
  );
}

function Inside({ issue, events }: { issue: Issue; events: readonly IssueEvent[] }) {
  const said = (one: Issue['last']) => reading({ value: one.rate, low: one.low, high: one.high, n: one.n });
  return (
    <div className="stack">
      <div className="row">
        <Verdict verdict={issue.last.verdict} />
        <span>{issueStates[issue.state]}</span>
      </div>
      <Facts
        facts={[
          ['Owner', issue.owner?.name ?? 'nobody yet'],
          ['Due', issue.dueOn === null ? 'no day' : `${showDay(issue.dueOn)}${issue.overdue ? ', overdue' : ''}${issue.slips > 0 ? `, slipped ${issue.slips === 1 ? 'once' : `${issue.slips} times`}` : ''}`],
          ['Priority', issue.priority],
          [issue.state === 'closed' ? 'Took' : 'Age', `${issue.days} days`],
          ['When it was opened', said(issue.opened)],
          ['Last measured', `${said(issue.last)}, ${showDay(issue.last.at)}`],
          ['Held to', issue.threshold === null ? 'no threshold' : `${issue.bound === 'at-least' ? 'at least' : 'at most'} ${percent(issue.threshold)}`],
          ['Opened by', `${issue.openedBy}, ${showInstant(issue.openedAt)}`],
        ]}
      />
      <Change issue={issue} />
      <div>
        <h3 className="part-title">What happened</h3>
        <ol className="events">
          {events.map((event, at) => (
            <li key={at}>
              <time dateTime={event.at}>{showInstant(event.at)}</time>
              <div>
                <b>{event.kind.replace('-', ' ')}</b> by {event.by}. <Coded text={event.says} /> {event.run && <Go to={`/deployments/${issue.deployment}/data/${event.run}`}>The audit</Go>}
              </div>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

function Change({ issue }: { issue: Issue }) {
  const may = useMay(changeIssue);
  const [owner, setOwner] = useState(issue.owner?.id ?? '');
  const [dueOn, setDueOn] = useState(issue.dueOn ?? '');
  const [priority, setPriority] = useState(issue.priority);
  const [note, setNote] = useState('');
  const telling = useTell(changeIssue, { rooms: ['audit'], done: () => setNote('') });
  if (!may) return null;
  const changes: IssueChange = {
    ...(owner !== (issue.owner?.id ?? '') && { owner: owner || null }),
    ...(dueOn !== (issue.dueOn ?? '') && { dueOn: dueOn || null }),
    ...(priority !== issue.priority && { priority }),
    ...(note.trim() !== '' && { note }),
  };
  const set = (state: 'open' | 'set-aside') => (why: string) => telling.tellAsync({ params: { issue: issue.id }, body: { state, note: why } });
  return (
    <form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        telling.tell({ params: { issue: issue.id }, body: changes });
      }}
    >
      <div className="fields">
        <PersonField label="Owner" value={owner} now={issue.owner} onChange={setOwner} />
        <TextInput type="date" label="Due on" description="Moved back, it counts as a slip." value={dueOn} onChange={(event) => setDueOn(event.currentTarget.value)} />
        <NativeSelect label="Priority" value={priority} onChange={(event) => setPriority(event.currentTarget.value as Issue['priority'])} data={[...priorities]} />
        <Textarea className="is-wide" label="Note" value={note} onChange={(event) => setNote(event.currentTarget.value)} autosize minRows={2} />
      </div>
      <div className="row">
        <Button type="submit" size="xs" loading={telling.busy} disabled={Object.keys(changes).length === 0}>
          Keep
        </Button>
        {(issue.state === 'open' || issue.state === 'holding') && <ConfirmButton size="xs" label="Set aside" title="Set this issue aside?" says="It is no longer asked for; audits go on measuring it. Only an audit closes it." does="Set it aside" reason={{ label: 'Why' }} busy={telling.busy} problem={telling.problem} onConfirm={set('set-aside')} />}
        {issue.state === 'set-aside' && <ConfirmButton size="xs" label="Take it up again" title="Take this issue up again?" says="It is open again until an audit finds it met." reason={{ label: 'Why' }} busy={telling.busy} problem={telling.problem} onConfirm={set('open')} />}
      </div>
      <ProblemNotice problem={telling.problem} />
    </form>
  );
}
