// Is what is told of a decision in the ledger that was signed? Worked out where it is asked, the browser included.
import { plainTreeHash, verifierKeyFrom, verifyInclusion, verifyReceipt, type ReceiptVerification } from '../../spine/ledger/model.ts';
import type { BatchRecord } from './model.ts';

/** What was found about one entry of the ledger behind a decision. */
export interface Checked {
  position: number;
  sound: boolean;
  faults: string[];
  /** How many entries the checkpoint covers. */
  size: number | null;
  signedBy: string | null;
  cosigned: string[];
  /** How many records of a batch were shown to be under this entry; 0 where the entry tells it itself. */
  records: number;
}

const bytesFrom = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const bytesFromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));

/**
 * Verifies the receipt of an entry and, where the entry commits to a batch, that the records are in it. `key` is the
 * verifier key of the ledger that is trusted. Never throws on what the texts hold.
 */
export async function checkEntry(position: number, receipt: string, key: string, records: readonly BatchRecord[]): Promise<Checked> {
  const found: ReceiptVerification = await verifyReceipt(receipt, { keys: [verifierKeyFrom(key)] });
  const faults = [...found.faults];
  if (found.sound && found.index !== position) faults.push(`The receipt is of entry ${found.index}, not of ${position}.`);
  const { body } = (found.entry ?? {}) as { body?: { root?: unknown; records?: unknown } };
  if (found.sound && records.length > 0) {
    const root = typeof body?.root === 'string' ? bytesFromHex(body.root) : new Uint8Array();
    for (const one of records)
      if (body?.records !== one.records || !verifyInclusion({ index: one.nth, size: one.records, leafHash: plainTreeHash.leaf(new TextEncoder().encode(one.body)), root, proof: one.proof.map(bytesFrom) }))
        faults.push(`Record ${one.nth + 1} of the batch is not among those the entry commits to.`);
  }
  return { position, sound: faults.length === 0, faults, size: found.size, signedBy: found.signedBy, cosigned: found.cosignatures.map(({ witness }) => witness), records: records.length };
}
