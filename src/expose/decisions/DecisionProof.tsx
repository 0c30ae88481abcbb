// Is every step of this decision in the ledger that was signed? Worked out in this browser.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Problem } from '../../tools/base/problem.ts';
import { address, call, problemOf, readProblem } from '../../tools/ui/api.ts';
import { Chain, Download } from '../../tools/ui/icons.tsx';
import { Note } from '../../tools/ui/Note.tsx';
import { count } from '../../tools/ui/numbers.ts';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { readCheckpoint, readReceipt } from '../../spine/ledger/model.ts';
import { checkEntry, type Checked } from './check-decision.ts';
import { proveDecision } from './model.ts';

const receiptAt = (position: number) => address(readReceipt, { params: { position } });

async function receiptText(position: number): Promise<string> {
  const response = await fetch(receiptAt(position), { credentials: 'same-origin' });
  const text = await response.text();
  if (!response.ok) throw readProblem(text, response.status);
  return text;
}

async function checkAll(decision: string, positions: readonly number[]): Promise<Checked[]> {
  const { items } = await call(proveDecision, { params: { decision } });
  const receipts: string[] = [];
  for (const position of positions) receipts.push(await receiptText(position));
  // Asked for after the receipts: handing one out may have signed the first checkpoint.
  const { key } = await call(readCheckpoint, {});
  return Promise.all(positions.map((position, nth) => checkEntry(position, receipts[nth]!, key ?? '', items.filter((one) => one.position === position))));
}

export function DecisionProof({ decision, positions }: { decision: string; positions: readonly number[] }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [found, setFound] = useState<Checked[] | null>(null);
  const check = async () => {
    setBusy(true);
    setProblem(null);
    setFound(null);
    try {
      setFound(await checkAll(decision, positions));
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="card stack">
      <div className="part-actions">
        <Button leftSection={<Chain size={14} />} loading={busy} onClick={() => void check()}>
          Verify in this browser
        </Button>
        {positions.map((position) => (
          <Button key={position} component="a" href={receiptAt(position)} download variant="default" leftSection={<Download size={14} />}>
            Receipt of entry {count(position)}
          </Button>
        ))}
      </div>
      <ProblemNotice problem={problem} />
      <div aria-live="polite">{found && <Found found={found} />}</div>
      <p className="faint small">The key comes from this server. To be sure of more, download the receipts and check them with a key kept elsewhere: on the page of the ledger, with the SDK, or with <code>attending ledger verify</code>.</p>
    </div>
  );
}

function Found({ found }: { found: readonly Checked[] }) {
  const bad = found.filter(({ sound }) => !sound);
  if (bad.length > 0)
    return (
      <Note kind="warning" title="The proof does not hold">
        <ul>{bad.flatMap(({ position, faults }) => faults.map((fault) => <li key={`${position}${fault}`}>Entry {count(position)}: {fault}</li>))}</ul>
        Tell the safety officer, and keep a copy of the receipts.
      </Note>
    );
  const records = found.reduce((sum, one) => sum + one.records, 0);
  const witnesses = [...new Set(found.flatMap(({ cosigned }) => cosigned))];
  return (
    <Note kind="good" title={found.length === 1 ? `Entry ${count(found[0]!.position)} is in the ledger that was signed` : `All ${found.length} entries are in the ledger that was signed`}>
      The tree has {count(Math.max(...found.map(({ size }) => size ?? 0)))} entries and was signed by {found[0]!.signedBy}.
      {records > 0 && ` ${records === 1 ? 'One record came in a batch and is' : `${records} records came in batches and are`} among those the entry commits to.`}
      {witnesses.length > 0 && ` Cosigned by ${witnesses.join(', ')}.`}
    </Note>
  );
}
