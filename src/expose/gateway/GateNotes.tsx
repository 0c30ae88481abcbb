// Which gates are in the way of a policy, and by which exception does one act all the same?
import { TextInput, Textarea } from '@mantine/core';
import type { Answered } from '../../tools/base/endpoint.ts';
import { Go } from '../../tools/ui/Go.tsx';
import { Note } from '../../tools/ui/Note.tsx';
import { showDay } from '../../tools/ui/RelativeTime.tsx';
import type { Exception, getPolicy, PolicyVersion } from './model.ts';

type Gates = Answered<typeof getPolicy>['gates'];

/** Each gate, with what it still lacks behind it. */
export function GatesInTheWay({ deployment, gates, title }: { deployment: string; gates: Gates; title: string }) {
  if (gates.length === 0) return null;
  return (
    <Note kind="warning" title={title}>
      <ul>
        {gates.map(({ gate, title: name, because, criteria }) => (
          <li key={gate}>
            <Go to={`/deployments/${deployment}/gates/${gate}`}>{gate} {name}</Go>: {because}
            {criteria.length > 0 && (
              <details>
                <summary>{criteria.length === 1 ? '1 criterion' : `${criteria.length} criteria`}</summary>
                <ul>{criteria.map((one) => <li key={one.criterion}>{one.criterion} {one.title}: {one.because}</li>)}</ul>
              </details>
            )}
          </li>
        ))}
      </ul>
    </Note>
  );
}

export function ExceptionNote({ exception }: { exception: PolicyVersion['exception'] }) {
  if (exception === null) return null;
  return (
    <Note kind="warning" title={`By an exception to ${exception.gates.join(' and ')}, until ${showDay(exception.until)}`}>
      {exception.reason}{/[.!?]$/.test(exception.reason) ? '' : '.'} After that day what is shown is only asked in silence, or nothing is.
    </Note>
  );
}

/** Asks for the reason and the last day of an exception. Null: none is asked for. */
export function AskException({ value, onChange }: { value: Exception; onChange: (next: Exception) => void }) {
  return (
    <fieldset className="stack">
      <legend>Let it act all the same, for a time</legend>
      <Textarea label="Why it cannot wait" description="Governance or a safety officer reads it before approving." value={value.reason} onChange={(event) => onChange({ ...value, reason: event.currentTarget.value })} autosize minRows={2} required minLength={10} />
      <TextInput type="date" label="Last day" description="At most 30 days ahead." value={value.until} onChange={(event) => onChange({ ...value, until: event.currentTarget.value })} required />
    </fieldset>
  );
}
