// What was done, by whom, and can it be proven that nothing was altered?
import { Button, Modal, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { canonical } from '../../tools/base/canonical.ts';
import { address } from '../../tools/ui/api.ts';
import { useAsk, usePages, useTell } from '../../tools/ui/asking.ts';
import { ConfirmButton } from '../../tools/ui/ConfirmButton.tsx';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { useFramed } from '../../tools/ui/framed.ts';
import { Go, useKept, useParam } from '../../tools/ui/Go.tsx';
import { Chain, Download } from '../../tools/ui/icons.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { count } from '../../tools/ui/numbers.ts';
import { Facts, Page, Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { RelativeTime, showInstant } from '../../tools/ui/RelativeTime.tsx';
import { Views } from '../../tools/ui/Tabs.tsx';
import { CheckHere } from './CheckHere.tsx';
import { Checkpoints } from './Checkpoints.tsx';
import { Result } from './LedgerResult.tsx';
import { readReceipt } from './log/model.ts';
import { exportLedger, listEntries, listKinds, readCheckpoint, verifyLedger, type Recorded, type Verification } from './model.ts';
import { openPayload } from './payloads/model.ts';
import { Witnesses } from './Witnesses.tsx';

export default function LedgerPage() {
  const deployment = useParam('deployment');
  const framed = useFramed();
  const [kind, setKind] = useKept('kind');
  const [open, setOpen] = useState<Recorded | null>(null);
  const kinds = useAsk(listKinds);
  const entries = usePages(listEntries, { query: { ...(framed && { deployment: framed }), ...(kind && { kind }), limit: 100 } });
  const mayExport = useMay(exportLedger);
  const [view, setView] = useKept('view', 'entries');
  const entriesPart = (
    <Part
      title="Entries"
      actions={
        <NativeSelect
          size="xs"
          aria-label="Kind of entry"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
          data={[{ value: '', label: 'All kinds of entry' }, ...(kinds.data?.items ?? []).map((one) => ({ value: one.kind, label: one.kind }))]}
        />
      }
    >
      <DataTable<Recorded>
        caption="Entries"
        rows={entries.items}
        idOf={(entry) => String(entry.position)}
        onOpen={setOpen}
        loading={entries.loading}
        problem={entries.problem}
        again={entries.again}
        more={{ has: entries.hasMore, loading: entries.loadingMore, load: entries.more }}
        empty={<EmptyState title="No entry of this kind yet">Entries appear by themselves when something is decided, locked, changed or measured.</EmptyState>}
        columns={[
          { id: 'position', header: 'No.', value: (entry) => entry.position, cell: (entry) => <span className="no-wrap">Entry {count(entry.position)}</span> },
          { id: 'at', header: 'When', value: (entry) => entry.at, cell: (entry) => <RelativeTime at={entry.at} /> },
          { id: 'says', header: 'What happened', value: (entry) => entry.says },
          { id: 'kind', header: 'Kind', value: (entry) => entry.kind, cell: (entry) => <code>{entry.kind}</code> },
          { id: 'subject', header: 'About', value: (entry) => entry.subject, cell: (entry) => <About entry={entry} deployment={deployment} /> },
          { id: 'actor', header: 'By', value: (entry) => `${entry.actor.kind} ${entry.actor.ref}`, cell: (entry) => <span className="no-wrap" title={entry.actor.ref}>{entry.actor.kind === 'system' ? entry.actor.ref : <>{entry.actor.kind} <code>…{entry.actor.ref.slice(-6)}</code></>}</span> },
        ]}
      />
    </Part>
  );
  return (
    <Page
      title="Ledger"
      level={deployment ? 2 : 1}
      {...(deployment && { of: deployment })}
      says="Every AI decision and every human decision about the AI, in the order they happened. Nothing is ever changed or removed."
      actions={
        mayExport && (
          <Button component="a" href={address(exportLedger)} variant="default" leftSection={<Download size={14} />} download>
            Download the ledger
          </Button>
        )
      }
    >
      {!deployment && <Proof />}
      {!deployment && <Views label="What of the ledger" open={view} onOpen={setView} views={[{ name: 'entries', label: 'Entries' }, { name: 'check', label: 'Check a file' }, { name: 'witnesses', label: 'Witnesses' }]} />}
      {view === 'check' && !deployment ? <><CheckHere /><Offline /></> : view === 'witnesses' && !deployment ? <><Witnesses /><Checkpoints /></> : entriesPart}
      <Modal opened={open !== null} onClose={() => setOpen(null)} title={open ? `Entry ${open.position}: ${open.kind}` : ''} size="xl">
        {open && <EntryInside entry={open} />}
      </Modal>
    </Page>
  );
}

/** The screen of what an entry is about, where it has one of its own under its deployment; gates keep their decisions under the same word. */
const aboutPlaces: Readonly<Record<string, string>> = { dec: 'decisions', aud: 'data', nts: 'notes', smp: 'data/samples', gat: 'gates/decided' };

function About({ entry, deployment }: { entry: Recorded; deployment: string }) {
  const id = entry.subject.split('/').at(-1) ?? '';
  const place = aboutPlaces[id.slice(0, 3)];
  // The ledger of the whole house knows deployments by id only; their addresses carry the short name.
  if (!place || !deployment || !/^[a-z]{3}_[0-9a-z]{26}$/.test(id)) return <code>{entry.subject}</code>;
  return (
    <Go to={`/deployments/${deployment}/${place}/${id}`} title={entry.subject}>
      <code>{entry.subject.split('/')[0]}/…{id.slice(-6)}</code>
    </Go>
  );
}

function EntryInside({ entry }: { entry: Recorded }) {
  const { leafHash, says, ...leaf } = entry;
  const mayOpen = useMay(openPayload);
  return (
    <div className="stack">
      <p>{says}</p>
      <div className="part-actions">
        {entry.payload && mayOpen && <PayloadInside key={entry.position} position={entry.position} />}
        <Button component="a" href={address(readReceipt, { params: { position: entry.position } })} variant="default" leftSection={<Download size={14} />} download>
          Download the receipt
        </Button>
      </div>
      <Facts
        facts={[
          ['When', showInstant(entry.at)],
          ['By', `${entry.actor.kind} ${entry.actor.ref} (${entry.actor.roles.join(', ') || 'no role'})`],
          ['About', entry.subject],
          ['Deployment', entry.deployment ?? 'the house as a whole'],
        ]}
      />
      <div>
        <h3 className="part-title">What it says</h3>
        <pre className="code" tabIndex={0} aria-label="What the entry says">
          {JSON.stringify(entry.body, null, 2)}
        </pre>
      </div>
      <div>
        <h3 className="part-title">The canonical leaf</h3>
        <p className="small faint">Exactly these bytes (RFC 8785, UTF-8) are hashed, with a zero byte in front (RFC 6962).</p>
        <pre className="code" tabIndex={0} aria-label="The canonical leaf">
          {canonical(leaf)}
        </pre>
      </div>
      <Facts facts={[['Leaf hash (SHA-256, base64)', <code key="h">{leafHash}</code>], entry.payload ? ['Payload', <span key="p"><code>{entry.payload.digest}</code>, {count(entry.payload.bytes)} bytes</span>] : null]} />
    </div>
  );
}

/** What was sealed; whoever opens it says why, and the ledger remembers. */
function PayloadInside({ position }: { position: number }) {
  const opening = useTell(openPayload);
  const [text, setText] = useState<string | null>(null);
  const open = async (why: string) => {
    const answer = await opening.tellAsync({ params: { position }, body: { why } });
    setText(answer.text ?? `${answer.base64} (base64)`);
  };
  if (text !== null)
    return (
      <pre className="code" tabIndex={0} aria-label="The payload">
        {text}
      </pre>
    );
  return <ConfirmButton label="Open the payload" title="Open the sealed payload?" says="It may show a patient. That you opened it, and why, becomes an entry of the ledger." reason={{ label: 'Why', hint: 'At least eight characters, without patient data.' }} busy={opening.busy} problem={opening.problem} onConfirm={open} />;
}

function Proof() {
  const checkpoint = useAsk(readCheckpoint);
  const may = useMay(verifyLedger);
  const [result, setResult] = useState<Verification | null>(null);
  const verifying = useTell(verifyLedger, { rooms: [], done: setResult });
  const it = checkpoint.data;
  return (
    <section className="card stack" aria-label="Proof">
      <ProblemNotice problem={checkpoint.error} />
      {it && (
        <div className="ledger-proof">
          <Facts
            facts={[
              ['Entries', count(it.entries)],
              ['Under the last signed checkpoint', it.note === null ? 'nothing signed yet' : count(it.size)],
              ['Root', <code key="r">{it.root}</code>],
              ['Origin', <code key="o">{it.origin}</code>],
            ]}
          />
          {may && (
            <Button leftSection={<Chain size={16} />} loading={verifying.busy} onClick={() => verifying.tell({} as never)}>
              Verify the ledger
            </Button>
          )}
        </div>
      )}
      <div aria-live="polite">
        <ProblemNotice problem={verifying.problem} />
        {result && <Result result={result} />}
      </div>
      {it?.note && (
        <details>
          <summary>The signed checkpoint, to be kept elsewhere</summary>
          <p className="small faint">A copy kept outside this house is what a later rewrite cannot get past.</p>
          <pre className="code" tabIndex={0} aria-label="Signed checkpoint">
            {it.note}
          </pre>
          {it.key && (
            <p className="small">
              Verifier key <code>{it.key}</code>
            </p>
          )}
        </details>
      )}
    </section>
  );
}

function Offline() {
  return (
    <Part title="Verify it yourself, offline">
      <div className="card stack">
        <p>Download the ledger, take it to any computer, and let it be checked without this server:</p>
        <pre className="code" tabIndex={0} aria-label="Command to verify offline">
          attending ledger verify ledger.ndjson --key "VERIFIER KEY KEPT ELSEWHERE"
        </pre>
        <p className="small faint">The format is open: RFC 8785 canonical JSON, RFC 6962 Merkle tree, C2SP signed notes. Any other program can check it as well.</p>
      </div>
    </Part>
  );
}
