// How is a new record named?
import { z } from 'zod';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new identifier: a short prefix that says what it names, 10 characters of time and 16 of chance (80 bits),
 * both Crockford base 32, so that ids sort by age and can be read over a telephone.
 */
export function newId(prefix: string, now: string): string {
  let time = Date.parse(now);
  let head = '';
  for (let i = 0; i < 10; i++) {
    head = alphabet[time % 32] + head;
    time = Math.floor(time / 32);
  }
  let tail = '';
  if (drawn === pool.length) {
    crypto.getRandomValues(pool);
    drawn = 0;
  }
  for (const end = drawn + 16; drawn < end; drawn++) tail += alphabet[pool[drawn]! % 32];
  return `${prefix}_${head}${tail}`;
}

/** Chance drawn in advance: asking for 16 bytes at a time takes longer than all the rest. Each byte is used once. */
const pool = new Uint8Array(4096);
let drawn = pool.length;

/** The schema of ids with this prefix. */
export const idOf = (prefix: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`), `an id that begins with ${prefix}_`)
    .meta({ id: undefined, description: `An id that begins with ${prefix}_` });

/** A slug: the human-readable name of a thing in URLs and files. */
export const slug = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens');
