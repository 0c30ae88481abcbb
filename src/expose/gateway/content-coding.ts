// Is this body compressed, and what does it say when it is not?
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

export type Coding = 'identity' | 'gzip' | 'deflate' | 'br';

const names: Record<string, Coding> = { '': 'identity', identity: 'identity', gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate', br: 'br' };

/** What `content-encoding` says (RFC 9110 §8.4). Null: a coding, or several, that this house does not undo. */
export const codingOf = (header: string | readonly string[] | undefined): Coding | null => names[(typeof header === 'string' ? header : (header ?? []).join(',')).trim().toLowerCase()] ?? null;

type Undo = (bytes: Buffer, options: { maxOutputLength: number }, done: (error: Error | null, plain: Buffer) => void) => void;
const undo: Record<Exclude<Coding, 'identity'>, Undo> = { gzip: gunzip, deflate: inflate, br: brotliDecompress };

/** A body that unpacks to more than was allowed: a few kilobytes can be made to fill a memory. */
export class TooMuch extends Error {}

/**
 * The bytes behind a coding, at most `most` of them.
 * @throws TooMuch where there are more; Error where they are not what the coding says, or break off.
 */
export function decoded(bytes: Buffer, coding: Coding, most: number): Promise<Buffer> {
  if (coding === 'identity') return Promise.resolve(bytes);
  return new Promise((done, failed) => {
    undo[coding](bytes, { maxOutputLength: most }, (error, plain) => {
      if (!error) done(plain);
      else failed((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? new TooMuch('it unpacks to more than is taken') : error);
    });
  });
}
