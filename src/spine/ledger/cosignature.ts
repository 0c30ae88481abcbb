// Has somebody else seen this checkpoint, and when?
import { base64Of, joined } from './base64.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { verifies, type Signer, type VerifierKey } from './note.ts';
import { sameBytes } from './tree.ts';

/** What a witness vouches for: as of this time, this is the largest consistent tree of this log it has seen. */
export interface Cosignature {
  witness: string;
  /** Whole seconds since 1970. */
  time: number;
}

const utf8 = new TextEncoder();

/** The bytes a witness signs. C2SP tlog-cosignature, Ed25519. */
const message = (text: string, time: number): Uint8Array => utf8.encode(`cosignature/v1\ntime ${time}\n${text}`);

/** The signature line of a witness over the text of a checkpoint. The signer's id must be of a cosignature key. */
export async function cosign(text: string, signer: Signer, time: number): Promise<string> {
  const signature = await signer.sign(message(text, time));
  return `— ${signer.name} ${base64Of(joined(signer.keyId, timeBytes(time), signature))}\n`;
}

function timeBytes(time: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(time));
  return bytes;
}

/** The cosignatures of these witnesses on a checkpoint, and the names of witnesses whose cosignature is false. */
export async function cosignaturesOn(checkpoint: string, witnesses: readonly VerifierKey[]): Promise<{ good: Cosignature[]; false: string[] }> {
  const note = parseCheckpoint(checkpoint);
  const found: { good: Cosignature[]; false: string[] } = { good: [], false: [] };
  for (const { name, keyId, bytes } of note.signatures) {
    const witness = witnesses.find((known) => known.name === name && sameBytes(known.keyId, keyId));
    if (!witness) continue;
    const time = bytes.length === 72 ? Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)) : -1;
    const true_ = Number.isSafeInteger(time) && time >= 0 && (await verifies(witness.publicKey, bytes.subarray(8), message(note.text, time)));
    if (true_) found.good.push({ witness: name, time });
    else found.false.push(name);
  }
  return found;
}

