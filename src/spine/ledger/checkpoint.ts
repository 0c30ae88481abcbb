// Who vouches for the ledger at this size, in a form any transparency-log tool can read?
import { base64Of, bytesOf } from './base64.ts';
import { parseNote, signNote, type Note, type Signer } from './note.ts';

/** The head of a log: origin, size and root. C2SP tlog-checkpoint. */
export interface Checkpoint {
  /** The log's own name, without spaces and plus signs; its key signs under the same name. */
  origin: string;
  size: number;
  root: Uint8Array;
}

/** The text that is signed: origin, size and root, a line each. Throws RangeError on what would break the lines. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  if (!/^[^\s+\p{Cc}]+$/u.test(origin)) throw new RangeError('an origin has neither spaces nor plus signs');
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`a log cannot have ${size} entries`);
  return `${origin}\n${size}\n${base64Of(root)}\n`;
}

/** A signed checkpoint. */
export const signCheckpoint = (head: Checkpoint, signer: Signer): Promise<string> => signNote(checkpointText(head), signer);

/** Takes a checkpoint apart; `vouch` tells who signed it. Throws RangeError, with the reason, when it is none. */
export function parseCheckpoint(text: string): Checkpoint & Note {
  const note = parseNote(text);
  const [origin, size, root, ...extensions] = note.text.slice(0, -1).split('\n');
  const bytes = bytesOf(root ?? '');
  if (!origin || !/^(0|[1-9][0-9]{0,15})$/.test(size ?? '') || bytes?.length !== 32 || extensions.includes('')) {
    throw new RangeError('a checkpoint is an origin, a size and a root of 32 bytes in base64, a line each');
  }
  return { origin, size: Number(size), root: bytes, ...note };
}
