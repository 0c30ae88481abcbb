// Which text stands in an attachment, and if none, why?
import { readCharacters } from './charset.ts';
import { htmlText } from './html.ts';
import { rtfText } from './rtf.ts';

/** Why a document gives no text. The words are shown to people; each is counted by check U01 or U10. */
export const unreadable = {
  empty: 'It is empty.',
  'no-content': 'It names no content at all.',
  unreachable: 'Its text is not in the export: there is only an address.',
  'no-binary': 'It points at a Binary that is not in the export.',
  pdf: 'It is a PDF.',
  image: 'It is an image.',
  archive: 'It is a packed or Office document.',
  binary: 'It is binary, whatever it says.',
  'too-large': 'It is larger than 16 MB.',
  base64: 'Its base64 is broken.',
} as const;
export type Unreadable = keyof typeof unreadable;

export interface DecodedText {
  /** UTF-8; null: no text. */
  bytes: Buffer | null;
  why: Unreadable | null;
  format: 'text' | 'html' | 'rtf' | null;
  /** The charset trouble, in words; null: none. */
  charset: string | null;
  /** What else is wrong though it was read, e.g. a document that was cut off. */
  trouble: string | null;
}

/** Longer text is not analysed, in bytes. */
export const longestText = 16 * 1024 * 1024;

const magics: readonly (readonly [readonly number[], Unreadable])[] = [
  [[0x25, 0x50, 0x44, 0x46, 0x2d], 'pdf'],
  [[0x50, 0x4b, 0x03, 0x04], 'archive'],
  [[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1], 'archive'],
  [[0x1f, 0x8b], 'archive'],
  [[0x89, 0x50, 0x4e, 0x47], 'image'],
  [[0xff, 0xd8, 0xff], 'image'],
  [[0x47, 0x49, 0x46, 0x38], 'image'],
  [[0x49, 0x49, 0x2a, 0x00], 'image'],
  [[0x4d, 0x4d, 0x00, 0x2a], 'image'],
];

const nothing = (why: Unreadable, trouble: string | null = null): DecodedText => ({ bytes: null, why, format: null, charset: null, trouble });

/** Decodes bytes by what they are, and only then by what they say they are. */
export function decodeText(bytes: Buffer, contentType: string | null): DecodedText {
  if (bytes.length === 0) return nothing('empty');
  if (bytes.length > longestText) return nothing('too-large');
  for (const [magic, why] of magics) if (bytes[0] === magic[0] && magic.every((byte, at) => bytes[at] === byte)) return nothing(why);
  // Nearly every text begins with a letter: no markup, no RTF, no byte order mark.
  const start = (bytes[0]! | 0x20) >= 0x61 && (bytes[0]! | 0x20) <= 0x7a ? '' : bytes.toString('latin1', 0, 200).trimStart();
  if (start.startsWith('{\\rtf')) {
    const { text, trouble } = rtfText(bytes);
    return { ...finished(Buffer.from(text, 'utf8'), 'rtf'), trouble };
  }
  const said = readType(contentType);
  const { bytes: text, charset: _, trouble } = readCharacters(bytes, said.charset);
  if (text === null) return nothing('binary');
  const isMarkup = said.isMarkup || (mayBeMarkup.test(start) && /^(<!doctype html|<html|<\?xml|<div\b[^>]*xmlns)/i.test(start.replace(/^(ï»¿|\uFEFF)/, '')));
  return isMarkup ? finished(Buffer.from(htmlText(text.toString('utf8')), 'utf8'), 'html', trouble) : finished(text, 'text', trouble);
}

const mayBeMarkup = /^(ï»¿|\uFEFF)?</;

/** A content type is read once as long as the next document says the same. */
let lastType: string | null = null;
let lastSaid = { charset: null as string | null, isMarkup: false };

function readType(contentType: string | null): typeof lastSaid {
  if (contentType === lastType) return lastSaid;
  const type = contentType?.split(';')[0]!.trim().toLowerCase() ?? '';
  lastSaid = { charset: charsetOf(contentType), isMarkup: /^(text\/html|application\/xhtml\+xml|text\/xml|application\/(.*\+)?xml)$/.test(type) };
  lastType = contentType;
  return lastSaid;
}

function finished(bytes: Buffer, format: 'text' | 'html' | 'rtf', charset: string | null = null): DecodedText {
  const blank = bytes.length < 4096 && !(bytes[0]! > 0x20 && bytes[0]! < 0x7f) && bytes.toString('utf8', 0, 64).trim() === '' && bytes.toString('utf8').trim() === '';
  return blank ? { ...nothing('empty'), charset } : { bytes, why: null, format, charset, trouble: null };
}

const charsetOf = (contentType: string | null): string | null => /charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? '')?.[1] ?? null;

/** One content is decoded at a time, into the same bytes: thousands of buffers a second would keep the collector busy. */
let room: Buffer = Buffer.allocUnsafeSlow(1 << 16);
const alphabet = /^[A-Za-z0-9+/\-_=\s]*$/;

/**
 * Base64 as FHIR writes it; the bytes are good until the next call. Truncated or broken base64 is read as far as it goes, and said: the length of the
 * letters must be a whole number of fours (RFC 4648), where padding is written at all.
 */
export function fromBase64(data: string): { bytes: Buffer; broken: boolean } {
  const wanted = Math.ceil((data.length * 3) / 4) + 3;
  if (room.length < wanted) room = Buffer.allocUnsafeSlow(wanted * 2);
  const bytes = room.subarray(0, room.write(data, 'base64'));
  // What decodes to as many bytes as its length promises holds nothing else; only the others are looked at.
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  if (data.length % 4 === 0 && bytes.length === (data.length / 4) * 3 - padding) return { bytes, broken: false };
  const letters = data.replace(/\s+/g, '');
  return { bytes, broken: letters.length % 4 !== 0 || !alphabet.test(letters) };
}
