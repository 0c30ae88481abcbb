// In which words is a witness asked to cosign a checkpoint?
import { base64Of, bytesOf } from '../base64.ts';

/** The body of `add-checkpoint`, C2SP tlog-witness. */
export interface AddCheckpoint {
  old: number;
  proof: readonly Uint8Array[];
  checkpoint: string;
}

/** A proof has at most so many lines. */
const mostHashes = 63;

export const writeRequest = ({ old, proof, checkpoint }: AddCheckpoint): string => `${[`old ${old}`, ...proof.map(base64Of)].join('\n')}\n\n${checkpoint}`;

/** Reads such a body. Throws RangeError, with the reason, on what is none. */
export function readRequest(text: string): AddCheckpoint {
  const end = text.indexOf('\n\n');
  const [first = '', ...hashes] = text.slice(0, Math.max(0, end)).split('\n');
  const old = /^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1];
  if (old === undefined) throw new RangeError('the first line reads `old` and a size');
  if (hashes.length > mostHashes) throw new RangeError(`a proof has at most ${mostHashes} hashes`);
  const proof = hashes.map((line) => {
    const bytes = bytesOf(line);
    if (bytes?.length !== 32) throw new RangeError('a proof is hashes of 32 bytes in base64, a line each');
    return bytes;
  });
  return { old: Number(old), proof, checkpoint: text.slice(end + 2) };
}
