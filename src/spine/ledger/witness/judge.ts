// Does a witness cosign this checkpoint, after what it has seen before?
import { parseCheckpoint } from '../checkpoint.ts';
import { cosign } from '../cosignature.ts';
import { vouch, type Signer, type VerifierKey } from '../note.ts';
import { verifyConsistency } from '../proof.ts';
import { sameBytes } from '../tree.ts';
import { readRequest, type AddCheckpoint } from './request.ts';

/** What a witness answers: a status of HTTP and a text. */
export interface Answer {
  status: 200 | 400 | 403 | 404 | 409 | 422;
  text: string;
  /** With 200: the checkpoint to remember, before the answer is sent. */
  remember?: string;
  /** With 409: the size that was seen last. */
  size?: number;
}

/**
 * The rules of C2SP tlog-witness, in their order. `seen` is the last checkpoint cosigned for this log, null when none;
 * whoever calls this does so for one request of a log at a time and remembers before answering.
 */
export async function judge(body: string, logs: readonly VerifierKey[], signer: Signer, seenOf: (origin: string) => Promise<string | null>, time: number): Promise<Answer> {
  let asked: AddCheckpoint;
  let given: ReturnType<typeof parseCheckpoint>;
  try {
    asked = readRequest(body);
    given = parseCheckpoint(asked.checkpoint);
  } catch (error) {
    return { status: 400, text: `${(error as Error).message}\n` };
  }
  const trusted = logs.filter((log) => log.name === given.origin);
  if (trusted.length === 0) return { status: 404, text: `this witness does not know the log ${given.origin}\n` };
  if ((await vouch(given, trusted)).kind !== 'signed') return { status: 403, text: 'no key of this log signed the checkpoint\n' };
  if (asked.old > given.size) return { status: 400, text: 'the old size is larger than that of the checkpoint\n' };
  const before = await seenOf(given.origin);
  const seen = before === null ? null : parseCheckpoint(before);
  if (asked.old !== (seen?.size ?? 0)) return { status: 409, text: `${seen?.size ?? 0}\n`, size: seen?.size ?? 0 };
  if (seen && seen.size === given.size && !sameBytes(seen.root, given.root)) return { status: 409, text: `${seen.size}\n`, size: seen.size };
  if (!grew(asked, given, seen)) return { status: 422, text: 'the proof does not show that the log grew out of the one seen before\n' };
  return { status: 200, text: await cosign(given.text, signer, time), remember: asked.checkpoint };
}

/** About the empty log nothing can be proven, and the proof has to be empty. */
function grew({ old, proof }: AddCheckpoint, given: { size: number; root: Uint8Array }, seen: { root: Uint8Array } | null): boolean {
  if (old === 0 || !seen) return proof.length === 0;
  return verifyConsistency({ earlier: old, size: given.size, earlierRoot: seen.root, root: given.root, proof });
}
