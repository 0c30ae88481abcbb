// What stands in an archive, and which names in it may become files?
import { Problem } from '../../../base/problem.ts';

/** One file of an archive, its bytes still packed away. */
export interface Entry {
  /** As the archive writes it. */
  name: string;
  /** Milliseconds; null where the archive does not tell. */
  modified: number | null;
  /** What it says of itself; a file, or something that is not taken. */
  kind: 'file' | 'folder' | 'link' | 'other';
  /** Must be read to its end before the next entry, or not at all. */
  bytes(): AsyncIterable<Uint8Array>;
}

/**
 * A name as a path below the folder it is unpacked into, or why it is none. Never absolute, never up (`..`), never a drive or
 * a stream of Windows, no control characters: what is known as Zip Slip (CWE-22).
 */
export function safePath(name: string): { path: string } | { why: string } {
  if ([...name].some((letter) => letter < ' ' || letter === '\x7f')) return { why: 'its name has control characters' };
  const plain = name.replaceAll('\\', '/');
  if (plain.startsWith('/') || /^[A-Za-z]:/.test(plain)) return { why: 'its name is an absolute path' };
  const parts = plain.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { why: 'its name leads out of the archive' };
  if (parts.length === 0 || parts.some((part) => Buffer.byteLength(part) > 255) || plain.length > 1000 || parts.length > 32) return { why: 'its name is too long, too deep or empty' };
  return { path: parts.join('/') };
}

/** Files systems leave behind, which nobody exported. */
export const leftBehind = (path: string): boolean => path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX' || part === 'Thumbs.db');

export const damaged = (archive: string, says: string): Problem => new Problem('bad-input', `The archive ${archive} cannot be unpacked: ${says}.`, 'Pack or copy it again, or unpack it yourself and give the folder.', [{ file: archive, says }]);
