// Under which names are many identifiers of one system found again, at the price of two hashes each?
import { hash } from 'node:crypto';
import { canonical } from '../../../tools/base/canonical.ts';
import { sealingKeys } from './keys.ts';
import type { SealingHouse } from './seal.ts';

const block = 64;

/**
 * The keyed hash of `keyedHash` in hexadecimal for one system, without waiting and without an object per identifier (a
 * test holds that both are the same): HMAC-SHA-256 (RFC 2104) as two hashes over bytes that lie ready, but for the last.
 */
export async function keyedNames(house: Pick<SealingHouse, 'config'>, system: string): Promise<Names> {
  const { lookup } = await sealingKeys(house.config);
  const before = `[${canonical(system)},`;
  let inner = Buffer.alloc(4096);
  const outer = Buffer.alloc(block + 32);
  for (let i = 0; i < block; i++) {
    inner[i] = (lookup[i] ?? 0) ^ 0x36;
    outer[i] = (lookup[i] ?? 0) ^ 0x5c;
  }
  const start = block + inner.write(before, block, 'utf8');
  const room = (most: number): Buffer => {
    if (start + most + 3 > inner.length) inner = Buffer.concat([inner, Buffer.alloc(start + most + 3)]);
    return inner;
  };
  const nameUpTo = (end: number): string => {
    outer.write(hash('sha256', inner.subarray(0, end), 'binary'), block, 'latin1');
    return hash('sha256', outer, 'hex');
  };
  const nameOf = (value: string): string => {
    const text = `${canonical(value)}]`;
    room(3 * text.length);
    return nameUpTo(start + inner.write(text, start, 'utf8'));
  };
  const written = (end: number): string => {
    inner[start] = 0x22;
    inner[end] = 0x22;
    inner[end + 1] = 0x5d;
    return nameUpTo(end + 2);
  };
  return Object.assign(nameOf, { room, at: start + 1, written });
}

export interface Names {
  (value: string): string;
  /** The memory in which an identifier is written by hand from `at` on, as it stands between the quotes of canonical JSON, with room for so many bytes. */
  room(most: number): Buffer;
  at: number;
  /** The name of what was written there up to `end`. */
  written(end: number): string;
}
