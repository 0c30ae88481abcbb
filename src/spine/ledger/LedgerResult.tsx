// What did a verification of the ledger find?
import { Note } from '../../tools/ui/Note.tsx';
import { count } from '../../tools/ui/numbers.ts';
import type { Verification } from './model.ts';

export function Result({ result }: { result: Verification }) {
  const what = `${count(result.entries)} entries, ${count(result.checkpoints)} ${result.checkpoints === 1 ? 'checkpoint' : 'checkpoints'}, signed up to ${count(result.signed)}.`;
  if (result.sound)
    return (
      <Note kind="good" title="The ledger is sound">
        Every leaf, hash, root and signature fits: {what} {result.trust === 'own' && 'The key came with the ledger itself; verify with a key kept elsewhere to know who signed.'}
      </Note>
    );
  // Entries of the last minute are not under a signature yet: that is their age, not a fault.
  if (result.faults.every((fault) => fault.reason === 'unsigned'))
    return (
      <Note kind={result.signed > 0 ? 'good' : 'info'} title={`The ledger is sound up to the last signed checkpoint; the newest ${count(result.entries - result.signed)} entries await the next`}>
        Every leaf and hash fits: {what}
      </Note>
    );
  return (
    <Note kind="warning" title={result.faults.length === 0 ? 'No fault found, but not everything is under a signed checkpoint' : `${count(result.faults.length)} ${result.faults.length === 1 ? 'fault' : 'faults'} found`}>
      <p>{what}</p>
      <ul>
        {result.faults.slice(0, 30).map((fault, index) => (
          <li key={index}>
            {fault.position !== null && `Entry ${fault.position}: `}
            {fault.says}
          </li>
        ))}
      </ul>
    </Note>
  );
}
