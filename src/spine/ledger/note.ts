// Is this text signed by a key that is trusted?
import { base64Of, bytesOf, hexOf, joined } from './base64.ts';
import { sha256 } from './sha256.ts';

/** One signature line of a note. */
export interface Signature {
  name: string;
  /** The first four bytes: which key. */
  keyId: Uint8Array;
  bytes: Uint8Array;
}

/** A note taken apart: the signed text with its last line feed, and the signature lines. */
export interface Note {
  text: string;
  signatures: Signature[];
}

/** A public key with the name it signs under. */
export interface VerifierKey {
  name: string;
  keyId: Uint8Array;
  publicKey: Uint8Array;
}

/** Signs bytes with Ed25519 (RFC 8032) under a name. */
export interface Signer extends VerifierKey {
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** What a key signs, as the first byte of its C2SP verifier key says: notes, or checkpoints of others with a time. */
export const noteAlgorithm = 0x01;
export const cosignatureAlgorithm = 0x04;
const utf8 = new TextEncoder();

/** Key id of an Ed25519 key: SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key), its first 4 bytes. C2SP signed-note. */
export const keyIdOf = (name: string, publicKey: Uint8Array, algorithm = noteAlgorithm): Uint8Array =>
  sha256(joined(utf8.encode(name), Uint8Array.of(0x0a, algorithm), publicKey)).subarray(0, 4);

/** `name+hex(key id)+base64(algorithm ‖ public key)`, as Go's note package and the C2SP tools write it. */
export const verifierKeyText = (key: VerifierKey): string => keyText(key, noteAlgorithm);
/** The same of a key that cosigns what others wrote, with a time. */
export const witnessKeyText = (key: VerifierKey): string => keyText(key, cosignatureAlgorithm);

const keyText = (key: VerifierKey, algorithm: number): string =>
  `${key.name}+${hexOf(key.keyId)}+${base64Of(joined(Uint8Array.of(algorithm), key.publicKey))}`;

/** Reads a verifier key. Throws RangeError on anything that is not one, its own id included. */
export const verifierKeyFrom = (text: string): VerifierKey => keyFrom(text, noteAlgorithm);
/** Reads the key of a witness. Throws RangeError on anything else. */
export const witnessKeyFrom = (text: string): VerifierKey => keyFrom(text, cosignatureAlgorithm);

function keyFrom(text: string, algorithm: number): VerifierKey {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(text.trim());
  const bytes = parts && bytesOf(parts[3]!);
  if (!parts || !bytes || bytes.length !== 33 || bytes[0] !== algorithm) {
    throw new RangeError(`an Ed25519 ${algorithm === noteAlgorithm ? 'verifier key' : 'key of a witness (type 4)'} reads name+hexadecimal id+base64`);
  }
  const publicKey = bytes.subarray(1);
  const keyId = keyIdOf(parts[1]!, publicKey, algorithm);
  if (hexOf(keyId) !== parts[2]) throw new RangeError(`the verifier key of ${parts[1]} does not fit its own id ${parts[2]}`);
  return { name: parts[1]!, keyId, publicKey };
}

/** The text, an empty line, and one signature line. C2SP signed-note. */
export async function signNote(text: string, signer: Signer): Promise<string> {
  const signature = await signer.sign(utf8.encode(text));
  return `${text}\n— ${signer.name} ${base64Of(joined(signer.keyId, signature))}\n`;
}

/**
 * Takes a note apart; nothing is verified here. Throws RangeError, with the reason, on everything C2SP signed-note
 * forbids; base64 with stray bits is refused too, so that no byte can change unnoticed.
 */
export function parseNote(note: string): Note {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n') || !isPlain(note)) {
    throw new RangeError('a signed note is text, an empty line and signature lines');
  }
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > 64) throw new RangeError('a note with more than 64 signatures is not read');
  const signatures = lines.map((line) => {
    const parts = /^— ([^\s+]+) (\S+)$/u.exec(line);
    const bytes = parts && bytesOf(parts[2]!);
    if (!parts || !bytes || bytes.length < 5) throw new RangeError('a signature line reads — name base64');
    return { name: parts[1]!, keyId: bytes.subarray(0, 4), bytes: bytes.subarray(4) };
  });
  return { text: note.slice(0, end + 1), signatures };
}

/** What was found when a note was held against the trusted keys. */
export type Vouching =
  | { kind: 'signed'; by: VerifierKey }
  /** None of the signatures is by a trusted key. */
  | { kind: 'unknown' }
  /** A trusted key's name and id stand there, but the signature is not of this text. */
  | { kind: 'forged'; by: VerifierKey };

/**
 * Do the trusted keys vouch for this note? Signatures by unknown keys are passed over, as C2SP demands; a
 * single failing signature by a known key rejects the whole note.
 */
export async function vouch(note: Note, trusted: readonly VerifierKey[]): Promise<Vouching> {
  let signed: VerifierKey | null = null;
  for (const signature of note.signatures) {
    const key = trusted.find((known) => known.name === signature.name && hexOf(known.keyId) === hexOf(signature.keyId));
    if (!key) continue;
    if (!(await verifies(key.publicKey, signature.bytes, utf8.encode(note.text)))) return { kind: 'forged', by: key };
    signed = key;
  }
  return signed ? { kind: 'signed', by: signed } : { kind: 'unknown' };
}

/** Is this an Ed25519 signature (RFC 8032) of this message by this key? */
export async function verifies(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean> {
  if (signature.length !== 64) return false;
  const key = await crypto.subtle.importKey('raw', publicKey as BufferSource, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, signature as BufferSource, message as BufferSource);
}

/** No control characters but the line feed. */
const isPlain = (text: string): boolean => ![...text].some((character) => character < ' ' && character !== '\n');
