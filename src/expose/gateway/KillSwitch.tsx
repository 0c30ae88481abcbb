// How does somebody stop an AI at once, and know that it has stopped?
import { Button, Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Answered } from '../../tools/base/endpoint.ts';
import { useTell } from '../../tools/ui/asking.ts';
import { Alert } from '../../tools/ui/icons.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { count } from '../../tools/ui/numbers.ts';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { kill } from './model.ts';

type Killed = Answered<typeof kill>;

const exact = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' });

export function KillSwitch({ deployment, of, stopped }: { deployment: string; of: string; stopped: boolean }) {
  const [open, setOpen] = useState(false);
  const [why, setWhy] = useState('');
  const [done, setDone] = useState<Killed | null>(null);
  const killing = useTell(kill, { done: setDone });
  if (!useMay(kill)) return null;
  const close = () => {
    setOpen(false);
    setDone(null);
    setWhy('');
    killing.forget();
  };
  return (
    <>
      <Button className="is-danger-filled kill-switch" leftSection={<Alert size={16} />} disabled={stopped} onClick={() => setOpen(true)}>
        {stopped ? 'Stopped' : 'Stop this AI'}
      </Button>
      <Modal opened={open} onClose={close} title={done ? `${of} is stopped` : `Stop ${of} now?`} size="lg">
        {done ? (
          <Stopped done={done} close={close} />
        ) : (
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              killing.tell({ params: { deployment }, body: { reason: why.trim() } } as never);
            }}
          >
            <p>Within a second nobody sees anything of this AI any more, on every instance. The fallback workflow of the charter applies. Turning it on again needs a proposal and a second person.</p>
            <Textarea label="Reason" description="Short; it goes into the ledger with your name and the time. No patient names." value={why} onChange={(event) => setWhy(event.currentTarget.value)} autosize minRows={3} required minLength={3} data-autofocus />
            <ProblemNotice problem={killing.problem} />
            <div className="dialog-actions">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" size="md" loading={killing.busy} disabled={why.trim().length < 3} className="is-danger-filled">
                Stop it now
              </Button>
            </div>
          </form>
        )}
      </Modal>
    </>
  );
}

function Stopped({ done, close }: { done: Killed; close: () => void }) {
  return (
    <div className="stack" aria-live="assertive">
      {done.all ? (
        <Note kind="good" title={done.instances.length === 1 ? 'The one living instance has stopped' : `All ${done.instances.length} living instances have stopped`}>
          Decided {exact.format(new Date(done.at))}, version {done.version} of the policy; it is in the ledger.
        </Note>
      ) : (
        <Note kind="warning" title={done.instances.length === 0 ? 'No instance of the gateway is alive' : 'Not every instance has told that it stopped'}>
          It is decided and in the ledger, and an instance acts on it as soon as it learns of it. Watch the list of instances; call the vendor and the wards if it stays so.
        </Note>
      )}
      <div className="table-scroll" tabIndex={0} role="region" aria-label="When each instance stopped">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">Instance</th>
              <th scope="col">Stopped</th>
              <th scope="col" className="is-number">After</th>
            </tr>
          </thead>
          <tbody>
            {done.instances.map((one) => {
              const acted = one.version !== null && one.version >= done.version;
              return (
                <tr key={one.id}>
                  <th scope="row"><code>…{one.id.slice(-8)}</code></th>
                  <td>{acted && one.actedAt ? exact.format(new Date(one.actedAt)) : <span className="none">not yet</span>}</td>
                  <td className="is-number">{acted && one.afterMs !== null ? `${count(one.afterMs)} ms` : ''}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className="dialog-actions">
        <Button onClick={close}>Close</Button>
      </div>
    </div>
  );
}
