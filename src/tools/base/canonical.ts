// Which bytes stand for this JSON value, whoever writes it?

/** Anything JSON can carry. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * The canonical text of a JSON value (RFC 8785, JCS): keys sorted by UTF-16 code units, ECMAScript numbers,
 * shortest escapes. Members that are `undefined` are left out, as in JSON. Throws on what JSON cannot carry
 * (NaN, infinities, lone surrogates, functions), because a hash over a guess is worthless.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`canonical JSON has no ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (plain.test(value)) return `"${value}"`;
    if (!value.isWellFormed()) throw new TypeError('canonical JSON refuses a lone surrogate');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value === 'object') {
    // A loop and not a chain of lists: every entry of the ledger comes through here.
    let text = '';
    for (const key of Object.keys(value).sort()) {
      const member = (value as Record<string, unknown>)[key];
      if (member !== undefined) text += `${text === '' ? '{' : ','}${canonical(key)}:${canonical(member)}`;
    }
    return text === '' ? '{}' : `${text}}`;
  }
  throw new TypeError(`canonical JSON has no ${typeof value}`);
}

/** ASCII that needs no escape: most keys and words, and a fifth of the time of asking JSON.stringify. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** The canonical text in UTF-8. */
export const canonicalBytes = (value: unknown): Uint8Array => new TextEncoder().encode(canonical(value));

/** SHA-256 of the canonical text, in hexadecimal. */
export async function digest(value: unknown): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', canonicalBytes(value) as BufferSource);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
