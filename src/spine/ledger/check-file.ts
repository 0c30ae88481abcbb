// What is this file that somebody was handed, and is it sound?
import { verifyExport } from './export-file.ts';
import type { Verification } from './model.ts';
import { verifierKeyFrom, witnessKeyFrom, type VerifierKey } from './note.ts';
import { isReceipt, verifyReceipt, type ReceiptVerification } from './receipt.ts';

export type Checked = { kind: 'receipt'; found: ReceiptVerification } | { kind: 'export'; found: Verification };

/** Verifies a receipt or an export, where it is: nothing leaves the machine. Keys are verifier keys, one per line. */
export async function checkFile(file: Blob, keys: string): Promise<Checked> {
  const { logs, witnesses } = keysFrom(keys);
  const start = await file.slice(0, 64).text();
  if (isReceipt(start)) return { kind: 'receipt', found: await verifyReceipt(await file.text(), { keys: logs, witnesses, quorum: witnesses.length }) };
  return { kind: 'export', found: await verifyExport(chunksOf(file), logs.length > 0 ? { keys: logs } : {}) };
}

async function* chunksOf(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
}

/** Keys of logs and of witnesses, told apart by what they say of themselves. Throws RangeError on any other line. */
export function keysFrom(text: string): { logs: VerifierKey[]; witnesses: VerifierKey[] } {
  const found = { logs: [] as VerifierKey[], witnesses: [] as VerifierKey[] };
  for (const line of text.split(/\s+/).filter(Boolean)) {
    try {
      found.logs.push(verifierKeyFrom(line));
    } catch {
      found.witnesses.push(witnessKeyFrom(line));
    }
  }
  return found;
}
