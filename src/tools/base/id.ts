// How is a new record named?
import { z } from 'zod';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new identifier: a short prefix that says what it names, 10 characters of time and 16 of chance (80 bits),
 * both Crockford base 32, so that ids sort by age and can be read over a telephone.
 */
export function newId(prefix: string, now: string): string {
  if (drawn === pool.length) {
    crypto.getRandomValues(pool);
    drawn = 0;
  }
  let tail = '';
  for (const end = drawn + 8; drawn < end; drawn++) tail += pairs[pool[drawn]! % 1024];
  return `${prefix}_${headOf(now)}${tail}`;
}

function headOf(now: string): string {
  if (now === headFor) return head;
  let time = Date.parse(now);
  head = '';
  for (let i = 0; i < 10; i++) {
    head = alphabet[time % 32] + head;
    time = Math.floor(time / 32);
  }
  headFor = now;
  return head;
}

/** Many are made in one moment. */
let headFor = '';
let head = '';
/** Two characters at a time, from ten bits of chance. */
const pairs = Array.from({ length: 1024 }, (_, n) => `${alphabet[n >> 5]}${alphabet[n % 32]}`);
/** Chance drawn in advance: asking for 16 bytes at a time takes longer than all the rest. Each is used once. */
const pool = new Uint16Array(8192);
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
