// How many different people are behind the decisions of several days?
import { hash } from 'node:crypto';

const width = 6;

/** 48 bits that stand for a reference: enough that two people hardly ever share them, and held exactly by a number. */
export const bitsOf = (reference: string): number => parseInt(hash('sha256', reference, 'hex').slice(0, 2 * width), 16);

/** A set of them as it is kept: in order, each once. */
export function peopleBytes(people: Iterable<number>): Buffer {
  const sorted = Float64Array.from(new Set(people)).sort();
  const bytes = Buffer.allocUnsafe(width * sorted.length);
  sorted.forEach((one, nth) => bytes.writeUIntBE(one, width * nth, width));
  return bytes;
}

export const peopleIn = (bytes: Buffer): number[] => Array.from({ length: bytes.length / width }, (_, nth) => bytes.readUIntBE(width * nth, width));

/** How many different ones there are in all of these sets together. */
export function manyPeople(sets: readonly Buffer[]): number {
  const all = new Float64Array(sets.reduce((sum, bytes) => sum + bytes.length / width, 0));
  let to = 0;
  for (const bytes of sets) for (let at = 0; at < bytes.length; at += width) all[to++] = bytes.readUIntBE(at, width);
  all.sort();
  let many = 0;
  for (let nth = 0; nth < all.length; nth++) if (nth === 0 || all[nth] !== all[nth - 1]) many++;
  return many;
}
