// Is the receipt or export that somebody was handed sound? Worked out in this browser.
import { Button, FileInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useAsk } from '../../tools/ui/asking.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { count } from '../../tools/ui/numbers.ts';
import { Facts, Part } from '../../tools/ui/Page.tsx';
import { showInstant } from '../../tools/ui/RelativeTime.tsx';
import { checkFile, type Checked } from './check-file.ts';
import { Result } from './LedgerResult.tsx';
import { readCheckpoint } from './model.ts';
import type { ReceiptVerification } from './receipt.ts';

export function CheckHere() {
  const checkpoint = useAsk(readCheckpoint);
  const [file, setFile] = useState<File | null>(null);
  const [named, setNamed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Checked | { kind: 'problem'; says: string } | null>(null);
  // The server's own key is offered; one kept elsewhere says more.
  const keys = named ?? checkpoint.data?.key ?? '';
  const check = async (one: File) => {
    setBusy(true);
    setOutcome(await checkFile(one, keys).catch((error: unknown) => ({ kind: 'problem' as const, says: (error as Error).message })));
    setBusy(false);
  };
  return (
    <Part title="Check a file here" says="A receipt (.tlog-proof) or an export (.ndjson). It is worked out in this browser; the file goes nowhere.">
      <div className="card stack">
        <FileInput label="File" placeholder="Choose a receipt or an export" value={file} onChange={(one) => { setFile(one); setOutcome(null); }} clearable />
        <Textarea
          label="Keys to trust"
          description="Of the ledger, and of witnesses that must have cosigned; one per line. Best is a key you kept from earlier, not the one this server offers."
          value={keys}
          onChange={(event) => { setNamed(event.currentTarget.value); setOutcome(null); }}
          autosize
          minRows={2}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8rem', overflowWrap: 'anywhere' } }}
        />
        <div>
          <Button disabled={!file} loading={busy} onClick={() => file && void check(file)}>
            Check the file
          </Button>
        </div>
        <div aria-live="polite">
          {outcome?.kind === 'problem' && <Note kind="warning" title="This could not be checked">{outcome.says}</Note>}
          {outcome?.kind === 'receipt' && <Receipt found={outcome.found} />}
          {outcome?.kind === 'export' && <Result result={outcome.found} />}
        </div>
      </div>
    </Part>
  );
}

function Receipt({ found }: { found: ReceiptVerification }) {
  if (!found.sound)
    return (
      <Note kind="warning" title="The receipt is not sound">
        <ul>{found.faults.map((fault) => <li key={fault}>{fault}</li>)}</ul>
      </Note>
    );
  return (
    <div className="stack">
      <Note kind="good" title={`Entry ${count(found.index!)} is in the ledger that was signed`}>
        The tree of {count(found.size!)} entries, signed by {found.signedBy}
        {found.cosignatures.length > 0 ? `, cosigned by ${found.cosignatures.map((one) => `${one.witness} (${showInstant(new Date(one.time * 1000).toISOString())})`).join(', ')}.` : '. No witness you named cosigned it.'}
      </Note>
      <Facts facts={[['Origin', <code key="o">{found.origin}</code>]]} />
      <pre className="code" tabIndex={0} aria-label="The entry">
        {JSON.stringify(found.entry, null, 2)}
      </pre>
    </div>
  );
}
