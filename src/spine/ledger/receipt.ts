// Is this entry in the ledger that was signed, as one small file shows it, years later and far from the server?
import { base64Of, bytesOf } from './base64.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { cosignaturesOn, type Cosignature } from './cosignature.ts';
import { vouch, type VerifierKey } from './note.ts';
import { verifyInclusion } from './proof.ts';
import { plainTreeHash } from './tree.ts';

/** A C2SP tlog-proof: the entry, its place, the way up to the root, and the checkpoint that signs the root. */
export interface Receipt {
  index: number;
  /** The exact leaf, as `extra`: it is bound by the proof, not by standing there. */
  leaf: Uint8Array;
  proof: readonly Uint8Array[];
  checkpoint: string;
}

const firstLine = 'c2sp.org/tlog-proof@v1';

/** Does this text begin as a receipt does? */
export const isReceipt = (text: string): boolean => text.startsWith(firstLine);

/** C2SP tlog-proof; files end in `.tlog-proof`. */
export const receiptText = ({ index, leaf, proof, checkpoint }: Receipt): string =>
  `${[firstLine, `extra ${base64Of(leaf)}`, `index ${index}`, ...proof.map(base64Of)].join('\n')}\n\n${checkpoint}`;

/** Reads a receipt. Throws RangeError, with the reason, on what is none. */
export function parseReceipt(text: string): Receipt {
  const end = text.indexOf('\n\n');
  const [first, extra = '', index = '', ...hashes] = text.slice(0, Math.max(0, end)).split('\n');
  if (first !== firstLine) throw new RangeError(`a receipt begins with the line ${firstLine}`);
  const leaf = extra.startsWith('extra ') ? bytesOf(extra.slice(6)) : null;
  if (!leaf) throw new RangeError('the second line of a receipt is `extra` and the entry in base64');
  if (!/^index (0|[1-9][0-9]{0,15})$/.test(index)) throw new RangeError('the third line of a receipt is `index` and the number of the entry');
  const proof = hashes.map((line) => {
    const bytes = bytesOf(line);
    if (bytes?.length !== 32) throw new RangeError('a proof is hashes of 32 bytes in base64, a line each');
    return bytes;
  });
  return { index: Number(index.slice(6)), leaf, proof, checkpoint: text.slice(end + 2) };
}

export interface ReceiptTrust {
  /** Keys of the log; without any nothing is sound. */
  keys: readonly VerifierKey[];
  /** Keys of witnesses. */
  witnesses?: readonly VerifierKey[];
  /** How many of the witnesses must have cosigned; 0 unless told. */
  quorum?: number;
}

export interface ReceiptVerification {
  sound: boolean;
  /** Every reason why it is not sound. */
  faults: string[];
  index: number | null;
  /** The entry, as JSON; only where it is proven to be in the tree of the checkpoint. */
  entry: unknown;
  origin: string;
  /** How many entries the checkpoint covers. */
  size: number | null;
  /** The name of the key that signed. */
  signedBy: string | null;
  cosignatures: Cosignature[];
}

/** Verifies a receipt, offline. Never throws on what the text holds. */
export async function verifyReceipt(text: string, { keys, witnesses = [], quorum = 0 }: ReceiptTrust): Promise<ReceiptVerification> {
  const found: ReceiptVerification = { sound: false, faults: [], index: null, entry: null, origin: '', size: null, signedBy: null, cosignatures: [] };
  try {
    const receipt = parseReceipt(text);
    const checkpoint = parseCheckpoint(receipt.checkpoint);
    Object.assign(found, { index: receipt.index, origin: checkpoint.origin, size: checkpoint.size });
    const claim = { index: receipt.index, size: checkpoint.size, leafHash: plainTreeHash.leaf(receipt.leaf), root: checkpoint.root, proof: receipt.proof };
    if (verifyInclusion(claim)) readEntry(receipt, found);
    else found.faults.push('The entry is not in the tree of this checkpoint, or the proof was altered.');
    const vouching = await vouch(checkpoint, keys.filter((key) => key.name === checkpoint.origin));
    if (vouching.kind === 'signed') found.signedBy = vouching.by.name;
    else found.faults.push(vouching.kind === 'forged' ? 'The signature of the log is false.' : 'No key you named signed the checkpoint.');
    const cosigned = await cosignaturesOn(receipt.checkpoint, witnesses);
    found.cosignatures = cosigned.good;
    for (const name of cosigned.false) found.faults.push(`The cosignature of ${name} is false.`);
    const seenBy = new Set(cosigned.good.map((one) => one.witness)).size;
    if (seenBy < quorum) found.faults.push(`${seenBy} of the witnesses you named cosigned it; you asked for ${quorum}.`);
  } catch (error) {
    found.faults.push(`This is no receipt: ${(error as Error).message}.`);
  }
  found.sound = found.faults.length === 0;
  return found;
}

function readEntry({ index, leaf }: Receipt, found: ReceiptVerification): void {
  try {
    const entry = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(leaf)) as { position?: unknown };
    if (entry.position === index) found.entry = entry;
    else found.faults.push(`The entry says it is number ${String(entry.position)}, the receipt ${index}.`);
  } catch {
    found.faults.push('The entry cannot be read.');
  }
}
