// What would have happened last week under this policy?
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Answered } from '../../tools/base/endpoint.ts';
import { useTell } from '../../tools/ui/asking.ts';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { count } from '../../tools/ui/numbers.ts';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { disposition } from '../decisions/model.ts';
import { replay, type Policy } from './model.ts';

type Replayed = Answered<typeof replay>;

export function Replay({ deployment, policy, onDone }: { deployment: string; policy: Policy; onDone?: (tried: string) => void }) {
  const text = JSON.stringify(policy);
  const [found, setFound] = useState<{ text: string; it: Replayed } | null>(null);
  const trying = useTell(replay, { rooms: ['ledger'] });
  if (!useMay(replay)) return <p className="faint">Trying it on recorded calls opens sealed payloads; the clinical owner, the safety officer or the governance office may.</p>;
  return (
    <div className="card stack">
      <div className="part-actions">
        <Button variant="default" loading={trying.busy} onClick={() => void trying.tellAsync({ params: { deployment }, body: { policy, days: 7 } } as never).then((it) => { setFound({ text, it }); onDone?.(text); }, () => {})}>
          Try it on the last 7 days
        </Button>
        <span className="faint small">Reads recorded questions and answers, at most the newest 500; each look is in the ledger.</span>
      </div>
      <ProblemNotice problem={trying.problem} />
      <div aria-live="polite">{/* What was found belongs to the policy it was tried with. */}
        {found?.text === text && <Outcome it={found.it} />}</div>
    </div>
  );
}

const word = (of: string | null) => of ?? 'not asked';

function Outcome({ it }: { it: Replayed }) {
  if (it.calls === 0) return <Note kind="info" title="There is no recorded call to try it on">{it.unreadable > 0 ? `${count(it.unreadable)} calls have no payload that can be read.` : 'Run it in shadow mode first; then this says what people would have seen.'}</Note>;
  const kinds = disposition.options.filter((one) => (it.before[one] ?? 0) + (it.after[one] ?? 0) > 0);
  return (
    <div className="stack">
      <div className="table-scroll" tabIndex={0} role="region" aria-label="What would have happened">
        <table className="plain-table">
          <caption>
            {count(it.calls)} recorded calls{it.unreadable > 0 && `, ${count(it.unreadable)} more could not be read`}
          </caption>
          <thead>
            <tr>
              <th scope="col">Outputs</th>
              <th scope="col" className="is-number">As it was</th>
              <th scope="col" className="is-number">Under this policy</th>
              <th scope="col" className="is-number">Difference</th>
            </tr>
          </thead>
          <tbody>
            {kinds.map((one) => {
              const [was, is] = [it.before[one] ?? 0, it.after[one] ?? 0];
              return (
                <tr key={one}>
                  <th scope="row">{one}</th>
                  <td className="is-number">{count(was)}</td>
                  <td className="is-number">{count(is)}</td>
                  <td className="is-number">{is === was ? 'same' : `${is > was ? '+' : '−'}${count(Math.abs(is - was))}`}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {it.changed.length === 0 ? <p>No output would have ended otherwise.</p> : <ul className="small">{it.changed.map((one) => <li key={`${one.from}${one.to}${one.rule}`}>{count(one.n)}: {word(one.from)} → {word(one.to)}{one.rule && <> by <code>{one.rule}</code></>}</li>)}</ul>}
      {it.notes.map((note) => <p key={note} className="faint small">{note}</p>)}
    </div>
  );
}
