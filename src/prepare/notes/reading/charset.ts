// In which characters are these bytes written, and do they say so rightly?
import { isAscii, isUtf8 } from 'node:buffer';

/** Text as UTF-8, and what was wrong with the way it came. */
export interface Characters {
  /** UTF-8 without a byte order mark; null: no text at all. */
  bytes: Buffer | null;
  /** What the bytes were found to be, e.g. `utf-8`, `windows-1252`, `utf-16le`. */
  charset: string;
  /** Why a reader who trusts the declaration sees other letters; null: it is right. */
  trouble: string | null;
}

const fallback = 'windows-1252';
const decoders = new Map<string, TextDecoder | null>();

/** A decoder for a label of the WHATWG Encoding Standard, or null for one it does not know. */
export function decoderFor(label: string): TextDecoder | null {
  const known = decoders.get(label);
  if (known !== undefined) return known;
  let made: TextDecoder | null = null;
  try {
    made = new TextDecoder(label);
  } catch {
    // Not a label of the standard: the caller falls back.
  }
  if (decoders.size < 200) decoders.set(label, made);
  return made;
}

/** What windows-1252 has where ISO 8859-1 has control characters. */
const upper = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * Text in the charset of a label; unknown labels read as windows-1252, which is done by hand: the TextDecoder of Node 20 takes it for
 * ISO 8859-1 (nodejs/node#56542).
 */
export function decodeAs(label: string, bytes: Uint8Array): string {
  const decoder = decoderFor(label);
  if (decoder && decoder.encoding !== fallback) return decoder.decode(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').replace(/[\u0080-\u009f]/g, (one) => upper[one.charCodeAt(0) - 0x80]!);
}

/**
 * Byte order mark, then UTF-16 without one, then valid UTF-8, then the declared charset, then windows-1252.
 * UTF-8 that is valid is believed over any declaration: other text is almost never valid UTF-8 by chance
 * (WHATWG Encoding Standard, and RFC 3629 §1 on the low probability of that).
 */
export function readCharacters(bytes: Buffer, declared: string | null): Characters {
  if (isAscii(bytes)) {
    if (!bytes.includes(0)) return { bytes, charset: 'us-ascii', trouble: null };
  } else if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf && isUtf8(bytes)) return utf8(bytes.subarray(3), declared);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return wide(bytes.subarray(2), 'utf-16le', declared);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return wide(bytes.subarray(2), 'utf-16be', declared);
  const zeros = zeroShares(bytes);
  if (zeros.odd > 0.4 && zeros.even < 0.05) return wide(bytes, 'utf-16le', declared);
  if (zeros.even > 0.4 && zeros.odd < 0.05) return wide(bytes, 'utf-16be', declared);
  if (zeros.odd + zeros.even > 0.002) return { bytes: null, charset: 'binary', trouble: 'The bytes are no text: they hold zeros.' };
  if (isUtf8(bytes)) return utf8(bytes, declared);
  const label = declared?.trim().toLowerCase() ?? null;
  const promised = label !== null && !/^utf-?8$/.test(label) ? decoderFor(label) : null;
  const text = Buffer.from(decodeAs(promised?.encoding ?? fallback, bytes), 'utf8');
  if (promised) return { bytes: text, charset: promised.encoding, trouble: null };
  return {
    bytes: text, charset: fallback,
    trouble: label === null ? 'It names no charset and is not UTF-8; read as windows-1252.' : /^utf-?8$/.test(label) ? 'It says UTF-8 and is not; read as windows-1252.' : `It says ${label.slice(0, 40)}, which nobody knows; read as windows-1252.`,
  };
}

const wide = (bytes: Buffer, charset: 'utf-16le' | 'utf-16be', declared: string | null): Characters => ({
  bytes: Buffer.from(decoderFor(charset)!.decode(bytes), 'utf8'), charset,
  trouble: declared !== null && !/^utf-?16/i.test(declared) ? `It says ${declared.slice(0, 40)} and is UTF-16.` : null,
});

/** “â€” and “Ã” before another such letter: UTF-8 that was read as windows-1252 and written as UTF-8 once more. */
const twice = [Buffer.from('â€'), Buffer.from([0xc3, 0x83, 0xc2])];
const lost = Buffer.from('\ufffd');

function utf8(bytes: Buffer, declared: string | null): Characters {
  const trouble =
    declared !== null && !/^(utf-?8|us-ascii|ascii)$/i.test(declared.trim()) && !isAscii(bytes) ? `It says ${declared.slice(0, 40)} and is UTF-8.`
    : twice.some((mark) => bytes.includes(mark)) ? 'Letters were encoded twice: UTF-8 that an interface took for windows-1252.'
    : bytes.includes(lost) ? 'Letters were lost before the export: replacement characters stand in their place.'
    : null;
  return { bytes, charset: 'utf-8', trouble };
}

/** The share of zero bytes at even and at odd places of the first 4 kB. */
function zeroShares(bytes: Buffer): { even: number; odd: number } {
  if (!bytes.includes(0)) return { even: 0, odd: 0 };
  const end = Math.min(bytes.length, 4096);
  let even = 0;
  let odd = 0;
  for (let at = 0; at < end; at++) {
    if (bytes[at] !== 0) continue;
    if ((at & 1) === 0) even++;
    else odd++;
  }
  const half = Math.max(1, end / 2);
  return { even: even / half, odd: odd / half };
}
