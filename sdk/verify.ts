// Is this receipt of an AI decision genuine? For a product, in Node or a browser, without a server and without packages.
import { witnessKeyFrom, verifierKeyFrom } from '../src/spine/ledger/note.ts';
import { verifyReceipt as verify, type ReceiptVerification } from '../src/spine/ledger/receipt.ts';

export type { Cosignature } from '../src/spine/ledger/cosignature.ts';
export type { ReceiptVerification } from '../src/spine/ledger/receipt.ts';
export { isReceipt } from '../src/spine/ledger/receipt.ts';

export interface Trusted {
  /** Verifier keys of the ledger (`name+id+base64`), kept from when the product was installed. */
  keys: readonly string[];
  /** Keys of witnesses (type 4), if any. */
  witnesses?: readonly string[];
  /** How many of these witnesses must have cosigned; 0 unless told. */
  quorum?: number;
}

/**
 * Verifies a receipt (C2SP tlog-proof, as `GET /api/v1/ledger/entries/{position}/receipt` answers): that the entry in
 * it is in the tree, that a trusted key signed the tree, and that enough witnesses saw it. Never throws on what the
 * receipt holds; throws RangeError on a key that is none.
 */
export const verifyReceipt = (receipt: string, { keys, witnesses = [], quorum = 0 }: Trusted): Promise<ReceiptVerification> =>
  verify(receipt, { keys: keys.map(verifierKeyFrom), witnesses: witnesses.map(witnessKeyFrom), quorum });
