// How is a payload closed so that only its key opens it, and only unaltered?
import { createCipheriv, createDecipheriv, hash, randomFillSync } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { Sealed } from '../prepare.ts';
import { packed } from './pack.ts';

/**
 * A sealed payload: one byte 1, the length of the key's id, the id, 12 random bytes, the ciphertext, 16 bytes of tag.
 * Compressed with raw DEFLATE (RFC 1951), then AES-256-GCM (NIST SP 800-38D); what stands before the random bytes is
 * authenticated as well. The digest in the leaf is over all of it: after the key is destroyed it still fits.
 */
const version = 1;
/** A payload may unpack to so many bytes at most. */
const largestPlain = 64_000_000;

export function sealWith(key: { id: string; secret: Buffer }, plain: Uint8Array): Sealed {
  const head = headOf(key.id);
  const bytes = encrypt(key.secret, packed(plain), head, head);
  return { key: key.id, bytes, digest: hash('sha256', bytes) };
}

/** The payload. Throws when the key is another, or one byte was altered. */
export function openWith(secret: Buffer, sealed: Buffer): Buffer {
  const head = headOf(keyIn(sealed) ?? '');
  return inflateRawSync(decrypt(secret, sealed.subarray(head.length), head), { maxOutputLength: largestPlain });
}

/** The id of the key that a sealed payload names, or null when these bytes are none. */
export function keyIn(sealed: Buffer): string | null {
  if (sealed.length < 2 || sealed[0] !== version) return null;
  const end = 2 + sealed[1]!;
  return sealed.length >= end + 28 ? sealed.toString('latin1', 2, end) : null;
}

const headOf = (id: string): Buffer => Buffer.from(`${String.fromCharCode(version, id.length)}${id}`, 'latin1');

/** AES-256-GCM: `before` (unencrypted), 12 random bytes, ciphertext, tag. `bound` is authenticated, not stored. */
export function encrypt(key: Buffer, plain: Uint8Array, bound: Uint8Array, before: Uint8Array = new Uint8Array(0)): Buffer {
  // Written where it stays: five pieces that are joined afterwards cost as much as a fifth of the encryption.
  const closed = Buffer.allocUnsafe(before.length + 28 + plain.length);
  closed.set(before, 0);
  const nonce = closed.subarray(before.length, before.length + 12);
  drawNonce(nonce);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(bound);
  closed.set(cipher.update(plain), before.length + 12);
  // GCM is a stream: nothing is left for the end but the tag (NIST SP 800-38D §7.1).
  cipher.final();
  closed.set(cipher.getAuthTag(), closed.length - 16);
  return closed;
}

/** Chance drawn in advance: asking for 12 bytes at a time takes half as long as the encryption. Each byte is used once. */
const chance = Buffer.alloc(12 * 512);
let drawn = chance.length;

function drawNonce(into: Uint8Array): void {
  if (drawn === chance.length) {
    randomFillSync(chance);
    drawn = 0;
  }
  chance.copy(into, 0, drawn, drawn + 12);
  drawn += 12;
}

/** What `encrypt` closed. Throws on another key, on altered bytes and on another `bound`. */
export function decrypt(key: Buffer, closed: Uint8Array, bound: Uint8Array): Buffer {
  if (closed.length < 28) throw new RangeError('too short to have been sealed');
  const decipher = createDecipheriv('aes-256-gcm', key, closed.subarray(0, 12));
  decipher.setAAD(bound);
  decipher.setAuthTag(closed.subarray(-16));
  return Buffer.concat([decipher.update(closed.subarray(12, -16)), decipher.final()]);
}
